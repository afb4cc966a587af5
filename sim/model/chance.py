"""The chance of a block: a stream of random bits for each owner and purpose, one number per run and day.

Normal numbers are looked up in a table by these bits; the rules that decide on events read them as uniform numbers
(`sim.model.numbers`). A run takes its own number each day, whatever happens in other runs.
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
"""Numbers of a stream drawn at a time."""


class Stream(Protocol):
    """A source of random bits, such as `sim.rng.Bits`."""

    def fill(self, out: Bits) -> None:
        """Fill an array of shape (days, runs), 16 or 32 bits per number, with the bits of the next days."""


@dataclass(frozen=True)
class Dice:
    """The chance of one block."""

    seed: int
    block: int

    def stream(self, owner: str, purpose: str) -> Stream:
        """Return the stream of one purpose."""
        return rng.Bits(rng.source(self.seed, self.block, owner, purpose))


class Daily(OverRuns):
    """The numbers of a stream day by day, drawn several days at a time because that is faster.

    Parameters
    ----------
    days, runs
        Size of the stream: this many days, with one number per run on each. Nothing is drawn for later days.
    table
        Table of float32 numbers, looked up by 16 random bits each. Without it the numbers are 32 random bits, which
        `sim.model.numbers` reads as uniform ones.
    """

    def __init__(self, stream: Stream, days: int, runs: int, table: Floats | None = None) -> None:
        self._stream, self._table, self._left, self._runs = stream, table, days, runs
        self._days: Any = np.empty((0, runs))
        self._next = 0
        self._places: Places = np.arange(runs)

    def numbers(self) -> Any:
        """Return a day's numbers, shape (runs,); the array is reused, so callers must not write to or keep it."""
        if self._next == len(self._days):
            self._draw()
        self._next += 1
        return self._days[self._next - 1]

    def leave(self, leaving: Leaving) -> None:
        """Return numbers only for the runs that stay from now on; those of the others are still drawn."""
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
