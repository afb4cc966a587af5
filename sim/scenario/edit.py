"""Change a scenario: set values at dotted paths, checked as fully as any file, or rewind it to an earlier day.

Changes work like a file that extends the scenario: a value replaces the existing one, and None removes it. Evidence
and posterior stay as they are. Nothing outside this module changes a scenario.

Rewinding uses only what was known on the earlier day, which guards the forecast history against hindsight: later
evidence is left out, and so are pressures and talks that began after that day and by the scenario's own as-of date,
since they were not yet news. Assumptions about days after the scenario's as-of date stay.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeVar

from sim.distributions import Distribution, later
from sim.errors import ScenarioError, UsageError
from sim.scenario.faults import document_keys
from sim.scenario.load import reading_complaint, scenario_of
from sim.scenario.merge import Merged
from sim.scenario.numbers import number_at
from sim.scenario.posterior import PRIOR
from sim.scenario.quantities import day_count
from sim.scenario.scenario import Scenario, resolve
from sim.scenario.schema import OUTSIDE_THE_MODEL, Document, Event, Pressure, Talks
from sim.scenario.together import named_inputs
from sim.scenario.yamltree import Place, is_below
from sim.wording import suggestion

if TYPE_CHECKING:
    from sim.scenario.posterior import Posterior

_KINDS = {"actors": "actor", "pressures": "pressure", "talks": "talks", "events": "event"}
ENTRIES = tuple(_KINDS)
PARTS = ("start", "bargaining", "parameters")
KEYS = ("population", "credibility", "strikes", "terms", "together")
HEADS = (*KEYS, *PARTS, *ENTRIES, "ties")
"""First keys allowed in the dotted paths of sweep cells that vary one scenario."""
MORE_HEADS = (*HEADS, "question", "title", "id", "allow")
"""First keys allowed in the dotted paths of `changed`."""
WINDOW = ("horizon", "milestones")
FORMS = {
    **{head: f"{head}.key" for head in (*PARTS, "question")},
    **{head: f"{head}.name.key" for head in ENTRIES},
    "ties": "ties.source.target",
}
"""Forms of the paths that have more than one key."""
Scheduled = TypeVar("Scheduled", Pressure, Talks)


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a copy of a scenario with some values changed, or raise ScenarioError; see `sim.Scenario.with_`."""
    if not isinstance(changes, Mapping):
        raise UsageError(
            f"expected a map from dotted paths to values, such as {{'title': 'Another'}} (got {changes!r})"
        )
    merged = written(scenario)
    new = {str(path): plain(value) for path, value in changes.items()}
    where = {path: Place("with_", 0, 0) for path in new}
    wrong = ((path, _complaint(merged.value, path, value)) for path, value in new.items())
    faults = [where[path].fault(_keys(path), said) for path, said in wrong if said is not None]
    if faults:
        raise ScenarioError(faults)
    return vary(scenario, merged, FilePath(scenario.id), new, where)


def vary(
    base: Scenario, merged: Merged, file: FilePath, changes: Mapping[str, Any], places: Mapping[str, Place]
) -> Scenario:
    """Return a base scenario with values laid over its written form, `merged` from `file`.

    The changes are plain values by dotted path; None removes. `places` says where each is written, for messages.
    Raises ScenarioError if the result is not a valid scenario.
    """
    value = {key: one for key, one in merged.value.items() if key not in OUTSIDE_THE_MODEL}
    removals = dict(merged.removals)
    where = dict(merged.places)
    for dotted, new in changes.items():
        path = _keys(dotted)
        value = _laid(value, path, new)
        if new is None:
            removals[path] = places.get(dotted, Place(str(file), 0, 0))
        elif dotted in places:
            where[path] = places[dotted]
    varied = scenario_of(Merged(value, where, removals), file, known=base.evidence, draws=base.posterior)
    replaced = set(map(_keys, changes))
    kept = {path: level for path, level in base.levels.items() if not is_below(path, replaced)}
    return replace(varied, levels={**kept, **varied.levels})


def with_document(scenario: Scenario, document: Document) -> Scenario:
    """Return a scenario with another document; all else, such as parameter draws and who bargains, stays the same."""
    return replace(scenario, document=document, places={})


def over_days(scenario: Scenario, days: int) -> Scenario:
    """Return a scenario cut to its first days; if it has no more, itself, so that its stored blocks are found."""
    if days == scenario.horizon:
        return scenario
    question = scenario.document.question.model_copy(update={"horizon": days, "milestones": ()})
    return with_document(scenario, scenario.document.model_copy(update={"question": question}))


def with_posterior(scenario: Scenario, draws: Posterior | None) -> Scenario:
    """Return a scenario with other parameter draws, whatever calibration its file names; None means the priors."""
    return replace(scenario, posterior=draws)


def bare(scenario: Scenario) -> Scenario:
    """Return a copy with only what runs need, so that it is cheap to send; its hash is kept."""
    document, draws, levels = scenario.document, scenario.posterior, scenario.levels
    light = Scenario(document, scenario.principal, scenario.counterpart, posterior=draws, levels=levels)
    light.__dict__["hash"] = scenario.hash
    return light


def written(scenario: Scenario) -> Merged:
    """Return the written form that would load as this scenario, with all known places."""
    document, evidence = _as_written(scenario), scenario.evidence
    value = document.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude_none=True, exclude=set(OUTSIDE_THE_MODEL)
    )
    if evidence is None:
        value.pop("evidence", None)
    for name, key in scenario.read_fields:
        if reading_complaint(document, evidence, name, key):  # on an earlier day, there may be too few items to read
            value["actors"][name][key] = getattr(scenario.actors[name], key).to_plain()
    return Merged(value, dict(scenario.places), {_keys(path): Place(scenario.id, 0, 0) for path in _gone(document)})


def _gone(document: Document) -> list[str]:
    """Return the inputs named by entries of `together` that a change has removed."""
    return [path for _, path in named_inputs(document.together) if number_at(document, path) is None]


def plain(value: Any) -> Any:
    """Return a value in the form used in files, including NumPy numbers and arrays, dates and distributions."""
    match value:
        case Distribution():
            return value.to_plain()
        case datetime.date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | range():
            return list(map(plain, value))
    return plain(value.tolist()) if hasattr(value, "tolist") else value


def path_complaint(value: Mapping[str, Any], dotted: str, heads: tuple[str, ...] = HEADS) -> str | None:
    """Return what is wrong with a dotted path into a scenario's written form; None if nothing is."""
    head, *names = dotted.split(".")
    if head not in heads:
        return f"no path can begin with {head!r}; expected one of {', '.join(heads)}{suggestion(head, heads)}"
    form = FORMS.get(head, head)
    if len(names) != form.count(".") and not (head in ENTRIES and len(names) == 1):
        return f"expected a path of the form {form}"
    return (_name_complaint(value, head, names) or _key_complaint(value, head, names)) if names else None


def _name_complaint(value: Mapping[str, Any], head: str, names: list[str]) -> str | None:
    group, named = ("actors", names) if head == "ties" else (head, names[:1])
    for name in named if group in ENTRIES else ():
        known = value.get(group, {})
        if name not in known:
            return f"the scenario has no {_KINDS[group]} {name!r}{suggestion(name, list(known))}"
    return None


def _key_complaint(value: Mapping[str, Any], head: str, names: list[str]) -> str | None:
    known = list(WINDOW) if head == "question" else document_keys(value)((head, *names[:-1]))
    if known and names[-1] not in known:
        return f"there is no such key{suggestion(names[-1], known)}"
    return None


def _complaint(value: Mapping[str, Any], dotted: str, new: Any) -> str | None:
    """Return what is wrong with a path to change; a map may get a new name, and all ties of an actor may be removed."""
    match dotted.split("."):
        case ["question", "as_of"]:
            return "the as-of date is fixed, because the evidence is read by it; for earlier days use `offramp history`"
        case [head, _] if head in ENTRIES and isinstance(new, Mapping):
            return None
        case ["ties", actor] if actor in value.get("ties", {}):
            return None
    return path_complaint(value, dotted, MORE_HEADS)


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(dotted.split("."))


def _laid(value: Mapping[str, Any], path: tuple[str, ...], new: Any) -> dict[str, Any]:
    """Return a copy of a map with a value set at a path, sharing everything off that path."""
    copy = dict(value)
    if len(path) > 1:
        below = copy.get(path[0])
        copy[path[0]] = _laid(below if isinstance(below, Mapping) else {}, path[1:], new)
    elif new is None:
        copy.pop(path[0], None)
    else:
        copy[path[0]] = new
    return copy


def rewind(scenario: Scenario, to: datetime.date, *, without: Collection[str] = ()) -> Scenario:
    """Return the scenario as of an earlier day; UsageError if the day is after its as-of date.

    A stance that no item reads by then falls back to the prior of the actor's role. The evidence items with ids in
    `without` are left out too.
    """
    if to > scenario.as_of:
        raise UsageError(f"expected a day up to the as-of date {scenario.as_of} (got {to})")
    document, evidence = _as_written(scenario), scenario.evidence
    changes: dict[str, Any] = {
        "question": document.question.model_copy(update={"as_of": to}),
        "pressures": _known(document.pressures, to, scenario.as_of),
        "talks": _known(document.talks, to, scenario.as_of),
        "events": {name: _dated(event, (scenario.as_of - to).days) for name, event in document.events.items()},
    }
    if scenario.posterior is None:
        changes["calibration"] = PRIOR
    evidence = None if evidence is None else evidence.known_by(to, without)
    rewound = document.model_copy(update=changes)
    # All days use the same posterior, so that only news moves the forecast.
    draws, levels = scenario.posterior, scenario.levels
    return resolve(rewound, evidence, scenario.places, draws=draws, levels=levels, unread_is_prior=True)


def _as_written(scenario: Scenario) -> Document:
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
    kept, back = {}, (as_of - to).days
    for name, entry in entries.items():
        changes = {"end": _moved(entry.end, back)}
        if getattr(entry, "after", None) is None:
            start = day_count(entry.start, as_of).median + back
            if 0 < start <= back:
                continue
            begun = start == 0 and back > 0
            changes["start"] = to - datetime.timedelta(days=1) if begun else _moved(entry.start, back)
        kept[name] = entry.model_copy(update=changes)
    return kept


def _dated(event: Event, back: int) -> Event:
    """Return an event on the same days, counted from an earlier day; it lies ahead and stays as an assumption."""
    return event.model_copy(update={key: _moved(getattr(event, key), back) for key in ("date", "start", "until")})


def _moved(moment: datetime.date | Distribution | None, back: int) -> datetime.date | Distribution | None:
    """Return the same point in time, or the same prior over it, counted from a day that lies some days earlier."""
    return later(moment, back) if isinstance(moment, Distribution) else moment
