"""Draws that are kept: the chance of a block, drawn once and reused for every scenario played on it.

Chance depends on seed, block, owner and purpose, never on a scenario's numbers, so a block that is replayed many times
with different numbers need not be redrawn. A `Shelf` keeps draws up to a memory limit; `KeptDice` takes those of some
runs from it. Runs are identical to those with `Dice`, byte for byte.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.chance import Dice, Stream

if TYPE_CHECKING:
    from sim.model.chance import Bits

Key = tuple[int, int, str, str]


@dataclass
class Shelf:
    """Draws of whole blocks, keyed by seed, block, owner and purpose, shape (days, runs of a block).

    The least recently used are dropped first when the limit is reached.
    """

    most_bytes: int
    _kept: OrderedDict[Key, Bits] = field(default_factory=OrderedDict, repr=False)

    @property
    def bytes(self) -> int:
        """Number of bytes kept."""
        return sum(array.nbytes for array in self._kept.values())

    def draws(self, key: Key, shape: tuple[int, int], kind: np.dtype[Any]) -> Bits | None:
        """Return the draws of a stream, days by runs; None if they exceed what may be kept."""
        days, runs = shape
        held = self._kept.get(key)
        if held is None or len(held) < days:
            size = kind.itemsize * days * runs
            if size > self.most_bytes // 4:
                return None
            self._kept.pop(key, None)
            while self._kept and self.bytes + size > self.most_bytes:
                self._kept.popitem(last=False)
            held = np.empty(shape, dtype=kind)
            Dice(*key[:2]).stream(*key[2:]).fill(held)
            held.flags.writeable = False
            self._kept[key] = held
        self._kept.move_to_end(key)
        return held


@dataclass(frozen=True)
class KeptDice(Dice):
    """The chance of some runs of a block, kept on a shelf if it has room.

    Attributes
    ----------
    runs
        Number of runs of a whole block.
    part
        The runs taken.
    days
        Number of days to play.
    shelf
        Shelf that keeps the draws; None to draw anew.
    """

    runs: int
    part: slice
    days: int
    shelf: Shelf | None = None

    def stream(self, owner: str, purpose: str) -> Stream:
        """Return the stream of one purpose, cut to the part."""
        return _Cut(self, owner, purpose)


class _Cut:
    """A stream of a block of which only some runs are returned."""

    def __init__(self, dice: KeptDice, owner: str, purpose: str) -> None:
        self._dice, self._names = dice, (owner, purpose)
        self._day = 0
        self._whole: Bits | None = None
        self._stream = Dice(dice.seed, dice.block).stream(owner, purpose)

    def fill(self, out: Bits) -> None:
        """Fill an array with the bits of the next days."""
        dice, first = self._dice, self._day
        if first == 0 and dice.shelf is not None:
            key = dice.seed, dice.block, *self._names
            self._whole = dice.shelf.draws(key, (dice.days, dice.runs), out.dtype)
        self._day += len(out)
        if self._whole is None:
            drawn: Bits = np.empty((len(out), dice.runs), dtype=out.dtype)
            self._stream.fill(drawn)
        else:
            drawn = self._whole[first : self._day]
        out[:] = drawn[:, dice.part]
