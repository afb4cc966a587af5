"""The calibration itself: from cases and what was known of them by a date to a posterior over the parameters.

The design is played once and kept; posteriors that leave cases out are then a matter of seconds, for they need only the
surface. So leaving a case out undoes all that it did, from the first temperature on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim import environment, rng
from sim.executors import Executor
from sim.forecast.checkpoint import Checkpoint, Progress
from sim.scenario.scenario import Scenario
from sim.studies.calibration.design import play, prior_points, seed_of
from sim.studies.calibration.outcomes import Classes
from sim.studies.calibration.parameters import NAMES, Floats
from sim.studies.calibration.surface import Surface, fit
from sim.studies.calibration.tempering import Sample, sample
from sim.tallies import Tally

BLOCKS = 8
PARTICLES = 2048
Seen = Mapping[str, frozenset[int]]
"""By case, the classes that it may be in by what is known (`outcomes.possible`)."""


@dataclass(frozen=True)
class Study:
    """A design played on all cases, and the surface fitted to it.

    Attributes
    ----------
    cases
        Scenarios by name, at their priors.
    seed
        Of design, dice and sampler.
    surface
        Probability of each class of each case over the parameters.
    points, classes
        The design and what its runs came to.
    particles
        Draws of each posterior.
    """

    cases: Mapping[str, Scenario]
    seed: int
    surface: Surface = field(repr=False)
    points: Floats = field(repr=False)
    classes: Mapping[str, Classes] = field(repr=False)
    particles: int = PARTICLES

    def posterior(self, seen: Seen, *, without: Collection[str] = ()) -> Sample:
        """Sample the posterior of the cases seen, less those left out; the prior where none is left."""
        return sample_posterior(self.task(seen, without=without))

    def task(self, seen: Seen, *, without: Collection[str] = ()) -> SampleTask:
        """Return the task of sampling a posterior, to be mapped over an executor."""
        kept = {name: possible for name, possible in seen.items() if name not in without}
        return SampleTask(self.surface, kept, self.seed, "+".join(sorted(set(without) & set(seen))), self.particles)


@dataclass(frozen=True)
class SampleTask:
    """One posterior to sample; `left_out` names it, and its random stream."""

    surface: Surface = field(repr=False)
    seen: Seen = field(repr=False)
    seed: int
    left_out: str
    particles: int

    def __str__(self) -> str:
        """Name the task in messages."""
        return f"the posterior without {self.left_out}" if self.left_out else "the posterior"


def sample_posterior(task: SampleTask) -> Sample:
    """Sample one posterior; the prior where nothing is seen."""
    generator = rng.stream(task.seed, len(task.seen), "calibration", task.left_out)
    if not task.seen:
        return Sample(generator.standard_normal((task.particles, len(NAMES))), 0.0, ())
    return sample(
        lambda points: task.surface.log_likelihood(points, task.seen).sum(axis=1),
        len(NAMES),
        particles=task.particles,
        generator=generator,
    )


def study(
    cases: Mapping[str, Scenario],
    *,
    seed: int,
    executor: Executor,
    blocks: int = BLOCKS,
    keep: Path | None = None,
    finished: Callable[[], None] | None = None,
) -> Study:
    """Play the design on all cases and fit the surface.

    Parameters
    ----------
    blocks
        Blocks of points, 4,096 each.
    keep
        Folder that keeps what each case's runs came to, so that a study that was stopped goes on where it was.
    finished
        Called once for each block of each case.
    """
    points = prior_points(blocks, seed)
    kept = {} if keep is None else {n: _checkpoint(keep, n, one, seed, points) for n, one in cases.items()}
    known = {name: tally["classes"].astype(np.uint8) for name in kept if (tally := kept[name].load().tally) is not None}
    for _ in range(blocks * len(known) if finished is not None else 0):
        finished()  # type: ignore[misc]
    missing = {name: scenario for name, scenario in cases.items() if name not in known}
    for name, played in play(missing, points, seed=seed, executor=executor, finished=finished):
        known[name] = played
        if name in kept:
            kept[name].save(Progress(blocks, Tally({"classes": played.astype(np.int64)})))
    classes = {name: known[name] for name in cases}
    return Study(cases, seed, fit(points, classes), points, classes)


def _checkpoint(folder: Path, name: str, scenario: Scenario, seed: int, points: Floats) -> Checkpoint:
    parts = (scenario.hash, seed_of(name, seed), environment.model_version(), environment.cpu_level())
    key = hashlib.sha256(repr(parts).encode() + points.tobytes()).hexdigest()
    return Checkpoint(folder / f"{name}-{seed}.npz", key)
