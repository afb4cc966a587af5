"""Change a scenario by setting values at dotted paths, checked as fully as any scenario file.

Changes work like a file that extends the scenario: a value replaces the existing one, and None removes it. Evidence
and posterior stay as they are. Nothing outside this module changes a scenario.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim.distributions import Distribution
from sim.errors import ScenarioError
from sim.scenario.faults import document_keys
from sim.scenario.load import scenario_of
from sim.scenario.merge import Merged
from sim.scenario.numbers import number_range
from sim.scenario.rewind import as_written
from sim.scenario.scenario import Scenario
from sim.scenario.schema import OUTSIDE_THE_MODEL
from sim.scenario.suggest import suggestion
from sim.scenario.yamltree import Path, Place

if TYPE_CHECKING:
    from sim.scenario.posterior import Posterior
    from sim.scenario.schema import Document

_KINDS = {"actors": "actor", "pressures": "pressure", "talks": "talks", "events": "event"}
ENTRIES = tuple(_KINDS)
PARTS = ("start", "bargaining", "parameters")
KEYS = ("population", "credibility", "strikes", "terms", "together")
HEADS = (*KEYS, *PARTS, *ENTRIES, "ties")
"""First keys allowed in the dotted paths of sweep cells that vary one scenario."""
MORE_HEADS = (*HEADS, "question", "title", "id", "allow")
"""First keys allowed in the dotted paths of `changed`."""
WINDOW = ("horizon", "milestones")


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a copy of a scenario with some values changed; see `sim.Scenario.with_`.

    Raises
    ------
    ScenarioError
        If a path or a value is wrong, or the result is not a valid scenario.
    """
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
    """Return a base scenario with values laid over its written form.

    Parameters
    ----------
    merged, file
        The base's written form, and the file it comes from.
    changes
        Plain values by dotted path; None removes.
    places
        The place at which each value is written, for messages.

    Raises
    ------
    ScenarioError
        If the result is not a valid scenario.
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
    kept = {path: level for path, level in base.levels.items() if not _is_below(path, changes)}
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
    document, evidence = as_written(scenario), scenario.evidence
    value = document.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude_none=True, exclude=set(OUTSIDE_THE_MODEL)
    )
    if evidence is None:
        value.pop("evidence", None)
    for name, key in scenario.read_fields:  # as of an earlier day, there may be too few items to read it
        role = scenario.actors[name].role
        reading = None if evidence is None else evidence.stance(name, role, scenario.as_of)
        if reading is None or len(reading.occasions) < (2 if key == "ambiguity" else 1):
            value["actors"][name][key] = getattr(scenario.actors[name], key).to_plain()
    return Merged(value, dict(scenario.places), {path: Place(scenario.id, 0, 0) for path in _gone(document)})


def _gone(document: Document) -> Iterator[Path]:
    """Yield the inputs named by entries of `together` that a change has removed."""
    for path in (path for entry in document.together or () for path in entry.inputs):
        try:
            number_range(document, path)
        except ValueError:
            yield _keys(path)


def plain(value: Any) -> Any:
    """Return a value in the form used in files, including NumPy numbers and arrays, dates and distributions."""
    if isinstance(value, Distribution):
        return value.to_plain()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    return [plain(item) for item in value] if isinstance(value, (list, tuple, range)) else value


def path_complaint(value: Mapping[str, Any], dotted: str, heads: tuple[str, ...] = HEADS) -> str | None:
    """Return what is wrong with a dotted path into a scenario's written form; None if nothing is."""
    return next(_path_complaints(value, dotted.split("."), heads), None)


def _complaint(value: Mapping[str, Any], dotted: str, new: Any) -> str | None:
    """Return what is wrong with a path to change; a map may get a new name, and all ties of an actor may be removed."""
    head, *rest = dotted.split(".")
    if head == "question" and rest == ["as_of"]:
        return "the as-of date is fixed, because the evidence is read by it; for earlier days use `offramp history`"
    if len(rest) == 1 and head in ENTRIES and isinstance(new, Mapping):
        return None
    if len(rest) == 1 and head == "ties" and rest[0] in value.get("ties", {}):
        return None
    return path_complaint(value, dotted, MORE_HEADS)


def _path_complaints(value: Mapping[str, Any], path: list[str], heads: tuple[str, ...]) -> Iterator[str]:
    head = path[0]
    if head not in heads:
        yield f"no path can begin with {head!r}; expected one of {', '.join(heads)}{suggestion(head, heads)}"
        return
    length = 2 if head in (*PARTS, "question") else 3 if head in (*ENTRIES, "ties") else 1
    shorter = head in ENTRIES and len(path) == 2
    if len(path) != length and not shorter:
        forms = {1: head, 2: f"{head}.key", 3: f"{head}.name.key"}
        yield f"expected a path of the form {forms[length] if head != 'ties' else 'ties.source.target'}"
        return
    yield from _name_complaints(head, path[1:], value)


def _name_complaints(head: str, names: list[str], value: Mapping[str, Any]) -> Iterator[str]:
    if head == "ties":
        for name in names:
            if name not in value["actors"]:
                yield f"the scenario has no actor {name!r}{suggestion(name, list(value['actors']))}"
    elif head in ENTRIES and names[0] not in value.get(head, {}):
        known = list(value.get(head, {}))
        yield f"the scenario has no {_KINDS[head]} {names[0]!r}{suggestion(names[0], known)}"
    elif names:
        known = list(WINDOW) if head == "question" else document_keys(value)((head, *names[:-1]))
        if known and names[-1] not in known and not (head in ENTRIES and len(names) == 1):
            yield f"there is no such key{suggestion(names[-1], known)}"


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(dotted.split("."))


def _is_below(path: tuple[str | int, ...], changes: Mapping[str, Any]) -> bool:
    """Return whether a path is a changed one or lies below one."""
    return any(path[: len(keys)] == keys for keys in map(_keys, changes))


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
