"""Days of a forecast as calendar dates, in one English form that no locale changes.

Day 0 is the as-of date. "Within n days" covers days 0 to n - 1, so it ends with the day n - 1; on a time axis its
value stands at the midnight after that day.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def long_date(date: datetime.date) -> str:
    """Write a date as `19 August 2018`."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def short_date(date: datetime.date) -> str:
    """Write a date as `19 Aug 2018`."""
    return f"{date.day} {MONTHS[date.month - 1][:3]} {date.year}"


@dataclass(frozen=True)
class Calendar:
    """The window of a forecast: `horizon` days from the as-of date on."""

    as_of: datetime.date
    horizon: int

    def date(self, day: float) -> datetime.date:
        """Return the date of a day."""
        return self.as_of + datetime.timedelta(days=int(day // 1))

    def until(self, days: int) -> datetime.date:
        """Return the last date of "within `days` days"."""
        return self.date(max(days, 1) - 1)

    def at(self, day: float) -> str:
        """Return the place of the start of a day on a time axis."""
        return self.date(day).isoformat()
