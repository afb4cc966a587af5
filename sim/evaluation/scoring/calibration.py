"""Calibration: whether events given 40% come true in 40% of cases.

Follows CORP (Dimitriadis, Gneiting & Jordan 2021, "Stable reliability diagrams for probabilistic classifiers"):
forecasts are recalibrated by isotonic regression, so there are no bins to choose. The gain from recalibration is the
miscalibration; the gain of the recalibrated forecasts over a constant is the discrimination.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.evaluation.scoring.rules import Floats, checked

LEVEL = 0.9
RESAMPLES = 1000


@dataclass(frozen=True)
class Decomposition:
    """The mean Brier score as miscalibration - discrimination + uncertainty.

    Attributes
    ----------
    score
        Mean Brier score, 0 to 1.
    miscalibration
        Gain from isotonic recalibration; 0 is best.
    discrimination
        Gain of the recalibrated forecasts over always forecasting the base rate; more is better.
    uncertainty
        Score of always forecasting the base rate: a property of the cases, not of the forecaster.
    cases
        Number of forecasts; `too_few` says if they suffice.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    cases: int


def recalibrated(forecast: npt.ArrayLike, outcome: npt.ArrayLike) -> Floats:
    """Isotonic regression of outcomes on forecasts by pooling adjacent violators; equal forecasts get equal values.

    Both have the shape (cases,). Raises ValueError without cases, or if forecasts are not probabilities or outcomes not
    0 or 1.
    """
    p, y = _cases(forecast, outcome)
    _, place, counts = np.unique(p, return_inverse=True, return_counts=True)
    return _pooled(y, place, counts)[place]


def decompose(forecast: npt.ArrayLike, outcome: npt.ArrayLike) -> Decomposition:
    """Decompose the mean Brier score (Dimitriadis, Gneiting & Jordan 2021, eq. 3 and 4); raises as `recalibrated`."""
    p, y = _cases(forecast, outcome)
    score = float(np.mean((p - y) ** 2))
    best = float(np.mean((recalibrated(p, y) - y) ** 2))
    uncertainty = float(np.mean((np.mean(y) - y) ** 2))
    return Decomposition(score, score - best, uncertainty - best, uncertainty, len(p))


def reliability(
    forecast: npt.ArrayLike, outcome: npt.ArrayLike, *, seed: int = 0, resamples: int = RESAMPLES, level: float = LEVEL
) -> list[dict[str, float]]:
    """Return the points of a reliability diagram, by rising forecast, with pointwise consistency bands.

    Bands come from resampling under calibration (Broecker & Smith 2007; Dimitriadis, Gneiting & Jordan 2021): outcomes
    are drawn with the forecasts as their probabilities and recalibrated in the same way. They hold for independent
    cases; cases of one crisis are not independent, which makes the bands too narrow.

    Parameters
    ----------
    forecast, outcome
        As for `recalibrated`.
    seed
        Seed of the resampling.
    resamples
        Number of resamples.
    level
        Share of resamples inside the band, separately at each forecast.

    Raises
    ------
    ValueError
        As for `recalibrated`, or if the level is not between 0 and 1 or there are no resamples.
    """
    if not 0 < level < 1 or resamples < 1:
        raise ValueError("expected a level between 0 and 1 and at least one resample")
    p, y = _cases(forecast, outcome)
    said, place, counts = np.unique(p, return_inverse=True, return_counts=True)
    uniforms = rng.stream(seed, 0, "scoring", "consistency bands").random((resamples, len(p)))
    calibrated = np.array([_pooled(row, place, counts) for row in (uniforms < p).astype(np.float64)])
    low, high = np.quantile(calibrated, [(1 - level) / 2, (1 + level) / 2], axis=0)
    rows = np.stack([said, _pooled(y, place, counts), low, high], axis=1).tolist()
    return [dict(zip(("forecast", "observed", "low", "high"), row, strict=True)) for row in rows]


def _cases(forecast: npt.ArrayLike, outcome: npt.ArrayLike) -> tuple[Floats, Floats]:
    p, y = checked(forecast, outcome)
    if p.ndim != 1 or len(p) == 0:
        raise ValueError(f"expected a list of at least one forecast (got the shape {p.shape})")
    return p, y


def _pooled(outcome: Floats, place: npt.NDArray[np.intp], counts: npt.NDArray[np.intp]) -> Floats:
    """Isotonic regression by unique forecast: equal forecasts are first pooled into one weighted point."""
    from scipy.optimize import isotonic_regression  # late: scipy.optimize takes a quarter of a second

    means = np.bincount(place, weights=outcome) / counts
    return np.asarray(isotonic_regression(means, weights=counts).x)
