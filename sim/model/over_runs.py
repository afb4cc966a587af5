"""Objects with numbers over runs, and a way to exchange all numbers of a crisis for others.

An object with numbers over runs is an `OverRuns`: it holds them as attributes, or in tuples, lists and dicts. They are
arrays with one number per run, or single numbers for all runs.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from sim.model.arrays import Number


Holder: TypeAlias = "dict[Any, Any] | list[Any]"


KINDS = tuple(map(np.dtype, ("float32", "bool", "int16")))
"""Types of numbers for each run."""


class OverRuns:
    """Base class of objects with numbers over runs."""


class ByDay(OverRuns):
    """Numbers over runs that are given anew every day: by a pressure, by talks, by chance.

    Attributes
    ----------
    is_single
        Whether they are a single number, the same in all runs, on every day.
    reacts
        Whether they depend on what happens; if not, they are known in advance.
    """

    is_single = False
    reacts = False

    @abstractmethod
    def on(self, day: int) -> Number:
        """Return the numbers of a day."""


def exchange(start: OverRuns, runs: int, change: Callable[[Holder, Any, Any], Any]) -> tuple[list[Holder], list[ByDay]]:
    """Exchange each number of an object, and of all objects it leads to, for what `change` returns for it.

    A number is a single float, or an array of one number per run, of one of `KINDS`. `change` is called with the list
    or dict that holds it, its key there, and the number; the order is the same in all crises of one structure.

    Returns
    -------
    All lists and dicts, those of attributes included; and the numbers given by day, which are left as they are.
    """
    everything = _Exchange(runs, change)
    everything.through(start)
    return everything.holders, everything.given


class _Exchange:
    def __init__(self, runs: int, change: Callable[[Holder, Any, Any], Any]) -> None:
        self._shapes, self._change = ((), (runs,)), change
        self._seen: set[int] = set()
        self._found: list[OverRuns] = []
        self.holders: list[Holder] = []
        self.given: list[ByDay] = []

    def through(self, start: OverRuns) -> None:
        self._new({}, None, start)
        for one in self._found:  # which grows
            self._inside(vars(one))

    def _inside(self, holder: Holder) -> None:
        self.holders.append(holder)
        for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            holder[key] = self._new(holder, key, value)

    def _new(self, holder: Holder, key: Any, value: Any) -> Any:
        if type(value) is tuple:
            return tuple(self._new(holder, key, one) for one in value)
        if isinstance(value, float | np.floating) or (isinstance(value, np.ndarray) and self._is_number(value)):
            return self._change(holder, key, value)
        if isinstance(value, OverRuns | dict | list) and id(value) not in self._seen:
            self._seen.add(id(value))
            if isinstance(value, ByDay):
                self.given.append(value)
            elif isinstance(value, OverRuns):
                self._found.append(value)
            else:
                self._inside(value)
        return value

    def _is_number(self, value: npt.NDArray[Any]) -> bool:
        return value.shape in self._shapes and value.dtype in KINDS
