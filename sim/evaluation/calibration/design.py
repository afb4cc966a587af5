"""The design: every case played once at each of many points in the space of parameters.

One run a point: what else is not known of a case (stances, strengths, frailties) and chance are drawn anew with each,
so that a smooth fit over the points (`surface`) averages over them. Every case has its own seed: two cases share the
parameters of a point and nothing else, as two crises of one world would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sim import rng
from sim.evaluation.calibration.outcomes import Classes, classes_of_runs
from sim.evaluation.calibration.parameters import COORDINATES, Floats, projected, sample_of, streams_of, to_quantiles
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, record_block

if TYPE_CHECKING:
    from sim.runs.executors import Executor
    from sim.scenario.scenario import Scenario

BLOCK_POINTS = BLOCK_RUNS


@dataclass(frozen=True)
class DesignTask:
    """One block of points of one case; `points` are coordinates of shape (BLOCK_POINTS, COORDINATES)."""

    scenario: Scenario
    seed: int
    block: int
    points: Floats = field(repr=False)

    def __str__(self) -> str:
        """Name the task in messages."""
        return f"block {self.block} of the design of {self.scenario.id}"


def prior_points(blocks: int, seed: int) -> Floats:
    """Return scrambled Sobol' points of the prior (Owen 1998), shape (blocks * BLOCK_POINTS, COORDINATES)."""
    from scipy.special import ndtri
    from scipy.stats import qmc

    generator = rng.stream(seed, 0, "calibration", "design")
    sampler = qmc.Sobol(len(COORDINATES), scramble=True, rng=generator)
    uniform = sampler.random(blocks * BLOCK_POINTS)
    return np.asarray(ndtri(np.clip(uniform, 1e-9, 1 - 1e-9)))


def block_of(draws: Floats) -> Floats:
    """Return as many points as a block of runs has: draws of a posterior, over and over."""
    return np.resize(draws, (BLOCK_POINTS, len(COORDINATES)))


def play(
    cases: Mapping[str, Scenario],
    points: Mapping[str, Floats],
    *,
    seed: int,
    executor: Executor,
    finished: Callable[[], None] | None = None,
) -> Iterator[tuple[str, Classes]]:
    """Play every case at each of its points; yield each case with the class of each of its runs, shape (points,)."""
    blocks = {name: own.reshape(-1, BLOCK_POINTS, own.shape[1]) for name, own in points.items()}
    tasks = (
        DesignTask(scenario, seed_of(name, seed), number, block)
        for name, scenario in cases.items()
        for number, block in enumerate(blocks[name])
    )
    results = executor.map(play_block, tasks, finished)
    for name in cases:
        yield name, np.concatenate([next(results) for _ in blocks[name]])


def play_block(task: DesignTask) -> Classes:
    """Play one block of points of a case; return the class of each run."""
    quantiles = to_quantiles(projected(task.points, sample_of(task.scenario)))
    given = {stream: quantiles[:, column] for stream, column in streams_of(task.scenario).items()}
    block = BlockTask(task.scenario, task.seed, task.block, replicates=1)
    return classes_of_runs(record_block(block, given))


def seed_of(case: str, seed: int) -> int:
    """Return the seed of a case, so that no two cases share chance."""
    first, second = rng.digest(f"{seed}/{case}")
    return (first << 31 | second >> 1) & (2**62 - 1)
