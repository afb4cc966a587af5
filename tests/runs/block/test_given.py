"""What is given: only runs that meet it count, their intervals hold, and too few are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import sim
from sim.errors import TooFewError, UsageError
from sim.estimates import share
from sim.forecast.forecast import Forecast
from sim.runs.block.blocks import END_STATES, LEFT_OUT, BlockTask, last_days, run_block
from sim.runs.block.conditions import PostureAt
from sim.runs.block.given import read_given
from sim.runs.store import Store
from sim.scenario.scenario import Scenario
from tests import worlds

STRIKES = "strikes by 2020-01-14"


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("crisis"))


@pytest.fixture(scope="module")
def plain(scenario: Scenario) -> Forecast:
    return sim.run(scenario, runs=8192, seed=3)


@pytest.fixture(scope="module")
def struck(scenario: Scenario) -> Forecast:
    return sim.run(scenario, runs=8192, seed=3, given=[STRIKES])


def test_the_runs_that_count_are_those_that_meet_it(plain: Forecast, struck: Forecast) -> None:
    runs = plain.records
    meet = (runs["strikes"] < 14) & (last_days(runs) >= 14)
    assert np.array_equal(struck.records["end"] != LEFT_OUT, meet)
    for outcome in ("strikes", "agreement", "offensive"):
        assert np.array_equal(struck.records[outcome], runs[outcome])
        for day in (14, 30, 60):
            assert struck.probability(outcome, day).p == pytest.approx((runs[outcome][meet] < day).mean())
    record = struck.record()
    assert record["runs"] == meet.sum()
    assert record["draws"] == meet.reshape(-1, 2).any(axis=1).sum()
    assert record["given"] == {
        "conditions": [STRIKES], "day": 14, "waiting": "2020-01-14", "runs_made": 8192, "draws_made": 4096,
    }  # fmt: skip
    for code, name in enumerate(END_STATES):
        assert record["ends"][name]["p"] == pytest.approx((runs["end"][meet] == code).mean(), abs=1e-6)


def test_the_whole_record_is_of_these_runs(plain: Forecast, struck: Forecast) -> None:
    record, meet = struck.record(), struck.records["end"] != LEFT_OUT
    assert record["states"]["offensive"][:15] == [0] * 15
    assert record["states"]["offensive"][60] == pytest.approx(record["outcomes"]["offensive"]["60"]["p"])
    going = [sum(struck.tally["stance"][0, week]) for week in range(9)]
    assert going[:3] == [meet.sum()] * 3
    assert all(meet[dot["run"]] for dot in record["dots"])
    assert len(record["dots"]) == 100
    last = record["convergence"][-1]
    assert (last["runs"], last["p"]) == (record["runs"], record["outcomes"]["offensive"]["60"]["p"])
    assert last["mc_low"] == record["outcomes"]["offensive"]["60"]["mc_low"]
    assert record["outcomes"]["offensive"]["60"]["input_sd"] is None
    assert record["drivers"] is None
    assert record["indicators"] == record["storylines"] == []
    assert plain.record()["given"] is None


def test_it_agrees_with_the_indicator(scenario: Scenario, plain: Forecast, struck: Forecast) -> None:
    one = next(one for one in plain.record()["indicators"] if (one.get("event"), one["day"]) == ("strikes", 14))
    assert one["by"]["60"]["if_seen"] == struck.probability("offensive", 60).row()


@pytest.mark.slow
def test_postures_are_given_by_playing_again(scenario: Scenario, plain: Forecast) -> None:
    text = "shield deterrence above 0.25 on 2020-01-14"
    given = sim.run(scenario, runs=8192, seed=3, given=[text])
    asked = ("shield", 0.25, 14)
    one = next(one for one in plain.record()["indicators"] if (one.get("actor"), one.get("above"), one["day"]) == asked)
    assert one["by"]["60"]["if_seen"] == given.probability("offensive", 60).row()
    below = sim.run(scenario, runs=8192, seed=3, given=["Shield posture below 0.25 on 2020-01-14"])
    both = int(given.tally["kept"][0] + below.tally["kept"][0])
    assert both == (last_days(plain.records) >= 14).sum()


def test_more_given_leaves_fewer_runs(scenario: Scenario, plain: Forecast) -> None:
    texts = [STRIKES, "no agreement by 2020-01-20"]
    given = sim.run(scenario, runs=8192, seed=3, given=texts)
    runs = plain.records
    meet = (runs["strikes"] < 14) & (runs["agreement"] >= 20) & (last_days(runs) >= 20)
    assert int(given.tally["kept"][0]) == meet.sum()
    assert given.record()["given"]["waiting"] == "2020-01-20"


@pytest.mark.slow
def test_nothing_but_time_passed_can_be_given(scenario: Scenario, plain: Forecast) -> None:
    given = sim.run(scenario, runs=8192, seed=3, given=["no offensive by 2020-01-30"])
    waiting = plain.records["offensive"][last_days(plain.records) >= 30]
    assert given.probability("offensive").p == pytest.approx((waiting < 60).mean())


@pytest.mark.slow
def test_blocks_merge_and_are_stored_by_what_is_given(scenario: Scenario, tmp_path: Path) -> None:
    given = read_given([STRIKES], scenario)
    task, other = (BlockTask(scenario, 3, 0, 2, given=one) for one in (given, ()))
    store = Store(tmp_path / "store")
    store.put(task, run_block(task))
    found = store.get(task)
    assert found is not None
    assert store.get(other) is None
    again = run_block(task)
    assert all(np.array_equal(found.tally[name], again.tally[name]) for name in again.tally.counts)


@pytest.mark.slow
def test_too_few_are_refused(scenario: Scenario) -> None:
    with pytest.raises(TooFewError, match=r"of 128 draws have a run .* and 100 are needed; make about [\d,]+ runs"):
        sim.run(scenario, runs=256, seed=3, given=["agreement by 2020-01-10"])
    with pytest.raises(TooFewError, match="0 of 128 draws"):
        sim.run(scenario, runs=256, seed=3, given=["attacker readiness above 1 on 2020-01-10"])


@pytest.mark.slow
def test_a_precision_is_held_to_what_is_given(scenario: Scenario) -> None:
    given = sim.run(scenario, precision=0.005, seed=3, given=[STRIKES])
    assert given.status == "complete"
    assert given.probability("offensive").half_width <= 0.005
    assert given.runs > 4096


def test_given_forecasts_are_not_paired(plain: Forecast, struck: Forecast) -> None:
    with pytest.raises(UsageError, match="cannot be paired"):
        plain.difference(struck, "offensive")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("peace by 2020-01-10", 'expected "strikes by DATE"'),
        ("strikes on 2020-01-10", "cannot read"),
        ("offensive by 2020-01-10", "an offensive ends the forecast"),
        ("strikes by 2019-12-31", "expected a window from 1 to 59 days, up to 2020-02-28, for the condition"),
        ("strikes by 2020-02-29", "expected a window from 1 to 59 days, up to 2020-02-28, for the condition"),
        ("strikes by tomorrow", 'expected a number of days, "90 days" or a date such as'),
        ("strikes by 60 days", "expected a window from 1 to 59 days"),
        ("sheild deterrence above 0.5 on 2020-01-10", "did you mean shield"),
        ("shield readiness above 0.5 on 2020-01-10", "the posture of shield is its deterrence"),
        ("shield deterrence above 2 on 2020-01-10", "expected a level from 0 to 1"),
        ("shield deterrence above nan on 2020-01-10", "expected a level from 0 to 1"),
        ("x" * 5000, "cannot read"),
    ],
)
def test_what_cannot_be_given_is_said(scenario: Scenario, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_given([text], scenario)
    assert said in str(caught.value)
    assert f"--given {text[:200]!r}" in str(caught.value)
    assert len(str(caught.value)) < 800


def test_a_forecast_of_one_day_has_no_room_for_a_condition(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path).with_({"question.horizon": "1 day", "question.milestones": None})
    with pytest.raises(UsageError, match="of a single day, nothing is left to forecast"):
        read_given("strikes by 1 day", scenario)


def test_conditions_read_back_what_they_write(scenario: Scenario) -> None:
    texts = [
        STRIKES, "no strikes by 2020-01-14", "no agreement by 2020-02-01", "no offensive by 2020-02-01",
        "attacker readiness below 0.25 on 2020-01-02", "shield deterrence above 0.5 on 2020-01-20",
    ]  # fmt: skip
    assert [one.text(scenario.as_of) for one in read_given(texts, scenario)] == texts
    for same in ("Shield posture Above 0.5 on 20", "SHIELD deterrence above .5 after 20 days"):
        assert read_given([same], scenario) == (PostureAt("shield", "guarantor", 0.5, 20),)
    for same in ("STRIKE by 2020-01-14", "strikes by 14", "strikes by 14 days", "strikes within 2 weeks"):
        assert read_given([same], scenario) == read_given(["strikes by 2020-01-14"], scenario)


def test_an_actor_is_known_by_its_name_too(tmp_path: Path) -> None:
    named = worlds.load(tmp_path, actors__shield__name="The Great Power")
    for said in ("the great power", "The Great Power", "shield"):
        assert read_given([f"{said} deterrence above 0.5 on 20"], named) == (PostureAt("shield", "guarantor", 0.5, 20),)


def test_intervals_cover_where_runs_are_kept_by_what_is_seen() -> None:
    """Of 1,000 intervals of a nominal 95% between 92% and 97.5% hold the truth: a false alarm in 20,000 at 95%."""
    rng, grid = np.random.default_rng(8), (np.arange(100_000) + 0.5) / 100_000
    keep, hit = 0.3 * grid**2, 0.8 * grid
    truth, covered = (keep * hit).sum() / keep.sum(), 0
    for _ in range(1000):
        draw = np.repeat(rng.random(400), 2)
        kept = rng.random(800) < 0.3 * draw**2
        one = share(rng.random(800) < 0.8 * draw, 2, kept)
        covered += one.low <= truth <= one.high
    assert 0.92 < covered / 1000 < 0.975, covered
