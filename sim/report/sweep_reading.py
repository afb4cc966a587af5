"""What the report of a sweep reads from its record: rows with results, chances, changes, values of axes as words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sim.report.chance import Chance
from sim.report.charts import safe
from sim.report.shift import Shift
from sim.report.tables import with_interval
from sim.report.values import quantity
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record


def done(record: Record) -> list[Record]:
    """Return the rows that have results."""
    return [row for row in record["rows"] if row["outcomes"] is not None]


def chance(row: Record, day: int) -> Chance:
    """Return the chance of an offensive within so many days in a cell."""
    return Chance.of(row["outcomes"]["offensive"][str(day)])


def written(value: Any) -> str:
    """Write a value of an axis."""
    return "removed" if value is None else "true" if value is True else quantity(value)


def short(path: str) -> str:
    """Shorten a dotted path for a label: without its first part."""
    head, _, rest = path.partition(".")
    return rest or head


def is_number(value: Any) -> bool:
    """Whether a value of an axis is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def values_of(record: Record, path: str) -> list[Any]:
    """Return the different values of an axis: numbers in their order, words in that of the cells."""
    found: dict[str, Any] = {}
    for row in record["rows"]:
        found.setdefault(json.dumps(row["inputs"][path]), row["inputs"][path])
    values = list(found.values())
    return sorted(values) if all(map(is_number, values)) else values


def span(record: Record, day: int) -> str:
    """Say from where to where the probability runs, in the words of the cells' labels."""
    rows = sorted(done(record), key=lambda row: chance(row, day).p)
    low, high = rows[0], rows[-1]
    if chance(low, day).text == chance(high, day).text:
        return f"Within {counted(day, 'day')} the probability is {chance(low, day).text} in all cells"
    return (
        f"Within {counted(day, 'day')} the probability runs from {chance(low, day).text} ({low['label']}) "
        f"to {chance(high, day).text} ({high['label']})"
    )


def change_of(row: Record, day: int) -> Shift | None:
    """Return the change of a cell from the reference; None where it has none."""
    entry = ((row["changes"] or {}).get("offensive") or {}).get(str(day))
    return None if entry is None or row["index"] == 0 else Shift.of(entry)


def has_result(row: Record) -> bool:
    """Whether a cell has results."""
    return row["outcomes"] is not None


def hover(row: Record, day: int) -> str:
    """Write what stands beside the pointer on a cell."""
    return f"{safe(row['label'])}<br><b>{with_interval(chance(row, day))}</b>"
