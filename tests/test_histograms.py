"""Quantiles of histograms lie in bins that hold something, as close to those of the values as a bin is wide."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.tallies import histogram_quantiles, histograms

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def quantiles_of(values: np.ndarray, bins: int = 100) -> list[float | None]:
    counts = histograms(values.astype(np.float32), (-1, 1), bins, np.zeros(len(values), np.float32), 1)
    return histogram_quantiles(counts, -1.0, 1.0, LEVELS)[0]


def test_values_are_counted_by_part_and_those_of_none_are_left_out() -> None:
    generator, parts, bins = np.random.default_rng(0), 5, 50
    values = generator.uniform(-0.2, 1.2, 20_000).astype(np.float32)
    values[:100] = np.nextafter(np.arange(100, dtype=np.float32) / 50, np.float32(-1))  # just below the edges of bins
    part = generator.integers(0, parts + 1, len(values))
    counts = histograms(values, (0, 1), bins, part.astype(np.float32), parts)
    places = np.clip(values * np.float32(bins), 0, bins - 1).astype(int)
    assert counts.shape == (parts, bins)
    for number in range(parts):
        assert counts[number].tolist() == np.bincount(places[part == number], minlength=bins).tolist()


def test_a_part_without_values_has_zeros() -> None:
    counts = histograms(np.array([0.5], np.float32), (0, 1), 4, np.array([1], np.float32), 3)
    assert counts.tolist() == [[0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]


def test_where_all_have_one_value_every_quantile_is_that() -> None:
    for value in (-0.99, -0.31, 0.0, 0.55, 0.99):
        assert np.allclose(quantiles_of(np.full(4096, value)), value, atol=0.02)


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=200))
def test_a_quantile_is_as_close_as_a_bin_is_wide(values: list[float]) -> None:
    found = quantiles_of(np.array(values))
    exact = np.quantile(values, LEVELS, method="inverted_cdf")
    assert np.all(np.abs(np.array(found, dtype=float) - exact) <= 0.02 + 1e-6)


def test_an_empty_histogram_has_no_quantiles_and_leaves_the_others_theirs() -> None:
    counts = np.array([[0, 0, 0, 0], [0, 4, 0, 0], [0, 0, 1, 0]])
    empty, full, single = histogram_quantiles(counts, 0.0, 4.0, (0.25, 0.75))
    assert empty == [None, None]
    assert full == [1.25, 1.75]
    assert single == [2.25, 2.75]
