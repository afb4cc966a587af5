"""The counts of a block other than those of events: draws by uncertain input, and runs by indicator.

For each input, the draws are sorted into bins of equal probability, and counted in each bin by the number of successes
among their replicates; first-order indices are computed from these counts. At most one draw of a hypercube falls in
each bin, so the draws in a bin are independent. Parameters that a posterior draws together are also counted by row of
its table. The number of runs with an indicator differs between hypercubes, so a probability given it is a ratio of two
sums over hypercubes; the counts keep these sums and the sums of their products (`estimates.ratio`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.model.inputs import POSTERIOR_STREAM, Draws, Input, PosteriorColumn, inputs_of, tied_inputs
from sim.tallies import Counts, per_cube, per_draw

if TYPE_CHECKING:
    from sim.runs.block.conditions import Condition, Look
    from sim.scenario.scenario import Scenario


INPUT_BINS = 16
MOST_ROWS = 4096
"""Largest number of posterior rows counted one by one; beyond it, too few draws fall on each row to be useful."""


def binned_inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Return every uncertain input, including those that are drawn together."""
    return tuple(one for one in inputs_of(scenario) if not one.distribution.is_fixed)


def posterior_rows(scenario: Scenario) -> int:
    """Return how many rows of a posterior are counted one by one; 0 without a posterior, or if it is too long."""
    columns = (one.distribution for one in binned_inputs(scenario))
    rows = next((len(one.values) for one in columns if isinstance(one, PosteriorColumn)), 0)
    return rows if rows <= MOST_ROWS else 0


def input_counts(
    scenario: Scenario, draws: Draws, successes: Mapping[str, Sequence[npt.NDArray[np.bool_]]]
) -> dict[str, Counts]:
    """Count draws by input, bin and number of successes, and by row of the posterior.

    Parameters
    ----------
    successes
        For each outcome, whether it came by each milestone, shape (runs,), whole draws from the first.

    Returns
    -------
    `inputs`, shape (outcomes, milestones, inputs, bins, replicates + 1). If a posterior is counted by row, also `rows`,
    draws by row, and `row_successes`, shape (outcomes, milestones, rows, 2): their successes, and the squares. If
    inputs are correlated, also `tied`, shape (outcomes, milestones, groups, cells, replicates + 1), cells in the order
    of the members' bins, the last varying fastest.
    """
    replicates = draws.replicates
    happened = np.array([np.stack(list(by_milestone)) for by_milestone in successes.values()])
    hits = per_draw(happened, replicates).astype(np.int64)
    kept = hits.shape[-1]
    counts = {"inputs": _by_bin(binned_inputs(scenario), draws, hits)}
    if rows := posterior_rows(scenario):
        row = np.minimum((draws.quantiles[POSTERIOR_STREAM][:kept] * rows).astype(np.int64), rows - 1)
        counts["rows"] = np.bincount(row, minlength=rows).astype(np.int64)
        sums = [np.bincount(row, one**power, rows) for one in hits.reshape(-1, kept) for power in (1, 2)]
        shape = (*hits.shape[:2], 2, rows)
        counts["row_successes"] = np.rint(sums).astype(np.int64).reshape(shape).swapaxes(-1, -2)
    if groups := tied_inputs(scenario):
        cells = most_cells(groups)
        counts["tied"] = np.stack([_by_cell(group, draws, hits, cells) for group in groups], axis=2)
    return counts


def sides(members: int) -> int:
    """Return the number of bins for each of several correlated inputs, so that cells cover them all at once."""
    return {2: 8, 3: 4}.get(members, 2)


def most_cells(groups: Sequence[Sequence[str]]) -> int:
    """Return the number of cells of the largest of several groups; all counts have that length."""
    return max(int(sides(len(group)) ** len(group)) for group in groups)


def _by_cell(group: Sequence[str], draws: Draws, hits: npt.NDArray[np.int64], cells: int) -> Counts:
    """Count the draws of correlated inputs by cell, in the order of their bins, and by number of successes."""
    kept, levels, side = hits.shape[-1], draws.replicates + 1, sides(len(group))
    cell = np.zeros(kept, dtype=np.int64)
    for path in group:
        cell = cell * side + (draws.tied[path][:kept] * side).astype(np.int64)
    counts = np.zeros((*hits.shape[:2], cells, levels), dtype=np.int64)
    for o, m in np.ndindex(hits.shape[:2]):
        counts[o, m] = np.bincount(cell * levels + hits[o, m], minlength=cells * levels).reshape(cells, levels)
    return counts


def _by_bin(inputs: Sequence[Input], draws: Draws, hits: npt.NDArray[np.int64]) -> Counts:
    kept, levels = hits.shape[-1], draws.replicates + 1
    places = [one.place(draws.of(one)[:kept]) for one in inputs]
    bins = (np.array(places).reshape(-1, kept) * INPUT_BINS).astype(np.int64)
    cell = (np.arange(len(inputs))[:, None] * INPUT_BINS + bins) * levels
    shape = (len(inputs), INPUT_BINS, levels)
    counts = np.zeros((*hits.shape[:2], *shape), dtype=np.int64)
    for o, m in np.ndindex(hits.shape[:2]):
        counts[o, m] = np.bincount((cell + hits[o, m]).ravel(), minlength=int(np.prod(shape))).reshape(shape)
    return counts


PARTS = ("cubes", "seen", "seen_offensive", "unseen", "unseen_offensive")


def indicator_counts(conditions: Sequence[Condition], look: Look, milestones: Sequence[int], replicates: int) -> Counts:
    """Return the sums of products of `PARTS` over hypercubes.

    Only runs without an end by the indicator's day are counted; an offensive counts if it comes by the milestone.

    Returns
    -------
    Shape (conditions, milestones, 5, 5): products of the number of a hypercube's runs in each of `PARTS`, the first of
    which is 1. Zero if the milestone is not after the indicator's day.
    """
    size = len(PARTS)
    counts = np.zeros((len(conditions), len(milestones), size, size), dtype=np.int64)
    if not conditions:
        return counts
    still = np.stack([one.waiting(look) for one in conditions])
    seen = np.stack([one.seen(look) for one in conditions]) & still
    parts = np.ones((len(conditions), size, per_cube(still[0], replicates).size))
    parts[:, 1], parts[:, 3] = per_cube(seen, replicates), per_cube(still & ~seen, replicates)
    for index, milestone in enumerate(milestones):
        later = look.days["offensive"] < milestone
        parts[:, 2], parts[:, 4] = per_cube(seen & later, replicates), per_cube(still & ~seen & later, replicates)
        early = np.array([one.day < milestone for one in conditions])
        products = parts[early] @ parts[early].transpose(0, 2, 1)  # whole numbers far below 2**53: exact
        counts[early, index] = np.rint(products).astype(np.int64)
    return counts
