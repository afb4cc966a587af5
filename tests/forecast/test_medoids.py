"""k-medoids: known answers, and the best swap against trying every one."""

from __future__ import annotations

import numpy as np
import pytest

from sim.forecast import medoids
from sim.forecast.medoids import best_medoids, k_medoids, labels_of, silhouette


def distances(points: np.ndarray) -> np.ndarray:
    return np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=-1))


def heaps(seed: int, sizes: tuple[int, ...], apart: float = 12.0) -> tuple[np.ndarray, np.ndarray]:
    """Return points around centres far apart, in mixed order, and to which centre each belongs."""
    made = np.random.default_rng(seed)
    labels = made.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return made.normal(size=(len(labels), 2)) + apart * np.array([[0, 0], [1, 0], [0, 1], [1, 1], [2, 2]])[
        labels
    ], labels


@pytest.mark.parametrize("sizes", [(30, 30, 30), (60, 20, 10, 5), (20, 20, 20, 20, 20)])
def test_heaps_that_lie_apart_are_found_with_their_number(sizes: tuple[int, ...]) -> None:
    points, labels = heaps(1, sizes)
    apart = distances(points)
    found = best_medoids(apart, (2, 3, 4, 5))
    assert len(found) == len(sizes)
    own = labels_of(apart[:, found], found)
    pairs = {(int(one), int(two)) for one, two in zip(own, labels, strict=True)}
    assert len(pairs) == len(sizes), "each cluster is one heap"
    assert silhouette(apart, own, len(sizes)) > 0.7


def test_the_medoid_is_the_point_nearest_to_all_of_its_cluster() -> None:
    points, _ = heaps(2, (15, 25, 35))
    apart = distances(points)
    found = k_medoids(apart, 3)
    labels = labels_of(apart[:, found], found)
    for place, medoid in enumerate(found):
        inside = np.flatnonzero(labels == place)
        assert medoid == inside[apart[np.ix_(inside, inside)].sum(axis=0).argmin()]


@pytest.mark.parametrize("seed", range(10))
def test_the_best_swap_is_the_best_of_all(seed: int) -> None:
    made = np.random.default_rng(seed)
    apart = distances(made.normal(size=(25, 3)))
    chosen = made.choice(25, 4, replace=False)

    def cost(some: list[int]) -> float:
        return float(apart[:, some].min(axis=1).sum())

    swaps = [
        cost([point if place == slot else int(one) for place, one in enumerate(chosen)]) - cost(list(chosen))
        for slot in range(4)
        for point in set(range(25)) - set(chosen.tolist())
    ]
    assert medoids._best_swap(apart, chosen)[0] == pytest.approx(min(swaps))


def test_no_swap_betters_what_is_found() -> None:
    points, _ = heaps(3, (20, 20, 20), apart=2.0)
    found = k_medoids(distances(points), 3)
    assert medoids._best_swap(distances(points), found)[0] > -1e-6


def test_the_silhouette_of_four_points_on_a_line() -> None:
    """0 and 1 against 10 and 12: widths (11-1)/11, (10-1)/10, (9.5-2)/9.5, (11.5-2)/11.5."""
    apart = distances(np.array([[0.0], [1.0], [10.0], [12.0]]))
    expected = np.mean([10 / 11, 9 / 10, 7.5 / 9.5, 9.5 / 11.5])
    assert silhouette(apart, np.array([0, 0, 1, 1]), 2) == pytest.approx(expected)


def test_points_that_are_all_alike_are_sorted_without_complaint() -> None:
    apart = np.zeros((10, 10))
    found = best_medoids(apart, (3, 4, 5))
    assert len(set(found.tolist())) == 3
    assert silhouette(apart, labels_of(apart[:, found], found), 3) == 0.0
