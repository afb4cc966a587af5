"""The contract of an executor, and the trivial one that works in this process.

`map` yields results in the order of the tasks, takes tasks only as it needs them, and stops at the first failure with
an error that names the task. Closing the iterator drops what has not begun.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from sim.errors import ExecutionError, OfframpError

Task = TypeVar("Task")
Result = TypeVar("Result")


class Executor(ABC):
    """Maps a picklable function over tasks."""

    @abstractmethod
    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        finished: Callable[[], None] | None = None,
    ) -> Iterator[Result]:
        """Yield `function(task)` for each task, in order.

        Parameters
        ----------
        finished
            Called once for each task that is done, as soon as that is known.

        Raises
        ------
        ExecutionError
            Where a task failed or its worker was lost; names the task.
        """


class Serial(Executor):
    """One task after another in this process."""

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        finished: Callable[[], None] | None = None,
    ) -> Iterator[Result]:
        """Yield results in order."""
        for task in tasks:
            try:
                result = function(task)
            except Exception as error:
                raise failure(task, error) from error
            if finished is not None:
                finished()
            yield result


def failure(task: object, error: BaseException) -> OfframpError:
    """Return the error to raise for a task that failed; errors of offramp's own pass as they are."""
    if isinstance(error, OfframpError):
        return error
    return ExecutionError(f"{task} failed: {type(error).__name__}: {error}")
