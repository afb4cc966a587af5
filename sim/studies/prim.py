"""Boxes of inputs in which an outcome is frequent: the patient rule induction method (PRIM, Friedman & Fisher 1999).

From a box that holds everything a thin slice is peeled off at a time, whichever leaves the largest share of the outcome
behind; of the boxes on the way the one is taken that stands out most. It limits few inputs, and each limit carries
weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PEEL = 0.05  # of what is in the box, at each step
LEAST = 0.1  # of all draws that a box holds
MOST_LIMITED = 4  # inputs that a box limits
PROMISING = 16  # inputs, by what a box limited by each alone would be, from which those are chosen
CARRIES = 4.0  # standard errors by which what a limit cuts away must lie below what it keeps, where boxes are sought


@dataclass(frozen=True)
class Box:
    """Limits by column: low and high, infinite where there is none; what lies between them is inside."""

    limits: Mapping[int, tuple[float, float]] = field(default_factory=dict)

    def holds(self, values: Floats) -> Bools:
        """Whether each row of values lies inside, limits included."""
        inside = np.ones(len(values), dtype=np.bool_)
        for column, (low, high) in self.limits.items():
            inside &= (values[:, column] >= low) & (values[:, column] <= high)
        return inside

    def without(self, column: int) -> Box:
        """Return the box with one limit less."""
        return Box({key: limit for key, limit in self.limits.items() if key != column})


@dataclass(frozen=True)
class Peeled:
    """A box and how far it stands out: (mean inside - mean of all) * sqrt(number inside)."""

    box: Box
    score: float


def find_box(values: Floats, shares: Floats) -> Box:
    """Find the box that stands out most; one without limits where none has a limit that carries weight.

    Peeled over all inputs at once a box gathers limits that chance suggests, and they bar the way to better ones. So
    inputs are added one at a time: of the most promising ones the one with which the peeled box stands out most, as
    long as each of its limits carries weight.

    Parameters
    ----------
    values
        Shape (draws, inputs).
    shares
        Share of each draw's runs in the outcome, shape (draws,).
    """
    alone = [_peel(values, shares, [column]) for column in range(values.shape[1])]
    promising = sorted(range(len(alone)), key=lambda column: (-alone[column].score, column))[:PROMISING]
    chosen: list[int] = []
    found = Peeled(Box(), 0.0)
    while len(chosen) < MOST_LIMITED and len(chosen) < len(promising):
        tried = {
            column: _peel(values, shares, sorted([*chosen, column])) for column in promising if column not in chosen
        }
        best = max(tried, key=lambda column: (tried[column].score, -column))
        box = tried[best].box
        if tried[best].score <= found.score or not all(
            weight(box, column, values, shares) >= CARRIES for column in box.limits
        ):
            break
        chosen, found = [*chosen, best], tried[best]
    return found.box


def weight(box: Box, column: int, values: Floats, shares: Floats) -> float:
    """Return by how many standard errors what a limit cuts away lies below what it keeps, all other limits held."""
    around = box.without(column).holds(values)
    kept = box.holds(values)
    return excess(shares[kept], shares[around & ~kept])


def excess(inside: Floats, outside: Floats) -> float:
    """Return by how many standard errors one mean lies above another (Welch 1947); 0 where either is unknown."""
    if min(len(inside), len(outside)) < 2:
        return 0.0
    error = float(np.sqrt(inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside)))
    return 0.0 if error == 0 else float(inside.mean() - outside.mean()) / error


def _peel(values: Floats, shares: Floats, columns: Sequence[int]) -> Peeled:
    """Peel some inputs down to the least mass; return the box on the way that stands out most."""
    part = values[:, columns]
    limits = np.tile([[-np.inf], [np.inf]], len(columns))
    inside, base = shares, shares.mean()
    best, found = 0.0, limits.copy()
    while (step := _best_peel(part, inside)) is not None:
        place, is_low, edge = step
        limits[0 if is_low else 1, place] = edge
        kept = part[:, place] >= edge if is_low else part[:, place] <= edge
        part, inside = part[kept], inside[kept]
        if len(inside) < max(2, LEAST * len(shares)):
            break
        score = float((inside.mean() - base) * np.sqrt(len(inside)))
        if score > best:
            best, found = score, limits.copy()
    limited = {column: (float(low), float(high)) for column, low, high in zip(columns, *found, strict=True)}
    return Peeled(Box({one: limit for one, limit in limited.items() if limit != (-np.inf, np.inf)}), best)


def _best_peel(values: Floats, shares: Floats) -> tuple[int, bool, float] | None:
    """Return column, side and new limit of the peel that leaves the largest mean; None where nothing can be peeled."""
    count = len(values)
    cut = max(1, int(PEEL * count))
    if count <= 2 * cut:
        return None
    ordered = np.partition(values, (cut, count - cut - 1), axis=0)
    candidates = []
    for is_low, edges in ((True, _beyond(values, ordered[cut])), (False, -_beyond(-values, -ordered[count - cut - 1]))):
        stays = values >= edges if is_low else values <= edges
        kept = stays.sum(axis=0)
        means = np.where((kept > 0) & (kept < count), shares @ stays / np.maximum(kept, 1), -np.inf)
        place = int(means.argmax())
        candidates.append((float(means[place]), place, is_low, float(edges[place])))
    mean, place, is_low, edge = max(candidates, key=lambda one: one[0])
    return None if mean == -np.inf else (place, is_low, edge)


def _beyond(values: Floats, edges: Floats) -> Floats:
    """Return new lows; where an edge is a column's lowest value, so that nothing would come off, the next value."""
    edges = edges.copy()
    for column in np.flatnonzero(edges == values.min(axis=0)):
        higher = values[values[:, column] > edges[column], column]
        edges[column] = higher.min() if len(higher) else np.inf
    return edges
