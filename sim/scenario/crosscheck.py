"""Rules that span several fields of a scenario: names must exist, there is one initiator, dates are in order.

They work on plain values, not on the models, so they run even if some field is invalid and the user sees all faults
at once.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard, TypeVar

from pydantic import ValidationError

from sim.scenario.faults import Complaint, model_complaints, unknown_key
from sim.scenario.quantities import date_or_none, day_count, read_horizon
from sim.scenario.schema import (
    OUTCOME_KEYS,
    ROLES,
    SHIFTS,
    TRIGGERS,
    Event,
    Mediator,
    OtherForecast,
    Part,
    Pressure,
    Talks,
    attributes_of,
)
from sim.scenario.yamltree import Path, list_at, map_at
from sim.wording import counted, suggestion

if TYPE_CHECKING:
    from sim.distributions import Distribution

P = TypeVar("P", bound=Part)


def complaints_of(value: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check every rule that spans fields: names and roles, the order of dates, the resolution, and the menu."""
    yield from cross_complaints(value)
    for name, actor in _entries(value, "actors"):
        if not _is_role(actor.get("role")):
            yield from _below(("actors", name), _field_complaints(actor))
    for name, option in _entries(value, "menu"):
        yield from _below(("menu", name), _option_complaints(name, option, value))
    window = _window(value)
    if window is not None:
        yield from _time_complaints(value, window)
        yield from _resolution_complaints(map_at(value, "resolution"), window)
    yield from _hindsight_complaints(value)


def cross_complaints(value: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check the cast, and that ties, pressures, events and bargaining refer to things that exist."""
    actors, bargaining = map_at(value, "actors"), map_at(value, "bargaining")
    yield from _role_complaints(actors)
    yield from _reliance_complaints(actors)
    yield from _tie_complaints(map_at(value, "ties"), actors)
    yield from _below(("bargaining",), _unknown_actors(bargaining, ("principal", "counterpart"), actors))
    if bargaining.get("principal") is not None and bargaining.get("principal") == bargaining.get("counterpart"):
        yield ("bargaining", "counterpart"), "expected an actor other than the principal"
    yield from _event_id_complaints(value)
    for name, pressure in _entries(value, "pressures"):
        yield from _below(("pressures", name), _pressure_complaints(pressure, value))
    for name, event in _entries(value, "events"):
        yield from _below(("events", name), _event_complaints(name, event, value))


def _entries(value: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield those entries of a map of maps that really are maps."""
    yield from ((name, entry) for name, entry in map_at(value, kind).items() if isinstance(entry, Mapping))


def _below(path: Path, complaints: Iterable[Complaint]) -> Iterator[Complaint]:
    """Prefix the paths of complaints with a parent path."""
    return (((*path, *inner), message) for inner, message in complaints)


def removal_complaints(removals: Iterable[Path], known_keys: Callable[[Path], list[str]]) -> Iterator[Complaint]:
    """Check that every key set to null is a known key."""
    for path in removals:
        known = known_keys(path[:-1])
        if known and path[-1] not in known:
            yield path, unknown_key(str(path[-1]), known, empty=True)


def _is_role(role: Any) -> TypeGuard[str]:
    return isinstance(role, str) and role in ROLES


def _unknown_actors(named: Mapping[str, Any], keys: Sequence[str], actors: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check that what some keys hold are actors; validation by the schema reports anything but text."""
    for key in keys:
        name = named.get(key)
        if isinstance(name, str) and name not in actors:
            yield (key,), _unknown(name, actors)


def _unknown(name: str, actors: Mapping[str, Any]) -> str:
    return f"there is no actor {name!r}{suggestion(name, list(actors))}"


def _field_complaints(actor: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check an actor without a valid role, which its model cannot do: its keys, and the fields that all roles share."""
    every_key = sorted(set(chain.from_iterable(map(attributes_of, ROLES.values()))))
    for key in actor:
        if key not in every_key:
            yield (key,), unknown_key(key, every_key, empty=actor[key] is None)
    common = Mediator.model_fields.keys() - {"role", "attention"}
    shared = {key: one for key, one in actor.items() if key in common}
    if "stance" not in shared:
        yield ("stance",), "this key is required"
        return
    try:
        Mediator.model_validate({**shared, "role": "mediator"})
    except ValidationError as error:
        yield from model_complaints(error, shared, lambda _: [])


class _Window(NamedTuple):
    """The question's window: day 0 and the number of days."""

    as_of: datetime.date
    horizon: int


def _window(value: Mapping[str, Any]) -> _Window | None:
    question = map_at(value, "question")
    as_of, horizon = date_or_none(question.get("as_of")), read_horizon(question.get("horizon"))
    return None if as_of is None or horizon is None else _Window(as_of, horizon)


def _time_complaints(value: Mapping[str, Any], window: _Window) -> Iterator[Complaint]:
    """Check the order of those dates that can be read."""
    yield from _milestone_complaints(value, window)
    yield from _forecast_complaints(value, window)
    checks: dict[str, tuple[type[Part], Callable[[Any, _Window], Iterator[Complaint]]]] = {
        "pressures": (Pressure, _start_complaints),
        "talks": (Talks, _talks_complaints),
        "events": (Event, _event_day_complaints),
    }
    for kind, (model, check) in checks.items():
        for name, written in _entries(value, kind):
            entry = _read(model, written)
            if entry is not None:
                yield from _below((kind, name), check(entry, window))


def _hindsight_complaints(value: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check that every path under `hindsight` has a value in the file."""
    codings = {key: inner for key, inner in value.items() if key not in OUTCOME_KEYS}
    for path in map_at(value, "hindsight"):
        meant = _written(codings, path)
        if meant is not None:
            yield ("hindsight", path), f"nothing is written at {path!r}{suggestion(path, meant)}"


def _resolution_complaints(resolution: Mapping[str, Any], window: _Window) -> Iterator[Complaint]:
    days: dict[str, int] = {}
    for key in ("offensive", "agreement"):
        moment = date_or_none(resolution.get(key))
        if moment is None:
            continue
        days[key] = (moment - window.as_of).days
        if days[key] < 0:
            yield ("resolution", key), f"lies before the as-of date {window.as_of}"
        elif days[key] >= window.horizon:
            after = f"lies after the horizon of {counted(window.horizon, 'day')}"
            yield ("resolution", key), f"{after}; write `none` and mention it in a `note`"
    if len(days) == 2 and days["agreement"] >= days["offensive"]:
        yield ("resolution", "agreement"), "expected a day before the offensive; a later agreement is `none`"


def _written(value: Any, path: str) -> list[str] | None:
    """Return None if a dotted path has a value, else similar paths: those that replace its first unknown key."""
    keys = path.split(".")
    for depth, key in enumerate(keys):
        if not isinstance(value, Mapping) or key not in value:
            others = value if isinstance(value, Mapping) else ()
            return [".".join((*keys[:depth], other, *keys[depth + 1 :])) for other in others]
        value = value[key]
    return None


def _milestone_complaints(value: Mapping[str, Any], window: _Window) -> Iterator[Complaint]:
    for index, written in enumerate(list_at(map_at(value, "question"), "milestones")):
        day = read_horizon(written)
        if day is not None and day > window.horizon:
            message = f"expected a day within the horizon of {counted(window.horizon, 'day')}"
            yield ("question", "milestones", index), message


OUR_FORECASTERS = (
    "model", "pooled", "base rate", "logistic", "logistic regression", "mean", "median", "challenge", "condorcet",
)  # fmt: skip
"""Names reserved for our own forecasts in ledger and report; `base_rate` is read as `base rate`."""


def _forecast_complaints(value: Mapping[str, Any], window: _Window) -> Iterator[Complaint]:
    """Check that others' forecasts are dated by the as-of date, end after it, and have unreserved, unique names."""
    taken: set[tuple[str, datetime.date]] = set()
    for index, one in enumerate(list_at(value, "forecasts")):
        read = _read(OtherForecast, one)
        if read is None:
            continue
        name = read.name.lower().replace("_", " ")
        if name in OUR_FORECASTERS or (name, read.by) in taken:
            yield ("forecasts", index, "name"), f"{read.name!r} is the name of another forecast; name this forecaster"
        taken.add((name, read.by))
        if read.date > window.as_of:
            yield ("forecasts", index, "date"), f"expected a day up to the as-of date {window.as_of}"
        if read.by <= window.as_of:
            yield ("forecasts", index, "by"), f"expected a day after the as-of date {window.as_of}"


def _start_complaints(entry: Pressure | Talks, window: _Window) -> Iterator[Complaint]:
    start = _day(entry.start, window.as_of)
    if start >= window.horizon:
        yield ("start",), f"begins on day {start:g}, after the horizon of {counted(window.horizon, 'day')}"
    if entry.end is not None and _day(entry.end, window.as_of) <= start:
        yield ("end",), "expected a day after `start`"


def _talks_complaints(talks: Talks, window: _Window) -> Iterator[Complaint]:
    yield from _start_complaints(talks, window)
    end = _day(talks.start, window.as_of) + 1 if talks.end is None else _day(talks.end, window.as_of)
    if end <= 0:
        yield ("start",), "these talks are over before day 0 and have no effect; remove them"


def _event_day_complaints(event: Event, window: _Window) -> Iterator[Complaint]:
    days = {key: _day(one, window.as_of) for key, one in event.days.items()}
    for key, day in days.items():
        if day < 0:
            yield (key,), f"lies before the as-of date {window.as_of}, so the stances and postures contain it already"
        elif day >= window.horizon and key != "until":
            yield (key,), f"lies on day {day:g}, after the horizon of {counted(window.horizon, 'day')}"
    if days.get("until", math.inf) < days.get("from", -math.inf):
        yield ("until",), "expected a day after `from`, or the same"


def _day(moment: datetime.date | Distribution, as_of: datetime.date) -> float:
    return day_count(moment, as_of).median


def _read(model: type[P], value: Any) -> P | None:
    """Validate a part; None if it is invalid, which validation of the whole document reports."""
    try:
        return model.model_validate(value)
    except ValidationError:
        return None


NEEDED = {
    "initiator": "expected one actor with `role: initiator`: who would launch the offensive?",
    "defender": "expected at least one actor with `role: defender`: who holds the ground?",
}
"""Messages for roles that every crisis needs and no actor has."""


def _role_complaints(actors: Mapping[str, Any]) -> Iterator[Complaint]:
    initiators = _cast(actors, "initiator")
    for extra in initiators[1:]:
        yield ("actors", extra, "role"), f"expected only one initiator; {initiators[0]} already has this role"
    if actors and sum(len(_cast(actors, role)) for role in ROLES) == len(actors):
        yield from ((("actors",), asked) for role, asked in NEEDED.items() if not _cast(actors, role))


def _reliance_complaints(actors: Mapping[str, Any]) -> Iterator[Complaint]:
    """Require the initiator's self-reliance if there is a patron, so that adding one does not by itself weaken it."""
    initiators, patrons = _cast(actors, "initiator"), _cast(actors, "patron")
    for name in initiators if patrons else ():
        if actors[name].get("self_reliance") is None:
            yield (
                ("actors", name, "self_reliance"),
                f"this key is required if there is a patron ({patrons[0]}): write what {name} can do without backing, "
                "from 0, nothing, to 1, everything; for example 0.1",
            )


def _cast(actors: Mapping[str, Any], role: str) -> list[str]:
    return [name for name in actors if map_at(actors, name).get("role") == role]


def _tie_complaints(ties: Mapping[str, Any], actors: Mapping[str, Any]) -> Iterator[Complaint]:
    for source in ties:
        if source not in actors:
            yield ("ties", source), _unknown(source, actors)
        for target in map_at(ties, source):
            if target not in actors:
                yield ("ties", source, target), _unknown(target, actors)
            elif target == source:
                yield ("ties", source, target), "an actor has no leverage over itself; remove the line"


def _pressure_complaints(pressure: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check what a pressure waits for, and that its source and target are two different actors."""
    yield from _answer_complaints(pressure, map_at(value, "events"))
    yield from _unknown_actors(pressure, ("from", "on"), map_at(value, "actors"))
    if pressure.get("from") is not None and pressure.get("from") == pressure.get("on"):
        yield ("on",), "expected an actor other than the one it comes from"


def _answer_complaints(pressure: Mapping[str, Any], events: Mapping[str, Any]) -> Iterator[Complaint]:
    after = pressure.get("after")
    if after is None and "delay" in pressure:
        yield ("delay",), "a pressure with a date has no delay; add `after`, or remove this line"
    if after is not None and "start" in pressure:
        yield ("start",), "a pressure begins on a date or after something; remove `start` or `after`"
    if isinstance(after, str):
        yield from ((("after",), message) for message in _trigger_complaints(after, events))


def _trigger_complaints(trigger: str, events: Iterable[str]) -> Iterator[str]:
    known = [*TRIGGERS, *events]
    if trigger in ("terms", "offensive"):
        what = "an offensive ends" if trigger == "offensive" else "terms of surrender end"
        yield f"{what} a run, so nothing can come after; expected one of {', '.join(known)}"
    elif trigger not in known:
        yield f"expected one of {', '.join(known)} (got {trigger!r}){suggestion(trigger, known)}"


def _event_id_complaints(value: Mapping[str, Any]) -> Iterator[Complaint]:
    for name in map_at(value, "events"):
        taken = next((group for group in ("pressures", "talks") if name in map_at(value, group)), None)
        if name in (*TRIGGERS, "terms", "offensive"):
            what = f"{name} is produced by the model itself"
            yield ("events", name), f"{what}; give the event another id"
        elif taken is not None:
            yield ("events", name), f"there is {name!r} under {taken} already; give the event another id"


def _event_complaints(name: str, event: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[Complaint]:
    on, actors = event.get("on"), map_at(value, "actors")
    if isinstance(on, Mapping):
        yield from _tie_shift_complaints(event, on, actors, map_at(value, "ties"))
    elif isinstance(on, str):
        yield from _actor_shift_complaints(event, on, actors)
    yield from _date_complaints(event)
    if isinstance(event.get("if"), str):
        yield from ((("if",), message) for message in _condition_complaints(name, map_at(value, "events")))


def _tie_shift_complaints(
    event: Mapping[str, Any], on: Mapping[str, Any], actors: Mapping[str, Any], ties: Mapping[str, Any]
) -> Iterator[Complaint]:
    unknown = list(_unknown_actors(on, ("from", "to"), actors))
    yield from _below(("on",), unknown)
    source, target = on.get("from"), on.get("to")
    if not unknown and isinstance(source, str) and isinstance(target, str) and target not in map_at(ties, source):
        tie = f"{source}: {{{target}: 0}}"
        yield ("on",), f"there is no tie from {source} to {target}; write it under `ties`, such as {tie}"
    field = str(event.get("field", "leverage"))
    if field != "leverage":
        yield ("field",), f"expected leverage, the only number of a tie (got {field!r})"


def _actor_shift_complaints(event: Mapping[str, Any], on: str, actors: Mapping[str, Any]) -> Iterator[Complaint]:
    if on not in actors:
        yield ("on",), _unknown(on, actors)
    elif _is_role(role := map_at(actors, on).get("role")):
        known, field = SHIFTS[role], str(event.get("field", "leverage"))
        if event.get("field") == "leverage":
            yield ("on",), f"leverage is a number of a tie; write both of its ends, such as {{from: {on}, to: ...}}"
        elif field not in known and any(field in fields for fields in SHIFTS.values()):
            yield ("field",), f"an event shifts {', '.join(known[:-1])} or {known[-1]} of a {role} (got {field!r})"


def _date_complaints(event: Mapping[str, Any]) -> Iterator[Complaint]:
    match [key for key in ("date", "from", "until") if key in event]:
        case []:
            yield (), "when does it happen? add a `date`, or `from` and `until`"
        case ["date", other, *_]:
            yield (other,), "an event has a `date`, or `from` and `until`; remove one of the two"
        case ["from" | "until" as one]:
            other = "until" if one == "from" else "from"
            yield (one,), f"expected `{other}` too; if the day is known, write `date`"


def _condition_complaints(name: str, events: Mapping[str, Any]) -> Iterator[str]:
    """Check that an event's condition exists and does not depend on the event itself."""
    others = {one: _trigger(map_at(events, one)) for one in events if one != name}
    trigger = _trigger(events[name])
    if trigger == name:
        yield "an event cannot wait for itself"
        return
    yield from _trigger_complaints(trigger, others)
    seen = [name]
    while trigger in others and trigger not in seen:
        seen.append(trigger)
        trigger = others[trigger]
    if trigger == name:
        yield f"{' and '.join(seen)} wait for one another"


def _trigger(event: Mapping[str, Any]) -> str:
    return str(event.get("if", "")).removeprefix("no ")


def _option_complaints(name: str, option: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check that a menu option does exactly one thing, that its actor can do it, and that its dates are valid."""
    by = option.get("by")
    yield from _unknown_actors(option, ("by",), map_at(value, "actors"))
    done = [key for key in ("pressure", "talks", "change") if key in option]
    if not done:
        yield (), "this option does nothing; add one of `pressure`, `talks`, `change`"
    for key in done[1:]:
        yield (key,), f"an option does one thing, and this one has `{done[0]}` already; write two options"
    offered = map_at(option, "pressure")
    yield from _below(("pressure",), _pressure_complaints(offered, value))
    if isinstance(by, str) and isinstance(offered.get("from"), str) and offered["from"] != by:
        yield ("pressure", "from"), f"expected {by}, who could do it"
    yield from _below(("pressure",), _added_complaints("pressures", name, option.get("pressure"), value))
    yield from _below(("talks",), _added_complaints("talks", name, option.get("talks"), value))


def _added_complaints(group: str, name: str, written: Any, value: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check that a pressure or talks added by an option have an id of their own and begin within the window."""
    if written is not None and name in map_at(value, group):
        yield (), f"the scenario has {group} {name!r} already; give the option another id"
    entry, window = _read(Pressure, written) if group == "pressures" else _read(Talks, written), _window(value)
    if window is None or entry is None:
        return
    yield from _start_complaints(entry, window)
    if _day(entry.start, window.as_of) < 0:
        yield ("start",), "an option begins on day 0 or later: the stances already contain what came before"
