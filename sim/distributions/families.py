"""The base class of all distributions, and the families given by a few parameters."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

Where = tuple[str | int, ...]
"""Keys that lead to a value within a distribution as written in a file."""


class DistributionError(ValueError):
    """Not a valid distribution; `where` leads to the part of the input that is wrong."""

    def __init__(self, message: str, where: Where = ()) -> None:
        self.where = where
        super().__init__(message)


class Distribution(ABC):
    """A prior over one number. Subclasses are frozen dataclasses whose fields are the parameters in file order."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def mean(self) -> float:
        """Expected value."""

    @property
    @abstractmethod
    def sd(self) -> float:
        """Standard deviation."""

    @property
    @abstractmethod
    def median(self) -> float:
        """Value at quantile 1/2."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Smallest and largest value, infinite if unbounded."""

    @abstractmethod
    def ppf(self, quantile: Array) -> Array:
        """Value at each quantile in (0, 1); same shape."""

    @abstractmethod
    def cdf(self, value: Array) -> Array:
        """Probability of at most each value; same shape."""

    @abstractmethod
    def to_plain(self) -> Any:
        """Return the form used in a scenario file, which `parse` reads back."""

    @property
    def members(self) -> tuple[Distribution, ...]:
        """Components if it is a mixture, else the distribution itself."""
        return (self,)

    def edges(self) -> Iterator[tuple[Where, float]]:
        """Yield the numbers that must lie in the range of its key, each with its place in the file."""
        for edge in (*self.support, self.median):
            if math.isfinite(edge):
                yield (), edge

    def within(self, low: float, high: float) -> Distribution:
        """Return it as the prior of a number with this range, on which only tails that nobody wrote depend."""
        return self

    @property
    def is_fixed(self) -> bool:
        """Whether the distribution is one number."""
        return False


def require(condition: bool, message: str, where: Where = ()) -> None:
    """Raise a DistributionError unless a condition holds."""
    if not condition:
        raise DistributionError(message, where)


class Moments(NamedTuple):
    """What is known of a distribution without drawing from it."""

    mean: float
    sd: float
    median: float
    support: tuple[float, float]


class Measured(Distribution):
    """A distribution with `moments` in closed form."""

    @property
    @abstractmethod
    def moments(self) -> Moments:
        """Mean, sd, median and support."""

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.moments.mean

    @property
    def sd(self) -> float:
        """Standard deviation."""
        return self.moments.sd

    @property
    def median(self) -> float:
        """Value at quantile 1/2."""
        return self.moments.median

    @property
    def support(self) -> tuple[float, float]:
        """Smallest and largest value."""
        return self.moments.support


@dataclass(frozen=True)
class Fixed(Measured):
    """A plain number."""

    value: float
    kind: ClassVar[str] = "number"

    @property
    def moments(self) -> Moments:
        """The value everywhere, and no spread."""
        return Moments(self.value, 0.0, self.value, (self.value, self.value))

    @property
    def is_fixed(self) -> bool:
        """Return True."""
        return True

    def ppf(self, quantile: Array) -> Array:
        """Return the value everywhere."""
        import numpy as np

        return np.full_like(quantile, self.value)

    def cdf(self, value: Array) -> Array:
        """1 from the value on."""
        import numpy as np

        return np.asarray(value >= self.value, dtype=np.float64)

    def to_plain(self) -> float:
        """Return the number."""
        return self.value


class _Listed(Measured):
    """Written as `{kind: [parameters in field order]}`."""

    def to_plain(self) -> dict[str, list[float]]:
        """Return the form used in a scenario file."""
        return {self.kind: [float(getattr(self, field.name)) for field in fields(self)]}  # type: ignore[arg-type]


@dataclass(frozen=True)
class Normal(_Listed):
    """Normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float
    kind: ClassVar[str] = "normal"

    def __post_init__(self) -> None:
        require(self.sigma > 0, "normal takes [mean, sd] with sd above 0")

    @property
    def moments(self) -> Moments:
        """As given; unbounded."""
        return Moments(self.mu, self.sigma, self.mu, (-math.inf, math.inf))

    def ppf(self, quantile: Array) -> Array:
        """Inverse of the normal distribution function."""
        import numpy as np

        from sim.special import ndtri

        return np.asarray(self.mu + self.sigma * ndtri(quantile))

    def cdf(self, value: Array) -> Array:
        """Return the normal distribution function."""
        import numpy as np

        from sim.special import ndtr

        return np.asarray(ndtr((value - self.mu) / self.sigma))


@dataclass(frozen=True)
class LogNormal(_Listed):
    """Lognormal, given by its median and the sd of its logarithm."""

    scale: float
    log_sd: float
    kind: ClassVar[str] = "lognormal"

    def __post_init__(self) -> None:
        require(self.scale > 0 and self.log_sd > 0, "lognormal takes [median, log-sd], both above 0")
        require(self.log_sd <= 5, "lognormal takes a log-sd of 5 at most")

    @property
    def moments(self) -> Moments:
        """Mean `scale * exp(log_sd**2 / 2)`, median `scale`; from 0 upwards."""
        mean = self.scale * math.exp(self.log_sd**2 / 2)
        return Moments(mean, mean * math.sqrt(math.expm1(self.log_sd**2)), self.scale, (0.0, math.inf))

    def ppf(self, quantile: Array) -> Array:
        """Exponential of the normal quantile."""
        import numpy as np

        from sim.special import ndtri

        return np.asarray(self.scale * np.exp(self.log_sd * ndtri(quantile)))

    def cdf(self, value: Array) -> Array:
        """Return the normal distribution function of the logarithm; 0 up to 0."""
        import numpy as np

        from sim.special import ndtr

        above = np.maximum(value, np.finfo(np.float64).tiny)
        return np.where(value > 0, ndtr((np.log(above) - math.log(self.scale)) / self.log_sd), 0.0)


@dataclass(frozen=True)
class Uniform(_Listed):
    """Uniform between `low` and `high`."""

    low: float
    high: float
    kind: ClassVar[str] = "uniform"

    def __post_init__(self) -> None:
        require(self.low < self.high, "uniform takes [low, high] with low below high")

    @property
    def moments(self) -> Moments:
        """Mean and median in the middle; sd the width over the root of 12."""
        middle = (self.low + self.high) / 2
        return Moments(middle, (self.high - self.low) / math.sqrt(12), middle, (self.low, self.high))

    def ppf(self, quantile: Array) -> Array:
        """Linear in the quantile."""
        return self.low + (self.high - self.low) * quantile

    def cdf(self, value: Array) -> Array:
        """Linear between the ends."""
        import numpy as np

        return np.clip((value - self.low) / (self.high - self.low), 0.0, 1.0)


@dataclass(frozen=True)
class Triangular(_Listed):
    """Triangular between `low` and `high` with its peak at `mode`."""

    low: float
    mode: float
    high: float
    kind: ClassVar[str] = "triangular"

    def __post_init__(self) -> None:
        require(
            self.low <= self.mode <= self.high and self.low < self.high,
            "triangular takes [low, mode, high] in rising order",
        )

    @property
    def moments(self) -> Moments:
        """Mean and sd from the three corners."""
        a, c, b = self.low, self.mode, self.high
        width, rise, fall = b - a, c - a, b - c
        median = a + math.sqrt(0.5 * width * rise) if rise / width > 0.5 else b - math.sqrt(0.5 * width * fall)
        sd = math.sqrt((rise * rise + rise * fall + fall * fall) / 18)  # from differences: a sum of squares cancels
        return Moments((a + c + b) / 3, sd, median, (a, b))

    def ppf(self, quantile: Array) -> Array:
        """Root of the quantile on either side of the mode."""
        import numpy as np

        width = self.high - self.low
        peak = (self.mode - self.low) / width
        rising = self.low + np.sqrt(quantile * width * (self.mode - self.low))
        falling = self.high - np.sqrt((1 - quantile) * width * (self.high - self.mode))
        return np.where(quantile < peak, rising, falling)

    def cdf(self, value: Array) -> Array:
        """Square of the distance from the nearer end, on either side of the mode."""
        import numpy as np

        inside, width = np.clip(value, self.low, self.high), self.high - self.low
        rises, falls = self.mode - self.low or 1.0, self.high - self.mode or 1.0  # a side of zero width holds no value
        up, down = np.minimum(inside, self.mode) - self.low, self.high - np.maximum(inside, self.mode)
        below, above = up * (up / rises) / width, down * (down / falls) / width
        return np.clip(np.where(inside < self.mode, below, 1 - above), 0.0, 1.0)


@dataclass(frozen=True)
class Beta(_Listed):
    """Beta on [0, 1] with shapes `a` and `b`."""

    a: float
    b: float
    kind: ClassVar[str] = "beta"

    def __post_init__(self) -> None:
        require(self.a >= 1e-3 and self.b >= 1e-3, "beta takes [a, b], both 0.001 or more")

    @property
    def moments(self) -> Moments:
        """Mean `a / (a + b)`; the median by the inverse of the distribution function."""
        from sim.special import betaincinv

        total = self.a + self.b
        sd = math.sqrt(self.a * self.b / (total * total * (total + 1)))
        return Moments(self.a / total, sd, float(betaincinv(self.a, self.b, 0.5)), (0.0, 1.0))

    def ppf(self, quantile: Array) -> Array:
        """Inverse of the regularised incomplete beta function."""
        import numpy as np

        from sim.special import betaincinv

        return np.asarray(betaincinv(self.a, self.b, quantile))

    def cdf(self, value: Array) -> Array:
        """Regularised incomplete beta function."""
        import numpy as np

        from sim.special import betainc

        return np.asarray(betainc(self.a, self.b, np.clip(value, 0.0, 1.0)))


@dataclass(frozen=True)
class Empirical(Measured):
    """One of the listed values, all equally likely."""

    values: tuple[float, ...]
    kind: ClassVar[str] = "empirical"

    def __post_init__(self) -> None:
        require(len(self.values) > 0, "empirical takes a list of at least one number")
        object.__setattr__(self, "values", tuple(sorted(self.values)))

    @property
    def moments(self) -> Moments:
        """Those of the values; the median is the upper one of an even number."""
        mean = math.fsum(self.values) / len(self.values)
        sd = math.sqrt(math.fsum((v - mean) ** 2 for v in self.values) / len(self.values))
        return Moments(mean, sd, self.values[len(self.values) // 2], (self.values[0], self.values[-1]))

    def ppf(self, quantile: Array) -> Array:
        """Step function through the sorted values."""
        import numpy as np

        last = len(self.values) - 1
        index = np.minimum((quantile * len(self.values)).astype(np.int64), last)
        return np.asarray(self.values)[index]

    def cdf(self, value: Array) -> Array:
        """Share of the values up to each."""
        import numpy as np

        return np.searchsorted(self.values, value, side="right") / len(self.values)

    def to_plain(self) -> dict[str, list[float]]:
        """Return the form used in a scenario file."""
        return {self.kind: list(self.values)}
