"""Workers that start late: the first tasks here, the rest on worker processes.

Starting processes takes a second or two each. Where nobody knows how many tasks there will be, this costs little for a
few and nothing to speak of for many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from sim.executors.base import Executor, Note, Result, Serial, Task, silent
from sim.executors.local import Local

if TYPE_CHECKING:
    from sim.errors import ExecutionError


class Late(Executor):
    """`first` tasks in this process, then a pool of workers, which starts only where there are more."""

    def __init__(self, workers: int, first: int, note: Note = silent) -> None:
        self._pool = Local(workers, note)
        self._first = first

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        finished: Callable[[], None] | None = None,
        lost: Callable[[Task, ExecutionError], Result] | None = None,
    ) -> Iterator[Result]:
        """Yield results in order."""
        source = iter(tasks)
        yield from Serial().map(function, islice(source, self._first), finished)
        yield from self._pool.map(function, source, finished, lost)
