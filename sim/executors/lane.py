"""A lane: one worker process that stays warm from task to task and can be told to drop the one it is at.

For whoever answers a user who changes their mind: a task begun may be halted, and what a task function keeps in its
process is there for the next. A function looks at `halted` now and then and returns early where it says so.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from sim.executors.local import prepare

Task = TypeVar("Task")
Result = TypeVar("Result")


class Lane:
    """One warm worker process. Not for threads: one caller submits, one task at a time."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._dropped = self._context.RawValue("q", 0)
        self._ticket = 0
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=self._context, initializer=_begin, initargs=(self._dropped,))

    def submit(self, function: Callable[[Task], Result], task: Task) -> Future[Result]:
        """Hand over a task; a worker that was lost since the last one is replaced."""
        self._ticket += 1
        try:
            return self._pool.submit(_call, self._ticket, function, task)
        except BrokenProcessPool:
            self._pool.shutdown(wait=False)
            self._pool = self._new_pool()
            return self._pool.submit(_call, self._ticket, function, task)

    def halt(self) -> None:
        """Tell the task handed over last, and all before it, to stop."""
        self._dropped.value = self._ticket

    def close(self) -> None:
        """End the worker; a task it is at is told to stop."""
        self.halt()
        self._pool.shutdown(wait=True, cancel_futures=True)


_state: dict[str, Any] = {"dropped": None, "ticket": 0}
"""Of the worker: the newest ticket that is to stop, shared with the parent, and the ticket of the task it is at."""


def halted() -> bool:
    """Tell a task, within its worker, whether it is to stop."""
    dropped = _state["dropped"]
    return dropped is not None and dropped.value >= _state["ticket"]


def _begin(dropped: Any) -> None:
    prepare()
    _state["dropped"] = dropped


def _call(ticket: int, function: Callable[[Task], Result], task: Task) -> Result:
    _state["ticket"] = ticket
    return function(task)
