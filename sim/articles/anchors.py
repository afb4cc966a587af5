"""Check whether an article still has the words that an item of evidence was coded from.

An anchor is a paragraph, a span of its characters and the paragraph's hash. If the hash is found, the words are
unchanged; if it is found at another number, a paragraph was added or removed before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sim.articles.paragraphs import paragraph_hash
from sim.wording import counted

if TYPE_CHECKING:
    from sim.articles.article import Article

State = Literal["held", "moved", "differs"]


@dataclass(frozen=True)
class Held:
    """The result of checking an anchor.

    Attributes
    ----------
    state
        `held`; `moved`, if it holds at another number; or `differs`.
    number
        The paragraph that has the words or, if it differs, the one that was checked.
    words
        The words of the span; empty if it differs.
    message
        Message for the user; empty if it is held.
    """

    state: State
    number: int
    words: str = ""
    message: str = ""


def hold(article: Article, number: int, span: tuple[int, int], digest: str) -> Held:
    """Check an anchor against an article: a paragraph number from 1, a span of its characters, and its hash."""
    found = _nearest(article, number, digest)
    if found is None:
        there = len(article.paragraphs)
        what = f"the article has {counted(there, 'paragraph')}" if number > there else f"paragraph {number} differs"
        return Held("differs", number, message=f"{what}; code the item again from the article as it is")
    text = article.paragraphs[found - 1]
    if span[1] > len(text):
        message = f"the span ends at {span[1]}, paragraph {found} has {counted(len(text), 'character')}"
        return Held("differs", found, message=message)
    words = text[span[0] : span[1]]
    if found != number:
        return Held("moved", found, words, f"moved to paragraph {found}")
    return Held("held", number, words)


def _nearest(article: Article, number: int, digest: str) -> int | None:
    """Return the number nearest to a given one among paragraphs with a hash; None if there is none."""
    there = article.paragraph(number)
    if there is not None and paragraph_hash(there) == digest:
        return number
    same = [place for place, text in enumerate(article.paragraphs, 1) if paragraph_hash(text) == digest]
    return min(same, key=lambda place: (abs(place - number), place), default=None)
