"""Storylines: a few real runs that represent clusters of futures, each with its share of all.

Runs are similar if their dates, their events and their actors' postures are. All three have the same weight: each
distance is Euclidean and scaled to a mean of one. The number of clusters, 3 to 5, is the one with the largest mean
silhouette; the run in the middle of a cluster is its storyline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.estimates import rounded, share
from sim.forecast.course import course_of
from sim.forecast.medoids import best_medoids, labels_of
from sim.runs.block.blocks import END_STATES, OUTCOMES, last_days

if TYPE_CHECKING:
    from sim.runs.block.watches import Paths
    from sim.scenario.scenario import Scenario

Floats = npt.NDArray[np.float64]
Records = npt.NDArray[np.void]

SAMPLE = 1024
"""Runs whose paths are kept, from the first on; fewer if there are many days and actors."""
MOST_NUMBERS = 2_000_000
"""Most stances, and most postures, kept over all of them: 8 MB each."""
CLUSTERED = 512
"""Runs used to find the clusters; the rest of the sample joins the nearest medoid (CLARA, Kaufman 1990)."""
FEWEST = 64
LOOKS = 12
"""Number of days, evenly spread over the window, on which postures are compared."""
COUNTS = (3, 4, 5)
FEW_BREAKDOWNS = 3


def sampled_runs(scenario: Scenario, runs: int, replicates: int) -> int:
    """Return the number of runs, from the first on, whose paths are kept: whole draws, 0 if there are too few."""
    room = MOST_NUMBERS // (scenario.horizon * len(scenario.actors))
    kept = min(SAMPLE, runs, room) // replicates * replicates
    return kept if kept >= max(FEWEST, 2 * replicates) else 0


def storylines(scenario: Scenario, paths: Paths, records: Records, replicates: int) -> list[dict[str, Any]]:
    """Return the storylines of a forecast as plain values, the largest share first (docs/forecast.md).

    The paths are those of the first runs of block 0, the records of at least the same runs.
    """
    records = records[: paths.runs]
    medoids, labels = _clusters(features(paths, records, scenario.horizon))
    told = []
    for label, run in enumerate(medoids):
        inside = labels == label
        alike = np.bincount(records["end"][inside], minlength=len(END_STATES)) / inside.sum()
        told.append({
            "run": int(run),
            "share": share(inside, replicates).row(),
            "runs": int(inside.sum()),
            "of": paths.runs,
            "ends": {name: rounded(share) for name, share in zip(END_STATES, alike, strict=True)},
            "cluster": _middle_halves(scenario, paths, records, inside),
            **course_of(scenario, paths.of([run]), records[run]),
        })  # fmt: skip
    return sorted(told, key=lambda one: (-one["runs"], one["run"]))


def _middle_halves(scenario: Scenario, paths: Paths, records: Records, inside: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Return the middle half of a cluster: the range of each actor's posture at the end of a run."""
    runs = np.flatnonzero(inside)
    last = np.minimum(last_days(records[runs]).astype(np.int64) + 1, scenario.horizon)
    postures = paths.posture[last, :, runs].astype(np.float64)  # (runs, actors)
    low, high = np.quantile(postures, (0.25, 0.75), axis=0)
    return {
        "posture": {
            actor: [rounded(low[place]), rounded(high[place])] for place, actor in enumerate(scenario.actors)
        }
    }  # fmt: skip


def features(paths: Paths, records: Records, horizon: int) -> tuple[Floats, Floats, Floats]:
    """Return the features that runs are compared by, one row per run: dates, events, postures at twelve days.

    Dates are the days of the first strike, agreement, terms and offensive, divided by the horizon. Events are the end
    state and up to three breakdowns. After the end of a run, postures stay unchanged.
    """
    dates = np.stack([records[name] / horizon for name in OUTCOMES], axis=1)
    ends = np.eye(len(END_STATES))[records["end"]]
    breakdowns = np.minimum(records["breakdowns"], FEW_BREAKDOWNS)[:, None] / FEW_BREAKDOWNS
    looks = np.unique(np.linspace(0, horizon, LOOKS + 1).astype(np.int64)[1:])
    last = np.minimum(last_days(records).astype(np.int64) + 1, horizon)
    entries = np.minimum(looks[None, :], last[:, None])  # (runs, looks)
    postures = paths.posture[entries, :, np.arange(len(records))[:, None]]  # (runs, looks, actors)
    return dates, np.hstack([ends, breakdowns]), postures.reshape(len(records), -1).astype(np.float64)


def _clusters(groups: tuple[Floats, ...]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the medoids, found among the first runs, and the medoid that each run of the sample belongs to."""
    among = [_distances(group[:CLUSTERED], group[:CLUSTERED]) for group in groups]
    scales = [float(one.mean()) or np.inf for one in among]  # runs that are all alike have distances of 0
    alike: Floats = sum((one / scale for one, scale in zip(among, scales, strict=True)), start=np.zeros_like(among[0]))
    np.fill_diagonal(alike, 0.0)
    medoids = best_medoids(alike, COUNTS)
    away = sum(_distances(group, group[medoids]) / scale for group, scale in zip(groups, scales, strict=True))
    return medoids, labels_of(np.asarray(away), medoids)


def _distances(first: Floats, second: Floats) -> Floats:
    """Return Euclidean distances between rows."""
    products = np.einsum(
        "if,jf->ij", first, second
    )  # in this thread: BLAS wakes others, which costs more than it saves
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)[None, :] - 2 * products
    result: Floats = np.sqrt(np.maximum(squares, 0))
    return result
