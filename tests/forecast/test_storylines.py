"""Storylines: planted kinds of runs are told apart, shares are honest, and any number of workers tells the same."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.forecast.course import course_of
from sim.forecast.forecast import Forecast
from sim.forecast.plan import Plan
from sim.forecast.replay import replay
from sim.forecast.runner import run
from sim.forecast.storylines import SAMPLE, sampled_runs, storylines
from sim.report.sections.story import story_of
from sim.runs.block.blocks import BLOCK_RUNS, RECORD
from sim.runs.block.watches import Paths
from sim.runs.store import Store
from sim.scenario.scenario import Scenario
from tests import worlds

HORIZON = 60
LIVELY = {"launch_rate": 0.3, "agreement_rate": 0.3, "break_rate": 0.1}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("stories"), question__horizon=HORIZON, parameters=LIVELY)


@pytest.fixture(scope="module")
def forecast(scenario: Scenario) -> Forecast:
    return run(scenario, Plan(runs=BLOCK_RUNS + 500, seed=3))


def planted(kinds: np.ndarray, seed: int = 0) -> tuple[Paths, np.ndarray]:
    """Return runs of three kinds: standoff, early full offensive with high postures, late agreement."""
    made = np.random.default_rng(seed)
    records = np.zeros(len(kinds), dtype=RECORD)
    for name in ("strikes", "agreement", "terms", "offensive"):
        records[name] = HORIZON
    launched, agreed = kinds == 1, kinds == 2
    records["offensive"][launched] = 10 + made.integers(0, 5, launched.sum())
    records["agreement"][agreed] = 40 + made.integers(0, 5, agreed.sum())
    records["end"] = np.choose(kinds, [0, 3, 1])
    level = np.choose(kinds, [0.2, 0.8, 0.4]).astype(np.float32)
    posture = np.clip(level + 0.05 * made.standard_normal((HORIZON + 1, 5, len(kinds))), 0, 1).astype(np.float32)
    agreement = np.arange(HORIZON + 1)[:, None] > np.where(agreed, records["agreement"], HORIZON)[None]
    nothing = np.zeros((HORIZON, len(kinds)), dtype=np.bool_)
    events = np.zeros((0, len(kinds)), dtype=np.int16)
    return Paths(np.zeros_like(posture), posture, agreement, nothing, nothing, events), records


def test_the_middle_half_of_a_cluster_is_that_of_its_runs(scenario: Scenario) -> None:
    kinds = np.random.default_rng(4).choice(3, size=600, p=[0.5, 0.2, 0.3])
    paths, records = planted(kinds)
    for one in storylines(scenario, paths, records, 1):
        kind = kinds[one["run"]]
        ends = np.minimum(records["offensive"].astype(int) + 1, HORIZON)
        for place, actor in enumerate(scenario.actors):
            posture = paths.posture[ends, place, np.arange(len(kinds))][kinds == kind]
            assert one["cluster"]["posture"][actor] == pytest.approx(np.quantile(posture, (0.25, 0.75)), abs=1e-6)


def test_planted_kinds_are_the_storylines(scenario: Scenario) -> None:
    kinds = np.random.default_rng(4).choice(3, size=600, p=[0.5, 0.2, 0.3])
    paths, records = planted(kinds)
    told = storylines(scenario, paths, records, 1)
    assert [kinds[one["run"]] for one in told] == [0, 2, 1]
    for one in told:
        assert one["runs"] == (kinds == kinds[one["run"]]).sum()
        assert one["ends"][one["end"]] == 1.0
        share = (kinds == kinds[one["run"]]).mean()
        assert one["share"]["p"] == pytest.approx(share, abs=1e-6)
        assert one["share"]["mc_low"] < share < one["share"]["mc_high"]


def test_storylines_are_real_runs_told_as_their_replay_tells_them(forecast: Forecast, scenario: Scenario) -> None:
    told = forecast.storylines
    assert 3 <= len(told) <= 5
    for one in told:
        trace = replay(scenario, one["run"], seed=3)
        again = course_of(scenario, trace.path, trace.record)
        assert {key: one[key] for key in again} == again


def test_shares_add_up_and_fall(forecast: Forecast) -> None:
    told = forecast.storylines
    assert sum(one["runs"] for one in told) == told[0]["of"] == SAMPLE
    assert sum(one["share"]["p"] for one in told) == pytest.approx(1, abs=1e-5)
    assert [one["runs"] for one in told] == sorted((one["runs"] for one in told), reverse=True)


def test_each_storyline_has_6_to_15_sentences(forecast: Forecast) -> None:
    record = forecast.record()
    for one in record["storylines"]:
        sentences = story_of(record, one)
        assert 6 <= len(sentences) <= 15
        assert all(sentence.endswith(".") for sentence in sentences)


@pytest.mark.slow
def test_more_runs_and_more_workers_tell_the_same_storylines(forecast: Forecast, scenario: Scenario) -> None:
    more = sim.run(scenario, runs=2 * BLOCK_RUNS + 1000, seed=3, workers=2)
    assert json.dumps(more.storylines) == json.dumps(forecast.storylines)


def test_a_forecast_taken_up_again_has_the_storylines_it_would_have_had(
    forecast: Forecast, scenario: Scenario, tmp_path: Path
) -> None:
    count = 0

    def stop() -> None:
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt

    store = Store(tmp_path / "store")
    plan = Plan(runs=2 * BLOCK_RUNS + 500, seed=3)
    assert run(scenario, plan, finished=stop, store=store).status == "interrupted"
    assert run(scenario, plan, store=store).storylines == forecast.storylines


@pytest.mark.parametrize(("runs", "kept"), [(20_000, SAMPLE), (500, 500), (63, 0), (101, 100)])
def test_the_sample_is_bounded_and_of_whole_draws(scenario: Scenario, runs: int, kept: int) -> None:
    assert sampled_runs(scenario, runs, 2) == kept


def test_few_runs_have_no_storylines(scenario: Scenario) -> None:
    assert sim.run(scenario, runs=32).record()["storylines"] == []
