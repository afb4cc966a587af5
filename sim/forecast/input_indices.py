"""The first-order indices of all inputs of a forecast at once, from its counts, each with what resampled draws give.

Every share is of the variance of the probability over draws. Indices of several inputs add up to that of a group, and
parameters that a posterior draws together have a joint one, from the rows of its table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.forecast.first_order import (
    Groups,
    Interval,
    Values,
    between,
    between_bins,
    interval,
    of_probability,
    resampled,
)
from sim.runs.block.counts import sides

if TYPE_CHECKING:
    from sim.tallies import Counts


@dataclass(frozen=True)
class Part:
    """A share of the variance of the probability, and the same from each resample."""

    value: float
    again: Values


def sum_of(parts: Sequence[Part]) -> Part:
    """Return the sum of shares of inputs that are independent of one another."""
    return Part(sum(one.value for one in parts), np.sum([one.again for one in parts], axis=0))


class InputIndices:
    """Indices by the place of an input in the counts.

    Parameters
    ----------
    counts
        Draws by input, bin and number of successes.
    purpose, seed
        Of the bootstrap.

    Attributes
    ----------
    bins
        Sums by input and bin.
    own
        Variance that goes with each input, shape (inputs,).
    whole
        Variance of the probability.
    not_chance
        Its share of the variance of the outcome.
    is_known
        Whether it stands out from chance, so that shares of it mean anything.
    """

    def __init__(self, counts: Counts, purpose: str, seed: int) -> None:
        again = resampled(counts, seed, purpose)
        self.bins = Groups.of_counts(counts)
        self.own, self._own_again = between_bins(self.bins), between_bins(Groups.of_counts(again))
        whole, share = _whole(counts[0].sum(axis=0))
        self._whole_again, share_again = _whole(again.sum(axis=2))  # by resample and input: each has draws of its own
        self.whole = float(whole)
        self.not_chance = interval(float(share), share_again[:, 0])
        self.is_known = self.not_chance.low > 0
        self._replicates, self._seed = counts.shape[-1] - 1, seed

    def of(self, places: Sequence[int], more: Part | None = None) -> Interval | None:
        """Return the sum of the indices of some inputs, and of what is drawn together; None where chance hides it."""
        if not self.is_known:
            return None
        shares = self._own_again[:, places] / np.maximum(self._whole_again[:, places], self.whole / 10)
        value, again = float(self.own[list(places)].sum()) / self.whole, shares.sum(axis=1)
        return interval(value, again) if more is None else interval(value + more.value, again + more.again)

    def tied(self, counts: Counts, members: int) -> Part:
        """Return the share that goes with several inputs at once.

        What varies within cells is made up for as by `between_bins`, from cells of twice the width.

        Parameters
        ----------
        counts
            Draws by cell and number of successes; the cells are those of `sides(members)` bins of each input.
        """
        side = sides(members)
        kept = counts[: side**members]
        again = resampled(kept[None], self._seed, "tied")[:, 0]
        value, values = (_between_cells(Groups.of_counts(one), side, members) for one in (kept, again))
        whole = self.whole or 1.0  # where there is nothing to share, nobody asks for a share
        return Part(float(value) / whole, values / np.maximum(self._whole_again[:, 0], whole / 10))

    def joint(self, draws: Counts, sums: Counts) -> Part:
        """Return the share that goes with the row of a posterior.

        Parameters
        ----------
        draws
            Draws by row.
        sums
            Their successes, and the squares of these; shape (rows, 2).
        """
        groups = Groups(draws.astype(float), sums[:, 0] / self._replicates, sums[:, 1] / self._replicates**2)
        times = resampled(np.ones((1, len(draws)), dtype=np.int64), self._seed, "rows")[:, 0]
        again = between(groups.weighted(times), times)
        return Part(float(between(groups)) / self.whole, again / self.whole)


def _between_cells(groups: Groups, side: int, members: int) -> Values:
    """Variance of the mean as a smooth function of several inputs, from cells of them in order; shape (...)."""
    fine = between(groups)
    pairs, inner = (side // 2, 2) * members, tuple(range(-2 * members + 1, 0, 2))

    def widened(sums: Values) -> Values:
        ahead = sums.shape[:-1]
        wide: Values = sums.reshape(*ahead, *pairs).sum(axis=inner).reshape(*ahead, -1)
        return wide

    wide = Groups(widened(groups.draws), widened(groups.total), widened(groups.squares))
    whole: Values = fine + (fine - between(wide)) / 3
    return whole


def _whole(successes: Counts) -> tuple[Values, Values]:
    """Return the variance of the probability, and its share of the variance of the outcome.

    Parameters
    ----------
    successes
        Draws by number of successes, shape (..., replicates + 1).
    """
    groups = Groups.of_counts(successes)
    variance = of_probability(groups.total, groups.squares, groups.draws, successes.shape[-1] - 1)
    mean = groups.total / groups.draws
    outcome = mean * (1 - mean)
    return variance, np.divide(variance, outcome, out=np.zeros_like(variance), where=outcome > 0)
