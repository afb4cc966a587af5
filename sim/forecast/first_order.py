"""First-order indices of a probability: which share of its variance over draws goes with one input (Sobol' 1993).

Draws are sorted by the input into bins. The variance of the bins' means, less what chance and all other inputs add to
it within bins, is the variance of the probability that knowing the input would take away on average; over the whole
variance of the probability, chance taken out, it is the index. All of it is computed from counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim import rng

if TYPE_CHECKING:
    from sim.tallies import Counts

RESAMPLES = 100
NORMAL = 1.96
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A value with its 95% bootstrap interval over draws."""

    value: float
    low: float
    high: float

    @property
    def se(self) -> float:
        """Standard error of the value."""
        return (self.high - self.low) / 2 / NORMAL


@dataclass(frozen=True)
class Groups:
    """Sums over groups of draws; all of one shape (..., groups).

    Attributes
    ----------
    draws
        Draws of each group.
    total, squares
        Sum of the draws' shares of successes, and of their squares.
    """

    draws: Values
    total: Values
    squares: Values

    @classmethod
    def of_counts(cls, counts: Counts) -> Groups:
        """Take draws by group and number of successes, shape (..., groups, replicates + 1)."""
        share = np.arange(counts.shape[-1]) / (counts.shape[-1] - 1)
        return cls(counts.sum(axis=-1).astype(float), counts @ share, counts @ share**2)

    def paired(self) -> Groups:
        """Return the sums over pairs of neighbours."""
        return Groups(*(one[..., ::2] + one[..., 1::2] for one in (self.draws, self.total, self.squares)))

    def weighted(self, weights: Counts) -> Groups:
        """Return the sums with each group counted so many times."""
        return Groups(self.draws * weights, self.total * weights, self.squares * weights)


def between(groups: Groups, times: npt.NDArray[np.int64] | None = None) -> Values:
    """Variance of the groups' means over draws, without what the spread within groups adds to it; shape (...).

    The estimate of the analysis of variance (Searle, Casella & McCulloch 1992, section 3.6): without bias, so where
    there is nothing it is as often below 0 as above.

    Parameters
    ----------
    times
        How many groups each entry stands for (`Groups.weighted`); one where it is not given.
    """
    filled = groups.draws > 0
    number = (filled if times is None else filled * times).sum(axis=-1)
    draws = groups.draws.sum(axis=-1)
    explained = np.divide(groups.total**2, groups.draws, out=np.zeros_like(groups.total), where=filled)
    inside = groups.squares.sum(axis=-1) - explained.sum(axis=-1)
    across = explained.sum(axis=-1) - groups.total.sum(axis=-1) ** 2 / draws
    free = np.maximum(draws - number, 1)
    variance: Values = (across - (number - 1) * inside / free) / draws
    return variance


def between_bins(groups: Groups) -> Values:
    """Variance of the mean as a smooth function of an input, from bins of it in order; shape (...).

    What varies within bins is lost, in proportion to the square of their width, so twice as wide bins say how much
    (Richardson extrapolation).

    Parameters
    ----------
    groups
        Shape (..., bins), an even number of bins.
    """
    fine, coarse = between(groups), between(groups.paired())
    whole: Values = fine + (fine - coarse) / 3
    return whole


def of_probability(total: Values, squares: Values, draws: Values, replicates: int) -> Values:
    """Variance of the probability over draws: the spread of draw means less what chance adds to it.

    Var(draw mean) = Var(p) + E[p (1 - p)] / m, and the last is estimated without bias from the spread within draws.
    """
    mean = total / draws
    spread = (squares / draws - mean**2) * draws / np.maximum(draws - 1, 1)
    chance = (total - squares) / draws / (replicates - 1)
    variance: Values = spread - chance
    return variance


def resampled(counts: Counts, seed: int, purpose: str, resamples: int = RESAMPLES) -> Counts:
    """Draw counts again with replacement, each array of the first axis for itself.

    Parameters
    ----------
    counts
        Shape (inputs, ...).

    Returns
    -------
    Shape (resamples, inputs, ...).
    """
    flat = counts.reshape(len(counts), -1)
    draws = flat.sum(axis=1)
    generator = rng.stream(seed, 0, "bootstrap", purpose)
    again = generator.multinomial(draws, flat / draws[:, None], size=(resamples, len(flat)))
    return again.reshape(resamples, *counts.shape)


def interval(value: float, again: Values) -> Interval:
    """Return a value with its interval: the spread of the resampled values, normal around the value.

    Not their quantiles: resampling adds to a variance what sampling added to it before, so they lie too high.
    """
    value, half = float(value), NORMAL * float(again.std(ddof=1))
    return Interval(value, value - half, value + half)
