"""Explain: one run as plain values, which say what the ensemble counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

import sim
from sim.report.curves import run_figures
from sim.report.explanation import chance_text, explanation_of, explanation_report
from sim.report.json import to_json
from sim.report.study import study_markdown
from sim.scenario.scenario import Scenario
from sim.studies.explain import explain
from tests import worlds

RUNS = (0, 33, 4097)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    lively = {"launch_rate": 0.3, "agreement_rate": 0.3, "break_rate": 0.2}
    return worlds.load(tmp_path_factory.mktemp("explain"), question__horizon=40, parameters=lively)


@pytest.fixture(scope="module")
def records(scenario: Scenario) -> dict[int, dict[str, Any]]:
    return {run: explain(scenario, run, seed=2, command="offramp explain x") for run in RUNS}


def test_it_tells_of_the_run_that_was_counted(scenario: Scenario, records: dict[int, dict[str, Any]]) -> None:
    counted = sim.run(scenario, runs=4098, seed=2).records
    for run, record in records.items():
        course, one = record["course"], counted[run]
        assert course["day"] == (None if one["offensive"] == 40 else one["offensive"])
        assert course["breakdowns"] == one["breakdowns"]
        assert (course["strikes"] or [40])[0] == one["strikes"]
        assert (record["daily"]["happened"]["agreement"] or [40])[0] == one["agreement"]
        assert record["draw"] == run // 2


def test_every_day_is_there(records: dict[int, dict[str, Any]]) -> None:
    for record in records.values():
        daily, days = record["daily"], record["course"]["days"]
        assert daily["day"] == list(range(days))
        assert {len(values) for values in daily["chances"].values()} == {days}
        assert {len(values) for values in daily["ground"].values()} == {days + 1}
        for actor in daily["actors"].values():
            assert [len(actor[name]) for name in ("stance", "said", "perceived", "target", "posture")] == [
                days + 1, days, days, days, days + 1,
            ]  # fmt: skip


def test_it_is_json_and_the_same_each_time(scenario: Scenario, records: dict[int, dict[str, Any]]) -> None:
    again = explain(scenario, 33, seed=2, command="offramp explain x")
    assert to_json(again) == to_json(records[33])
    assert json.loads(to_json(again)) == again


def test_the_page_has_a_table_behind_each_figure_and_every_day(records: dict[int, dict[str, Any]]) -> None:
    for record in records.values():
        said, report = explanation_of(record), explanation_report(record)
        assert len(said.daily.rows) == record["course"]["days"]
        assert len(said.moments) == len({turn["day"] for turn in record["course"]["turns"]})
        figures = [part.figure for one in report.sections for part in one.parts if part.figure is not None]
        assert {one.id for one in figures} == set(run_figures(record))
        assert all(one.table.rows for one in figures)
        text = study_markdown(report)
        assert all(sentence.split(",")[0] in text for sentence in said.sentences[2:])


def test_the_dice_that_fell_are_told(records: dict[int, dict[str, Any]]) -> None:
    """On the day of its launch a run says that the offensive came, and by which chance."""
    launched = [record for record in records.values() if record["course"]["day"] is not None]
    assert launched
    for record in launched:
        said = explanation_of(record).moments[-1].dice
        chance = chance_text(record["daily"]["chances"]["launch"][-1])
        assert f"offensive {chance}, came" in said


@pytest.mark.parametrize(
    ("chance", "text"), [(0.0, "0%"), (0.0001, "less than 0.1%"), (0.0123, "1.2%"), (0.0996, "10%"), (0.456, "46%")]
)
def test_chances_have_two_digits(chance: float, text: str) -> None:
    assert chance_text(chance) == text
