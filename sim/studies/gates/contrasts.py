"""Contrasts: the numbers that gates are about, as means, and confidence sequences, the intervals that judge them.

A contrast is a probability, or its change from another scenario. Each hypercube of draws gives one number, independent
of those of others: the share of its runs in which the outcome came in time, or, run by run against the same draws of
the other scenario, the difference of the two shares.

A gate stops as soon as its verdict is clear, and an interval made for one look is wrong far more often than it says
where one looks until it says what one hoped for. A `ConfidenceSequence` holds at every look at once, however often and
whenever one looks; it takes draws block by block and keeps sums only.

The bound is the empirical-Bernstein one of Howard, Ramdas, McAuliffe & Sekhon (2021, Annals of Statistics 49, theorem
4), with their gamma-exponential mixture (proposition 9) as the boundary. Of the bounds tried on draws of forecasts it
was the narrowest from 4,000 draws on (docs/gates.md).
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from sim.rng import STRATA
from sim.studies.bench import draw_shares

if TYPE_CHECKING:
    from sim.runs.play import Records
    from sim.scenario.scenario import Scenario

RHO = 2.0
"""Where the mixture is at its best, as a sum of squares: a block or two of a forecast, by hypercubes. The width
elsewhere suffers little: by a tenth at a hundred times as many draws."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ConfidenceSequence:
    """An interval for the mean of bounded draws, valid at all looks together with probability 1 - `alpha`.

    Draws must each have the same mean given those before, as independent draws do; nothing else is asked of them.

    Attributes
    ----------
    alpha
        Chance, over all looks together, that the interval ever misses the mean: half of it on each side.
    least, most
        Bounds of every draw: 0 and 1 for shares, -1 and 1 for differences of shares.
    near
        How far from the middle of the range, as a share of it, a draw is guessed at most. A guess may be any, so the
        interval holds for all; what lies near the middle, as most differences do, is told by fewer draws if this is
        little.
    draws, mean
        Number of draws so far and their mean (the middle of the range without any).
    low, high
        The interval: what all looks so far have in common.
    """

    alpha: float
    least: float = 0.0
    most: float = 1.0
    near: float = 0.5
    draws: int = 0
    total: float = 0.0
    variation: float = 0.0
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1 or self.least >= self.most:
            raise ValueError("expected an alpha between 0 and 1, and a range that is not empty")
        object.__setattr__(self, "low", max(self.low, self.least))
        object.__setattr__(self, "high", min(self.high, self.most))

    @property
    def mean(self) -> float:
        """Mean of the draws so far."""
        return self.least + (self.most - self.least) * (self.total / self.draws if self.draws else 0.5)

    def after(self, values: Values) -> ConfidenceSequence:
        """Return the sequence after some more draws, and one more look.

        Parameters
        ----------
        values
            The draws in their order, shape (draws,).

        Raises
        ------
        ValueError
            Where one lies outside the range.
        """
        if not values.size:
            return self
        unit = (np.asarray(values, dtype=np.float64) - self.least) / (self.most - self.least)
        if not (unit.min() >= 0 and unit.max() <= 1):  # written so that NaN fails
            raise ValueError(f"expected draws from {self.least:g} to {self.most:g}")
        draws, total = self.draws + len(unit), self.total + float(unit.sum())
        farthest = 0.5 + self.near  # that a draw can lie from its guess
        variation = self.variation + float(np.square((unit - self._guesses(unit)) / farthest).sum())
        reach = boundary(variation, self.alpha / 2) * farthest / draws
        low, high = (self.least + (self.most - self.least) * (total / draws + side) for side in (-reach, reach))
        low, high = max(low, self.low), min(high, self.high)
        if low > high:  # it has missed the mean, as it may with a chance of alpha: keep what there was
            low, high = self.low, self.high
        return replace(self, draws=draws, total=total, variation=variation, low=low, high=high)

    def _guesses(self, unit: Values) -> Values:
        """Guess each draw by the mean of those before it, and of one half that stands for none; near the middle."""
        before = 0.5 + self.total + np.concatenate(([0.0], np.cumsum(unit)[:-1]))
        return np.clip(before / (1.0 + self.draws + np.arange(len(unit))), 0.5 - self.near, 0.5 + self.near)


@lru_cache(maxsize=4096)
def boundary(variation: float, alpha: float) -> float:
    """Return how far a sum of draws in [0, 1] may stray above its mean, at any time, but for a chance of alpha.

    Parameters
    ----------
    variation
        Sum of squared differences of the draws from guesses that were made before each.
    """
    from scipy.optimize import brentq

    level = -math.log(alpha)

    def excess(stray: float) -> float:
        return _log_mixture(stray, variation) - level

    most = 1.0
    while excess(most) < 0:
        most *= 2
    return float(brentq(excess, 0.0, most, xtol=1e-6, rtol=1e-9)) + 1e-6  # the root is found to that: err upwards


def _log_mixture(stray: float, variation: float) -> float:
    """Log of the mixture over lambda in [0, 1) of exp(lambda s - psi(lambda) v), psi = -log(1 - lambda) - lambda.

    The mixing density is that of a gamma variable for 1 - lambda with shape and rate `RHO`, cut off at 1.
    """
    from scipy.special import gammainc, gammaln

    shape, rate = variation + RHO, stray + variation + RHO
    prior = RHO * math.log(RHO) - float(gammaln(RHO)) - math.log(float(gammainc(RHO, RHO)))
    held = math.log(float(gammainc(shape, rate)))  # at least about one half, as rate >= shape
    return prior + float(gammaln(shape)) + held - shape * math.log(rate) + stray + variation


NEAR = 0.05
"""How far from none a difference is guessed, as a share of the range of 2: by ten points at most."""

Verdict = Literal["pass", "fail", "undecided", "error"]


@dataclass(frozen=True)
class Interval:
    """Where a number lies, and its best guess."""

    low: float
    high: float
    estimate: float


@dataclass(frozen=True)
class Claim:
    """That numbers lie above `low` and below `high`."""

    low: float = -math.inf
    high: float = math.inf

    def judge(self, intervals: Iterable[Interval]) -> Verdict:
        """Return what the intervals prove."""
        inside = True
        for one in intervals:
            if one.low >= self.high or one.high <= self.low:
                return "fail"
            inside &= self.low < one.low and one.high < self.high
        return "pass" if inside else "undecided"

    def strain(self, one: Interval) -> float:
        """How far an interval reaches towards the end that it offends most, or that is nearest; for choosing the worst.

        Of two intervals, the one with the greater strain lies further out.
        """
        return max(one.estimate - self.high, self.low - one.estimate)

    @property
    def text(self) -> str:
        """The claim in words, such as `below 0.45`."""
        if math.isinf(self.low):
            return f"below {self.high:g}"
        if math.isinf(self.high):
            return f"above {self.low:g}"
        return f"within {self.high:g}" if self.low == -self.high else f"between {self.low:g} and {self.high:g}"


@dataclass(frozen=True)
class Source:
    """A scenario that runs may be needed of; it is built when they are, for a sweep may have thousands.

    Attributes
    ----------
    hash, horizon, as_of
        As the scenario has them.
    """

    hash: str
    horizon: int
    as_of: datetime.date
    build: Callable[[], Scenario] = field(compare=False, repr=False)

    @classmethod
    def of(cls, scenario: Scenario) -> Source:
        """Return the source of a scenario that is at hand."""
        return cls(scenario.hash, scenario.horizon, scenario.as_of, lambda: scenario)


@dataclass(frozen=True)
class Known:
    """A probability of an earlier forecast that cannot be run again, and its standard error."""

    p: float
    error: float


@dataclass(frozen=True)
class Contrast:
    """The probability of an outcome within some days, less that of another scenario or of an earlier forecast.

    Attributes
    ----------
    label
        Which of a gate's contrasts it is, where it has several.
    """

    source: Source
    outcome: str
    day: int
    base: Source | None = None
    known: Known | None = None
    label: str = ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The scenarios it needs runs of."""
        return (self.source,) if self.base is None else (self.base, self.source)

    def values(self, records: Mapping[str, Records], replicates: int) -> Values:
        """Return one number a hypercube.

        Parameters
        ----------
        records
            Records of the same runs by hash of the scenario.
        """
        cube = replicates * STRATA
        after = draw_shares(records[self.source.hash], self.outcome, self.day, cube)
        if self.base is None:
            return after
        return after - draw_shares(records[self.base.hash], self.outcome, self.day, cube)

    def sequence(self, alpha: float) -> ConfidenceSequence:
        """Return the confidence sequence of its mean; against a known probability it gets half of the alpha."""
        share = alpha if self.known is None else alpha / 2
        return ConfidenceSequence(share) if self.base is None else ConfidenceSequence(share, -1.0, near=NEAR)

    def interval(self, sequence: ConfidenceSequence, alpha: float) -> Interval:
        """Return where the contrast lies."""
        if self.known is None:
            return Interval(sequence.low, sequence.high, sequence.mean)
        from scipy.special import ndtri

        reach = -float(ndtri(alpha / 4)) * self.known.error  # the other half of the alpha, on two sides
        low, high = self.known.p - reach, self.known.p + reach
        return Interval(sequence.low - high, sequence.high - low, sequence.mean - self.known.p)
