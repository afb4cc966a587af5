"""Events in a forecast: the record has each with its name, days and chance, a story says when one comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.explorer.controls import groups_of, off_changes
from sim.forecast.course import course_of
from sim.forecast.forecast import Forecast
from sim.forecast.replay import replay
from sim.report.pages.counterfactuals import label_of
from sim.report.reading import input_name
from sim.report.sections.schedule import marks, schedule_table
from sim.report.sections.story import story_of
from sim.runs.block.blocks import BlockTask, run_block
from sim.runs.block.conditions import EventBy
from sim.runs.block.shapes import is_of
from tests import worlds

EVENTS = {
    "election": {"name": "the election", "on": "shield", "field": "stance", "add": 0.2, "date": "2020-01-04"},
    "troops": {"on": "attacker", "field": "strength", "add": {"uniform": [-0.3, -0.1]}, "from": 2, "until": 9,
               "probability": 0.7},
    "deal": {"on": {"from": "shield", "to": "backer"}, "field": "leverage", "add": {"uniform": [-0.1, 0.1]},
             "date": 6, "if": "no strikes"},
}  # fmt: skip
ANSWER = {"name": "the sanctions", "from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0.5,
          "after": "strikes", "delay": 3}  # fmt: skip


@pytest.fixture(scope="module")
def forecast(tmp_path_factory: pytest.TempPathFactory) -> Forecast:
    value = worlds.crisis(question__horizon=20, question__milestones=[10], events=EVENTS, pressures__answer=ANSWER)
    value["events"]["election"]["date"] = 3
    return sim.run(sim.load(worlds.write(tmp_path_factory.mktemp("events"), value)), runs=4096, seed=3)


def rows(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in record["schedule"]}


def test_the_record_has_events_with_their_days_and_how_often_they_happened(forecast: Forecast) -> None:
    entries = rows(forecast.record())
    election, troops, deal = (entries[name] for name in EVENTS)
    assert (election["name"], election["start"], election["end"], election["probability"]) == (
        "the election",
        3,
        None,
        1,
    )
    assert (troops["name"], troops["start"], troops["end"], troops["probability"]) == ("Troops", 2, 10, 0.7)
    assert (deal["on"], deal["if"]) == ({"from": "shield", "to": "backer"}, "no strikes")
    standing = 1 - forecast.record()["incidence"]["offensive"]["p"][3] - forecast.record()["incidence"]["terms"]["p"][3]
    assert election["happens"]["p"] == pytest.approx(standing, abs=1e-5)
    assert 0.5 < troops["happens"]["p"] < 0.7
    assert 0 < deal["happens"]["p"] < 1


def test_what_an_event_adds_is_an_input_of_whom_it_is_on(forecast: Forecast) -> None:
    inputs = {one["path"]: one for one in forecast.record()["drivers"]["by"]["20"]["inputs"]}
    assert inputs["events.troops.add"]["group"] == "attacker"
    assert inputs["events.deal.add"]["group"] == "shield"
    assert input_name(forecast.record(), "events.troops.add") == "Size of Troops"
    assert inputs["events.troops.add"]["no_effect"] is None


def test_a_story_says_when_an_event_comes_and_what_it_moves(forecast: Forecast) -> None:
    scenario = forecast.scenario
    trace = replay(scenario, 96, seed=3)
    assert (trace.path.events < 20).all()
    told = " ".join(story_of(forecast.record(), course_of(scenario, trace.path, trace.record)))
    assert "on 4 January, Shield’s deterrence rises past one half" in told
    assert "The same day, with the election, Shield’s support for an offensive rises." in told
    assert ", with Troops, Attacker’s strength falls." in told
    assert ", with Deal, Shield’s leverage over Backer shifts." in told


def test_the_days_of_a_replay_are_those_of_the_block(forecast: Forecast) -> None:
    scenario = forecast.scenario
    block = run_block(BlockTask(scenario, 3, 0, 2, sampled=8))
    assert block.paths is not None
    traces = [replay(scenario, run, seed=3) for run in range(8)]
    assert np.array_equal(block.paths.events, np.concatenate([one.path.events for one in traces], axis=1))


def test_the_table_and_the_marks_say_events_and_answers(forecast: Forecast) -> None:
    table = {row[0]: row for row in schedule_table(forecast.record()).rows}
    assert table["The sanctions"][3] == "3 days after the first strike"
    assert table["The election"][1:4] == ("Shifts the stance of Shield", "–", "4 Jan 2020")
    assert table["Troops"][5] == "uniform −0.3, −0.1; 70% likely"
    assert table["Deal"][1] == "Shifts the leverage of Shield over Backer"
    labels = [one.label for one in marks(forecast.record())]
    assert labels == [
        "Troops may come from this day on, 70% likely (shifts the strength of Attacker)",
        "The election comes (shifts the stance of Shield)",
        "Deal may come (shifts the leverage of Shield over Backer)",
        "Troops can no longer come",
    ]
    assert label_of(forecast.record(), {"kind": "certain", "subject": "troops"}) == "Troops is certain to take place"


def test_counts_of_events_are_checked_and_counted_where_something_is_given(forecast: Forecast) -> None:
    scenario = forecast.scenario
    for given in ((), (EventBy("strikes", 5, happened=False),)):
        task = BlockTask(scenario, 3, 0, 2, given=given)
        block = run_block(task)
        assert len(block.tally["events"]) == len(EVENTS)
        assert is_of(task, block.tally, block.records)


def test_the_explorer_switches_an_event_off_by_its_probability(forecast: Forecast) -> None:
    scenario = forecast.scenario
    (last,) = [group for group in groups_of(scenario) if not group.id]
    assert last.name == "Events"
    hints = {one.path: (one.label, one.hint) for one in last.switches}
    assert hints["events.election"] == ("The election", "Shifts the stance of Shield on 4 January 2020.")
    assert hints["events.troops"][1] == "May shift the strength of Attacker between 3 January 2020 and 10 January 2020."
    assert scenario.with_(off_changes(scenario, "events.troops")).events["troops"].probability.mean == 0
    (envoy,) = [group for group in groups_of(scenario) if group.id == "envoy"]
    assert "after a strike" in envoy.switches[0].hint
    assert envoy.switches[0].label == "The sanctions"


def test_a_sweep_varies_the_probability_of_an_event(forecast: Forecast, tmp_path: Path) -> None:
    base = worlds.write(tmp_path, worlds.crisis(events={"troops": EVENTS["troops"]}), "base.yaml")
    cells = sim.sweep(base, {"events.troops.probability": [0, 0.5, 1]}, runs=512)
    assert len(cells.to_frame()["cell"].unique()) == 3
