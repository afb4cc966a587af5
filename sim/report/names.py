"""Ids of a scenario as a reader would write them: notes, occasions and conflicts have no other name."""

from __future__ import annotations

import datetime
import re

from sim.report.dates import long_date

_SMALL = frozenset(["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])
_CAPITALS = frozenset(["eu", "iaea", "nato", "uae", "uk", "un", "us", "usa"])
_DATED = re.compile(r"(.+)-(\d{4}-\d{2}-\d{2})")


def heading(id_: str) -> str:
    """Write an id as a heading: `Aim of the Regime` of `aim-of-the-regime`, `Raid, 10 May 2018` of `raid-2018-05-10`.

    All words but small ones get a capital, for an id does not say which of them are names.
    """
    dated = _DATED.fullmatch(id_)
    date = _date(dated[2]) if dated else ""
    words = (dated[1] if dated and date else id_).split("-")
    return " ".join(_written(word, first=place == 0) for place, word in enumerate(words)) + date


def _written(word: str, *, first: bool) -> str:
    if word in _CAPITALS:
        return word.upper()
    return word if word in _SMALL and not first else word.capitalize()


def _date(text: str) -> str:
    """Return a date in words after a comma; nothing where the calendar has no such day."""
    try:
        return f", {long_date(datetime.date.fromisoformat(text))}"
    except ValueError:
        return ""
