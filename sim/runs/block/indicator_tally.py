"""Counts of indicators: in how many runs each was seen, and in how many of those an offensive came later.

Runs of a draw are not independent, and how many of them were seen differs by draw. So what is kept of each indicator
is sums over draws of products: with them the variance of a ratio of sums is known (`estimates.ratio`), and they add up
over blocks as any counts do, exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.tallies import Counts, per_draw

if TYPE_CHECKING:
    from sim.runs.block.conditions import Condition, Look

PARTS = ("draws", "seen", "seen_offensive", "unseen", "unseen_offensive")


def indicator_counts(conditions: Sequence[Condition], look: Look, milestones: Sequence[int], replicates: int) -> Counts:
    """Return the sums of products of `PARTS` over draws.

    Only runs in which no end has come by the indicator's day are counted; an offensive is one by the milestone.

    Returns
    -------
    Shape (conditions, milestones, 5, 5): of the number of a draw's runs in each of `PARTS`, the first being 1. Zero
    where the milestone comes no later than the indicator.
    """
    size = len(PARTS)
    counts = np.zeros((len(conditions), len(milestones), size, size), dtype=np.int64)
    if not conditions:
        return counts
    still = np.stack([one.waiting(look) for one in conditions])
    seen = np.stack([one.seen(look) for one in conditions]) & still
    draws = still.shape[1] // replicates
    parts = np.ones((len(conditions), size, draws))
    parts[:, 1], parts[:, 3] = per_draw(seen, replicates), per_draw(still & ~seen, replicates)
    for index, milestone in enumerate(milestones):
        later = look.days["offensive"] < milestone
        parts[:, 2], parts[:, 4] = per_draw(seen & later, replicates), per_draw(still & ~seen & later, replicates)
        early = np.array([one.day < milestone for one in conditions])
        products = parts[early] @ parts[early].transpose(0, 2, 1)  # whole numbers far below 2**53: exact
        counts[early, index] = np.rint(products).astype(np.int64)
    return counts
