"""The design: every case played once at each of many points in the space of parameters.

There is one run per point: all other uncertainty about a case (stances, strengths, frailties) and chance are drawn anew
for each, so that a smooth fit over the points (`surface`) averages over them. Every case has its own seed: two cases
share the parameters of a point and nothing else, like two crises of one world.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim import rng
from sim.evaluation.calibration.outcomes import Classes, classes_of_runs
from sim.evaluation.calibration.parameters import COORDINATES, Floats, projected, sample_of, streams_of, to_quantiles
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask
from sim.runs.play import ALL, Request
from sim.scenario.edit import bare
from sim.special import ndtri

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Site

BLOCK_POINTS = BLOCK_RUNS


@dataclass(frozen=True)
class Design:
    """Points at which a case is played, coordinates of shape (points, COORDINATES), in whole blocks."""

    scenario: Scenario
    seed: int
    points: Floats = field(repr=False)

    def request(self) -> Request:
        """Return the request for its blocks."""
        return Request(self._block, len(self.points) // BLOCK_POINTS, name=f"the design of {self.scenario.id}", cap=ALL)

    def _block(self, number: int) -> BlockTask:
        part = self.points[number * BLOCK_POINTS : (number + 1) * BLOCK_POINTS]
        at = to_quantiles(projected(part, sample_of(self.scenario)))
        quantiles = {stream: at[:, column] for stream, column in streams_of(self.scenario).items()}
        return BlockTask(bare(self.scenario), self.seed, number, replicates=1, quantiles=quantiles)


def prior_points(blocks: int, seed: int) -> Floats:
    """Return scrambled Sobol' points of the prior (Owen 1998), shape (blocks * BLOCK_POINTS, COORDINATES)."""
    from scipy.stats import qmc

    generator = rng.stream(seed, 0, "calibration", "design")
    sampler = qmc.Sobol(len(COORDINATES), scramble=True, rng=generator)
    uniform = sampler.random(blocks * BLOCK_POINTS)
    return np.asarray(ndtri(np.clip(uniform, 1e-9, 1 - 1e-9)))


def block_of(draws: Floats) -> Floats:
    """Return as many points as a block has runs: draws of a posterior, repeated."""
    return np.resize(draws, (BLOCK_POINTS, len(COORDINATES)))


def play(designs: Iterable[Design], site: Site) -> list[Classes]:
    """Play designs; return for each the class of every run, shape (points,)."""
    return site.each(classes_of_runs, (one.request() for one in designs))


def seed_of(case: str, seed: int) -> int:
    """Return the seed of a case, so that no two cases share chance."""
    first, second = rng.digest(f"{seed}/{case}")
    return (first << 31 | second >> 1) & (2**62 - 1)
