"""Inputs without any effect: each reason at the edge where it begins to hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.scenario.inert import why_inert
from tests import worlds

OUTSIDE = "the pressure does not act within the window"
CONSTANT = "the pressure is in force and constant since before day 0, and only what changes afterwards counts"
NOT_HELD = "the talks are not held within the window"
APPEAL = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0.5, "start": 3}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, None),
        ({"start": 29}, None),
        ({"start": 30}, OUTSIDE),
        ({"start": {"uniform": [29, 40]}}, None),
        ({"start": -9, "end": 0}, None),
        ({"start": -9, "end": -1}, OUTSIDE),
        ({"start": -9}, CONSTANT),
        ({"start": -1}, CONSTANT),
        ({"start": 0}, None),
        ({"start": {"uniform": [-9, 0]}}, None),
        ({"start": -9, "end": 30}, CONSTANT),
        ({"start": -9, "end": 29}, None),
        ({"start": -9, "half_life": 5}, None),
        ({"start": -9, "ramp": 9}, CONSTANT),
        ({"start": -9, "ramp": 10}, None),
        ({"intensity": 0}, "the intensity of the pressure is 0"),
        ({"intensity": {"uniform": [0, 1]}}, None),
        ({"on": "town"}, "Envoy has no leverage over Town"),
    ],
)
def test_a_pressure_that_cannot_move_anything_is_said_to(
    tmp_path: Path, changes: dict[str, Any], said: str | None
) -> None:
    scenario = worlds.load(tmp_path, pressures={"appeal": {**APPEAL, **changes}})
    assert why_inert(scenario, "pressures.appeal.intensity", 30) == said


@pytest.mark.parametrize(
    ("talks", "said"),
    [
        ({"start": 29, "boost": 2}, None),
        ({"start": 30, "boost": 2}, NOT_HELD),
        ({"start": 0, "boost": 2}, None),
        ({"start": -9, "end": 1, "boost": 2}, None),
        ({"start": {"uniform": [29, 50]}, "boost": 2}, None),
        ({"start": 3, "boost": 0}, "the boost of the talks is 0"),
        ({"start": 3, "boost": {"uniform": [0, 1]}}, None),
    ],
)
def test_talks_that_cannot_move_anything_are_said_to(tmp_path: Path, talks: dict[str, Any], said: str | None) -> None:
    assert why_inert(worlds.load(tmp_path, talks={"summit": talks}), "talks.summit.boost", 30) == said


def test_no_other_input_is_said_to_have_no_effect(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, pressures={"appeal": {**APPEAL, "start": 59}})
    assert why_inert(scenario, "actors.backer.resolve", 30) is None
