"""What is read from a table in one loop is what NumPy reads."""

from __future__ import annotations

import numpy as np
import pytest

from sim.compiled.lookup import looked_up

TABLE = np.random.default_rng(0).normal(size=2**16).astype(np.float32)


@pytest.mark.parametrize("places", [[], [0], [3, 3, 1], list(range(20)), [19]])
@pytest.mark.parametrize("rows", [0, 1, 5])
def test_entries_are_those_that_the_bits_point_to(rows: int, places: list[int]) -> None:
    bits = np.random.default_rng(1).integers(0, 2**16, (rows, 20), dtype=np.uint16)
    bits[:1, :4] = [0, 2**16 - 1, 2**15, 1]
    found = looked_up(TABLE, bits, np.array(places, dtype=np.int64))
    assert found.shape == (rows, len(places))
    assert found.tobytes() == TABLE[bits[:, places]].tobytes()


def test_rows_may_lie_apart() -> None:
    bits = np.random.default_rng(2).integers(0, 2**16, (6, 40), dtype=np.uint16)
    assert np.array_equal(looked_up(TABLE, bits[:, 8:24], np.array([2, 15])), TABLE[bits[:, [10, 23]]])
