"""Read an evidence file and the sources it cites, reporting all their faults at once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import ValidationError

from sim.errors import Fault, ScenarioError
from sim.scenario.evidence import FORMAT as EVIDENCE_FORMAT
from sim.scenario.evidence import SOURCES_FORMAT, Evidence, EvidenceFile, SourceFile
from sim.scenario.faults import Complaint, Places, keys_of, model_complaints
from sim.scenario.merge import named_file, scenario_root
from sim.scenario.quantities import date_or_none
from sim.scenario.schema import Part
from sim.scenario.yamltree import Path, Place, Tree, map_at, read_tree
from sim.wording import suggestion

P = TypeVar("P", bound=Part)
LARGER = 2
"""Size limit of an evidence file as a multiple of a scenario's: enough for 300 items with all their keys."""
MISTYPED = 0.8
"""Similarity to an actor's id from which an id counts as a typo: `rusia` has 0.91 to russia, `iraq` 0.75 to iran."""


def load_evidence(
    written: str, place: Place, root: FilePath, as_of: Any, faults: list[Fault], cast: Sequence[str] = ()
) -> Evidence | None:
    """Load an evidence file with its sources.

    Parameters
    ----------
    written, place
        The path as written in the scenario, and its place.
    as_of
        The scenario's as-of date as written; if it is a date, items dated later are refused.
    faults
        List to which faults are appended; with any new fault, the result is None.
    cast
        Actors of the scenario, including those that a variant removed. An item about an id that is almost one of
        theirs is refused as mistyped. Items about others are allowed but not read (`sim.scenario.doubts`).
    """
    before = len(faults)
    try:
        path = named_file(root, place, ("evidence",), written)
        tree = read_tree(path, str(path), EVIDENCE_FORMAT, larger=LARGER)
        places = Places(tree.places, str(path))
        items = check_part(EvidenceFile, tree, places, faults)
        sources, cited, where = _load_sources(tree, root, faults)
        faults += places.faults(item_complaints(tree.value, cited, date_or_none(as_of), cast))
    except ScenarioError as error:
        faults += error.faults
        return None
    if items is None or sources is None or len(faults) > before:
        return None
    return Evidence(items.items, sources.sources, items.half_life.median, items.drafted, {**tree.places, **where})


def read_evidence(file: FilePath) -> Evidence:
    """Read an evidence file and its sources, without a scenario's date and actors. ScenarioErrors list all faults."""
    faults: list[Fault] = []
    evidence = load_evidence(file.name, Place(str(file), 0, 0), scenario_root(file), None, faults)
    if evidence is None:
        raise ScenarioError(faults)
    return evidence


def read_sources(file: FilePath) -> SourceFile:
    """Read a list of sources on its own. Raises ScenarioError with all faults if anything is wrong."""
    faults: list[Fault] = []
    tree = read_tree(file, str(file), SOURCES_FORMAT)
    sources = check_part(SourceFile, tree, Places(tree.places, str(file)), faults)
    if sources is None:
        raise ScenarioError(faults)
    return sources


def _load_sources(
    tree: Tree, root: FilePath, faults: list[Fault]
) -> tuple[SourceFile | None, Mapping[str, Any] | None, Mapping[Path, Place]]:
    """Return the sources (None if invalid), their plain values (even then), and the places of their keys."""
    written = tree.value.get("sources")
    if not isinstance(written, str):
        return None, None, {}
    try:
        path = named_file(root, tree.places[("sources",)], ("sources",), written)
        sources_tree = read_tree(path, str(path), SOURCES_FORMAT)
    except ScenarioError as error:
        faults += error.faults
        return None, None, {}
    sources = check_part(SourceFile, sources_tree, Places(sources_tree.places, str(path)), faults)
    listed = sources_tree.value.get("sources")
    where = {path: place for path, place in sources_tree.places.items() if len(path) > 1}
    return sources, listed if isinstance(listed, dict) else None, where


def check_part(model: type[P], tree: Tree, places: Places, faults: list[Fault]) -> P | None:
    """Validate a tree against its model; on failure append to `faults` and return None."""
    try:
        return model.model_validate(tree.value)
    except ValidationError as error:
        faults += places.faults(model_complaints(error, tree.value, keys_of(model, tree.value)))
        return None


def item_complaints(
    value: Mapping[str, Any], cited: Mapping[str, Any] | None, as_of: datetime.date | None, cast: Sequence[str]
) -> Iterator[Complaint]:
    """Check all readable items against each other, their sources and the as-of date."""
    items = map_at(value, "items")
    for name in items:
        item = map_at(items, name)
        yield from _date_complaints(name, item, as_of)
        for key in ("actor", "target"):
            yield from _actor_complaints(("items", name, key), item.get(key), cast)
        source = item.get("source")
        if cited is not None and isinstance(source, str):
            yield from ((("items", name, "source"), message) for message in _source_complaints(source, cited, as_of))
        yield from _anchor_complaints(name, item)
        yield from _duplicate_complaints(name, item.get("duplicate_of"), items)


def _source_complaints(source: str, cited: Mapping[str, Any], as_of: datetime.date | None) -> Iterator[str]:
    published = date_or_none(map_at(cited, source).get("date"))
    if source not in cited:
        yield f"there is no source {source!r}{suggestion(source, list(cited))}"
    elif as_of is not None and published is not None and published > as_of:
        yield f"{source!r} is dated {published}, after the as-of date {as_of}: not known then; leave it out"


def _actor_complaints(path: Path, written: Any, cast: Sequence[str]) -> Iterator[Complaint]:
    for one in written if isinstance(written, list) else [written]:
        if isinstance(one, str) and one.islower() and one not in cast and (meant := suggestion(one, cast, MISTYPED)):
            yield path, f"the scenario has no actor {one!r}, so nothing would read this{meant}"


def _anchor_complaints(name: str, item: Mapping[str, Any]) -> Iterator[Complaint]:
    number, cited = map_at(item, "anchor").get("paragraph"), item.get("paragraph")
    if isinstance(number, int) and isinstance(cited, int) and number != cited:
        yield ("items", name, "anchor"), f"expected an anchor in paragraph {cited}, which the item cites (got {number})"


def _duplicate_complaints(name: str, original: Any, items: Mapping[str, Any]) -> Iterator[Complaint]:
    path = ("items", name, "duplicate_of")
    if not isinstance(original, str):
        return
    if original == name or original not in items:
        yield path, f"there is no other item {original!r}"
    elif map_at(items, original).get("duplicate_of") is not None:
        yield path, f"{original!r} is a duplicate itself; name the item that counts"


def _date_complaints(name: str, item: Mapping[str, Any], as_of: datetime.date | None) -> Iterator[Complaint]:
    date, start = date_or_none(item.get("date")), date_or_none(item.get("start"))
    if as_of is not None and date is not None and date > as_of:
        yield ("items", name, "date"), f"dated {date}, after the as-of date {as_of}: not known then; leave it out"
    if date is not None and start is not None and start > date:
        yield ("items", name, "start"), "expected a day on or before `date`"
