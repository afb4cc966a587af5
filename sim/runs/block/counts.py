"""What a block counts besides events: draws by uncertain input, and runs by indicator.

For each input the draws are sorted into bins of equal probability, and in each bin counted by the number of successes
among their replicates; first-order indices are computed from that. Of the draws of a hypercube at most one lies in such
a bin, so those in a bin are independent. Parameters that a posterior draws together are also counted by the row of its
table. How many runs of a hypercube have an indicator differs, so a probability given it is a ratio of two sums over
hypercubes: what is kept are those sums and the sums of their products (`estimates.ratio`).
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
"""Of a posterior that are counted one by one; with more, too few draws fall on each to tell anything."""


def binned_inputs(scenario: Scenario) -> tuple[Input, ...]:
    """Return every uncertain input, those that are drawn together too."""
    return tuple(one for one in inputs_of(scenario) if not one.distribution.is_fixed)


def posterior_rows(scenario: Scenario) -> int:
    """Return how many rows of a posterior are counted one by one; 0 without a posterior, or where it is too long."""
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
        By outcome, for each milestone whether it came by then, shape (runs,), whole draws from the first.

    Returns
    -------
    `inputs`, shape (outcomes, milestones, inputs, bins, replicates + 1), and where a posterior is counted by row
    `rows`, draws by row, and `row_successes`, shape (outcomes, milestones, rows, 2): their successes, and the squares.
    Where inputs go together `tied`, shape (outcomes, milestones, groups, cells, replicates + 1), cells in the order of
    the bins of the members, the last running fastest.
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
    """Return how many bins each of several inputs that go together is sorted into, for cells of all at once."""
    return {2: 8, 3: 4}.get(members, 2)


def most_cells(groups: Sequence[Sequence[str]]) -> int:
    """Return how many cells the largest of several groups has; counts of all are of that length."""
    return max(int(sides(len(group)) ** len(group)) for group in groups)


def _by_cell(group: Sequence[str], draws: Draws, hits: npt.NDArray[np.int64], cells: int) -> Counts:
    """Count draws by cell of inputs that go together, in the order of their bins, and number of successes."""
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

    Only runs in which no end has come by the indicator's day are counted; an offensive is one by the milestone.

    Returns
    -------
    Shape (conditions, milestones, 5, 5): of the number of a hypercube's runs in each of `PARTS`, the first being 1.
    Zero where the milestone comes no later than the indicator.
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
