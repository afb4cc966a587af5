"""A supplier that looks into a store first, and keeps there what it plays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sim.ensemble import BlockTask, run_block
from sim.executors import Executor
from sim.store import Store
from sim.studies.gates.supplier import Crash, Records, Supplier, crash_of


@dataclass(frozen=True)
class KeptTask:
    """A block, and the store that may hold it."""

    block: BlockTask
    store: Store

    def __str__(self) -> str:
        """Name the task in messages."""
        return str(self.block)


class Keeper(Supplier):
    """Supplies blocks from a store; those that it lacks are played and kept. Workers do both."""

    def __init__(self, store: Store, executor: Executor) -> None:
        self._store, self._executor = store, executor

    def supply(self, tasks: Iterable[BlockTask]) -> Iterator[Records | Crash]:
        """Yield records in order."""
        return self._executor.map(fetch, (KeptTask(task, self._store) for task in tasks))


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
