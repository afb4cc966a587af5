"""Rewind a scenario to an earlier day, using only what was known then.

This guards the forecast history against hindsight: later evidence is left out, and so are pressures and talks that
began after that day and by the scenario's own as-of date, since they were not yet news. Assumptions about days after
the scenario's as-of date stay.
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

    A stance that no item reads by then falls back to the prior of the actor's role.

    Parameters
    ----------
    to
        The earlier day, or the as-of date itself.
    without
        Ids of further evidence items to leave out.

    Raises
    ------
    UsageError
        If the day is after the scenario's as-of date.
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
    # All days use the same posterior, so that only news moves the forecast.
    draws, levels = scenario.posterior, scenario.levels
    return resolve(rewound, evidence, scenario.places, draws=draws, levels=levels, unread_is_prior=True)


def as_written(scenario: Scenario) -> Document:
    """Return the document with `evidence` restored wherever it was resolved to a reading."""
    actors = {
        name: actor.model_copy(update={key: "evidence" for who, key in scenario.read_fields if who == name})
        for name, actor in scenario.actors.items()
    }
    return scenario.document.model_copy(update={"actors": actors})


def _known(entries: Mapping[str, Scheduled], to: datetime.date, as_of: datetime.date) -> dict[str, Scheduled]:
    """Keep entries that had begun by a day, and those that are assumed to begin after the as-of date.

    An entry that began on the earlier day itself is in that day's news, and hence in the stances read from it; it is
    treated as in force since the eve, so that it does not count again as a change. A pressure with `after` has not
    begun.
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
    """Return an event with dates in place of day counts; it lies after the as-of date and stays as an assumption."""
    days = {name: _as_date(getattr(event, name), as_of) for name in ("date", "start", "until")}
    return event.model_copy(update=days)


def _as_date(moment: datetime.date | Distribution | None, as_of: datetime.date) -> datetime.date | Distribution | None:
    """Convert a fixed day count from the as-of date to a date, so that its meaning is kept; a prior is unchanged."""
    if isinstance(moment, Distribution) and moment.is_fixed and moment.mean == int(moment.mean):
        return as_of + datetime.timedelta(days=int(moment.mean))
    return moment


def _known_evidence(evidence: Evidence, to: datetime.date, without: Collection[str]) -> Evidence:
    known = {name: item for name, item in evidence.items.items() if item.known_from <= to and name not in without}
    return replace(evidence, items=known)
