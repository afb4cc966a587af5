"""Mesa's `Agent` and `Model`, and the rest of Mesa when it is asked for.

Importing all of Mesa takes a second of processor, as much as five blocks: grids, data collection and experiments, with
pandas, networkx and parts of SciPy. Agents and models need none of that.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

PUT_OFF = ("mesa", "mesa.experimental")  # from Mesa 3.4 on models need modules of the second


class _PutOff(ModuleType):
    """A package that runs when it is first asked for what it does not have; its modules can be imported before."""

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


for _name in PUT_OFF:
    put_off(_name)

from mesa.agent import Agent  # noqa: E402  # what it lies in is put off first
from mesa.model import Model  # noqa: E402

__all__ = ["Agent", "Model"]
