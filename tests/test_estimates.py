"""Estimates: coverage of the intervals, the split of variance, paired differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import sim
from sim.estimates import Estimate, beta_range, cube_means, difference, estimate, mean_of_draws, ratio, share
from sim.forecast.forecast import Forecast
from sim.rng import STRATA, stratified
from sim.runs.block.blocks import FIRST_EVENTS
from sim.tallies import day_sums, event_sums, run_sums
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
        one = share(days < 60, 2)
        covered += one.low <= truth <= one.high
    print(f"{outcome}: {covered} of {REPEATS} intervals cover {truth:.4f}")
    assert ALLOWED[0] <= covered / REPEATS <= ALLOWED[1], covered / REPEATS


def replicated(p: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Whether an event came in two runs of each draw, given its probability by draw; shape (runs,)."""
    return generator.random((len(p), 2)).ravel() < np.repeat(p, 2)


def test_intervals_of_stratified_draws_cover_and_are_narrower() -> None:
    """Four inputs that add up, and a fifth that turns the first about: 1,000 forecasts of 128 hypercubes.

    What adds up is most of the variance, and draws alone would take the interval twice as wide as it need be.
    """
    generator, covered, narrower = np.random.default_rng(11), 0, []
    for _ in range(REPEATS):
        inputs = stratified([generator] * 5, 128 * STRATA)
        p = np.clip(0.3 + 0.3 * (inputs[:4] - 0.5).sum(axis=0) + 0.2 * (inputs[0] - 0.5) * (inputs[4] > 0.5), 0, 1)
        happened = replicated(p, generator)
        one = share(happened, 2)
        covered += one.low <= 0.3006 <= one.high
        hits = happened.reshape(-1, 2).sum(axis=1)
        narrower.append(estimate(np.bincount(hits, minlength=3)).se / one.se)
    assert ALLOWED[0] <= covered / REPEATS <= ALLOWED[1], covered / REPEATS
    assert 1.15 < np.mean(narrower) < 1.35


def test_a_difference_of_stratified_draws_covers() -> None:
    """A change that depends on one input, and whose chance is that of the other scenario, run by run."""
    generator, covered = np.random.default_rng(12), 0
    for _ in range(REPEATS):
        inputs = stratified([generator] * 2, 64 * STRATA)
        before, u = 0.2 + 0.4 * inputs[0], generator.random(128 * STRATA)
        after = before + 0.2 * inputs[1]
        one = difference(u < np.repeat(before, 2), u < np.repeat(after, 2), 2)
        covered += one.low <= 0.1 <= one.high
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
    assert estimate(np.array([0, 1, 0])).input_sd is None, "nor can one draw"


def test_runs_give_the_spread_over_inputs_that_their_draws_do_unless_some_are_left_out() -> None:
    rng = np.random.default_rng(6)
    happened = replicated(rng.beta(2, 5, 1000), rng)
    by_draw = estimate(np.bincount(happened.reshape(-1, 2).sum(axis=1), minlength=3))
    assert by_draw.input_sd is not None
    assert share(happened, 2).input_sd == pytest.approx(by_draw.input_sd)
    assert share(happened, 2, np.ones(2000, dtype=bool)).input_sd == pytest.approx(by_draw.input_sd)
    assert share(happened, 2, np.arange(2000) > 0).input_sd is None
    assert share(happened, 1).input_sd is None


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
def test_a_ratio_of_equal_clusters_is_the_estimate_of_their_counts(counts: list[int]) -> None:
    clusters, hits, squares = sum(counts), counts[1] + 2 * counts[2], counts[1] + 4 * counts[2]
    one = ratio(hits, 2 * clusters, (squares, 2 * hits, 4 * clusters), clusters)
    other = estimate(np.array(counts))
    assert (one.p, one.low, one.high, one.se) == pytest.approx((other.p, other.low, other.high, other.se))
    assert (one.draws, one.replicates, one.input_sd) == (clusters, 2, None)


def test_a_ratio_of_unequal_clusters_is_worked_by_hand() -> None:
    """Of 1, 2 and 3 runs 1, 0 and 2 hit. Residuals 1/2, -1, 1/2; as good as 36 / 14 clusters: 1.5 / 36 * 18 / 11."""
    one = ratio(3, 6, (5, 7, 14), 3)
    assert (one.p, one.se) == pytest.approx((0.5, math.sqrt(1.5 / 36 * 18 / 11)))
    assert (one.draws, one.replicates) == (3, 2)
    assert score_test(one, one.low, 36 / 14) == score_test(one, one.high, 36 / 14) == pytest.approx(0)
    assert one.low < 0.5 < one.high


def test_a_ratio_at_its_edges() -> None:
    with pytest.raises(ValueError, match="no runs"):
        ratio(0, 0, (0, 0, 0), 0)
    none = ratio(0, 10, (0, 0, 20), 5)
    assert (none.p, none.low, none.high, none.se) == pytest.approx((0, 0, 1 - 0.05 ** (1 / 5), 0))
    many = ratio(0, 80, (0, 0, 640), 40)  # 10 hypercubes of 4 draws, which are worth 3 at the least
    assert many.high == pytest.approx(1 - 0.05 ** (1 / 30))
    single = ratio(1, 2, (1, 2, 4), 1)
    assert (single.p, single.low, single.high, single.se, single.draws) == (0.5, 0, 1, 0, 1)
    few = ratio(1, 3, (1, 1, 5), 2)  # 1 of 1 and 0 of 2: as good as 1.8 clusters, which have no spread to go by
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


def test_paired_differences_are_exact_where_nothing_changes_and_refused_where_they_do_not_pair() -> None:
    happened = np.random.default_rng(3).random(4000) < 0.3
    same = difference(happened, happened, 2)
    assert (same.p, same.low, same.high) == (0, 0, 0)
    with pytest.raises(ValueError, match="same runs"):
        difference(happened, happened[:-2], 2)


def test_a_paired_difference_is_worked_by_hand() -> None:
    """Two hypercubes of four draws, of which one changes by a half: mean 1/16, standard error 1/16, and t at one.

    Another run that changes by a half adds the square of 1/16 to that of the error.
    """
    first = np.zeros(4 * STRATA, dtype=bool)
    second = first.copy()
    second[0] = True
    one = difference(first, second, 2)
    error = math.sqrt(2) / 16
    half = stats.t.ppf(0.975, 1) * error
    assert (one.p, one.low, one.high, one.se) == pytest.approx((1 / 16, 1 / 16 - half, 1 / 16 + half, error))
    assert (one.draws, one.replicates, one.input_sd) == (8, 2, None)
    assert difference(second, first, 2).p == -1 / 16
    with pytest.raises(ValueError, match="two hypercubes"):
        difference(first[:8], second[:8], 2)


def test_the_interval_of_a_change_covers_it_where_few_runs_differ() -> None:
    """With k of many runs changed one way, k is about Poisson: the interval holds its mean nearly as often as it says.

    Without the run that is added to those that differ, it holds it in 91% of cases, and in 80% for a mean of 3.7.
    """
    draws, most, means = 512, 40, np.arange(3, 12, 0.25)
    happened, ends = np.zeros((most, 2 * draws), dtype=bool), []
    for number in range(most):
        happened[number, : 8 * number : 8] = True
        one = difference(happened[0], happened[number], 2)
        ends.append((one.low * 2 * draws, one.high * 2 * draws))
    low, high = np.array(ends).T
    holds = (low <= means[:, None]) & (means[:, None] <= high)
    coverage = (stats.poisson.pmf(np.arange(most), means[:, None]) * holds).sum(axis=1)
    assert coverage.mean() > 0.93
    assert coverage.min() > 0.9


def test_a_mean_of_draws_has_students_interval() -> None:
    values = np.random.default_rng(4).normal(0.3, 1, 12 * STRATA)
    means = values.reshape(12, STRATA).mean(axis=1)
    one, expected = mean_of_draws(values, 5, 0.0), stats.ttest_1samp(means, 0).confidence_interval(0.95)
    assert (one.p, one.low, one.high) == pytest.approx((means.mean(), expected.low, expected.high))
    assert (one.se, one.draws, one.replicates) == pytest.approx((stats.sem(means), 48, 5))
    assert np.allclose(cube_means(values), means)


def test_the_last_hypercube_may_be_a_part_of_one() -> None:
    """Hypercubes of 4 and 2 draws with means of 1 and 0: 2/3; residuals 4/3 and -4/3, over 6 draws, twice."""
    one = mean_of_draws(np.array([1.0, 1, 1, 1, 0, 0]), 2, 0.0)
    assert (one.p, one.se) == pytest.approx((2 / 3, math.sqrt(2 * (4 / 3) ** 2 * 2) / 6))
    assert np.array_equal(cube_means(np.array([[1.0, 1, 1, 1, 4, 2]])), [[1, 3]])
    runs = np.repeat([True, False], [8, 4])
    assert share(runs, 2).p == pytest.approx(2 / 3)
    assert share(runs, 2).se == pytest.approx(ratio(8, 12, (64, 64, 80), 6).se)


def test_beta_range_has_the_moments_asked_for() -> None:
    from scipy.stats import beta

    low, high = beta_range(0.3, 0.1) or (0, 0)
    total = 0.3 * 0.7 / 0.01 - 1
    assert (low, high) == pytest.approx(beta(0.3 * total, 0.7 * total).interval(0.8))
    assert beta_range(0.5, 0.3) == pytest.approx(beta(0.25 / 0.18 - 0.5, 0.25 / 0.18 - 0.5).interval(0.8))
    for p, sd in ((0.3, 0.46), (0.0, 0.1), (1.0, 0.1), (0.5, 0.0), (0.5, -0.1), (0.5, 0.5)):
        assert beta_range(p, sd) is None, (p, sd)


@pytest.mark.parametrize(
    ("runs", "last"), [(4000, 30), (4012, 30), (4000, 7)], ids=["whole", "part of a hypercube", "in all runs, early"]
)
def test_sums_by_day_are_those_of_the_runs_that_have_it_by_then(runs: int, last: int) -> None:
    generator = np.random.default_rng(2)
    days, kept = generator.integers(0, last + 1, runs).astype(np.int16), generator.random(runs) < 0.7
    sums, of_kept = day_sums(days, 30, 4), day_sums(days, 30, 4, kept)
    assert sums.shape == (31, 4)
    for day in (0, 1, 7, 30):
        assert np.array_equal(sums[day], event_sums(days < day, 4))
        assert np.array_equal(of_kept[day], event_sums(days < day, 4, kept))


def test_sums_of_an_event_are_worked_by_hand() -> None:
    """Draws of 2, 1, 0, 0 and 1 of two runs: a hypercube of 3 in 8, and a part of one of 1 in 2."""
    happened = np.array([1, 1, 1, 0, 0, 0, 0, 0, 1, 0], dtype=bool)
    assert event_sums(happened, 2).tolist() == [4, 4 + 1 + 1, 9 + 1, 3 * 8 + 1 * 2]
    kept = np.array([1, 1, 1, 1, 1, 0, 0, 0, 0, 1], dtype=bool)
    assert event_sums(happened, 2, kept).tolist() == [3, 4 + 1, 9, 3 * 5]
    assert run_sums(kept, 2).tolist() == [6, 4, 25 + 1]


def test_first_events_named_are_those_tallied() -> None:
    assert FIRST_EVENTS == ("strikes", "agreement", "terms", "offensive", "limited", "full")
