"""A chain of entries: each line holds the digest of the line before it and of its own content.

Changing, removing, inserting or moving a line breaks the chain there, and `read_chain` says where. A chain alone cannot
show that lines are missing at the end, or that all of it was made anew: for that, keep the head (the digest of the last
line) somewhere else and pass it as `expect`.
"""

from __future__ import annotations

import datetime
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.errors import LedgerError, ReportError, UsageError, reason_of
from sim.evaluation.ledger.entry import Entry, line_of, read_line
from sim.wholefiles import read_whole, write_whole
from sim.wording import counted

PATIENCE = 10.0  # seconds to wait for another writer
PAUSE = 0.05


@contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other writers of a file out.

    The lock is held on a separate file, `.NAME.lock`, because a rename would replace the ledger under its lock. The
    system releases it when a process ends, however it ends; the empty file stays. Raises UsageError if another writer
    does not finish in time, ReportError if the folder cannot be written.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise ReportError(f"cannot write next to {path}: {reason_of(error)}") from None
    try:
        end = time.monotonic() + patience
        while not _take(descriptor):
            if time.monotonic() > end:
                raise UsageError(f"another process is writing {path}; try again when it has finished")
            time.sleep(PAUSE)
        yield
    finally:
        os.close(descriptor)  # and with it the lock


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


START = "0" * 64
"""Stands in the first entry for the digest of a previous line."""

MOST_BYTES = 256 << 20
AHEAD = datetime.timedelta(days=1)  # how far the clock of another machine may be ahead of this one's

Make = Callable[[Sequence[Entry]], tuple[str, Mapping[str, Any]]]
"""Makes the kind and content of the next entry from the entries so far; may refuse."""


def head_of(entries: Sequence[Entry]) -> str:
    """Return the digest of the last line, 64 zeros if there is none."""
    return entries[-1].head if entries else START


def append(path: Path, make: Make, at: datetime.datetime | None, *, create: bool = False) -> Entry:
    """Read and check a ledger, add an entry, and write it whole, keeping other writers out throughout.

    Parameters
    ----------
    path
        The ledger.
    make
        Makes the entry to add.
    at
        Time of the entry; by default now, read when no other writer can intervene.
    create
        Whether to begin a ledger if there is none.

    Raises
    ------
    LedgerError
        If the ledger is not intact; nothing is added.
    UsageError
        If there is no ledger, another process holds it, the entry would be older than the last or lie in the future, or
        it lacks something an entry must have.
    ReportError
        If it cannot be written; it is then unchanged.
    """
    if not create and not path.exists():
        raise no_ledger(path)
    real = path.resolve()  # a rename would replace a link
    with locked(real):
        before = _read(real, path) if real.exists() else b""
        entries = _checked(before, path)
        moment = _now() if at is None else at
        _check_moment(moment, entries, path)
        number, previous = len(entries) + 1, head_of(entries)
        kind, content = make(entries)
        line = line_of(number, kind, content, moment, previous)
        try:
            entry = read_line(line, number, previous)
        except ValueError as error:
            raise UsageError(f"the {kind} cannot be entered: {error}") from None
        _write(real, before + line + b"\n")
        return entry


def _check_moment(moment: datetime.datetime, entries: Sequence[Entry], path: Path) -> None:
    if entries and moment < entries[-1].at:
        last = entries[-1].at.isoformat()
        raise UsageError(f"{moment.isoformat()} lies before the last entry of {path}, {last}; is the clock right?")
    if moment > _now() + AHEAD:
        raise UsageError(f"{moment.isoformat()} lies in the future: it would keep all entries out until then")


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def read_chain(path: Path, *, expect: str | None = None) -> tuple[Entry, ...]:
    """Read a ledger and check that it is intact.

    The head may be expected, now or at some earlier time: it must be the digest of a line that is still there, or the
    zeros of an empty ledger. Raises LedgerError with the first faulty line, and what is wrong with it, UsageError if
    there is no ledger.
    """
    entries = _checked(_read(path, path), path)
    if expect is None:
        return entries
    expect = expect.lower()
    if len(expect) < 12 or set(expect) - set("0123456789abcdef"):
        raise UsageError(f"expected a head of 12 to 64 hexadecimal digits after --expect (got {expect!r})")
    if any(head.startswith(expect) for head in (START, *(entry.head for entry in entries))):
        return entries
    raise LedgerError(
        f"{path}: no line has the expected head {expect[:12]}; lines were taken from its end, or all of it was "
        f"made anew (it has {counted(len(entries), 'entry', 'entries')}, head {head_of(entries)[:12]})"
    )


def no_ledger(path: Path) -> UsageError:
    """Return the error that there is no ledger."""
    return UsageError(f"there is no ledger {path}; begin one with: offramp record FORECAST.json --ledger {path}")


def _read(file: Path, path: Path) -> bytes:
    """Return a ledger's bytes, with any line ends of Windows converted; messages name it as the user did."""
    try:
        return read_whole(file, MOST_BYTES).replace(b"\r\n", b"\n")
    except FileNotFoundError:
        raise no_ledger(path) from None
    except OSError as error:
        raise ReportError(f"cannot read {path}: {reason_of(error)}") from None


def _write(path: Path, content: bytes) -> None:
    """Write a ledger and also push the rename to disk, if the system can."""
    try:
        write_whole(path, content)
        if sys.platform != "win32":
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise ReportError(f"cannot write {path}: {reason_of(error)}; it is as it was before") from None


def _checked(raw: bytes, path: Path) -> tuple[Entry, ...]:
    *lines, rest = raw.split(b"\n")
    entries: list[Entry] = []
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(read_line(line, number, head_of(entries)))
        except ValueError as error:
            raise LedgerError(f"{path}:{number}: {error}") from None
    if rest:
        raise LedgerError(f"{path}:{len(lines) + 1}: the line is not complete: it does not end")
    return tuple(entries)
