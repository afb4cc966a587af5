"""Make a draft or add to one: name and date articles, and read them for proposals.

A person's earlier work in the folder is kept: judged items, ticked paragraphs, coded evidence.
"""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from sim.articles.article import Article
from sim.draft.files import NAME, read_cast, read_draft
from sim.draft.gather import gather
from sim.draft.schema import MOST_ITEMS, Drafted, DraftFile, DraftItem, Member, parties_of
from sim.errors import ArticleError, UsageError
from sim.scenario.evidence_files import read_evidence, read_sources
from sim.wording import long_date, slug

if TYPE_CHECKING:
    from sim.scenario.evidence import DraftCounts, Evidence, Item, Source

CAST = "cast.yaml"
EVIDENCE = "evidence.yaml"
SOURCES = "sources.yaml"
Propose = Callable[[Article, str, Mapping[str, Member], datetime.date], tuple[DraftItem, ...]]
"""Proposes items for one article, given the dated article, the id of its source, the cast and the as-of date."""


@dataclass(frozen=True)
class Folder:
    """The existing contents of a crisis folder; sources may be there without evidence."""

    path: Path
    draft: DraftFile | None
    evidence: Evidence | None
    sources: Mapping[str, Source]

    @property
    def articles(self) -> Mapping[str, Drafted]:
        """Metadata of the draft's articles, keyed by source."""
        return self.draft.articles if self.draft is not None else {}

    @property
    def coded(self) -> Mapping[str, Item]:
        """Items of the evidence, keyed by id."""
        return self.evidence.items if self.evidence is not None else {}

    @classmethod
    def read(cls, path: Path) -> Folder:
        """Read a folder; a missing one counts as empty. Raises ScenarioError if a file in it is invalid."""
        draft, evidence, sources = path / NAME, path / EVIDENCE, path / SOURCES
        drafted = read_draft(draft) if draft.exists() else None
        if evidence.exists():
            coded = read_evidence(evidence)
            return cls(path, drafted, coded, coded.sources)
        return cls(path, drafted, None, read_sources(sources).sources if sources.exists() else {})


@dataclass(frozen=True)
class Reading:
    """The yield of one article: the number of its proposals, and how many of them are new."""

    source: str
    date: datetime.date
    paragraphs: int
    proposed: int
    new: int


def cast_of(folder: Folder, file: Path | None) -> dict[str, Member]:
    """Return the cast from a file, else the draft's, else that of cast.yaml. Raises UsageError if there is none."""
    if file is None and folder.draft is not None:
        return folder.draft.cast
    file = file or folder.path / CAST
    if not file.exists():
        raise UsageError(
            f"there is no cast {file}; write who is who first (--suggest-cast prints one to fill in) and give --cast"
        )
    return read_cast(file)


@dataclass(frozen=True)
class Reader:
    """How articles are read.

    Attributes
    ----------
    propose
        Function that proposes the items of one article.
    cast
        The cast, keyed by id.
    as_of
        As-of date of the forecast; nothing later is read.
    undated
        Date of articles that have none in their head.
    made_with
        Versions of the software that proposes.
    """

    propose: Propose
    cast: Mapping[str, Member]
    as_of: datetime.date
    undated: datetime.date | None = None
    made_with: Mapping[str, str] = field(default_factory=dict)


def draft_of(folder: Folder, articles: Mapping[Path, Article], reader: Reader) -> tuple[DraftFile, list[Reading]]:
    """Return a folder's draft with the proposals from articles (keyed by file) added, and the yield of each article.

    Raises ArticleError if an article has no date, a date after the as-of date, or the name of another text; UsageError
    if the as-of date is before the draft's, an actor of the draft is not in the cast, or there are too many items.
    """
    before = folder.draft
    kept = before.items if before is not None else {}
    _check(before, reader)
    named = {
        source: (file, _dated(file, articles[file], folder, source, reader))
        for file, source in _sources(folder, articles).items()
    }
    heads = {**folder.articles, **_heads(folder, named)}
    proposals = {source: reader.propose(one, source, reader.cast, reader.as_of) for source, (_, one) in named.items()}
    dates = {source: head.date for source, head in heads.items()}
    items = gather(chain.from_iterable(proposals.values()), dates, kept, folder.coded)
    if len(items) > MOST_ITEMS:
        raise UsageError(f"more than {MOST_ITEMS:,} items in one draft; adopt what is there, or draft fewer articles")
    draft = DraftFile(
        as_of=reader.as_of, made_with=dict(reader.made_with), cast=dict(reader.cast), articles=heads,
        done=before.done if before is not None else {}, before=_counted(folder), items=items,
    )  # fmt: skip
    new = Counter(item.source for name, item in items.items() if name not in kept)
    return draft, [
        Reading(source, heads[source].date, heads[source].paragraphs, len(proposals[source]), new[source])
        for source in named
    ]


def _check(draft: DraftFile | None, reader: Reader) -> None:
    if draft is None:
        return
    if reader.as_of < draft.as_of:
        raise UsageError(f"the draft there is as of {long_date(draft.as_of)}; expected that day or a later one")
    used = {one for item in draft.items.values() for one in parties_of(item)}
    if gone := sorted(used - reader.cast.keys()):
        raise UsageError(f"items of the draft name {', '.join(gone)}, not in the cast; keep their ids in it")


def _sources(folder: Folder, articles: Mapping[Path, Article]) -> dict[Path, str]:
    """Return the source id of each article: the folder's id for its text, or else its file name; skip duplicates."""
    own = {name: head.sha256 for name, head in folder.articles.items()}
    # the draft's own names come first, and their texts count; of two names for one text, the first is taken
    hashes: dict[str, str | None] = {**own, **{name: one.sha256 for name, one in folder.sources.items()}, **own}
    known = {digest: name for name, digest in reversed(hashes.items()) if digest is not None}
    found: dict[Path, str] = {}
    for file, article in articles.items():
        name = known.get(article.sha256) or _id(file)
        if hashes.get(name) not in (None, article.sha256):
            raise ArticleError(f"{file}: {name!r} is another text already; save this one under another name")
        if name not in found.values():
            found[file] = name
        hashes[name] = article.sha256
    return found


def _id(file: Path) -> str:
    made = slug(file.stem)
    if not made:
        raise ArticleError(f"{file}: a source is called by its file; rename it to letters and digits")
    return made


def _dated(file: Path, article: Article, folder: Folder, source: str, reader: Reader) -> Article:
    """Return an article with a date: its own, else that of its source, else the reader's default."""
    listed = folder.sources.get(source)
    date = article.date or (listed.date if listed is not None else None) or reader.undated
    if date is None:
        raise ArticleError(
            f"{file}: the article has no date; write a line such as `date: 2018-08-19` and a blank line at its top, or "
            "give --date"
        )
    if date > reader.as_of:
        raise ArticleError(f"{file}: the article is of {long_date(date)}, after the as-of date; leave it out")
    return replace(article, date=date)


def _heads(folder: Folder, named: Mapping[str, tuple[Path, Article]]) -> dict[str, Drafted]:
    return {
        source: Drafted(
            file=_relative(file, folder.path), title=article.title,
            publisher=article.publisher, date=article.date or datetime.date.min, url=article.url,
            sha256=article.sha256, paragraphs=len(article.paragraphs),
        )
        for source, (file, article) in named.items()
    }  # fmt: skip


def _relative(file: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return file.resolve().as_posix()


def _counted(folder: Folder) -> DraftCounts | None:
    if folder.draft is not None:
        return folder.draft.before
    return folder.evidence.drafted if folder.evidence is not None else None
