"""Suppliers: where the records of blocks come from, for gates that need ever more of them.

`Player` plays them on an executor; what keeps finished blocks may stand in its place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.runs.block.blocks import BlockTask, run_block
from sim.runs.executors import Executor, Serial

Records = npt.NDArray[np.void]


@dataclass(frozen=True)
class Crash:
    """What stands in the place of records where a block failed."""

    message: str


class Supplier(ABC):
    """Supplies the records of blocks."""

    @abstractmethod
    def supply(self, tasks: Iterable[BlockTask]) -> Iterator[Records | Crash]:
        """Yield the records of each block, in order, or why there are none.

        Tasks must be taken only as they are needed: which ones follow depends on what has been yielded.

        Raises
        ------
        ExecutionError
            Where a worker was lost.
        """


class Player(Supplier):
    """Plays the blocks."""

    def __init__(self, executor: Executor | None = None) -> None:
        self._executor = executor or Serial()

    def supply(self, tasks: Iterable[BlockTask]) -> Iterator[Records | Crash]:
        """Yield records in order."""
        return self._executor.map(play, tasks)


def play(task: BlockTask) -> Records | Crash:
    """Play a block; a failure is a result, so that one bad scenario does not end the check of the others."""
    try:
        return run_block(task).records
    except Exception as error:
        return crash_of(task, error)


def crash_of(task: BlockTask, error: Exception) -> Crash:
    """Say why there are no records of a block."""
    return Crash(f"{task} failed: {type(error).__name__}: {error}")
