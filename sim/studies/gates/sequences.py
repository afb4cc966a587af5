"""Confidence sequences: intervals for a mean that hold at every look at once, however often and whenever one looks.

A gate stops as soon as its verdict is clear. An interval made for a single look is wrong far more often than it claims
if one keeps looking until it says what one hoped for. `ConfidenceSequence` takes draws block by block and keeps only
sums. The draws that a gate passes are the means of hypercubes, which are independent, unlike the draws within them.

The bound is the empirical-Bernstein one of Howard, Ramdas, McAuliffe & Sekhon (2021, Annals of Statistics 49, theorem
4), with their gamma-exponential mixture (proposition 9) as the boundary. Of the bounds tried on draws of forecasts, it
was the narrowest from 4,000 draws on (docs/gates.md).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.special import gammainc, gammaln

RHO = 2.0
"""Sum of squares at which the mixture is at its best: a block or two of a forecast, by hypercubes. Elsewhere the
width suffers little: by a tenth at a hundred times as many draws."""
PRECISION = 1e-6
"""How far, in draws, a boundary may lie above the exact one; it is never below."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ConfidenceSequence:
    """An interval for the mean of bounded draws, valid at all looks together with probability 1 - `alpha`.

    Each draw must have the same mean given those before it, as independent draws do; nothing else is assumed.

    Attributes
    ----------
    alpha
        Chance, over all looks together, that the interval ever misses the mean: half of it on each side.
    least, most
        Bounds of every draw: 0 and 1 for shares, -1 and 1 for differences of shares.
    near
        How far from the middle of the range, as a share of it, a draw is guessed at most. Any guess is valid, so the
        interval always holds; if this is small, values near the middle, as most differences are, need fewer draws.
    draws, mean
        Number of draws so far and their mean (without any, the middle of the range).
    low, high
        The interval: the intersection over all looks so far.
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
        """Mean of the draws so far; without any, the middle of the range."""
        return self.least + (self.most - self.least) * (self.total / self.draws if self.draws else 0.5)

    def after(self, values: Values) -> ConfidenceSequence:
        """Return the sequence after some more draws, shape (draws,), in order, and one more look.

        Raises ValueError if one lies outside the range.
        """
        if not values.size:
            return self
        unit = (np.asarray(values, dtype=np.float64) - self.least) / (self.most - self.least)
        if not (unit.min() >= 0 and unit.max() <= 1):  # written so that NaN fails
            raise ValueError(f"expected draws from {self.least:g} to {self.most:g}")
        draws, total = self.draws + len(unit), self.total + float(unit.sum())
        farthest = 0.5 + self.near  # largest distance of a draw from its guess
        variation = self.variation + float(np.square((unit - self._guesses(unit)) / farthest).sum())
        reach = boundary(variation, self.alpha / 2) * farthest / draws
        low, high = (self.least + (self.most - self.least) * (total / draws + side) for side in (-reach, reach))
        low, high = max(low, self.low), min(high, self.high)
        if low > high:  # it has missed the mean, as it may with a chance of alpha: keep what there was
            low, high = self.low, self.high
        return replace(self, draws=draws, total=total, variation=variation, low=low, high=high)

    def _guesses(self, unit: Values) -> Values:
        """Guess each draw as the mean of those before it and a pseudo-draw of one half; stay near the middle."""
        before = 0.5 + self.total + np.concatenate(([0.0], np.cumsum(unit)[:-1]))
        return np.clip(before / (1.0 + self.draws + np.arange(len(unit))), 0.5 - self.near, 0.5 + self.near)


@lru_cache(maxsize=4096)
def boundary(variation: float, alpha: float) -> float:
    """Return how far a sum of draws in [0, 1] may ever stray above its mean, except with a chance of alpha.

    The variation is the sum of squared differences between draws and guesses made before each.
    """
    level, low, high = -math.log(alpha), 0.0, 1.0
    while _log_mixture(high, variation) < level:
        low, high = high, 2 * high
    while high - low > PRECISION:  # by halves: a root finder of SciPy takes half a second to import
        middle = (low + high) / 2
        if _log_mixture(middle, variation) < level:
            low = middle
        else:
            high = middle
    return high


def _log_mixture(stray: float, variation: float) -> float:
    """Log of the mixture over lambda in [0, 1) of exp(lambda s - psi(lambda) v), psi = -log(1 - lambda) - lambda.

    The mixing density is that of a gamma variable for 1 - lambda with shape and rate `RHO`, cut off at 1.
    """
    shape, rate = variation + RHO, stray + variation + RHO
    prior = RHO * math.log(RHO) - float(gammaln(RHO)) - math.log(float(gammainc(RHO, RHO)))
    held = math.log(float(gammainc(shape, rate)))  # at least about one half, as rate >= shape
    return prior + float(gammaln(shape)) + held - shape * math.log(rate) + stray + variation
