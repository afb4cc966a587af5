"""First-order indices from counts: known answers on models whose indices are known, with chance on top."""

from __future__ import annotations

import numpy as np
import pytest

from sim.forecast.first_order import Groups, between, between_bins, interval, of_probability, resampled
from tests.known_models import ISHIGAMI, Known, counted, logistic

DRAWS = 20_000


@pytest.mark.parametrize("known", [ISHIGAMI, logistic(2.0, 1.0), logistic(0.0, 1.5)], ids=lambda one: one.name)
@pytest.mark.parametrize("replicates", [2, 8])
def test_indices_of_known_models(known: Known, replicates: int) -> None:
    """Each index lies within 4.8 bootstrap standard errors of the truth: 14 of them, a false alarm in 40,000."""
    counts = counted(known, DRAWS, replicates, seed=1)
    groups = Groups.of_counts(counts)
    whole = of_probability(*sums(groups), replicates)[0]
    assert abs(whole - known.variance) < 4.8 * 0.25 / np.sqrt(DRAWS)  # of products of two replicates, at most
    again = resampled(counts, 0, "test")
    taken = Groups.of_counts(again)
    shares = between_bins(taken) / of_probability(*sums(taken), replicates)
    for place, true in enumerate(known.first):
        value = float(between_bins(groups)[place]) / whole
        se = float(shares[:, place].std())
        assert abs(value - true) < 4.8 * se + 0.003, (place, value, true, se)


def sums(groups: Groups) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return groups.total.sum(axis=-1), groups.squares.sum(axis=-1), groups.draws.sum(axis=-1)


def test_an_input_that_does_nothing_is_as_often_below_zero_as_above() -> None:
    """Of 200 such inputs between 60 and 140 lie below 0: a false alarm in 10 million, were half of them to."""
    rng = np.random.default_rng(5)
    cells = rng.multinomial(2000, np.outer(np.full(16, 1 / 16), [0.5, 0.2, 0.3]).ravel(), size=200)
    values = between(Groups.of_counts(cells.reshape(200, 16, 3)))
    assert 60 < (values < 0).sum() < 140
    assert abs(values.mean()) < 4.8 * values.std() / np.sqrt(200)


def test_wider_bins_would_lose_a_twentieth_of_the_second_input_of_ishigami() -> None:
    counts = counted(ISHIGAMI, DRAWS, 8, seed=2)
    groups = Groups.of_counts(counts)
    assert between(groups)[1] / ISHIGAMI.variance < 0.96 * ISHIGAMI.first[1]
    assert between_bins(groups)[1] / ISHIGAMI.variance == pytest.approx(ISHIGAMI.first[1], abs=0.02)


def test_rows_of_a_table_give_the_joint_index() -> None:
    """A table of 200 rows, each with a probability of its own: all of the variance goes with the row."""
    rng = np.random.default_rng(3)
    p = rng.beta(2, 5, 200)
    row = rng.integers(0, 200, 20_000)
    share = rng.binomial(2, p[row]) / 2
    groups = Groups(*(np.bincount(row, one, 200) for one in (np.ones(20_000), share, share**2)))
    whole = of_probability(share.sum(), (share**2).sum(), np.array(20_000.0), 2)
    assert between(groups) / whole == pytest.approx(1, abs=0.2)
    times = rng.multinomial(200, np.full(200, 1 / 200), size=50)
    assert between(groups.each(lambda one: one * times), times).mean() == pytest.approx(float(between(groups)), rel=0.1)


@pytest.mark.slow
def test_intervals_cover() -> None:
    """Of 400 intervals of a nominal 95%, between 89% and 98.5% hold the truth: a false alarm in 100,000 at 95%."""
    known = logistic(2.0, 1.0)
    covered = []
    for seed in range(200):
        counts = counted(known, 4000, 2, seed=100 + seed)
        again = resampled(counts, seed, "cover")
        groups, taken = Groups.of_counts(counts), Groups.of_counts(again)
        whole, whole_again = of_probability(*sums(groups), 2), of_probability(*sums(taken), 2)
        for place, true in enumerate(known.first):
            one = interval(
                float(between_bins(groups)[place] / whole[place]),
                between_bins(taken)[:, place] / whole_again[:, place],
            )
            covered.append(one.low <= true <= one.high)
    assert 0.89 < np.mean(covered) < 0.985, np.mean(covered)
