"""Delay running a package until it is used, while its submodules can already be imported.

Mesa and SciPy import much that a forecast never needs, and one second of CPU time is worth five blocks of runs.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any


class _PutOff(ModuleType):
    """A package whose code runs on the first access to a missing attribute."""

    def __getattr__(self, name: str) -> Any:
        spec = vars(self)["__spec__"]
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec.loader.exec_module(self)
        return getattr(self, name)


def put_off(name: str) -> None:
    """Delay running a package's code, unless it has already been imported.

    Raises
    ------
    ModuleNotFoundError
        If there is no such package.
    """
    if name in sys.modules:
        return
    spec = find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    package = module_from_spec(spec)
    package.__class__ = _PutOff
    sys.modules[name] = package
