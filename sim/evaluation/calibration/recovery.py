"""Simulation-based calibration: cases simulated from known parameters, calibrated like the real ones.

If design, surface and sampler are right, the rank of the true value among the draws of the posterior is uniform (Talts
et al. 2018; Cook, Gelman & Rubin 2006), for every parameter. The simulated cases are runs of the model itself, at
points that the surface has not seen, so an error of the surface would show as well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.errors import UsageError
from sim.evaluation.calibration.calibrate import Study, sample_posterior
from sim.evaluation.calibration.parameters import COORDINATES
from sim.evaluation.calibration.surface import fit
from sim.scenario.posterior import SAMPLES
from sim.special import chdtrc
from sim.wording import counted

if TYPE_CHECKING:
    from sim.evaluation.calibration.outcomes import Classes
    from sim.studies.bench import Site

PARTICLES = 1024
MOST_THREATS = 48
"""Most scenarios of threats that are simulated; each repeat costs as much as a calibration to that many."""
RANKS = 16  # of a true value among 15 draws, far enough apart to count as independent


def recovery(study: Study, *, repeats: int, site: Site) -> dict[str, Any]:
    """Calibrate `repeats` times to cases that the model made, with the parameters that made them known.

    The last `repeats` points at which all cases were played give the true parameters and the cases; the surface is
    fitted to the points before them. If there are many threats, some represent all. Raises UsageError if less than half
    of the points would be left to fit the surface to.

    For each parameter, returns the number of repeats by rank, and how likely so uneven a histogram is if ranks are
    uniform (Pearson's chi-square).
    """
    chosen = _chosen(study)
    check_repeats(repeats, min(map(len, chosen.values())))
    shown = min(map(len, chosen.values())) - repeats
    samples = {name: study.surface.samples[name] for name in chosen}
    points = dict.fromkeys(samples.values(), study.points[:shown])
    surface = fit(points, {name: one[:shown] for name, one in chosen.items()}, samples)
    blind = replace(study, surface=surface, particles=PARTICLES, coded={})
    cases = ({name: frozenset({int(one[shown + n])}) for name, one in chosen.items()} for n in range(repeats))
    tasks = [replace(blind.task(seen), left_out=f"simulated {n}") for n, seen in enumerate(cases)]
    ranks = []
    for repeat, sample in enumerate(site.map(sample_posterior, tasks)):
        generator = rng.stream(study.seed, repeat, "calibration", "recovery")
        few = generator.choice(len(sample.draws), size=RANKS - 1, replace=False)
        ranks.append((sample.draws[few] < study.points[shown + repeat]).sum(axis=0))
    return {"repeats": repeats, "ranks": RANKS, "parameters": _uniformity(np.array(ranks))}


def _uniformity(ranks: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    """Return the histogram of each parameter and its p-value, from ranks of shape (repeats, parameters)."""
    histograms = np.stack([np.bincount(column, minlength=RANKS) for column in ranks.T])
    expected = len(ranks) / RANKS
    p_values = chdtrc(RANKS - 1, ((histograms - expected) ** 2 / expected).sum(axis=1))
    return [
        {"name": name, "histogram": histogram.tolist(), "p_value": round(float(p), 4)}
        for name, histogram, p in zip(COORDINATES, histograms, p_values, strict=True)
    ]


def check_repeats(repeats: int, points: int) -> None:
    """Check that at least half of the points are left to fit the surface to; UsageError if not."""
    if not 0 <= repeats <= points // 2:
        raise UsageError(
            f"expected 0 to {counted(points // 2, 'simulated calibration')} of {points:,} points (got {repeats:,})"
        )


def _chosen(study: Study) -> dict[str, Classes]:
    """Return the classes of the runs of all crises, and of at most `MOST_THREATS` threats at equal steps."""
    threats = [name for name in study.classes if study.surface.samples[name] != SAMPLES[0]]
    few = set(threats[:: max(1, -(-len(threats) // MOST_THREATS))])
    return {name: one for name, one in study.classes.items() if name in few or name not in threats}
