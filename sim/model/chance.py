"""The chance of a block: for each owner and purpose a stream of random bits, one number a run and day.

Normal numbers are read from a table by them; the rules that decide on events read them as uniform numbers
(`sim.model.numbers`). A run takes its own of each day, whatever happens in others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.compiled.lookup import looked_up
from sim.model.leaving import OverRuns

if TYPE_CHECKING:
    from sim.model.arrays import Floats, Places
    from sim.model.leaving import Leaving

Bits: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]
AT_A_TIME = 2**17
"""Numbers of a stream that are drawn at a time."""


class Stream(Protocol):
    """A source of random bits. `sim.rng.Bits` is such."""

    def fill(self, out: Bits) -> None:
        """Fill an array of shape (days, runs), 16 or 32 bits a number, with the bits of the next days."""


@dataclass(frozen=True)
class Dice:
    """The chance of one block."""

    seed: int
    block: int

    def stream(self, owner: str, purpose: str) -> Stream:
        """Return the stream of one purpose."""
        return rng.Bits(rng.source(self.seed, self.block, owner, purpose))


class Daily(OverRuns):
    """The numbers of a stream day by day; they are drawn for some days at a time, which takes less.

    Parameters
    ----------
    days, runs
        Numbers there will be: so many days, each one a run. None is drawn for a later day.
    table
        What the numbers are read from by 16 random bits, float32; without one they are 32 random bits, which
        `sim.model.numbers` reads as uniform ones.
    """

    def __init__(self, stream: Stream, days: int, runs: int, table: Floats | None = None) -> None:
        self._stream, self._table, self._left, self._runs = stream, table, days, runs
        self._days: Any = np.empty((0, runs))
        self._next = 0
        self._places: Places = np.arange(runs)

    def numbers(self) -> Any:
        """Return a day's numbers, shape (runs,), in an array that days share: neither write to it nor keep it."""
        if self._next == len(self._days):
            self._draw()
        self._next += 1
        return self._days[self._next - 1]

    def leave(self, leaving: Leaving) -> None:
        """Hand out the numbers of the runs that stay; those of the others are drawn all the same."""
        self._days = self._days[self._next :].take(leaving.rows, axis=1)
        self._next = 0
        self._places = self._places[leaving.rows]

    def _draw(self) -> None:
        days = min(self._left, max(1, AT_A_TIME // self._runs))
        bits = np.empty((days, self._runs), dtype=np.uint32 if self._table is None else np.uint16)
        self._stream.fill(bits)
        self._left -= days
        if self._table is not None:
            self._days = looked_up(self._table, bits, self._places)
        else:
            self._days = bits if len(self._places) == self._runs else bits.take(self._places, axis=1)
        self._next = 0
