"""Counts over only the runs that meet what is given.

How many runs of a draw meet it differs by draw, so a probability is a ratio of two sums over draws, and what is kept
are those sums and the sums of their products (`estimates.ratio`). They add up over blocks as all counts do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.tallies import Counts, Tally, per_draw

Bools = npt.NDArray[np.bool_]


def kept_counts(kept: Bools, replicates: int) -> dict[str, Counts]:
    """Count runs that meet what is given, draws that have one, and their squares by draw: `kept`, shape (3,)."""
    number = per_draw(kept, replicates).astype(np.int64)
    return {"kept": np.array([number.sum(), np.count_nonzero(number), (number**2).sum()], dtype=np.int64)}


def event_sums(happened: Bools, kept: Bools, replicates: int) -> Counts:
    """Sum over draws the runs kept in which an event happened, their squares, and their products with the runs kept.

    Parameters
    ----------
    happened
        Shape (..., runs).

    Returns
    -------
    Shape (..., 3).
    """
    number = per_draw(kept, replicates).astype(np.int64)
    part = per_draw(happened & kept, replicates).astype(np.int64)
    return np.stack([part.sum(axis=-1), (part**2).sum(axis=-1), (part * number).sum(axis=-1)], axis=-1)


def day_sums(days: npt.NDArray[np.int16], kept: Bools, horizon: int, replicates: int) -> Counts:
    """Return the sums of `event_sums` for "before day n", n from 0 to the horizon; shape (horizon + 1, 3)."""
    draw = np.arange(len(days)) // replicates
    cell = draw[kept] * (horizon + 1) + days[kept]
    shape = len(days) // replicates, horizon + 1
    on_day = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)
    part = np.zeros_like(on_day)
    np.cumsum(on_day[:, :-1], axis=1, out=part[:, 1:])
    number = per_draw(kept, replicates).astype(np.int64)
    return np.stack([part.sum(axis=0), (part**2).sum(axis=0), number @ part], axis=-1).astype(np.int64)


def is_given(tally: Tally) -> bool:
    """Whether a tally is of the runs that meet what is given only."""
    return "kept" in tally.counts
