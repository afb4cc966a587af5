"""k-medoids: points that represent clusters of points, each one of them, from their distances alone.

Partitioning around medoids (PAM, Kaufman & Rousseeuw 1990), weighing all swaps of a step at once as FastPAM1 does
(Schubert & Rousseeuw 2021, eq. 8). Nothing is random: the same distances give the same clusters.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_SWAPS = 100
NOT_ALIKE = 1e-9  # least gain of a swap, as a share of the whole cost: rounding is not a gain


def best_medoids(distances: Floats, counts: Iterable[int]) -> Ints:
    """Cluster with each number of medoids, below n; return those with the largest silhouette, the fewest if tied.

    The distances have the shape (n, n), symmetric, with 0 on the diagonal.
    """
    tried = [k_medoids(distances, count) for count in sorted(counts)]
    return max(tried, key=lambda one: silhouette(distances, labels_of(distances[:, one], one), len(one)))


def labels_of(away: Floats, medoids: Ints) -> Ints:
    """Return the cluster of each point, shape (n,), given its distances from the medoids, shape (n, k)."""
    labels: Ints = away.argmin(axis=1)
    labels[medoids] = np.arange(len(medoids))  # of coincident points, the medoid belongs to itself
    return labels


def k_medoids(distances: Floats, count: int) -> Ints:
    """Return the indices of two or more medoids: a greedy start, then swaps that lower the sum of distances."""
    medoids = _build(distances, count)
    for _ in range(MOST_SWAPS):
        gain, slot, point = _best_swap(distances, medoids)
        if gain >= -NOT_ALIKE * distances[:, medoids].min(axis=1).sum():
            break
        medoids[slot] = point
    return medoids


def _build(distances: Floats, count: int) -> Ints:
    """Choose the most central point, then repeatedly the one that lowers the sum of distances most."""
    medoids = [int(distances.sum(axis=0).argmin())]
    nearest = distances[:, medoids[0]]
    while len(medoids) < count:
        fall = np.maximum(nearest[:, None] - distances, 0).sum(axis=0)
        fall[medoids] = -1.0
        medoids.append(int(fall.argmax()))
        nearest = np.minimum(nearest, distances[:, medoids[-1]])
    return np.array(medoids)


def _best_swap(distances: Floats, medoids: Ints) -> tuple[float, int, int]:
    """Return the change of the sum of distances by the best swap, the medoid's slot and the point that takes it.

    A point moves to the newcomer if that is nearer than its medoid; one that loses its medoid moves to the newcomer or
    to its second nearest.
    """
    own = distances[:, medoids]
    ordered = np.sort(own, axis=1)
    nearest = np.minimum(distances, ordered[:, :1])  # (points, candidates)
    shared = nearest.sum(axis=0) - ordered[:, 0].sum()
    lost = np.minimum(distances, ordered[:, 1:2])
    lost -= nearest
    change = shared + _sums(lost, own.argmin(axis=1), len(medoids))  # (slots, candidates)
    change[:, medoids] = np.inf
    slot, point = np.unravel_index(int(change.argmin()), change.shape)
    return float(change[slot, point]), int(slot), int(point)


def silhouette(distances: Floats, labels: Ints, count: int) -> float:
    """Return the mean silhouette width, -1 to 1: (b - a) / max(a, b), 0 for a point alone (Rousseeuw 1987)."""
    sizes = np.bincount(labels, minlength=count)
    sums = _sums(distances, labels, count)
    points = np.arange(len(labels))
    inside = sums[labels, points] / np.maximum(sizes[labels] - 1, 1)
    means = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], np.inf)
    means[labels, points] = np.inf
    outside = means.min(axis=0)
    larger = np.maximum(inside, outside)
    width = np.where((sizes[labels] > 1) & (larger > 0), (outside - inside) / np.where(larger > 0, larger, 1), 0.0)
    return float(width.mean())


def _sums(rows: Floats, labels: Ints, count: int) -> Floats:
    """Return the sum of the rows of each label, shape (labels, columns)."""
    return np.stack([rows[labels == label].sum(axis=0) for label in range(count)])
