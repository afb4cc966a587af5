"""Numbers of a stream come day by day as they are in it, however many are drawn at a time, and none for nothing."""

from __future__ import annotations

import numpy as np
import pytest

from sim import rng
from sim.model import chance
from sim.model.chance import Daily, Dice

DAYS, RUNS = 11, 8


class Counting:
    """A stream that counts the days drawn from it."""

    def __init__(self) -> None:
        self.stream, self.days = Dice(1, 2).stream("somebody", "something"), 0

    def fill(self, out: np.ndarray) -> None:
        self.days += len(out)
        self.stream.fill(out)


@pytest.mark.parametrize("days_at_a_time", [1, 3, 11, 50])
@pytest.mark.parametrize("table", [None, rng.normal_quantiles()], ids=["bits", "normals"])
def test_days_are_those_of_the_stream_and_no_others_are_drawn(
    monkeypatch: pytest.MonkeyPatch, table: np.ndarray | None, days_at_a_time: int
) -> None:
    monkeypatch.setattr(chance, "AT_A_TIME", days_at_a_time * RUNS)
    counting = Counting()
    daily = Daily(counting, DAYS, RUNS, table)
    found = np.array([daily.on(day).copy() for day in range(DAYS)])
    bits = np.empty((DAYS, RUNS), dtype=np.uint32 if table is None else np.uint16)
    Dice(1, 2).stream("somebody", "something").fill(bits)
    assert np.array_equal(found, bits if table is None else table[bits])
    assert counting.days == DAYS
