"""Runs that have ended leave a play, which goes on with those that are left.

What has numbers over runs is `OverRuns`: it holds them as attributes, in arrays whose last axis is the runs, or in
tuples, lists and dicts of such. No run looks at another, so those that stay go on as if all had.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sim.model.arrays import Bools


class OverRuns:
    """What has numbers over runs."""

    def leave(self, leaving: Leaving) -> None:
        """Keep those of the runs that stay."""
        leaving.left_of(vars(self))


class Leaving:
    """Some runs leaving; an array that is held in several places stays one.

    Parameters
    ----------
    stay
        Which runs stay, shape (runs,); `rows` are their places.
    """

    def __init__(self, stay: Bools) -> None:
        self._before, self.rows = len(stay), np.flatnonzero(stay)
        self._left: dict[int, tuple[Any, Any]] = {}  # by id what was held, which keeps the id its own, and what is left
        self._found: list[OverRuns] = []

    def leave(self, play: OverRuns) -> None:
        """Let them leave a play, and all that has numbers over runs in it."""
        self.left_of(play)
        for one in self._found:  # which grows
            one.leave(self)

    def left_of(self, held: Any) -> Any:
        """Return what is left: of an array over runs a shorter one, else the thing itself, its contents shortened."""
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
