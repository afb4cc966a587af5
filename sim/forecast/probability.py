"""Probabilities from the counts of a forecast: by counting draws, or as ratios where something is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.estimates import Estimate, estimate, ratio
from sim.runs.block.blocks import FIRST_EVENTS
from sim.runs.block.counts import is_given
from sim.tallies import Tally, draws_by_successes

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import numpy.typing as npt


def event_estimate(tally: Tally, outcome: str, day: int) -> Estimate:
    """Estimate the probability that the first event of a kind comes before `day`."""
    counts = tally["first_days"][FIRST_EVENTS.index(outcome)]
    return share_estimate(tally, counts[day] if is_given(tally) else draws_by_successes(counts, day))


def share_estimate(tally: Tally, counts: npt.NDArray[np.int64]) -> Estimate:
    """Estimate a probability from draws by successes, or from sums over draws where something is given."""
    return kept_ratio(tally["kept"], counts) if is_given(tally) else estimate(counts)


def kept_ratio(kept: npt.NDArray[np.int64], sums: npt.NDArray[np.int64]) -> Estimate:
    """Estimate a probability among the runs that are kept, from sums over draws."""
    return ratio(int(sums[0]), int(kept[0]), (int(sums[1]), int(sums[2]), int(kept[2])))


def is_precise(tally: Tally, milestones: Iterable[int], precision: float) -> bool:
    """Whether the interval of the probability of an offensive by every milestone is so narrow, either side."""
    return all(event_estimate(tally, "offensive", day).half_width <= precision for day in milestones)
