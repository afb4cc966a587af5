"""Adopt a draft: turn kept items into evidence and their articles into sources, and start a scenario.

Nothing is written before the loader has accepted all of it. Then each file is written whole, the sources first and the
draft last: a kill between two files leaves files that load, and adopting again finds what already exists.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from sim.articles.article import Article, read_article
from sim.draft.as_evidence import new_of, numbered, texts
from sim.draft.drafting import EVIDENCE, Folder
from sim.draft.files import NAME, draft_yaml
from sim.draft.held import HeldItem, hold_item
from sim.draft.left import left
from sim.draft.schema import KEPT, DraftFile
from sim.draft.stub import stub
from sim.errors import ArticleError, Fault, ReportError, ScenarioError, UsageError, reason_of, refuse
from sim.scenario.evidence import DraftCounts, Evidence
from sim.scenario.evidence_files import load_evidence
from sim.scenario.load import load
from sim.scenario.merge import scenario_root
from sim.scenario.yamltree import Place
from sim.wholefiles import write_whole

SCENARIO = "baseline.yaml"


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

    Raises
    ------
    UsageError
        If there is no draft, it is not finished, or nothing was kept.
    ScenarioError
        If the draft, the existing evidence or the evidence to be written is invalid.
    ReportError
        If a file cannot be written.
    """
    there = Folder.read(folder)
    draft = _finished(folder, there.draft)
    unheld = _hold(folder, draft)
    old = there.coded
    _check_rejected(folder, draft, old)
    ids, counts = numbered(draft, old), counts_of(draft)
    new = new_of(draft, ids, old)
    if not new and not old:
        raise UsageError(f"nothing in {folder / NAME} was accepted, edited or added: there is no evidence to write")
    files = texts(there, draft, ids, counts)
    evidence = _loaded(folder, files, draft, {id_: name for name, id_ in new.items()})
    if not (folder / SCENARIO).exists():
        files[folder / SCENARIO] = stub(folder.resolve().name, draft, _read_stances(draft, evidence))
    files[folder / NAME] = draft_yaml(_marked(draft, ids))
    return Adopted(new, counts, tuple(_written(files)), unheld)


def _read_stances(draft: DraftFile, evidence: Evidence) -> set[str]:
    """Return the actors whose stance can be read from the evidence."""
    return {id_ for id_, one in draft.cast.items() if evidence.stance(id_, one.role, draft.as_of) is not None}


def _marked(draft: DraftFile, ids: Mapping[str, str]) -> DraftFile:
    """Return the draft with the evidence id of each adopted item."""
    items = draft.items.items()
    marked = {name: item.model_copy(update={"adopted": ids.get(name, item.adopted)}) for name, item in items}
    return draft.model_copy(update={"items": marked})


def counts_of(draft: DraftFile) -> DraftCounts:
    """Count what became of the proposals of a draft, including those counted before it."""
    status = [item.status for item in draft.items.values()]
    accepted, edited, rejected = (status.count(one) for one in ("accepted", "edited", "rejected"))
    mine = DraftCounts(
        proposed=accepted + edited + rejected, accepted=accepted, edited=edited, rejected=rejected,
        added=status.count("added"),
    )  # fmt: skip
    return mine if draft.before is None else draft.before + mine


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
        held = (hold_item(name, item, article) for name, item in draft.having(*KEPT).items() if item.source == source)
        faults += _faults(folder, held)
    refuse(faults)
    return tuple(unheld)


def _faults(folder: Path, held: Iterable[HeldItem]) -> Iterator[Fault]:
    for one in held:
        if one.fails:
            yield from (Fault(str(folder / NAME), 0, 0, f"items.{one.name}", message) for message in one.messages)


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
        scenario = load(folder / SCENARIO)
        as_of, cast = min(as_of, scenario.as_of), tuple(scenario.actors)
    except ScenarioError:
        pass  # there is no scenario yet, or it is not finished
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
