"""The articles of a draft, read from the paths in its head and compared with their hashes.

A missing or changed article does not stop the review: its items are shown without their words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from sim.articles.article import Article, hold, read_article
from sim.errors import ArticleError

if TYPE_CHECKING:
    from sim.draft.schema import Drafted
    from sim.scenario.evidence import Anchor


@dataclass(frozen=True)
class Text:
    """The text of one article: the article, or why it is unavailable."""

    article: Article | None = None
    missing: str = ""

    def paragraph(self, number: int | None) -> str | None:
        """Return a paragraph by its number, from 1; None if there is none."""
        return None if self.article is None or number is None else self.article.paragraph(number)

    def unmarked(self, anchor: Anchor) -> str:
        """Return why the words of an anchor cannot be marked; empty if they can, or if the text is unavailable."""
        if self.article is None:
            return ""
        held = hold(self.article, anchor.paragraph, anchor.span, anchor.sha256)
        return "" if held.state == "held" else f"Its words cannot be marked: {held.message}."


@dataclass
class Texts:
    """The texts of a draft's articles, read again only if their files change."""

    folder: Path
    _kept: dict[str, tuple[object, Text]] = field(default_factory=dict, repr=False)

    def of(self, drafted: Drafted) -> Text:
        """Return the text of an article."""
        path = self.folder / drafted.file
        key = (_stamp(path), drafted.sha256)
        kept = self._kept.get(drafted.file)
        if kept is None or kept[0] != key:
            kept = self._kept[drafted.file] = (key, _read(path, drafted))
        return kept[1]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


def _read(path: Path, drafted: Drafted) -> Text:
    try:
        article = read_article(path)
    except (ArticleError, ValueError) as error:
        return Text(missing=f"The article is not here: {error}. Its items can be answered without it.")
    if article.sha256 != drafted.sha256:
        return Text(
            missing=f"{drafted.file} is no longer the article that the draft was made from: its text differs. "
            "Its items can be answered without it."
        )
    return Text(article)
