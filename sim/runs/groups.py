"""Groups: blocks that a worker plays together in one array, and the result of each.

A worker takes from the store the blocks of a group that it holds, plays the rest, and keeps them. If a group fails or
loses its worker, its blocks are played one by one, so that only the one to blame becomes a `Failure`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from sim.runs.block.blocks import BLOCK_RUNS, BlockResult, BlockTask, run_blocks
from sim.tallies import Tally

if TYPE_CHECKING:
    from sim.errors import ExecutionError
    from sim.runs.executors import Executor
    from sim.runs.store import Store

MOST_TOGETHER = 2 * BLOCK_RUNS  # runs in one array: more gain nothing, and leave less for other workers


@dataclass(frozen=True)
class Failure:
    """Replaces the result of a block that failed: the reason, and the reason in a sentence that names the block."""

    reason: str
    message: str


@dataclass(frozen=True, eq=False)
class Task:
    """A block as a worker receives it.

    Attributes
    ----------
    name
        Name, in messages, of the request or scenario it is a block of.
    with_counts
        Whether counts are wanted in addition to records.
    store
        Where to keep the result, if the worker can reach the store.
    look_up
        Whether the store may already hold it.
    kept
        Its result, if it is kept in a store that workers cannot reach.
    """

    block: BlockTask
    name: str
    with_counts: bool
    store: Store | None = None
    look_up: bool = False
    kept: BlockResult | None = None

    def __str__(self) -> str:
        return f"block {self.block.block} of {self.name}"

    @property
    def at_hand(self) -> BlockResult | None:
        """Its result, if already kept."""
        return self.store.get(self.block) if self.look_up and self.store is not None else self.kept

    @property
    def counts(self) -> bool:
        """Whether counts must be computed: kept results include them."""
        return self.with_counts or self.store is not None

    def done(self, result: BlockResult) -> BlockResult:
        """Keep a result just played, if there is a store; return the wanted part of it."""
        if self.store is not None:
            self.store.put(self.block, result)
        return wanted(result, with_counts=self.with_counts)


@dataclass(frozen=True)
class Group:
    """Tasks that are played in one array."""

    tasks: tuple[Task, ...]

    def __str__(self) -> str:
        first, *others = map(str, self.tasks)
        return f"{first} to {others[-1]}" if others else first


def in_groups(tasks: Iterable[Task], *, in_order: bool = False) -> list[Group]:
    """Return tasks in groups for one array each; `in_order`, of consecutive tasks only."""
    groups: list[list[Task]] = []
    last: dict[Hashable, list[Task]] = {}
    for task in tasks:
        kind = task.block.structure
        group = last.get(kind)
        if group is None or sum(one.block.runs for one in group) >= MOST_TOGETHER:
            group = []
            groups.append(group)
            last = {kind: group} if in_order else {**last, kind: group}
        group.append(task)
    return [Group(tuple(group)) for group in groups]


def play_group(group: Group) -> list[BlockResult | Failure]:
    """Return the result of each block, from the store or played and kept. Raises StoreError if it cannot be kept."""
    kept = {task: task.at_hand for task in group.tasks}
    played = iter(_results([task for task, result in kept.items() if result is None]))
    return [
        next(played) if result is None else wanted(result, with_counts=task.with_counts)
        for task, result in kept.items()
    ]


def _results(tasks: Sequence[Task]) -> list[BlockResult | Failure]:
    """Play blocks in one array and keep them; if that fails, play each alone, which shows the one to blame."""
    if not tasks:
        return []
    try:
        played = run_blocks([task.block for task in tasks], with_counts=tasks[0].counts)
    except Exception as error:
        if len(tasks) > 1:
            return list(chain.from_iterable(_results([task]) for task in tasks))
        reason = f"{type(error).__name__}: {error}"
        return [Failure(reason, f"{tasks[0]} failed: {reason}")]
    return [task.done(result) for task, result in zip(tasks, played, strict=True)]


def wanted(result: BlockResult, *, with_counts: bool) -> BlockResult:
    """Return a result, without its counts if they are not wanted."""
    return result if with_counts else BlockResult(Tally({}), result.records)


def played(executor: Executor, groups: Iterable[Group]) -> Iterator[BlockResult | Failure]:
    """Yield the result of each task of each group in order; tasks of a group that lost its worker go alone."""
    play_or_tell: Callable[[Group], list[BlockResult | Failure] | _Lost] = play_group
    results = executor.map(play_or_tell, groups, lost=_Lost)
    try:
        for outcome in results:
            if not isinstance(outcome, _Lost):
                yield from outcome
            elif len(outcome.group.tasks) == 1:
                yield Failure(str(outcome.error), str(outcome.error))
            else:
                elsewhere = copy(executor)
                elsewhere.here = 0  # one of them may kill its process
                yield from played(elsewhere, (Group((task,)) for task in outcome.group.tasks))
    finally:
        results.close()  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _Lost:
    """Replaces the results of a group that loses its worker every time; the error names the group."""

    group: Group
    error: ExecutionError
