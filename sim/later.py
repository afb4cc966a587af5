"""Delay running a package until it is used, while its submodules can already be imported.

Mesa and SciPy import much that a forecast never needs, and one second of CPU time is worth five blocks of runs.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from threading import RLock
from types import ModuleType
from typing import Any

_turn = RLock()  # other threads wait for the one that runs a package
_begun: set[str] = set()


class _PutOff(ModuleType):
    """A package whose code runs on the first access to a missing attribute, and again if it was interrupted."""

    def __getattr__(self, name: str) -> Any:
        with _turn:
            if type(self) is _PutOff and self.__name__ not in _begun:
                self._run()
        return ModuleType.__getattribute__(self, name)

    def _run(self) -> None:
        _begun.add(self.__name__)  # what the code itself looks for in vain is missing
        try:
            vars(self)["__spec__"].loader.exec_module(self)
            self.__class__ = ModuleType  # type: ignore[assignment]
        finally:
            _begun.discard(self.__name__)


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
