"""Paragraphs of an article: normalised text, so that numbers and spans mean the same wherever the article is read.

Paragraphs are numbered from 1. Their hashes show whether two copies of an article have the same words, without storing
the words. Since evidence is written in our own words, consecutive words that it shares with a paragraph can be found.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from difflib import SequenceMatcher

HASH_DIGITS = 16
MOST_WORDS = 5
"""Maximum number of consecutive words that a sentence may share with its paragraph; six are refused."""
_WORD = re.compile(r"[\w'’]+")
_BLANK = re.compile(r"\n[^\S\n]*\n")
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn"}
"""Unicode categories of invisible characters: control, format (including direction marks), private, unassigned."""


def normalise(text: str) -> str:
    """Return text in NFC, without invisible characters, and with every run of white space as one space."""
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    if composed.isascii() and composed.isprintable():
        return composed
    return " ".join("".join(sign for sign in composed if unicodedata.category(sign) not in _HIDDEN).split())


def split(text: str) -> tuple[str, ...]:
    """Split plain text into normalised paragraphs at blank lines."""
    return normalised(_BLANK.split(text.replace("\r\n", "\n").replace("\r", "\n")))


def normalised(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Return normalised paragraphs, without those that end up empty."""
    return tuple(one for one in map(normalise, paragraphs) if one)


def paragraph_hash(paragraph: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of a normalised paragraph."""
    return hashlib.sha256(paragraph.encode("utf-8")).hexdigest()[:HASH_DIGITS]


def shared_words(ours: str, paragraph: str) -> str:
    """Return the longest run of words that both texts share, in lower case; empty if there is none."""
    a, b = (_WORD.findall(text.casefold().replace("’", "'")) for text in (ours, paragraph))
    run = SequenceMatcher(None, a, b, autojunk=False).find_longest_match()
    return " ".join(a[run.a : run.a + run.size])


def copies(ours: str, paragraph: str) -> str | None:
    """Return the run of six or more words that our text copies from a paragraph; None if there is none."""
    run = shared_words(ours, paragraph)
    return run if len(run.split()) > MOST_WORDS else None
