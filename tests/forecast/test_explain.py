"""Explain: one run as plain values, which say what the ensemble counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

import sim
from sim.forecast.replay import explain
from sim.report import document_of
from sim.report.files import to_json
from sim.report.pages.explanation import chance_text
from sim.scenario.scenario import Scenario
from tests import worlds
from tests.report.said import charts, figures, markdown_of, section, tables, texts

RUNS = (0, 6, 4097)


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
    again = explain(scenario, 6, seed=2, command="offramp explain x")
    assert to_json(again) == to_json(records[6])
    assert json.loads(to_json(again)) == again


def test_the_page_has_a_table_behind_each_figure_and_every_day(records: dict[int, dict[str, Any]]) -> None:
    for record in records.values():
        document = document_of(record)
        shown = tables(document)
        assert len(shown["Every day of the run"].rows) == record["course"]["days"]
        moments = [caption for caption in shown if caption.startswith("What each actor wants")]
        assert len(moments) == len({turn["day"] for turn in record["course"]["turns"]})
        assert set(figures(document)) == set(charts(record))
        assert all(one.table.rows for one in figures(document).values())
        text = markdown_of(record)
        assert all(sentence.split(",")[0] in text for sentence in texts(section(record, "story"))[2:])


def test_the_number_on_the_page_is_that_of_what_ends_the_run(records: dict[int, dict[str, Any]]) -> None:
    record = next(one for one in records.values() if one["course"]["day"] is not None)
    for end, says in (("full", "the offensive begins"), ("terms", "terms of surrender come")):
        document = document_of({**record, "course": {**record["course"], "end": end}})
        assert document.number == f"Day {record['course']['day'] + 1}"
        assert document.says == f"on which {says} in this run"


def test_the_dice_that_fell_are_told(records: dict[int, dict[str, Any]]) -> None:
    """On the day of its launch a run says that the offensive came, and by which chance."""
    launched = [record for record in records.values() if record["course"]["day"] is not None]
    assert launched
    for record in launched:
        said = texts(section(record, "moments"))[-1]
        chance = chance_text(record["daily"]["chances"]["launch"][-1])
        assert f"offensive {chance}, came" in said


@pytest.mark.parametrize(
    ("chance", "text"), [(0.0, "0%"), (0.0001, "less than 0.1%"), (0.0123, "1.2%"), (0.0996, "10%"), (0.456, "46%")]
)
def test_chances_have_two_digits(chance: float, text: str) -> None:
    assert chance_text(chance) == text
