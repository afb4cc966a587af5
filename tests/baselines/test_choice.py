"""Weighted median and probabilistic Condorcet choice: known answers and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.baselines.choice import condorcet, long_run, pairwise, weighted_median

OUTCOMES = np.array([1.0, 0.0, -0.35])
groups = st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 2)), min_size=1, max_size=8)


def test_two_outcomes_share_by_support() -> None:
    chance = condorcet(np.array([0.8, -0.4]), np.array([1.0, 0.5]), np.array([1.0, 0.0]))
    assert chance == pytest.approx([0.8, 0.2])


def test_three_outcomes_match_flows_balanced_by_hand() -> None:
    """Whichever lies higher wins with 3/4. The top loses 2/4 of itself and gains 3/4 of the rest: 3/5. The bottom loses
    6/4 of itself and gains 1/4 of the rest: 1/7.
    """
    stance = np.array([0.75, -0.25])
    assert pairwise(stance, np.ones(2), OUTCOMES)[0] == pytest.approx([0.5, 0.75, 0.75])
    assert condorcet(stance, np.ones(2), OUTCOMES) == pytest.approx([3 / 5, 9 / 35, 1 / 7])


def test_a_cycle_of_even_contests_shares_equally() -> None:
    cycle = np.array([[0.5, 0.9, 0.1], [0.1, 0.5, 0.9], [0.9, 0.1, 0.5]])
    assert long_run(cycle) == pytest.approx([1 / 3] * 3)


def test_nobody_who_cares_leaves_equal_chances() -> None:
    assert condorcet(np.zeros(2), np.ones(2), OUTCOMES) == pytest.approx([1 / 3] * 3)
    assert condorcet(np.array([0.5]), np.zeros(1), OUTCOMES) == pytest.approx([1 / 3] * 3)


def test_unanimity_is_certain() -> None:
    assert condorcet(np.array([0.2, 0.9]), np.ones(2), OUTCOMES) == pytest.approx([1, 0, 0])
    assert condorcet(np.array([-0.2, -0.9]), np.ones(2), OUTCOMES) == pytest.approx([0, 0, 1])


def test_a_contest_that_is_nearly_decided_still_has_the_right_long_run() -> None:
    """Two outcomes with odds of a billion to one: the process is slow, the answer exact."""
    victory = np.array([[0.5, 1e-9], [1 - 1e-9, 0.5]])
    assert long_run(victory) == pytest.approx([1e-9, 1], rel=1e-3)


@given(groups)
def test_chances_add_up_and_solve_the_stationary_equations(rows: list[tuple[float, float]]) -> None:
    stance, weight = (np.array(column) for column in zip(*rows, strict=True))
    chance, victory = condorcet(stance, weight, OUTCOMES), pairwise(stance, weight, OUTCOMES)
    assert chance.sum() == pytest.approx(1)
    assert np.all(chance >= -1e-12)
    assert victory + victory.T == pytest.approx(np.ones((3, 3)))
    back = np.sum(victory * (chance[:, None] + chance[None, :]), axis=1) / 3
    assert chance == pytest.approx(back, abs=1e-9)


@given(groups, st.floats(0.01, 1))
def test_more_support_makes_the_offensive_no_less_likely(rows: list[tuple[float, float]], more: float) -> None:
    stance, weight = (np.array(column) for column in zip(*rows, strict=True))
    moved = np.minimum(stance + more, 1)
    assert condorcet(moved, weight, OUTCOMES)[0] >= condorcet(stance, weight, OUTCOMES)[0] - 1e-9


def test_the_weighted_median_is_the_first_position_to_reach_half() -> None:
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0])) == 2
    assert weighted_median(np.array([1.0, 2.0]), np.array([0.5, 0.5])) == 1
    assert weighted_median(np.arange(10.0), np.full(10, 0.1)) == 4, "ten tenths, rounding or not"
