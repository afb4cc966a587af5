"""Batches: tasks that travel together, so that each message to another machine stands for seconds of work.

How many tasks make a batch follows from how long they took so far; towards the end batches get smaller, so that no
worker waits long for the last one. Tasks and results travel as compressed pickles.
"""

from __future__ import annotations

import pickle
import socket
import time
import zlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sim import environment
from sim.errors import ExecutionError

Task = TypeVar("Task")
Result = TypeVar("Result")

TARGET = 5.0
"""Seconds that a batch should take, where there are few workers."""
RATE = 100.0
"""Batches a second that a scheduler is to carry at most; with more workers, batches get longer (docs/scale.md)."""
MOST = 256
"""Tasks in a batch at most: some 30 MB of results of a block each."""
IN_FLIGHT = 3
"""Batches a worker: one in hand, one waiting, one whose result waits for its turn."""
PROBES = 64
"""Batches of one task in flight at most, until one is back and tells how long a task takes."""


class Feed(Generic[Task]):
    """Deals tasks in batches of about `target` seconds, one batch a worker ahead, to see the end before it comes.

    With a target of 0 every batch is of one task.
    """

    def __init__(self, tasks: Iterable[Task], target: float) -> None:
        self._source, self._target = iter(tasks), target
        self._ready: deque[Task] = deque()
        self._over = False
        self._seconds: float | None = None

    def most(self, workers: int) -> int:
        """Return how many batches to have in flight; few of single tasks, so that stopping is quick."""
        if not self._target:
            return 2 * workers
        return IN_FLIGHT * workers if self._seconds is not None else min(workers, PROBES)

    def batch(self, workers: int) -> list[Task]:
        """Return the next tasks; near the end, half of what each worker would get; none at the end."""
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
        """Take how long a batch took; later ones count most."""
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
    """What became of a batch.

    Attributes
    ----------
    results
        Pickled results of its first tasks, in order.
    error
        What the next one raised, at which the batch ended; None where all are done.
    seconds
        That the tasks took.
    """

    results: list[bytes]
    error: Exception | None
    seconds: float


def packed(value: Any, level: int) -> bytes:
    """Return a value as it travels; level 0 compresses nothing."""
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), level)


def unpacked(content: bytes) -> Any:
    """Return what travelled; only for what comes from this user's own workers, for pickles run code."""
    return pickle.loads(zlib.decompress(content))  # noqa: S301


def play(payload: bytes, here: dict[str, str], level: int) -> bytes:
    """Run a batch, a packed pair of function and tasks, up to the first failure; return its outcome.

    A worker that would produce different results than the caller, which is `here`, refuses.
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
    """Return an error that survives the way back; one that would not is told in words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
