"""Priors as values: what a scenario may give instead of a number.

A distribution is frozen, knows its mean, sd, median and support, and maps uniforms to values with `ppf`. Drawing by
inversion preserves common random numbers when a parameter changes: the same uniform gives the same quantile. NumPy is
imported only where values are drawn: checking a scenario does not need it.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, TypeGuard, TypeVar

from sim.distributions.families import (
    Beta,
    Distribution,
    DistributionError,
    Empirical,
    Fixed,
    LogNormal,
    Measured,
    Moments,
    Normal,
    Triangular,
    Uniform,
    Where,
    require,
)

if TYPE_CHECKING:
    from sim.distributions.families import Array

__all__ = [
    "KINDS", "Beta", "Distribution", "DistributionError", "Empirical", "Fixed", "LogNormal", "Normal", "Pool",
    "Quantiles", "Triangular", "Uniform", "Where", "is_distribution", "later", "parse",
]  # fmt: skip

T = TypeVar("T")
LARGEST = 1e12  # of any number in a scenario: beyond lie slips of the pen, and the edge of single precision
MOST_EXPERTS = 32
HALVINGS = 48
"""Number of halvings of the interval around a quantile of a pool: beyond single precision, whatever its width."""
DECIMALS = 12
"""Decimals of a quantile of a pool, so that a number an expert names is met exactly, 0 above all."""


@dataclass(frozen=True)
class Quantiles(Measured):
    """Given by percentiles, the form in which experts are asked: `percents` from 0 to 100, with the value at each.

    Between two percentiles all values are equally likely: of all distributions with these percentiles, this one adds
    the least information (minimum information relative to the uniform; Cooke 1991, Experts in Uncertainty, chapter 8).
    Beyond the first and the last, the density of the neighbouring interval continues until the probability is used up
    or the end of the key's range is reached, where the rest of the tail is spread up to that end.
    """

    percents: tuple[float, ...]
    values: tuple[float, ...]
    low: float = -math.inf
    high: float = math.inf
    kind: ClassVar[str] = "quantiles"

    def __post_init__(self) -> None:
        require(len(self.percents) >= 2, "quantiles takes two percentiles or more, as in {10: 0.2, 50: 0.5, 90: 0.7}")
        require(len(self.percents) == len(self.values), "quantiles takes a value for each percentile")
        require(self.percents[0] >= 0 and self.percents[-1] <= 100, "expected percentiles from 0 to 100")
        require(all(a < b for a, b in pairwise(self.percents)), "expected each percentile once, in rising order")
        for place, (before, after) in enumerate(pairwise(self.values), 1):
            first, second = map(percent_key, self.percents[place - 1 : place + 1])
            message = f"quantiles must not fall: {first}% is {before:g}, so {second}% is {before:g} or more"
            require(before <= after, message, (second,))
        require(self.values[0] < self.values[-1], "expected percentiles that are not all the same; write the number")

    @cached_property
    def knots(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Probabilities from 0 to 1 and the value at each; the quantile function is linear between them."""
        at, values = [percent / 100 for percent in self.percents], list(self.values)
        if at[0] > 0:
            end = values[0] - at[0] * (values[1] - values[0]) / (at[1] - at[0])
            at, values = [0.0, *at], [max(end, min(self.low, values[0])), *values]
        if at[-1] < 1:
            end = values[-1] + (1 - at[-1]) * (values[-1] - values[-2]) / (at[-1] - at[-2])
            at, values = [*at, 1.0], [*values, min(end, max(self.high, values[-1]))]
        return tuple(at), tuple(values)

    @property
    def moments(self) -> Moments:
        """Mean and variance of the uniform pieces between the knots, weighted by probability."""
        at, values = self.knots
        pieces = [(after - before, *ends) for (before, after), ends in zip(pairwise(at), pairwise(values), strict=True)]
        mean = math.fsum(width * (a + b) / 2 for width, a, b in pieces)
        second = (w * ((a - mean) ** 2 + (a - mean) * (b - mean) + (b - mean) ** 2) / 3 for w, a, b in pieces)
        place = min(bisect_right(at, 0.5), len(at) - 1)
        share = (0.5 - at[place - 1]) / (at[place] - at[place - 1])
        median = values[place - 1] + share * (values[place] - values[place - 1])
        return Moments(mean, math.sqrt(math.fsum(second)), median, (values[0], values[-1]))

    def ppf(self, quantile: Array) -> Array:
        """Linear between the percentiles."""
        import numpy as np

        return np.interp(quantile, *self.knots)

    def cdf(self, value: Array) -> Array:
        """Linear between the values."""
        import numpy as np

        at, values = self.knots
        return np.interp(value, values, at, left=0.0)

    def edges(self) -> Iterator[tuple[Where, float]]:
        """Yield the values written; the tails stay within the range by construction."""
        for percent, value in zip(self.percents, self.values, strict=True):
            yield (self.kind, percent_key(percent)), value

    def within(self, low: float, high: float) -> Quantiles:
        """Return a copy whose tails end at the range."""
        return replace(self, low=low, high=high)

    def to_plain(self) -> dict[str, dict[str, float]]:
        """Return the form used in a scenario file."""
        pairs = zip(self.percents, self.values, strict=True)
        return {self.kind: {percent_key(percent): float(value) for percent, value in pairs}}


@dataclass(frozen=True)
class Pool(Distribution):
    """Opinions of several experts, combined as a mixture: the linear opinion pool (Stone 1961).

    The weights are as written, above 0; their sum does not matter. None means equal weights.
    """

    experts: tuple[Distribution, ...]
    weights: tuple[float, ...] | None = None
    kind: ClassVar[str] = "experts"

    def __post_init__(self) -> None:
        require(len(self.experts) >= 2, "experts takes a list of two or more; write a single one by itself")
        require(len(self.experts) <= MOST_EXPERTS, f"expected {MOST_EXPERTS} experts at most")
        if self.weights is None:
            return
        count = len(self.experts)
        require(len(self.weights) == count, f"expected {count} weights, one for each expert", ("weights",))
        for place, weight in enumerate(self.weights):
            require(weight > 0, "expected a weight above 0; leave out who counts for nothing", ("weights", place))

    @property
    def shares(self) -> tuple[float, ...]:
        """The weights, scaled to sum 1."""
        weights = self.weights or (1.0,) * len(self.experts)
        return tuple(weight / math.fsum(weights) for weight in weights)

    def _pairs(self) -> Iterator[tuple[float, Distribution]]:
        yield from zip(self.shares, self.experts, strict=True)

    @property
    def members(self) -> tuple[Distribution, ...]:
        """The experts."""
        return self.experts

    @property
    def mean(self) -> float:
        """Weighted mean of the experts' means."""
        return math.fsum(share * one.mean for share, one in self._pairs())

    @property
    def sd(self) -> float:
        """Root of the variance within the experts plus the variance between their means."""
        centre = self.mean
        return math.sqrt(math.fsum(share * (one.sd**2 + (one.mean - centre) ** 2) for share, one in self._pairs()))

    @property
    def median(self) -> float:
        """Value at quantile 1/2."""
        import numpy as np

        return float(self.ppf(np.array([0.5]))[0])

    @property
    def support(self) -> tuple[float, float]:
        """From the smallest to the largest value of any expert."""
        ends = [one.support for one in self.experts]
        return min(low for low, _ in ends), max(high for _, high in ends)

    def cdf(self, value: Array) -> Array:
        """Weighted mean of the experts' distribution functions."""
        import numpy as np

        return np.asarray(sum(share * one.cdf(value) for share, one in self._pairs()))

    def ppf(self, quantile: Array) -> Array:
        """Smallest value whose distribution function reaches the quantile, by bisection between the experts' own."""
        import numpy as np

        own = np.array([one.ppf(quantile) for one in self.experts])
        low, high = own.min(axis=0), own.max(axis=0)
        for _ in range(HALVINGS):
            middle = low + (high - low) / 2
            reached = self.cdf(middle) >= quantile
            low, high = np.where(reached, low, middle), np.where(reached, middle, high)
        return np.asarray(np.round(high, DECIMALS))

    def edges(self) -> Iterator[tuple[Where, float]]:
        """Yield the edges of each expert."""
        for place, one in enumerate(self.experts):
            for where, edge in one.edges():
                yield (self.kind, place, *where), edge

    def within(self, low: float, high: float) -> Pool:
        """Return a copy in which the tails of each expert end at the range."""
        return replace(self, experts=tuple(one.within(low, high) for one in self.experts))

    def to_plain(self) -> dict[str, Any]:
        """Return the form used in a scenario file."""
        weights = {} if self.weights is None else {"weights": [float(weight) for weight in self.weights]}
        return {self.kind: [one.to_plain() for one in self.experts], **weights}


_FINE = (0.1, 0.5, *map(float, range(1, 100)), 99.5, 99.9)
"""Percentiles by which a distribution without a place of its own is moved."""


def later(one: Distribution, by: float) -> Distribution:
    """Return the distribution of a value plus a number; a lognormal or beta becomes its percentiles, moved."""
    if by == 0:
        return one
    match one:
        case Normal(mu, sigma):
            return Normal(mu + by, sigma)
        case Fixed() | Uniform() | Triangular():
            return type(one)(*(getattr(one, key.name) + by for key in fields(one)))
        case Empirical() | Quantiles():
            return replace(one, values=tuple(value + by for value in one.values))
        case Pool():
            return replace(one, experts=tuple(later(expert, by) for expert in one.experts))
    import numpy as np

    values = one.ppf(np.array(_FINE) / 100)
    return Quantiles(_FINE, tuple(float(value) + by for value in values))


def percent_key(percent: float) -> str:
    """Write a percentile as in a file, such as `10` or `2.5`."""
    return str(int(percent)) if percent == int(percent) else repr(float(percent))


_KINDS: dict[str, type[Distribution]] = {
    one.kind: one for one in (Normal, LogNormal, Uniform, Triangular, Beta, Empirical)
}
KINDS = (*_KINDS, Quantiles.kind, Pool.kind)


def is_distribution(value: object) -> bool:
    """Tell `{normal: [0, 1]}`, `{quantiles: {...}}` and `{experts: [...]}` from a map of the language."""
    if not isinstance(value, Mapping):
        return False
    match list(value):
        case [Quantiles.kind]:
            percents = value[Quantiles.kind]
            return isinstance(percents, Mapping) and all(_percent(one) is not None for one in percents)
        case [kind]:
            return kind in KINDS and isinstance(value[kind], list)
        case keys:
            return set(keys) == {Pool.kind, "weights"} and isinstance(value[Pool.kind], list)


def parse(value: object) -> Distribution:
    """Read a number, `{kind: [parameters]}`, `{quantiles: {percent: value}}` or `{experts: [...], weights: [...]}`.

    Raises DistributionError, with what was expected, for anything else.
    """
    if isinstance(value, Distribution):
        return value
    if _is_number(value):
        return Fixed(_finite(value))
    if isinstance(value, Mapping) and Pool.kind in value:
        return _parse_pool(value)
    if isinstance(value, Mapping) and len(value) == 1:
        kind, parameters = next(iter(value.items()))
        return _parse_quantiles(parameters) if kind == Quantiles.kind else _parse_kind(kind, parameters)
    raise DistributionError("expected a number or a distribution such as {normal: [mean, sd]}")


def _parse_quantiles(written: object) -> Quantiles:
    require(
        isinstance(written, Mapping), "expected quantiles to be followed by a map, as in {10: 0.2, 50: 0.5, 90: 0.7}"
    )
    found: dict[float, float] = {}
    for key, value in written.items():  # type: ignore[attr-defined]
        percent, where = _percent(key), (Quantiles.kind, str(key))
        if percent is None or not 0 <= percent <= 100:
            raise DistributionError(f"expected a percentile from 0 to 100, not {key!r}", where)
        require(percent not in found, f"the percentile {percent_key(percent)} appears twice", where)
        require(_is_number(value), f"expected a number at percentile {percent_key(percent)}", where)
        found[percent] = _inner(_finite, value, where)
    percents = tuple(sorted(found))
    return _inner(lambda values: Quantiles(percents, values), tuple(map(found.get, percents)), (Quantiles.kind,))


def _parse_pool(written: Mapping[Any, Any]) -> Pool:
    other = [key for key in written if key not in (Pool.kind, "weights")]
    require(not other, f"expected experts and weights, not {', '.join(map(repr, other))}")
    experts, weights = written[Pool.kind], written.get("weights")
    require(isinstance(experts, (list, tuple)), "expected experts to be followed by a list of distributions")
    read = tuple(_inner(_parse_expert, one, (Pool.kind, place)) for place, one in enumerate(experts))
    if weights is None:
        return Pool(read)
    otherwise = "expected weights to be a list of numbers, one for each expert"
    return Pool(read, _inner(lambda one: _numbers(one, otherwise), weights, ("weights",)))


def _numbers(written: Any, otherwise: str) -> tuple[float, ...]:
    """Read a list of numbers; the message says what is expected in its place."""
    require(isinstance(written, (list, tuple)) and all(map(_is_number, written)), otherwise)
    return tuple(map(_finite, written))


def _parse_expert(written: object) -> Distribution:
    nested = isinstance(written, Pool) or (isinstance(written, Mapping) and Pool.kind in written)
    require(not nested, "an expert is no pool of experts; list all of them in one")
    return parse(written)


def _inner(read: Callable[[Any], T], written: object, where: Where) -> T:
    """Read a part of a distribution; errors are reported with their place in the whole."""
    try:
        return read(written)
    except DistributionError as error:
        raise DistributionError(str(error), (*where, *error.where)) from None


def _parse_kind(kind: Any, parameters: Any) -> Distribution:
    known = isinstance(kind, str) and kind in _KINDS
    require(known, f"expected one of the distributions {', '.join(KINDS)}, not {kind!r}")
    numbers = _numbers(parameters, f"expected {kind} to be followed by a list of numbers")
    if kind == Empirical.kind:
        return Empirical(numbers)
    family, count = _KINDS[kind], len(fields(_KINDS[kind]))  # type: ignore[arg-type]
    require(len(numbers) == count, f"expected {kind} to take {count} numbers, not {len(numbers)}")
    return family(*numbers)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _finite(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    require(math.isfinite(number), "expected a finite number")
    require(abs(number) <= LARGEST, f"expected a number of at most {LARGEST:.0e} in size")
    return number


def _percent(key: object) -> float | None:
    """Return a percentile, which files write as a key and hence as text; None if it is not a number."""
    if isinstance(key, str):
        return float(key) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,9})?", key) else None
    return float(key) if _is_number(key) else None
