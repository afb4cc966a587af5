"""Priors: quantiles and moments against SciPy, what is refused, and the way through a file and back."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sim.distributions import (
    KINDS,
    Beta,
    Distribution,
    Empirical,
    Fixed,
    LogNormal,
    Normal,
    Triangular,
    Uniform,
    parse,
)

GRID = np.concatenate(([1e-9, 1e-4], np.linspace(0.001, 0.999, 401), [1 - 1e-4, 1 - 1e-9]))

values = st.floats(-1e3, 1e3)
above_zero = st.floats(0.01, 50)
two = st.lists(values, min_size=2, max_size=2, unique=True).map(sorted).filter(lambda v: v[1] - v[0] > 1e-3)
three = st.lists(values, min_size=3, max_size=3).map(sorted).filter(lambda v: v[2] - v[0] > 1e-3)

normals = st.builds(Normal, values, above_zero)
lognormals = st.builds(LogNormal, above_zero, st.floats(0.01, 2))
uniforms = two.map(lambda v: Uniform(*v))
triangulars = three.map(lambda v: Triangular(*v))
betas = st.builds(Beta, st.floats(0.2, 50), st.floats(0.2, 50))
empiricals = st.lists(values, min_size=1, max_size=30).map(lambda v: Empirical(tuple(v)))
fixed = values.map(Fixed)
continuous = st.one_of(normals, lognormals, uniforms, triangulars, betas)
any_distribution = st.one_of(continuous, empiricals, fixed)


def scipy_of(one: Distribution) -> Any:
    """The same distribution in SciPy."""
    match one:
        case Normal(mu, sigma):
            return stats.norm(mu, sigma)
        case LogNormal(scale, log_sd):
            return stats.lognorm(log_sd, scale=scale)
        case Uniform(low, high):
            return stats.uniform(low, high - low)
        case Triangular(low, mode, high):
            return stats.triang((mode - low) / (high - low), low, high - low)
        case Beta(a, b):
            return stats.beta(a, b)
    raise AssertionError(one)


@given(continuous)
@settings(deadline=None)
def test_quantiles_and_moments_are_those_of_scipy(one: Distribution) -> None:
    oracle = scipy_of(one)
    scale = max(1.0, abs(oracle.mean()), oracle.std())
    assert one.ppf(GRID) == pytest.approx(oracle.ppf(GRID), rel=1e-6, abs=1e-6 * scale)
    assert one.mean == pytest.approx(oracle.mean(), rel=1e-9, abs=1e-9 * scale)
    assert one.sd == pytest.approx(oracle.std(), rel=1e-6, abs=1e-9 * scale)
    assert one.median == pytest.approx(oracle.median(), rel=1e-9, abs=1e-9 * scale)
    assert one.support == pytest.approx(oracle.support())


@pytest.mark.parametrize(
    "one",
    [
        Normal(-0.3, 0.2),
        LogNormal(0.19, 0.6),
        Uniform(-1, 3),
        Triangular(0.1, 0.2, 0.9),
        Beta(2, 5),
        Empirical((1, 1, 4)),
        Fixed(3),
    ],
    ids=lambda one: one.kind,
)
def test_moments_are_those_of_the_quantiles(one: Distribution) -> None:
    """A quadrature over 200,000 midpoints, which knows of no formula."""
    drawn = one.ppf((np.arange(200_000) + 0.5) / 200_000)
    assert drawn.mean() == pytest.approx(one.mean, rel=1e-4, abs=1e-6)
    assert drawn.std() == pytest.approx(one.sd, rel=2e-3, abs=1e-6)


@given(any_distribution)
@settings(deadline=None)
def test_quantiles_rise_within_the_support(one: Distribution) -> None:
    drawn = one.ppf(GRID)
    slack = 1e-9 * max(1.0, *(abs(edge) for edge in one.support if math.isfinite(edge)), 0)
    assert np.all(np.diff(drawn) >= -slack)
    assert drawn.min() >= one.support[0] - slack
    assert drawn.max() <= one.support[1] + slack


@given(any_distribution, st.sampled_from([(0,), (1,), (7,), (2, 3)]))
@settings(deadline=None)
def test_quantiles_keep_their_shape(one: Distribution, shape: tuple[int, ...]) -> None:
    drawn = one.ppf(np.full(shape, 0.25))
    assert drawn.shape == shape
    assert drawn.dtype == np.float64


@given(any_distribution)
@settings(deadline=None)
def test_what_is_written_is_read_back(one: Distribution) -> None:
    assert parse(one.to_plain()) == one
    assert parse(json.loads(json.dumps(one.to_plain()))) == one
    assert parse(one) is one


@given(st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9)))
@settings(deadline=None)
def test_a_number_is_a_fixed_value(number: float) -> None:
    one, value = parse(number), float(number)
    assert one == Fixed(value)
    assert (one.mean, one.median, one.sd, one.support, one.is_fixed) == (value, value, 0, (value, value), True)
    assert one.ppf(np.array([0.0, 0.3, 1.0])).tolist() == [value] * 3


@given(any_distribution)
@settings(deadline=None)
def test_only_a_number_is_fixed(one: Distribution) -> None:
    assert one.is_fixed == isinstance(one, Fixed)
    assert hash(one) == hash(parse(one.to_plain()))


@given(st.lists(values, min_size=1, max_size=30))
@settings(deadline=None)
def test_an_empirical_prior_steps_through_its_values(listed: list[float]) -> None:
    one = Empirical(tuple(listed))
    middles = (np.arange(len(listed)) + 0.5) / len(listed)
    assert one.ppf(middles).tolist() == sorted(listed)
    assert one.ppf(np.array([1e-12, 1 - 1e-12])).tolist() == [min(listed), max(listed)]
    assert one.mean == pytest.approx(np.mean(listed), abs=1e-9)
    assert one.sd == pytest.approx(np.std(listed), abs=1e-9)
    assert one.support == (min(listed), max(listed))


def test_an_empirical_prior_never_leaves_its_list_at_the_last_quantile() -> None:
    assert Empirical((3, 1, 2)).ppf(np.array([0.0, 1 / 3, 0.34, 0.99, 1.0])).tolist() == [1, 2, 2, 3, 3]


@pytest.mark.parametrize("mode", [0.0, 1.0])
def test_a_triangle_may_peak_at_its_edge(mode: float) -> None:
    one = Triangular(0, mode, 1)
    assert one.ppf(GRID) == pytest.approx(stats.triang(mode).ppf(GRID))


NO_NUMBER = "expected a number or a distribution such as {normal: [mean, sd]}"
NO_KIND = "expected one of the distributions normal, lognormal, uniform, triangular, beta, empirical, not "
NORMAL = "normal takes [mean, sd] with sd above 0"
LOGNORMAL = "lognormal takes [median, log-sd], both above 0"
UNIFORM = "uniform takes [low, high] with low below high"
TRIANGULAR = "triangular takes [low, mode, high] in rising order"
BETA = "beta takes [a, b], both 0.001 or more"
FINITE = "expected a finite number"
TOO_LARGE = "expected a number of at most 1e+12 in size"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, NO_NUMBER),
        (True, NO_NUMBER),
        (False, NO_NUMBER),
        ("0.5", NO_NUMBER),
        ("evidence", NO_NUMBER),
        ([], NO_NUMBER),
        ([0, 1], NO_NUMBER),
        ({}, NO_NUMBER),
        ({"normal": [0, 1], "beta": [1, 1]}, NO_NUMBER),
        (math.inf, FINITE),
        (-math.inf, FINITE),
        (math.nan, FINITE),
        (10**400, FINITE),
        ({"normal": [0, math.inf]}, FINITE),
        ({"uniform": [math.nan, 1]}, FINITE),
        ({"empirical": [0, 10**400]}, FINITE),
        (1.1e12, TOO_LARGE),
        (-(10**13), TOO_LARGE),
        ({"lognormal": [1e13, 1]}, TOO_LARGE),
        ({"norml": [0, 1]}, NO_KIND + "'norml'"),
        ({"number": [1]}, NO_KIND + "'number'"),
        ({5: [0, 1]}, NO_KIND + "5"),
        ({None: [0, 1]}, NO_KIND + "None"),
        ({"normal": 3}, "expected normal to be followed by a list of numbers"),
        ({"normal": None}, "expected normal to be followed by a list of numbers"),
        ({"normal": "01"}, "expected normal to be followed by a list of numbers"),
        ({"normal": {"mean": 0}}, "expected normal to be followed by a list of numbers"),
        ({"normal": [0, "1"]}, "expected normal to be followed by a list of numbers"),
        ({"normal": [0, True]}, "expected normal to be followed by a list of numbers"),
        ({"normal": [0, None]}, "expected normal to be followed by a list of numbers"),
        ({"normal": [[0, 1]]}, "expected normal to be followed by a list of numbers"),
        ({"normal": [0]}, "expected normal to take 2 numbers, not 1"),
        ({"uniform": [0, 1, 2]}, "expected uniform to take 2 numbers, not 3"),
        ({"triangular": [0, 1]}, "expected triangular to take 3 numbers, not 2"),
        ({"beta": []}, "expected beta to take 2 numbers, not 0"),
        ({"normal": [0, 0]}, NORMAL),
        ({"normal": [0, -1]}, NORMAL),
        ({"lognormal": [0, 1]}, LOGNORMAL),
        ({"lognormal": [-1, 1]}, LOGNORMAL),
        ({"lognormal": [1, 0]}, LOGNORMAL),
        ({"lognormal": [1, 5.01]}, "lognormal takes a log-sd of 5 at most"),
        ({"uniform": [1, 1]}, UNIFORM),
        ({"uniform": [2, 1]}, UNIFORM),
        ({"triangular": [1, 0, 2]}, TRIANGULAR),
        ({"triangular": [0, 3, 2]}, TRIANGULAR),
        ({"triangular": [1, 1, 1]}, TRIANGULAR),
        ({"beta": [0, 1]}, BETA),
        ({"beta": [1, -1]}, BETA),
        ({"empirical": []}, "empirical takes a list of at least one number"),
    ],
    ids=repr,
)
def test_what_is_no_prior_is_refused(value: object, message: str) -> None:
    with pytest.raises(ValueError, match="e") as caught:
        parse(value)
    assert str(caught.value) == message


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(KINDS) | st.text(max_size=3), inner, max_size=2)
        ),
    )
)
def test_any_plain_value_is_read_or_refused(value: object) -> None:
    try:
        one = parse(value)
    except ValueError:
        return
    assert isinstance(one, Distribution)


def test_distributions_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Normal(0, 1).mu = 2  # type: ignore[misc]


@pytest.mark.parametrize(
    "plain",
    [{"beta": [1e-300, 1e-300]}, {"beta": [1e300, 1e300]}, {"uniform": [-1e308, 1e308]}, {"lognormal": [1e308, 5]}],
    ids=repr,
)
def test_every_prior_that_is_accepted_has_finite_moments(plain: object) -> None:
    try:
        one = parse(plain)
    except ValueError:
        return
    assert all(map(math.isfinite, (one.mean, one.sd, one.median)))
