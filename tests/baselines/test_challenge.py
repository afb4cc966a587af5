"""The challenge model against its published example: years of delay of European emission standards."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.baselines.challenge import (
    Group,
    expected_utilities,
    next_positions,
    play,
    risk_exponents,
    victory_probabilities,
)
from sim.baselines.choice import weighted_mean, weighted_median

STATES = {
    "Netherlands": (0.08, 4, 0.80),
    "Belgium": (0.08, 7, 0.40),
    "Luxembourg": (0.03, 4, 0.20),
    "Germany": (0.16, 4, 0.80),
    "France": (0.16, 10, 0.60),
    "Italy": (0.16, 10, 0.60),
    "United Kingdom": (0.16, 10, 0.90),
    "Ireland": (0.05, 7, 0.10),
    "Denmark": (0.05, 4, 1.00),
    "Greece": (0.08, 7, 0.70),
}
"""Capability, position, salience (Bueno de Mesquita 1994)."""

NAMES = list(STATES)
CAPABILITY, POSITION, SALIENCE = (np.array(column, dtype=float) for column in zip(*STATES.values(), strict=True))
WEIGHT = CAPABILITY * SALIENCE
GROUP = Group(POSITION, CAPABILITY, SALIENCE, 6.0)
PUBLISHED = {  # Scholz, Calbert & Smith 2011
    "median": [8.4, 9.9, 9.9, 9.9, 9.9, 7.4, 8.8, 9.6],
    "mean": [7.4, 7.5, 7.6, 7.3, 7.3, 7.4, 7.5, 7.6],
}
REPRODUCED = {
    "median": [8.4159, 9.6109, 9.9620, 9.9620, 9.9620, 7.4720, 8.8246, 9.6711],
    "mean": [7.4613, 7.5525, 7.5901, 7.3581, 7.3492, 7.4149, 7.5105, 7.5724],
}
MOVERS = {
    "Belgium": [8.4159, 9.6109, 9.9620, 4.8009, 5.5242, 7.4720, 8.8246, 9.6711],
    "Luxembourg": [7, 8.4159, 9.6109, 9.9620, 4.8009, 5.5242, 7.4720, 8.8246],
    "Ireland": [4, 7, 8.4159, 9.6109, 9.9620, 5.5242, 7.4720, 8.8246],
}


def test_before_the_first_round_median_and_mean_are_the_published_ones() -> None:
    assert weighted_median(POSITION, WEIGHT) == 7.0
    assert weighted_mean(POSITION, WEIGHT) == pytest.approx(7.389956, abs=1e-6)


@pytest.mark.parametrize("what", ["median", "mean"])
def test_eight_rounds_give_the_reproduced_and_the_published_table(what: str) -> None:
    """The published median of round 2 is the one known exception, 9.9 for 9.61."""
    ours = [getattr(one, what) for one in play(POSITION, CAPABILITY, SALIENCE)]
    print(what, [round(value, 4) for value in ours])
    assert ours == pytest.approx(REPRODUCED[what], abs=1e-3)
    allowed = [0.3 if (what, index) == ("median", 1) else 0.1 for index in range(8)]
    assert all(abs(a - b) <= near for a, b, near in zip(ours, PUBLISHED[what], allowed, strict=True))


@pytest.mark.parametrize("name", MOVERS)
def test_states_move_as_reproduced(name: str) -> None:
    ours = [one.position[NAMES.index(name)] for one in play(POSITION, CAPABILITY, SALIENCE)]
    assert ours == pytest.approx(MOVERS[name], abs=1e-3)


def test_risk_exponents_of_the_first_round() -> None:
    expected = [1.4057, 0.7542, 0.5089, 1.4057, 1.0465, 1.0465, 1.9649, 0.5, 2.0, 1.1121]
    assert risk_exponents(GROUP) == pytest.approx(expected, abs=1e-4)
    assert play(POSITION, CAPABILITY, SALIENCE)[0].risk.tolist() == risk_exponents(GROUP).tolist()


def test_expected_utilities_of_belgium_and_france_as_belgium_sees_them() -> None:
    risk = risk_exponents(GROUP)
    utility = expected_utilities(GROUP, risk, victory_probabilities(GROUP, risk))
    belgium, france = NAMES.index("Belgium"), NAMES.index("France")
    assert utility[belgium, belgium, france] == pytest.approx(-0.1148, abs=1e-4)
    assert utility[belgium, france, belgium] == pytest.approx(0.2433, abs=1e-4)


def test_victory_probabilities_of_the_second_pass() -> None:
    victory = victory_probabilities(GROUP, risk_exponents(GROUP))
    at = {4: NAMES.index("Germany"), 7: NAMES.index("Greece"), 10: NAMES.index("France")}
    known = {
        (4, 7): 0.00315, (7, 4): 0.00898, (4, 10): 0.00875, (10, 4): 0.01186, (7, 10): 0.00731, (10, 7): 0.00458,
    }  # fmt: skip
    for (first, second), expected in known.items():
        assert victory[at[first], at[second]] == pytest.approx(expected, abs=1e-5)
    assert victory[at[4], NAMES.index("Denmark")] == 0, "no contest between equal positions"


def test_who_agrees_has_nothing_to_play() -> None:
    ones = np.ones(3)
    assert play(0.3 * ones, ones, ones) == ()


def test_nobody_moves_where_everybody_would_resist() -> None:
    """With full salience on all sides a challenge is always met, and with these weights mostly lost."""
    assert play(np.array([0.7, 0.1, -0.7]), np.array([0.4, 0.6, 0.5]), np.ones(3)) == ()


def test_fewer_rounds_are_the_first_of_more() -> None:
    two, eight = (play(POSITION, CAPABILITY, SALIENCE, rounds=rounds) for rounds in (2, 8))
    assert [one.position.tolist() for one in two] == [one.position.tolist() for one in eight[:2]]
    assert (len(two), len(eight)) == (2, 8)


actors = st.lists(
    st.tuples(st.floats(-1, 1), st.floats(0.01, 2), st.floats(0, 1)), min_size=2, max_size=7
).filter(lambda rows: np.ptp([row[0] for row in rows]) > 1e-3 and sum(row[2] for row in rows) > 0.01)  # fmt: skip


@given(actors)
def test_positions_stay_within_those_at_the_start(rows: list[tuple[float, float, float]]) -> None:
    position, capability, salience = (np.array(column) for column in zip(*rows, strict=True))
    low, high = position.min(), position.max()
    for one in play(position, capability, salience):
        assert np.all((one.position >= low - 1e-9) & (one.position <= high + 1e-9))
        assert low - 1e-9 <= one.median <= high + 1e-9
        assert np.all((one.risk >= 0.5 - 1e-12) & (one.risk <= 2 + 1e-12))


@given(actors, st.floats(-5, 5), st.floats(0.1, 30))
def test_a_move_does_not_depend_on_the_unit_of_the_axis(
    rows: list[tuple[float, float, float]], shift: float, scale: float
) -> None:
    """Positions on a grid of 1/64, shifted and stretched by powers of two, so that rounding breaks no ties."""
    position, capability, salience = (np.array(column) for column in zip(*rows, strict=True))
    position = np.round(position * 64) / 64
    shift, scale = round(shift), 2.0 ** round(np.log2(scale))
    if np.ptp(position) == 0:
        return
    here = Group(position, capability, salience, float(np.ptp(position)))
    there = Group(position * scale + shift, capability, salience, float(np.ptp(position)) * scale)
    assert victory_probabilities(there, np.ones(len(rows))) == pytest.approx(
        victory_probabilities(here, np.ones(len(rows))), abs=1e-12
    )
    assert risk_exponents(there) == pytest.approx(risk_exponents(here), abs=1e-6)
    assert np.isfinite(next_positions(there, risk_exponents(there))).all()
