"""Scoring rules: the cost of a single probability forecast once the outcome is known.

All are negatively oriented (lower is better, 0 the best) and proper: the expected score is lowest if the forecaster
states what it believes. Events are "within n days", on one of the days 0 to n - 1, as everywhere in the package.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

LOG_CLIP = 0.001
"""Probabilities are clipped to [LOG_CLIP, 1 - LOG_CLIP] in the log score, or one surprise would be infinite."""
FARTHEST = {"brier": 1.0, "log": math.log((1 - LOG_CLIP) / LOG_CLIP), "rps": 1.0}
"""Largest possible difference of two scores, by rule: no interval of a mean difference goes further."""


def brier_score(forecast: npt.ArrayLike, outcome: npt.ArrayLike) -> Floats:
    """Squared error of a probability, (p - y)**2, from 0 to 1 (Brier 1950, half of his two-class form).

    The outcomes, 1 or 0, have the shape of the probabilities. Raises ValueError if a probability is outside [0, 1], an
    outcome is neither 0 nor 1, or the shapes differ.
    """
    p, y = checked(forecast, outcome)
    return (p - y) ** 2


def log_score(forecast: npt.ArrayLike, outcome: npt.ArrayLike) -> Floats:
    """Minus the natural logarithm of the probability given to what happened, clipped (Good 1952).

    With a clip of 0.001 the worst score is 6.91. Shapes and errors are those of `brier_score`.
    """
    p, y = checked(forecast, outcome)
    return np.asarray(-np.log(np.clip(np.where(y == 1, p, 1 - p), LOG_CLIP, 1 - LOG_CLIP)))


def ranked_probability_score(within: npt.ArrayLike, happened: npt.ArrayLike) -> Floats:
    """Mean squared error of the cumulative probabilities over ordered windows, from 0 to 1 (Epstein 1969).

    With windows of 30, 90 and 180 days the categories are: within 30, 30 to 90, 90 to 180, not within 180. This is
    Epstein's sum divided by the number of windows (Murphy 1971), so with one window it is the Brier score.

    Both the probability that the event comes within each window, windows rising, and whether it came have the shape
    (..., windows). Raises ValueError as `brier_score`, or if a longer window is less probable than a shorter one.
    """
    p, y = checked(within, happened)
    if p.ndim == 0 or p.shape[-1] == 0:
        raise ValueError("expected at least one window in the last dimension")
    if np.any(np.diff(p, axis=-1) < -1e-12) or np.any(np.diff(y, axis=-1) < 0):
        raise ValueError("expected windows in rising order: what comes within a window comes within a longer one")
    return np.asarray(np.mean((p - y) ** 2, axis=-1))


def checked(forecast: npt.ArrayLike, outcome: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return probabilities and outcomes as arrays of one shape; ValueError if they are invalid."""
    p, y = np.asarray(forecast, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    if p.shape != y.shape:
        raise ValueError(f"expected an outcome for each forecast (got {p.shape} forecasts and {y.shape} outcomes)")
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError("expected probabilities from 0 to 1")
    if not np.all((y == 0) | (y == 1)):
        raise ValueError("expected outcomes of 0 or 1")
    return p, y
