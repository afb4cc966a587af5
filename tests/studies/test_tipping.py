"""Tipping points: found where a closed form has them, with intervals that cover, and plainly not elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

import sim
from sim import rng
from sim.errors import UsageError
from sim.estimates import Estimate, share
from sim.forecast.plan import Plan
from sim.report import document_of
from sim.scenario.scenario import Scenario
from sim.studies.bench import Bench
from sim.studies.crossing import Crossings, Point, crossings
from sim.studies.tipping import ask, tip
from tests import sizes, worlds
from tests.report.said import texts

RUNS, REPLICATES = 2048, 2
OFFER = {"from": "envoy", "on": "backer", "aim": "restrain", "channel": "conditional", "intensity": 0.3, "start": 3}


def logit(p: float) -> float:
    return math.log(p / (1 - p))


def stand_in(truth: Callable[..., float], seed: int = 0) -> Callable[[Sequence[Point]], list[Estimate]]:
    """Estimates a probability that is known, as runs with shared draws and luck would.

    Each run has a level, uniform over all runs and alike among the replicates of a draw (a Gaussian copula with a
    correlation of a half); the event comes where the level lies below the truth.
    """
    draws = rng.stream(seed, 0, "stand-in", "draws").standard_normal(RUNS // REPLICATES)
    luck = rng.stream(seed, 0, "stand-in", "luck").standard_normal(RUNS)
    level = ndtr((np.repeat(draws, REPLICATES) + luck) / math.sqrt(2))

    def sample(points: Sequence[Point]) -> list[Estimate]:
        return [share(level < truth(*point), REPLICATES) for point in points]

    return sample


def logistic(intercept: float, slope: float) -> Callable[[float], float]:
    return lambda value: 1 / (1 + math.exp(-(intercept + slope * value)))


AXIS = tuple(float(value) for value in np.linspace(0, 1, 9))


def find(truth: Callable[[float], float], target: float, seed: int = 0) -> Crossings:
    return crossings(stand_in(truth, seed), [AXIS], target)


# -- one number, known answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("intercept", "slope", "target"), [(1, -4, 0.3), (-3, 5, 0.2), (-6, 6, 0.05), (0.5, -1, 0.5)])
def test_the_crossing_of_a_logistic_curve_lies_in_its_interval(intercept: float, slope: float, target: float) -> None:
    (one,) = find(logistic(intercept, slope), target).found
    truth = (logit(target) - intercept) / slope
    assert one.low <= truth <= one.high
    assert one.low < one.value < one.high
    assert one.rising == (slope > 0)
    assert abs(one.there.p - target) < 0.01
    assert one.searched < (one.high - one.low) / 4


@pytest.mark.slow
def test_intervals_cover_at_their_level() -> None:
    """A false alarm in less than one of 10,000 of such tests, were the intervals right."""
    repeats = 2000 if sizes.full else 250
    truth = (logit(0.3) - 1) / -4
    found = [find(logistic(1, -4), 0.3, seed).found for seed in range(repeats)]
    assert all(len(one) == 1 for one in found)
    covered = sum(one.low <= truth <= one.high for (one,) in found)
    assert covered >= binom.ppf(1e-4, repeats, 0.95)
    assert covered <= binom.ppf(1 - 1e-4, repeats, 0.985), "far wider than they say"


def test_the_interval_is_that_of_the_band_and_narrows_with_the_slope() -> None:
    widths = [one.high - one.low for slope in (-2, -4, -8) for one in find(logistic(1, slope), 0.3).found]
    assert widths == sorted(widths, reverse=True)
    (one,) = find(logistic(1, -4), 0.3).found
    sample = stand_in(logistic(1, -4))
    edges = sample([(one.low,), (one.high,)])
    assert edges[0].low == pytest.approx(0.3, abs=2e-3)
    assert edges[1].high == pytest.approx(0.3, abs=2e-3)


def test_an_interval_that_reaches_the_end_of_the_range_says_so() -> None:
    (one,) = find(logistic(-1, 0.05), 1 / (1 + math.exp(0.975))).found
    assert one.low_open
    assert one.low == 0.0
    assert one.high_open
    assert one.high == 1.0


def test_no_value_reaches_a_target_out_of_range() -> None:
    found = find(logistic(-1, -2), 0.5)
    assert (found.found, found.verdict) == ((), "not reached")
    assert found.nearest[0] == (0.0,)
    assert found.nearest[1].high < 0.5


def test_a_target_within_the_error_of_the_end_is_undecided() -> None:
    sample = stand_in(logistic(-1, -2))
    (end,) = sample([(0.0,)])
    found = crossings(sample, [AXIS], (end.p + end.high) / 2)
    assert (found.found, found.verdict) == ((), "undecided")


def test_a_curve_that_rises_and_falls_crosses_twice() -> None:
    found = find(lambda value: 0.1 + 0.5 * math.exp(-(((value - 0.5) / 0.2) ** 2)), 0.3)
    reach = 0.2 * math.sqrt(math.log(0.5 / 0.2))
    assert [one.rising for one in found.found] == [True, False]
    for one, truth in zip(found.found, (0.5 - reach, 0.5 + reach), strict=True):
        assert one.low <= truth <= one.high
    assert found.are_apart


def test_an_input_without_effect_near_its_target_is_not_told_apart() -> None:
    found = find(lambda _: 0.3, 0.3)
    assert found.verdict in ("undecided", "not reached")


def test_every_value_is_played_once() -> None:
    asked: list[Point] = []
    sample = stand_in(logistic(1, -4))

    def noted(points: Sequence[Point]) -> list[Estimate]:
        asked.extend(points)
        return sample(points)

    found = crossings(noted, [AXIS], 0.3)
    assert len(asked) == len(set(asked)) == len(found.points) <= 25


# -- two numbers ----------------------------------------------------------------------------------------------------


def test_the_contour_of_a_logistic_plane_is_its_line() -> None:
    """Each point's interval holds its place on the true line in nearly all cases; all lie within twice of it."""
    found = crossings(stand_in(lambda x, y: logistic(1, -3)(x + y)), [AXIS, AXIS], 0.3)
    total = (logit(0.3) - 1) / -3
    assert {one.along for one in found.found} == {0, 1}
    assert all(found.points[x, y] for x in AXIS for y in AXIS)
    assert found.are_apart
    for one in found.found:
        truth = total - one.point[1 - one.along]
        assert one.low <= one.value <= one.high
        assert abs(one.value - truth) < 2 * max(one.high - one.value, one.value - one.low)


def test_a_line_of_a_plane_is_searched_as_a_number_alone() -> None:
    plane = crossings(stand_in(lambda x, y: logistic(1, -4)(x) if y == 0.5 else 0.9), [AXIS, AXIS], 0.3).found
    (one,) = find(logistic(1, -4), 0.3).found
    (same,) = (two for two in plane if two.line == (0, (0.5,)))
    assert (same.value, same.low, same.high, same.searched) == (one.value, one.low, one.high, one.searched)


def test_a_plane_out_of_reach_has_no_contour() -> None:
    found = crossings(stand_in(lambda x, y: 0.1), [AXIS, AXIS], 0.5)
    assert (found.found, found.verdict, len(found.points)) == ((), "not reached", 81)


# -- a scenario -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    value = worlds.crisis(question__horizon=30, question__milestones=[10], pressures__offer=OFFER)
    return sim.load(worlds.write(tmp_path_factory.mktemp("tip"), value))


@pytest.mark.slow
def test_a_tipping_point_of_a_scenario_is_where_its_forecast_crosses(scenario: Scenario) -> None:
    plan = Plan(runs=4096, seed=2)
    path = "pressures.offer.intensity"
    low, high = (ask(scenario, [path], to=0.5, by=20).world([value]) for value in (0.0, 1.0))
    ends = [sim.run(one, runs=4096, seed=2).probability("offensive", 20).p for one in (low, high)]
    assert ends[0] > ends[1]
    target = sum(ends) / 2
    found = tip(ask(scenario, [path], to=target, by=20), Bench(plan))
    (one,) = found.crossings.found
    assert not one.rising
    assert 0 <= one.low < one.value < one.high <= 1
    there = sim.run(found.asked.world([one.value]), runs=4096, seed=2).probability("offensive", 20)
    assert there.p == pytest.approx(target, abs=0.002)
    record = found.record()
    assert (record["verdict"], record["within"], record["inputs"][0]["base"]) == ("reached", 20, 0.3)


def test_a_shorter_window_leaves_the_runs_as_they_were(scenario: Scenario) -> None:
    asked = ask(scenario, ["pressures.offer.intensity"], to=0.5, by=20)
    whole = sim.run(scenario, runs=1024, seed=2).probability("offensive", 20)
    assert sim.run(asked.world([0.3]), runs=1024, seed=2).probability("offensive", 20) == whole


@pytest.mark.slow
def test_a_contour_of_a_scenario_crosses_at_its_points(scenario: Scenario) -> None:
    paths = ["pressures.offer.intensity", "actors.shield.posture"]
    asked = ask(scenario, paths, to=0.2, by=10, spans=[(0.0, 1.0), (0.1, 0.9)])
    ends = asked.sample(_bench(), [(0.0, 0.1), (1.0, 0.9)])
    asked = ask(scenario, paths, to=(ends[0].p + ends[1].p) / 2, by=10, spans=asked.spans)
    tipping = tip(asked, _bench(), grid=3)
    assert tipping.verdict == "reached"
    record = tipping.record()
    assert record["grid"] == [[0.0, 0.5, 1.0], [0.1, 0.5, 0.9]]
    assert {one["along"] for one in record["crossings"]} <= set(paths)
    found = tipping.crossings.found
    for one, estimated in zip(found, asked.sample(_bench(), [one.point for one in found]), strict=True):
        assert estimated.p == pytest.approx(asked.target, abs=0.01)
        assert one.low <= one.value <= one.high


def _bench() -> Bench:
    return Bench(Plan(runs=4096, seed=2))


@pytest.mark.parametrize(
    ("paths", "options", "message"),
    [
        (["pressures.ofer.intensity"], {}, "did you mean offer"),
        (["actors.shield.strength"], {}, "give its range"),
        (["pressures.offer.intensity"], {"spans": [(0.0, 2.0)]}, "within 0 to 1"),
        (["pressures.offer.intensity"], {"spans": [(0.5, 0.5)]}, "within 0 to 1"),
        (["pressures.offer.intensity"], {"to": 1.0}, "between 0 and 1"),
        (["pressures.offer.intensity"], {"by": 31}, "from 1 to 30"),
        (["pressures.offer.intensity"], {"outcome": "peace"}, "no outcome 'peace'"),
        (["pressures.offer.intensity"] * 2, {}, "two different ones"),
        (["pressures.offer.intensity"], {"spans": [(0.0, 1.0)] * 2}, "for each number"),
        (["question.horizon"], {}, "^question.horizon: no number has a path that begins with this"),
        (["actors.shield"], {}, "^actors.shield is not a number of this scenario$"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(
    scenario: Scenario, paths: list[str], options: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        ask(scenario, paths, **{"to": 0.1, **options})  # type: ignore[arg-type]


def test_the_base_of_a_number_is_told_as_it_is_written(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, pressures__offer={**OFFER, "intensity": {"uniform": [0, 1]}})
    record = ask(scenario, ["pressures.offer.intensity"], to=0.1).record(Plan(), None)
    assert record["inputs"][0]["base"] == {"uniform": [0.0, 1.0]}


# -- inputs without any effect --------------------------------------------------------------------------------------

SHOUTED = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": {"uniform": [0, 1]}}
CONSTANT = "the pressure is in force and constant since before day 0, and only what changes afterwards counts"
INERT = {
    CONSTANT: SHOUTED | {"start": -10, "ramp": 5},
    "the pressure does not act within the window": SHOUTED | {"start": 20},
    "Town has no leverage over Backer": SHOUTED | {"from": "town", "start": 1},
}


@pytest.mark.parametrize("why", INERT)
def test_an_input_that_cannot_have_an_effect_is_told_as_no_effect_and_why(why: str, tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, pressures={"shout": INERT[why]})
    asked = ask(scenario, ["pressures.shout.intensity"], to=0.5, by=20)
    record = tip(asked, Bench(Plan(runs=256))).record()
    assert (record["verdict"], record["inputs"][0]["no_effect"]) == ("no effect", why)
    said = texts(document_of(record))
    assert said[0].startswith("Intensity of Shout: no effect on the offensive within 20 days, so")
    assert "would show with more" not in said[0]
    assert said[1] == f"Why the intensity of Shout has no effect: {why}."


@pytest.mark.parametrize(
    "more", [{"start": -10, "half_life": 60}, {"start": -10, "ramp": 20}, {"start": -10, "end": 5}]
)
def test_a_pressure_in_force_that_changes_within_the_window_is_not_without_effect(
    more: dict[str, int], tmp_path: Path
) -> None:
    scenario = worlds.load(tmp_path, pressures={"shout": SHOUTED | more}, actors__backer__resolve=0)
    asked = ask(scenario, ["pressures.shout.intensity"], to=0.999, by=20)
    record = tip(asked, Bench(Plan(runs=1024))).record()
    assert record["inputs"][0]["no_effect"] is None
    assert record["verdict"] == "not reached"


def test_no_effect_is_also_what_paired_runs_show_where_the_model_names_no_reason(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, pressures={"shout": SHOUTED | {"start": 1}}, actors__backer__resolve=1)
    record = tip(ask(scenario, ["pressures.shout.intensity"], to=0.5, by=20), Bench(Plan(runs=256))).record()
    assert (record["verdict"], record["inputs"][0]["no_effect"]) == ("no effect", None)


def test_an_outcome_that_never_comes_says_no_effect_only_of_runs_that_went_the_same(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, actors__attacker__stance=-0.9)
    record = tip(ask(scenario, ["actors.backer.stance"], to=0.5, by=2), Bench(Plan(runs=256))).record()
    assert record["nearest"]["p"] == 0
    assert record["verdict"] == "not reached"


def test_a_plane_of_two_inputs_without_effect_says_so(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path, pressures={"shout": INERT[CONSTANT], "call": INERT[CONSTANT] | {"intensity": 1}})
    paths = ["pressures.shout.intensity", "pressures.call.intensity"]
    record = tip(ask(scenario, paths, to=0.5, by=20), Bench(Plan(runs=256)), grid=2).record()
    assert record["verdict"] == "no effect"
    assert [one["no_effect"] for one in record["inputs"]] == [CONSTANT, CONSTANT]
    assert "no effect" in texts(document_of(record))[0]
