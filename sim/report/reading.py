"""What the report reads from a record: names of actors and inputs, the calendar, chances at a day, weekly hazards.

The record is the plain content of forecast.json; these functions are the only ones that know how its curves are laid
out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sim.errors import ReportError
from sim.report.chance import Chance
from sim.report.values import Calendar, long_date

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
def reading() -> Iterator[None]:
    """Complain of the parts that a record turns out to lack.

    Raises
    ------
    ReportError
        Where it lacks one.
    """
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


def name_in_text(name: str) -> str:
    """Return a name as it stands within a sentence: with an article where its last word is no name, as in a regime."""
    last = name.rpartition(" ")[2]
    common = " " in name and last[:1].islower() and not name.lower().startswith(("the ", "a ", "an "))
    return f"the {name}" if common else name


def name_of(record: Record, actor: str) -> str:
    """Return an actor's name; where the record does not have it, its id as a name."""
    known = (record.get("actors") or {}).get(actor)
    return str(known["name"]) if known else heading(actor)


STRUCTURAL, SETTING = "structural", "setting"
_WHOLE = {
    "sample": "The sample of past cases it belongs to",
    "parameters.inertia_crises": "Inertia among crises (parameter)",
    "parameters.inertia_threats": "Inertia among threats (parameter)",
    "parameters.launch_rate_crises": "Launch rate among crises (parameter)",
    "parameters.launch_rate_threats": "Launch rate among threats (parameter)",
    "parameters.posterior": "Structural parameters, drawn together",
    "parameters.frailty": "Size of unobserved leanings (parameter)",
}
_FIELDS = {
    "frailty": "unobserved leaning",
    "disposition": "disposition",
    "posture": "posture at the start",
    "half_life": "half-life",
    "add": "size",
}


def input_name(record: Record, path: str) -> str:
    """Name an input by its dotted path; actors that the record does not name are named by their ids."""
    if "+" in path:  # inputs that go together by rank
        first, *others = (input_name(record, one) for one in path.split("+"))
        *middle, last = (f"{one[0].lower()}{one[1:]}" for one in others)
        return f"{', '.join([first, *middle])} and {last} (together)"
    kind, _, rest = path.partition(".")
    subject, _, field = rest.rpartition(".")
    if kind == "actors" and subject:
        return f"{_words(field).capitalize()} of {name_in_text(name_of(record, subject))}"
    if kind == "ties" and subject:
        source, _, target = rest.partition(".")
        return f"Leverage of {name_in_text(name_of(record, source))} over {name_in_text(name_of(record, target))}"
    if kind in ("pressures", "talks", "events") and field and subject:
        return f"{_words(field).capitalize()} of {schedule_name(record, subject)}"
    if kind in ("pressures", "talks", "events") and rest:
        return schedule_name(record, rest)
    if kind == "actors" and rest:
        return name_of(record, rest)
    if path in _WHOLE:
        return _WHOLE[path]
    return (f"{_words(rest)} (parameter)" if kind == "parameters" else _words(path.replace(".", " "))).capitalize()


def in_sentence(name: str) -> str:
    """Return the name of an input for the middle of a sentence."""
    return f"the {name[0].lower()}{name[1:]}"


def group_name(record: Record, group: str) -> str:
    """Name whose inputs they are."""
    known = {STRUCTURAL: "Structural parameters", SETTING: "The setting"}.get(group)
    return known or (input_name(record, group) if "+" in group else name_of(record, group))


def _words(field: str) -> str:
    return _FIELDS.get(field, field.replace("_", " "))


def schedule_name(record: Record, id_: str) -> str:
    """Return the name of a pressure, talks or an event; where the record does not have it, its id as a name."""
    rows = record.get("schedule") or ()
    return next((str(one["name"]) for one in rows if one["id"] == id_ and one.get("name")), heading(id_))


def capital(text: str) -> str:
    """Return text that begins with a capital, as at the start of a sentence or a row."""
    return text[:1].upper() + text[1:]
