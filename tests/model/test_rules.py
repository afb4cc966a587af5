"""Known answers and properties of the pure rules."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.model.arrays import Number
from sim.model.bargaining import agreement_probability, nash_rate, party_gain
from sim.model.events import due, following, shifted, without
from sim.model.influence import deliberate, giving_way, per_leverage, say
from sim.model.numbers import happens
from sim.model.perception import Gain, kalman, perceive
from sim.model.schedule import Planned, Schedule, profile
from sim.model.sums import add, least, plus, rest, total
from sim.model.sums import product as times
from sim.model.theatre import (
    breakdown_probability,
    calm,
    ever,
    first_day,
    held_back,
    incident_probability,
    launch_probability,
    launched,
    once_more,
    phases,
    still,
    strike_probability,
    terms_probability,
)
from sim.model.utility import (
    clash_cost,
    contest_success,
    engagement,
    expected_backing,
    fear_of_defeat,
    guarantor_gain,
    imminence,
    initiator_gain,
    patron_gain,
    promise,
    provocation,
    quantal_response,
    restraint,
    rift_cost,
    terms_gain,
)

shares = st.floats(0, 1)
stances = st.floats(-1, 1)


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_quantal_response_equilibrium_of_mckelvey_and_palfrey() -> None:
    """Row [[9, 0], [0, 1]], column [[0, 1], [1, 0]]: their 1995 logit equilibria."""
    known = {0.5: (0.8306706, 0.4180775), 1.0: (0.8935763, 0.3127804), 2.0: (0.8607544, 0.1910785)}
    for precision, (row, column) in known.items():
        p, q = 0.8, 0.3
        for _ in range(500):
            gains = array(9 * q - (1 - q), (1 - p) - p)
            p, q = (np.array([p, q]) + quantal_response(gains, precision)) / 2
        assert p == pytest.approx(row, abs=2e-6)
        assert q == pytest.approx(column, abs=2e-6)


def test_quantal_response_is_a_half_at_indifference_and_sure_far_from_it() -> None:
    assert quantal_response(array(0, 50, -50), 7.0) == pytest.approx([0.5, 1.0, 0.0], abs=1e-37)


@given(st.floats(-5, 5), st.floats(0.1, 20))
def test_quantal_response_matches_its_formula(argument: float, precision: float) -> None:
    response = quantal_response(array(argument), precision)[0]
    assert response == pytest.approx(1 / (1 + math.exp(-precision * argument)), rel=2e-5, abs=1e-37)


@given(st.floats(0.01, 10), st.floats(0.01, 10), st.floats(0.5, 4))
def test_contest_success_matches_its_formula_and_the_two_sides_share_one(a: float, d: float, c: float) -> None:
    won = contest_success(array(a), array(d), c)[0]
    assert won == pytest.approx(a**c / (a**c + d**c), rel=1e-4)
    assert won + contest_success(array(d), array(a), c)[0] == pytest.approx(1, rel=1e-5)


def test_contest_success_at_its_edges() -> None:
    assert contest_success(array(0, 0, 1), array(0, 1, 0), 2.0).tolist() == [0, 0, 1]
    assert contest_success(array(100, 1e9, 1), array(50, 1, 1e9), 20.0) == pytest.approx([1, 1, 0], abs=1e-5)


def test_gains_match_their_formulas() -> None:
    win, stance = array(0.3), array(0.7)
    assert initiator_gain(win, stance, 0.9, fear_of_defeat(0.4, 0.5))[0] == pytest.approx(
        0.9 * (0.3 * 0.7 - 0.7 * 0.4 * (1 - 0.25))
    )
    assert patron_gain(array(-0.2), 0.7, 0.06, 0.1, 0.05)[0] == pytest.approx(0.7 * -0.2 + 0.06 - 0.1 - 0.05)
    assert guarantor_gain(array(-0.7), array(0.2), 0.1)[0] == pytest.approx(0.7 * 0.6 - 0.1)
    assert expected_backing(array(-1.2, -1, 0, 1.4)).tolist() == [0, 0, 0.5, 1]
    assert promise(0.25, array(0.5, 1), array(0, 1)).tolist() == [0.5, 1.25]
    assert rift_cost(0.5, 2.0, array(0.5, 0.5), array(-0.5, 0.5)).tolist() == [1, 0.5], "no rift where both agree"
    assert clash_cost(0.5, 2.0, array(0.5, -0.5)).tolist() == [1.5, 0.5], "no clash with a patron that holds back"
    assert imminence(array(0.5), array(0.25)).tolist() == [0.125]
    assert least(array(1, 2), array(2, 1)).tolist() == [1, 1]
    assert provocation(0.45, array(0.5), 0.8)[0] == pytest.approx(0.45 * 0.5 * 0.8)
    assert provocation(array(0, 2), 1.0, 1.0).tolist() == [0, 1]
    assert restraint(0.5, array(0.4, 3), 0.5) == pytest.approx([0.5 * 0.8, 0]), "none beyond what there is"
    assert terms_gain(array(-0.8, 0.4), 0.5, 0.9, 0.7) == pytest.approx([0.5 * 0.8 * (0.9 - 0.7), 0])
    assert engagement(0.5, 0.2, array(0.3), array(0.2))[0] == pytest.approx(0.5 * (0.2 + 0.8 * 0.5))
    gain = party_gain(array(-0.5), 0.9, -0.35, array(0.2), 0.3, 0.05)[0]
    assert gain == pytest.approx(0.9 * -0.5 * (-0.35 - 0.2) - 0.3 * 0.2 + 0.05)
    assert nash_rate(array(0.4), array(0.1), array(0.2))[0] == pytest.approx(0.2 * 0.5)
    assert nash_rate(array(-0.4, 0.4, -0.4), array(-0.1, -0.1, 0.1), 0.2).tolist() == [0, 0, 0], "both must gain"
    assert agreement_probability(0.5, 2.0, array(0.4, 4), array(0.1, 9), 0.2) == pytest.approx([0.1, 1])


def test_a_weighted_sum_takes_numbers_and_arrays() -> None:
    ones = np.ones(40, dtype=np.float32)
    assert plus(ones, 0.5, 3 * ones).tolist() == plus(ones, 1.5, 1.0).tolist() == [2.5] * 40


def test_a_total_keeps_single_precision_and_is_0_of_nothing() -> None:
    ones = np.ones(2, dtype=np.float32)
    assert total([]) == 0
    both = total([ones, 2 * ones])
    assert isinstance(both, np.ndarray)
    assert (both.dtype, both.tolist(), ones.tolist()) == (np.float32, [3, 3], [1, 1])


def test_the_resolute_and_those_nobody_has_leverage_over_keep_their_stances() -> None:
    whole = array(0, 0.5, 2)
    assert giving_way(0.5, whole).tolist() == [0, 0.25, 0.5], "no more than all of what is not resolve"
    assert giving_way(1.0, whole).tolist() == [0, 0, 0]
    assert per_leverage(giving_way(0.5, whole), whole).tolist() == [0, 0.5, 0.25]
    assert (rest(array(0.25)).tolist(), add(array(1), 0.5).tolist(), times(array(3), 0.5).tolist()) == (
        [0.75],
        [1.5],
        [1.5],
    )


def test_perception_matches_a_worked_step_of_kalmans_filter() -> None:
    expected = 0.044 / (0.044 + 0.09)
    gain, variance = kalman(array(0.04), 0.3)
    assert gain[0] == pytest.approx(expected)
    assert variance[0] == pytest.approx(0.044 * (1 - expected))
    assert perceive(array(0.1), gain, array(0.5))[0] == pytest.approx(0.1 + expected * 0.4)
    exact, _ = kalman(array(0.04), 0.0)
    assert exact[0] == pytest.approx(0.044 / (0.044 + 0.0004)), "noise is never taken to be below 0.02"


def test_gains_of_numbers_and_of_arrays_agree_and_settle() -> None:
    numbers, arrays = Gain(0.3, 0.2, 200), Gain(array(0.3, 0.3), array(0.2, 0.2), 200)
    assert (numbers.is_single, arrays.is_single) == (True, False)
    for day in range(200):
        gain = numbers.on(day)
        assert [gain, gain] == arrays.on(day).tolist() == arrays.on(day).tolist(), "also if asked for twice"  # type: ignore[union-attr]
    drift, noise = 0.004, 0.2**2
    variance = (drift + math.sqrt(drift**2 + 4 * drift * noise)) / 2  # predicted, where it no longer changes
    assert gain == pytest.approx(variance / (variance + noise), rel=1e-5)
    first = 0.02**2 + drift
    assert Gain(0.0, 0.2, 1).on(0) == pytest.approx(first / (first + noise)), "nobody is surer than 0.02 at first"


def test_friedkin_johnsen_opinions_tend_to_the_published_limit() -> None:
    """Four people of Friedkin & Johnsen: the rule without noise, each with its own pull, ends where theirs does."""
    weights = np.array(
        [[0.220, 0.120, 0.360, 0.300], [0.147, 0.215, 0.344, 0.294], [0, 0, 1, 0], [0.090, 0.178, 0.446, 0.286]]
    )
    start = np.array([25, 25, 75, 85]) / 100
    susceptible = 1 - np.diag(weights)
    opinions = start.astype(np.float32)
    for _ in range(2000):
        target = susceptible * (weights @ opinions) + (1 - susceptible) * start
        opinions = deliberate(opinions, target.astype(np.float32), 0.0)
    assert opinions * 100 == pytest.approx([60.0208, 59.9840, 75, 74.9862], abs=2e-3)


def test_a_signal_is_the_stance_with_noise() -> None:
    assert say(array(0.1, 0.1), 0.5, array(1, -2)) == pytest.approx([0.6, -0.9])


@given(stances, stances, st.floats(-4, 4))
def test_stances_stay_on_the_axis(stance: float, target: float, noise: float) -> None:
    moved = deliberate(array(stance), array(3 * target), array(noise))[0]
    assert -1 <= moved <= 1


def test_profile_ramps_fades_and_ends() -> None:
    days = np.array([-1.0, 0, 1, 4, 9, 10])
    assert profile(days, 0.0, 10.0, 5.0, np.inf).tolist() == pytest.approx([0, 0.2, 0.4, 1, 1, 0])
    assert profile(days, -1.0, np.inf, 1.0, 5.0).tolist() == pytest.approx(
        [1, *(2 ** (-(d + 1) / 5) for d in days[1:])]
    )


def changes(schedule: Schedule, days: int) -> list[Number]:
    planned = Planned(schedule, days)
    return [planned.on(day) for day in range(days)]


def test_only_what_changes_since_the_eve_counts() -> None:
    steady = Schedule(start=-30.0)
    assert changes(steady, 5) == [0.0] * 5
    withdrawn = Schedule(start=-30.0, end=0.0)
    assert changes(withdrawn, 3) == [-1.0] * 3
    fading = changes(Schedule(start=-10.0, half_life=10.0), 2)
    assert fading[0] == pytest.approx(0.5 - 2**-0.9)


def test_schedules_of_numbers_and_of_arrays_agree() -> None:
    numbers = changes(Schedule(3.0, 40.0, 7.0, 20.0), 60)
    arrays = changes(Schedule(array(3, 3), 40.0, array(7, 7), 20.0), 60)
    assert np.array([change[1] for change in arrays]) == pytest.approx(np.array(numbers), abs=1e-6)


def test_probabilities_of_the_theatre_are_capped_before_the_agreement_counts() -> None:
    agreed = np.array([False, True])
    half_calm = calm(calm(1.0, array(0.5, 0)), array(0.5, 0))
    assert incident_probability(5.0, half_calm).tolist() == [1, 0]
    assert incident_probability(0.2, half_calm) == pytest.approx([0.15, 0])
    hit, ready = np.array([True, False]), array(0.3, 0.3)
    assert strike_probability(0.1, hit, ready, array(1, 1), agreed) == pytest.approx([0.2, 0.0125])
    assert strike_probability(0.1, hit, ready, array(0, -0.5), agreed) == pytest.approx([0.1, 0.003125])
    assert strike_probability(9.0, np.array([True, True]), array(1, 1), array(1, 1), agreed) == pytest.approx([1, 0.25])
    assert launch_probability(9.0, array(1, 1), 0.6, 0.5, agreed, 0.3) == pytest.approx([1, 0.3])
    assert launch_probability(0.1, array(0.5, 0.5), 0.6, 0.5, agreed, 0.3) == pytest.approx([0.05, 0.015])
    assert launch_probability(9.0, array(1, 1), 0.5, 0.5, agreed, 0.3).tolist() == [0, 0], "will no higher: not willing"
    assert held_back(0.6, 0.4) == pytest.approx(1 - 0.6 * 0.6)
    assert held_back(0.6, 1.7) == pytest.approx(1)
    terms = terms_probability(0.02, 2.0, array(0.3, 0.9, 0.9), array(0.1, 0.9, 0.9), 0.5, array(0.2, 0, 0.001))
    assert terms == pytest.approx([0.02 * 2 * 0.4 * 0.5, 0, 0.02]), "none where the initiator is against an offensive"
    assert terms_probability(9.0, 1.0, 1.0, 1.0, 1.0, array(1))[0] == 1
    assert breakdown_probability(0.05, array(0.4), array(0.2), array(0), 7.0)[0] == pytest.approx(0.05 * 0.6 * 0.5)
    assert breakdown_probability(9.0, array(1), array(1), array(1), 7.0)[0] == 1


def test_what_has_a_chance_of_0_never_happens_and_what_has_1_always() -> None:
    bits = np.array([0, 2**31, 2**32 - 1], dtype=np.uint32)
    assert happens(bits, array(0)).tolist() == [False, False, False]
    assert happens(bits, array(0.5)).tolist() == [True, False, False], "2**31 is exactly a half"
    assert happens(bits, array(1)).tolist() == [True, True, True]


def test_events_come_on_their_day_in_open_runs_and_shift_within_the_range() -> None:
    days = np.array([4, 5, 6, 5], dtype=np.int16)
    hit = due(days, 5, np.array([False, False, False, True]))
    assert hit.tolist() == [False, True, False, False]
    every, first = np.ones(3, dtype=np.bool_), np.array([4, 5, 60], dtype=np.int16)
    assert following(every, first, 5).tolist() == [True, False, False], "what comes on the same day comes too late"
    assert without(every, first, 5).tolist() == [False, True, True]
    assert not following(~every, first, 5).any()
    assert not without(~every, first, 5).any()
    assert shifted(array(0.5, 0.5, 0.9, -0.9), every.repeat(2)[:4], array(0.25, -2, 0.25, 0), -1, 1).tolist() == [
        0.75,
        -1,
        1,
        pytest.approx(-0.9),
    ]
    assert shifted(array(0.5), array(0) > 0, 0.25, 0, 1).tolist() == [0.5]


def test_what_happens_is_recorded_once() -> None:
    first, now = np.array([3, 60, 60], dtype=np.int16), np.array([True, True, False])
    found = first_day(first, now, 7, 60)
    assert (found.dtype, found.tolist()) == (np.int16, [3, 7, 60])
    assert still(now, np.array([False, True, False])).tolist() == [True, False, False]
    assert ever(now, np.array([False, True, False])).tolist() == [True, True, False]
    count = once_more(np.array([0, 1, 1], dtype=np.int16), now)
    assert (count.dtype, count.tolist()) == (np.int16, [1, 2, 1])


def test_an_offensive_is_full_by_imminence_and_breaks_the_agreement_in_force() -> None:
    launch, agreed = np.array([True, True, False, False]), np.array([True, False, True, True])
    before = np.array([False, False, False, True])
    full, broke = launched(launch, array(0.3, 0.29, 0.9, 0), agreed, before, before)
    assert full.tolist() == [True, False, False, True]
    assert broke.tolist() == [True, False, False, True]


def test_at_most_one_phase_changes_in_a_day() -> None:
    every = np.array(list(product([False, True], repeat=6)))
    launched, surrendered, concluded, broken, agreement, ended = phases(*every.T)
    for run, (launch, terms, agree, end, agreed, over) in enumerate(every):
        if over:
            expected = (False, False, False, False, agreed, True)
        elif launch:
            expected = (True, False, False, False, agreed, True)
        elif terms:
            expected = (False, True, False, False, agreed, True)
        elif agreed:
            expected = (False, False, False, end, not end, False)
        else:
            expected = (False, False, agree, False, agree, False)
        found = launched[run], surrendered[run], concluded[run], broken[run], agreement[run], ended[run]
        assert found == expected
