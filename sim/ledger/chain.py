"""A chain of entries: each line holds the digest of the line before it and of its own content.

Whoever changes, removes, inserts or moves a line breaks the chain there, and `read_chain` says where and how. What no
chain can show by itself is that lines are missing at the end, or that somebody made all of it anew: for that, keep the
head (the digest of the last line) somewhere else and pass it as `expect`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from sim.errors import LedgerError, ReportError, UsageError
from sim.ledger.contents import complaint
from sim.ledger.files import locked, replace_whole
from sim.wholefiles import read_whole
from sim.wording import counted

FORMAT = "offramp/ledger/1"
START = "0" * 64
"""What the first entry holds in place of the digest of a line before it."""

MOST_BYTES = 256 << 20
TOLD = 5  # faults told in one message
AHEAD = datetime.timedelta(days=1)  # how far the clock of another machine may be ahead of this one's


@dataclass(frozen=True)
class Entry:
    """One line.

    Attributes
    ----------
    number
        From 1.
    kind
        `forecast`, `resolution` or `correction`.
    at
        When it was entered, UTC, as the machine that entered it believed.
    content
        What it says, by kind.
    head
        SHA-256 of the line.
    """

    number: int
    kind: str
    at: datetime.datetime
    content: Mapping[str, Any]
    head: str


Make = Callable[[Sequence[Entry]], tuple[str, Mapping[str, Any]]]
"""From the entries so far to the kind and content of the next; may refuse."""


def head_of(entries: Sequence[Entry]) -> str:
    """Return the digest of the last line, 64 zeros where there is none."""
    return entries[-1].head if entries else START


def append(path: Path, make: Make, at: datetime.datetime | None, *, create: bool = False) -> Entry:
    """Read and check a ledger, add an entry, and write it whole, with other writers kept out all the while.

    Parameters
    ----------
    path
        The ledger.
    make
        What to add.
    at
        When; now where it is not given, looked at when no other writer can come between.
    create
        Whether to begin a ledger where there is none.

    Raises
    ------
    LedgerError
        Where the ledger is not whole; nothing is added.
    UsageError
        Where there is no ledger, another process holds it, or the entry would be older than the last or lie ahead.
    ReportError
        Where it cannot be written; it is then as it was.
    """
    if not create and not path.exists():
        raise no_ledger(path)
    real = path.resolve()  # a rename would take the place of a link
    with locked(real):
        before = _read(real, path) if real.exists() else b""
        entries = _checked(before, path)
        moment = _now() if at is None else at
        if entries and moment < entries[-1].at:
            last = entries[-1].at.isoformat()
            raise UsageError(f"{moment.isoformat()} lies before the last entry of {path}, {last}; is the clock right?")
        if moment > _now() + AHEAD:
            raise UsageError(f"{moment.isoformat()} lies in the future: it would keep all entries out until then")
        kind, content = make(entries)
        entry, line = _entry(len(entries) + 1, kind, content, moment, head_of(entries))
        replace_whole(real, b"\n".join(_lines(before)) + line + b"\n")
        return entry


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def _lines(raw: bytes) -> list[bytes]:
    """Split a ledger into lines and what follows the last; line ends of Windows, as git may make them, count as any."""
    lines = raw.split(b"\n")
    if len(lines) > 1 and all(line.endswith(b"\r") for line in lines[:-1]):
        lines = [line.removesuffix(b"\r") for line in lines[:-1]] + lines[-1:]
    return lines


def read_chain(path: Path, *, expect: str | None = None) -> tuple[Entry, ...]:
    """Read a ledger and check that it is whole.

    Parameters
    ----------
    expect
        The head, or the head of some time ago: it must be the digest of a line that is still there.

    Raises
    ------
    LedgerError
        Where it is not whole: which line, and what is wrong with it.
    UsageError
        Where there is no ledger.
    """
    entries = _checked(_read(path, path), path)
    if expect is not None:
        _check_expected(entries, expect.lower(), path)
    return entries


def _read(file: Path, path: Path) -> bytes:
    """Return the bytes of a ledger's file; messages name it by the path the user gave."""
    try:
        return read_whole(file, MOST_BYTES)
    except FileNotFoundError:
        raise no_ledger(path) from None
    except OSError as error:
        raise ReportError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None


def no_ledger(path: Path) -> UsageError:
    """Return the error that there is no ledger."""
    return UsageError(f"there is no ledger {path}; begin one with: offramp record FORECAST.json --ledger {path}")


def _check_expected(entries: Sequence[Entry], expect: str, path: Path) -> None:
    if len(expect) < 12 or set(expect) - set("0123456789abcdef"):
        raise UsageError(f"expected a head of 12 to 64 hexadecimal digits after --expect (got {expect!r})")
    if not any(entry.head.startswith(expect) for entry in entries):
        now = head_of(entries)[:12]
        raise LedgerError(
            f"{path}: no line has the expected head {expect[:12]}; lines were taken from its end, or all of it was "
            f"made anew (it has {counted(len(entries), 'entry', 'entries')}, head {now})"
        )


def _entry(
    number: int, kind: str, content: Mapping[str, Any], at: datetime.datetime, previous: str
) -> tuple[Entry, bytes]:
    value = {
        "schema": FORMAT,
        "number": number,
        "kind": kind,
        "at": at.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "content": content,
        "previous": previous,
    }
    line = _bytes({**value, "digest": _sha256(_bytes(value))})
    plain = json.loads(line)
    return Entry(number, kind, datetime.datetime.fromisoformat(plain["at"]), plain["content"], _sha256(line)), line


def _bytes(value: Mapping[str, Any]) -> bytes:
    """Canonical form: keys in the order given, no spaces, ASCII."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _checked(raw: bytes, path: Path) -> tuple[Entry, ...]:
    """Return the entries of a ledger; LedgerError with everything that is wrong, line by line."""
    lines = _lines(raw)
    faults = []
    if lines.pop() != b"":
        faults.append(f"{path}:{len(lines) + 1}: the line is not complete: it does not end")
    values: list[dict[str, Any]] = []
    for place, line in enumerate(lines, start=1):
        try:
            values.append(_value(line))
        except ValueError as error:
            faults.append(f"{path}:{place}: {error}")
    if not faults:
        faults = [f"{path}:{place}: {fault}" for place, fault in _broken_links(values, lines)]
    if faults:
        more = f"; and {len(faults) - TOLD} more" if len(faults) > TOLD else ""
        raise LedgerError("; ".join(faults[:TOLD]) + more)
    return tuple(
        Entry(value["number"], value["kind"], _moment(value["at"]), value["content"], _sha256(line))
        for value, line in zip(values, lines, strict=True)
    )


def _value(line: bytes) -> dict[str, Any]:
    """Parse a line and compare it with its own digest; ValueError says what is wrong."""
    try:
        value = json.loads(line.decode("ascii"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ValueError("is no entry: it is not JSON; its content was changed") from None
    shape = {"schema": str, "number": int, "kind": str, "at": str, "content": dict, "previous": str, "digest": str}
    if not isinstance(value, dict) or list(value) != list(shape):
        raise ValueError(f"is no entry: expected the keys {', '.join(shape)}")
    if value["schema"] != FORMAT:
        raise ValueError(f"expected the schema {FORMAT} (got {value['schema']!r:.40})")
    bare = {key: part for key, part in value.items() if key != "digest"}
    if _bytes(value) != line or _sha256(_bytes(bare)) != value["digest"]:
        raise ValueError("its content was changed: it does not match its own digest")
    if not all(isinstance(value[key], kind) for key, kind in shape.items()):
        raise ValueError("is no entry: a value is of the wrong kind")
    wrong = complaint(value["kind"], value["content"])
    if wrong is not None:
        raise ValueError(wrong)
    _moment(value["at"])
    return value


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _moment(text: str) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"expected a time in UTC (got {text!r:.40})") from None
    if moment.tzinfo is None:
        raise ValueError(f"expected a time in UTC (got {text!r:.40})")
    return moment


def _broken_links(values: Sequence[Mapping[str, Any]], lines: Sequence[bytes]) -> list[tuple[int, str]]:
    """Compare numbers and links of lines that each are sound in themselves."""
    numbers = [value["number"] for value in values]
    if sorted(numbers) == list(range(1, len(numbers) + 1)) and numbers != sorted(numbers):
        moved = next(place for place, number in enumerate(numbers, start=1) if number != place)
        return [(moved, f"holds entry {numbers[moved - 1]}: lines were put in another order")]
    faults, expected, previous = [], 1, START
    for place, (value, line) in enumerate(zip(values, lines, strict=True), start=1):
        number = value["number"]
        if number > expected:
            gone = f"entry {expected} is" if number == expected + 1 else f"entries {expected} to {number - 1} are"
            faults.append((place, f"holds entry {number}: {gone} missing before it; lines were removed"))
        elif number < expected:
            faults.append((place, f"holds entry {number} again: a line was inserted"))
        elif value["previous"] != previous:
            faults.append((place, f"does not follow {_before(place)}: that was changed and its digest made anew"))
        expected, previous = number + 1, _sha256(line)
    return faults


def _before(place: int) -> str:
    return f"line {place - 1}" if place > 1 else "the start of a ledger"
