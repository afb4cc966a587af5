"""Indicators: probabilities if something is seen early and if not, among runs that still wait."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.forecast.forecast import Forecast
from sim.forecast.indicators import _reading, indicators_record
from sim.runs.block.blocks import OUTCOMES, last_days
from sim.runs.block.conditions import EventBy, Look
from sim.runs.block.counts import indicator_counts
from sim.scenario.scenario import Scenario
from tests import worlds


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("crisis"))


@pytest.fixture(scope="module")
def forecast(scenario: Scenario) -> Forecast:
    return sim.run(scenario, runs=8192, seed=3)


def test_probabilities_are_shares_of_the_runs_that_wait(scenario: Scenario, forecast: Forecast) -> None:
    runs = forecast.records
    rows = [one for one in indicators_record(scenario, forecast.tally) if one.get("event", "terms") != "terms"]
    assert rows, "terms end a future: the test of the counts has them"
    for one in rows:
        waiting = runs[last_days(runs) >= one["day"]]
        seen = waiting[one["event"]] < one["day"]
        later = waiting["offensive"] < 60
        said = one["by"]["60"]
        share, before = seen.mean(), later.mean()
        if_seen, if_not = later[seen].mean(), later[~seen].mean()
        assert one["seen"]["p"] == pytest.approx(share, abs=6e-7)
        assert said["unknown"]["p"] == pytest.approx(before, abs=6e-7)
        assert said["if_seen"]["p"] == pytest.approx(if_seen, abs=6e-7)
        assert said["if_not"]["p"] == pytest.approx(if_not, abs=6e-7)
        assert said["difference"]["p"] == pytest.approx(if_seen - if_not, abs=6e-7)
        assert said["moves"] == pytest.approx(
            share * abs(if_seen - before) + (1 - share) * abs(if_not - before), abs=6e-7
        )


def test_they_are_ordered_by_how_far_they_move_the_forecast(scenario: Scenario, forecast: Forecast) -> None:
    found = indicators_record(scenario, forecast.tally)
    moves = [one["by"]["60"]["moves"] or 0.0 for one in found]
    assert moves == sorted(moves, reverse=True)
    assert found[0]["actor"] == "attacker"


def test_only_windows_that_end_later_are_told(scenario: Scenario, forecast: Forecast) -> None:
    rows = indicators_record(scenario, forecast.tally)
    assert {one["day"]: list(one["by"]) for one in rows} == {14: ["30", "60"], 30: ["60"]}
    early = next(one for one in rows if one["day"] == 14 and one.get("event") == "strikes")
    assert (early["given"], early["date"]) == ("strikes by 2020-01-14", "2020-01-14")


def test_intervals_cover_where_draws_have_different_numbers_of_runs() -> None:
    """Of 1,000 intervals for a nominal 95% between 92% and 97.5% hold the truth: a false alarm in 20,000 at 95%.

    What is seen and what comes both depend on the draw, so runs seen crowd in some draws.
    """
    rng = np.random.default_rng(4)
    covered = {"if_seen": 0, "if_not": 0, "difference": 0}
    x = (np.arange(100_000) + 0.5) / 100_000
    seen_p, hit_p = 0.2 + 0.6 * x, 0.1 + 0.7 * x**2
    true_seen, true_not = (seen_p * hit_p).sum() / seen_p.sum(), ((1 - seen_p) * hit_p).sum() / (1 - seen_p).sum()
    for _ in range(1000):
        draw = np.repeat(rng.random(300), 4)
        days = {
            "strikes": np.where(rng.random(1200) < 0.2 + 0.6 * draw, 3, 60).astype(np.int16),
            "offensive": np.where(rng.random(1200) < 0.1 + 0.7 * draw**2, 40, 60).astype(np.int16),
            "terms": np.full(1200, 60, dtype=np.int16),
        }
        sums = indicator_counts([EventBy("strikes", 14)], Look(days), [60], 4)[0, 0]
        _, said = _reading(sums, 4)
        for name, true in (("if_seen", true_seen), ("if_not", true_not), ("difference", true_seen - true_not)):
            covered[name] += said[name]["mc_low"] <= true <= said[name]["mc_high"]
    assert all(0.92 < count / 1000 < 0.975 for count in covered.values()), covered


def test_what_is_hardly_ever_seen_is_left_open() -> None:
    days = {name: np.full(400, 60, dtype=np.int16) for name in OUTCOMES}
    days["strikes"][:19] = 1
    sums = indicator_counts([EventBy("strikes", 14)], Look(days), [60], 2)[0, 0]
    moved, said = _reading(sums, 2)
    assert (moved, said["moves"], said["if_seen"]) == (0, None, None)
    assert (said["if_not"]["p"], said["if_not"]["mc_low"]) == (0, 0)
    assert 0 < said["if_not"]["mc_high"] < 0.05


def test_a_difference_is_as_wide_as_its_sides_allow_where_all_runs_of_one_side_come_to_an_offensive() -> None:
    """Of 400 intervals for a nominal 95%, 0.92 or more hold the truth: a false alarm in 20,000 at 95%."""
    generator, covered = np.random.default_rng(5), 0
    for _ in range(400):
        days = {name: np.full(8000, 60, dtype=np.int16) for name in OUTCOMES}
        days["strikes"] = np.where(generator.random(8000) < 0.004, 3, 60).astype(np.int16)
        hit = generator.random(8000) < np.where(days["strikes"] < 14, 0.97, 0.2)
        days["offensive"] = np.where(hit, 40, 60).astype(np.int16)
        _, said = _reading(indicator_counts([EventBy("strikes", 14)], Look(days), [60], 2)[0, 0], 2)
        if said["difference"] is None:  # fewer than 20 runs: nothing is said
            covered += 1
            continue
        covered += said["difference"]["mc_low"] <= 0.97 - 0.2 <= said["difference"]["mc_high"]
    assert covered >= 0.92 * 400
