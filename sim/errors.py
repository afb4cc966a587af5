"""Every error that offramp raises on purpose, as one tree.

OfframpError                  anything below; the command line turns it into a message and an exit code
|-- ScenarioError             a scenario or evidence file is wrong (all its faults together)
|-- UsageError                a call or an option that cannot be met, such as a negative number of runs
|   |-- TableError            a table is no CSV, or a cell of it is wrong
|   |-- CalibrationError      a posterior over the parameters is missing or wrong
|   |-- ArticleError          an article cannot be read, or is not what evidence was coded from
|   `-- StaleError            an answer to a draft that somebody else has changed since it was read
|-- TooFewError               so few runs meet what is given that they tell nothing; more runs may
|-- ExecutionError            a block of runs failed or its worker was lost
|-- ReportError               a report could not be written or read
|-- LedgerError               a ledger is not what was written: a line was changed, removed or moved
|-- EndpointError             the server of a language model refused, failed or sent what cannot be used
|-- StoreError                the store of finished blocks could not be written

The first two are ValueErrors too: their cause is a value that was given.

`Fault` is one thing wrong with one file; it is not an exception, for a file has as many as it has.
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
    """One thing wrong with an input file: where, what was expected, what came, what to do.

    Lines and columns count from 1; `line` 0 means the file as a whole.
    """

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        """`file:line:col: key: message`, as compilers and editors read it."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ScenarioError(OfframpError, ValueError):
    """A scenario or one of the files it names is wrong; `faults` lists every fault found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[tuple[Fault, ...]]]:
        """Pickle by faults, so that the error survives the way back from a worker."""
        return type(self), (self.faults,)


class UsageError(OfframpError, ValueError):
    """An argument or option that cannot be met."""


class TableError(UsageError):
    """A table is no CSV, or a cell of it is wrong; `faults` lists what was found, with row and column."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[TableError], tuple[tuple[Fault, ...]]]:
        """Pickle by faults, as a ScenarioError is."""
        return type(self), (self.faults,)


class CalibrationError(UsageError):
    """A posterior over the structural parameters is missing or wrong."""


class ArticleError(UsageError):
    """An article cannot be read, or is not the one that evidence was coded from; the message names the file."""


class StaleError(UsageError):
    """An answer to a draft that somebody else has changed since it was read; nothing was written."""


class TooFewError(OfframpError):
    """So few runs meet what is given that they tell nothing; the message says how many more might."""


class ExecutionError(OfframpError):
    """A task failed in a worker, or its worker was lost; the message names the task."""


class ReportError(OfframpError):
    """A report or forecast file could not be written or read."""


class LedgerError(OfframpError):
    """A ledger is not what was written; the message names each line and what is wrong with it."""


class EndpointError(OfframpError):
    """The server of a language model refused, failed or sent what cannot be used; the message names its host."""


class StoreError(OfframpError):
    """Finished blocks of runs could not be kept: disk full, read-only, no such folder."""


def reason_of(error: OSError) -> str:
    """Say why a file or a connection failed, as the end of a message: `no such file or directory`."""
    return (error.strerror or str(error)).lower()


def refuse(faults: Sequence[Fault]) -> None:
    """Raise faults, where there are any.

    Raises
    ------
    ScenarioError
        With all of them.
    """
    if faults:
        raise ScenarioError(faults)


def each(make: Callable[[Value], Made], values: Iterable[Value]) -> list[Made]:
    """Return what is made of each value.

    Raises
    ------
    ScenarioError
        Where some are at fault: with the faults of all of them.
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
