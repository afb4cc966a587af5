"""The chance of a block: for each owner and purpose a stream of random bits, one number a run and day.

A rule reads them where it needs them, as a normal or a uniform number (`sim.model.numbers`), so these are never written
down. Of the random numbers of a day no run's depend on another's fate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from sim import rng

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
        return rng.Bits(rng.stream(self.seed, self.block, owner, purpose))


class Daily:
    """The bits of a stream day by day; they are drawn for some days at a time, which takes less.

    Parameters
    ----------
    kind
        `np.uint16` for normal numbers, `np.uint32` for uniform ones.
    """

    def __init__(self, stream: Stream, runs: int, kind: type[np.unsignedinteger[Any]]) -> None:
        self._stream = stream
        self._days = np.empty((max(1, AT_A_TIME // runs), runs), dtype=kind)
        self._next = len(self._days)

    def bits(self) -> Bits:
        """Return the bits of the next day, shape (runs,), not to be written to."""
        if self._next == len(self._days):
            self._stream.fill(self._days)
            self._next = 0
        self._next += 1
        bits: Bits = self._days[self._next - 1]
        return bits
