"""How many words in a row a sentence of ours shares with an article: what we write is in our own words."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

MOST_WORDS = 5
"""Words in a row that a sentence may share with its paragraph; six are refused."""
_WORD = re.compile(r"[\w'’]+")


def shared_words(ours: str, paragraph: str) -> str:
    """Return the longest run of words that both have, in lower case; empty where they share none."""
    a, b = (_WORD.findall(text.casefold().replace("’", "'")) for text in (ours, paragraph))
    run = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    return " ".join(a[run.a : run.a + run.size])


def copies(ours: str, paragraph: str) -> str | None:
    """Return the run of six words or more that ours copies from a paragraph; None where it copies none."""
    run = shared_words(ours, paragraph)
    return run if len(run.split()) > MOST_WORDS else None
