"""What the tests of executors map: functions and tasks at the top of a module that is quick to import.

Worker processes are spawned and import it anew, so nothing here may import what takes time.
"""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.errors import Fault, ScenarioError, UsageError


@dataclass(frozen=True)
class Block:
    """A task that says its name, as blocks of runs do."""

    number: int

    def __str__(self) -> str:
        return f"block {self.number} of crisis"


class Source:
    """Endless tasks that count how many of them were taken."""

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[Block]:
        for number in itertools.count():
            self.taken += 1
            yield Block(number)


def number_of(task: Block) -> int:
    return task.number


def number_of_late_for_the_first(task: Block) -> int:
    time.sleep(0.3 if task.number == 0 else 0)
    return task.number


def fail_at_three(task: Block) -> int:
    if task.number == 3:
        raise ValueError("no such day")
    return task.number


def refuse(task: Block) -> int:
    raise UsageError(f"{task} asks too much")


def find_faults(task: Block) -> int:
    raise ScenarioError([Fault("b.yaml", 2, 1, "k", "second"), Fault("a.yaml", 1, 1, "k", "first")])


def die_at_one(task: Block) -> int:
    if task.number == 1:
        os._exit(3)
    return task.number


@dataclass(frozen=True)
class Marked:
    """A task that kills its worker, but only the first: it leaves a mark before."""

    number: int
    mark: Path | None = None

    def __str__(self) -> str:
        return f"block {self.number} of crisis"


def die_once(task: Marked) -> int:
    if task.mark is not None and not task.mark.exists():
        task.mark.touch()
        os._exit(3)
    return task.number


def unreadable(task: Block) -> object:
    return Unreadable(task.number)


class Unreadable:
    """A result that can be sent but not read."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[object, ...]:
        return _refuse_to_read, (self.number,)


def _refuse_to_read(number: int) -> None:
    raise ValueError(f"{number} cannot be read")


def unsendable(task: Block) -> object:
    return lambda: task.number


def process_and_interrupt_handler(task: Block) -> tuple[int, bool]:
    return os.getpid(), signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def text(task: object) -> str:
    return str(task)


def slow_number_of(task: Block) -> int:
    time.sleep(0.05)
    return task.number


def threads(_: object) -> tuple[int, ...]:
    """Return how many threads each library of linear algebra has."""
    import numpy  # noqa: F401
    from threadpoolctl import threadpool_info

    return tuple(sorted({one["num_threads"] for one in threadpool_info()}))
