"""Whether an article still has the words that an item of evidence was coded from.

An anchor is a paragraph, a span of its characters and the paragraph's hash. Where the hash is found the words are the
same, letter for letter; where it is found at another number, a paragraph was added or taken out before it.
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
    """What became of an anchor.

    Attributes
    ----------
    state
        `held`; `moved`, which holds at another number; or `differs`.
    number
        The paragraph that has the words; of one that differs, the number that was looked at.
    words
        What the span covers; empty where it differs.
    message
        What to tell a person; empty where it is held.
    """

    state: State
    number: int
    words: str = ""
    message: str = ""


def hold(article: Article, number: int, span: tuple[int, int], digest: str) -> Held:
    """Hold an anchor to an article: a paragraph from 1, a span of its characters, and the paragraph's hash."""
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
    """Return the paragraph with a hash that is nearest to a number; None where there is none."""
    there = article.paragraph(number)
    if there is not None and paragraph_hash(there) == digest:
        return number
    same = [place for place, text in enumerate(article.paragraphs, 1) if paragraph_hash(text) == digest]
    return min(same, key=lambda place: (abs(place - number), place), default=None)
