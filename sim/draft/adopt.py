"""Adopt a draft: turn kept items into evidence and their articles into sources, and start a scenario.

Nothing is written before the loader has accepted all of it. Then each file is written whole, the sources first and the
draft last: a kill between two files leaves files that load, and adopting again finds what already exists.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.articles.article import Article, read_article
from sim.draft.drafting import EVIDENCE, SOURCES, Folder
from sim.draft.files import NAME, draft_yaml
from sim.draft.gather import last_number, place
from sim.draft.held import hold_item
from sim.draft.schema import KEPT, Drafted, DraftFile, DraftItem, left
from sim.draft.stub import stub
from sim.errors import ArticleError, Fault, ReportError, ScenarioError, UsageError, reason_of, refuse
from sim.scenario.evidence import FORMAT, SOURCES_FORMAT, DraftCounts, Evidence, Item
from sim.scenario.evidence_files import load_evidence
from sim.scenario.merge import read_merged, scenario_root
from sim.scenario.quantities import date_or_none
from sim.scenario.written import Kept, yaml_of
from sim.scenario.yamltree import Place, map_at
from sim.wholefiles import write_whole
from sim.wording import long_date

SCENARIO = "baseline.yaml"
HEAD = "What articles say about the crisis, item by item: drafted by `offramp draft`, judged by a person.\n"
SOURCES_HEAD = "The sources that evidence.yaml cites.\n"


@dataclass(frozen=True)
class Adopted:
    """The result of adopting a draft.

    Attributes
    ----------
    items
        New evidence id of each draft item adopted this time.
    counts
        What became of all proposals so far.
    written
        The files written, in order.
    unheld
        Articles whose file is missing or has changed, so that no item could be checked against them.
    """

    items: Mapping[str, str]
    counts: DraftCounts
    written: tuple[Path, ...]
    unheld: tuple[str, ...]


def adopt(folder: Path) -> Adopted:
    """Adopt the draft in a folder.

    Raises UsageError if there is no draft, it is not finished, or nothing was kept; ScenarioError if the draft, the
    existing evidence or the evidence to be written is invalid; ReportError if a file cannot be written.
    """
    there = Folder.read(folder)
    draft = _finished(folder, there.draft)
    unheld = _hold(folder, draft)
    old = there.coded
    _check_rejected(folder, draft, old)
    ids, counts = _numbered(draft, old), counts_of(draft)
    new = _new_of(draft, ids, old)
    if not new and not old:
        raise UsageError(f"nothing in {folder / NAME} was accepted, edited or added: there is no evidence to write")
    files = _texts(there, draft, ids, new, counts)
    evidence = _loaded(folder, files, draft, {id_: name for name, id_ in new.items()})
    if not (folder / SCENARIO).exists():
        files[folder / SCENARIO] = stub(folder.resolve().name, draft, _read_stances(draft, evidence))
    items = {name: one.model_copy(update={"adopted": ids.get(name, one.adopted)}) for name, one in draft.items.items()}
    files[folder / NAME] = draft_yaml(draft.model_copy(update={"items": items}))
    return Adopted(new, counts, tuple(_written(files)), unheld)


def _read_stances(draft: DraftFile, evidence: Evidence) -> set[str]:
    """Return the actors whose stance can be read from the evidence."""
    return {id_ for id_, one in draft.cast.items() if evidence.stance(id_, one.role, draft.as_of) is not None}


def counts_of(draft: DraftFile) -> DraftCounts:
    """Count what became of the proposals of a draft, including those counted before it."""
    status = [item.status for item in draft.items.values()]
    accepted, edited, rejected = (status.count(one) for one in ("accepted", "edited", "rejected"))
    mine = DraftCounts(
        proposed=accepted + edited + rejected, accepted=accepted, edited=edited, rejected=rejected,
        added=status.count("added"),
    )  # fmt: skip
    return mine if draft.before is None else draft.before + mine


def _numbered(draft: DraftFile, old: Mapping[str, Item]) -> dict[str, str]:
    """Return the evidence id of each kept item: its existing one, or else the next free one.

    An item that was adopted before and is now missing from the evidence was removed by a person, and stays out.
    """
    kept = draft.having(*KEPT)
    ids = {name: there for name, item in kept.items() if (there := _id_there(item, old)) is not None}
    last = last_number((*old, *ids.values()), "E")
    dates = {source: article.date for source, article in draft.articles.items()}
    new = sorted((name for name in kept if name not in ids), key=lambda name: place(kept[name], dates))
    return ids | {name: f"E{last + nth:02}" for nth, name in enumerate(new, 1)}


def _id_there(item: DraftItem, old: Mapping[str, Item]) -> str | None:
    if item.adopted is not None:
        return item.adopted
    return next((name for name, one in old.items() if _content(item) == _content(one)), None)


def _content(item: Item) -> tuple[Any, ...]:
    """Return what distinguishes two items; `duplicate_of` does not, as ids differ between a draft and the evidence."""
    return tuple(getattr(item, key) for key in Item.model_fields if key != "duplicate_of")


def _new_of(draft: DraftFile, ids: Mapping[str, str], old: Mapping[str, Item]) -> dict[str, str]:
    """Return the evidence ids of those kept items that are new to the evidence."""
    return {name: id_ for name, id_ in ids.items() if id_ not in old and draft.items[name].adopted is None}


def _texts(
    there: Folder, draft: DraftFile, ids: Mapping[str, str], new: Mapping[str, str], counts: DraftCounts
) -> dict[Path, str]:
    """Return the new texts of the sources file and the evidence file, in that order; old lines stay as they are."""
    in_order = sorted(new.items(), key=lambda one: int(one[1][1:]))
    items = {id_: _plain_item(draft.items[name], ids) for name, id_ in in_order}
    heads = draft.articles.items()
    sources = {name: _plain_source(name, head) for name, head in heads if name not in there.sources}
    path = there.path / EVIDENCE
    if there.evidence is None:
        head = {"schema": FORMAT, "sources": f"./{SOURCES}", "drafted": counts.model_dump()}
        return {
            there.path / SOURCES: _sources_text(there.path / SOURCES, sources),
            path: yaml_of(head, HEAD, levels=1) + yaml_of({"items": items}, levels=3),
        }
    found = Kept.read(path, FORMAT)
    listed = there.path / str(found.tree.value["sources"])
    edits = [found.entries("items", items)] if items else []
    return {
        listed: _sources_text(listed, sources),
        path: found.edited(*edits, found.key("drafted", counts.model_dump(), before="items")),
    }


def _sources_text(path: Path, new: Mapping[str, Any]) -> str:
    """Return the text of a list of sources with new ones added; its other lines stay as they are."""
    if not path.exists():
        return yaml_of({"schema": SOURCES_FORMAT, "sources": new}, SOURCES_HEAD, levels=3)
    listed = Kept.read(path, SOURCES_FORMAT)
    return listed.edited(*([listed.entries("sources", new)] if new else []))


def _plain_item(item: DraftItem, ids: Mapping[str, str]) -> dict[str, Any]:
    """Return an item as plain values without draft fields; dates stay dates, and a single actor is plain text."""
    plain = item.model_dump(include=set(Item.model_fields), exclude_none=True, exclude_defaults=True)
    for key in {"actor", "target"} & plain.keys():
        plain[key] = plain[key][0] if len(plain[key]) == 1 else list(plain[key])
    for key in {"start", "date"} & plain.keys():
        plain[key] = getattr(item, key)
    if item.anchor is not None:
        plain["anchor"] = item.anchor.model_dump(mode="json")
    if item.duplicate_of is not None:
        plain["duplicate_of"] = ids[item.duplicate_of]
    return plain


def _plain_source(name: str, head: Drafted) -> dict[str, Any]:
    cited = {key: getattr(head, key) for key in ("publisher", "date", "url", "sha256")}
    return {"title": head.title or name} | {key: value for key, value in cited.items() if value is not None}


def _finished(folder: Path, draft: DraftFile | None) -> DraftFile:
    if draft is None:
        raise UsageError(f"there is no {NAME} in {folder}; write it with offramp draft")
    if undone := left(draft):
        said = " ".join(undone.sentences)
        raise UsageError(f"{folder / NAME} is not finished: {said} Go through it with offramp review {folder}")
    return draft


def _check_rejected(folder: Path, draft: DraftFile, old: Collection[str]) -> None:
    """Check that no rejected item was adopted earlier: only a person may remove items from the evidence."""
    there = {name: item.adopted for name, item in draft.having("rejected").items() if item.adopted in old}
    if there:
        said = ", ".join(f"{name} is {adopted}" for name, adopted in there.items())
        raise UsageError(f"rejected, but in {folder / EVIDENCE} already: {said}; remove it there by hand")


def _hold(folder: Path, draft: DraftFile) -> tuple[str, ...]:
    """Check kept items against their articles; return the articles whose file is missing or has changed."""
    faults: list[Fault] = []
    unheld: list[str] = []
    for source, head in draft.articles.items():
        article = _same_article(folder / head.file, head.sha256)
        if article is None:
            unheld.append(source)
            continue
        for name, item in draft.having(*KEPT).items():
            if item.source == source and (held := hold_item(name, item, article)).fails:
                faults += [Fault(str(folder / NAME), 0, 0, f"items.{name}", message) for message in held.messages]
    refuse(faults)
    return tuple(unheld)


def _same_article(file: Path, digest: str) -> Article | None:
    """Return the article in a file; None if it cannot be read or its text has changed."""
    try:
        article = read_article(file)
    except ArticleError:
        return None
    return article if article.sha256 == digest else None


def _loaded(folder: Path, files: Mapping[Path, str], draft: DraftFile, drafted: Mapping[str, str]) -> Evidence:
    """Load the future evidence in a temporary folder; faults of new items name them as the draft does."""
    as_of, cast = draft.as_of, tuple(draft.cast)
    try:
        scenario = read_merged(folder / SCENARIO).value  # whether or not it is finished
        as_of = min(as_of, date_or_none(map_at(scenario, "question").get("as_of")) or as_of)
        cast = tuple(map_at(scenario, "actors")) or cast
    except ScenarioError:
        pass  # there is no scenario yet
    _check_day(folder, draft, as_of)
    root = scenario_root(folder / EVIDENCE)
    faults: list[Fault] = []
    with tempfile.TemporaryDirectory() as name:
        other = Path(name).resolve() / root.name
        moved = {other / path.resolve().relative_to(root): path for path in files}
        for copy, path in moved.items():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(files[path].encode("utf-8"))
        copy = other / (folder / EVIDENCE).resolve().relative_to(root)
        evidence = load_evidence(copy.name, Place(str(copy), 0, 0), other, as_of.isoformat(), faults, cast)
    if evidence is None:
        places = {str(copy): path for copy, path in moved.items()}
        raise ScenarioError([_named(fault, places, folder, drafted) for fault in faults])
    return evidence


def _check_day(folder: Path, draft: DraftFile, as_of: datetime.date) -> None:
    """Check that the scenario's as-of date, if earlier than the draft's, is not before what was kept."""
    last = max(
        (max(item.date, draft.articles[item.source].date) for item in draft.having(*KEPT).values()), default=as_of
    )
    if as_of < last <= draft.as_of:
        raise UsageError(
            f"{folder / SCENARIO} is as of {long_date(as_of)}, and the draft has news up to {long_date(last)}; write "
            f"`as_of: {draft.as_of}` under `question` there, and adopt again"
        )


def _named(fault: Fault, places: Mapping[str, Path], folder: Path, drafted: Mapping[str, str]) -> Fault:
    """Return a fault of a temporary file as a fault of the file or draft item that it comes from."""
    head, _, rest = fault.key.partition(".")
    name, dot, field = rest.partition(".")
    if head == "items" and name in drafted:
        return Fault(str(folder / NAME), 0, 0, f"items.{drafted[name]}{dot}{field}", fault.message)
    return replace(fault, file=str(places.get(fault.file, fault.file)))


def _written(files: Mapping[Path, str]) -> Iterator[Path]:
    for path, text in files.items():
        content = text.encode("utf-8")
        try:
            if not path.exists() or path.read_bytes() != content:
                write_whole(path, content)
                yield path
        except OSError as error:
            raise ReportError(f"cannot write {path}: {reason_of(error)}") from None
