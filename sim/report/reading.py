"""What the report reads from a record: names for readers, the calendar, chances at a day, weekly hazards.

The record is the plain content of forecast.json; these functions are the only ones that know how its curves are laid
out.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sim.errors import ReportError
from sim.report.chance import Chance
from sim.report.dates import Calendar
from sim.report.names import heading

Record = Mapping[str, Any]

WEEK = 7
OUTCOMES = {
    "strikes": "First strike",
    "agreement": "Agreement",
    "terms": "Terms of surrender",
    "offensive": "Offensive",
    "limited": "Limited offensive",
    "full": "Full offensive",
}
"""First events by their names to readers; the offensive is either of the two last."""
STATES = {
    "standoff": "Standoff",
    "agreement": "Agreement",
    "terms": "Terms of surrender",
    "offensive": "Offensive",
}
ENDS = {
    "standoff": "Standoff",
    "agreement": "Agreement",
    "terms": "Terms of surrender",
    "limited": "Limited offensive",
    "full": "Full offensive",
}
OFF = "off"


@dataclass(frozen=True)
class Week:
    """New offensives of one whole week among the futures without one at its start."""

    number: int
    start: int
    hazard: Chance


@contextmanager
def reading(record: Record, format_: str) -> Iterator[None]:
    """Check the format of a record, and complain of the parts that it turns out to lack.

    Raises
    ------
    ReportError
        Where the record has another format or lacks a part.
    """
    if record.get("schema") != format_:
        raise ReportError(f"expected a record of format {format_} (got {record.get('schema')!r})")
    try:
        yield
    except (KeyError, IndexError, StopIteration) as error:
        raise ReportError(f"the record lacks {error}; was it written by another version?") from error


def calendar_of(record: Record) -> Calendar:
    """Return the window of a record."""
    return Calendar(datetime.date.fromisoformat(record["as_of"]), record["horizon"])


def strikes_of(record: Record) -> str:
    """Return what a strike is called in this scenario, such as heavy bombing."""
    name = str(record["theatre"]["strikes"])
    return name if name != OFF else "strikes"


def without_off(record: Record, names: Mapping[str, str]) -> dict[str, str]:
    """Return outcomes, states or end states by their names, less the kinds that the scenario does without."""
    return {key: name for key, name in names.items() if record["theatre"].get(key) != OFF}


def outcome_at(record: Record, outcome: str, days: int) -> Chance:
    """Return the chance of a first event within so many days."""
    known = record["outcomes"][outcome].get(str(days))
    if known is not None:
        return Chance.of(known)
    curve, place = record["incidence"][outcome], record["incidence"]["day"].index(days)
    return Chance(curve["p"][place], curve["mc_low"][place], curve["mc_high"][place])


def state_at(record: Record, state: str, day: int) -> Chance:
    """Return the chance of a state at a day; of an absorbing one it is the cumulative incidence."""
    if day and state in ("offensive", "terms"):
        return outcome_at(record, state, day)
    if day == record["horizon"]:
        return Chance.of(record["ends"][state])
    return Chance.of_share(record["states"][state][record["states"]["day"].index(day)], record["draws"])


def weeks(record: Record) -> Iterator[Week]:
    """Hazard of the offensive in each whole week of the window; nothing where no run had one."""
    p = record["incidence"]["offensive"]["p"]
    starts = range(0, record["horizon"] + 1, WEEK) if p[-1] > 0 else ()
    for number, (start, end) in enumerate(pairwise(starts), 1):
        at_risk = 1 - p[start]
        if at_risk > 0:
            yield Week(number, start, Chance.of_share((p[end] - p[start]) / at_risk, record["draws"] * at_risk))


def name_of(record: Record, actor: str) -> str:
    """Return an actor's name; where the record does not have it, its id as a name."""
    known = (record.get("actors") or {}).get(actor)
    return str(known["name"]) if known else heading(actor)
