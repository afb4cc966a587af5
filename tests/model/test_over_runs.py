"""All numbers of an object, and of what it leads to, are exchanged in a fixed order, and nothing else is touched."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.model.over_runs import ByDay, OverRuns, exchange

RUNS = 5


class Talks(ByDay):
    def __init__(self) -> None:
        self.number = 0.5

    def on(self, day: int) -> float:
        return self.number


class Part(OverRuns):
    def __init__(self, other: Part | None = None) -> None:
        self.numbers, self.name = np.arange(RUNS, dtype=np.float32), "a part"
        self.pair, self.all = ("name", np.ones(RUNS, dtype=np.bool_)), {"one": [np.zeros(RUNS, dtype=np.int16), 0.5]}
        self.table, self.wide, self.day, self.held = np.zeros((3, RUNS)), np.zeros(RUNS), 3, True
        self.other, self.itself, self.talks = other, self, Talks()


def test_numbers_are_exchanged_wherever_they_are_held() -> None:
    first = Part()
    part = Part(first)
    holders, given = exchange(part, RUNS, lambda holder, key, value: f"{key} {np.shape(value)}")
    for one in (part, first):
        assert (one.numbers, one.pair) == ("numbers (5,)", ("name", "pair (5,)"))
        assert one.all == {"one": ["0 (5,)", "1 ()"]}
        assert (one.name, one.day, one.held, one.itself) == ("a part", 3, True, one)
        assert one.table.shape == (3, RUNS)
        assert one.wide.dtype == np.float64, "no number of a crisis: those are single"
    assert given == [part.talks, first.talks]
    assert all(one.number == 0.5 for one in (part.talks, first.talks)), "left as they are"
    assert [id(one) for one in holders[:1]] == [id(vars(part))]
    assert len(holders) == 2 * 3, "attributes, a dict and a list of each"


def test_the_order_is_that_of_the_attributes() -> None:
    seen: list[Any] = []
    exchange(Part(), RUNS, lambda holder, key, value: seen.append(key))
    assert seen == ["numbers", "pair", 0, 1]
