"""How the report writes dates, and numbers other than probabilities: stances, weights, scores, inputs.

Minus signs are typographic ones, and a dash replaces a missing number. Day 0 is the as-of date; "within n days" covers
days 0 to n - 1. On a time axis its value is at the midnight after its last day.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sim.wording import MONTHS, long_date, noun

NONE = "–"
Value = TypeVar("Value")
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def formatted(value: float | None, form: str) -> str:
    """Write a number in a format such as `+.2f`; a zero has no sign, and a dash replaces a missing one."""
    if value is None:
        return NONE
    text = format(value, form)
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")


def signed(value: float | None) -> str:
    """Write a stance or reading with its sign and two digits; a dash if missing."""
    return formatted(value, "+.2f")


def on_scale(value: float | None) -> str:
    """Write a stance, or a statement or reading of one, as `signed` does, clipped to -1 and 1."""
    return signed(None if value is None else max(-1.0, min(1.0, value)))


def plain(value: float | None) -> str:
    """Write a number with two digits; a dash if missing."""
    return formatted(value, ".2f")


def or_dash(value: Value | None, write: Callable[[Value], str]) -> str:
    """Write a value; a dash if missing."""
    return NONE if value is None else write(value)


def percent(share: float) -> str:
    """Write a share that may be below 0 as a whole per cent."""
    return f"{round(100 * share)}%".replace("-", "−")


def skill_interval(skill: Sequence[float | None]) -> str:
    """Write the interval of a skill score, its last two numbers."""
    _, low, high = skill
    return "interval not known" if low is None or high is None else f"{percent(low)} to {percent(high)}"


def skill_text(skill: Sequence[float | None]) -> str:
    """Write a skill score with its interval; a dash if there are too few cases for one."""
    return or_dash(skill[0], lambda value: f"{percent(value)} ({skill_interval(skill)})")


def quantity(value: Any) -> str:
    """Write a number or distribution of the record, such as `triangular 0.3, 0.5, 0.7`."""
    match value:
        case {"quantiles": percents}:
            return f"quantiles {', '.join(f'{percent}%: {_number(one)}' for percent, one in percents.items())}"
        case {"experts": experts}:
            return _pooled(experts, value.get("weights") or [1.0] * len(experts))
        case Mapping():
            return "; ".join(f"{kind} {', '.join(map(_number, args))}" for kind, args in value.items())
    return _number(value)


def _pooled(experts: Sequence[Any], weights: Sequence[float]) -> str:
    """Write the distributions of experts with their shares."""
    told = (f"{weight / sum(weights):.0%} {quantity(one)}" for weight, one in zip(weights, experts, strict=True))
    return f"{len(experts)} experts: {'; '.join(told)}"


def is_number(value: Any) -> bool:
    """Whether a value is a number; true and false are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(value: Any) -> str:
    if not isinstance(value, (int, float)):
        return str(value)
    text = f"{value:,.0f}" if abs(value) >= 1000 and value == int(value) else f"{value:.4g}"
    return text.replace("-", "−")


def goldstein(value: float | None) -> str:
    """Write a Goldstein score with its sign and one digit."""
    return formatted(value, "+.1f")


def spelled(count: int, one: str, many: str | None = None) -> str:
    """Write a number of things in a story: `two agreements`, `23 days`, `no days`."""
    return f"{_SMALL[count] if count < len(_SMALL) else count} {noun(count, one, many)}"


def short_date(date: datetime.date) -> str:
    """Write a date as `19 Aug 2018`."""
    return f"{date.day} {MONTHS[date.month - 1][:3]} {date.year}"


def day_of(text: str) -> datetime.date:
    """Return a date of the record, such as 2018-08-19."""
    return datetime.date.fromisoformat(text)


def dated(text: str) -> str:
    """Write a date of the record as 19 August 2018."""
    return long_date(day_of(text))


@dataclass(frozen=True)
class Calendar:
    """The window of a forecast: `horizon` days starting at the as-of date."""

    as_of: datetime.date
    horizon: int

    def date(self, day: float) -> datetime.date:
        """Return the date of a day."""
        return self.as_of + datetime.timedelta(days=int(day // 1))

    def until(self, days: int) -> datetime.date:
        """Return the last date of "within `days` days"."""
        return self.date(max(days, 1) - 1)

    def at(self, day: float) -> str:
        """Return the position of the start of a day on a time axis."""
        return self.date(day).isoformat()
