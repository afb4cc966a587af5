"""Comparisons: known answers, coverage under clustering, and that the seed decides."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sim.evaluation.scoring.comparison import compare, paired_difference, skill_score


def test_without_groups_the_interval_is_the_paired_t_interval() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.random(40), rng.random(40)
    one = paired_difference(a, b)
    expected = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (one.low, one.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert (one.cases, one.groups, one.mean) == (40, 40, pytest.approx(np.mean(a - b)))


def test_groups_of_equal_size_give_the_t_interval_of_their_means() -> None:
    rng = np.random.default_rng(2)
    gain = rng.normal(0.1, 1, (12, 5))
    groups = np.repeat(np.arange(12), 5).tolist()
    one = paired_difference(gain.ravel(), np.zeros(60), groups)
    expected = stats.ttest_1samp(gain.mean(axis=1), 0).confidence_interval(0.95)
    assert (one.low, one.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_unequal_groups_match_the_sandwich_worked_by_hand() -> None:
    """Gains 1, 2 | 3 | 6 in groups a, b, c: mean 3, sums of deviations -3, 0, 3, variance 3/2 * 18 / 16."""
    one = paired_difference([1, 2, 3, 6], [0, 0, 0, 0], ["a", "a", "b", "c"])
    assert one.mean == 3
    assert one.se == pytest.approx(np.sqrt(1.5 * 18) / 4)
    assert one.high == pytest.approx(3 + stats.t.ppf(0.975, 2) * np.sqrt(27) / 4)


def test_copies_of_a_case_in_one_group_tell_nothing_new() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.random(15), rng.random(15)
    once = paired_difference(a, b)
    copied = paired_difference(np.repeat(a, 4), np.repeat(b, 4), np.repeat(np.arange(15), 4).tolist())
    assert copied.low == pytest.approx(once.low, abs=1e-12)


def test_clustered_intervals_cover_and_unclustered_ones_do_not() -> None:
    """Groups of 1 to 8 cases with a common effect: of 1,000 intervals at a true coverage of 93% or more fewer than 890
    cover with a chance below 1 in 100,000 (binomial, z = 5); without groups far fewer do.
    """
    rng = np.random.default_rng(4)
    covered = np.zeros(2)
    for _ in range(1000):
        sizes = rng.integers(1, 9, 25)
        groups = np.repeat(np.arange(25), sizes)
        gain = rng.normal(0, 1, 25)[groups] + rng.normal(0, 0.5, len(groups))
        one = paired_difference(gain, np.zeros(len(gain)), groups.tolist())
        alone = paired_difference(gain, np.zeros(len(gain)))
        assert one.low is not None
        assert alone.low is not None
        bounds = [(one.low, one.high), (alone.low, alone.high)]
        covered += [low <= 0 <= high for low, high in bounds]
    print("cover 0: t {:.0f}, without groups {:.0f} of 1000".format(*covered))
    assert covered[0] >= 890
    assert covered[1] < 800


def test_skill_is_the_share_of_the_reference_that_is_saved() -> None:
    one = skill_score(np.arange(1, 11) / 10, np.arange(1, 11) / 5)
    assert one.value == pytest.approx(0.5)
    assert (one.low, one.high) == pytest.approx((0.5, 0.5)), "half of it in every resample"
    assert skill_score([0.2], [0.2]).value == 0
    assert skill_score([0.4], [0.2]).value == pytest.approx(-1)


def test_skill_against_a_perfect_reference_is_not_defined() -> None:
    assert skill_score([0.1, 0.2], [0, 0]).value is None
    partly = skill_score([0.1] * 10, [0] * 9 + [0.5])
    assert partly.value == pytest.approx(1 - 1 / 0.5)
    assert (partly.low, partly.high) == (None, None), "a resample without the last has no skill"


def test_the_bootstrap_interval_of_skill_is_near_the_normal_one_for_many_cases() -> None:
    """The delta method on 2,000 independent cases; 2,000 resamples place a bound to about 5% of the half-width."""
    rng = np.random.default_rng(6)
    b = rng.uniform(0.1, 0.5, 2000)
    a = 0.8 * b + rng.uniform(0, 0.05, 2000)
    one = skill_score(a, b, seed=1)
    ratio = a.mean() / b.mean()
    half = 1.96 * np.std(a - ratio * b) / b.mean() / np.sqrt(2000)
    assert one.value is not None
    assert one.high - one.value == pytest.approx(half, rel=0.25)
    assert one.value - one.low == pytest.approx(half, rel=0.25)


def test_one_group_gives_no_interval() -> None:
    one = paired_difference([0.1, 0.2], [0.2, 0.4], ["idlib", "idlib"])
    assert (one.mean, one.low, one.high, one.groups) == (pytest.approx(-0.15), None, None, 1)
    skill = skill_score([0.1, 0.2], [0.2, 0.4], ["idlib", "idlib"])
    assert (skill.low, skill.cases, skill.groups) == (None, 2, 1)


def test_the_seed_decides_the_bootstrap() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.random(30), rng.random(30)
    assert skill_score(a, b, seed=1) == skill_score(a, b, seed=1)
    assert skill_score(a, b, seed=1) != skill_score(a, b, seed=2)


def test_scores_that_do_not_belong_together_are_refused() -> None:
    for judged in (paired_difference, skill_score):
        with pytest.raises(ValueError, match="same cases"):
            judged([1, 2], [1])
        with pytest.raises(ValueError, match="at least one finite score"):
            judged([], [])
        with pytest.raises(ValueError, match="at least one finite score"):
            judged([np.nan], [1])
        with pytest.raises(ValueError, match="a group for each case"):
            judged([1, 2], [1, 2], ["a"])


def test_the_bootstrap_draws_whole_groups() -> None:
    """In each group the two cases make up for each other: the skill is a half in every resample of groups."""
    skill = skill_score([1, 0] * 10, [1, 1] * 10, np.repeat(np.arange(10), 2).tolist())
    assert (skill.value, skill.low, skill.high) == pytest.approx((0.5, 0.5, 0.5))
    assert (skill.cases, skill.groups) == (20, 10)
    with pytest.raises(ValueError, match="at least one resample"):
        skill_score([1] * 10, [1] * 10, resamples=0)


def test_the_bootstrap_interval_covers_with_the_groups_that_it_needs() -> None:
    """Of 400 intervals from 10 groups at a true coverage of 87%, fewer than 316 cover with a chance below 1 in 100,000.

    From 4 groups they would cover 80%, from 2 of them 48%, so there are none.
    """
    rng = np.random.default_rng(8)
    p = rng.uniform(0.1, 0.9, (400, 10, 2))
    happened = rng.random((400, 10, 1)) < p
    truth = 1 - (0.25 - (0.8**2 / 12)) / 0.25  # the mean of p (1 - p), against always saying a half
    covered = 0
    groups = np.repeat(np.arange(10), 2).tolist()
    for said, came in zip(p.reshape(400, -1), happened.reshape(400, -1), strict=True):
        one = skill_score((said - came) ** 2, np.full(20, 0.25), groups, resamples=400)
        assert one.low is not None
        assert one.high is not None
        covered += one.low <= truth <= one.high
    print(f"cover: {covered} of 400")
    assert covered >= 316
    few = skill_score([0.1] * 18, [0.2] * 18, np.repeat(np.arange(9), 2).tolist())
    assert (few.value, few.low, few.high) == (pytest.approx(0.5), None, None)


def test_the_bootstrap_interval_is_the_central_95_percent() -> None:
    """Half of 100 cases worth 1, half 0: sums of resamples are binomial, 95% of them from 40 to 60.

    Of 20,000 resamples 2.8% are 40 or less and 1.8% less than 40: at 2.5% either is more than 3 standard errors off.
    """
    one = skill_score([0, 1] * 50, [1] * 100, seed=3, resamples=20_000)
    assert (one.low, one.high) == pytest.approx((0.4, 0.6))


def test_a_comparison_is_of_groups_and_tells_skill_from_ten_cases_on() -> None:
    rng = np.random.default_rng(9)
    a, b, groups = rng.random(12), rng.random(12) + 0.5, list("aabbcdefghij")
    skill, gain = skill_score(a, b, groups, seed=0, resamples=2000), paired_difference(a, b, groups, bound=0.9)
    said = {"difference": [gain.mean, gain.low, gain.high], "skill": [skill.value, skill.low, skill.high]}
    rounded = {name: [round(value, 4) for value in values] for name, values in said.items()}
    assert compare(a, b, groups, bound=0.9) == {**rounded, "areas": 10}
    assert compare(a, b, groups)["difference"] == paired_difference(a, b, groups).plain()
    assert compare(a[:9], b[:9], groups[:9])["skill"] == [None] * 3
    alone = compare(a, b, ["a"] * 12)
    assert (alone["difference"][1:], alone["skill"][1:]) == ([None, None], [None, None])


def test_no_interval_goes_beyond_the_bound_on_either_side() -> None:
    low, high = (paired_difference([0.1, 0.9], [0.9, 0.1], bound=1.0).low, paired_difference([0.1], [0.2]).high)
    assert (low, high) == (-1, None)
    one = paired_difference([0.9, 0.6], [0.1, 0.1], bound=1.0)
    assert (one.low, one.high) == (-1, 1)


def test_a_comparison_says_no_skill_of_few_cases_and_counts_its_groups() -> None:
    """Sums of deviations 0.1 and -0.1: half-width t(1) * sqrt(2 * 0.02) / 3 = 0.847, and no interval beyond 1."""
    few = compare([0.1, 0.2, 0.3], [0.2, 0.4, 0.6], ["a", "a", "b"], bound=1.0, of="pairs")
    assert few["skill"] == [None, None, None]
    assert (few["difference"], few["pairs"]) == ([-0.2, -1.0, 0.6471], 2)
