"""Numbers and sums over runs: the same as NumPy's plain ways, in the same type."""

from __future__ import annotations

import numpy as np

from sim.model.arrays import LINE, is_one, is_zero, number, over_runs, zeros


def test_only_the_plain_number_0_is_left_out() -> None:
    assert is_zero(0.0)
    assert is_zero(np.float32(0))
    assert not any(is_zero(one) for one in (1.0, -1.0, 1e-30, np.zeros(2, dtype=np.float32)))


def test_a_number_stays_one_and_an_array_becomes_float32() -> None:
    one, wide = number(0.3), number(np.array([0.1, 0.9]))
    assert (type(one), float(one)) == (np.float32, np.float32(0.3))
    assert (wide.dtype, wide.tolist()) == (np.float32, [np.float32(0.1), np.float32(0.9)])
    assert is_one(one)
    assert not is_one(wide)


def test_what_is_laid_over_runs_is_their_own() -> None:
    one = over_runs(0.5, 3)
    again = over_runs(one, 3)
    again[0] = 1
    assert (one.tolist(), again.tolist(), one.dtype) == ([0.5] * 3, [1, 0.5, 0.5], np.float32)


def test_zeros_start_with_a_line_of_the_cache() -> None:
    for size in range(1, 40):
        made = zeros((size, 3), np.uint16)
        assert (made.shape, made.dtype, made.ctypes.data % LINE) == ((size, 3), np.uint16, 0)
        assert not made.any()
        made[:] = size
        assert (made == size).all()
