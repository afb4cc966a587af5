"""A scenario stub: the actors and the as-of date, and TODO wherever a person has to judge strength, resolve or ties.

It does not load, so that no forecast rests on numbers that nobody chose; `offramp validate` lists what is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from sim.scenario.written import yaml_of
from sim.wording import slug

if TYPE_CHECKING:
    from sim.draft.schema import DraftFile, Member

SCENARIO = """\
# A scenario begun from articles. It does not run before every TODO is a number, a level of the codebook
# (docs/cases.md) or a text: `offramp validate THIS_FILE` names what is missing, docs/scenario.md says how.
schema: offramp/scenario/1
{id}
title:  # TODO: the question in one line

question:
  as_of: {as_of}
  horizon: 90 days
  resolves:  # TODO: what has to happen, seen by whom
  does_not_resolve:  # TODO: what is close to it and does not count

evidence: ./evidence.yaml

population: TODO  # people at risk
credibility: TODO  # how far agreements are kept in this conflict
sample: TODO  # crises: ground under siege or fire; threats: between states at peace with one another

actors:
{actors}
# source: {{target: leverage of source over target, 0 to 1}}
ties: TODO
"""
ACTOR = """\
  {id}:
    role: {role}
    name: {name}
    stance: {stance}
    posture: TODO  # {posture} on day 0
    resolve: TODO  # how firmly it keeps its own view, 0 to 1
"""
STRENGTH = "    strength: TODO  # military weight in the theatre; the initiator's is 1\n"
SELF_RELIANCE = "    self_reliance: TODO  # what it can do without its patron\n"
POSTURES = {
    "initiator": "how ready it is",
    "patron": "how far it backs the initiator",
    "guarantor": "how far it deters",
    "defender": "how far it provokes",
    "mediator": "how engaged it is",
}
_PLAIN = re.compile(r"[A-Z][\w.'-]*( [\w.'-]+)*")


def stub(name: str, draft: DraftFile, read: Collection[str]) -> str:
    """Return the text of a scenario file for a draft's cast.

    Its id is made from a name, such as that of its folder. The evidence has readings of the stances of those `read`.
    """
    patrons = any(member.role == "patron" for member in draft.cast.values())
    actors = (_actor(id_, member, read=id_ in read, patrons=patrons) for id_, member in draft.cast.items())
    id_ = yaml_of({"id": slug(name) or "crisis"}).strip()  # quoted if it is a number
    return SCENARIO.format(id=id_, as_of=draft.as_of.isoformat(), actors="".join(actors))


def _actor(id_: str, member: Member, *, read: bool, patrons: bool) -> str:
    stance = "evidence" if read else "TODO  # no item of the evidence reads it"
    text = ACTOR.format(
        id=id_, role=member.role, name=_text(member.name), stance=stance, posture=POSTURES[member.role]
    )  # fmt: skip
    text += STRENGTH if member.role in ("guarantor", "defender") else ""
    return text + (SELF_RELIANCE if member.role == "initiator" and patrons else "")


def _text(name: str) -> str:
    """Return a name as YAML, quoted if it might be read as something else."""
    if _PLAIN.fullmatch(name) and name.casefold() not in ("true", "false", "null"):
        return name
    return json.dumps(name, ensure_ascii=not name.isprintable())
