"""Places and labels of axis ticks for drawings made without Plotly, from the same axis of a figure's specification.

Plotly finds its ticks in the browser; this finds as many by the same kind of rule, for the axes the report has: shares,
dates and given values.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sim.report.dates import MONTHS

SECONDS = 86_400.0
_DAY_STEPS = (1, 2, 7, 14)
_MONTH_STEPS = (1, 2, 3, 6, 12)

Tick = tuple[float, str]


def number_of(value: Any) -> float:
    """Return a coordinate as a number: a date or moment as days since year 1."""
    if isinstance(value, str):
        moment = datetime.datetime.fromisoformat(value)
        return moment.toordinal() + (moment - moment.replace(hour=0, minute=0, second=0)).total_seconds() / SECONDS
    return float(value)


def ticks_of(axis: dict[str, Any]) -> list[Tick]:
    """Return place and label of each tick of an axis; a label may have two lines."""
    if "tickvals" in axis:
        texts = axis.get("ticktext") or [f"{value:g}" for value in axis["tickvals"]]
        return [(number_of(value), text) for value, text in zip(axis["tickvals"], texts, strict=True)]
    low, high = (number_of(edge) for edge in axis["range"])
    if axis.get("type") == "date":
        return list(_dated(low, high, axis))
    return list(_shares(low, high, axis))


def _shares(low: float, high: float, axis: dict[str, Any]) -> Iterator[Tick]:
    step = _round_step((high - low) / axis["nticks"])
    digits = int(axis["tickformat"].strip(".%"))
    for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1):
        yield index * step, f"{100 * index * step:.{digits}f}%"


def _round_step(least: float) -> float:
    """Return the first of 1, 2 or 5 times a power of ten that is no less."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * unit for unit in (1, 2, 5, 10) if power * unit >= least * (1 - 1e-9))


def _dated(low: float, high: float, axis: dict[str, Any]) -> Iterator[Tick]:
    """Label days, with the year beneath the first of each year where the format has one."""
    days = [datetime.date.fromordinal(day) for day in _days(math.ceil(low), math.floor(high), axis)]
    line, _, second = axis["tickformat"].partition("\n")
    years = [None, *(day.year for day in days)]
    for day, (before, year) in zip(days, pairwise(years), strict=True):
        text = line.replace("%-d", str(day.day)).replace("%b", MONTHS[day.month - 1][:3])
        yield day.toordinal(), f"{text}\n{year}" if second and year != before else text


def _days(first: int, last: int, axis: dict[str, Any]) -> list[int]:
    """Return the ordinals of whole weeks or months, at most as many as the axis may have."""
    most = 40 if axis.get("dtick") == "M1" else axis.get("nticks", 7)
    for step in () if axis.get("dtick") == "M1" else _DAY_STEPS:
        days = [day for day in range(first, last + 1) if day % step == 0]
        if len(days) <= most:
            return days
    months = [day for day in map(datetime.date.fromordinal, range(first, last + 1)) if day.day == 1]
    for step in _MONTH_STEPS:
        kept = [day.toordinal() for day in months if (day.month - 1) % step == 0]
        if len(kept) <= most:
            return kept
    return [day.toordinal() for day in months if day.month == 1]
