"""A scenario as it would have been written on an earlier day, from only what was known by then.

This is the as-of guard of the forecast history: evidence dated later is left out, and so are pressures and talks that
began after that day and by the scenario's own as-of date, for they were news not yet made. What the scenario supposes
about days after its as-of date stays, as a supposition.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from sim.distributions import Distribution
from sim.errors import UsageError
from sim.scenario.posterior import PRIOR
from sim.scenario.quantities import day_count
from sim.scenario.scenario import Scenario, resolve
from sim.scenario.schema import Document, Event, Pressure, Talks

if TYPE_CHECKING:
    from sim.scenario.evidence import Evidence

Scheduled = TypeVar("Scheduled", Pressure, Talks)


def rewind(scenario: Scenario, to: datetime.date, *, without: Collection[str] = ()) -> Scenario:
    """Return the scenario as of an earlier day.

    A stance that no item reads by then is the prior that all readings start from.

    Parameters
    ----------
    to
        The earlier day, or the as-of date itself.
    without
        Items of the evidence to leave out as well, by id.

    Raises
    ------
    UsageError
        Where the day lies after the scenario's as-of date.
    """
    if to > scenario.as_of:
        raise UsageError(f"expected a day up to the as-of date {scenario.as_of} (got {to})")
    document = as_written(scenario)
    question = document.question.model_copy(update={"as_of": to})
    changes: dict[str, Any] = {
        "question": question,
        "pressures": _known(document.pressures, to, scenario.as_of),
        "talks": _known(document.talks, to, scenario.as_of),
        "events": {name: _dated(event, scenario.as_of) for name, event in document.events.items()},
    }
    if scenario.posterior is None:
        changes["calibration"] = PRIOR
    evidence = None if scenario.evidence is None else _known_evidence(scenario.evidence, to, without)
    rewound = document.model_copy(update=changes)
    # The posterior is that of all days, or news would not be what moves the forecast.
    draws, levels = scenario.posterior, scenario.levels
    return resolve(rewound, evidence, scenario.places, draws=draws, levels=levels, unread_is_prior=True)


def as_written(scenario: Scenario) -> Document:
    """Return the document with `evidence` back where it was read."""
    actors = {
        name: actor.model_copy(update={key: "evidence" for who, key in scenario.read_fields if who == name})
        for name, actor in scenario.actors.items()
    }
    return scenario.document.model_copy(update={"actors": actors})


def _known(entries: Mapping[str, Scheduled], to: datetime.date, as_of: datetime.date) -> dict[str, Scheduled]:
    """Keep what had begun by a day, and what is supposed to begin only after the as-of date.

    What began on the earlier day itself is in that day's news, hence in the stances read from it: it is taken as in
    force on the eve, so that it does not count a second time as a change. A pressure that waits for something to answer
    has not begun.
    """
    kept = {}
    for name, entry in entries.items():
        if isinstance(entry, Pressure) and entry.after is not None:
            kept[name] = entry.model_copy(update={"end": _as_date(entry.end, as_of)})
            continue
        start = day_count(entry.start, as_of).median + (as_of - to).days
        if 0 < start <= (as_of - to).days:
            continue
        changes = {key: _as_date(getattr(entry, key), as_of) for key in ("start", "end")}
        if start == 0 and to < as_of:
            changes["start"] = to - datetime.timedelta(days=1)
        kept[name] = entry.model_copy(update=changes)
    return kept


def _dated(event: Event, as_of: datetime.date) -> Event:
    """Return an event with dates in place of day counts; it comes after the as-of date and stays, as a supposition."""
    days = {name: _as_date(getattr(event, name), as_of) for name in ("date", "start", "until")}
    return event.model_copy(update=days)


def _as_date(moment: datetime.date | Distribution | None, as_of: datetime.date) -> datetime.date | Distribution | None:
    """Turn a day count from the as-of date into a date, so that it keeps its meaning; a prior stays as it is."""
    if isinstance(moment, Distribution) and moment.is_fixed and moment.mean == int(moment.mean):
        return as_of + datetime.timedelta(days=int(moment.mean))
    return moment


def _known_evidence(evidence: Evidence, to: datetime.date, without: Collection[str]) -> Evidence:
    known = {name: item for name, item in evidence.items.items() if item.known_from <= to and name not in without}
    return replace(evidence, items=known)
