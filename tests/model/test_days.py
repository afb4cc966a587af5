"""Days played from a recording are, to the bit, those that the agents play."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.model import days
from sim.model.chance import Dice
from sim.model.crisis import Crisis
from sim.model.days import Days
from sim.model.inputs import draw_inputs, inputs_of
from sim.model.setting import Setting
from sim.scenario.edit import changed
from sim.scenario.scenario import Scenario
from tests import worlds
from tests.places import ROOT, SHIPPED, cases

DOCKED = sorted((ROOT / "tests" / "docking" / "scenarios").glob("*.yaml"))
RUNS = 70  # not a multiple of what a loop takes
FIERCE = {"launch_rate": 0.9, "terms_rate": 0.5, "strike_rate": 0.5}


class Histories:
    """All that an observer may see of a crisis whose days come from a recording."""

    def __init__(self) -> None:
        self.days: list[list[bytes]] = []

    def start(self, crisis: Crisis) -> None:
        self.days = []
        self.day_end(crisis)

    def day_end(self, crisis: Crisis) -> None:
        theatre = vars(crisis.theatre)
        seen: list[Any] = [one for one in theatre.values() if isinstance(one, np.ndarray)]
        seen += [*crisis.theatre.firsts.values()]
        seen += [np.broadcast_to(one, RUNS) for one in crisis.happened.values()]
        seen += [one for actor in crisis.actors for one in (actor.stance, actor.posture)]
        self.days.append([one.tobytes() for one in seen])

    def next_look(self, day: int) -> int:
        return day


def crisis(scenario: Scenario, runs: int = RUNS) -> Crisis:
    return Crisis(Setting(scenario, draw_inputs(inputs_of(scenario), 3, 0, runs, 2), Dice(3, 0)))


def assert_same(scenario: Scenario) -> None:
    played, recorded = Histories(), Histories()
    whole = crisis(scenario).play(played)
    days.play(crisis(scenario), recorded)
    at_once = days.play(crisis(scenario))
    for name in ("offensive", "terms", "full", "breakdowns", "ended"):
        assert np.array_equal(getattr(whole, name), getattr(at_once, name)), f"{name}, several days at a time"
    assert len(played.days) == len(recorded.days)
    for day, (one, other) in enumerate(zip(played.days, recorded.days, strict=True)):
        assert one == other, f"the end of day {day - 1}"


@pytest.mark.parametrize("path", [*DOCKED, *SHIPPED], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_they_are_the_same(path: Path) -> None:
    assert_same(sim.load(path))


@pytest.mark.slow
@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_they_are_the_same_in_past_cases(path: Path) -> None:
    assert_same(sim.load(path))


@pytest.mark.parametrize(
    "changes",
    [
        {"ties": {}},
        {"parameters": {"strike_rate": 0, "terms_rate": 0}},
        {"strikes": "off", "terms": "off"},
        {"start": {"phase": "agreement"}},
        {"actors__backer": None, "ties": {}},
        {"actors__shield": None, "actors__envoy": None, "ties": {}},
        {"actors__shield__held": True},
        {"talks": {"summit": {"start": {"uniform": [5, 20]}, "boost": 3}}},
        {"credibility": {"uniform": [0, 1]}, "population": None},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_they_are_the_same_in_crises_of_other_kinds(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert_same(worlds.load(tmp_path, **changes))


NUMBER = st.sampled_from([0.3, {"uniform": [0.1, 0.6]}])
SINCE = st.sampled_from([{"start": 5}, {"start": {"uniform": [0, 9]}}, {"after": "strikes"}, {"after": "breakdown"}])
HOW = st.fixed_dictionaries(
    {}, optional={"ramp": st.just({"uniform": [2, 9]}), "end": st.just(40), "half_life": st.just({"uniform": [5, 30]})}
)
WHEN = st.sampled_from([{"date": 9}, {"date": {"uniform": [0, 30]}}, {"from": 3, "until": 25, "probability": 0.6}])
IF = st.sampled_from([{}, {"if": "strikes"}, {"if": "no agreement"}])
ON = st.sampled_from([
    {"on": "attacker", "field": "posture"}, {"on": "backer", "field": "stance"}, {"on": "shield", "field": "strength"},
    {"on": {"from": "backer", "to": "attacker"}, "field": "leverage"},
    {"on": {"from": "envoy", "to": "shield"}, "field": "leverage"},
])  # fmt: skip


def joined(*parts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def event() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda number, *parts: joined({"add": number}, *parts), NUMBER, ON, WHEN, IF)


def pressure(source: str, target: str, channel: str) -> st.SearchStrategy[dict[str, Any]]:
    fixed = {"from": source, "on": target, "aim": "restrain", "channel": channel}
    return st.builds(lambda number, *parts: joined(fixed, {"intensity": number}, *parts), NUMBER, SINCE, HOW)


MIXED = st.fixed_dictionaries(
    {
        "pressures": st.fixed_dictionaries({}, optional={
            "plea": pressure("envoy", "backer", "persuasion"), "threat": pressure("shield", "backer", "conditional"),
            "price": pressure("backer", "attacker", "conditional"),
        }),
        "events": st.dictionaries(st.sampled_from("ab"), event()),
        "ties__backer__attacker": NUMBER, "credibility": NUMBER, "actors__backer__ambiguity": NUMBER,
        "start": st.sampled_from([{"phase": "agreement"}, {"phase": "standoff"}]),
        "parameters": st.just({"launch_rate": 0.2, "terms_rate": 0.2, "agreement_rate": 0.4, "break_rate": 0.3}),
    }
)  # fmt: skip


@pytest.mark.slow
@given(MIXED)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_they_are_the_same_whatever_comes_together(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert_same(worlds.load(tmp_path, **json.loads(json.dumps(changes))))  # no two parts are one object


def test_a_crisis_whose_runs_have_all_ended_is_over(tmp_path: Path) -> None:
    scenario = worlds.load(
        tmp_path, parameters=FIERCE, actors__attacker__stance=1, actors__attacker__self_reliance=1, credibility=0.0
    )
    one = crisis(scenario)
    theatre = days.play(one, Histories())
    assert theatre.ended.all()
    assert one.day < scenario.horizon - 1, "the last days are not played"
    assert_same(scenario)


def test_a_day_is_recorded_once_for_each_structure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded: list[Crisis] = []
    record = days._record
    monkeypatch.setattr(days, "_recorded", {})
    monkeypatch.setattr(days, "_record", lambda one, numbers: recorded.append(one) or record(one, numbers))
    scenario = worlds.load(tmp_path)
    for _ in range(2):
        days.play(crisis(scenario), days=2)
    days.play(crisis(changed(scenario, {"actors.backer.stance": {"normal": [-0.2, 0.1]}}), 30), days=2)
    assert len(recorded) == 1, "neither other numbers nor fewer runs are another structure"
    days.play(crisis(changed(scenario, {"actors.backer.stance": 0.3}), 30), days=2)
    assert len(recorded) == 2, "a single number is"


def test_recording_leaves_a_crisis_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(days, "_recorded", {})
    one = crisis(sim.load(DOCKED[1]))
    before = [(held, dict(held)) for part in (one, one.theatre, *one.actors) for held in [vars(part)]]
    Days(one)
    for held, was in before:
        assert held.keys() == was.keys()
        for key, value in was.items():
            if isinstance(value, np.ndarray):
                assert np.array_equal(held[key], value), key
            else:
                assert held[key] is value or held[key] == value, key


def test_what_changes_must_be_an_array_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(days, "_recorded", {})
    one = crisis(worlds.load(tmp_path))
    one.actors[0].perceived = one.actors[1].perceived
    with pytest.raises(RuntimeError, match="expected an array of its own for perceived, which changes"):
        Days(one)
    other = crisis(worlds.load(tmp_path))
    other.actors[0].posture = np.float32(0.5)  # type: ignore[assignment]
    with pytest.raises(RuntimeError, match="expected an array of its own for posture, which changes"):
        Days(other)
    third = crisis(sim.load(DOCKED[1]))  # an event shifts the attacker's strength
    third._values["actors.attacker.strength"] = third.actors[0].strength
    with pytest.raises(RuntimeError, match="expected an array of its own for strength, which changes"):
        Days(third)
