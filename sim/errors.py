"""All errors that offramp raises on purpose, as one tree.

OfframpError                  anything below; the command line turns it into a message and an exit code
|-- ScenarioError             a scenario or evidence file is invalid (with all its faults)
|-- UsageError                an invalid call or option, such as a negative number of runs
|   |-- TableError            a table is not CSV, or one of its cells is invalid
|   |-- CalibrationError      a posterior over the parameters is missing or invalid
|   |-- ArticleError          an article cannot be read, or is not the one that evidence was coded from
|   `-- StaleError            an answer to a draft that somebody else has changed since it was read
|-- TooFewError               too few runs meet a condition to be informative; more runs may help
|-- ExecutionError            a block of runs failed or its worker was lost
|-- ReportError               a report could not be written or read
|-- LedgerError               a ledger is no longer as written: a line was changed, removed or moved
|-- EndpointError             the server of a language model refused, failed or sent an unusable reply
|-- StoreError                the store of finished blocks could not be written

The first two are also ValueErrors, because their cause is a given value.

A `Fault` is one problem in one file; it is not an exception, because a file may have several.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Value = TypeVar("Value")
Made = TypeVar("Made")


class OfframpError(Exception):
    """The root of the tree."""


@dataclass(frozen=True, order=True)
class Fault:
    """One problem in an input file: where it is, what was expected, what was found, what to do.

    Lines and columns count from 1; `line` 0 means the file as a whole.
    """

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        """Return `file:line:col: key: message`, the format of compilers and editors."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ScenarioError(OfframpError, ValueError):
    """A scenario or one of the files it names is invalid; `faults` lists every fault found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        """Pickle by faults, so that the error can be sent back from a worker."""
        return type(self), (self.faults,)


class UsageError(OfframpError, ValueError):
    """An invalid argument or option."""


class TableError(UsageError):
    """A table is not CSV, or one of its cells is invalid; `faults` lists the problems with row and column."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[TableError], tuple[tuple[Fault, ...]]]:
        """Pickle by faults, like ScenarioError."""
        return type(self), (self.faults,)


class CalibrationError(UsageError):
    """A posterior over the structural parameters is missing or invalid."""


class ArticleError(UsageError):
    """An article cannot be read, or is not the one that evidence was coded from; the message names the file."""


class StaleError(UsageError):
    """An answer to a draft that somebody else has changed since it was read; nothing was written."""


class TooFewError(OfframpError):
    """Too few runs meet a condition to be informative; the message says how many more might help."""


class ExecutionError(OfframpError):
    """A task failed in a worker, or its worker was lost; the message names the task."""


class ReportError(OfframpError):
    """A report or forecast file could not be written or read."""


class LedgerError(OfframpError):
    """A ledger is no longer as written; the message names each line and what is wrong with it."""


class EndpointError(OfframpError):
    """The server of a language model refused, failed or sent an unusable reply; the message names its host."""


class StoreError(OfframpError):
    """Finished blocks of runs could not be stored: disk full, read-only, no such folder."""


def reason_of(error: OSError) -> str:
    """Return why a file or a connection failed, as the end of a message: `no such file or directory`."""
    return (error.strerror or str(error)).lower()


def refuse(faults: Sequence[Fault]) -> None:
    """Raise an error with all faults, if there are any.

    Raises
    ------
    ScenarioError
        If there are any faults.
    """
    if faults:
        raise ScenarioError(faults)


def each(make: Callable[[Value], Made], values: Iterable[Value]) -> list[Made]:
    """Apply a function to each value, and return the results.

    Raises
    ------
    ScenarioError
        If it fails for some values; it lists the faults of all of them.
    """
    made: list[Made] = []
    faults: list[Fault] = []
    for value in values:
        try:
            made.append(make(value))
        except ScenarioError as error:
            faults += error.faults
    refuse(faults)
    return made
