"""A supplier that looks into a store first and keeps there what it plays; and the choice of a supplier."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.runs.block.blocks import BlockResult, BlockTask, run_block
from sim.runs.store.store import KeptTask
from sim.studies.gates.supplier import Crash, Player, Records, Supplier, crash_of

if TYPE_CHECKING:
    from sim.runs.executors import Executor
    from sim.runs.store import Store


@dataclass(frozen=True)
class LentTask:
    """A block, and its records where the store that no worker reaches holds them."""

    block: BlockTask
    kept: Records | None

    def __str__(self) -> str:
        """Name the task in messages."""
        return str(self.block)


class Keeper(Supplier):
    """Supplies blocks from a store; those that it lacks are played and kept, by workers where they reach it."""

    def __init__(self, store: Store, executor: Executor) -> None:
        self._store, self._executor = store, executor

    def supply(self, tasks: Iterable[BlockTask]) -> Iterator[Records | Crash]:
        """Yield records in order."""
        if self._executor.same_disk or self._store.shared:
            return self._executor.map(fetch, (KeptTask(task, self._store) for task in tasks))
        return self._supply_from_here(tasks)

    def _supply_from_here(self, tasks: Iterable[BlockTask]) -> Iterator[Records | Crash]:
        given: deque[BlockTask] = deque()

        def lent() -> Iterator[LentTask]:
            for task in tasks:
                given.append(task)
                kept = self._store.get(task)
                yield LentTask(task, None if kept is None else kept.records)

        for result in self._executor.map(play_lacking, lent()):
            task = given.popleft()
            if isinstance(result, BlockResult):
                self._store.put(task, result)
                yield result.records
            else:
                yield result


def fetch(task: KeptTask) -> Records | Crash:
    """Return the records of a block.

    Raises
    ------
    StoreError
        Where it cannot be kept.
    """
    kept = task.store.get(task.block)
    if kept is not None:
        return kept.records
    try:
        result = run_block(task.block)
    except Exception as error:
        return crash_of(task.block, error)
    task.store.put(task.block, result)
    return result.records


def play_lacking(task: LentTask) -> Records | BlockResult | Crash:
    """Return the records of a block that is kept, or play it."""
    if task.kept is not None:
        return task.kept
    try:
        return run_block(task.block)
    except Exception as error:
        return crash_of(task.block, error)


def supplier_of(store: Store | None, executor: Executor) -> Supplier:
    """Return a supplier of blocks: from a store that keeps what is played, or by play alone."""
    return Player(executor) if store is None else Keeper(store, executor)
