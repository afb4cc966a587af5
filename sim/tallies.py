"""Tallies: integer counts of what happened in blocks of runs, which merge by addition.

Because merging is exact and independent of order, any number of workers finishing in any order gives the same forecast,
to the byte. Runs that share a draw are not independent, nor are the draws of a Latin hypercube (`rng.STRATA`). So four
sums (`SUMS`) are kept for each event, from which `estimates.of_sums` computes its probability and interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled.functions import clip
from sim.compiled.rule import rule
from sim.rng import STRATA

Bools = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]
SUMS = ("hits", "draw_squares", "cube_squares", "cross")
"""Sums for an event, among the runs that count: the number of runs with the event; the sums of its squares over draws
and over hypercubes; and the sum over hypercubes of this number times the number of runs that count."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts keyed by name; tallies with the same names and shapes are merged by `+`."""

    counts: Mapping[str, Counts] = field(repr=False)

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both sets of runs."""
        if self.counts.keys() != other.counts.keys():
            raise ValueError("tallies of different questions cannot be merged")
        return Tally({name: count + other.counts[name] for name, count in self.counts.items()})

    def __getitem__(self, name: str) -> Counts:
        """Return one array of counts."""
        return self.counts[name]

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle counts in the narrowest types, which takes a quarter of the bytes."""
        return _unpacked, (
            {name: count.astype(np.min_scalar_type(count.max(initial=0))) for name, count in self.counts.items()},
        )


def _unpacked(counts: Mapping[str, npt.NDArray[Any]]) -> Tally:
    return Tally({name: count.astype(np.int64) for name, count in counts.items()})


def run_sums(kept: Bools, replicates: int) -> Counts:
    """Return the number of runs that count, of draws with such a run, and the sum of squared counts per hypercube."""
    return np.array([kept.sum(), np.count_nonzero(per_draw(kept, replicates)), (per_cube(kept, replicates) ** 2).sum()])


def event_sums(happened: Bools, replicates: int, kept: Bools | None = None) -> Counts:
    """Return `SUMS` of an event.

    Parameters
    ----------
    happened
        Whether it happened, shape (..., runs), with replicates next to each other.
    kept
        The runs that count; all by default.

    Returns
    -------
    Shape (..., 4).
    """
    kept = np.ones(happened.shape[-1], dtype=np.bool_) if kept is None else kept
    counted = happened & kept
    draw, cube = per_draw(counted, replicates).astype(np.int64), per_cube(counted, replicates)
    cross = (cube * per_cube(kept, replicates)).sum(axis=-1)
    return np.stack([cube.sum(axis=-1), (draw**2).sum(axis=-1), (cube**2).sum(axis=-1), cross], axis=-1)


def day_sums(days: npt.NDArray[np.int16], horizon: int, replicates: int, kept: Bools | None = None) -> Counts:
    """Return `SUMS` of "before day n" for n from 0 to the horizon, shape (horizon + 1, 4).

    Parameters
    ----------
    days
        Day of the event in each run, `horizon` if it never happens; shape (runs,), with replicates next to each other.
    kept
        The runs that count; all by default.
    """
    kept = np.ones(len(days), dtype=np.bool_) if kept is None else kept
    days = np.where(kept, days, np.int16(horizon))
    number = np.repeat(per_cube(kept, replicates), replicates * STRATA)[: len(days)]
    sums = [
        np.bincount(days, minlength=horizon + 1),
        _squares_by_day(days, horizon, replicates),
        _squares_by_day(days, horizon, replicates * STRATA),
        np.bincount(days, number, horizon + 1),
    ]
    before = np.zeros((horizon + 1, len(SUMS)), dtype=np.int64)
    np.cumsum(np.rint(sums).astype(np.int64)[:, :-1], axis=1, out=before[1:].T)
    return before


def _squares_by_day(days: npt.NDArray[np.int16], horizon: int, runs: int) -> npt.NDArray[np.float64]:
    """Return how much each day adds to the sum of squared event counts over groups of `runs` consecutive runs.

    k squared is the sum of the first k odd numbers: the first event in a group adds 1, the second 3, and so on.
    """
    padded = np.full(-(-len(days) // runs) * runs, horizon, dtype=days.dtype)
    padded[: len(days)] = days
    ordered = np.sort(padded.reshape(-1, runs), axis=1)
    odd = np.tile(2.0 * np.arange(runs) + 1, len(ordered))
    return np.bincount(ordered.ravel(), odd, horizon + 1).astype(np.float64)


def per_cube(happened: Bools, replicates: int) -> Counts:
    """Return the number of runs with an event in each hypercube; the last axis goes from runs to hypercubes."""
    firsts = np.arange(0, happened.shape[-1], replicates * STRATA)
    number: Counts = np.add.reduceat(happened, firsts, axis=-1, dtype=np.int64)
    return number


def per_draw(happened: npt.NDArray[np.bool_], replicates: int) -> npt.NDArray[np.uint8]:
    """Return the number of replicates with an event in each draw; the last axis goes from runs to draws."""
    total = happened[..., ::replicates].astype(np.uint8)
    for replicate in range(1, replicates):
        total += happened[..., replicate::replicates]
    return total


def histograms(
    values: npt.NDArray[np.float32],
    limits: tuple[float, float],
    bins: int,
    part: npt.NDArray[np.float32],
    parts: int,
) -> Counts:
    """Count values by part in equal bins between limits; values outside count in the edge bins.

    Parameters
    ----------
    part
        Index of each value's part; `parts` for values that are not counted.

    Returns
    -------
    Shape (parts, bins).
    """
    low, high = limits
    places = bin_of(values, low, bins / (high - low), bins, part)
    return np.bincount(places, minlength=parts * bins)[: parts * bins].reshape(parts, bins)


@rule
def bin_of(value: float, low: float, per_unit: float, bins: float, part: float) -> np.int32:
    """Return the index of a value's bin, with the bins of each part after those of the previous part."""
    return part * bins + np.floor(clip((value - low) * per_unit, 0, bins - 1))  # type: ignore[no-any-return]


def histogram_quantiles(
    counts: Counts, low: float, high: float, quantiles: tuple[float, ...]
) -> list[list[float | None]]:
    """Return quantiles of histograms, interpolated linearly within bins; None for empty histograms.

    Parameters
    ----------
    counts
        Shape (histograms, bins), with bins of equal width over [low, high].

    Returns
    -------
    The quantiles of each histogram.
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
