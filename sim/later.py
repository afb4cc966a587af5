"""Packages that run only when something is asked of them, while modules in them can be imported at once.

Mesa and SciPy bring in much that a forecast never needs, and a second of processor is as much as five blocks.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any


class _PutOff(ModuleType):
    """A package that runs when it is first asked for what it does not have."""

    def __getattr__(self, name: str) -> Any:
        spec = vars(self)["__spec__"]
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec.loader.exec_module(self)
        return getattr(self, name)


def put_off(name: str) -> None:
    """Put off what importing a package runs, unless it has been imported.

    Raises
    ------
    ModuleNotFoundError
        Where there is no such package.
    """
    if name in sys.modules:
        return
    spec = find_spec(name)
    if spec is None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    package = module_from_spec(spec)
    package.__class__ = _PutOff
    sys.modules[name] = package
