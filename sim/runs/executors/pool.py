"""One way to map a function over tasks: in this process, or on the workers of any `concurrent.futures.Executor`.

`map` yields results in the order of the tasks, each exactly once. It takes tasks only shortly before they are needed
and stops at the first failure with an error that names the task. Tasks lost with their worker are retried alone; one
that is lost again is named in an error. Closing the iterator drops the tasks that have not begun.

Tasks and results travel in batches, as compressed pickles, so that each message to another machine stands for seconds
of work. Batch size follows from how long tasks have taken so far and shrinks towards the end, so that no worker waits
long for the last one.
"""

from __future__ import annotations

import os
import pickle
import socket
import time
import zlib
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future
from concurrent.futures import Executor as Workers
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from sim import environment
from sim.errors import ExecutionError, OfframpError, UsageError

Task = TypeVar("Task")
Result = TypeVar("Result")

TARGET = 5.0  # seconds a batch should take if there are few workers
RATE = 100.0
"""Most batches a second for the scheduler; with more workers, batches get longer (docs/scale.md)."""
MOST = 256  # most tasks in a batch: some 30 MB of results of a block each
IN_FLIGHT = 3  # batches per worker: one running, one queued, one whose result waits for its turn
PROBES = 64
"""Most batches of one task in flight, until the first comes back and shows how long a task takes."""


class Feed(Generic[Task]):
    """Deals batches of `target` seconds, single tasks if 0; reads one per worker ahead to see the end coming."""

    def __init__(self, tasks: Iterable[Task], target: float) -> None:
        self._source, self._target = iter(tasks), target
        self._ready: deque[Task] = deque()
        self._over = False
        self._seconds: float | None = None

    def most(self, workers: int) -> int:
        """Return how many batches to have in flight; few if they are single tasks, so that stopping is quick."""
        if not self._target:
            return 2 * workers
        return IN_FLIGHT * workers if self._seconds is not None else min(workers, PROBES)

    def batch(self, workers: int) -> list[Task]:
        """Return the next tasks; near the end, half of each worker's share; empty at the end."""
        size = self._size(workers)
        while not self._over and len(self._ready) < (size * workers if self._target else 1):
            try:
                self._ready.append(next(self._source))
            except StopIteration:
                self._over = True
        if self._over:
            size = max(1, min(size, len(self._ready) // (2 * workers)))
        return [self._ready.popleft() for _ in range(min(size, len(self._ready)))]

    def learn(self, tasks: int, seconds: float) -> None:
        """Record how long a batch took; later batches weigh most."""
        if tasks:
            mean = seconds / tasks
            self._seconds = mean if self._seconds is None else 0.7 * self._seconds + 0.3 * mean

    def _size(self, workers: int) -> int:
        if self._seconds is None:
            return 1
        target = self._target * max(1.0, workers / (RATE * TARGET))
        return max(1, min(MOST, round(target / max(self._seconds, 1e-6))))


@dataclass(frozen=True)
class Outcome:
    """Pickled results of the first tasks of a batch, the error of the next one, if it failed, and the seconds taken."""

    results: list[bytes]
    error: Exception | None
    seconds: float


def packed(value: Any, level: int) -> bytes:
    """Return a value packed for transport; level 0 means no compression."""
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), level)


def unpacked(content: bytes) -> Any:
    """Return a value unpacked; only for data from this user's own workers, because pickles can run code."""
    return pickle.loads(zlib.decompress(content))  # noqa: S301


def play(payload: bytes, here: dict[str, str], level: int) -> bytes:
    """Run a batch, a packed pair of function and tasks, up to the first failure; return its outcome.

    A worker whose results would differ from those of the caller, described by `here`, refuses.
    """
    if text := environment.difference(here, environment.identity()):
        error = ExecutionError(f"a worker on {socket.gethostname()} would produce different results: {text}")
        return packed(Outcome([], error, 0.0), level)
    results: list[bytes] = []
    failed: Exception | None = None
    start = time.perf_counter()
    try:
        function, tasks = unpacked(payload)
        for task in tasks:
            results.append(pickle.dumps(function(task), pickle.HIGHEST_PROTOCOL))
    except Exception as raised:
        failed = _portable(raised)
    return packed(Outcome(results, failed, time.perf_counter() - start), level)


def _portable(error: Exception) -> Exception:
    """Return an error that survives pickling; one that would not is replaced by its text."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


Note = Callable[[str], None]  # takes a sentence for the user, such as which tasks are run again
Finished = Callable[[], None] | None  # called once for each task as soon as it is known to be done
Lost = Callable[[Any, ExecutionError], Any] | None
"""Returns a stand-in for the result of a task that loses its worker every time it is tried."""
LOOK = 2.0  # seconds without news after which a pool checks that its workers are still there


def silent(text: str) -> None:
    """Discard a note."""
    del text


class Executor(ABC):
    """Maps a picklable function over tasks."""

    same_disk: bool = True  # whether tasks see the same files as this process
    here: int = 0
    """Number of tasks of a map that this process runs itself before it starts the first worker."""

    @property
    def parallel(self) -> int:
        """Number of tasks worked on at a time, as far as known."""
        return 1

    @abstractmethod
    def map(
        self, function: Callable[[Task], Result], tasks: Iterable[Task], finished: Finished = None, lost: Lost = None
    ) -> Iterator[Result]:
        """Yield `function(task)` for each task, in order.

        Raises ExecutionError if a task failed or, without `lost`, lost its worker every time (the error names the
        task), or if no workers are left.
        """


class Serial(Executor):
    """One task after another in this process."""

    def map(
        self, function: Callable[[Task], Result], tasks: Iterable[Task], finished: Finished = None, lost: Lost = None
    ) -> Iterator[Result]:
        """Yield results in order; a task that kills its process kills this one."""
        for task in tasks:
            try:
                result = function(task)
            except Exception as error:
                raise failure(task, error) from error
            if finished is not None:
                finished()
            yield result


class Pool(Executor):
    """The workers of a `concurrent.futures.Executor`: processes, a dask client's `get_executor()`, MPI.

    The caller gives the executor and closes it, or gives a function that opens one for a `map`, as a context manager.
    Its workers need the same offramp, packages and kind of processor as this process; one that differs refuses. To keep
    all of them busy, their `number` is by default that of the cores of this machine.
    """

    same_disk = False
    target = 0.0  # seconds of work per batch; with 0, each task travels alone
    level = 1  # compression level of batches, from 0 to 9

    def __init__(
        self,
        workers: Workers | Callable[[], AbstractContextManager[Workers]],
        number: int | None = None,
        note: Note = silent,
    ) -> None:
        self.is_lent = isinstance(workers, Workers)
        self.open = (lambda: nullcontext(workers)) if isinstance(workers, Workers) else workers
        self.number = (os.cpu_count() or 1) if number is None else number
        if self.number < 1:
            raise UsageError(f"expected at least one worker (got {number})")
        self.note = note

    def map(
        self, function: Callable[[Task], Result], tasks: Iterable[Task], finished: Finished = None, lost: Lost = None
    ) -> Iterator[Result]:
        """Yield results in order."""
        source = iter(tasks)
        yield from Serial().map(function, islice(source, self.here), finished)
        with ExitStack() as opened:
            yield from _Run(self, opened, function, Feed(source, self.target), finished, lost).results()

    @property
    def parallel(self) -> int:
        """Number of workers."""
        return self.number

    def count(self, workers: Workers) -> int:
        """Return how many of these workers there are now; raise ExecutionError if they are gone."""
        del workers
        return self.number


@dataclass(eq=False)
class _Batch(Generic[Task]):
    """A batch given out; `back` is None while it is pending, and an error if it was lost."""

    tasks: list[Task]
    future: Future[bytes]
    workers: Workers
    back: Outcome | Exception | None = None


@dataclass
class _Run(Generic[Task, Result]):
    """One map: gives out batches and collects their results in order."""

    pool: Pool
    opened: ExitStack
    function: Callable[[Task], Result]
    feed: Feed[Task]
    finished: Finished
    lost: Lost

    def __post_init__(self) -> None:
        self._workers: Workers | None = None
        self._flight: deque[_Batch[Task]] = deque()
        self._arrived: SimpleQueue[_Batch[Task]] = SimpleQueue()

    def results(self) -> Iterator[Result]:
        """Yield results in order."""
        while self._fill():
            back = self._wait(self._flight[0])
            batch = self._flight.popleft()
            yield from self._opened(batch, back) if isinstance(back, Outcome) else self._again(batch)

    def _fill(self) -> bool:
        """Give out batches until enough are in flight; return whether any are."""
        while len(self._flight) < self.feed.most(self._count()) and (tasks := self.feed.batch(self._count())):
            self._flight.append(self._submit(tasks))
        return bool(self._flight)

    def _count(self) -> int:
        return self.pool.number if self._workers is None else self.pool.count(self._workers)

    def _submit(self, tasks: list[Task]) -> _Batch[Task]:
        try:
            payload = packed((self.function, tasks), self.pool.level)
        except (pickle.PicklingError, TypeError, AttributeError) as error:
            raise ExecutionError(f"{named(tasks)} cannot be sent to a worker: {error}") from error
        workers = self._workers = self._workers or self._open()
        try:
            future = workers.submit(play, payload, environment.identity(), self.pool.level)
        except BrokenExecutor as error:  # a worker was lost while nobody waited
            future = Future()
            future.set_exception(error)
        except RuntimeError as error:  # it is shut down
            raise ExecutionError(f"{workers} takes no tasks: {error}") from error
        batch = _Batch(tasks, future, workers)
        future.add_done_callback(lambda _: self._arrived.put(batch))
        return batch

    def _open(self) -> Workers:
        workers = self.opened.enter_context(self.pool.open())
        if self.pool.is_lent:
            self.opened.callback(lambda: [batch.future.cancel() for batch in self._flight])
        return workers

    def _wait(self, batch: _Batch[Task]) -> Outcome | Exception:
        """Return the outcome of a batch as soon as it is known; meanwhile take in all batches that come back."""
        while batch.back is None:
            try:
                self._take(self._arrived.get(timeout=LOOK))
            except Empty:
                self._count()
            except CancelledError as error:  # not by this process
                waited = named(batch.tasks)
                raise ExecutionError(f"the connection to the workers was lost while {waited} was waited for") from error
        return batch.back

    def _take(self, batch: _Batch[Task]) -> None:
        try:
            outcome: Outcome = unpacked(batch.future.result())
        except CancelledError:  # not by this process
            raise
        except Exception as error:
            batch.back = error
            return
        batch.back, batch.future = outcome, Future()  # frees the bytes received
        self.feed.learn(len(outcome.results), outcome.seconds)
        for _ in outcome.results if self.finished is not None else ():
            self.finished()  # type: ignore[misc]

    def _opened(self, batch: _Batch[Task], outcome: Outcome) -> Iterator[Result]:
        """Yield the results of a batch; raise if one of its tasks failed."""
        for task, content in zip(batch.tasks, outcome.results, strict=False):
            try:
                result = pickle.loads(content)  # noqa: S301 - from this user's own workers
            except Exception as error:
                raise ExecutionError(f"the result of {task} could not be read back: {error}") from error
            yield result
        if outcome.error is not None:
            raise failure(batch.tasks[len(outcome.results)], outcome.error) from outcome.error

    def _again(self, batch: _Batch[Task]) -> Iterator[Result]:
        """Run the tasks of a lost batch one at a time, which shows which one is to blame."""
        if batch.workers is self._workers:
            self.pool.note(f"a worker was lost while {named(batch.tasks)} was waited for; what it had is run again")
        for task in batch.tasks:
            for other in self._flight:
                self._wait(other)
            self._mend(batch)
            single = self._submit([task])
            back = self._wait(single)
            if isinstance(back, Outcome):
                yield from self._opened(single, back)
                continue
            self._mend(single)
            error = ExecutionError(
                f"{task} was lost with its worker, and again when it was tried alone; was the worker killed, or out of "
                'memory, or is a script without `if __name__ == "__main__":` round its calls? '
                f"({type(back).__name__}: {back})"
            )
            if self.lost is None:
                raise error from back
            yield self.lost(task, error)

    def _mend(self, batch: _Batch[Task]) -> None:
        """Open new workers if a batch was lost along with all of these."""
        if isinstance(batch.back, BrokenExecutor) and batch.workers is self._workers:
            self.opened.close()
            self._workers = self._open()
            if self._workers is batch.workers:
                raise ExecutionError(f"a worker was lost, and {batch.workers} takes no more tasks; start a new one")


def failure(task: object, error: BaseException) -> OfframpError:
    """Return the error to raise for a task that failed; offramp's own errors pass unchanged."""
    if isinstance(error, OfframpError):
        return error
    return ExecutionError(f"{task} failed: {type(error).__name__}: {error}")


def named(tasks: Sequence[Any]) -> str:
    """Name tasks in a message: one, two, or the first and the last with their number."""
    if len(tasks) <= 2:
        return " and ".join(map(str, tasks))
    return f"{tasks[0]} to {tasks[-1]}, {len(tasks)} in all"
