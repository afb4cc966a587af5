"""Tallies: integer counts of what happened in blocks of runs, which merge by addition.

Because merging is exact and has no order, any number of workers finishing in any order gives the same forecast, to the
byte. Counts are kept by draw, not only by run: runs that share a draw are not independent, and every interval in the
package is computed from the number of draws with 0, 1, ... of their replicates in the event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts by name; two tallies with the same names and shapes merge by `+`."""

    counts: Mapping[str, Counts] = field(repr=False)

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both sets of runs."""
        if self.counts.keys() != other.counts.keys():
            raise ValueError("tallies of different questions cannot be merged")
        return Tally({name: count + other.counts[name] for name, count in self.counts.items()})

    def __getitem__(self, name: str) -> Counts:
        """Return one array of counts."""
        return self.counts[name]


def replicate_days(days: npt.NDArray[np.int16], horizon: int, replicates: int) -> Counts:
    """Count draws by the day on which the first, second, ... of their replicates has the event.

    Parameters
    ----------
    days
        Day of the event by run, `horizon` where it never happens; shape (runs,), replicates next to each other.

    Returns
    -------
    Shape (replicates, horizon + 1); row j counts draws by the day of their (j + 1)th earliest event, never last.
    """
    ordered = np.sort(days.reshape(-1, replicates), axis=1)
    return np.stack([np.bincount(column, minlength=horizon + 1) for column in ordered.T]).astype(np.int64)


def draws_by_successes(replicate_day_counts: Counts, day: int) -> Counts:
    """Count draws by how many of their replicates had the event before `day`: shape (replicates + 1,)."""
    at_least = replicate_day_counts[:, :day].sum(axis=1)
    draws = replicate_day_counts[0].sum()
    edges = np.concatenate(([draws], at_least, [0]))
    return edges[:-1] - edges[1:]


def successes_per_draw(happened: npt.NDArray[np.bool_], replicates: int) -> Counts:
    """Count draws by how many of their replicates are in an event: shape (replicates + 1,)."""
    successes = happened.reshape(-1, replicates).sum(axis=1)
    return np.bincount(successes, minlength=replicates + 1).astype(np.int64)


def per_draw(happened: npt.NDArray[np.bool_], replicates: int) -> npt.NDArray[np.uint8]:
    """Return how many of the replicates of each draw are in an event; last axis runs in, draws out."""
    total = happened[..., ::replicates].astype(np.uint8)
    for replicate in range(1, replicates):
        total += happened[..., replicate::replicates]
    return total


def histogram(values: npt.NDArray[np.float32], low: float, high: float, bins: int) -> Counts:
    """Count values in equal bins over [low, high]; what lies outside counts in the edge bins."""
    scaled = (values - np.float32(low)) * np.float32(bins / (high - low))
    index = np.clip(scaled, 0, bins - 1).astype(np.int64)
    return np.bincount(index, minlength=bins).astype(np.int64)


def histogram_quantiles(
    counts: Counts, low: float, high: float, quantiles: tuple[float, ...]
) -> list[list[float | None]]:
    """Read quantiles from histograms, linear within a bin; None where one is empty.

    Parameters
    ----------
    counts
        Shape (histograms, bins), bins of equal width over [low, high].

    Returns
    -------
    For each histogram its quantiles.
    """
    total = counts.sum(axis=1, keepdims=True)
    cumulative = np.cumsum(counts, axis=1)
    wanted = np.maximum(np.asarray(quantiles) * total, 1e-12)
    bins = np.minimum((cumulative[:, None, :] < wanted[:, :, None]).sum(axis=2), counts.shape[1] - 1)
    within = 1 - (np.take_along_axis(cumulative, bins, 1) - wanted) / np.maximum(np.take_along_axis(counts, bins, 1), 1)
    values = low + (bins + within) * ((high - low) / counts.shape[1])
    return [
        list(row) if many else [None] * len(quantiles) for row, many in zip(values.tolist(), total[:, 0], strict=True)
    ]
