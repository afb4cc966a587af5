"""Base rates: known answers, and intervals that hold when cases hang together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.baselines.base_rate import base_rate


def test_independent_cases_have_the_jeffreys_interval() -> None:
    one = base_rate([True] * 7 + [False] * 13)
    known = stats.beta(7.5, 13.5).interval(0.95)
    assert (one.p, one.low, one.high) == pytest.approx((0.35, *known))
    assert (one.happened, one.cases, one.groups) == (7, 20, None)


def test_none_or_all_reach_the_edge() -> None:
    none, all_ = base_rate([False] * 10), base_rate([True] * 10)
    assert (none.p, none.low, none.high) == pytest.approx((0, 0, stats.beta(0.5, 10.5).ppf(0.975)))
    assert (all_.low, all_.high) == pytest.approx((stats.beta(10.5, 0.5).ppf(0.025), 1))


def test_cases_repeated_within_areas_count_by_area() -> None:
    outcome = [True, False, False, True, False, False]
    alone = base_rate(outcome, areas=list("abcdef"))
    fivefold = base_rate(np.repeat(outcome, 5).tolist(), areas=np.repeat(list("abcdef"), 5).tolist())
    naive = base_rate(np.repeat(outcome, 5).tolist())
    assert fivefold.high - fivefold.low >= 0.95 * (alone.high - alone.low)
    assert naive.high - naive.low < 0.6 * (alone.high - alone.low)
    assert (fivefold.cases, fivefold.groups) == (30, 6)


def test_one_area_is_one_observation() -> None:
    one = base_rate([True, False, True, True], areas=["idlib"] * 4)
    assert (one.low, one.high) == pytest.approx(stats.beta(1.25, 0.75).interval(0.95))


def test_intervals_cover_when_areas_differ() -> None:
    """15 areas of 1 to 5 cases, each with its own probability around 0.4: of 1,000 intervals at a true coverage of 93%
    fewer than 890 cover with a chance below 1 in 100,000; taken as independent they cover less.
    """
    rng, covered = np.random.default_rng(3), np.zeros(2)
    for _ in range(1000):
        areas = np.repeat(np.arange(15), rng.integers(1, 6, 15))
        y = rng.random(len(areas)) < rng.beta(0.8, 1.2, 15)[areas]
        both = base_rate(y.tolist(), areas.tolist()), base_rate(y.tolist())
        covered += [one.low <= 0.4 <= one.high for one in both]
    print("cover: by area {:.0f}, as if independent {:.0f} of 1000".format(*covered))
    assert covered[0] >= 890
    assert covered[1] < 890


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), min_size=1, max_size=30))
def test_the_interval_holds_the_share(rows: list[tuple[bool, int]]) -> None:
    outcome, areas = [row[0] for row in rows], [row[1] for row in rows]
    for one in (base_rate(outcome), base_rate(outcome, areas)):
        assert 0 <= one.low <= one.p <= one.high <= 1


def test_no_cases_have_no_base_rate() -> None:
    with pytest.raises(ValueError, match="at least one case"):
        base_rate([])
    with pytest.raises(ValueError, match="an area for each case"):
        base_rate([True], ["a", "b"])
