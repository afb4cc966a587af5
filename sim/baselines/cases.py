"""The table of past cases: the features and positions of each at the time, and its outcome.

The table is made from the scenario files of past cases (reports/recalibrate.py) and ships with the package as
cases.csv, so that a forecast needs no scenario but its own. `known_by` returns what could have been known of it on a
date: baselines must not learn from what had not happened yet.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import UsageError
from sim.tables import Row, read_table

TABLE = Path(__file__).with_name("cases.csv")
WINDOWS = (30, 90, 180)
POSITION_KEYS = ("mean", "median", "challenge", "condorcet")
MOST_BYTES = 10_000_000


@dataclass(frozen=True)
class Case:
    """One past decision point, a row of the table.

    Attributes
    ----------
    id
        Id of its scenario.
    tier, area
        How close it is to the case the model was built for (A, B, C), and the ground that it shares with others.
    as_of, horizon
        Day 0, and the length of the window that was observed.
    target
        Whether it is the case that the others are used for; baselines never learn from it.
    days_to_offensive, days_to_agreement
        Day of the event, counted from day 0; None if it did not happen within the horizon.
    expected_support, troops_inside
        `Features`.
    mean, median, challenge, condorcet
        `Positions`; None if no actor has any weight.
    """

    id: str
    tier: str
    area: str
    as_of: datetime.date
    horizon: int
    target: bool
    days_to_offensive: int | None
    days_to_agreement: int | None
    expected_support: float
    troops_inside: int
    mean: float | None
    median: float | None
    challenge: float | None
    condorcet: float | None

    def label(self, window: int) -> bool | None:
        """Return whether the offensive began within a window; None if the case was not observed that long."""
        if self.days_to_offensive is not None and self.days_to_offensive < window:
            return True
        return False if window <= self.horizon else None

    def known_label(self, window: int, date: datetime.date) -> bool | None:
        """Return the label if the window was over by a date.

        An offensive within a window that is still open does not count yet: windows without one could not either, so
        rates would be too high.
        """
        return self.label(window) if self.as_of + datetime.timedelta(window) <= date else None


Labelled = tuple[Case, bool]


def known_by(cases: Iterable[Case], date: datetime.date, window: int) -> tuple[Labelled, ...]:
    """Return the cases whose label for a window was known on a date, each with its label."""
    labels = ((case, case.known_label(window, date)) for case in cases)
    return tuple((case, label) for case, label in labels if label is not None)


def table_text(cases: Sequence[Case]) -> str:
    """Return the table as CSV by date and id: one row per case, empty cells if missing, 1 and 0 for yes and no."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(field.name for field in fields(Case))
    for case in sorted(cases, key=lambda case: (case.as_of, case.id)):
        values = (getattr(case, field.name) for field in fields(Case))
        writer.writerow(int(value) if isinstance(value, bool) else value for value in values)
    return buffer.getvalue()


def read_cases(path: Path = TABLE) -> tuple[Case, ...]:
    """Read the table, by default that of the package.

    Raises UsageError if it is missing or not a table of cases, with line and column.
    """
    table = read_table(path, MOST_BYTES)
    names = tuple(field.name for field in fields(Case))
    if table.header != names:
        raise UsageError(f"{path}:1: expected the columns {', '.join(names)}")
    kinds = {field.name: str(field.type) for field in fields(Case)}
    return tuple(Case(**{name: _value(row, name, kind) for name, kind in kinds.items()}) for row in table.rows)


def digest(cases: Sequence[Case]) -> str:
    """Return the first 16 hexadecimal digits of a table's SHA-256, to identify what a baseline learnt from."""
    return hashlib.sha256(table_text(cases).encode("utf-8")).hexdigest()[:16]


def _value(row: Row, name: str, kind: str) -> Any:
    if row.cells[name] == "" and kind.endswith("| None"):
        return None
    return _READERS[kind.split(" ")[0]](row, name)


def _flag(row: Row, name: str) -> bool:
    if row.cells[name] not in ("0", "1"):
        raise row.error(name, "expected 1 or 0")
    return row.cells[name] == "1"


def _text(row: Row, name: str) -> str:
    if not row.cells[name]:
        raise row.error(name, "expected text")
    return row.cells[name]


_READERS: dict[str, Callable[[Row, str], Any]] = {
    "datetime.date": Row.date, "int": Row.whole, "bool": _flag, "str": _text,
    "float": lambda row, name: row.number(name, "a number from -1 to 1", -1, 1),
}  # fmt: skip


TRACK_RECORD_FORMAT = "offramp/track-record/1"
OUTSIDE_VIEW = Path(__file__).with_name("outside_view.json")
TRACK_RECORD = Path(__file__).with_name("track_record.json")


@cache
def threats_between_states() -> dict[str, Any]:
    """Return how often force and major force came within each window after threats, as shipped with offramp."""
    rates: dict[str, Any] = json.loads(OUTSIDE_VIEW.read_text(encoding="utf-8"))
    return rates


def track_record(path: Path = TRACK_RECORD) -> dict[str, Any] | None:
    """Return the scores of the backtest (docs/forecast.md, `track_record`); None if there has been none.

    Raises UsageError if the file cannot be read or holds something else.
    """
    if not path.is_file():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"cannot read the track record {path}: {error}; make it again with: make calibrations"
        ) from None
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != TRACK_RECORD_FORMAT:
        raise UsageError(
            f"{path}: schema: expected {TRACK_RECORD_FORMAT} (got {schema!r}); make it again with: make calibrations"
        )
    return dict(content)
