"""Logistic regression for few cases: maximum penalised likelihood after Firth (1993).

With a few dozen cases and a strong feature, ordinary logistic regression often separates the cases and has no finite
estimate. Firth's penalty, half the logarithm of the determinant of the information, always gives one, removes the
first-order bias, has nothing to tune and does not depend on the units of the features, as a ridge would (Heinze &
Schemper 2002). It pulls fitted probabilities towards a half, so the intercept is afterwards refitted to the plain
likelihood: then their mean is the share that happened (FLIC, Puhr, Heinze, Nold, Lusa & Geroldinger 2017).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.errors import UsageError
from sim.wording import counted

Floats = npt.NDArray[np.float64]

MOST_STEPS = 500
TIGHT = 1e-12
LONGEST = 5.0  # longest step of scoring, per standardised feature
LOWER = 1e-9  # by which the likelihood may fall in a step: more than its rounding error
FARTHEST = 30.0  # log-odds beyond which a probability is 0 or 1 to the precision of a float
FLAT = 1e-6  # gradient of the penalised likelihood per case, at and below which an estimate has converged


@dataclass(frozen=True)
class Prediction:
    """A predicted probability.

    Attributes
    ----------
    p
        Probability.
    se
        Standard error of its log-odds.
    low, high
        95% interval of the probability for such cases, from the log-odds: how well the curve is known, not how a single
        case turns out.
    """

    p: float
    se: float
    low: float
    high: float


@dataclass(frozen=True)
class Logistic:
    """A fitted regression: log-odds = intercept + sum of slope * feature, the intercept first.

    The covariance, shape (coefficients, coefficients), is the inverse information at the estimate.
    """

    coefficients: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]

    def predict(self, *features: float) -> Prediction:
        """Predict a case by its features, in the order of the fit."""
        row = np.array([1.0, *features])
        if len(row) != len(self.coefficients):
            raise ValueError(f"expected {len(self.coefficients) - 1} features (got {len(features)})")
        odds = float(row @ np.array(self.coefficients))
        se = math.sqrt(float(row @ np.array(self.covariance) @ row))
        return Prediction(_chance(odds), se, _chance(odds - 1.959964 * se), _chance(odds + 1.959964 * se))


def fit(features: npt.ArrayLike, outcome: npt.ArrayLike) -> Logistic:
    """Fit a regression with an intercept.

    The features, finite, have the shape (cases, features), the outcomes, 1 or 0, (cases,). A feature that is constant,
    or a combination of others, carries no information and gets the slope 0. Raises ValueError without cases, if shapes
    differ, or if values are not finite or not outcomes, UsageError if the fit does not converge.
    """
    x, y = np.asarray(features, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if x.ndim != 2 or y.shape != (len(x),) or len(x) == 0:
        raise ValueError(f"expected features of some cases and an outcome each (got {x.shape} and {y.shape})")
    if not np.all(np.isfinite(x)) or not np.all((y == 0) | (y == 1)):
        raise ValueError("expected finite features and outcomes of 0 or 1")
    centre, scale = x.mean(axis=0), x.std(axis=0)
    kept = _independent((x - centre) / np.where(scale > 0, scale, 1), scale)
    design = np.column_stack([np.ones(len(x)), (x[:, kept] - centre[kept]) / scale[kept]])
    beta = _refit_intercept(design, y, _maximise(design, y))
    covariance = np.linalg.inv(_information(design, beta))
    back = _to_units(x.shape[1], kept, centre, scale)
    return Logistic(tuple((back @ beta).tolist()), tuple(map(tuple, (back @ covariance @ back.T).tolist())))


def _independent(standardised: Floats, scale: Floats) -> list[int]:
    """Return the features that vary and are not a combination of earlier ones."""
    kept: list[int] = []
    for index in range(standardised.shape[1]):
        trial = standardised[:, [*kept, index]]
        if scale[index] > 1e-12 and np.linalg.matrix_rank(trial, tol=1e-8 * len(trial) ** 0.5) == len(kept) + 1:
            kept.append(index)
    return kept


def _to_units(count: int, kept: list[int], centre: Floats, scale: Floats) -> Floats:
    """Return the matrix that converts coefficients of standardised features to those of the features themselves."""
    back = np.zeros((count + 1, len(kept) + 1))
    back[0, 0] = 1
    for place, index in enumerate(kept, start=1):
        back[index + 1, place] = 1 / scale[index]
        back[0, place] = -centre[index] / scale[index]
    return back


def _maximise(design: Floats, y: Floats) -> Floats:
    """Maximise the penalised likelihood by Fisher scoring (Heinze & Schemper 2002).

    A step is halved while it leads down, or past the top to where it is steep again: with about as many coefficients as
    cases, the information is half of the curvature, and whole steps would oscillate forever.
    """
    beta = np.zeros(design.shape[1])
    score, inverse = _score(design, y, beta)
    for _ in range(MOST_STEPS):
        height, step = _penalised(design, y, beta), inverse @ score
        step *= min(1.0, LONGEST / max(float(np.max(np.abs(step))), TIGHT))
        rise = float(score @ step)
        while np.max(np.abs(step)) > TIGHT:
            score, inverse = _score(design, y, beta + step)
            if float(score @ step) >= -rise / 2 and _penalised(design, y, beta + step) >= height - LOWER:
                break
            step, rise = step / 2, rise / 2
        else:
            break
        beta = beta + step
    if not float(np.max(np.abs(_score(design, y, beta)[0]))) < FLAT * len(y):
        raise UsageError(f"the logistic regression on {counted(len(y), 'case')} did not converge")
    return beta


def _score(design: Floats, y: Floats, beta: Floats) -> tuple[Floats, Floats]:
    """Return the gradient of the penalised likelihood (Heinze & Schemper 2002), and the inverse of the information.

    Each case counts as if split by its leverage.
    """
    p = _chances(design @ beta)
    inverse = np.asarray(np.linalg.pinv(_information(design, beta)), dtype=np.float64)
    leverage = p * (1 - p) * np.sum(design @ inverse * design, axis=1)
    return np.asarray(design.T @ (y - p + leverage * (0.5 - p))), inverse


def _refit_intercept(design: Floats, y: Floats, beta: Floats) -> Floats:
    """Move the intercept so that the fitted probabilities have the mean of the outcomes (Puhr et al. 2017).

    If all outcomes are alike it would become infinite, so it stays; the penalty has kept it finite.
    """
    if y.min() == y.max():
        return beta
    odds, shift = design @ beta, 0.0
    for _ in range(MOST_STEPS):
        p = _chances(odds + shift)
        step = float(np.sum(y - p) / np.sum(p * (1 - p)))
        shift += max(-1.0, min(1.0, step))
        if abs(step) < TIGHT:
            break
    moved = beta.copy()
    moved[0] += shift
    return moved


def _information(design: Floats, beta: Floats) -> Floats:
    p = _chances(design @ beta)
    return np.asarray(design.T @ (design * (p * (1 - p))[:, None]))


def _penalised(design: Floats, y: Floats, beta: Floats) -> float:
    """Log-likelihood plus half the logarithm of the determinant of the information (Jeffreys' prior)."""
    odds = design @ beta
    likelihood = float(np.sum(y * odds - np.logaddexp(0, odds)))
    return likelihood + float(np.linalg.slogdet(_information(design, beta))[1]) / 2


def _chances(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -500, 500))))


def _chance(odds: float) -> float:
    """Return a probability strictly between 0 and 1, however far a curve fitted to a few cases is extrapolated."""
    return 1 / (1 + math.exp(-max(-FARTHEST, min(FARTHEST, odds))))
