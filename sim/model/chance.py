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
from sim.compiled.recording import in_loops
from sim.model.arrays import zeros
from sim.model.over_runs import ByDay

if TYPE_CHECKING:
    from sim.model.arrays import Floats

Bits: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]
AT_A_TIME = 2**15
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


@dataclass(frozen=True)
class FirstDice(Dice):
    """The chance of the first runs of a block of `runs`."""

    runs: int

    def stream(self, owner: str, purpose: str) -> Stream:
        """Return the stream of one purpose."""
        return _First(super().stream(owner, purpose), self.runs)


class _First:
    """The numbers of the first runs in a stream of more."""

    def __init__(self, stream: Stream, runs: int) -> None:
        self._stream, self._runs = stream, runs

    def fill(self, out: Bits) -> None:
        """Fill an array with the bits of the next days."""
        drawn: Bits = np.empty((len(out), self._runs), dtype=out.dtype)
        self._stream.fill(drawn)
        out[:] = drawn[:, : out.shape[1]]


class Daily(ByDay):
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
        self.table = table
        self._stream, self._days, self._runs = stream, days, runs
        shape = min(days, at_a_time(runs)), in_loops(runs)
        self._bits: Bits = zeros(shape, np.uint32 if table is None else np.uint16)
        self._first, self._drawn = 0, 0

    def on(self, day: int) -> Any:
        """Return the numbers of a day, shape (runs,); days must be asked for in order.

        The array is reused, so callers must not keep it.
        """
        bits = self.bits(day, 1)[0, : self._runs]
        return bits if self.table is None else self.table[bits]

    def bits(self, day: int, days: int) -> Bits:
        """Return the bits of a day and of those that follow, at most `at_a_time`; they must be asked for in order.

        Returns
        -------
        Shape (days, `in_loops` of the runs). The array is reused, so callers must not keep it.
        """
        left = self._first + self._drawn - day
        if left < days:
            self._bits[:left] = self._bits[self._drawn - left : self._drawn]
            self._first, self._drawn = day, min(len(self._bits), self._days - day)
            self._stream.fill(self._bits[left : self._drawn, : self._runs])
        return self._bits[day - self._first :][:days]


def at_a_time(runs: int) -> int:
    """Return the number of days for which numbers are drawn at a time."""
    return max(1, AT_A_TIME // runs)
