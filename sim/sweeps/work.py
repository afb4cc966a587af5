"""What a worker does for a sweep: play one block of one cell and keep it.

A failure comes back as a value, so that one bad cell does not end the sweep; only a store that cannot be written stops
everything, for that is no cell's fault.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass

from sim.ensemble import BlockResult, BlockTask, run_block
from sim.store import Store


@dataclass(frozen=True)
class CellTask:
    """One block of one cell."""

    cell: int
    label: str
    block: BlockTask
    store: Store | None

    def __str__(self) -> str:
        """Name the task in messages."""
        return f"block {self.block.block} of cell {self.cell + 1} ({self.label})"


@dataclass(frozen=True)
class Failure:
    """Why a block of a cell has no result."""

    reason: str


def play(task: CellTask) -> BlockResult | Failure:
    """Play a block and keep it.

    Raises
    ------
    StoreError
        Where it cannot be kept.
    """
    try:
        result = run_block(task.block)
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")
    finally:
        gc.collect(1)  # actors and model refer to one another, and a sweep makes too many to leave it to chance
    if task.store is not None:
        task.store.put(task.block, result)
    return result
