"""How many words in a row a sentence of ours shares with an article: what we write is in our own words."""

from __future__ import annotations

import re

MOST_WORDS = 5
"""Words in a row that a sentence may share with its paragraph; six are refused."""
_WORD = re.compile(r"[\w'’]+")


def shared_words(ours: str, paragraph: str) -> str:
    """Return the longest run of words that both have, in lower case; empty where they share none."""
    a, b = (_WORD.findall(text.casefold().replace("’", "'")) for text in (ours, paragraph))
    longest, end = 0, 0
    before = [0] * (len(b) + 1)
    for place, word in enumerate(a, 1):
        here = [0] * (len(b) + 1)
        for other, theirs in enumerate(b, 1):
            if word == theirs:
                here[other] = before[other - 1] + 1
                if here[other] > longest:
                    longest, end = here[other], place
        before = here
    return " ".join(a[end - longest : end])


def copies(ours: str, paragraph: str) -> str | None:
    """Return the run of six words or more that ours copies from a paragraph; None where it copies none."""
    run = shared_words(ours, paragraph)
    return run if len(run.split()) > MOST_WORDS else None
