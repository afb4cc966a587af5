"""First-order indices of a probability: the share of its variance over draws due to one input (Sobol' 1993).

Draws are sorted by the input into bins. The variance of the bins' means, minus what chance and all other inputs add to
it within bins, is the variance of the probability that knowing the input would remove on average. Divided by the whole
variance of the probability, without chance, it is the index. All of this is computed from counts.

`InputIndices` holds those of all inputs of a forecast, each with its values in resampled draws. Indices of inputs add
up to that of a group; parameters that a posterior draws together have a joint index, from the rows of its table.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.estimates import NORMAL
from sim.runs.block.counts import sides

if TYPE_CHECKING:
    from sim.tallies import Counts

RESAMPLES = 100
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
    """Sums over groups of draws, shape (..., groups): of draws, of their shares of successes, and of the squares."""

    draws: Values
    total: Values
    squares: Values

    @classmethod
    def of_counts(cls, counts: Counts) -> Groups:
        """Make sums from draws by group and number of successes, shape (..., groups, replicates + 1)."""
        share = np.arange(counts.shape[-1]) / (counts.shape[-1] - 1)
        return cls(counts.sum(axis=-1).astype(float), counts @ share, counts @ share**2)

    def each(self, change: Callable[[Values], Values]) -> Groups:
        """Return the sums, each changed in the same way."""
        return Groups(change(self.draws), change(self.total), change(self.squares))


def between(groups: Groups, times: npt.NDArray[np.int64] | None = None) -> Values:
    """Variance of the groups' means over draws, corrected for the spread within groups; shape (...).

    The analysis-of-variance estimate (Searle, Casella & McCulloch 1992, section 3.6): it is unbiased, so if there is no
    effect it is as often below 0 as above. Each entry represents one group by default, else as many as `times` says.
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
    """Variance of the mean as a smooth function of an input, from an even number of bins of it in order; shape (...).

    The variation within bins is lost, in proportion to the square of their width; bins twice as wide show how much
    (Richardson extrapolation).
    """
    fine, coarse = between(groups), between(groups.each(lambda one: one[..., ::2] + one[..., 1::2]))
    whole: Values = fine + (fine - coarse) / 3
    return whole


def of_probability(total: Values, squares: Values, draws: Values, replicates: int) -> Values:
    """Variance of the probability over draws: the spread of draw means minus what chance adds to it.

    Var(draw mean) = Var(p) + E[p (1 - p)] / m; the last term is estimated without bias from the spread within draws.
    """
    mean = total / draws
    spread = (squares / draws - mean**2) * draws / np.maximum(draws - 1, 1)
    chance = (total - squares) / draws / (replicates - 1)
    variance: Values = spread - chance
    return variance


def resampled(counts: Counts, seed: int, purpose: str) -> Counts:
    """Resample counts, shape (inputs, ...), with replacement, each input by itself; shape (resamples, inputs, ...)."""
    flat = counts.reshape(len(counts), -1)
    draws = flat.sum(axis=1)
    generator = rng.stream(seed, 0, "bootstrap", purpose)
    again = generator.multinomial(draws, flat / draws[:, None], size=(RESAMPLES, len(flat)))
    return again.reshape(RESAMPLES, *counts.shape)


def interval(value: float, again: Values) -> Interval:
    """Return a value with its interval: the spread of the resampled values, normal around the value.

    Their quantiles would not do: resampling adds to a variance what sampling already added, so they are too high.
    """
    value, half = float(value), NORMAL * float(again.std(ddof=1))
    return Interval(value, value - half, value + half)


@dataclass(frozen=True)
class Part:
    """A share of the variance of the probability, with its value in each resample."""

    value: float
    again: Values


def sum_of(parts: Sequence[Part]) -> Part:
    """Return the sum of the shares of mutually independent inputs."""
    return Part(sum(one.value for one in parts), np.sum([one.again for one in parts], axis=0))


class InputIndices:
    """Indices of inputs, by their position in the counts.

    Parameters
    ----------
    counts
        Draws by input, bin and number of successes.
    purpose
        Purpose of the bootstrap; its seed is 0.

    Attributes
    ----------
    bins
        Sums by input and bin.
    own
        Variance due to each input, shape (inputs,).
    whole
        Variance of the probability.
    not_chance
        Its share of the variance of the outcome.
    is_known
        Whether it is distinguishable from chance, so that shares of it mean anything.
    """

    def __init__(self, counts: Counts, purpose: str) -> None:
        again = resampled(counts, 0, purpose)
        self.bins = Groups.of_counts(counts)
        self.own, self._own_again = between_bins(self.bins), between_bins(Groups.of_counts(again))
        whole, share = _whole(counts[0].sum(axis=0))
        self._whole_again, share_again = _whole(again.sum(axis=2))  # by resample and input: each has draws of its own
        self.whole = float(whole)
        self.not_chance = interval(float(share), share_again[:, 0])
        self.is_known = self.not_chance.low > 0
        self._replicates = counts.shape[-1] - 1

    def of(self, places: Sequence[int], more: Part | None = None) -> Interval | None:
        """Return the sum of the indices of some inputs and of what is drawn together; None if chance hides it."""
        if not self.is_known:
            return None
        shares = self._own_again[:, places] / np.maximum(self._whole_again[:, places], self.whole / 10)
        value, again = float(self.own[list(places)].sum()) / self.whole, shares.sum(axis=1)
        return interval(value, again) if more is None else interval(value + more.value, again + more.again)

    def tied(self, counts: Counts, members: int) -> Part:
        """Return the share due to several inputs at once, from draws by cell and number of successes.

        The cells are made of `sides(members)` bins of each input. The variation within them is corrected for as in
        `between_bins`, with cells of twice the width.
        """
        side = sides(members)
        kept = counts[: side**members]
        again = resampled(kept[None], 0, "tied")[:, 0]
        value, values = (_between_cells(Groups.of_counts(one), side, members) for one in (kept, again))
        whole = self.whole or 1.0  # if there is nothing to share, nobody asks for a share
        return Part(float(value) / whole, values / np.maximum(self._whole_again[:, 0], whole / 10))

    def joint(self, draws: Counts, sums: Counts) -> Part:
        """Return the share due to the row of a posterior, from draws by row.

        The sums are those of their successes, and of the squares of these; shape (rows, 2).
        """
        groups = Groups(draws.astype(float), sums[:, 0] / self._replicates, sums[:, 1] / self._replicates**2)
        times = resampled(np.ones((1, len(draws)), dtype=np.int64), 0, "rows")[:, 0]
        again = between(groups.each(lambda one: one * times), times)
        return Part(float(between(groups)) / self.whole, again / self.whole)


def _between_cells(groups: Groups, side: int, members: int) -> Values:
    """Variance of the mean as a smooth function of several inputs, from cells of them in order; shape (...)."""
    fine = between(groups)
    pairs, inner = (side // 2, 2) * members, tuple(range(-2 * members + 1, 0, 2))

    def widened(sums: Values) -> Values:
        ahead = sums.shape[:-1]
        wide: Values = sums.reshape(*ahead, *pairs).sum(axis=inner).reshape(*ahead, -1)
        return wide

    whole: Values = fine + (fine - between(groups.each(widened))) / 3
    return whole


def _whole(successes: Counts) -> tuple[Values, Values]:
    """Return the variance of the probability, and its share of the outcome's, from draws by number of successes."""
    groups = Groups.of_counts(successes)
    variance = of_probability(groups.total, groups.squares, groups.draws, successes.shape[-1] - 1)
    mean = groups.total / groups.draws
    outcome = mean * (1 - mean)
    return variance, np.divide(variance, outcome, out=np.zeros_like(variance), where=outcome > 0)
