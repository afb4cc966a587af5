"""Boxes of inputs in which an outcome is frequent: the patient rule induction method (PRIM, Friedman & Fisher 1999).

Starting from a box that holds everything, a thin slice is peeled off at a time, the one that leaves the largest share
of the outcome behind; of the boxes along the way, the one that stands out most is taken. It limits few inputs, and each
limit must carry weight.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

PEEL = 0.05  # share of the box taken off at each step
LEAST = 0.1  # smallest share of all draws that a box holds
MOST_LIMITED = 4  # most inputs that a box limits
PROMISING = 16  # inputs to choose from, ranked by the box limited by each alone
CARRIES = 2.5  # standard errors by which the part cut away must lie below the part kept, on draws that judge it


@dataclass(frozen=True)
class Box:
    """Limits by column: low and high, infinite if absent; values between them are inside."""

    limits: Mapping[int, tuple[float, float]] = field(default_factory=dict)

    def holds(self, values: Floats) -> Bools:
        """Whether each row of values lies inside, limits included."""
        inside = np.ones(len(values), dtype=np.bool_)
        for column, (low, high) in self.limits.items():
            inside &= (values[:, column] >= low) & (values[:, column] <= high)
        return inside

    def without(self, column: int) -> Box:
        """Return the box with the limits of one column removed."""
        return Box({key: limit for key, limit in self.limits.items() if key != column})


def find_box(values: Floats, shares: Floats) -> Box:
    """Find the box that stands out most; one without limits if no box has a limit that carries weight.

    A box peeled over all inputs at once collects limits suggested by chance. So inputs are added one at a time: boxes
    are peeled on every other draw and judged on those between, and of the inputs with which each limit carries weight
    there, the one is added with which the box stands out most. Finally, these inputs are peeled on all draws.

    The values have the shape (draws, inputs), the share of each draw's runs with the outcome (draws,).
    """
    peeled = np.arange(len(values)) % 2 == 0
    trial, judge = (values[peeled], shares[peeled]), (values[~peeled], shares[~peeled])
    alone = [_standing(_peel(*trial, [column]), *judge) for column in range(values.shape[1])]
    promising = sorted(range(len(alone)), key=lambda column: (-alone[column], column))[:PROMISING]
    chosen: list[int] = []
    best = 0.0
    while len(chosen) < MOST_LIMITED:
        boxes = {one: _peel(*trial, sorted([*chosen, one])) for one in promising if one not in chosen}
        score, added = _best(boxes, *judge)
        if score <= best:
            break
        chosen, best = [*chosen, added], score
    return _peel(values, shares, sorted(chosen)) if chosen else Box()


def _best(boxes: Mapping[int, Box], values: Floats, shares: Floats) -> tuple[float, int]:
    """Return how far the best box stands out, and the input added; only boxes whose limits all carry weight count."""
    scores = [
        (_standing(box, values, shares), -one)
        for one, box in boxes.items()
        if all(weight(box, column, values, shares) >= CARRIES for column in box.limits)
    ]
    score, place = max(scores, default=(-math.inf, 0))
    return score, -place


def _standing(box: Box, values: Floats, shares: Floats) -> float:
    """Return how far a box stands out: (mean inside - mean of all) * sqrt(number inside); 0 if nothing is inside."""
    inside = shares[box.holds(values)]
    return float((inside.mean() - shares.mean()) * np.sqrt(len(inside))) if len(inside) else 0.0


def weight(box: Box, column: int, values: Floats, shares: Floats) -> float:
    """Return the standard errors by which the part a limit cuts away lies below the part kept, other limits held."""
    around = box.without(column).holds(values)
    kept = box.holds(values)
    return excess(shares[kept], shares[around & ~kept])


def excess(inside: Floats, outside: Floats) -> float:
    """Return the standard errors by which one mean lies above another (Welch 1947); 0 if either is unknown."""
    if min(len(inside), len(outside)) < 2:
        return 0.0
    error = float(np.sqrt(inside.var(ddof=1) / len(inside) + outside.var(ddof=1) / len(outside)))
    return 0.0 if error == 0 else float(inside.mean() - outside.mean()) / error


def _peel(values: Floats, shares: Floats, columns: Sequence[int]) -> Box:
    """Peel some inputs down to the least mass; return the box along the way that stands out most."""
    part = values[:, columns]
    limits = np.tile([[-np.inf], [np.inf]], len(columns))
    inside, base = shares, shares.mean()
    best, found = 0.0, limits.copy()
    while (step := _best_peel(part, inside)) is not None:
        place, is_low, edge = step
        limits[int(not is_low), place] = edge
        kept = part[:, place] >= edge if is_low else part[:, place] <= edge
        part, inside = part[kept], inside[kept]
        if len(inside) < max(2, LEAST * len(shares)):
            break
        score = float((inside.mean() - base) * np.sqrt(len(inside)))
        if score > best:
            best, found = score, limits.copy()
    limits_of = zip(columns, *found.tolist(), strict=True)
    return Box({column: (low, high) for column, low, high in limits_of if (low, high) != (-math.inf, math.inf)})


def _best_peel(values: Floats, shares: Floats) -> tuple[int, bool, float] | None:
    """Return column, side and new limit of the peel that leaves the largest mean; None if nothing can be peeled."""
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
    """Return new lows; if an edge is a column's lowest value, so that nothing would be cut, the next value."""
    edges = edges.copy()
    for column in np.flatnonzero(edges == values.min(axis=0)):
        higher = values[values[:, column] > edges[column], column]
        edges[column] = higher.min() if len(higher) else np.inf
    return edges
