"""Worker processes on this machine, never forked from this process, whose threads and state they would inherit.

On Linux they are forked from a server, a process without threads that has already imported what all of them need;
on other systems each is spawned and imports it afresh, which takes a second or two.

`Local` maps tasks over several of them; a `WarmWorker` is one that stays alive between tasks.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from functools import partial
from typing import ParamSpec

from threadpoolctl import threadpool_limits

from sim.interrupts import held, leave_to_parent
from sim.runs.executors.pool import Note, Pool, Result, Task, silent

P = ParamSpec("P")

CONTEXT = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1")
"""Workers already share the cores: threads of linear algebra within them would only wait for each other."""
OF_SERVER = {**ONE_THREAD, "PYTHONSAFEPATH": "1"}
"""The server runs no thread, and imports nothing from the folder it happens to start in."""


PLAYED = ["sim.runs.groups", "sim.model.crisis"]
"""Modules that every block needs: imported once per worker if the server has not imported them."""


class Processes(ProcessPoolExecutor):
    """A process pool that is safe from signals while it starts, and whose workers leave signals to this process."""

    def __init__(self, workers: int) -> None:
        start_server()
        with held():  # Python's tracker of shared resources starts with the first pool, and a SIGHUP would end it
            super().__init__(workers, mp_context=CONTEXT, initializer=_begin)

    def submit(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        """Hand over a call, which may start a process."""
        with held():
            return super().submit(function, *args, **kwargs)

    def __exit__(self, *error: object) -> None:
        """End the processes once they have finished their current tasks."""
        self.shutdown(wait=True, cancel_futures=True)


class Local(Pool):
    """Processes of this machine, started for each `map` and ended after it; the first start takes a second or two."""

    same_disk = True
    level = 0

    def __init__(self, number: int, note: Note = silent, *, here: int = 0) -> None:
        super().__init__(partial(Processes, number), number, note)
        self.here = here


class WarmWorker:
    """A process that stays alive between tasks, for one caller at a time."""

    def __init__(self) -> None:
        self._pool = Processes(1)

    def submit(self, function: Callable[[Task], Result], task: Task) -> Future[Result]:
        """Hand over a task; replace the process if it was lost since the last one."""
        try:
            return self._pool.submit(function, task)
        except BrokenExecutor:
            self._pool.shutdown(wait=False)
            self._pool = Processes(1)
            return self._pool.submit(function, task)

    def close(self) -> None:
        """End the process after its current task."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def start_server() -> None:
    """Start the server that workers are forked from, unless it is already running or not used here.

    It imports what a block needs while this process does something else: half a second, if it is started early.
    """
    if CONTEXT.get_start_method() != "forkserver":
        return
    from multiprocessing import forkserver, resource_tracker

    with held():  # for itself: it leaves two signals unblocked once the tracker has started
        resource_tracker.ensure_running()
    before = {name: os.environ.get(name) for name in OF_SERVER}
    CONTEXT.set_forkserver_preload(PLAYED)
    os.environ.update(OF_SERVER)
    try:
        with held():
            forkserver.ensure_running()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _begin() -> None:
    """Prepare a worker: it leaves Ctrl-C to the parent, which keeps finished work, and does not outlive the parent.

    A parent that is killed cannot stop its pool, and a worker waiting for tasks would wait forever.
    """
    leave_to_parent()
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    os.environ.update(ONE_THREAD)  # of this worker, for libraries not yet loaded
    threadpool_limits(1)  # for libraries already loaded by the parent's script


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
