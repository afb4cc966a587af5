"""The one place that plays blocks: it merges them in order, stops, keeps and resumes.

`play` takes requests, each for the blocks of one scenario from the first on. It shares the workers among them and
merges the blocks of each in order until there are enough. `results` yields blocks one after another, for callers whose
next blocks depend on earlier ones. Blocks that can be are played together in one array. Both read from a store and keep
there what they play, so a killed command resumes where it stopped, and no block is played twice. A block that fails, or
loses its worker every time, becomes a `Failure`.

The merged result does not depend on the number of workers, on what the store holds, or on which blocks share an array.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.errors import ExecutionError
from sim.runs import groups
from sim.runs.block.blocks import BLOCK_RUNS, RECORD, BlockResult, BlockTask
from sim.runs.executors import Executor, Serial
from sim.runs.groups import Failure, Group, Task, in_groups, played, wanted
from sim.tallies import Tally

if TYPE_CHECKING:
    from sim.runs.block.watches import Paths
    from sim.runs.store import Store

Records = npt.NDArray[np.void]
RECORD_CAP = 1_000_000  # runs whose record a forecast keeps: 10 MB
ALL = 1 << 62  # a cap that keeps every run's record


@dataclass(frozen=True)
class Merged:
    """Results added up in the order of their runs.

    Attributes
    ----------
    runs
        Number of runs merged.
    tally
        Their counts; empty before the first.
    parts
        The records of the first `cap` runs, one part per result.
    paths
        Paths of the first result.
    """

    runs: int = 0
    tally: Tally = field(default_factory=lambda: Tally({}))
    parts: tuple[Records, ...] = ()
    paths: Paths | None = None
    cap: int = RECORD_CAP

    def after(self, result: BlockResult) -> Merged:
        """Return this with one more result merged."""
        tally = self.tally + result.tally if self.runs else result.tally
        room = max(0, self.cap - self.runs)
        parts = (*self.parts, result.records[:room]) if room else self.parts
        paths = self.paths if self.runs else result.paths
        return Merged(self.runs + len(result.records), tally, parts, paths, self.cap)

    @cached_property
    def records(self) -> Records:
        """The record of each run, dtype `RECORD`."""
        return np.concatenate(self.parts) if self.parts else np.zeros(0, dtype=RECORD)


class Merger:
    """Merges results that arrive in any order, each as soon as all runs before it are in."""

    def __init__(self, cap: int = RECORD_CAP) -> None:
        self.merged = Merged(cap=cap)
        self._early: dict[int, BlockResult] = {}

    def add(self, first: int, result: BlockResult) -> None:
        """Take the result of some runs, given the number of the first run."""
        self._early[first] = result

    def step(self) -> bool:
        """Merge the next result in one assignment, so that Ctrl-C falls between results. False if it is not in yet."""
        result = self._early.pop(self.merged.runs, None)
        if result is None:
            return False
        self.merged = self.merged.after(result)
        return True


@dataclass(eq=False)
class Request:
    """The blocks wanted of one scenario, from the first on, and their merged result.

    Attributes
    ----------
    task
        Returns the task for a block number.
    blocks
        Largest number of blocks.
    is_enough
        Decides from the counts at a look (`is_look`) whether there are enough; None if all blocks are needed.
    name
        Name in messages; if empty, the id of the scenario.
    cap
        Number of runs whose records are kept.
    failure
        Why it was given up, if a block failed.
    """

    task: Callable[[int], BlockTask]
    blocks: int
    is_enough: Callable[[Tally], bool] | None = None
    name: str = ""
    cap: int = RECORD_CAP
    failure: Failure | None = None
    given: int = field(default=0, init=False)  # number of blocks given out

    def __post_init__(self) -> None:
        self.merger = Merger(self.cap)

    @property
    def merged(self) -> Merged:
        """Everything merged so far."""
        return self.merger.merged

    @property
    def taken(self) -> int:
        """Number of blocks merged."""
        return -(-self.merged.runs // BLOCK_RUNS)

    @property
    def needed(self) -> int:
        """Number of blocks needed before it can be done."""
        if self.is_enough is None:
            return self.blocks
        look = self.taken + 1
        while not is_look(look, self.blocks):
            look += 1
        return look

    @property
    def is_met(self) -> bool:
        """Whether the blocks merged are enough according to `is_enough`, if there is one."""
        return self.is_enough is None or self.is_enough(self.merged.tally)

    @property
    def is_done(self) -> bool:
        """Whether all blocks are in, or enough of them at a look."""
        if self.taken >= self.blocks:
            return True
        return self.is_enough is not None and is_look(self.taken, self.blocks) and self.is_met


def is_look(blocks: int, most: int) -> bool:
    """Whether to look at a request after this many blocks of `most`: 1, 2, 3, then steps of about a quarter."""
    look = 1
    while look < blocks:
        look += max(1, look // 4)
    return look == blocks or blocks == most


def play(  # noqa: PLR0913 - who plays, where it is kept, and who is notified
    requests: Iterable[Request],
    *,
    executor: Executor | None = None,
    store: Store | None = None,
    with_counts: bool = True,
    in_order: bool = False,
    done: Callable[[Request], None] = lambda _: None,
    finished: Callable[[], None] | None = None,
) -> None:
    """Play requests and merge the blocks of each until there are enough.

    Parameters
    ----------
    requests
        Requests, taken as they are needed.
    executor
        Where blocks are played; this process by default.
    store
        Where blocks are looked up and kept, by workers that can reach it.
    with_counts
        Whether counts are wanted in addition to the records of runs.
    in_order
        Whether the first request is to be finished before any other.
    done
        Called with each request that is done or given up, in any order. If it raises, the play ends.
    finished
        Called for each block that is merged or turns out not to be needed.

    Raises
    ------
    StoreError
        If a block cannot be kept; everything kept before is intact.
    ExecutionError
        If no workers are left.
    KeyboardInterrupt
        On Ctrl-C; each request holds everything merged until then.
    """
    executor = executor or Serial()
    keeping = _Keeping(store, executor, with_counts=with_counts)
    schedule = _Schedule(requests, keeping, in_order=in_order, done=done, advance=finished or (lambda: None))
    merging = played(executor, schedule.groups(executor))
    try:
        for result in merging:
            schedule.take(result)
            if schedule.is_over:
                break  # do not wait for blocks played ahead
    finally:
        merging.close()  # type: ignore[attr-defined]


def complain(request: Request) -> None:
    """Raise ExecutionError if one of the blocks of a request failed."""
    if request.failure is not None:
        raise ExecutionError(request.failure.message)


def results(
    rounds: Iterable[Sequence[BlockTask]], *, executor: Executor | None = None, store: Store | None = None
) -> Iterator[BlockResult | Failure]:
    """Yield the result of each block in order, records only, or the reason there is none.

    Rounds are read only as they are needed: later rounds may depend on what has been yielded. Raises StoreError if a
    block cannot be kept, and ExecutionError if no workers are left.
    """
    executor = executor or Serial()
    keeping = _Keeping(store, executor, with_counts=False)
    out: deque[tuple[int, Task]] = deque()

    def dealt() -> Iterator[Group]:
        for number, blocks in enumerate(rounds):
            waiting = deque(keeping.task(block, look_up=True) for block in blocks)
            while waiting and out and out[0][0] < number:  # ahead of what decides whether it is needed: one at a time
                out.append((number, waiting[0]))
                yield Group((waiting.popleft(),))
            for group in in_groups(waiting, in_order=True):
                out.extend((number, task) for task in group.tasks)
                yield group

    coming = played(executor, dealt())
    try:
        for result in coming:
            yield keeping.received(out.popleft()[1], result)
    finally:
        coming.close()  # type: ignore[attr-defined]


class _Keeping:
    """A store; a block is kept by the worker that played it or, if that cannot, by the process that receives it."""

    def __init__(self, store: Store | None, executor: Executor, *, with_counts: bool) -> None:
        self._store, self._with_counts = store, with_counts
        self._is_far = store is not None and not (executor.same_disk or store.shelf.shared)

    def get(self, block: BlockTask) -> BlockResult | None:
        """Return the wanted part of a block that is already kept."""
        kept = None if self._store is None else self._store.get(block)
        return None if kept is None else wanted(kept, with_counts=self._with_counts)

    def task(self, block: BlockTask, name: str = "", *, look_up: bool) -> Task:
        """Return a block as a worker receives it; look up one that may be kept, wherever the store can be reached."""
        name = name or block.scenario.id
        if self._is_far:
            return Task(block, name, with_counts=True, kept=self.get(block) if look_up else None)
        return Task(block, name, self._with_counts, self._store, look_up)

    def received(self, task: Task, result: BlockResult | Failure) -> BlockResult | Failure:
        """Return the wanted part of a result; keep it if no worker did."""
        if isinstance(result, Failure):
            return result
        if self._is_far and task.kept is None and self._store is not None:
            self._store.put(task.block, result)
        return wanted(result, with_counts=self._with_counts)


class _Schedule:
    """Deals the blocks of requests and takes their results; opens a request when it is needed, and drops it after."""

    def __init__(
        self,
        requests: Iterable[Request],
        keeping: _Keeping,
        *,
        in_order: bool,
        done: Callable[[Request], None],
        advance: Callable[[], None],
    ) -> None:
        self._waiting, self._keeping = iter(requests), keeping
        self._done, self._advance = done, advance
        self._open = list(islice(self._waiting, 1))
        self._first = self._open[0] if in_order and self._open else None
        self._out: deque[tuple[Request, int, Task]] = deque()

    def groups(self, executor: Executor) -> Iterator[Group]:
        """Yield blocks that the store does not hold, in groups, until no request can need another."""
        while dealt := self._round(executor.parallel * groups.MOST_TOGETHER):
            for group in in_groups(dealt):
                self._out.extend((*dealt[task], task) for task in group.tasks)
                yield group

    def _round(self, most: int) -> dict[Task, tuple[Request, int]]:
        """Return tasks of at most `most` runs together; more than one only if all are sure to be needed."""
        dealt: dict[Task, tuple[Request, int]] = {}
        runs = 0
        while runs < most and (request := self._next(ahead=not dealt)) is not None:
            number, is_early = request.given, self._first is not None and request is not self._first
            request.given += 1
            block = request.task(number)
            kept = None if is_early else self._keeping.get(block)
            if kept is not None:
                self._accept(request, number, kept)
                continue
            # One before its turn is given out even if the store holds it, and so comes after those of the first.
            dealt[self._keeping.task(block, request.name, look_up=is_early)] = request, number
            runs += block.runs
        return dealt

    def take(self, result: BlockResult | Failure) -> None:
        """Take the result of the task given out first."""
        request, number, task = self._out.popleft()
        result = self._keeping.received(task, result)
        if request not in self._open:
            return  # already decided: it was played ahead, or another of its blocks failed
        if isinstance(result, Failure):
            request.failure = result
            self._close(request)
        else:
            self._accept(request, number, result)

    @property
    def is_over(self) -> bool:
        """Whether every request is done."""
        return not self._open and self._open_next() is None

    def _next(self, *, ahead: bool) -> Request | None:
        """Choose the request to play the next block of: needed ones first, then, `ahead`, one that may be needed."""
        needed = next((one for one in self._open if one.given < one.needed), None)
        if needed is not None:
            return needed
        # If looks decide, the first request is waited for; if not, its blocks are given out first anyway.
        if (self._first is None or self._first.is_enough is None) and (opened := self._open_next()) is not None:
            return opened
        if not ahead:
            return None
        unsure = [one for one in self._open if one.given < one.blocks]
        return min(unsure, key=lambda one: one.given - one.taken) if unsure else self._open_next()

    def _open_next(self) -> Request | None:
        request = next(self._waiting, None)
        if request is not None:
            self._open.append(request)
        return request

    def _accept(self, request: Request, number: int, result: BlockResult) -> None:
        request.merger.add(number * BLOCK_RUNS, result)
        while request.merger.step():
            self._advance()
            if request.is_done:
                self._close(request)
                return

    def _close(self, request: Request) -> None:
        self._open.remove(request)
        self._first = None if request is self._first else self._first
        for _ in range(request.blocks - request.taken):
            self._advance()
        self._done(request)
