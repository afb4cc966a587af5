"""The pool: several forecasts of one question combined by a weighted mean of their log-odds.

Pooling on the logit scale keeps a forecast that several agree on as sharp as they are (Satopää et al. 2014). The
weights come from stacking (Breiman 1996): those with which forecasts of past cases, each made without its case, score
best.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from sim.special import expit, logit

LEAST = 0.01
"""Probabilities are kept at least this far from 0 and 1 before pooling: a sure forecast would drown the others."""
STEPS = 20
"""Weights are multiples of 1 / STEPS: a few dozen cases do not distinguish finer ones."""

Floats = npt.NDArray[np.float64]


def pooled(probabilities: Mapping[str, float | Floats], weights: Mapping[str, float]) -> Floats:
    """Return the pooled probability of one question or of many, in the shape of the probabilities, by forecaster.

    The weight of forecasters without a probability is shared among the others. Raises ValueError if no forecaster with
    a weight has a probability.
    """
    names = [name for name, weight in weights.items() if weight > 0 and name in probabilities]
    if not names:
        raise ValueError("expected a probability of at least one forecaster with a weight")
    total = math.fsum(weights[name] for name in names)
    odds = np.sum(
        [weights[name] / total * logit(np.clip(probabilities[name], LEAST, 1 - LEAST)) for name in names], axis=0
    )
    return np.asarray(expit(odds))


def stack(said: Mapping[str, Floats], happened: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Return the weights by forecaster, at least 0 and with sum 1, that give the lowest mean Brier score.

    Forecasts, made without the case, and outcomes have the shape (cases, windows).
    """

    def score(shares: tuple[float, ...]) -> float:
        return float(np.mean((pooled(said, dict(zip(said, shares, strict=True))) - happened) ** 2))

    parts = itertools.product(range(STEPS + 1), repeat=len(said))
    mixes = (tuple(part / STEPS for part in one) for one in parts if sum(one) == STEPS)
    best = min(mixes, key=lambda shares: (round(score(shares), 12), shares))
    return dict(zip(said, best, strict=True))
