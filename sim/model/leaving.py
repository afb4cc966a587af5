"""Dropping runs that have ended from a play, which continues with the rest.

An object with numbers over runs is an `OverRuns`: it holds them as attributes, in arrays whose last axis is the runs,
or in tuples, lists and dicts of such arrays. Runs never look at each other, so the others continue unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sim.model.arrays import Bools


class OverRuns:
    """Base class of objects with numbers over runs."""

    def leave(self, leaving: Leaving) -> None:
        """Keep only the runs that stay."""
        leaving.left_of(vars(self))


class Leaving:
    """Drops some runs; an array that several objects share remains shared.

    Parameters
    ----------
    stay
        Which runs stay, shape (runs,); `rows` holds their indices.
    """

    def __init__(self, stay: Bools) -> None:
        self._before, self.rows = len(stay), np.flatnonzero(stay)
        self._left: dict[int, tuple[Any, Any]] = {}  # by id: the object held, which reserves the id, and what is left
        self._found: list[OverRuns] = []

    def leave(self, play: OverRuns) -> None:
        """Drop the runs from a play, and from every object with numbers over runs in it."""
        self.left_of(play)
        for one in self._found:  # which grows
            one.leave(self)

    def left_of(self, held: Any) -> Any:
        """Return what is left: a shorter copy of an array over runs, else the object itself, its contents shortened."""
        if type(held) is tuple:
            return tuple(self.left_of(one) for one in held)
        if id(held) not in self._left:
            self._left[id(held)] = held, self._shortened(held)
        return self._left[id(held)][1]

    def _shortened(self, held: Any) -> Any:
        if isinstance(held, np.ndarray) and held.shape[-1:] == (self._before,):
            return held.take(self.rows, axis=-1)
        if isinstance(held, OverRuns):
            self._found.append(held)
        elif isinstance(held, list):
            held[:] = [self.left_of(one) for one in held]
        elif isinstance(held, dict):
            held.update({key: self.left_of(one) for key, one in held.items()})
        return held
