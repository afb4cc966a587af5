"""Read drafts and casts, reporting all faults at once, and write drafts.

Equal drafts are written as equal bytes, so that drafts can be compared and kept under version control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from sim.draft.schema import CAST_FORMAT, DRAFT_FORMAT, MOST_ITEMS, CastFile, DraftFile, DraftItem, Member
from sim.errors import Fault, ReportError, ScenarioError, reason_of, refuse
from sim.scenario.evidence_files import check_part
from sim.scenario.faults import Complaint, Places
from sim.scenario.quantities import Part
from sim.scenario.written import yaml_of
from sim.scenario.yamltree import MAX_LARGER, Tree, read_tree
from sim.wholefiles import write_whole

P = TypeVar("P", bound=Part)
NAME = "evidence.draft.yaml"
HEAD = (
    "A draft of evidence: proposals from the articles below, for a person to go through.\n"
    "`offramp review` opens it as a page, `offramp adopt` makes evidence.yaml of what was accepted. The rules miss\n"
    "about half of what an article says: read every paragraph.\n"
)


def read_draft(path: Path) -> DraftFile:
    """Read `evidence.draft.yaml`. Raises ScenarioError with all faults if anything is wrong."""
    return _read(DraftFile, read_tree(path, str(path), DRAFT_FORMAT, larger=MAX_LARGER), path, complaints)


def read_cast(path: Path) -> dict[str, Member]:
    """Read `cast.yaml`, actors by id. Raises ScenarioError with all faults, such as a name of two actors."""
    return _read(CastFile, read_tree(path, str(path), CAST_FORMAT), path, lambda file: _shared_names(file.cast)).cast


def write_draft(path: Path, draft: DraftFile) -> None:
    """Write a draft; a file there stays until the new one is on the disk. Raises ReportError if it cannot be done."""
    try:
        write_whole(path, draft_yaml(draft).encode("utf-8"))
    except OSError as error:
        raise ReportError(f"cannot write {path}: {reason_of(error)}") from None


def draft_yaml(draft: DraftFile) -> str:
    """Return a draft as YAML, without defaults, and with lists and anchors on one line."""
    plain = draft.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True, exclude={"items"})
    head = yaml_of({"schema": DRAFT_FORMAT} | plain, HEAD, levels=3)
    items = "".join(_item_yaml(name, item) for name, item in draft.items.items())
    return f"{head}items:\n{items}" if items else f"{head}items: {{}}\n"


@lru_cache(2 * MOST_ITEMS)
def _item_yaml(name: str, item: DraftItem) -> str:
    """Return the lines of one item; cached, because an answer changes one item of a thousand and all are written."""
    plain = item.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return yaml_of({"items": {name: {"status": item.status} | plain}}, levels=3).removeprefix("items:\n")


def _read(model: type[P], tree: Tree, path: Path, complaints: Callable[[P], list[Complaint]]) -> P:
    faults: list[Fault] = []
    places = Places(tree.places, str(path))
    part = check_part(model, tree, places, faults)
    if part is None or faults:
        raise ScenarioError(faults)
    refuse(places.faults(complaints(part)))
    return part


def complaints(draft: DraftFile) -> list[Complaint]:
    """Check items against the articles and the cast."""
    found = [one for name, item in draft.items.items() for one in _item_complaints(draft, name, item)]
    for source in draft.done:
        if source not in draft.articles:
            found.append((("done", source), f"there is no article {source!r} in this draft"))
    return found


def _item_complaints(draft: DraftFile, name: str, item: DraftItem) -> Iterator[Complaint]:
    article = draft.articles.get(item.source)
    if article is None:
        known = ", ".join(draft.articles)
        yield ("items", name, "source"), f"there is no article {item.source!r} in this draft ({known})"
    elif item.paragraph is not None and item.paragraph > article.paragraphs:
        yield ("items", name, "paragraph"), f"the article has {article.paragraphs} paragraphs (got {item.paragraph})"
    for one in (*item.actor, *(item.target or ())):
        if one not in draft.cast:
            yield ("items", name), f"{one!r} is not in the cast ({', '.join(draft.cast)})"
    if item.duplicate_of is not None and item.duplicate_of not in draft.items:
        yield ("items", name, "duplicate_of"), f"there is no item {item.duplicate_of!r}"


def _shared_names(cast: Mapping[str, Member]) -> list[Complaint]:
    owners: dict[str, str] = {}
    found: list[Complaint] = []
    for name, member in cast.items():
        for called in {one.casefold() for one in (member.name, *member.aliases)}:
            if owners.setdefault(called, name) != name:
                found.append((("cast", name), f"{called!r} is a name of {owners[called]!r} too; one actor a name"))
    return found
