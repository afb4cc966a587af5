"""Tempered sequential Monte Carlo: from the prior N(0, I) to a posterior, or from one posterior to another.

Each stage raises the power of the likelihood that is added or removed as long as half of the particles stay effective,
reweights by the increment, resamples, and moves the particles by random-walk Metropolis steps that leave the stage's
target unchanged (Del Moral, Doucet & Jasra 2006; adaptive temperatures after Jasra et al. 2011).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from sim.evaluation.calibration.parameters import Floats

KEEP = 0.5  # smallest effective share of the particles that a stage may reach
MOVES = 12  # Metropolis steps per stage
TARGET_ACCEPTANCE = 0.25
LogLikelihoods = Callable[[Floats], tuple[Floats, Floats]]


@dataclass(frozen=True)
class Stage:
    """One temperature: the power of the likelihood, the effective particles before resampling, the acceptance."""

    power: float
    effective: float
    acceptance: float


@dataclass(frozen=True)
class Sample:
    """Equally probable draws from a posterior, with the sequence of temperatures that led to them.

    They have the shape (particles, dimensions), in coordinates where the prior is N(0, I). The evidence is the
    logarithm of the mean likelihood under the prior.
    """

    draws: Floats = field(repr=False)
    log_evidence: float
    stages: tuple[Stage, ...]


def bridge(log_likelihoods: LogLikelihoods, points: Floats, *, generator: np.random.Generator) -> Sample:
    """Move draws of one posterior under N(0, I), the points, to another, whose likelihood differs.

    The log-likelihoods are a function of points of shape (points, dimensions): the log-likelihood of the posterior they
    are drawn from, and the term to add to it, shape (points,) each.
    """
    likelihood = log_likelihoods(points)
    power, evidence, step = 0.0, 0.0, 2.38 / np.sqrt(points.shape[1])
    stages: list[Stage] = []
    while power < 1:
        increment = _increment(likelihood[1], power)
        weights, mean = _weights(increment * likelihood[1])
        evidence += mean
        effective = 1 / float(np.sum(weights**2))
        chosen = _resample(weights, generator)
        factor = _spread(points, weights)
        points, likelihood = points[chosen], (likelihood[0][chosen], likelihood[1][chosen])
        power += increment
        rates = []
        for _ in range(MOVES):
            points, likelihood, rate = _move(points, likelihood, power, log_likelihoods, step * factor, generator)
            step *= float(np.exp(rate - TARGET_ACCEPTANCE))
            rates.append(rate)
        stages.append(Stage(power, effective, float(np.mean(rates))))
    return Sample(points, evidence, tuple(stages))


def _increment(likelihood: Floats, power: float) -> float:
    """Return the largest step of the power, up to 1, that keeps half of the particles effective, by bisection."""
    low, high = 0.0, 1 - power
    if _effective_share(high * likelihood) >= KEEP:
        return high
    for _ in range(50):
        middle = (low + high) / 2
        if _effective_share(middle * likelihood) >= KEEP:
            low = middle
        else:
            high = middle
    return low


def _effective_share(log_weights: Floats) -> float:
    weights, _ = _weights(log_weights)
    return 1 / float(np.sum(weights**2)) / len(weights)


def _weights(log_weights: Floats) -> tuple[Floats, float]:
    """Return normalised weights, and the logarithm of their mean before normalisation."""
    highest = float(log_weights.max())
    weights = np.exp(log_weights - highest)
    return weights / weights.sum(), highest + float(np.log(weights.mean()))


def _resample(weights: Floats, generator: np.random.Generator) -> np.ndarray:
    """Resample systematically (Kitagawa 1996)."""
    places = (generator.random() + np.arange(len(weights))) / len(weights)
    return np.searchsorted(np.cumsum(weights), places, side="right").clip(max=len(weights) - 1)


def _spread(points: Floats, weights: Floats) -> Floats:
    """Return a square root of the weighted covariance of the particles."""
    covariance = np.cov(points.T, aweights=weights)
    return np.asarray(np.linalg.cholesky(np.atleast_2d(covariance) + 1e-9 * np.eye(points.shape[1])))


def _move(
    points: Floats,
    likelihood: tuple[Floats, Floats],
    power: float,
    log_likelihoods: LogLikelihoods,
    factor: Floats,
    generator: np.random.Generator,
) -> tuple[Floats, tuple[Floats, Floats], float]:
    """Make one Metropolis step of every particle; return points, likelihoods and the share accepted."""
    proposed = points + generator.standard_normal(points.shape) @ factor.T
    base, added = log_likelihoods(proposed)
    ratio = base - likelihood[0] + power * (added - likelihood[1])
    ratio += 0.5 * (np.sum(points**2, axis=1) - np.sum(proposed**2, axis=1))
    accepted = np.log(generator.random(len(points))) < ratio
    points = np.where(accepted[:, None], proposed, points)
    kept = np.where(accepted, base, likelihood[0]), np.where(accepted, added, likelihood[1])
    return points, kept, float(accepted.mean())
