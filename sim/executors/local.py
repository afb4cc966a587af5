"""Worker processes on this machine.

Workers are spawned, never forked, so that they behave the same on every platform and under threads. A few tasks more
than there are workers are in flight: enough to keep them busy, few enough that stopping is quick. When a worker is
lost, what was in flight is run again, each task in a process of its own, which shows the one to blame.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any, Generic

from sim.errors import ExecutionError, UsageError
from sim.executors.base import Executor, Note, Result, Task, failure, named, silent
from sim.interrupts import held, leave_to_parent

ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Workers share the cores already: threads of linear algebra beneath them would only wait for each other."""


class Local(Executor):
    """A pool of worker processes, started for each `map` and gone after it."""

    def __init__(self, workers: int, note: Note = silent) -> None:
        if workers < 1:
            raise UsageError(f"expected at least one worker (got {workers})")
        self.workers = workers
        self._note = note

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        finished: Callable[[], None] | None = None,
        lost: Callable[[Task, ExecutionError], Result] | None = None,
    ) -> Iterator[Result]:
        """Yield results in order; what a lost worker had is run again, once."""
        pool, alone = _pool(self.workers), _Alone(function, finished, lost)
        waiting: deque[tuple[Task, Future[Result], ProcessPoolExecutor]] = deque()
        source = iter(tasks)
        try:
            while True:
                for task in islice(source, 2 * self.workers - len(waiting)):
                    waiting.append((task, _submit(pool, function, task, finished), pool))
                if not waiting:
                    return
                task, future, home = waiting.popleft()
                try:
                    result = _result(task, future)
                except BrokenProcessPool:
                    if home is pool:
                        pool = self._replace(pool, [task, *_unfinished(waiting)])
                    result = alone.run(task)
                yield result
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
            alone.close()

    def _replace(self, pool: ProcessPoolExecutor, again: list[Any]) -> ProcessPoolExecutor:
        """Give up a pool that lost a worker."""
        pool.shutdown(wait=True, cancel_futures=True)
        self._note(f"a worker process was lost; run again: {named(again)}")
        return _pool(self.workers)


def _pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    with held():  # Python's tracker of shared resources starts with the first pool, and a SIGHUP would end it
        return ProcessPoolExecutor(workers, mp_context=context, initializer=prepare)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let workers that start meanwhile have one thread each; the caller's environment stays as it was."""
    added = [name for name in ONE_THREAD if name not in os.environ]
    os.environ.update(dict.fromkeys(added, "1"))
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def _submit(
    pool: ProcessPoolExecutor, function: Callable[[Task], Result], task: Task, finished: Callable[[], None] | None
) -> Future[Result]:
    """Hand a task to a pool; where that is broken already, return what a task in it would have got."""
    try:
        with held(), _one_thread():
            future = pool.submit(function, task)
    except BrokenProcessPool as error:
        future = Future()
        future.set_exception(error)
    if finished is not None:
        future.add_done_callback(lambda done: finished() if _succeeded(done) else None)
    return future


def _succeeded(future: Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _unfinished(waiting: Iterable[tuple[Any, Future[Any], Any]]) -> list[Any]:
    return [task for task, future, _ in waiting if not _succeeded(future)]


class _Alone(Generic[Task, Result]):
    """Runs tasks that were in flight when a worker was lost, one at a time: if that is lost too, they are to blame."""

    def __init__(
        self,
        function: Callable[[Task], Result],
        finished: Callable[[], None] | None,
        lost: Callable[[Task, ExecutionError], Result] | None,
    ) -> None:
        self._function, self._finished, self._lost = function, finished, lost
        self._pool: ProcessPoolExecutor | None = None

    def run(self, task: Task) -> Result:
        """Run a task; return its result, or what stands for it."""
        self._pool = self._pool or _pool(1)
        try:
            return _result(task, _submit(self._pool, self._function, task, self._finished))
        except BrokenProcessPool as error:
            self.close()
            told = ExecutionError(
                f"a worker process died while {task} was waited for, and died again when it was tried alone; "
                "was it killed, or out of memory?"
            )
            if self._lost is None:
                raise told from error
            return self._lost(task, told)

    def close(self) -> None:
        """End the worker."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None


def _result(task: Task, future: Future[Result]) -> Result:
    """Return the result of a task; BrokenProcessPool where it was lost with its worker."""
    try:
        return future.result()
    except BrokenProcessPool as error:
        if error.__cause__ is not None and "unpickle" in str(error.__cause__):
            raise ExecutionError(f"the result of {task} could not be read back: {error.__cause__}") from error
        raise
    except Exception as error:
        raise failure(task, error) from error


def prepare() -> None:
    """Prepare a worker: it leaves Ctrl-C to the parent, which keeps what is done, and it does not outlive the parent.

    A parent that is killed cannot stop its pool, and a worker that waits for tasks would wait for ever.
    """
    leave_to_parent()
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
