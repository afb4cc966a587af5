"""The one place that plays blocks: it merges them in order, stops, keeps and resumes.

`play` takes requests, each for the blocks of one scenario from the first on, shares the workers among them and merges
the blocks of each in their own order, until there are enough. `results` gives blocks one after another, where what
they say decides which are needed next. Blocks that may be are played together in one array. Both take from a store what
it holds and keep there what they play, so that a command that was killed goes on where it was, and no command plays
what another has played. A block that fails, or loses its worker every time, gives a `Failure` in its place.

What is merged does not depend on how many workers there are, what the store already holds, or what is played together.
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
ALL = 1 << 62  # of records: every run's


@dataclass(frozen=True)
class Merged:
    """Results added up in the order of their runs.

    Attributes
    ----------
    runs
        How many there are.
    tally
        Their counts; empty before the first.
    parts
        The records of the first `cap` runs, a part a result.
    paths
        Of the first result.
    """

    runs: int = 0
    tally: Tally = field(default_factory=lambda: Tally({}))
    parts: tuple[Records, ...] = ()
    paths: Paths | None = None
    cap: int = RECORD_CAP

    def after(self, result: BlockResult) -> Merged:
        """Return this with one result more."""
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
    """Merges results that come in any order, each as soon as all runs before it are in."""

    def __init__(self, cap: int = RECORD_CAP) -> None:
        self.merged = Merged(cap=cap)
        self._early: dict[int, BlockResult] = {}

    def add(self, first: int, result: BlockResult) -> None:
        """Take the result of some runs, given the number of the first."""
        self._early[first] = result

    def step(self) -> bool:
        """Merge the result that is next, in one assignment: Ctrl-C comes between results. False where it is not in."""
        result = self._early.pop(self.merged.runs, None)
        if result is None:
            return False
        self.merged = self.merged.after(result)
        return True


@dataclass(eq=False)
class Request:
    """The blocks of one scenario that are wanted, from the first on, and what is merged of them.

    Attributes
    ----------
    task
        Returns the block of a number.
    blocks
        How many are wanted at most.
    is_enough
        Tells by the counts at a look (`is_look`) whether no more are needed; None: all are.
    name
        What messages call it; the id of its scenario where it is empty.
    cap
        Of how many runs the record is kept.
    failure
        Why it was given up, where a block failed.
    """

    task: Callable[[int], BlockTask]
    blocks: int
    is_enough: Callable[[Tally], bool] | None = None
    name: str = ""
    cap: int = RECORD_CAP
    failure: Failure | None = None
    given: int = field(default=0, init=False)
    """How many blocks were dealt."""

    def __post_init__(self) -> None:
        self.merger = Merger(self.cap)

    @property
    def merged(self) -> Merged:
        """What is merged so far."""
        return self.merger.merged

    @property
    def taken(self) -> int:
        """How many blocks are merged."""
        return -(-self.merged.runs // BLOCK_RUNS)

    @property
    def needed(self) -> int:
        """How many blocks there will be before it can be done."""
        if self.is_enough is None:
            return self.blocks
        look = self.taken + 1
        while not is_look(look, self.blocks):
            look += 1
        return look

    @property
    def is_met(self) -> bool:
        """Whether what is merged is enough, where something tells."""
        return self.is_enough is None or self.is_enough(self.merged.tally)

    @property
    def is_done(self) -> bool:
        """Whether all blocks are in, or enough of them at a look."""
        if self.taken >= self.blocks:
            return True
        return self.is_enough is not None and is_look(self.taken, self.blocks) and self.is_met


def is_look(blocks: int, most: int) -> bool:
    """Whether a request is looked at after so many blocks of `most`: 1, 2, 3, then steps of about a quarter."""
    look = 1
    while look < blocks:
        look += max(1, look // 4)
    return look == blocks or blocks == most


def play(  # noqa: PLR0913 - who plays, where it is kept, and who is told
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
        Taken as they are needed.
    executor
        Where blocks are played; this process if not given.
    store
        Where they are looked for and kept, by workers that reach it.
    with_counts
        Whether counts are wanted too, besides the records of runs.
    in_order
        Whether the first request is to be done before any other.
    done
        Called with each request that is done or given up, which may be in any order. What it raises ends the play.
    finished
        Called for each block that is merged, and for those that turn out not to be needed.

    Raises
    ------
    StoreError
        Where a block cannot be kept; what was kept before is intact.
    ExecutionError
        Where there are no workers any more.
    KeyboardInterrupt
        Where it came; each request holds what was merged of it until then.
    """
    executor = executor or Serial()
    keeping = _Keeping(store, executor, with_counts=with_counts)
    schedule = _Schedule(requests, keeping, in_order=in_order, done=done, advance=finished or (lambda: None))
    merging = played(executor, schedule.groups(executor))
    try:
        for result in merging:
            schedule.take(result)
            if schedule.is_over:
                break  # what was played ahead is not waited for
    finally:
        merging.close()  # type: ignore[attr-defined]


def complain(request: Request) -> None:
    """Raise the failure of a request that has one.

    Raises
    ------
    ExecutionError
        Where a block of it failed.
    """
    if request.failure is not None:
        raise ExecutionError(request.failure.message)


def results(
    rounds: Iterable[Sequence[BlockTask]], *, executor: Executor | None = None, store: Store | None = None
) -> Iterator[BlockResult | Failure]:
    """Yield the result of each block in order, its records alone, or why there is none.

    Rounds are taken only as they are needed: which ones follow may depend on what has been yielded.

    Raises
    ------
    StoreError
        Where a block cannot be kept.
    ExecutionError
        Where there are no workers any more.
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
            for group in in_groups(waiting, executor.parallel, in_order=True):
                out.extend((number, task) for task in group.tasks)
                yield group

    coming = played(executor, dealt())
    try:
        for result in coming:
            yield keeping.received(out.popleft()[1], result)
    finally:
        coming.close()  # type: ignore[attr-defined]


class _Keeping:
    """A store; the worker that played a block puts it there, or, where it cannot, the process that gets it."""

    def __init__(self, store: Store | None, executor: Executor, *, with_counts: bool) -> None:
        self._store, self._with_counts = store, with_counts
        self._is_far = store is not None and not (executor.same_disk or store.shared)

    def get(self, block: BlockTask) -> BlockResult | None:
        """Return what is wanted of a block that is kept already."""
        kept = None if self._store is None else self._store.get(block)
        return None if kept is None else wanted(kept, with_counts=self._with_counts)

    def task(self, block: BlockTask, name: str = "", *, look_up: bool) -> Task:
        """Return a block as a worker gets it; one that may be kept already is looked up where the store is reached."""
        name = name or block.scenario.id
        if self._is_far:
            return Task(block, name, with_counts=True, kept=self.get(block) if look_up else None)
        return Task(block, name, self._with_counts, self._store, look_up)

    def received(self, task: Task, result: BlockResult | Failure) -> BlockResult | Failure:
        """Return what is wanted of a result; keep it where no worker did."""
        if isinstance(result, Failure):
            return result
        if self._is_far and task.kept is None and self._store is not None:
            self._store.put(task.block, result)
        return wanted(result, with_counts=self._with_counts)


class _Schedule:
    """Deals the blocks of requests and takes their results; a request is opened when it is needed, and then dropped."""

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
            for group in in_groups(dealt, executor.parallel):
                self._out.extend((*dealt[task], task) for task in group.tasks)
                yield group

    def _round(self, most: int) -> dict[Task, tuple[Request, int]]:
        """Return tasks of at most so many runs together; more than one only as far as all are sure to be needed."""
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
            # One before its turn goes out even where the store holds it, and so comes after those of the first.
            dealt[self._keeping.task(block, request.name, look_up=is_early)] = request, number
            runs += block.runs
        return dealt

    def take(self, result: BlockResult | Failure) -> None:
        """Take the result of the task that was given out first."""
        request, number, task = self._out.popleft()
        result = self._keeping.received(task, result)
        if request not in self._open:
            return  # decided already: it was played ahead, or another of its blocks failed
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
        """Choose the request whose block is played next: surely needed ones first, then `ahead` one that may be."""
        needed = next((one for one in self._open if one.given < one.needed), None)
        if needed is not None:
            return needed
        # Where looks decide, the first is waited for; where they do not, its blocks are given out first anyway.
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
