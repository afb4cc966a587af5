"""The window of a question asked of a forecast: "within n days", given as a number, as text or as its last date.

One check for everything that takes `by`, so that nothing counts what lies beyond the horizon.
"""

from __future__ import annotations

import datetime
import numbers
from typing import TypeAlias

from sim.errors import UsageError
from sim.scenario.quantities import read_horizon
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
    day = _read(by, as_of)
    if day is None:
        raise UsageError(f'expected a number of days, "90 days" or a date such as 2018-11-16 for {name} (got {by!r})')
    if not 1 <= day <= horizon:
        last = as_of + datetime.timedelta(days=horizon - 1)
        raise UsageError(f"expected a window from 1 to {counted(horizon, 'day')}, up to {last}, for {name} (got {by})")
    return day


def _read(by: int | str | datetime.date, as_of: datetime.date) -> int | None:
    if isinstance(by, bool):
        return None
    if isinstance(by, numbers.Integral):
        return int(by)
    if isinstance(by, datetime.date):
        return (by - as_of).days + 1
    if not isinstance(by, str):
        return None
    written = by.strip()
    if written.isdecimal():
        return int(written) if len(written) < 9 else None
    try:
        return (datetime.date.fromisoformat(written) - as_of).days + 1
    except ValueError:
        return read_horizon(written)
