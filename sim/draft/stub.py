"""A scenario begun: its actors and the day, and TODO wherever a person has to say how strong, how firm, how tied.

It does not load, so that no forecast rests on numbers that nobody chose; `offramp validate` names what is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.draft.schema import DraftFile, Member

NOTES = {
    "resolve": "how firmly it keeps its own view, 0 to 1",
    "posture": {
        "initiator": "how ready it is on day 0",
        "patron": "how far it backs the initiator on day 0",
        "guarantor": "how far it deters on day 0",
        "defender": "how far it provokes on day 0",
        "mediator": "how engaged it is on day 0",
    },
    "strength": "military weight in the theatre; the initiator's is 1",
    "self_reliance": "what it can do without its patron",
}
_PLAIN = re.compile(r"[A-Z][\w.'-]*( [\w.'-]+)*")


def stub(name: str, draft: DraftFile, read: Collection[str]) -> str:
    """Return the scenario file of a draft's cast.

    Parameters
    ----------
    name
        What the scenario is called by, such as its folder.
    read
        Actors whose stance the evidence gives.
    """
    return "".join(f"{line}\n" for line in _lines(name, draft, read))


def _lines(name: str, draft: DraftFile, read: Collection[str]) -> Iterator[str]:
    yield "# A scenario begun from articles. It does not run before every TODO is a number, a level of the codebook"
    yield "# (docs/cases.md) or a text: `offramp validate THIS_FILE` names what is missing, docs/scenario.md says how."
    yield "schema: offramp/scenario/1"
    yield f"id: {_id(name)}"
    yield "title:  # TODO: the question in one line"
    yield ""
    yield "question:"
    yield f"  as_of: {draft.as_of.isoformat()}"
    yield "  horizon: 90 days"
    yield "  resolves:  # TODO: what has to happen, seen by whom"
    yield "  does_not_resolve:  # TODO: what is close to it and does not count"
    yield ""
    yield "evidence: ./evidence.yaml"
    yield ""
    yield "population: TODO  # people at risk"
    yield "credibility: TODO  # how far agreements are kept in this conflict"
    yield ""
    yield "actors:"
    patrons = any(member.role == "patron" for member in draft.cast.values())
    for id_, member in draft.cast.items():
        yield from _actor(id_, member, read=id_ in read, patrons=patrons)
    yield ""
    yield "# source: {target: leverage of source over target, 0 to 1}"
    yield "ties: TODO"


def _actor(id_: str, member: Member, *, read: bool, patrons: bool) -> Iterator[str]:
    yield f"  {id_}:"
    yield f"    role: {member.role}"
    yield f"    name: {_text(member.name)}"
    yield "    stance: evidence" if read else "    stance: TODO  # no item of the evidence reads it"
    yield f"    posture: TODO  # {NOTES['posture'][member.role]}"  # type: ignore[index]
    yield f"    resolve: TODO  # {NOTES['resolve']}"
    if member.role in ("guarantor", "defender"):
        yield f"    strength: TODO  # {NOTES['strength']}"
    if member.role == "initiator" and patrons:
        yield f"    self_reliance: TODO  # {NOTES['self_reliance']}"


def _id(name: str) -> str:
    """Make an id of a name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].rstrip("-") or "crisis"


def _text(name: str) -> str:
    """Write a name as YAML, in quotes where it might be read as something else."""
    if _PLAIN.fullmatch(name) and name.casefold() not in ("true", "false", "null"):
        return name
    return json.dumps(name, ensure_ascii=not name.isprintable())
