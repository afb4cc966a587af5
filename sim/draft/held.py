"""Evidence held to its articles: whether each item's sentence is still there, and whether `says` is in our own words.

The articles lie in a folder of the analyst's. A file is a source's where its text has the source's `sha256`, or else
where its name is the source's id, as `agency-2018-08-19.txt`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.articles.anchors import State, hold
from sim.articles.article import PAGES, TEXTS, Article, read_article
from sim.articles.quotes import MOST_WORDS, copies
from sim.errors import ArticleError
from sim.wholefiles import visible_files

if TYPE_CHECKING:
    from sim.scenario.evidence import Evidence, Item, Source

Found = State | Literal["no-anchor", "no-article"]
STATES: tuple[Found, ...] = ("held", "moved", "differs", "no-anchor", "no-article")


@dataclass(frozen=True)
class HeldItem:
    """What became of one item.

    Attributes
    ----------
    state
        Of its anchor; `no-anchor` where it has none, `no-article` where the folder has not the article.
    message
        What to tell a person of the anchor; empty where there is nothing to do.
    copied
        The words in a row that `says` copies from its paragraph, where they are six or more.
    """

    name: str
    state: Found
    message: str = ""
    copied: str | None = None

    @property
    def fails(self) -> bool:
        """Whether it does not hold."""
        return self.state == "differs" or self.copied is not None

    @property
    def messages(self) -> tuple[str, ...]:
        """What to tell a person."""
        copied = f"`says` copies more than {MOST_WORDS} words in a row ({self.copied}); write it in your own words"
        return tuple(filter(None, (self.message, copied if self.copied is not None else "")))


def counts(items: tuple[HeldItem, ...]) -> dict[str, int]:
    """Count items by state, each state named, and those that copy."""
    found = Counter(item.state for item in items)
    return {state: found[state] for state in STATES} | {"copied": sum(item.copied is not None for item in items)}


def read_articles(folder: Path) -> dict[str, Article]:
    """Read the articles in a folder and those below it, by path; hidden files are left out.

    Raises
    ------
    ArticleError
        Where the folder cannot be read or holds no article, or one of them cannot be read.
    """
    if not folder.is_dir():
        raise ArticleError(f"{folder} is not a folder; name the folder that holds the articles")
    articles = {str(file): read_article(file) for file in visible_files(folder, (*TEXTS, *PAGES))}
    if not articles:
        raise ArticleError(f"there is no article in {folder}; save them there as {', '.join((*TEXTS, *PAGES))}")
    return articles


def article_of(name: str, source: Source, articles: Mapping[str, Article]) -> Article | None:
    """Return the article of a source: by its hash, else by the name of the file; None where it is not there."""
    same = (article for article in articles.values() if article.sha256 == source.sha256)
    named = (article for file, article in articles.items() if Path(file).stem == name)
    return next(same, None) or next(named, None)


def hold_evidence(evidence: Evidence, articles: Mapping[str, Article]) -> tuple[HeldItem, ...]:
    """Hold every item of a file of evidence to the articles by file (`read_articles`)."""
    found = {name: article_of(name, source, articles) for name, source in evidence.sources.items()}
    return tuple(hold_item(name, item, found.get(item.source)) for name, item in evidence.items.items())


def hold_item(name: str, item: Item, article: Article | None) -> HeldItem:
    """Hold one item to its article, where that is there."""
    if article is None:
        return HeldItem(name, "no-anchor" if item.anchor is None else "no-article")
    if item.anchor is None:
        return HeldItem(name, "no-anchor", copied=_copied(item, article, item.paragraph))
    held = hold(article, item.anchor.paragraph, item.anchor.span, item.anchor.sha256)
    return HeldItem(name, held.state, held.message, _copied(item, article, held.number))


def _copied(item: Item, article: Article, number: int | None) -> str | None:
    text = article.paragraph(number) if number is not None else None
    return copies(item.says, text) if text is not None else None
