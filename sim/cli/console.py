"""Shared by all commands: streams, exit codes, error messages, and checks of the environment.

Data goes to stdout, everything else to stderr. Exit codes: 0 success, 1 a gate failed, 2 usage or an invalid scenario,
3 an error of the tool, 4 incomplete, 130 interrupted.

Streams accept whatever is written: a reader that goes away, a full disk or a closed stream does not stop a command.
Files, verdicts and exit codes therefore never depend on who reads the output; lost output is reported at the end.
"""

from __future__ import annotations

import datetime
import functools
import io
import json
import os
import re
import select
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from enum import IntEnum, StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, NoReturn, ParamSpec, TextIO

import typer

from sim.errors import LedgerError, OfframpError, ScenarioError, TooFewError, UsageError, reason_of
from sim.wording import counted, seen

P = ParamSpec("P")
EPOCH = "SOURCE_DATE_EPOCH"


class Exit(IntEnum):
    """Exit codes."""

    OK = 0
    GATE = 1
    USAGE = 2
    INTERNAL = 3
    INCOMPLETE = 4
    INTERRUPTED = 130


class Format(StrEnum):
    """Formats in which data is printed."""

    TEXT = "text"
    JSON = "json"


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Turn a command's errors into a message and an exit code, or into JSON with `--format json`."""

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        as_json = kwargs.get("format_") == Format.JSON
        try:
            check_surroundings()
            command(*args, **kwargs)
        except OfframpError as error:
            _fail(error, as_json=as_json)
        except KeyboardInterrupt:
            note("interrupted; there is no result yet")
            raise typer.Exit(Exit.INTERRUPTED) from None
        except typer.Exit:
            raise
        except OSError as error:
            where = error.filename or "cannot write the output"  # a path that no file can have, or a full disk
            note(f"error: {where}: {reason_of(error)}")
            raise typer.Exit(Exit.USAGE if error.filename else Exit.INTERNAL) from None
        except Exception as error:
            if os.environ.get("OFFRAMP_DEBUG"):
                traceback.print_exc()
            note(f"internal error: {type(error).__name__}: {error}")
            note("this is a fault of offramp, not of the scenario; OFFRAMP_DEBUG=1 shows where")
            raise typer.Exit(Exit.INTERNAL) from None

    return wrapper


def _fail(error: OfframpError, *, as_json: bool) -> NoReturn:
    if as_json:
        print_json({"errors": errors_as_plain(error)})
    elif isinstance(error, ScenarioError):
        for fault in error.faults:
            note(str(fault))
        note(f"{counted(len(error.faults), 'fault')} found")
    else:
        note(f"error: {error}")
    if isinstance(error, ScenarioError | UsageError | LedgerError):
        raise typer.Exit(Exit.USAGE)
    raise typer.Exit(Exit.INCOMPLETE if isinstance(error, TooFewError) else Exit.INTERNAL)


def errors_as_plain(error: OfframpError) -> list[dict[str, Any]]:
    """Return an error as plain values: its message, and for faults also file, line, column and key."""
    if isinstance(error, ScenarioError):
        return [asdict(fault) for fault in error.faults]
    return [{"message": str(error)}]


def note(text: str) -> None:
    """Print a line to stderr, with control characters of foreign text made visible."""
    print(seen(text), file=sys.stderr)


def say(text: str = "") -> None:
    """Print a line to stdout, with control characters of foreign text made visible."""
    print(seen(text))


def say_all(lines: Iterable[str]) -> None:
    """Print lines as `say` does."""
    for line in lines:
        say(line)


def print_json(value: Any) -> None:
    """Print a value as JSON to stdout, in ASCII: valid whatever the encoding, and harmless to a terminal."""
    print(json.dumps(value, ensure_ascii=True, indent=2))


def check_surroundings() -> None:
    """Raise UsageError if the working folder is gone, or SOURCE_DATE_EPOCH is not a valid time."""
    try:
        Path.cwd()
    except FileNotFoundError:
        raise UsageError("the working folder is gone; change to one that exists") from None
    epoch()


_OPTION_OF_NOTHING = re.compile("--[^=]*=")


def check_words(words: Sequence[str]) -> None:
    """Raise UsageError at an empty word, which would be read as the working folder or as nothing."""
    for before, word in pairwise(["", *words]):
        if word == "":
            option = before if before.startswith("-") else ""
        elif _OPTION_OF_NOTHING.fullmatch(word):
            option = word[:-1]
        else:
            continue
        where = f" after {option}" if option else ""
        raise UsageError(f"there is an empty word{where}; is a variable not set?")


def epoch() -> datetime.datetime | None:
    """Return the time of SOURCE_DATE_EPOCH, in UTC, or None. Raises UsageError if it is no time: NumPy would fail."""
    text = os.environ.get(EPOCH)
    if text is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{1,12}", text) is None:
            raise ValueError
        return datetime.datetime.fromtimestamp(int(text), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        said = "empty" if text == "" else repr(text[:60])
        raise UsageError(
            f"the environment variable {EPOCH} is {said}; expected whole seconds since 1970, such as 1534680000, "
            "or unset it"
        ) from None


Name = Literal["stdout", "stderr"]


class Patient(io.RawIOBase):
    """Passes bytes on until writing fails once, and drops them from then on; `error` says why it failed."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self.error: OSError | ValueError | None = None

    def write(self, data: Any, /) -> int:
        """Write what can be written, and always report all of it as written."""
        view = memoryview(data).cast("B")
        size = len(view)
        while view and self.error is None:
            try:
                count = self._raw.write(view)
            except (OSError, ValueError) as error:  # ValueError: it is closed
                self.error = error
                break
            if count is None:  # somebody made the pipe non-blocking
                select.select([], [self._raw], [])
            else:
                view = view[count:]
        return size

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Return whether the underlying stream is a terminal."""
        return self._raw.isatty()

    def fileno(self) -> int:
        """Return the file descriptor of the underlying stream."""
        return self._raw.fileno()


def hold(name: Name) -> Patient:
    """Replace a standard stream by a patient one, which discards output if the stream was closed.

    Characters that the encoding lacks are escaped.
    """
    stream: TextIO | None = getattr(sys, name)
    if stream is None:
        raw: Any = _nothing(1 if name == "stdout" else 2)
    else:
        stream.flush()
        raw = getattr(stream.buffer, "raw", stream.buffer)  # itself already raw if Python runs unbuffered
    patient = Patient(raw)
    encoding = "utf-8" if stream is None else stream.encoding
    at_once = name == "stderr" or patient.isatty()
    text = io.TextIOWrapper(io.BufferedWriter(patient), encoding, "backslashreplace", line_buffering=at_once)
    setattr(sys, name, text)
    return patient


def _nothing(number: int) -> io.RawIOBase:
    """Open the null device with a stream's own descriptor, so that no file opened later gets that number."""
    opened = os.open(os.devnull, os.O_WRONLY)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    os.set_inheritable(number, True)
    return io.FileIO(number, "w", closefd=False)


def failure_of(patient: Patient) -> str | None:
    """Return why output was lost, if it was; a reader that went away has what it wanted."""
    if patient.error is None or isinstance(patient.error, BrokenPipeError):
        return None
    why = getattr(patient.error, "strerror", None) or str(patient.error)
    return f"cannot write the output: {why.lower()}"
