"""Priors as values: what a scenario may write in place of a number.

A distribution is frozen, knows its mean, sd, median and support, and turns uniforms into values by `ppf`. Drawing by
inversion keeps common random numbers through a change of parameters: the same uniform gives the same quantile. NumPy
is imported where values are drawn: to check a scenario takes none of it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

LARGEST = 1e12  # of any number in a scenario: beyond lie slips of the pen, and the edge of single precision


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
        """Smallest and largest value, infinite where there is none."""

    @abstractmethod
    def ppf(self, quantile: Array) -> Array:
        """Value at each quantile in (0, 1); same shape."""

    @abstractmethod
    def to_plain(self) -> Any:
        """Return the form a scenario file writes, which `parse` reads back."""

    @property
    def is_fixed(self) -> bool:
        """Whether the distribution is one number."""
        return False


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
        """Nothing spreads."""
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
        """Yes."""
        return True

    def ppf(self, quantile: Array) -> Array:
        """Return the value everywhere."""
        import numpy as np

        return np.full_like(quantile, self.value)

    def to_plain(self) -> float:
        """Return the number."""
        return self.value


class _Listed(Distribution):
    """Written as `{kind: [parameters in field order]}`."""

    def to_plain(self) -> dict[str, list[float]]:
        """Return the form a scenario file writes."""
        return {self.kind: [float(getattr(self, field.name)) for field in fields(self)]}  # type: ignore[arg-type]


@dataclass(frozen=True)
class Normal(_Listed):
    """Normal with mean `mu` and standard deviation `sigma`."""

    mu: float
    sigma: float
    kind: ClassVar[str] = "normal"

    def __post_init__(self) -> None:
        _require(self.sigma > 0, "normal takes [mean, sd] with sd above 0")

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
        from scipy.special import ndtri

        return np.asarray(self.mu + self.sigma * ndtri(quantile))


@dataclass(frozen=True)
class LogNormal(_Listed):
    """Lognormal, written by its median and the sd of its logarithm."""

    scale: float
    log_sd: float
    kind: ClassVar[str] = "lognormal"

    def __post_init__(self) -> None:
        _require(self.scale > 0 and self.log_sd > 0, "lognormal takes [median, log-sd], both above 0")
        _require(self.log_sd <= 5, "lognormal takes a log-sd of 5 at most")

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
        """Above 0."""
        return 0.0, math.inf

    def ppf(self, quantile: Array) -> Array:
        """Exponential of the normal quantile."""
        import numpy as np
        from scipy.special import ndtri

        return np.asarray(self.scale * np.exp(self.log_sd * ndtri(quantile)))


@dataclass(frozen=True)
class Uniform(_Listed):
    """Uniform between `low` and `high`."""

    low: float
    high: float
    kind: ClassVar[str] = "uniform"

    def __post_init__(self) -> None:
        _require(self.low < self.high, "uniform takes [low, high] with low below high")

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


@dataclass(frozen=True)
class Triangular(_Listed):
    """Triangular between `low` and `high` with its peak at `mode`."""

    low: float
    mode: float
    high: float
    kind: ClassVar[str] = "triangular"

    def __post_init__(self) -> None:
        _require(
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


@dataclass(frozen=True)
class Beta(_Listed):
    """Beta on [0, 1] with shapes `a` and `b`."""

    a: float
    b: float
    kind: ClassVar[str] = "beta"

    def __post_init__(self) -> None:
        _require(self.a >= 1e-3 and self.b >= 1e-3, "beta takes [a, b], both 0.001 or more")

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
        from scipy.special import betaincinv

        return float(betaincinv(self.a, self.b, 0.5))

    @property
    def support(self) -> tuple[float, float]:
        """0 to 1."""
        return 0.0, 1.0

    def ppf(self, quantile: Array) -> Array:
        """Inverse of the regularised incomplete beta function."""
        import numpy as np
        from scipy.special import betaincinv

        return np.asarray(betaincinv(self.a, self.b, quantile))


@dataclass(frozen=True)
class Empirical(Distribution):
    """One of the listed values, each as likely as the others."""

    values: tuple[float, ...]
    kind: ClassVar[str] = "empirical"

    def __post_init__(self) -> None:
        _require(len(self.values) > 0, "empirical takes a list of at least one number")
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
        return self.values[min(len(self.values) // 2, len(self.values) - 1)]

    @property
    def support(self) -> tuple[float, float]:
        """Least to greatest value."""
        return self.values[0], self.values[-1]

    def ppf(self, quantile: Array) -> Array:
        """Step function through the sorted values."""
        import numpy as np

        last = len(self.values) - 1
        index = np.minimum((quantile * len(self.values)).astype(np.int64), last)
        return np.asarray(self.values)[index]

    def to_plain(self) -> dict[str, list[float]]:
        """Return the form a scenario file writes."""
        return {self.kind: list(self.values)}


_KINDS: dict[str, tuple[type[Distribution], int]] = {
    "normal": (Normal, 2),
    "lognormal": (LogNormal, 2),
    "uniform": (Uniform, 2),
    "triangular": (Triangular, 3),
    "beta": (Beta, 2),
    "empirical": (Empirical, 0),
}
KINDS = tuple(_KINDS)


def parse(value: object) -> Distribution:
    """Read a number or `{kind: [parameters]}`.

    Raises
    ------
    ValueError
        Where the value is neither, with what was expected.
    """
    if isinstance(value, Distribution):
        return value
    if _is_number(value):
        return Fixed(_finite(value))
    if isinstance(value, Mapping) and len(value) == 1:
        kind, parameters = next(iter(value.items()))
        return _parse_kind(kind, parameters)
    raise ValueError("expected a number or a distribution such as {normal: [mean, sd]}")


def _parse_kind(kind: object, parameters: object) -> Distribution:
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f"expected one of the distributions {', '.join(_KINDS)}, not {kind!r}")
    if not isinstance(parameters, (list, tuple)) or not all(_is_number(p) for p in parameters):
        raise ValueError(f"expected {kind} to be followed by a list of numbers")
    family, count = _KINDS[kind]
    numbers = [_finite(p) for p in parameters]
    if family is Empirical:
        return Empirical(tuple(numbers))
    if len(numbers) != count:
        raise ValueError(f"expected {kind} to take {count} numbers, not {len(numbers)}")
    return family(*numbers)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _finite(value: object) -> float:
    try:
        number = float(value)  # type: ignore[arg-type]
    except OverflowError:
        number = math.inf
    _require(math.isfinite(number), "expected a finite number")
    _require(abs(number) <= LARGEST, f"expected a number of at most {LARGEST:.0e} in size")
    return number


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
