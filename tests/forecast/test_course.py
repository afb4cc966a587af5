"""The course of a run: turning points that follow from its path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.forecast.course import LEAST, MOST, course_of, crossings
from sim.forecast.replay import replay
from sim.runs.block.blocks import RECORD
from sim.runs.block.watches import Paths
from tests import worlds

DAYS = 60
ACTORS = ("attacker", "backer", "shield", "town", "envoy")


def path(*, posture: dict[str, Any] | None = None, agreed: Any = (), strikes: Any = ()) -> Paths:
    """Return a path on which nothing moves but what is given, by day from the start."""
    postures = np.full((DAYS + 1, len(ACTORS), 1), 0.2, dtype=np.float32)
    for name, values in (posture or {}).items():
        postures[: len(values), ACTORS.index(name), 0] = values
        postures[len(values) :, ACTORS.index(name), 0] = values[-1]
    agreement = np.zeros((DAYS + 1, 1), dtype=np.bool_)
    for first, last in agreed:
        agreement[first + 1 : last + 1] = True
    strike = np.zeros((DAYS, 1), dtype=np.bool_)
    strike[list(strikes)] = True
    stance = np.full_like(postures, -0.5)
    return Paths(
        stance, postures, agreement, np.zeros_like(strike), strike, np.zeros((0, strike.shape[-1]), dtype=np.int16)
    )


def course(tmp_path: Path, one: Paths, end: int = 0, offensive: int = DAYS, terms: int = DAYS) -> dict[str, Any]:
    record = np.zeros(1, dtype=RECORD)
    record["end"], record["offensive"], record["terms"] = end, offensive, terms
    return course_of(worlds.load(tmp_path), one, record[0])


def told(one: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(turn["day"], turn["kind"], turn.get("actor")) for turn in one["turns"]]


def test_a_wobble_around_a_level_is_no_crossing() -> None:
    values = np.array([0.4, 0.51, 0.49, 0.52, 0.48, 0.5, 0.54, 0.56, 0.53, 0.49, 0.47, 0.44])
    assert crossings(values, 0.5, 0.05) == [(5, True), (9, False)]
    assert crossings(np.array([0.4, 0.52, 0.48]), 0.5, 0.05) == []
    assert crossings(np.array([0.6, 0.4]), 0.5, 0.05) == [(1, False)]


def test_each_turning_point_stands_on_its_day(tmp_path: Path) -> None:
    """Entry n of a path is the end of day n - 1, so what is first seen in entry 11 came on day 10."""
    rising = [0.2] * 11 + [0.7]
    one = course(
        tmp_path, path(posture={"backer": rising}, agreed=[(20, 30), (40, 61)], strikes=(3, 12, 14, 18)), end=1
    )
    assert told(one) == [
        (3, "strike", None),
        (10, "rise", "backer"),
        (18, "bombing", None),
        (20, "agreement", None),
        (30, "breakdown", None),
        (40, "agreement", None),
    ]
    assert one["turns"][4]["lasted"] == 10
    assert [turn.get("count") for turn in one["turns"][3:]] == [1, 1, 2]
    assert one["turns"][1]["levels"] == {"shield": 0.2}
    assert one["phases"] == [[0, "standoff"], [21, "agreement"], [31, "standoff"], [41, "agreement"]]
    assert (one["agreements"], one["breakdowns"], one["strikes"]) == (2, 1, [3, 12, 14, 18])


def test_nothing_after_the_offensive_is_told(tmp_path: Path) -> None:
    one = course(tmp_path, path(strikes=(5, 6, 30), posture={"shield": [0.2] * 31 + [0.8]}), end=4, offensive=20)
    assert told(one) == [(5, "strike", None), (20, "full", None)]
    assert (one["day"], one["days"], one["strikes"]) == (20, 21, [5, 6])


def test_terms_end_a_run_as_an_offensive_does(tmp_path: Path) -> None:
    one = course(tmp_path, path(strikes=(5, 6, 30)), end=2, terms=20)
    assert told(one) == [(5, "strike", None), (20, "terms", None)]
    assert (one["end"], one["day"], one["days"], one["strikes"]) == ("terms", 20, 21, [5, 6])


def test_a_run_in_which_nothing_happens_says_how_things_stand(tmp_path: Path) -> None:
    one = course(tmp_path, path())
    assert [turn["kind"] for turn in one["turns"]] == ["still"] * LEAST
    assert len({turn["day"] for turn in one["turns"]}) == LEAST


def test_of_many_turning_points_those_of_highest_rank_are_kept(tmp_path: Path) -> None:
    wild = {"town": [0.2, 0.8] * 20, "envoy": [0.2, 0.8] * 20, "backer": [0.2] * 50 + [0.9]}
    one = course(tmp_path, path(posture=wild, agreed=[(5, 9)], strikes=(58,)))
    assert len(one["turns"]) == MOST
    kinds = [(turn["kind"], turn.get("actor")) for turn in one["turns"]]
    assert {("strike", None), ("agreement", None), ("breakdown", None), ("rise", "backer")} <= set(kinds)


@pytest.mark.parametrize("rate", [0.0, 5.0], ids=["calm", "eager"])
def test_every_run_has_a_course(tmp_path: Path, rate: float) -> None:
    scenario = worlds.load(tmp_path, question__horizon=30, parameters={"launch_rate": rate, "agreement_rate": rate})
    for trace in (replay(scenario, run) for run in range(0, 400, 20)):
        one = course_of(scenario, trace.path, trace.record)
        assert one["turns"] == sorted(one["turns"], key=lambda turn: turn["day"])
        assert one["days"] == trace.days
        assert (one["day"] is None) == (one["end"] in ("standoff", "agreement"))
