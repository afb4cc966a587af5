"""From a path to a `Scenario`: read, merge, check, read the evidence, resolve.

`load` raises one `ScenarioError` that holds every fault of the scenario and of the evidence it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError

from sim.errors import Fault, ScenarioError
from sim.scenario.evidence import Evidence, EvidenceFile, Item, SourceFile
from sim.scenario.faults import Complaint, Places, cross_complaints, document_keys, field_names, model_complaints
from sim.scenario.merge import read_merged, resolve_inside, scenario_root, suggestion
from sim.scenario.quantities import day_count
from sim.scenario.scenario import Scenario, resolve
from sim.scenario.schema import Document, Part
from sim.scenario.yamltree import Path, Tree, read_tree

P = TypeVar("P", bound=Part)


def load(path: str | PathLike[str]) -> Scenario:
    """Load a scenario file with all it extends and the evidence it names.

    Raises
    ------
    ScenarioError
        Where anything is wrong; its `faults` list all of it, each with file, line and key.
    """
    file = FilePath(path)
    tree = read_merged(file)
    tree.value.pop("extends", None)
    places = Places(tree.places, str(file))
    faults = [places.fault(*complaint) for complaint in cross_complaints(tree.value)]
    document = _check(Document, tree, places, faults)
    evidence = _load_evidence(tree, file, faults)
    if document is not None:
        faults += [places.fault(*complaint) for complaint in _time_complaints(document)]
        faults += [places.fault(*complaint) for complaint in _evidence_complaints(document, evidence, faults)]
    if faults or document is None:
        raise ScenarioError(faults)
    return resolve(document, evidence, tree.places)


def _check(model: type[P], tree: Tree, places: Places, faults: list[Fault]) -> P | None:
    """Validate a tree; on failure add to the faults and return None."""
    try:
        return model.model_validate(tree.value)
    except ValidationError as error:
        known = document_keys(tree.value) if model is Document else _file_keys(model)
        faults += [places.fault(*complaint) for complaint in model_complaints(error, tree.value, known)]
        return None


def _file_keys(model: type[Part]) -> Any:
    def keys(path: Path) -> list[str]:
        if not path:
            return field_names(model)
        return field_names(Item) if path[0] == "items" else []

    return keys


def _load_evidence(tree: Tree, file: FilePath, faults: list[Fault]) -> Evidence | None:
    """Load the evidence file and its sources; on failure add to the faults and return None."""
    written = tree.value.get("evidence")
    if not isinstance(written, str):
        return None
    root = scenario_root(file)
    try:
        path = resolve_inside(root, tree.places[("evidence",)], "evidence", written)
        items_tree = read_tree(path, str(path))
        items_places = Places(items_tree.places, str(path))
        items = _check(EvidenceFile, items_tree, items_places, faults)
        sources_written = items_tree.value.get("sources")
        if items is None or not isinstance(sources_written, str):
            return None
        sources_path = resolve_inside(root, items_tree.places[("sources",)], "sources", sources_written)
        sources_tree = read_tree(sources_path, str(sources_path))
        sources = _check(SourceFile, sources_tree, Places(sources_tree.places, str(sources_path)), faults)
    except ScenarioError as error:
        faults += error.faults
        return None
    if sources is None:
        return None
    faults += [items_places.fault(*c) for c in _item_complaints(items, sources, tree.value)]
    return Evidence(items.items, sources.sources, items.half_life.median)


def _item_complaints(items: EvidenceFile, sources: SourceFile, scenario: Any) -> Iterator[Complaint]:
    """Check items against each other, their sources and the as-of date."""
    as_of = _as_of(scenario)
    for name, item in items.items.items():
        if as_of is not None and item.known_from > as_of:
            yield (
                ("items", name, "date"),
                f"dated {item.date}, after the as-of date {as_of}: not known then; leave it out",
            )
        if item.start is not None and item.start > item.date:
            yield ("items", name, "start"), "expected a day on or before `date`"
        if item.source not in sources.sources:
            hint = suggestion(item.source, list(sources.sources))
            yield ("items", name, "source"), f"there is no source {item.source!r}{hint}"
        if item.duplicate_of is not None and (item.duplicate_of not in items.items or item.duplicate_of == name):
            yield ("items", name, "duplicate_of"), f"there is no other item {item.duplicate_of!r}"


def _as_of(scenario: Any) -> Any:
    from sim.scenario.quantities import read_date

    question = scenario.get("question")
    try:
        return read_date(question["as_of"])
    except Exception:
        return None


def _time_complaints(document: Document) -> Iterator[Complaint]:
    """Check the order of dates."""
    question = document.question
    for index, day in enumerate(question.milestones):
        if day > question.horizon:
            yield ("question", "milestones", index), f"expected a day within the horizon of {question.horizon} days"
    for kind, entries in (("pressures", document.pressures), ("talks", document.talks)):
        for name, entry in entries.items():
            start = day_count(entry.start, question.as_of).median
            if start >= question.horizon:
                yield (kind, name, "start"), f"begins on day {start:g}, after the horizon of {question.horizon} days"
            if entry.end is not None and day_count(entry.end, question.as_of).median <= start:
                yield (kind, name, "end"), "expected a day after `start`"


def _evidence_complaints(document: Document, evidence: Evidence | None, faults: list[Fault]) -> Iterator[Complaint]:
    """Check that every `evidence` finds readings."""
    if evidence is None and document.evidence is not None and faults:
        return  # the evidence itself is at fault
    for name, actor in document.actors.items():
        for key in ("stance", "ambiguity"):
            if getattr(actor, key) != "evidence":
                continue
            reading = evidence.stance(name, document.question.as_of) if evidence is not None else None
            if evidence is None:
                yield ("actors", name, key), "the scenario names no evidence file; add `evidence: ./evidence.yaml`"
            elif reading is None:
                yield ("actors", name, key), f"no item of the evidence reads the stance of {name}; write a distribution"
            elif key == "ambiguity" and len(reading.occasions) < 2:
                yield ("actors", name, key), "one occasion tells nothing of how signals vary; write a number"
