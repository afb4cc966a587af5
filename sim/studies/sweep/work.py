"""What a worker does for a sweep: play one block of one cell and keep it.

A failure comes back as a value, so that one bad cell does not end the sweep; only a store that cannot be written stops
everything, for that is no cell's fault.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.runs.block.blocks import BlockResult, BlockTask, run_block

if TYPE_CHECKING:
    from sim.runs.executors import Executor
    from sim.runs.store import Store


@dataclass(frozen=True)
class CellTask:
    """One block of one cell; with `look_up` it may be in the store already."""

    cell: int
    label: str
    block: BlockTask
    store: Store | None
    look_up: bool = False

    def __str__(self) -> str:
        """Name the task in messages."""
        return f"block {self.block.block} of cell {self.cell + 1} ({self.label})"


@dataclass(frozen=True)
class Failure:
    """Why a block of a cell has no result."""

    reason: str


@dataclass(frozen=True)
class Keeping:
    """A store, and who puts blocks there: the worker that played one, or, where it cannot, whoever gets the result."""

    store: Store | None
    by_workers: bool = True

    @classmethod
    def between(cls, store: Store | None, executor: Executor) -> Keeping:
        """Return who keeps what an executor's workers play."""
        return cls(store, by_workers=executor.same_disk or (store is not None and store.shared))

    def look_up(self, block: BlockTask) -> BlockResult | None:
        """Return a block that is kept already."""
        return None if self.store is None else self.store.get(block)

    @property
    def of_workers(self) -> Store | None:
        """The store as workers get it."""
        return self.store if self.by_workers else None

    def receive(self, block: BlockTask, result: BlockResult) -> None:
        """Keep the result of a block where no worker did."""
        if self.store is not None and not self.by_workers:
            self.store.put(block, result)


def play(task: CellTask) -> BlockResult | Failure:
    """Play a block and keep it.

    Raises
    ------
    StoreError
        Where it cannot be kept.
    """
    if task.look_up and task.store is not None and (kept := task.store.get(task.block)) is not None:
        return kept
    try:
        result = run_block(task.block)
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")
    finally:
        gc.collect(1)  # actors and model refer to one another, and a sweep makes too many to leave it to chance
    if task.store is not None:
        task.store.put(task.block, result)
    return result
