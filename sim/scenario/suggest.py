"""Suggest the known word closest to an unknown one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

MOST_WORDS = 64  # with more known words nothing is suggested, as comparing them all would take minutes


def suggestion(word: str, known: Sequence[str], closeness: float = 0.6) -> str:
    """Return "; did you mean X?" if a known word is close enough (0 to 1, `difflib`'s ratio), else ""."""
    if len(known) > MOST_WORDS:
        return ""
    close = difflib.get_close_matches(word[:64], known, n=1, cutoff=closeness)
    return f"; did you mean {close[0]}?" if close else ""
