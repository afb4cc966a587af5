"""Worker processes on this machine.

Workers are spawned, never forked, so that they behave the same on every platform and under threads. A few tasks more
than there are workers are in flight: enough to keep them busy, few enough that stopping is quick.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import TypeVar

from sim.errors import ExecutionError, UsageError
from sim.executors.base import Executor, failure

Task = TypeVar("Task")
Result = TypeVar("Result")


ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Workers share the cores already: threads of linear algebra beneath them would only wait for each other."""


class Local(Executor):
    """A pool of worker processes, started for each `map` and gone after it."""

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise UsageError(f"expected at least one worker (got {workers})")
        self.workers = workers
        for name in ONE_THREAD:  # workers inherit it; what is loaded here already is not touched
            os.environ.setdefault(name, "1")

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        finished: Callable[[], None] | None = None,
    ) -> Iterator[Result]:
        """Yield results in order; a lost worker is an `ExecutionError` that names the task waited for."""
        context = multiprocessing.get_context("spawn")
        pool = ProcessPoolExecutor(self.workers, mp_context=context, initializer=prepare)
        waiting: deque[tuple[Task, Future[Result]]] = deque()
        source = iter(tasks)
        try:
            while True:
                for task in islice(source, 2 * self.workers - len(waiting)):
                    future = _submit(pool, function, task)
                    if finished is not None:
                        future.add_done_callback(lambda done: finished() if _succeeded(done) else None)
                    waiting.append((task, future))
                if not waiting:
                    return
                yield _result(*waiting.popleft())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _succeeded(future: Future[Result]) -> bool:
    return not future.cancelled() and future.exception() is None


def _submit(pool: ProcessPoolExecutor, function: Callable[[Task], Result], task: Task) -> Future[Result]:
    try:
        return pool.submit(function, task)
    except BrokenProcessPool as error:
        raise _lost(task) from error


def _lost(task: object) -> ExecutionError:
    return ExecutionError(f"a worker process died while {task} was waited for; was it killed, or out of memory?")


def _result(task: Task, future: Future[Result]) -> Result:
    try:
        return future.result()
    except BrokenProcessPool as error:
        if error.__cause__ is not None and "unpickle" in str(error.__cause__):
            raise ExecutionError(f"the result of {task} could not be read back: {error.__cause__}") from error
        raise _lost(task) from error
    except Exception as error:
        raise failure(task, error) from error


def prepare() -> None:
    """Prepare a worker: it leaves Ctrl-C to the parent, which keeps what is done, and it does not outlive the parent.

    A parent that is killed cannot stop its pool, and a worker that waits for tasks would wait for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
