"""Find consecutive words that our sentences share with an article, since evidence is written in our own words."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

MOST_WORDS = 5
"""Maximum number of consecutive words that a sentence may share with its paragraph; six are refused."""
_WORD = re.compile(r"[\w'’]+")


def shared_words(ours: str, paragraph: str) -> str:
    """Return the longest run of words that both texts share, in lower case; empty if there is none."""
    a, b = (_WORD.findall(text.casefold().replace("’", "'")) for text in (ours, paragraph))
    run = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    return " ".join(a[run.a : run.a + run.size])


def copies(ours: str, paragraph: str) -> str | None:
    """Return the run of six or more words that our text copies from a paragraph; None if there is none."""
    run = shared_words(ours, paragraph)
    return run if len(run.split()) > MOST_WORDS else None
