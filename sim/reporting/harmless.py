"""Foreign text made harmless where nothing else escapes it: no control signs in files, no formula in a table."""

from __future__ import annotations

import re

_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls, overrides of the direction of reading, and halves of signs; marks that scripts need stay."""
_FORMULA = re.compile("(^|;)([\\s\"']*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
"""The start of a cell that a spreadsheet runs, in a file read with commas or with semicolons, full-width signs too."""


def seen(text: str) -> str:
    """Return text on one line, signs that drive a terminal or turn the direction of reading written as escapes."""
    return _HIDDEN.sub(_escaped, " ".join(" ".join(text.splitlines()).split("\t")))


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def formula_free(text: str) -> str:
    """Return text with a quote before all that a spreadsheet would run as a formula."""
    return _FORMULA.sub(r"\1\2'", text)
