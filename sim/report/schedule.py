"""Scheduled pressures and talks: their table, and the changes inside the window that figures mark."""

from __future__ import annotations

from dataclasses import dataclass

from sim.report.dates import short_date
from sim.report.reading import Record, calendar_of, name_of
from sim.report.tables import Table
from sim.report.values import NONE, quantity


@dataclass(frozen=True)
class Mark:
    """A scheduled change inside the window, to be marked on the time axis."""

    number: int
    day: float
    date: str
    label: str


def schedule_table(record: Record) -> Table:
    """All scheduled pressures and talks."""
    rows = [
        (
            one["id"], _what(record, one), one.get("channel", NONE),
            _day(record, one["start"]), _day(record, one["end"]),
            quantity(one["intensity"]) if "intensity" in one else NONE, one["basis"] or "no basis given",
        )
        for one in record["schedule"]
    ]  # fmt: skip
    columns = ("Id", "What", "Channel", "From", "First day without it", "Intensity", "The author's basis")
    return Table("Scheduled pressures and talks", columns, "lllllll", tuple(rows))


def _what(record: Record, one: Record) -> str:
    if one["kind"] != "pressure":
        return "talks"
    return f"{name_of(record, one['from'])} on {name_of(record, one['on'])}: {one['aim']}"


def _day(record: Record, day: float | None) -> str:
    return NONE if day is None else short_date(calendar_of(record).date(day))


def marks(record: Record) -> list[Mark]:
    """List what begins or ends inside the window, in order of time."""
    calendar, changes = calendar_of(record), []
    for one in record["schedule"]:
        label = f"{one['id']} ({_what(record, one)})"
        changes += [
            (float(day), f"{label} {verb}")
            for day, verb in ((one["start"], "begins"), (one["end"], "ends"))
            if day is not None and 0 <= day < calendar.horizon
        ]
    ordered = sorted(changes, key=lambda change: change[0])
    return [Mark(n, day, short_date(calendar.date(day)), label) for n, (day, label) in enumerate(ordered, 1)]


def in_force(record: Record) -> int:
    """Count the pressures that were in force before the window began."""
    starts = [one["start"] for one in record["schedule"] if one["kind"] == "pressure"]
    return sum(start is not None and start < 0 for start in starts)
