"""The surface gives back the probabilities of classes that were made from known logits."""

from __future__ import annotations

import numpy as np
import pytest

from sim.evaluation.calibration.outcomes import CLASSES
from sim.evaluation.calibration.parameters import COORDINATES, NAMES
from sim.evaluation.calibration.surface import CHOICES, Surface, features, fit
from sim.scenario.posterior import SAMPLED, SAMPLES

DIMENSIONS, POINTS = len(NAMES), 16_384
TERMS = 1 + 2 * DIMENSIONS + DIMENSIONS * (DIMENSIONS - 1) // 2
OF = {"a": "crises", "b": "threats"}


def design(points: int, generator: np.random.Generator) -> np.ndarray:
    return generator.standard_normal((points, len(COORDINATES)))


def truth(generator: np.random.Generator) -> Surface:
    """Two cases, one of each sample; the parameters that go by sample curve as much as they tilt."""
    coefficients = generator.normal(0, 0.02, (2, TERMS, CHOICES))
    coefficients[:, 0] = generator.uniform(-1.5, 0.5, (2, CHOICES))
    coefficients[:, 1 : 1 + DIMENSIONS] = generator.normal(0, 0.3, (2, DIMENSIONS, CHOICES))
    for name in SAMPLED:
        coefficients[:, 1 + DIMENSIONS + NAMES.index(name)] = 0.3
    return Surface(OF, dict(zip(OF, coefficients.astype(np.float32), strict=True)))


def drawn(surface: Surface, points: np.ndarray, generator: np.random.Generator) -> dict[str, np.ndarray]:
    cumulative = surface.probabilities(points).cumsum(axis=2)
    uniform = generator.random((len(points), 2, 1))
    return dict(zip("ab", (uniform > cumulative).sum(axis=2).astype(np.uint8).T, strict=True))


def fitted_to(points: np.ndarray, classes: dict[str, np.ndarray]) -> Surface:
    """Fit with all cases beside `a` and `b` in the sample of `b`."""
    return fit(dict.fromkeys(SAMPLES, points), classes, {name: OF.get(name, "threats") for name in classes})


def test_terms_are_uncorrelated_under_the_prior() -> None:
    terms = features(np.random.default_rng(0).standard_normal((200_000, 5))).astype(np.float64)
    gram = terms.T @ terms / len(terms)
    assert np.abs(gram - np.eye(21)).max() < 0.05


def test_probabilities_are_those_of_a_distribution() -> None:
    generator = np.random.default_rng(1)
    probabilities = truth(generator).probabilities(design(100, generator))
    assert probabilities.shape == (100, 2, CLASSES)
    np.testing.assert_allclose(probabilities.sum(axis=2), 1, atol=1e-6)
    assert probabilities.min() >= 0


def test_a_fit_comes_as_close_to_the_truth_as_its_terms_allow() -> None:
    """Mean square error of a logit is at most terms / (points * p (1 - p)); twice that is allowed."""
    generator = np.random.default_rng(2)
    true, points = truth(generator), design(POINTS, generator)
    fitted = fitted_to(points, drawn(true, points, generator))
    fresh = design(4096, generator)
    windows = [surface.probabilities(fresh)[:, :, :2].sum(axis=2) for surface in (true, fitted)]
    logit_true, logit_fitted = (np.log(p / (1 - p)) for p in windows)
    p = windows[0].mean(axis=0)
    error = np.square(logit_true - logit_fitted).mean(axis=0)
    assert np.all(error < 2 * TERMS / (POINTS * p * (1 - p)))


def test_where_parameters_that_go_by_sample_curve_the_surface_follows_to_the_edge() -> None:
    """Two sd out along both, where a posterior may lie, the mean probability of the first window is within 0.03."""
    generator = np.random.default_rng(7)
    true, points = truth(generator), design(POINTS, generator)
    fitted = fitted_to(points, drawn(true, points, generator))
    edge = design(2048, generator)
    for name, towards in zip(SAMPLED, (2.0, -2.0), strict=True):
        edge[:, NAMES.index(name)] = towards
    first = [surface.probabilities(edge)[:, :, :2].sum(axis=2).mean(axis=0) for surface in (true, fitted)]
    np.testing.assert_allclose(first[1], first[0], atol=0.03)


def test_the_likelihood_is_that_of_what_is_seen() -> None:
    generator = np.random.default_rng(3)
    surface, points = truth(generator), design(50, generator)
    probability = surface.probabilities(points)
    got = surface.log_likelihood(points, {"b": frozenset({0, 1, 7}), "a": frozenset({4})})
    np.testing.assert_allclose(np.exp(got[:, 0]), probability[:, 1, [0, 1, 7]].sum(axis=1), rtol=1e-6)
    np.testing.assert_allclose(np.exp(got[:, 1]), probability[:, 0, 4], rtol=1e-6)
    everything = surface.log_likelihood(points, {"a": frozenset(range(CLASSES))})
    np.testing.assert_allclose(everything, 0, atol=1e-6)


def test_a_class_that_never_came_is_improbable_and_not_impossible() -> None:
    points = design(4096, np.random.default_rng(4))
    surface = fitted_to(points, {"a": np.full(4096, 6, dtype=np.uint8)})
    probability = surface.probabilities(points[:100])[:, 0]
    assert probability[:, 6].min() > 0.97
    assert probability.min() > 0


@pytest.mark.parametrize("count", [1, 3])
def test_cases_do_not_touch_each_other(count: int) -> None:
    generator = np.random.default_rng(5)
    points = design(4096, generator)
    classes = drawn(truth(generator), points, generator)
    alone = fitted_to(points, {"a": classes["a"]}).probabilities(points[:50])[:, 0]
    more = {"a": classes["a"], **{f"b{n}": classes["b"] for n in range(count)}}
    np.testing.assert_allclose(fitted_to(points, more).probabilities(points[:50])[:, 0], alone, atol=5e-3)
