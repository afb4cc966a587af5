"""The random bits drawn in one loop are those of NumPy's generator."""

from __future__ import annotations

import numpy as np
import pytest

from sim.compiled.bits import Words


def words_of(generator: np.random.SFC64) -> Words:
    return Words(generator.state["state"]["state"])


@pytest.mark.parametrize("shape", [(1, 1), (3, 4), (7, 129), (0, 5), (5, 0)])
def test_words_are_those_of_numpy_and_go_on_where_they_ended(shape: tuple[int, int]) -> None:
    seeds = np.random.SeedSequence(20180819, spawn_key=(1, 2))
    words, expected = words_of(np.random.SFC64(seeds)), np.random.SFC64(seeds)
    for _ in range(3):
        found = np.zeros(shape, dtype=np.uint64)
        words.fill(found)
        assert np.array_equal(found, expected.random_raw(found.size).reshape(shape))


def test_rows_may_lie_apart_and_what_is_between_them_is_left_alone() -> None:
    table = np.full((4, 10), 7, dtype=np.uint64)
    words_of(np.random.SFC64(3)).fill(table[:, 2:5])
    assert np.array_equal(table[:, 2:5], np.random.SFC64(3).random_raw(12).reshape(4, 3))
    assert (np.delete(table, [2, 3, 4], axis=1) == 7).all()


def test_the_generator_that_lends_its_state_is_not_moved() -> None:
    generator = np.random.SFC64(3)
    words_of(generator).fill(np.zeros((2, 2), dtype=np.uint64))
    assert np.array_equal(generator.random_raw(4), np.random.SFC64(3).random_raw(4))
