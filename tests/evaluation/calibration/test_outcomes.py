"""Classes of runs and cases: window of the offensive and whether an agreement came before it."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.evaluation.calibration.outcomes import CLASSES, WINDOWS, class_of, possible, window_of

DAY = datetime.date(2018, 1, 1)
LATER = DAY + datetime.timedelta(days=10_000)
days = st.one_of(st.none(), st.integers(0, 400))


@pytest.mark.parametrize(("day", "window"), [(0, 0), (29, 0), (30, 1), (89, 1), (90, 2), (179, 2), (180, 3), (999, 3)])
def test_within_n_days_means_before_day_n(day: int, window: int) -> None:
    assert window_of(day) == window


@pytest.mark.parametrize(
    ("offensive", "agreement", "expected"),
    [(10, 180, 0), (10, 5, 1), (10, 10, 0), (60, 20, 3), (180, 180, 6), (180, 100, 7), (254, 190, 6)],
)
def test_an_agreement_counts_before_the_offensive_and_within_the_last_window(
    offensive: int, agreement: int, expected: int
) -> None:
    assert class_of(offensive, agreement) == expected


@given(days, days)
def test_a_case_that_is_over_is_in_one_class(offensive: int | None, agreement: int | None) -> None:
    never = WINDOWS[-1]
    expected = class_of(never if offensive is None else offensive, never if agreement is None else agreement)
    assert possible(DAY, offensive, agreement, known=LATER) == {int(expected)}


@given(days, days, st.integers(0, 400), st.integers(0, 400))
def test_what_is_known_only_grows_and_never_excludes_the_truth(
    offensive: int | None, agreement: int | None, first: int, second: int
) -> None:
    early, late = (DAY + datetime.timedelta(days=lived) for lived in sorted((first, second)))
    before = possible(DAY, offensive, agreement, known=early)
    after = possible(DAY, offensive, agreement, known=late)
    assert possible(DAY, offensive, agreement, known=LATER) <= after <= before <= set(range(CLASSES))


def test_a_quiet_case_rules_out_the_windows_that_have_passed() -> None:
    seven_weeks = possible(DAY, None, None, known=DAY + datetime.timedelta(days=49))
    assert seven_weeks == {2, 3, 4, 5, 6, 7}
    assert possible(DAY, None, 20, known=DAY + datetime.timedelta(days=49)) == {3, 5, 7}


@given(days, days)
def test_nothing_is_known_on_the_as_of_date_of_what_comes_later(offensive: int | None, agreement: int | None) -> None:
    later = [None if day is None else day + 1 for day in (offensive, agreement)]
    assert possible(DAY, later[0], later[1], known=DAY) == set(range(CLASSES))
