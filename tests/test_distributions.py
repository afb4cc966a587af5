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
    DistributionError,
    Empirical,
    Fixed,
    LogNormal,
    Normal,
    Pool,
    Quantiles,
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


def by_percentiles(least: int = 0, most: int = 100) -> st.SearchStrategy[Quantiles]:
    """Percentiles of some number, which rise by 0.001 or more."""

    def made(percents: list[int], steps: list[float], start: float) -> Quantiles:
        rises = np.cumsum(steps[: len(percents)])
        return Quantiles(tuple(map(float, sorted(percents))), tuple(float(start + rise) for rise in rises))

    percents = st.lists(st.integers(least, most), min_size=2, max_size=6, unique=True)
    return st.builds(made, percents, st.lists(st.floats(0.001, 50), min_size=6, max_size=6), values)


percentiles = by_percentiles()
experts = st.lists(st.one_of(continuous, empiricals, fixed, percentiles), min_size=2, max_size=4).map(tuple)
weighted = st.lists(st.floats(0.01, 100), min_size=4, max_size=4)
pools = st.builds(lambda members, weights: Pool(members, tuple(weights[: len(members)])), experts, weighted)
any_distribution = st.one_of(continuous, empiricals, fixed, percentiles, pools, experts.map(Pool))


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
        Quantiles((10, 50, 90), (0.2, 0.5, 0.7)),
        Quantiles((0, 20, 100), (-1, 2, 2.5)),
        Quantiles((25, 75), (0, 0.1)).within(0, 0.12),
        Pool((Normal(-0.5, 0.1), Uniform(0, 1), Quantiles((10, 90), (0.3, 0.6))), (1, 2, 3)),
        Pool((Fixed(0.25), Triangular(0, 1, 1), Beta(2, 2))),
    ],
    ids=lambda one: one.kind,
)
def test_moments_are_those_of_the_quantiles(one: Distribution) -> None:
    """A quadrature over many midpoints, which knows of no formula; fewer where each takes a bisection."""
    points = 20_000 if isinstance(one, Pool) else 200_000
    drawn = one.ppf((np.arange(points) + 0.5) / points)
    assert drawn.mean() == pytest.approx(one.mean, rel=1e-4, abs=1e-6)
    assert drawn.std() == pytest.approx(one.sd, rel=2e-3, abs=1e-6)


@given(any_distribution)
def test_quantiles_rise_within_the_support(one: Distribution) -> None:
    drawn = one.ppf(GRID)
    slack = 1e-9 * max(1.0, *(abs(edge) for edge in one.support if math.isfinite(edge)), 0)
    assert np.all(np.diff(drawn) >= -slack)
    assert drawn.min() >= one.support[0] - slack
    assert drawn.max() <= one.support[1] + slack


@given(any_distribution, st.sampled_from([(0,), (1,), (7,), (2, 3)]))
def test_quantiles_keep_their_shape(one: Distribution, shape: tuple[int, ...]) -> None:
    drawn = one.ppf(np.full(shape, 0.25))
    assert drawn.shape == shape
    assert drawn.dtype == np.float64


@given(any_distribution)
def test_what_is_written_is_read_back(one: Distribution) -> None:
    assert parse(one.to_plain()) == one
    assert parse(json.loads(json.dumps(one.to_plain()))) == one
    assert parse(one) is one


@given(st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9)))
def test_a_number_is_a_fixed_value(number: float) -> None:
    one, value = parse(number), float(number)
    assert one == Fixed(value)
    assert (one.mean, one.median, one.sd, one.support, one.is_fixed) == (value, value, 0, (value, value), True)
    assert one.ppf(np.array([0.0, 0.3, 1.0])).tolist() == [value] * 3


@given(any_distribution)
def test_only_a_number_is_fixed(one: Distribution) -> None:
    assert one.is_fixed == isinstance(one, Fixed)
    assert hash(one) == hash(parse(one.to_plain()))


@given(st.lists(values, min_size=1, max_size=30))
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


@pytest.mark.parametrize(
    "corners",
    [
        (0.7, 0.70000000035, 0.7000000007),
        (0.3, 0.3, 0.30000000000000004),
        (0.3, 0.30000000000000004, 0.30000000000000004),
    ],
)
def test_a_triangle_may_be_as_narrow_as_numbers_allow(corners: tuple[float, float, float]) -> None:
    low, mode, high = corners
    one = Triangular(low, mode, high)
    assert one.support == (low, high)
    assert (high - low) / math.sqrt(24) * 0.999 <= one.sd <= (high - low) / math.sqrt(18) * 1.001


@pytest.mark.parametrize("mode", [0.0, 1.0])
def test_a_triangle_may_peak_at_its_edge(mode: float) -> None:
    one = Triangular(0, mode, 1)
    assert one.ppf(GRID) == pytest.approx(stats.triang(mode).ppf(GRID))


NO_NUMBER = "expected a number or a distribution such as {normal: [mean, sd]}"
KINDS_IN_WORDS = "normal, lognormal, uniform, triangular, beta, empirical, quantiles, experts"
NO_KIND = f"expected one of the distributions {KINDS_IN_WORDS}, not "
SOME = {"normal": [0, 1]}
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
        ({"quantiles": [0.1, 0.2]}, "expected quantiles to be followed by a map, as in {10: 0.2, 50: 0.5, 90: 0.7}"),
        ({"quantiles": {"50": 1}}, "quantiles takes two percentiles or more, as in {10: 0.2, 50: 0.5, 90: 0.7}"),
        ({"quantiles": {"10": 0, "110": 1}}, "expected a percentile from 0 to 100, not '110'"),
        ({"quantiles": {"low": 0, "high": 1}}, "expected a percentile from 0 to 100, not 'low'"),
        ({"quantiles": {"10": 0, "10.0": 1}}, "the percentile 10 appears twice"),
        ({"quantiles": {"10": "low", "90": 1}}, "expected a number at percentile 10"),
        ({"quantiles": {"10": 0.5, "90": 0.2}}, "quantiles must not fall: 10% is 0.5, so 90% is 0.5 or more"),
        ({"quantiles": {"10": 1, "90": 1}}, "expected percentiles that are not all the same; write the number"),
        ({"quantiles": {"10": 0, "90": math.inf}}, FINITE),
        ({"experts": SOME}, "expected experts to be followed by a list of distributions"),
        ({"experts": [SOME]}, "experts takes a list of two or more; write a single one by itself"),
        ({"experts": [SOME] * 33}, "expected 32 experts at most"),
        ({"experts": [SOME, "resists"]}, NO_NUMBER),
        ({"experts": [SOME, {"uniform": [1, 0]}]}, UNIFORM),
        ({"experts": [SOME, {"experts": [SOME, SOME]}]}, "an expert is no pool of experts; list all of them in one"),
        ({"experts": [SOME, SOME], "weights": [1]}, "expected 2 weights, one for each expert"),
        ({"experts": [SOME, SOME], "weights": [1, 0]}, "expected a weight above 0; leave out who counts for nothing"),
        ({"experts": [SOME, SOME], "weights": 1}, "expected weights to be a list of numbers, one for each expert"),
        ({"experts": [SOME, SOME], "names": 1}, "expected experts and weights, not 'names'"),
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


@given(by_percentiles(least=1, most=99))
@settings(max_examples=40)
def test_asked_percentiles_are_met_exactly(one: Quantiles) -> None:
    assert one.ppf(np.array(one.percents) / 100).tolist() == list(one.values)
    slack = 1e-9 * max(1.0, *map(abs, one.values))
    assert one.cdf(np.array(one.values)) == pytest.approx(np.array(one.percents) / 100, abs=max(1e-9, slack))


@given(two, st.lists(st.integers(0, 100), min_size=2, max_size=6, unique=True).map(sorted), st.booleans())
@settings(max_examples=40)
def test_percentiles_of_a_uniform_give_the_uniform(ends: list[float], percents: list[int], bounded: bool) -> None:
    uniform = Uniform(*ends)
    asked = uniform.ppf(np.array(percents) / 100)
    one = Quantiles(tuple(map(float, percents)), tuple(asked.tolist()))
    one = one.within(*ends) if bounded else one
    scale = max(1.0, *map(abs, ends)) * 100  # a tail of 98% is continued from 1% of the width
    assert one.ppf(GRID) == pytest.approx(uniform.ppf(GRID), abs=1e-10 * scale)
    assert (one.mean, one.sd) == pytest.approx((uniform.mean, uniform.sd), abs=1e-10 * scale)


def test_tails_continue_the_density_beside_them_and_end_at_the_range() -> None:
    one = Quantiles((10, 50, 90), (0.02, 0.5, 0.7))
    assert one.support == pytest.approx((0.02 - 0.12, 0.7 + 0.05))
    bounded = one.within(0.0, 1.0)
    assert bounded.support == pytest.approx((0.0, 0.75))
    assert bounded.ppf(np.array([0.05])) == pytest.approx([0.01])  # spread up to the end, no heap on it
    assert (bounded.to_plain(), bounded.percents) == (one.to_plain(), one.percents)


@given(one=st.one_of(continuous, percentiles))
@settings(max_examples=40)
def test_the_distribution_function_inverts_the_quantiles(one: Distribution) -> None:
    inner = np.linspace(0.01, 0.99, 99)
    assert one.cdf(one.ppf(inner)) == pytest.approx(inner, abs=1e-6)


@given(any_distribution, st.lists(values, min_size=1, max_size=20))
@settings(max_examples=40)
def test_a_distribution_function_rises_from_0_to_1(one: Distribution, at: list[float]) -> None:
    shares = one.cdf(np.array(sorted(at)))
    assert np.all(np.diff(shares) >= -1e-12)
    assert shares.min() >= 0
    assert shares.max() <= 1 + 1e-12
    low, high = (max(-1e6, min(1e6, edge)) for edge in one.support)
    assert one.cdf(np.array([low - 1, high + 1])) == pytest.approx([0, 1], abs=1e-3)


@given(pools)
@settings(max_examples=40)
def test_a_pool_is_the_mixture_of_its_experts(one: Pool) -> None:
    """Stone 1961: the probability of anything is the weighted mean of what the experts say of it."""
    at = one.ppf(np.linspace(0.02, 0.98, 25))
    shares = np.array(one.weights) / math.fsum(one.weights or ())
    assert one.cdf(at) == pytest.approx(sum(s * e.cdf(at) for s, e in zip(shares, one.experts, strict=True)))
    assert one.mean == pytest.approx(sum(s * e.mean for s, e in zip(shares, one.experts, strict=True)))


@given(pools, st.floats(0.01, 100))
@settings(max_examples=40)
def test_weights_of_any_sum_say_the_same(one: Pool, factor: float) -> None:
    scaled = Pool(one.experts, tuple(weight * factor for weight in one.weights or ()))
    scale = max(1.0, abs(one.mean), one.sd)
    assert (scaled.mean, scaled.sd) == pytest.approx((one.mean, one.sd), abs=1e-6 * scale)


def test_a_pool_of_numbers_is_one_of_them_by_weight() -> None:
    one = Pool((Fixed(0.0), Fixed(1.0)), (1, 3))
    assert one.ppf(np.array([0.1, 0.24, 0.26, 0.9])).tolist() == [0, 0, 1, 1]
    assert Pool(one.experts).ppf(np.array([0.49, 0.51])).tolist() == [0, 1]


def test_a_pool_of_like_minds_is_what_each_says() -> None:
    one = Normal(0.2, 0.3)
    assert Pool((one, one, one), (1, 5, 2)).ppf(GRID) == pytest.approx(one.ppf(GRID), abs=1e-9)


def test_a_fault_within_says_where_it_stands() -> None:
    for written, where in (
        ({"quantiles": {"10": 0.5, "90": 0.2}}, ("quantiles", "90")),
        ({"experts": [SOME, {"quantiles": {"10": 0, "x": 1}}]}, ("experts", 1, "quantiles", "x")),
        ({"experts": [SOME, SOME], "weights": [1, -1]}, ("weights", 1)),
    ):
        with pytest.raises(DistributionError) as caught:
            parse(written)
        assert caught.value.where == where
