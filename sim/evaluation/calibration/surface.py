"""The surface: the probability of each class of each case as a smooth function of the parameters.

A run ends in one of eight classes, reached by three choices of window (continuation ratios: does the offensive come in
this window, given that it has not come before?) and one of agreement in each window. Each choice is a logistic
regression on all second-order polynomials of the parameters, in Hermite form so that the terms are uncorrelated under
the prior, with a normal prior on the coefficients that keeps interactions small unless the runs support them. All
regressions of the cases of one sample share their design, in which parameters that vary by sample are that sample's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sim.evaluation.calibration.outcomes import CLASSES, WINDOWS, Classes
from sim.evaluation.calibration.parameters import NAMES, SCALES, Floats, projected
from sim.scenario.posterior import SAMPLED

Single = npt.NDArray[np.float32]
CHOICES = len(WINDOWS) + len(WINDOWS) + 1
FIRST_SD, SECOND_SD, INTERCEPT_SD = 1.0, 0.02, 4.0
"""Prior sd of the coefficients of linear terms, of squares and products, and of the constant, in logits.

The sd for squares and products was chosen by the fit to points held out of a design: 0.12, 0.06, 0.03 and 0.015 gave
a mean deviance of 0.908, 0.901, 0.896 and 0.895 per run.
"""
SAMPLED_SECOND_SD = 1.0
"""Prior sd for squares and products of the parameters that vary by sample, which have a wider range.

On points held out of the designs of 30 threats, the deviance was 1.724 per run with 1.0 and 1.738 with 0.02. The latter
put the probability of force under the posterior at 0.196 when runs of the model gave 0.099; with 1.0 it was 0.110.
"""
TOGETHER = 48
"""Number of cases fitted at once: more take more memory and no less time."""
ITERATIONS = 80
TOLERANCE = 1e-7  # of the penalised likelihood, relative: about a tenth of a unit of it over all cases


def features(points: Floats) -> Single:
    """Return constant, linear, square and product terms, orthonormal under N(0, I); shape (points, terms)."""
    z = np.clip(points, -4, 4).astype(np.float32)
    first, second = np.triu_indices(z.shape[1], k=1)
    squares = (z * z - 1) / np.float32(np.sqrt(2))
    return np.concatenate([np.ones((len(z), 1), np.float32), z, squares, z[:, first] * z[:, second]], axis=1)


def _prior_precision(names: Sequence[str]) -> Single:
    wide = np.array([name in SAMPLED for name in names])
    first, second = np.triu_indices(len(names), k=1)
    curved = np.where(np.concatenate([wide, wide[first] & wide[second]]), SAMPLED_SECOND_SD, SECOND_SD)
    sd = np.concatenate([[INTERCEPT_SD], np.full(len(names), FIRST_SD), curved])
    return np.asarray(1 / np.square(sd), dtype=np.float32)


@dataclass(frozen=True)
class Surface:
    """Fitted regressions: for each case in order its sample, and coefficients, float32 of shape (terms, CHOICES)."""

    samples: Mapping[str, str]
    coefficients: Mapping[str, Single] = field(repr=False)

    def probabilities(self, points: Floats, cases: Sequence[str] | None = None) -> Floats:
        """Return the probability of each class of the given cases, by default all: shape (points, cases, CLASSES)."""
        names = tuple(self.samples if cases is None else cases)
        result = np.empty((len(points), len(names), CLASSES))
        for sample in {self.samples[name] for name in names}:
            places = [place for place, name in enumerate(names) if self.samples[name] == sample]
            together = np.concatenate([self.coefficients[names[place]] for place in places], axis=1)
            choice = _logistic(_terms(points, sample) @ together).reshape(len(points), len(places), CHOICES)
            result[:, places] = _classes(choice)
        return result

    def log_likelihood(
        self, points: Floats, seen: Mapping[str, frozenset[int]], coded: Mapping[str, str] | None = None
    ) -> Floats:
        """Return the log-probability of what is known of each of some cases: shape (points, cases seen).

        For each case, `seen` has its possible classes, `coded` the case of the surface that represents it, if not
        itself.
        """
        own = [name if coded is None else coded.get(name, name) for name in seen]
        distinct = list(dict.fromkeys(own))
        mask = np.array([[number in possible for number in range(CLASSES)] for possible in seen.values()])
        places = [distinct.index(name) for name in own]
        probability = self.probabilities(points, distinct)
        seen_probability = np.einsum("pck,ck->pc", probability[:, places], mask)
        return np.asarray(np.log(np.clip(seen_probability, 1e-9, 1.0)))


def fit(points: Mapping[str, Floats], classes: Mapping[str, Classes], samples: Mapping[str, str]) -> Surface:
    """Fit all regressions of all cases by penalised maximum likelihood.

    The points are by sample, in all coordinates, shape (points, COORDINATES); by case, the classes are those of the
    runs at the points of its sample.
    """
    coefficients: dict[str, Single] = {}
    fitted_on = {name: samples[name] for name in classes}
    for sample in dict.fromkeys(fitted_on.values()):
        names = [name for name, own in fitted_on.items() if own == sample]
        terms = _terms(points[sample], sample)
        for first in range(0, len(names), TOGETHER):
            chunk = names[first : first + TOGETHER]
            outcomes, weights = _choices([classes[name] for name in chunk])
            fitted = _fit_together(terms, outcomes, weights, _prior_precision(NAMES))
            coefficients |= zip(chunk, np.split(fitted, len(chunk), axis=1), strict=True)
    return Surface(fitted_on, coefficients)


def _terms(points: Floats, sample: str) -> Single:
    """Return the terms of points within a sample, whose coordinates are standard normal under the prior."""
    return features(projected(points, sample) / SCALES)


def _choices(classes: Sequence[Classes]) -> tuple[Single, Single]:
    """Convert classes to the outcome of each choice and whether the run reached it; both (points, cases * CHOICES)."""
    outcomes, weights = [], []
    for one in classes:
        window, agreed = one // 2, (one % 2).astype(np.float32)
        for number in range(len(WINDOWS)):
            outcomes.append((window == number).astype(np.float32))
            weights.append((window >= number).astype(np.float32))
        for number in range(len(WINDOWS) + 1):
            outcomes.append(agreed)
            weights.append((window == number).astype(np.float32))
    return np.column_stack(outcomes), np.column_stack(weights)


def _fit_together(terms: Single, outcomes: Single, weights: Single, precision: Single) -> Single:
    """Maximise the penalised likelihood of all columns at once.

    The terms are uncorrelated, so the curvature of a column is close to a multiple of the identity plus the prior;
    scaled by it, L-BFGS (Liu & Nocedal 1989) converges in some tens of steps.
    """
    from scipy.optimize import minimize

    count = weights.sum(axis=0)
    share = np.clip((outcomes * weights).sum(axis=0) / np.maximum(count, 1), 1e-3, 1 - 1e-3)
    curvature = np.maximum(count, 1) * share * (1 - share)
    scale = 1 / np.sqrt(curvature[None, :] + precision[:, None])
    start = np.zeros_like(scale)
    start[0] = np.log(share / (1 - share))

    def objective(scaled: Floats) -> tuple[float, Floats]:
        coefficients = scaled.reshape(scale.shape).astype(np.float32) * scale
        loss, residual = _logistic_loss(terms @ coefficients, outcomes, weights)
        gradient = (terms.T @ residual + precision[:, None] * coefficients) * scale
        penalty = 0.5 * float(np.sum(precision[:, None] * np.square(coefficients, dtype=np.float64)))
        return loss + penalty, gradient.ravel().astype(np.float64)

    best = minimize(
        objective,
        (start / scale).ravel().astype(np.float64),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": ITERATIONS, "maxcor": 20, "ftol": TOLERANCE},
    )
    return np.asarray(best.x.reshape(scale.shape) * scale, dtype=np.float32)


def _logistic_loss(logits: Single, outcomes: Single, weights: Single) -> tuple[float, Single]:
    """Return the weighted negative log-likelihood and its derivative by the logits, in few passes over large arrays."""
    small = np.exp(-np.abs(logits))
    loss = np.log1p(small)
    loss += np.maximum(logits, 0)
    loss -= outcomes * logits
    loss *= weights
    residual = np.where(logits >= 0, 1, small)
    residual /= 1 + small
    residual -= outcomes
    residual *= weights
    return float(loss.sum(dtype=np.float64)), residual.astype(np.float32, copy=False)


def _logistic(logits: Single) -> Single:
    with np.errstate(over="ignore"):
        return np.asarray(np.reciprocal(1 + np.exp(-logits)), dtype=np.float32)


def _classes(choice: Single) -> Floats:
    """Convert the probability of each choice to that of each class, over the last axis."""
    windows = len(WINDOWS)
    hazard, agreed = choice[..., :windows].astype(np.float64), choice[..., windows:].astype(np.float64)
    none_before = np.concatenate([np.ones_like(hazard[..., :1]), np.cumprod(1 - hazard, axis=-1)], axis=-1)
    window = none_before * np.concatenate([hazard, np.ones_like(hazard[..., :1])], axis=-1)
    both = np.stack([window * (1 - agreed), window * agreed], axis=-1)
    return both.reshape(*choice.shape[:-1], CLASSES)
