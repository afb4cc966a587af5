"""Reading a record, the plain content of forecast.json: names of actors and inputs, the calendar, chances at a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sim.errors import ReportError
from sim.report.chance import Chance
from sim.report.values import Calendar, dated, day_of
from sim.wording import heading

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
"""Names of first events for readers; the offensive is either of the last two."""
_NAMED = {"standoff": "Standoff"} | OUTCOMES
STATES = {state: _NAMED[state] for state in ("standoff", "agreement", "terms", "offensive")}
ENDS = {end: _NAMED[end] for end in ("standoff", "agreement", "terms", "limited", "full")}
OFF = "off"


@contextmanager
def reading() -> Iterator[None]:
    """Raise a `ReportError` for parts that turn out to be missing from a record."""
    try:
        yield
    except (KeyError, IndexError, StopIteration) as error:
        raise ReportError(f"the record lacks {error}; was it written by another version?") from error


def as_of(record: Record) -> str:
    """Write the as-of date of a record in words."""
    return dated(record["as_of"])


def calendar_of(record: Record) -> Calendar:
    """Return the window of a record."""
    return Calendar(day_of(record["as_of"]), record["horizon"])


def strikes_of(record: Record) -> str:
    """Return the term for a strike in this scenario, such as heavy bombing."""
    name = str(record["theatre"]["strikes"])
    return name if name != OFF else "strikes"


def without_off(record: Record, names: Mapping[str, str]) -> dict[str, str]:
    """Return the names of outcomes, states or end states, without the kinds that the scenario does without."""
    return {key: name for key, name in names.items() if record["theatre"].get(key) != OFF}


def outcome_at(record: Record, outcome: str, days: int) -> Chance:
    """Return the chance of a first event within `days` days."""
    known = record["outcomes"][outcome].get(str(days))
    if known is not None:
        return Chance.of(known)
    curve, place = record["incidence"][outcome], record["incidence"]["day"].index(days)
    return Chance(curve["p"][place], curve["mc_low"][place], curve["mc_high"][place])


ARTICLES = ("The ", "A ", "An ")


def name_in_text(name: str) -> str:
    """Return a name for use within a sentence: with an article if its last word is not a name, as in a regime."""
    if name.startswith(ARTICLES):
        return f"{name[0].lower()}{name[1:]}"
    last = name.rpartition(" ")[2]
    common = " " in name and last[:1].islower() and not name.startswith(("the ", "a ", "an "))
    return f"the {name}" if common else name


def name_of(record: Record, actor: str) -> str:
    """Return an actor's name; if the record does not have it, its id as a name."""
    known = (record.get("actors") or {}).get(actor)
    return str(known["name"]) if known else heading(actor)


STRUCTURAL, SETTING = "structural", "setting"
_WHOLE = {
    "sample": "sample of past cases that the question belongs to",
    "parameters.inertia_crises": "inertia among crises (parameter)",
    "parameters.inertia_threats": "inertia among threats (parameter)",
    "parameters.launch_rate_crises": "launch rate among crises (parameter)",
    "parameters.launch_rate_threats": "launch rate among threats (parameter)",
    "parameters.posterior": "structural parameters, drawn together",
    "parameters.frailty": "size of unobserved leanings (parameter)",
    "start.phase": "phase at the start",
    "bargaining.principal": "party to the bargain that attacks",
    "bargaining.counterpart": "party to the bargain that resists",
}
_FIELDS = {
    "frailty": "unobserved leaning",
    "posture": "initial posture",
    "half_life": "half-life",
    "held": "held posture",
    "add": "size",
    "from": "first day",
    "until": "last day",
    "field": "effect",
    "on": "target",
    "after": "trigger",
    "if": "condition",
    "pressures.from": "source",
}
_SCHEDULED = ("pressures", "talks", "events")
_OWNED = ("actors.", "ties.", "pressures.", "talks.", "events.")


def input_name(record: Record, path: str) -> str:
    """Return the name of an input for a row or a heading: `Intensity of the Turkish refusal`.

    The record gives the names of paths, actors, pressures, talks and events; anything it does not name is named by its
    id. No other function names an input.
    """
    return capital(input_words(record, path)[1])


def in_sentence(record: Record, path: str) -> str:
    """Return the name of an input for the middle of a sentence: `the intensity of the Turkish refusal`."""
    return "".join(input_words(record, path))


def input_words(record: Record, path: str) -> tuple[str, str]:
    """Return an input's article within a sentence, and its name."""
    if written := record.get("names", {}).get(path):
        return "", str(written)
    if "+" in path:  # inputs that are correlated by rank
        return "the ", f"{joined([input_words(record, one)[1] for one in path.split('+')])} (together)"
    if path in _WHOLE:
        return "the ", _WHOLE[path]
    kind, _, rest = path.partition(".")
    if path.startswith(_OWNED):
        return _words_of_owned(record, kind, rest)
    return "the ", f"{_words(rest)} (parameter)" if kind == "parameters" else _words(path.replace(".", " "))


def _words_of_owned(record: Record, kind: str, rest: str) -> tuple[str, str]:
    """Return article and name of an input of an actor, a tie, a pressure, talks or an event, or of the thing itself."""
    subject, _, field = rest.rpartition(".")
    if kind == "ties" and subject:
        source, target = (name_in_text(name_of(record, one)) for one in (subject, field))
        return "the ", f"leverage of {source} over {target}"
    owner = subject or rest
    name = schedule_name(record, owner) if kind in _SCHEDULED else name_in_text(name_of(record, owner))
    if not subject:
        return "", name
    return "the ", f"{_FIELDS.get(f'{kind}.{field}', _words(field))} of {name}"


def group_name(record: Record, group: str, *, within: bool = False) -> str:
    """Return the name of a group of inputs, for a row or within a sentence."""
    known = {STRUCTURAL: "structural parameters", SETTING: "the setting"}.get(group)
    if "+" in group:
        known = in_sentence(record, group)
    if known is None:
        return name_in_text(name_of(record, group)) if within else name_of(record, group)
    return known if within else capital(known.removeprefix("the ") if "+" in group else known)


def _words(field: str) -> str:
    return _FIELDS.get(field, field.replace("_", " "))


def schedule_name(record: Record, id_: str) -> str:
    """Return the name of a pressure, talks or an event; if the record does not have it, its id as a name."""
    rows = record.get("schedule") or ()
    return next((str(one["name"]) for one in rows if one["id"] == id_ and one.get("name")), heading(id_))


def capital(text: str) -> str:
    """Return text with an initial capital, as at the start of a sentence or a row."""
    return text[:1].upper() + text[1:]


def joined(parts: Sequence[str]) -> str:
    """Join parts with commas and a last `and`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
