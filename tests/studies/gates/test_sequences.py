"""Confidence sequences: the boundary against its definition, widths, and the chance of ever missing the mean."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from sim.studies.gates.sequences import RHO, ConfidenceSequence, boundary
from tests import sizes


def shares(rng: np.random.Generator, draws: int, shapes: tuple[float, float] = (2, 5)) -> np.ndarray:
    """Means of two replicates whose draws each have a probability of their own."""
    return rng.binomial(2, rng.beta(*shapes, draws)) / 2


def mixture(stray: float, variation: float) -> float:
    """The mixture by numerical integration of its definition (Howard et al. 2021, section 3.2)."""

    def density(u: float) -> float:
        return u ** (RHO - 1) * math.exp(-RHO * u)

    def integrand(u: float) -> float:
        lam = 1 - u
        return math.exp(lam * stray - (-math.log(u) - lam) * variation) * density(u)

    return quad(integrand, 0, 1, limit=200)[0] / quad(density, 0, 1, limit=200)[0]


@pytest.mark.parametrize("variation", [0.0, 0.5, 10.0, 120.0])
@pytest.mark.parametrize("alpha", [0.2, 0.025, 0.0001])
def test_the_boundary_is_where_the_mixture_reaches_one_over_alpha(variation: float, alpha: float) -> None:
    stray = boundary(variation, alpha)
    assert mixture(stray, variation) == pytest.approx(1 / alpha, rel=1e-4)


@given(st.floats(0, 1e7), st.floats(1e-12, 0.5), st.floats(1.01, 10), st.floats(1.01, 10))
def test_the_boundary_rises_with_the_variation_and_as_alpha_falls(
    variation: float, alpha: float, more: float, less: float
) -> None:
    at = boundary(variation, alpha)
    assert at > 0
    assert boundary(variation * more + 1, alpha) > at
    assert boundary(variation, alpha / less) > at


@pytest.mark.parametrize(("shapes", "widest"), [((2, 5), (2, 1.9)), ((50, 50), (2, 1.9)), ((0.4, 19.6), (3.4, 2.3))])
@pytest.mark.parametrize("blocks", [1, 5])
def test_the_price_of_looking_always_is_less_than_twice_the_width(
    shapes: tuple[float, float], widest: tuple[float, float], blocks: int
) -> None:
    """Against the interval for one look, 1.96 standard errors either side; more only where events are rare and few.

    Blocks of 512 hypercubes of four draws.
    """
    values = shares(np.random.default_rng(1), blocks * 2048, shapes).reshape(-1, 4).mean(axis=1)
    one = ConfidenceSequence(0.05)
    for block in values.reshape(blocks, 512):
        one = one.after(block)
    assert (one.high - one.low) / 2 < widest[blocks > 1] * 1.96 * values.std() / math.sqrt(len(values))


def test_a_guess_near_the_middle_tells_small_differences_by_fewer_draws() -> None:
    """Half of the range is the farthest that a draw can lie from a guess there, so the bound is half as wide."""
    near, anywhere = (ConfidenceSequence(0.05, -1, 1, near).after(np.zeros(512)).high for near in (0.0, 0.5))
    assert near == pytest.approx(anywhere / 2, rel=0.02)
    far = ConfidenceSequence(0.05, -1, 1, near=0.05).after(np.full(512, 0.8))
    assert far.low < 0.8 < far.high, "guesses that are far off widen it only"


def test_where_nothing_happens_the_bound_falls_with_the_number_of_draws() -> None:
    one = ConfidenceSequence(0.05).after(np.zeros(2048))
    assert (one.low, one.mean) == (0, 0)
    assert one.high < 0.008
    assert one.after(np.zeros(20_480)).high < one.high / 8
    same = ConfidenceSequence(0.05, -1, 1).after(np.zeros(2048))
    assert (same.mean, same.high) == (0, pytest.approx(-same.low))
    assert 0 < same.high < 0.016


def test_blocks_of_any_size_keep_the_same_sums() -> None:
    values = shares(np.random.default_rng(2), 4096)
    whole, parts = ConfidenceSequence(0.05).after(values), ConfidenceSequence(0.05)
    for part in np.split(values, [1, 7, 1000, 3999]):
        parts = parts.after(part)
    assert (parts.draws, parts.mean) == (4096, pytest.approx(values.mean()))
    assert parts.variation == pytest.approx(whole.variation)
    assert parts.low >= whole.low - 1e-12, "more looks never widen"
    assert parts.high <= whole.high + 1e-12
    assert parts.after(values[:0]) == parts


def test_looks_only_ever_narrow_the_interval() -> None:
    rng, one = np.random.default_rng(3), ConfidenceSequence(0.05, -1, 1)
    for _ in range(20):
        more = one.after(shares(rng, 256) - shares(rng, 256))
        assert one.low <= more.low < more.high <= one.high
        one = more


def test_the_range_of_the_draws_is_held() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        ConfidenceSequence(0.05).after(np.array([0.5, 1.5]))
    with pytest.raises(ValueError, match="from -1 to 1"):
        ConfidenceSequence(0.05, -1, 1).after(np.array([math.nan]))
    for wrong in ({"alpha": 0.0}, {"alpha": 1.0}, {"alpha": 0.1, "least": 1, "most": 1}):
        with pytest.raises(ValueError, match="expected an alpha"):
            ConfidenceSequence(**wrong)


def test_an_interval_that_missed_does_not_turn_inside_out() -> None:
    """Draws whose mean changes halfway, which no sequence is made for."""
    one = ConfidenceSequence(0.05).after(np.zeros(5000))
    missed = one.after(np.ones(50_000))
    assert (missed.low, missed.high) == (one.low, one.high)


SEQUENCES = 500 if sizes.full else 120
LOOKS = 49 if sizes.full else 12
MOST_MISSES = 48 if sizes.full else 18
"""At a true chance of 5% more than 48 of 500, or 18 of 120, have one below 1 in 100,000."""


@pytest.mark.slow
@pytest.mark.parametrize("shapes", [(2, 5), (0.4, 19.6), (0.5, 0.5)])
def test_a_mean_is_ever_missed_no_more_often_than_alpha(shapes: tuple[float, float]) -> None:
    rng, truth, missed = np.random.default_rng(4), shapes[0] / sum(shapes), 0
    for _ in range(SEQUENCES):
        one = ConfidenceSequence(0.05)
        for _ in range(LOOKS):
            one = one.after(shares(rng, 2048, shapes))
        missed += not one.low <= truth <= one.high
    print(f"{missed} of {SEQUENCES} sequences ever missed {truth:.4f}")
    assert missed <= MOST_MISSES


@pytest.mark.slow
@pytest.mark.parametrize("near", [0.5, 0.05])
def test_a_paired_difference_is_ever_missed_no_more_often_than_alpha(near: float) -> None:
    """The second scenario has the event where the first has it, less one run in twenty."""
    rng, missed = np.random.default_rng(5), 0
    for _ in range(SEQUENCES):
        one = ConfidenceSequence(0.05, -1, 1, near)
        for _ in range(LOOKS):
            first = rng.random((2048, 2)) < rng.beta(2, 5, 2048)[:, None]
            lost = first & (rng.random((2048, 2)) < 0.05)
            one = one.after(-lost.mean(axis=1))
        missed += not one.low <= -0.05 * 2 / 7 <= one.high
    print(f"{missed} of {SEQUENCES} sequences ever missed the difference")
    assert missed <= MOST_MISSES


@pytest.mark.slow
def test_intervals_for_one_look_would_be_false_far_more_often_than_they_say() -> None:
    """The reason for sequences, with the truth on the gate and a look every 400 draws; docs/gates.md has the table.

    About 26% (clustered) to 33% (Wilson) of verdicts are false at 25 looks; below 13% of 200 has a chance under 1 in
    100,000 for either.
    """
    rng, truth, looks, repeats = np.random.default_rng(6), 2 / 7, 25, 200
    sums = np.arange(1, looks + 1) * 400
    wrong = {"wilson": 0, "clustered": 0, "sequence": 0}
    for _ in range(repeats):
        values = shares(rng, looks * 400).reshape(looks, 400)
        mean = np.cumsum(values.sum(axis=1)) / sums
        error = np.sqrt((np.cumsum((values**2).sum(axis=1)) / sums - mean**2) / sums)
        wrong["clustered"] += bool((np.abs(mean - truth) > 1.96 * error).any())
        wrong["wilson"] += bool(((mean - truth) ** 2 > 1.96**2 * truth * (1 - truth) / (2 * sums)).any())
        one = ConfidenceSequence(0.05)
        for block in values:
            one = one.after(block)
        wrong["sequence"] += not one.low <= truth <= one.high
    assert wrong["wilson"] > 0.13 * repeats
    assert wrong["clustered"] > 0.13 * repeats
    assert wrong["sequence"] <= 0.13 * repeats
