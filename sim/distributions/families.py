"""The base class of all distributions, and the families given by a few parameters."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

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


def require(condition: bool, message: str) -> None:
    """Raise a DistributionError unless a condition holds."""
    if not condition:
        raise DistributionError(message)


@dataclass(frozen=True)
class Fixed(Distribution):
    """A plain number."""

    value: float
    kind: ClassVar[str] = "number"

    @property
    def mean(self) -> float:
        """The value."""
        return self.value

    @property
    def sd(self) -> float:
        """0: there is no spread."""
        return 0.0

    @property
    def median(self) -> float:
        """The value."""
        return self.value

    @property
    def support(self) -> tuple[float, float]:
        """The value alone."""
        return self.value, self.value

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


class _Listed(Distribution):
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
    def mean(self) -> float:
        """`mu`."""
        return self.mu

    @property
    def sd(self) -> float:
        """`sigma`."""
        return self.sigma

    @property
    def median(self) -> float:
        """`mu`."""
        return self.mu

    @property
    def support(self) -> tuple[float, float]:
        """The whole line."""
        return -math.inf, math.inf

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
    def mean(self) -> float:
        """`scale * exp(log_sd**2 / 2)`."""
        return self.scale * math.exp(self.log_sd**2 / 2)

    @property
    def sd(self) -> float:
        """Standard deviation of the value itself."""
        return self.mean * math.sqrt(math.expm1(self.log_sd**2))

    @property
    def median(self) -> float:
        """`scale`."""
        return self.scale

    @property
    def support(self) -> tuple[float, float]:
        """From 0 upwards."""
        return 0.0, math.inf

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
    def mean(self) -> float:
        """Midpoint."""
        return (self.low + self.high) / 2

    @property
    def sd(self) -> float:
        """Width over the root of 12."""
        return (self.high - self.low) / math.sqrt(12)

    @property
    def median(self) -> float:
        """Midpoint."""
        return self.mean

    @property
    def support(self) -> tuple[float, float]:
        """`low` to `high`."""
        return self.low, self.high

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
    def mean(self) -> float:
        """Mean of the three corners."""
        return (self.low + self.mode + self.high) / 3

    @property
    def sd(self) -> float:
        """Standard deviation from the three corners."""
        a, c, b = self.low, self.mode, self.high
        return math.sqrt((a * a + b * b + c * c - a * b - a * c - b * c) / 18)

    @property
    def median(self) -> float:
        """Value at quantile 1/2."""
        width = self.high - self.low
        if (self.mode - self.low) / width > 0.5:
            return self.low + math.sqrt(0.5 * width * (self.mode - self.low))
        return self.high - math.sqrt(0.5 * width * (self.high - self.mode))

    @property
    def support(self) -> tuple[float, float]:
        """`low` to `high`."""
        return self.low, self.high

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
    def mean(self) -> float:
        """`a / (a + b)`."""
        return self.a / (self.a + self.b)

    @property
    def sd(self) -> float:
        """Standard deviation from the shapes."""
        total = self.a + self.b
        return math.sqrt(self.a * self.b / (total * total * (total + 1)))

    @property
    def median(self) -> float:
        """Value at quantile 1/2."""
        from sim.special import betaincinv

        return float(betaincinv(self.a, self.b, 0.5))

    @property
    def support(self) -> tuple[float, float]:
        """0 to 1."""
        return 0.0, 1.0

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
class Empirical(Distribution):
    """One of the listed values, all equally likely."""

    values: tuple[float, ...]
    kind: ClassVar[str] = "empirical"

    def __post_init__(self) -> None:
        require(len(self.values) > 0, "empirical takes a list of at least one number")
        object.__setattr__(self, "values", tuple(sorted(self.values)))

    @property
    def mean(self) -> float:
        """Mean of the values."""
        return math.fsum(self.values) / len(self.values)

    @property
    def sd(self) -> float:
        """Standard deviation of the values."""
        return math.sqrt(math.fsum((v - self.mean) ** 2 for v in self.values) / len(self.values))

    @property
    def median(self) -> float:
        """Value at quantile 1/2."""
        return self.values[len(self.values) // 2]

    @property
    def support(self) -> tuple[float, float]:
        """Smallest to largest value."""
        return self.values[0], self.values[-1]

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
