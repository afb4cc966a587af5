"""Estimates: coverage of the intervals, the split of variance, paired differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import sim
from sim.estimates import Estimate, beta_range, difference, estimate, mean_of_draws, ratio
from sim.forecast.forecast import Forecast
from sim.runs.block.blocks import FIRST_EVENTS
from sim.tallies import draws_by_successes, replicate_days, successes_per_draw
from tests import sizes, worlds
from tests.places import IDLIB

REPEATS = 1000
ALLOWED = (0.92, 0.975)
"""Allowed coverage of a nominal 95%. Of 1,000 repeats at a true coverage of 95% the share leaves it with a chance below
1 in 20,000 (binomial tails at 919 and 976)."""


def successes(rng: np.random.Generator, shapes: tuple[float, float], draws: int, replicates: int) -> np.ndarray:
    """Draws by successes where each draw has a probability of its own."""
    p = rng.beta(*shapes, draws)
    return np.bincount(rng.binomial(replicates, p), minlength=replicates + 1)


@pytest.mark.parametrize(
    ("shapes", "draws", "replicates"),
    [((2, 5), 100, 20), ((0.6, 1.2), 200, 2), ((0.3, 2.5), 300, 4), ((20, 20), 150, 2)],
)
def test_intervals_cover_under_clustering(shapes: tuple[float, float], draws: int, replicates: int) -> None:
    rng, truth = np.random.default_rng(1), shapes[0] / sum(shapes)
    covered = 0
    for _ in range(REPEATS):
        one = estimate(successes(rng, shapes, draws, replicates))
        covered += one.low <= truth <= one.high
    assert ALLOWED[0] <= covered / REPEATS <= ALLOWED[1], covered / REPEATS


@pytest.fixture(scope="module")
def model_runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Forecast, np.ndarray]:
    """A long forecast to take as the truth, and the records of 256,000 other runs; in full on the Idlib baseline."""
    full = sizes.full
    scenario = sim.load(IDLIB / "baseline.yaml") if full else worlds.load(tmp_path_factory.mktemp("crisis"))
    truth = sim.run(scenario, runs=512_000, seed=2, workers=2)
    return truth, sim.run(scenario, runs=256 * REPEATS, seed=1, workers=2).records


@pytest.mark.slow
@pytest.mark.parametrize("outcome", ["offensive", "agreement"])
def test_intervals_cover_on_the_model_itself(model_runs: tuple[Forecast, np.ndarray], outcome: str) -> None:
    """1,000 small forecasts of 256 runs, cut from one of 256,000; the truth is the mean of another of 512,000.

    The truth's own error is a forty-fifth of a small forecast's, which moves coverage by less than 0.1 points.
    """
    truth = model_runs[0].probability(outcome, 60).p
    covered = 0
    for days in model_runs[1][outcome].reshape(REPEATS, 256):
        one = estimate(successes_per_draw(days < 60, 2))
        covered += one.low <= truth <= one.high
    print(f"{outcome}: {covered} of {REPEATS} intervals cover {truth:.4f}")
    assert ALLOWED[0] <= covered / REPEATS <= ALLOWED[1], covered / REPEATS


def test_wilson_on_runs_would_not_cover_under_clustering() -> None:
    """The reason for clustered intervals: treating the runs as independent misses far more often than it says."""
    rng, missed = np.random.default_rng(1), 0
    for _ in range(REPEATS):
        one = estimate(successes(rng, (2, 5), 100, 20))
        naive = 1.96 * math.sqrt(one.p * (1 - one.p) / 2000)
        missed += abs(one.p - 2 / 7) > naive
    assert missed / REPEATS > 0.15


def test_the_spread_over_inputs_is_recovered_without_the_chance_within_draws() -> None:
    """Beta(2, 5) has an sd of 0.16; 200,000 draws of 2 replicates tell it to about 0.001, a fifth of what is asked."""
    rng = np.random.default_rng(5)
    one = estimate(successes(rng, (2, 5), 200_000, 2))
    assert one.input_sd == pytest.approx(math.sqrt(2 * 5 / (49 * 8)), abs=0.005)
    certain = estimate(np.bincount(rng.binomial(2, 0.3, 200_000), minlength=3))
    assert certain.input_sd is not None
    assert certain.input_sd < 0.05
    assert estimate(np.array([7, 3])).input_sd is None, "one replicate cannot tell"


def test_an_estimate_is_worked_by_hand() -> None:
    """Draws by successes 2, 1, 0, 1 of three: means 0, 0, 1/3, 1 with variance 2/9, of which chance within is 1/36."""
    one = estimate(np.array([2, 1, 0, 1]))
    assert (one.p, one.se) == pytest.approx((1 / 3, math.sqrt(2 / 9 / 4)))
    assert one.input_sd == pytest.approx(math.sqrt(2 / 9 - 1 / 36))
    assert (one.draws, one.replicates) == (4, 3)
    assert score_test(one, one.low, 4) == score_test(one, one.high, 4) == pytest.approx(0)
    assert one.low < 1 / 3 < one.high
    assert one.half_width == pytest.approx((one.high - one.low) / 2)


def score_test(one: Estimate, bound: float, draws: float) -> float:
    """Distance of a probability from an estimate less t standard errors, as they are where it is the truth: the number
    of runs is the one at which the estimate would have its own standard error.
    """
    runs = one.p * (1 - one.p) / one.se**2
    reach = stats.t.ppf(0.975, draws - 1) * math.sqrt(bound * (1 - bound) / runs)
    return round(abs(one.p - bound) - reach, 12)


def test_an_estimate_is_written_with_its_interval() -> None:
    assert str(Estimate(0.28149, 0.2619, 0.3012, 0.01, None, 9, 2)) == "0.281 (0.262 to 0.301)"


def test_one_draw_tells_nothing_and_draws_that_agree_no_more_than_their_number() -> None:
    one = estimate(np.array([0, 1, 0]))
    assert (one.p, one.low, one.high, one.se) == (0.5, 0, 1, 0)
    agreed = estimate(np.array([0, 40, 0]))
    bound = 1 - 0.05 ** (1 / 40)
    assert (agreed.p, agreed.low, agreed.high) == pytest.approx((0.5, 0.5 - bound, 0.5 + bound))


@pytest.mark.parametrize("counts", [[5, 3, 9], [1, 1, 0]])
def test_a_ratio_of_equal_draws_is_the_estimate_of_their_counts(counts: list[int]) -> None:
    draws, hits, squares = sum(counts), counts[1] + 2 * counts[2], counts[1] + 4 * counts[2]
    one, other = ratio(hits, 2 * draws, (squares, 2 * hits, 4 * draws)), estimate(np.array(counts))
    assert (one.p, one.low, one.high, one.se) == pytest.approx((other.p, other.low, other.high, other.se))
    assert (one.draws, one.replicates, one.input_sd) == (draws, 2, None)


def test_a_ratio_of_unequal_draws_is_worked_by_hand() -> None:
    """Of 1, 2 and 3 runs 1, 0 and 2 hit. Residuals 1/2, -1, 1/2; as good as 36 / 14 draws: 1.5 / 36 * 18 / 11."""
    one = ratio(3, 6, (5, 7, 14))
    assert (one.p, one.se) == pytest.approx((0.5, math.sqrt(1.5 / 36 * 18 / 11)))
    assert (one.draws, one.replicates) == (3, 2)
    assert score_test(one, one.low, 36 / 14) == score_test(one, one.high, 36 / 14) == pytest.approx(0)
    assert one.low < 0.5 < one.high


def test_a_ratio_at_its_edges() -> None:
    with pytest.raises(ValueError, match="no runs"):
        ratio(0, 0, (0, 0, 0))
    none = ratio(0, 10, (0, 0, 20))
    assert (none.p, none.low, none.high, none.se) == pytest.approx((0, 0, 1 - 0.05 ** (1 / 5), 0))
    single = ratio(1, 2, (1, 2, 4))
    assert (single.p, single.low, single.high, single.se, single.draws) == (0.5, 0, 1, 0, 1)
    few = ratio(1, 3, (1, 1, 5))  # 1 of 1 and 0 of 2: as good as 1.8 draws, which have no spread to go by
    assert (few.low, few.high, few.draws, few.replicates) == (0, 1, 2, 2)
    assert few.se == pytest.approx(math.sqrt((1 - 2 / 3 + 5 / 9) / 9 * 1.8))


def test_no_event_gives_the_one_sided_bound() -> None:
    none = estimate(np.array([1000, 0, 0]))
    assert (none.p, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.05 ** (1 / 1000))
    always = estimate(np.array([0, 0, 1000]))
    assert (always.p, always.high) == (1, 1)
    assert always.low == pytest.approx(0.05 ** (1 / 1000))


def test_estimating_from_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no draws"):
        estimate(np.array([0, 0, 0]))


def test_paired_differences_are_exact_where_nothing_changes_and_cover_where_it_does() -> None:
    rng = np.random.default_rng(3)
    happened = rng.random(4000) < 0.3
    same = difference(happened, happened, 2)
    assert (same.p, same.low, same.high) == (0, 0, 0)
    covered = 0
    for _ in range(REPEATS):
        p = np.repeat(rng.beta(2, 5, 300), 2)
        u = rng.random(600)
        one = difference(u < p, u < np.minimum(p + 0.1, 1), 2)
        covered += one.low <= 0.1 <= one.high
    assert ALLOWED[0] <= covered / REPEATS <= 0.985
    with pytest.raises(ValueError, match="same runs"):
        difference(happened, happened[:-2], 2)


def test_a_paired_difference_is_worked_by_hand() -> None:
    """Two draws that change by a half and by nothing: mean 1/4, standard error 1/4, and t at one degree of freedom."""
    first, second = np.array([0, 0, 1, 1], dtype=bool), np.array([1, 0, 1, 1], dtype=bool)
    one = difference(first, second, 2)
    half = stats.t.ppf(0.975, 1) / 4
    assert (one.p, one.low, one.high, one.se) == pytest.approx((0.25, 0.25 - half, 0.25 + half, 0.25))
    assert (one.draws, one.replicates, one.input_sd) == (2, 2, None)
    assert difference(second, first, 2).p == -0.25
    with pytest.raises(ValueError, match="two draws at least"):
        difference(first, second, 3)


def test_a_mean_of_draws_has_students_interval() -> None:
    values = np.random.default_rng(4).normal(0.3, 1, 12)
    one, expected = mean_of_draws(values, 5), stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert (one.p, one.low, one.high) == pytest.approx((values.mean(), expected.low, expected.high))
    assert (one.se, one.draws, one.replicates) == pytest.approx((stats.sem(values), 12, 5))


def test_beta_range_has_the_moments_asked_for() -> None:
    from scipy.stats import beta

    low, high = beta_range(0.3, 0.1, 0.8) or (0, 0)
    total = 0.3 * 0.7 / 0.01 - 1
    assert (low, high) == pytest.approx(beta(0.3 * total, 0.7 * total).interval(0.8))
    assert beta_range(0.3, 0.1) == (low, high), "the central 80% unless told"
    assert beta_range(0.5, 0.3) == pytest.approx(beta(0.25 / 0.18 - 0.5, 0.25 / 0.18 - 0.5).interval(0.8))
    for p, sd in ((0.3, 0.46), (0.0, 0.1), (1.0, 0.1), (0.5, 0.0), (0.5, -0.1), (0.5, 0.5)):
        assert beta_range(p, sd) is None, (p, sd)


def test_counts_by_replicate_give_the_successes_by_any_day() -> None:
    rng = np.random.default_rng(2)
    days = rng.integers(0, 31, 4000).astype(np.int16)
    counts = replicate_days(days, 30, 4)
    assert counts.shape == (4, 31)
    for day in (1, 7, 30):
        assert np.array_equal(draws_by_successes(counts, day), successes_per_draw(days < day, 4))


def test_first_events_named_are_those_tallied() -> None:
    assert FIRST_EVENTS == ("strikes", "agreement", "terms", "offensive", "limited", "full")
