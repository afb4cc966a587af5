"""Tables from users, as CSV: one reader for posteriors, threats, past cases and the cells of a sweep.

A table is UTF-8 text, with or without a byte order mark: a header that names each column once, then rows with the same
number of cells, all separated by commas; rows of empty cells are skipped. Numbers are ASCII digits with a point;
Python's `float` also reads `1_0`, `nan` and full-width digits, which nobody intends. A file with semicolons or tabs is
refused instead of guessed at, because the programs that write these usually write decimal commas too.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sim.errors import Fault, TableError
from sim.wholefiles import read_whole
from sim.wording import counted

MOST_FAULTS = 50
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SEPARATORS = {";": "semicolons", "\t": "tabs"}
_SAVE = "save it as CSV in UTF-8, with commas between the cells and points in the numbers"
_NO_TEXT = (
    (b"PK\x03\x04", "a spreadsheet (xlsx, ods) or another zip file"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet (xls)"),
    (b"\xff\xfe", "text in UTF-16"),
    (b"\xfe\xff", "text in UTF-16"),
)
"""First bytes of files written by spreadsheets, and what the files are."""


@dataclass(frozen=True)
class Row:
    """One row: the line on which it begins, and the stripped text of its cells, keyed by column."""

    file: str
    line: int
    cells: Mapping[str, str]

    def error(self, name: str, message: str) -> TableError:
        """Return the error for one cell: what was expected, and what was found."""
        text = self.cells[name]
        got = text if len(text) <= 60 else text[:57] + "..."
        return TableError(
            [Fault(self.file, self.line, list(self.cells).index(name) + 1, name, f"{message} (got {got})")]
        )

    def number(self, name: str, expected: str = "a number", low: float = -math.inf, high: float = math.inf) -> float:
        """Return a cell as a finite number from `low` to `high`; raise TableError if it is not one."""
        value = number(self.cells[name])
        if value is None or not low <= value <= high:
            raise self.error(name, f"expected {expected}")
        return value

    def whole(self, name: str, high: float = 1e15) -> int:
        """Return a cell as a whole number from 0 to `high`; raise TableError if it is not one."""
        value = self.number(name, "a whole number of 0 or more", 0, high)
        if not value.is_integer():
            raise self.error(name, "expected a whole number of 0 or more")
        return int(value)

    def date(self, name: str) -> datetime.date:
        """Return a cell as a date; raise TableError if it is not one."""
        try:
            if _DATE.fullmatch(self.cells[name]):
                return datetime.date.fromisoformat(self.cells[name])
        except ValueError:
            pass
        raise self.error(name, "expected a date such as 2018-08-19")


@dataclass(frozen=True)
class Table:
    """A table: its column names, in order, and its rows."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


def number(text: str) -> float | None:
    """Return a text as a finite number; None if it is not one."""
    if len(text) > 300 or not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def read_table(path: Path, most_bytes: int) -> Table:
    """Read a table from a file; see `table_of`.

    Raises
    ------
    TableError
        If it cannot be read, is larger than `most_bytes`, or is not a valid table.
    """
    return table_of(read_text(path, most_bytes), str(path))


def read_text(path: Path, most_bytes: int) -> str:
    """Read the text of a table.

    Raises
    ------
    TableError
        If the file cannot be read, is larger than `most_bytes`, or is not UTF-8 text; it says what it is if known.
    """
    try:
        raw = read_whole(path, most_bytes)
    except OSError as error:
        raise _error(path, 0, f"cannot read the file: {(error.strerror or str(error)).lower()}") from None
    for start, kind in _NO_TEXT:
        if raw.startswith(start):
            raise _error(path, 0, f"this is {kind}, not CSV; {_SAVE}")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _error(path, line, f"the file is not UTF-8 text; {_SAVE}") from None


def table_of(text: str, file: str, first: int = 1) -> Table:
    """Parse the text of a table.

    Parameters
    ----------
    file
        Name of the file in messages.
    first
        Line of the file that has the header.

    Raises
    ------
    TableError
        If it has no header, a repeated or empty column name, separators other than commas, invalid CSV, or rows of the
        wrong length; faults of rows are reported together, up to `MOST_FAULTS`.
    """
    _check_separator(text, file, first)
    lines = _lines(text, file, first)
    line, header = next(lines, (first, ()))
    faults = [Fault(file, line, n, name, why) for n, name, why in _of_header(header)]
    if not header:
        faults = [Fault(file, first, 1, "", "the table is empty; expected a header that names the columns")]
    if faults:
        raise TableError(faults)
    rows = []
    for line, cells in lines:
        if len(cells) == len(header):
            rows.append(Row(file, line, dict(zip(header, cells, strict=True))))
        elif len(faults) < MOST_FAULTS:
            faults.append(
                Fault(file, line, 1, "", f"expected {counted(len(header), 'cell')} in this row (got {len(cells)})")
            )
    if faults:
        raise TableError(faults)
    return Table(header, tuple(rows))


def _check_separator(text: str, file: str, first: int) -> None:
    head = text.split("\n", 1)[0].strip("\r")
    if re.fullmatch("sep=.?", head, re.IGNORECASE):
        raise _error(file, first, f"the line {head!r} is for one spreadsheet program only; remove it, and {_SAVE}")
    for mark, name in _SEPARATORS.items():
        if head.count(mark) > head.count(","):
            raise _error(file, first, f"the cells are separated by {name}; expected commas: {_SAVE}")


def _lines(text: str, file: str, first: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield the rows that are not empty, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = first
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, tuple(cell.strip() for cell in cells)
            line = first + reader.line_num
    except csv.Error as error:
        raise _error(file, line, f"not valid CSV: {error}") from None


def _of_header(header: tuple[str, ...]) -> Iterator[tuple[int, str, str]]:
    """Yield the faults of the column names: column, name, message."""
    for column, name in enumerate(header, 1):
        if not name:
            yield column, name, "the column has no name; name it, or remove it"
        elif header.index(name) != column - 1:
            yield column, name, "the column name is repeated"


def _error(file: Path | str, line: int, message: str) -> TableError:
    return TableError([Fault(str(file), line, min(line, 1), "", message)])
