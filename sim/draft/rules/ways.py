"""What each way of an act amounts to: its bearing on an offensive by role, and the sentence of its item.

`ways.csv` has one row per way. Those who would attack (the initiator and its patron) move towards it with force,
threats and demands and away from it with talks, pull-backs and assurances. For all other roles nearly every act speaks
against it; only giving way, staying out or pulling back speaks for it. The sizes are ours, on the grid from -1 to 1,
modelled on the hand-coded evidence of the Idlib scenario. Column `friend` is for acts of attackers towards their own
side, `matter` for acts whose sign, for an attacker, is that of their matter.

A sentence contains only names of the cast and of the act, never words of the article, so it can share six consecutive
words with an article only by chance; if it does, a plainer sentence is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from sim.articles.paragraphs import copies
from sim.draft.rules.acts import table

FOR = frozenset(["initiator", "patron"])
_SIZES = ("initiator", "patron", "guarantor", "mediator", "defender", "friend", "matter")
_TOLD = {
    "hearsay": "By report: ",
    "claim": "As another party tells it: ",
    "guess": "As the author reads it: ",
    "article": "",
}
_ABOUT = {1: ", on the use of force", -1: ", on restraint or a settlement", 0: ""}


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
