"""Paragraphs of an article: normalised text, so that a number and a span mean the same wherever the article is read.

A paragraph is numbered from 1. Its hash tells whether two copies of an article have it in the same words, without
keeping the words.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

HASH_DIGITS = 16
_BLANK = re.compile(r"\n[^\S\n]*\n")
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn"}
"""Unicode categories of signs that nobody sees: control, format (marks of direction too), private and unassigned."""


def normalise(text: str) -> str:
    """Return text in NFC, without signs that nobody sees, every run of white space as one space."""
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    if composed.isascii() and composed.isprintable():
        return composed
    return " ".join("".join(sign for sign in composed if unicodedata.category(sign) not in _HIDDEN).split())


def split(text: str) -> tuple[str, ...]:
    """Return the paragraphs of plain text, which blank lines part."""
    return normalised(_BLANK.split(text.replace("\r\n", "\n").replace("\r", "\n")))


def normalised(paragraphs: Iterable[str]) -> tuple[str, ...]:
    """Return the paragraphs normalised, without those that are empty then."""
    return tuple(one for one in map(normalise, paragraphs) if one)


def paragraph_hash(paragraph: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of a normalised paragraph."""
    return hashlib.sha256(paragraph.encode("utf-8")).hexdigest()[:HASH_DIGITS]
