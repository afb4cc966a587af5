"""Crises of any size, to see how speed depends on the number of actors: as connected as those of real scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

import sim
from sim.scenario.scenario import Scenario

ROLES = ("defender", "guarantor", "patron", "mediator")
STANCES = {"initiator": 0.7, "patron": 0.2, "guarantor": -0.5, "defender": -0.8, "mediator": -0.5}


def cast(actors: int, folder: Path) -> Scenario:
    """Return a crisis with an initiator and others of each role in turn.

    Everybody listens to two others, and half of them are pressed by one of the two.
    """
    roles = ["initiator", *(ROLES[number % len(ROLES)] for number in range(actors - 1))]
    names = [f"actor-{number}" for number in range(actors)]
    document = {
        "schema": "offramp/scenario/1",
        "id": f"cast-of-{actors}",
        "title": f"A crisis of {actors} actors",
        "question": {
            "as_of": "2018-08-19",
            "horizon": "180 days",
            "resolves": "Yes, if the ground offensive begins.",
            "does_not_resolve": "Air strikes by themselves.",
        },
        "sample": "crises",
        "actors": {name: _actor(name, role) for name, role in zip(names, roles, strict=True)},
        "ties": _ties(names),
        "pressures": {f"on-{name}": _pressure(names, number) for number, name in enumerate(names) if number % 2},
    }
    path = folder / f"{document['id']}.yaml"
    path.write_text(yaml.safe_dump(document))
    return sim.load(path)


def _actor(name: str, role: str) -> dict[str, Any]:
    written: dict[str, Any] = {
        "name": f"Actor {name}",
        "role": role,
        "stance": {"normal": [STANCES[role], 0.25]},
        "resolve": {"triangular": [0.5, 0.7, 0.9]},
        "salience": {"triangular": [0.6, 0.8, 1.0]},
        "posture": {"triangular": [0.1, 0.3, 0.5]},
    }
    if role in ("guarantor", "defender"):
        written["strength"] = {"lognormal": [0.3, 0.4]}
    if role == "initiator":
        written["self_reliance"] = {"triangular": [0.2, 0.4, 0.6]}
    return written


def _ties(names: list[str]) -> dict[str, dict[str, Any]]:
    """Leverage of everybody over the two before them."""
    return {
        name: {names[number - step]: {"uniform": [0.1, 0.5]} for step in (1, 2)} for number, name in enumerate(names)
    }


def _pressure(names: list[str], number: int) -> dict[str, Any]:
    channel = "conditional" if number % 4 == 1 else "persuasion"
    source = names[(number + 1) % len(names)]
    return {
        "from": source,
        "on": names[number],
        "aim": "restrain",
        "channel": channel,
        "intensity": {"uniform": [0.3, 0.7]},
        "start": "2018-08-24",
        "half_life": "90 days",
    }
