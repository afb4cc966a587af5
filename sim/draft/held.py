"""Check evidence against its articles: each item's sentence must still be there, and `says` in our own words.

The articles are in a folder of the analyst's. A file belongs to a source if its text has the source's `sha256`, or else
if it is named after the source's id, as in `agency-2018-08-19.txt`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sim.articles.article import PAGES, TEXTS, Article, State, hold, read_article
from sim.articles.paragraphs import MOST_WORDS, copies
from sim.errors import ArticleError
from sim.wholefiles import visible_files

if TYPE_CHECKING:
    from sim.scenario.evidence import Evidence, Item, Source

Found = State | Literal["no-anchor", "no-article"]
STATES: tuple[Found, ...] = ("held", "moved", "differs", "no-anchor", "no-article")


@dataclass(frozen=True)
class HeldItem:
    """The result of checking one item: the state of its anchor, and a message about it if there is something to do.

    `no-article` means that the folder lacks it; `copied` are six or more words in a row that `says` copies.
    """

    name: str
    state: Found
    message: str = ""
    copied: str | None = None

    @property
    def fails(self) -> bool:
        """Whether the check failed."""
        return self.state == "differs" or self.copied is not None

    @property
    def messages(self) -> tuple[str, ...]:
        """All messages for the user."""
        copied = f"`says` copies more than {MOST_WORDS} words in a row ({self.copied}); write it in your own words"
        return tuple(filter(None, (self.message, copied if self.copied is not None else "")))


def counts(items: tuple[HeldItem, ...]) -> dict[str, int]:
    """Count items by state, including states without items, and count those that copy words."""
    found = Counter(item.state for item in items)
    return {state: found[state] for state in STATES} | {"copied": sum(item.copied is not None for item in items)}


def read_articles(folder: Path) -> dict[str, Article]:
    """Read the visible articles below a folder, by path. Raises ArticleError if there is none, or one is unreadable."""
    if not folder.is_dir():
        raise ArticleError(f"{folder} is not a folder; name the folder that holds the articles")
    articles = {str(file): read_article(file) for file in visible_files(folder, (*TEXTS, *PAGES))}
    if not articles:
        raise ArticleError(f"there is no article in {folder}; save them there as {', '.join((*TEXTS, *PAGES))}")
    return articles


def article_of(name: str, source: Source, articles: Mapping[str, Article]) -> Article | None:
    """Return the article of a source, by its hash or else by its file name; None if it is not there."""
    same = (article for article in articles.values() if article.sha256 == source.sha256)
    named = (article for file, article in articles.items() if Path(file).stem == name)
    return next(same, None) or next(named, None)


def hold_evidence(evidence: Evidence, articles: Mapping[str, Article]) -> tuple[HeldItem, ...]:
    """Check every item of the evidence against the articles, keyed by file (`read_articles`)."""
    found = {name: article_of(name, source, articles) for name, source in evidence.sources.items()}
    return tuple(hold_item(name, item, found.get(item.source)) for name, item in evidence.items.items())


def hold_item(name: str, item: Item, article: Article | None) -> HeldItem:
    """Check one item against its article, if available."""
    if article is None:
        return HeldItem(name, "no-anchor" if item.anchor is None else "no-article")
    if item.anchor is None:
        return HeldItem(name, "no-anchor", copied=_copied(item, article, item.paragraph))
    held = hold(article, item.anchor.paragraph, item.anchor.span, item.anchor.sha256)
    return HeldItem(name, held.state, held.message, _copied(item, article, held.number))


def _copied(item: Item, article: Article, number: int | None) -> str | None:
    text = article.paragraph(number) if number is not None else None
    return copies(item.says, text) if text is not None else None
