"""The calibration itself: from cases, and what was known of them by a date, to a posterior over the parameters.

The design is played once and kept; posteriors that leave cases out then take only seconds, because they need just the
surface. A posterior that leaves cases out is reached from the posterior of all cases by gradually removing their
likelihood, which undoes their whole effect (`tempering.bridge`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from sim import rng
from sim.evaluation.calibration.design import BLOCK_POINTS, Design, block_of, play, prior_points, seed_of
from sim.evaluation.calibration.parameters import COORDINATES, Floats, sample_of
from sim.evaluation.calibration.surface import Surface, fit
from sim.evaluation.calibration.tempering import Sample, bridge
from sim.scenario.posterior import SAMPLES

if TYPE_CHECKING:
    from sim.evaluation.calibration.outcomes import Classes
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Site

BLOCKS = 8
NEAR_SEED = 1 << 59  # added to the seed of runs at the posterior, so that none reuses the first design
PARTICLES = 2048
Seen = Mapping[str, frozenset[int]]
"""For each case, its possible classes given what is known (`outcomes.possible`)."""


@dataclass(frozen=True)
class Study:
    """A design played on all cases, and the surface fitted to it.

    Attributes
    ----------
    cases
        Scenarios by name, at their priors.
    seed
        Seed of design, runs and sampler.
    surface
        Probability of each class of each case over the parameters.
    points, classes
        The design, and the classes of its runs at its first points.
    coded
        The scenario that a case is coded as, if not its own: threats that are coded alike share one.
    particles
        Number of draws of each posterior.
    """

    cases: Mapping[str, Scenario]
    seed: int
    surface: Surface = field(repr=False)
    points: Floats = field(repr=False)
    classes: Mapping[str, Classes] = field(repr=False)
    coded: Mapping[str, str] = field(default_factory=dict, repr=False)
    particles: int = PARTICLES

    def posterior(self, seen: Seen) -> Sample:
        """Sample the posterior of the cases seen; the prior if there are none."""
        return sample_posterior(self.task(seen))

    def task(self, seen: Seen) -> SampleTask:
        """Return the task of sampling a posterior, to be mapped over an executor."""
        return SampleTask(self.surface, seen, self.seed, "", self.particles, self.coded)

    def bridges(self, seen: Seen, without: Sequence[Collection[str]], whole: Sample) -> list[BridgeTask]:
        """Return the tasks of bridging from the posterior of all cases seen to those that leave some out."""
        return [BridgeTask(self.task(seen), frozenset(one) & seen.keys(), whole.draws) for one in without]


@dataclass(frozen=True)
class SampleTask:
    """A posterior to sample; `left_out` names it and its random stream."""

    surface: Surface = field(repr=False)
    seen: Seen = field(repr=False)
    seed: int
    left_out: str
    particles: int
    coded: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __str__(self) -> str:
        """Name the task in messages."""
        return f"the posterior without {self.left_out}" if self.left_out else "the posterior"


def sample_posterior(task: SampleTask) -> Sample:
    """Sample one posterior; the prior if nothing is seen."""
    generator = rng.stream(task.seed, len(task.seen), "calibration", task.left_out)
    prior = generator.standard_normal((task.particles, len(COORDINATES)))
    if not task.seen:
        return Sample(prior, 0.0, ())

    def log_likelihoods(points: Floats) -> tuple[Floats, Floats]:
        return np.zeros(len(points)), task.surface.log_likelihood(points, task.seen, task.coded).sum(axis=1)

    return bridge(log_likelihoods, prior, generator=generator)


@dataclass(frozen=True)
class BridgeTask:
    """A posterior without some cases, reached from the draws of that of all, shape (particles, COORDINATES)."""

    whole: SampleTask
    without: frozenset[str]
    draws: Floats = field(repr=False)

    def __str__(self) -> str:
        """Name the task in messages."""
        return f"the posterior without {'+'.join(sorted(self.without))}"


def sample_bridge(task: BridgeTask) -> Sample:
    """Sample a posterior that leaves cases out."""
    whole = task.whole
    if not task.without:
        return Sample(task.draws, 0.0, ())
    if task.without == whole.seen.keys():
        return sample_posterior(replace(whole, seen={}, left_out="all"))
    generator = rng.stream(whole.seed, len(whole.seen), "calibration", "without " + "+".join(sorted(task.without)))
    out = np.array([name in task.without for name in whole.seen])

    def log_likelihoods(points: Floats) -> tuple[Floats, Floats]:
        each = whole.surface.log_likelihood(points, whole.seen, whole.coded)
        return each.sum(axis=1), -each[:, out].sum(axis=1)

    return bridge(log_likelihoods, task.draws, generator=generator)


def study(cases: Mapping[str, Scenario], *, seed: int, site: Site, blocks: int = BLOCKS) -> Study:
    """Play the design on all cases and fit the surface.

    The cases are past ones, and the scenarios that threats are coded as, at their priors. The points come in blocks of
    4,096; threats, which are many, are played only at the first half of them.
    """
    points = prior_points(blocks, seed)
    samples = {name: sample_of(scenario) for name, scenario in cases.items()}
    own = {name: points[: points_of(blocks, samples[name])] for name in cases}
    classes = _played(cases, own, seed, site)
    by_sample = {sample: points[: points_of(blocks, sample)] for sample in SAMPLES}
    return Study(cases, seed, fit(by_sample, classes, samples), points, classes)


def refined(made: Study, seen: Seen, site: Site) -> Study:
    """Play every case again at draws of the posterior, and fit the surface to both designs.

    The posterior may lie where the first design has few points. The cases seen decide where the new points lie, so a
    refined study serves the posteriors of those cases and of subsets of them.
    """
    near = block_of(made.posterior(seen).draws)
    seed = made.seed + NEAR_SEED
    own = _played(made.cases, dict.fromkeys(made.cases, near), seed, site)
    classes = {name: np.concatenate([one, own[name]]) for name, one in made.classes.items()}
    samples = made.surface.samples
    points = {samples[name]: np.concatenate([made.points[: len(one)], near]) for name, one in made.classes.items()}
    return replace(made, surface=fit(points, classes, samples))


def _played(cases: Mapping[str, Scenario], points: Mapping[str, Floats], seed: int, site: Site) -> dict[str, Classes]:
    """Play every case at its points; return the class of each run."""
    designs = (Design(scenario, seed_of(name, seed), points[name]) for name, scenario in cases.items())
    return dict(zip(cases, play(designs, site), strict=True))


def points_of(blocks: int, sample: str) -> int:
    """Return the number of points of a design at which a case of a sample is played."""
    return BLOCK_POINTS * (blocks if sample == SAMPLES[0] else max(1, blocks // 2))
