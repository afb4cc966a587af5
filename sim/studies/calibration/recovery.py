"""Simulation-based calibration: cases simulated from known parameters, calibrated as the real ones are.

If design, surface and sampler are right, the rank of the true value among the draws of the posterior is uniform (Talts
et al. 2018; Cook, Gelman & Rubin 2006), for every parameter. The simulated cases are runs of the model itself, at
points that the surface has not seen, so an error of the surface would show as well.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.executors import Executor
from sim.studies.calibration.calibrate import Study, sample_posterior
from sim.studies.calibration.parameters import NAMES
from sim.studies.calibration.surface import fit

PARTICLES = 1024
RANKS = 16  # of a true value among 15 draws, far enough apart to count as independent


@dataclass(frozen=True)
class Recovery:
    """Ranks of true parameters among draws of their posteriors.

    Attributes
    ----------
    parameters
        Their names.
    ranks
        From 0 to RANKS - 1, shape (repeats, parameters).
    """

    parameters: tuple[str, ...]
    ranks: npt.NDArray[np.int64] = field(repr=False)

    @property
    def histograms(self) -> npt.NDArray[np.int64]:
        """Repeats by rank: shape (parameters, RANKS)."""
        return np.stack([np.bincount(column, minlength=RANKS) for column in self.ranks.T])

    def p_values(self) -> npt.NDArray[np.float64]:
        """Return, by parameter, how likely so uneven a histogram is if ranks are uniform (Pearson's chi-square)."""
        from scipy.special import chdtrc

        expected = len(self.ranks) / RANKS
        statistic = ((self.histograms - expected) ** 2 / expected).sum(axis=1)
        return np.asarray(chdtrc(RANKS - 1, statistic))


def recovery(study: Study, *, repeats: int, executor: Executor, finished: Callable[[], None] | None = None) -> Recovery:
    """Calibrate to cases that the model made, `repeats` times, with the parameters that made them known.

    The last `repeats` points of the design give the true parameters and the cases; the surface is fitted to the others.

    Parameters
    ----------
    finished
        Called once for each calibration.
    """
    shown = len(study.points) - repeats
    surface = fit(study.points[:shown], {name: one[:shown] for name, one in study.classes.items()})
    blind = replace(study, surface=surface, particles=PARTICLES)
    tasks = [
        blind.task({name: frozenset({int(one[shown + n])}) for name, one in study.classes.items()})
        for n in range(repeats)
    ]
    tasks = [replace(task, left_out=f"simulated {n}") for n, task in enumerate(tasks)]
    ranks = []
    for repeat, sample in enumerate(executor.map(sample_posterior, tasks, finished)):
        generator = rng.stream(study.seed, repeat, "calibration", "recovery")
        few = generator.choice(len(sample.draws), size=RANKS - 1, replace=False)
        ranks.append((sample.draws[few] < study.points[shown + repeat]).sum(axis=0))
    return Recovery(NAMES, np.array(ranks, dtype=np.int64))
