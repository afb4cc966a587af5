"""Days and dates as users write them: the one reader of all commands, of goals, conditions and gates.

A window, "within n days", is a number, "90 days" or its last date; `day_of` reads and checks it, so that nothing counts
what lies beyond the horizon. What can only be a date, or only a length of time, has `date_of` and `length_of`.
"""

from __future__ import annotations

import datetime
from typing import TypeAlias

from sim.errors import UsageError
from sim.scenario.quantities import calendar_date, read_day, read_length
from sim.wording import counted

By: TypeAlias = "int | str | datetime.date | None"
"""90, "90 days", "2018-11-16" or a date, the last of the window; None: the horizon."""


def day_of(by: By, as_of: datetime.date, horizon: int, name: str = "by") -> int:
    """Return the number of days n of "within n days".

    Parameters
    ----------
    as_of
        Day 0; a window of n days ends on day n - 1.
    horizon
        The longest window.
    name
        What the argument or option is called, for messages.

    Raises
    ------
    UsageError
        Where it is no window, or none from 1 day to the horizon.
    """
    if by is None:
        return horizon
    day = read_day(by, as_of)
    if day is None:
        raise UsageError(f'expected a number of days, "90 days" or a date such as 2018-11-16 for {name} (got {by!r})')
    if not 1 <= day <= horizon:
        last = as_of + datetime.timedelta(days=horizon - 1)
        raise UsageError(f"expected a window from 1 to {counted(horizon, 'day')}, up to {last}, for {name} (got {by})")
    return day


def date_of(text: str, name: str) -> datetime.date:
    """Return a date such as 2018-11-16.

    Raises
    ------
    UsageError
        Where it is none.
    """
    date = calendar_date(text.strip())
    if date is None:
        raise UsageError(f"expected a date such as 2018-11-16 for {name} (got {text!r})")
    return date


def length_of(text: str, name: str) -> int:
    """Return a length of time in days, such as 3, "3 days" or "2 weeks".

    Raises
    ------
    UsageError
        Where it is none.
    """
    days = read_length(text)
    if not days:
        raise UsageError(f'expected a number of days, "3 days" or "2 weeks" for {name} (got {text!r})')
    return days


def age_of(text: str, today: datetime.date, name: str) -> int:
    """Return an age in days: a length of time, or how long ago a date was.

    Raises
    ------
    UsageError
        Where it is neither.
    """
    if length := read_length(text):
        return length
    date = calendar_date(text.strip())
    if date is None:
        raise UsageError(f'expected a number of days, "90 days" or a date such as 2018-11-16 for {name} (got {text!r})')
    return max(0, (today - date).days)
