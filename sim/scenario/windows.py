"""Read days and dates as users write them, for all commands, goals, conditions and gates.

A window, "within n days", is a number, "90 days" or its last date; `day_of` reads it and checks that it lies within
the horizon. `date_of` reads dates only, and `length_of` lengths of time only.
"""

from __future__ import annotations

import datetime
from typing import TypeAlias

from sim.errors import UsageError
from sim.scenario.quantities import calendar_date, read_day, read_length
from sim.wording import counted

By: TypeAlias = "int | str | datetime.date | None"
"""90, "90 days", "2018-11-16" or a date (the last of the window); None means the horizon."""


def day_of(by: By, as_of: datetime.date, horizon: int, name: str = "by") -> int:
    """Return the number of days n of "within n days"; the window ends on day n - 1, where the as-of date is day 0.

    Raises UsageError, naming the argument or option, for what is no window, or not between 1 day and the horizon.
    """
    if by is None:
        return horizon
    day = read_day(by, as_of)
    if day is None:
        example = as_of + datetime.timedelta(days=(horizon - 1) // 2)
        raise UsageError(f'expected a number of days, "90 days" or a date such as {example} for {name} (got {by!r})')
    if not 1 <= day <= horizon:
        last = as_of + datetime.timedelta(days=horizon - 1)
        raise UsageError(f"expected a window from 1 to {counted(horizon, 'day')}, up to {last}, for {name} (got {by})")
    return day


def date_of(text: str, name: str) -> datetime.date:
    """Read a date such as 2018-11-16, or raise UsageError."""
    date = calendar_date(text.strip())
    if date is None:
        raise UsageError(f"expected a date such as 2018-11-16 for {name} (got {text!r})")
    return date


def length_of(text: str, name: str) -> int:
    """Read a length of time such as "3", "3 days" or "2 weeks" as a number of days; UsageError if it is none or 0."""
    days = read_length(text)
    if not days:
        raise UsageError(f'expected a number of days, "3 days" or "2 weeks" for {name} (got {text!r})')
    return days


def age_of(text: str, now: datetime.datetime, name: str) -> float:
    """Read an age in days: a length of time, or the time since the beginning of a date. UsageError if it is neither."""
    if length := read_length(text):
        return length
    date = calendar_date(text.strip())
    if date is None:
        example = now.date()
        raise UsageError(f'expected a number of days, "90 days" or a date such as {example} for {name} (got {text!r})')
    begun = datetime.datetime.combine(date, datetime.time(), now.tzinfo)
    return max(0.0, (now - begun) / datetime.timedelta(days=1))
