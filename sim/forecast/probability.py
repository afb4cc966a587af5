"""Probabilities from the counts of a forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.estimates import of_sums
from sim.runs.block.blocks import FIRST_EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.estimates import Estimate
    from sim.tallies import Counts, Tally


def event_estimate(tally: Tally, outcome: str, day: int) -> Estimate:
    """Estimate the probability that the first event of a kind comes before `day`."""
    return share_estimate(tally, tally["first_days"][FIRST_EVENTS.index(outcome), day])


def share_estimate(tally: Tally, sums: Counts) -> Estimate:
    """Estimate the probability of an event among the runs that count."""
    return of_sums(sums, tally["kept"], whole=bool(tally["kept"][0] == tally["runs"]))


def is_precise(tally: Tally, milestones: Iterable[int], precision: float) -> bool:
    """Whether the interval of the probability of an offensive by every milestone is this narrow on either side.

    It never is without runs that count, as when none meets a condition yet.
    """
    return bool(tally["kept"][0]) and all(
        event_estimate(tally, "offensive", day).half_width <= precision for day in milestones
    )
