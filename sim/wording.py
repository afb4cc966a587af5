"""Helpers for all messages, tables and pages: make foreign text harmless, and write counts with their nouns.

Text from a scenario is always just text: characters that control a terminal or the text direction are escaped.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import category, combining, normalize

_JOINERS = "\u00ad\u200b\u200c\u200d\u2060"
"""Invisible characters that some scripts need within and between words."""
GLUE = "\u00a0"
_GAPS = re.compile(r" (?=[/±→] )|(?<= [/±→]) |(?<=[\d%]) (?=to [+−-]?\d)|(?<=[\d%][ \u00a0]to) (?=[+−-]?\d)")
"""Spaces within numbers and what belongs to them, such as `11% to 13%` and `-0.4 / 0`."""
_FORMULA = re.compile("(^|;)([\\s\"']*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")
"""Start of a cell that a spreadsheet evaluates, with commas or semicolons as separators, including full-width signs."""


def seen(text: str) -> str:
    """Return text on one line, escaping characters that control a terminal or the text direction."""
    if text.isprintable():
        return text
    return "".join(_escaped(sign) for sign in " ".join(" ".join(text.splitlines()).split("\t")))


def _escaped(sign: str) -> str:
    hidden = category(sign) in ("Cc", "Cf", "Cs") and sign not in _JOINERS
    return sign.encode("unicode_escape").decode("ascii") if hidden else sign


def all_seen(value: Any) -> Any:
    """Return plain values with `seen` applied to every text and key, but line breaks kept, as in axis labels."""
    if isinstance(value, float | int | None):
        return value
    if isinstance(value, Mapping):
        return {all_seen(key): all_seen(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [all_seen(one) for one in value]
    return "\n".join(map(seen, value.split("\n"))) if isinstance(value, str) else value


def formula_free(text: str) -> str:
    """Return text with a quote before everything that a spreadsheet would evaluate as a formula."""
    return _FORMULA.sub(r"\1\2'", text)


def glued(text: str) -> str:
    """Return text that does not break between a number and what belongs to it."""
    return _GAPS.sub(GLUE, text)


def noun(count: int | str, one: str, many: str | None = None) -> str:
    """Return the noun for a count, which may already be text: `day` for 1, `days` for 23."""
    return one if str(count).lstrip("+-−") == "1" else many or f"{one}s"


def counted(count: int | str, one: str, many: str | None = None) -> str:
    """Return a count with its noun, such as `1 day` or `10,000 runs`."""
    return f"{count if isinstance(count, str) else format(count, ',')} {noun(count, one, many)}"


MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SMALL = frozenset(["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])
_CAPITALS = frozenset(["eu", "iaea", "nato", "uae", "uk", "un", "us", "usa"])
_DATED = re.compile(r"(.+)-(\d{4})-(\d{2})(?:-(\d{2}))?")


MOST_WORDS = 64  # with more known words nothing is suggested, as comparing them all would take minutes


def suggestion(word: str, known: Sequence[str], closeness: float = 0.6) -> str:
    """Return "; did you mean X?" if a known word is close enough (0 to 1, `difflib`'s ratio), else ""."""
    if len(known) > MOST_WORDS:
        return ""
    from difflib import get_close_matches  # late: only a mistake needs it

    close = get_close_matches(word[:64], known, n=1, cutoff=closeness)
    return f"; did you mean {close[0]}?" if close else ""


def long_date(date: datetime.date) -> str:
    """Return a date in the form 19 August 2018."""
    return f"{date.day} {MONTHS[date.month - 1]} {date.year}"


def slug(text: str) -> str:
    """Make an id of text: its letters without accents and digits, joined by hyphens, at most 64; empty without any."""
    bare = "".join(sign for sign in normalize("NFKD", text.lower()) if not combining(sign))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:64].rstrip("-")


def heading(id_: str) -> str:
    """Return a name made from an id: `Aim of the Regime` or `Raid, May 2018` (from `raid-2018-05`).

    All words except small ones are capitalised, because an id does not show which of them are names.
    """
    dated = _DATED.fullmatch(id_)
    date = "" if dated is None else _date(*map(int, dated.groups(default="0")[1:]))
    words = (dated[1] if dated and date else id_).split("-")
    return " ".join(_written(word, first=place == 0) for place, word in enumerate(words)) + date


def _written(word: str, *, first: bool) -> str:
    if word in _CAPITALS:
        return word.upper()
    return word if word in _SMALL and not first else word.capitalize()


def _date(year: int, month: int, day: int) -> str:
    """Return a comma and a day in words, or a month if `day` is 0; empty if the date does not exist."""
    try:
        date = datetime.date(year, month, day or 1)
    except ValueError:
        return ""
    return f", {long_date(date) if day else long_date(date).removeprefix('1 ')}"
