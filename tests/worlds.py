"""Small scenarios for tests, written to a temporary folder and loaded as users' files are."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import sim
from sim.scenario.scenario import Scenario

CRISIS: dict[str, Any] = {
    "schema": "offramp/scenario/1",
    "id": "crisis",
    "title": "Does it begin?",
    "question": {
        "as_of": "2020-01-01",
        "horizon": 60,
        "milestones": [14, 30],
        "resolves": "It begins.",
        "does_not_resolve": "It does not.",
    },
    "calibration": "prior",
    "population": 1_000_000,
    "credibility": 0.6,
    "actors": {
        "attacker": {
            "role": "initiator",
            "stance": {"normal": [0.8, 0.1]},
            "strength": 1.0,
            "momentum": 0.5,
            "self_reliance": 0.1,
        },
        "backer": {"role": "patron", "stance": {"normal": [0.2, 0.2]}, "resolve": 0.5},
        "shield": {
            "role": "guarantor",
            "stance": {"normal": [-0.6, 0.2]},
            "strength": 0.4,
            "air_denial": 0.3,
            "resolve": 0.5,
        },
        "town": {"role": "defender", "stance": -0.9, "strength": 0.3, "militancy": 0.3},
        "envoy": {"role": "mediator", "stance": -0.6},
    },
    "ties": {
        "backer": {"attacker": 0.8, "shield": 0.4},
        "shield": {"backer": 0.4, "town": 0.5},
        "envoy": {"backer": 0.3, "shield": 0.2},
    },
    "pressures": {},
}


def crisis(**changes: Any) -> dict[str, Any]:
    """Return the small crisis with values replaced by dotted path, dots written as double underscores; None removes."""
    value = copy.deepcopy(CRISIS)
    for path, new in changes.items():
        *parents, last = path.replace("__", ".").split(".")
        node = node_at(value, parents)
        if new is None:
            node.pop(last, None)
        else:
            node[last] = new
    return value


def node_at(value: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    """Return the map below some keys, made where it is missing."""
    for key in keys:
        value = value.setdefault(key, {})
    return value


def write(folder: Path, value: dict[str, Any], name: str = "crisis.yaml") -> Path:
    """Write a scenario file."""
    path = folder / name
    with path.open("w", encoding="utf-8") as file:
        YAML().dump(value, file)
    return path


def load(folder: Path, **changes: Any) -> Scenario:
    """Load the small crisis with changes."""
    return sim.load(write(folder, crisis(**changes)))
