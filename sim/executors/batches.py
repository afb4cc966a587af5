"""Batches: tasks that travel together, so that each message to another machine stands for seconds of work.

How many tasks go into a batch follows from how long they took so far; towards the end batches get smaller, so that no
worker waits long for the last one. Tasks and results travel as compressed pickles.
"""

from __future__ import annotations

import pickle
import time
import zlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic

from sim.executors.base import Task

TARGET = 5.0
"""Seconds that a batch should take, where there are few workers."""
RATE = 100.0
"""Batches a second that a scheduler is to carry at most; with more workers, batches get longer (docs/scale.md)."""
MOST = 256
"""Tasks in a batch at most: some 20 MB of results of a block each."""


class Sizer:
    """How many tasks a batch takes: as many as lately took `target` seconds; one until a first batch is back."""

    def __init__(self, target: float = TARGET) -> None:
        self._target = target
        self._seconds: float | None = None

    @property
    def knows(self) -> bool:
        """Whether a batch was timed yet."""
        return self._seconds is not None

    def size(self, workers: int) -> int:
        """Return how many tasks the next batch takes, with so many workers at work."""
        if self._seconds is None:
            return 1
        target = self._target * max(1.0, workers / (RATE * TARGET))
        return max(1, min(MOST, round(target / max(self._seconds, 1e-6))))

    def learn(self, tasks: int, seconds: float) -> None:
        """Take how long a batch took; later ones count most."""
        if tasks:
            mean = seconds / tasks
            self._seconds = mean if self._seconds is None else 0.7 * self._seconds + 0.3 * mean


class Feed(Generic[Task]):
    """Deals tasks in batches, one batch a worker ahead, to see the end before it comes."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._source = iter(tasks)
        self._ready: deque[Task] = deque()
        self._over = False

    def batch(self, size: int, workers: int) -> list[Task]:
        """Return the next tasks: `size` of them, near the end half of what each worker would get; none at the end."""
        while not self._over and len(self._ready) < size * workers:
            try:
                self._ready.append(next(self._source))
            except StopIteration:
                self._over = True
        if self._over:
            size = max(1, min(size, len(self._ready) // (2 * workers)))
        return [self._ready.popleft() for _ in range(min(size, len(self._ready)))]


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


def packed(value: Any) -> bytes:
    """Return a value as it travels."""
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), 1)


def unpacked(content: bytes) -> Any:
    """Return what travelled; only for what comes from this user's own scheduler, for pickles run code."""
    return pickle.loads(zlib.decompress(content))  # noqa: S301


def result_of(content: bytes) -> Any:
    """Return the result of a task as an outcome holds it."""
    return pickle.loads(content)  # noqa: S301 - as above


def play(payload: bytes) -> bytes:
    """Run the tasks of a batch, a packed pair of function and tasks, up to the first failure; return its outcome."""
    function, tasks = unpacked(payload)
    results: list[bytes] = []
    error: Exception | None = None
    start = time.perf_counter()
    for task in tasks:
        try:
            results.append(pickle.dumps(function(task), pickle.HIGHEST_PROTOCOL))
        except Exception as raised:
            error = _portable(raised)
            break
    return packed(Outcome(results, error, time.perf_counter() - start))


def _portable(error: Exception) -> Exception:
    """Return an error that survives the way back; one that would not is told in words."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
