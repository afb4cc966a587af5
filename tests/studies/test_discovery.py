"""Discovery: the input that decides is found in a scenario, and what is told follows from the measuring draws."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from sim.errors import UsageError
from sim.forecast.plan import Plan
from sim.report import document_of, write_report
from sim.report.files import to_json
from sim.report.pages.discovery import limit_text
from sim.runs.block.blocks import FIRST_EVENTS
from sim.scenario.scenario import Scenario
from sim.studies.discovery import ask, discover
from tests import worlds
from tests.cli.conftest import Offramp, offramp
from tests.report.said import charts, figures, tables, texts

__all__ = ["offramp"]


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    folder = tmp_path_factory.mktemp("discovery")
    return worlds.load(folder, question__horizon=30, actors__backer__stance={"uniform": [-1, 1]})


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> dict[str, Any]:
    return discover(ask(scenario), Plan(runs=4096, seed=1), command="offramp discover x.yaml")


@pytest.fixture
def record(found: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(found)


def test_the_stance_that_gates_every_launch_is_the_first_limit(found: dict[str, Any]) -> None:
    first = found["boxes"][0]
    assert first["stands_out"]
    backer = next(limit for limit in first["limits"] if limit["path"] == "actors.backer.stance")
    assert backer["low"] is not None
    assert backer["high"] is None
    assert first["density"]["mc_low"] > found["base"]["mc_high"]
    assert backer["p_value"] < 1e-4


def test_the_same_seed_gives_the_same_bytes(scenario: Scenario, found: dict[str, Any]) -> None:
    again = discover(ask(scenario), Plan(runs=4096, seed=1), command=found["command"])
    assert to_json(again) == to_json(found)


def test_structural_inputs_are_left_out_unless_asked_for(scenario: Scenario) -> None:
    usual, all_of_them = ask(scenario).paths, ask(scenario, structural=True).paths
    assert set(usual) < set(all_of_them)
    left_out = set(all_of_them) - set(usual)
    assert all(path.startswith("parameters.") or path.endswith((".frailty", ".disposition")) for path in left_out)


@pytest.mark.parametrize(
    ("asked", "message"),
    [({"outcome": "peace"}, "there is no outcome 'peace'"), ({"by": 31}, "expected a window from 1 to 30 days")],
)
def test_what_cannot_be_asked_is_refused(scenario: Scenario, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ask(scenario, **asked)


def test_too_few_runs_are_refused(scenario: Scenario) -> None:
    with pytest.raises(UsageError, match="boxes need 800 runs or more"):
        discover(ask(scenario), Plan(runs=500))


def test_kinds_of_offensives_are_part_of_all(scenario: Scenario) -> None:
    shares = [
        discover(ask(scenario, outcome=outcome), Plan(runs=4096, seed=1))["base"]["p"]
        for outcome in ("limited", "full", "offensive")
    ]
    assert shares[0] + shares[1] == pytest.approx(shares[2], abs=2e-6)


@pytest.mark.parametrize("outcome", FIRST_EVENTS)
def test_an_outcome_and_that_it_does_not_come_are_all_futures_and_lie_elsewhere(
    scenario: Scenario, outcome: str
) -> None:
    plan = Plan(runs=1024, seed=1)
    comes, does_not = (discover(ask(scenario, outcome=one), plan) for one in (outcome, f"no {outcome}"))
    assert comes["base"]["p"] + does_not["base"]["p"] == pytest.approx(1, abs=2e-6)
    assert texts(document_of(does_not))[0]


def test_where_no_offensive_lies_is_where_the_backer_holds_back(scenario: Scenario) -> None:
    first = discover(ask(scenario, outcome="no offensive"), Plan(runs=4096, seed=1))["boxes"][0]
    backer = next(limit for limit in first["limits"] if limit["path"] == "actors.backer.stance")
    assert first["stands_out"]
    assert backer["high"] is not None
    assert backer["high"] < 0.5


def test_a_box_poorer_than_futures_at_large_is_never_presented_as_one(record: dict[str, Any]) -> None:
    poor = {"p": 0.7, "mc_low": 0.65, "mc_high": 0.75}
    record["base"] = {"p": 0.79, "mc_low": 0.78, "mc_high": 0.8}
    record["boxes"] = [{**record["boxes"][0], "stands_out": False, "score": -2.0, "density": poor}]
    said = document_of(record)
    first = said.sections[0]
    assert first.title == "No such box"
    assert texts(first)[0].startswith("No such box stands out. In the last one tried, where the stance of Backer")
    assert "70% of futures" in texts(first)[0]
    assert "against 79% of all" in texts(first)[0]
    first = said.sections[0]
    assert first.title == "No such box"
    assert said.title.startswith("No input ranges were found")


def test_words_say_density_coverage_and_limits(record: dict[str, Any]) -> None:
    said = document_of(record)
    first = said.sections[0]
    assert texts(first)[0].startswith("Where the ")
    assert "the stance of Backer is above" in texts(first)[0]
    assert "see an offensive within 30 days" in texts(first)[0]
    assert len(next(iter(tables(first).values())).rows) == len(record["boxes"][0]["limits"])
    assert "does not show that the inputs bring it about" in texts(said)[-1 - (not record["structural"])]
    assert set(figures(said)) == set(charts(record))


def test_without_a_box_that_stands_out_it_says_so(record: dict[str, Any]) -> None:
    for box in record["boxes"]:
        box["stands_out"] = False
    said = document_of(record)
    assert said.number == "none"
    assert texts(said)[0].startswith("No box stands out")
    assert charts(record) == {}
    record["boxes"] = []
    assert not [one for one in document_of(record).sections if one is not None and one.id.startswith("box")]


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (None, 0.351, "below 0.35"),
        (-0.2, None, "above −0.20"),
        (0.1, 0.3, "between 0.10 and 0.30"),
        (2e6, None, "above 2,000,000"),
    ],
)
def test_limits_are_written_in_words(low: float | None, high: float | None, text: str) -> None:
    assert limit_text({"low": low, "high": high}) == text


def test_hostile_names_stay_text(record: dict[str, Any], tmp_path: Path) -> None:
    record["actors"]["backer"]["name"] = "<script>alert(1)</script>|`x`"
    page, markdown, _ = write_report(record, tmp_path)
    assert "<script>alert" not in page.read_text(encoding="utf-8")
    assert "<script>" not in markdown.read_text(encoding="utf-8")


def test_the_command_prints_boxes_and_writes_the_page(offramp: Offramp, tmp_path: Path) -> None:
    value = worlds.crisis(actors__backer__stance={"uniform": [-1, 1]})
    path = worlds.write(tmp_path, value)
    answer = offramp("discover", path, "--runs", 4096, "--by", "20 days", "--out", tmp_path / "out", "--quiet")
    assert answer.code == 0, answer.err
    assert "box 1" in answer.out
    assert {one.name for one in (tmp_path / "out").iterdir()} == {"discovery.html", "discovery.md", "discovery.json"}
    assert offramp("discover", path, "--outcome", "peace", "--quiet").code == 2
