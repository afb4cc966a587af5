"""What words do: the tables of acts, of matters and of organs, read from the package's data.

`acts.csv` has about 2,900 verbs and phrases and 430 nouns of event, each with the way it bears on an offensive, a CAMEO
code and the kind of its item. `words.csv` has the words that say what a statement is about (force or its opposite) and
the words for those who act for a state. Both are our own. `goldstein.csv` is the CAMEO scale (Goldstein 1992, as GDELT
publishes it).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import StringIO


@dataclass(frozen=True)
class Act:
    """One kind of act: `way` is how it bears on an offensive, in bearing.py's words."""

    way: str
    cameo: str
    kind: str


@dataclass(frozen=True)
class Phrase:
    """An act and the words that must be near its verb or noun."""

    act: Act
    rest: tuple[str, ...]

    @property
    def rule(self) -> str:
        """What the phrase adds to the name of its rule."""
        return "-".join(self.rest)


def table(name: str) -> list[dict[str, str]]:
    """Read a table of the package, a dict a row."""
    text = files("sim.draft.rules").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(StringIO(text)))


def _indexed(column: str, key_word: int) -> dict[str, tuple[Phrase, ...]]:
    """Index phrases by the lemma they hang on, longest first."""
    found: dict[str, list[Phrase]] = {}
    for row in table("acts.csv"):
        act = Act(row["way"], row["cameo"], row["kind"])
        for phrase in filter(None, row[column].split(";")):
            words = phrase.split()
            key = words.pop(key_word)
            found.setdefault(key, []).append(Phrase(act, tuple(words)))
    return {key: tuple(sorted(ones, key=lambda one: -len(one.rest))) for key, ones in found.items()}


@cache
def verbs() -> Mapping[str, tuple[Phrase, ...]]:
    """Acts by the lemma of their verb."""
    return _indexed("verbs", 0)


@cache
def nouns() -> Mapping[str, tuple[Phrase, ...]]:
    """Acts by the lemma of their noun, the last word of a phrase."""
    return _indexed("nouns", -1)


@cache
def words(group: str) -> frozenset[str]:
    """Return the words of a group of `words.csv`."""
    return frozenset(next(row["words"] for row in table("words.csv") if row["group"] == group).split(";"))


@cache
def goldstein() -> Mapping[str, float]:
    """Scores by CAMEO code."""
    return {row["code"]: float(row["goldstein"]) for row in table("goldstein.csv")}
