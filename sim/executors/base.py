"""The contract of an executor, and the trivial one that works in this process.

`map` yields results in the order of the tasks, each exactly once; takes tasks only a little ahead of need; stops at the
first failure with an error that names the task; plays again what was lost with its worker, and names a task that loses
its worker every time. Closing the iterator drops what has not begun.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, TypeVar

from sim.errors import ExecutionError, OfframpError

Task = TypeVar("Task")
Result = TypeVar("Result")

Note = Callable[[str], None]
"""Takes a sentence for whoever watches, such as what is run again."""


class Executor(ABC):
    """Maps a picklable function over tasks."""

    same_disk: ClassVar[bool] = True
    """Whether tasks see the files that this process sees."""

    @abstractmethod
    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        finished: Callable[[], None] | None = None,
        lost: Callable[[Task, ExecutionError], Result] | None = None,
    ) -> Iterator[Result]:
        """Yield `function(task)` for each task, in order.

        Parameters
        ----------
        finished
            Called once for each task that is done, as soon as that is known.
        lost
            Gives what stands for the result of a task that loses its worker every time it is tried; where it is not
            given, such a task is an error.

        Raises
        ------
        ExecutionError
            Where a task failed or lost its worker every time; names the task. Or where there are no workers any more.
        """


class Serial(Executor):
    """One task after another in this process."""

    def map(
        self,
        function: Callable[[Task], Result],
        tasks: Iterable[Task],
        finished: Callable[[], None] | None = None,
        lost: Callable[[Task, ExecutionError], Result] | None = None,
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


def failure(task: object, error: BaseException) -> OfframpError:
    """Return the error to raise for a task that failed; errors of offramp's own pass as they are."""
    if isinstance(error, OfframpError):
        return error
    return ExecutionError(f"{task} failed: {type(error).__name__}: {error}")


def silent(text: str) -> None:
    """Take a note and say nothing."""
    del text


def named(tasks: list[Task]) -> str:
    """Name tasks in a message: one, two, or the first and the last with their number."""
    if len(tasks) <= 2:
        return " and ".join(map(str, tasks))
    return f"{tasks[0]} to {tasks[-1]}, {len(tasks)} in all"
