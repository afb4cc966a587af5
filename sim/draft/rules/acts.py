"""What words mean: tables of acts, their ways and word groups, read from the package's data.

`acts.csv` has about 2,900 verbs and phrases and 430 event nouns, each with its way (how it bears on an offensive), a
CAMEO code and the kind of its item. `words.csv` has the words that show what a statement is about (force or its
opposite), the words for those who act for a state, and, in the groups `ways-...`, the ways that individual rules
use. Both are our own. `cameo.csv` has CAMEO codes with their scores on the Goldstein scale (Goldstein 1992, as
published by GDELT), and short names of the twenty roots (Schrodt 2012).

`ways.csv` has one row per way: what it amounts to, by role, and the sentence of its item. Those who would attack (the
initiator and its patron) move towards an offensive with force, threats and demands and away from it with talks,
pull-backs and assurances. For all other roles nearly every act speaks against it; only giving way, staying out or
pulling back speaks for it. The sizes are ours, on the grid from -1 to 1, modelled on the hand-coded evidence of the
Idlib scenario. Column `friend` is for acts of attackers towards their own side, `matter` for acts whose sign, for an
attacker, is that of their matter.

A sentence contains only names of the cast and of the act, never words of the article, so it can share six consecutive
words with an article only by chance; if it does, a plainer sentence is used.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import NamedTuple

from sim.articles.paragraphs import copies

FOR = frozenset(["initiator", "patron"])
_SIZES = ("initiator", "patron", "guarantor", "mediator", "defender", "friend", "matter")
_TOLD = {
    "hearsay": "By report: ",
    "claim": "As another party tells it: ",
    "guess": "As the author reads it: ",
    "article": "",
}
_ABOUT = {1: ", on the use of force", -1: ", on restraint or a settlement", 0: ""}


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


@cache
def ways() -> Mapping[str, Mapping[str, str]]:
    """Return the rows of the table, keyed by way."""
    return {row["way"]: row for row in table("ways.csv")}


@cache
def _sizes(way: str) -> Mapping[str, float]:
    row = ways()[way]
    return {key: float(row[key]) for key in _SIZES if row[key]}


def bearing(way: str, matter: int, actor: str, targets: Sequence[str]) -> float:
    """Return the bearing of an act on the actor's support for an offensive.

    Parameters
    ----------
    way
        Way of the act, a row of the table.
    matter
        +1 if it is about force, -1 if about its opposite, 0 if neither.
    actor, targets
        Roles of the parties; targets outside the cast are left out.
    """
    sizes = _sizes(way)
    if actor not in FOR:
        return 0.25 if way == "say" and matter > 0 else sizes[actor]  # it expects force but does not wish for it
    if matter and "matter" in sizes:
        return sizes["matter"] * matter
    if actor == "patron" and not targets:  # help without a target is help to its client
        return {"promise": 0.5, "support": 0.5, "cutaid": -0.5}.get(way, sizes[actor])
    friends = bool(targets) and FOR.issuperset(targets)
    return sizes["friend"] if friends and "friend" in sizes else sizes[actor]


def says(way: str, actor: Sequence[str], target: Sequence[str], matter: int, told: str) -> str:
    """Return the sentence for an act between named parties; the bracketed part of a template needs a target."""
    template = re.sub(r"\[(.*?)\]", r"\1" if target else "", ways()[way]["says"])
    whom = _listed(target) if target else "somebody"
    return _TOLD[told] + template.format(actor=_listed(actor), target=whom, about=_ABOUT[matter])


def own_words(sentence: str, kind: str, paragraph: str) -> str:
    """Return the sentence, or a plainer one if it shares six consecutive words with its paragraph."""
    return sentence if copies(sentence, paragraph) is None else f"Proposed {kind}; see the marked words."


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
