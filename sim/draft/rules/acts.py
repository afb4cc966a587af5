"""What words mean: tables of acts and of word groups, read from the package's data.

`acts.csv` has about 2,900 verbs and phrases and 430 event nouns, each with its way (how it bears on an offensive), a
CAMEO code and the kind of its item. `words.csv` has the words that show what a statement is about (force or its
opposite), the words for those who act for a state, and, in the groups `ways-...`, the ways that individual rules
use. Both are our own. `cameo.csv` has CAMEO codes with their scores on the Goldstein scale (Goldstein 1992, as
published by GDELT), and short names of the twenty roots (Schrodt 2012).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import NamedTuple


class Act(NamedTuple):
    """A kind of act; `way`, a row of `ways.csv`, says how it bears on an offensive."""

    way: str
    cameo: str
    kind: str


ASSURE = Act("promise", "0356", "assurance")
THREAT = Act("threaten", "138", "threat")
REFUSE = Act("reject", "120", "refusal")
JUDGE = Act("criticize", "111", "criticism")
DEMAND = Act("demand", "102", "demand")
APPEAL = Act("urge", "0256", "statement")
OMIT = Act("omit", "", "omission")
OPEN = Act("say", "014", "statement")
NO_FORCE = Act("truce", "0356", "assurance")
STAY_OUT = Act("withdraw", "121", "refusal")
SIDE = Act("support", "051", "statement")
HOLD = Act("hold", "074", "deployment")
RELY = Act("rely", "", "structural")


class Phrase(NamedTuple):
    """An act, and the words that must be near its verb or noun."""

    act: Act
    rest: tuple[str, ...]


def table(name: str) -> list[dict[str, str]]:
    """Read a table of the package, one dict per row."""
    text = files("sim.draft.rules").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(StringIO(text)))


def _indexed(column: str, key_word: int) -> dict[str, tuple[Phrase, ...]]:
    """Index phrases by their key lemma, longest first."""
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
    """Return phrases keyed by the lemma of their verb."""
    return _indexed("verbs", 0)


@cache
def nouns() -> Mapping[str, tuple[Phrase, ...]]:
    """Return phrases keyed by the lemma of their noun, which is the last word of the phrase."""
    return _indexed("nouns", -1)


@cache
def words(*groups: str) -> frozenset[str]:
    """Return the words of some groups of `words.csv`."""
    return frozenset(word for row in table("words.csv") if row["group"] in groups for word in row["words"].split(";"))


@cache
def goldstein() -> Mapping[str, float]:
    """Return Goldstein scores keyed by CAMEO code."""
    return {row["code"]: float(row["goldstein"]) for row in table("cameo.csv")}


@cache
def roots() -> Mapping[str, str]:
    """Return names of CAMEO roots keyed by their two digits."""
    return {row["code"]: row["root"] for row in table("cameo.csv") if row["root"]}
