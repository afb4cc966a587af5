"""Changes as they are printed: points with a sign, no more digits than the error supports, clear or not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report.chance import Shift


@pytest.mark.parametrize(
    ("row", "line"),
    [
        ((0.0272, 0.0213, 0.0331), "+2.7 points (+2.1 to +3.3)"),
        ((-0.13, -0.135, -0.125), "−13.0 points (−13.5 to −12.5)"),
        ((0.1, 0.02, 0.18), "+10 points (+2 to +18)"),
        ((-0.00061, -0.001145, -7.5e-05), "−0.06 points (−0.11 to −0.01)"),
        ((0.01, -0.004, 0.024), "no clear change (−0.4 to +2.4 points)"),
        ((0.0, 0.0, 0.0), "no change in any draw"),
    ],
)
def test_a_change_is_a_number_of_points_with_its_interval(row, line):
    assert Shift(*row).line == line


@given(st.floats(-1, 1), st.floats(0, 0.5), st.floats(0, 0.5))
def test_a_change_is_clear_exactly_where_the_interval_shown_leaves_out_0(p, below, above):
    shift = Shift(p, max(-1.0, p - below), min(1.0, p + above))
    low, high = (float(edge.replace("−", "-")) for edge in shift.interval.split(" to "))
    assert shift.is_clear == (low > 0 or high < 0)
    assert "no clear change" not in shift.line or not shift.is_clear
    assert not re.search(r"[+−]0(\.0*)?(?![\d.])", shift.line), "0 has no sign"
