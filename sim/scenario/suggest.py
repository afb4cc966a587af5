"""Did you mean: the known word closest to one that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

MOST_WORDS = 64  # beyond as many known words nothing is suggested: comparing all with all would take minutes


def suggestion(word: str, known: Sequence[str], closeness: float = 0.6) -> str:
    """Return "; did you mean X?" where a known word is as close as asked (0 to 1, `difflib`'s ratio), else nothing."""
    if len(known) > MOST_WORDS:
        return ""
    close = difflib.get_close_matches(word[:64], known, n=1, cutoff=closeness)
    return f"; did you mean {close[0]}?" if close else ""
