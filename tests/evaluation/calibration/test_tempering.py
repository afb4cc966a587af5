"""Tempered sequential Monte Carlo against posteriors that are known in closed form, and against another sampler."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from sim.evaluation.calibration.parameters import Floats
from sim.evaluation.calibration.tempering import Sample, bridge

Z = 4.8
PARTICLES = 4096


def sample(
    log_likelihood: Callable[[Floats], Floats], dimensions: int, *, particles: int, generator: np.random.Generator
) -> Sample:
    """Sample the posterior of the prior N(0, I), which has a log-likelihood of 0 everywhere."""
    prior = generator.standard_normal((particles, dimensions))
    return bridge(lambda at: (np.zeros(len(at)), log_likelihood(at)), prior, generator=generator)


@pytest.mark.parametrize(("shift", "sd"), [(1.0, 1.0), (3.0, 0.5), (0.0, 0.2)])
def test_a_normal_likelihood_gives_the_conjugate_posterior(shift: float, sd: float) -> None:
    """Mean, sd and evidence of N(0, 1) given one reading, in each of 4 dimensions; draws are correlated, hence / 4."""
    got = sample(
        lambda z: -0.5 * np.sum(((z - shift) / sd) ** 2, axis=1),
        4,
        particles=PARTICLES,
        generator=np.random.default_rng(1),
    )
    mean, spread = shift / (1 + sd**2), sd / np.sqrt(1 + sd**2)
    error = spread / np.sqrt(PARTICLES / 4)
    assert np.all(np.abs(got.draws.mean(axis=0) - mean) < Z * error)
    assert np.all(np.abs(got.draws.std(axis=0) / spread - 1) < Z / np.sqrt(2 * PARTICLES / 4))
    evidence = 4 * (np.log(sd / np.sqrt(1 + sd**2)) - 0.5 * shift**2 / (1 + sd**2))
    assert got.log_evidence == pytest.approx(evidence, abs=0.25)
    assert got.stages[-1].power == 1.0


def test_powers_rise_and_a_flat_likelihood_takes_one_stage() -> None:
    steep = sample(lambda z: -50 * np.sum(z**2, axis=1), 6, particles=1024, generator=np.random.default_rng(0))
    powers = [stage.power for stage in steep.stages]
    assert len(powers) > 2
    assert powers == sorted(powers)
    flat = sample(lambda z: np.zeros(len(z)), 6, particles=1024, generator=np.random.default_rng(0))
    assert len(flat.stages) == 1
    assert flat.log_evidence == 0.0


def test_both_modes_of_a_posterior_keep_their_weight() -> None:
    def two_modes(z: np.ndarray) -> np.ndarray:
        near, far = (-0.5 * ((z[:, 0] - centre) / 0.3) ** 2 for centre in (-2.0, 2.0))
        return np.logaddexp(near, far + np.log(3))

    got = sample(two_modes, 2, particles=PARTICLES, generator=np.random.default_rng(2))
    share = float((got.draws[:, 0] > 0).mean())
    assert share == pytest.approx(0.75, abs=Z * np.sqrt(0.75 * 0.25 / (PARTICLES / 16)))


def test_the_same_generator_gives_the_same_draws() -> None:
    first, second = (
        sample(lambda z: -np.sum(z**2, axis=1), 3, particles=256, generator=np.random.default_rng(7)) for _ in range(2)
    )
    assert np.array_equal(first.draws, second.draws)


@pytest.mark.slow
def test_another_sampler_finds_the_same_posterior() -> None:
    """emcee (Foreman-Mackey et al. 2013) on a surface like those of cases; both chains are correlated, hence / 40."""
    import emcee

    generator = np.random.default_rng(3)
    dimensions, cases = 6, 20
    slopes = generator.normal(0, 0.8, (dimensions, cases))
    happened = generator.random(cases) < 0.5

    def likelihood(z: np.ndarray) -> np.ndarray:
        logits = z @ slopes
        return np.where(happened, -np.logaddexp(0, -logits), -np.logaddexp(0, logits)).sum(axis=1)

    ours = sample(likelihood, dimensions, particles=PARTICLES, generator=generator).draws
    sampler = emcee.EnsembleSampler(
        32, dimensions, lambda z: likelihood(z) - 0.5 * np.sum(z**2, axis=1), vectorize=True
    )
    state = generator.standard_normal((32, dimensions))
    sampler.run_mcmc(state, 3000, skip_initial_state_check=True)
    theirs = sampler.get_chain(discard=500, thin=10, flat=True)
    error = np.sqrt(40 * (ours.var(axis=0) / len(ours) + theirs.var(axis=0) / len(theirs)))
    assert np.all(np.abs(ours.mean(axis=0) - theirs.mean(axis=0)) < Z * error)
    assert np.all(np.abs(ours.std(axis=0) / theirs.std(axis=0) - 1) < Z * np.sqrt(20 / len(theirs)))
