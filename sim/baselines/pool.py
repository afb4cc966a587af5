"""The pool: several forecasts of one question as one, by a weighted mean of their log-odds.

Pooling on the logit scale keeps a forecast that several agree on as sharp as they are (Satopää et al. 2014). The
weights come from stacking (Breiman 1996): those under which forecasts of past cases, each made without its case, score
best.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

LEAST = 0.01
"""Probabilities are held between this and 1 less it before they are pooled: a sure forecast would drown the others."""
STEPS = 20
"""Weights are multiples of 1 / STEPS: a few dozen cases do not tell finer ones apart."""

Floats = npt.NDArray[np.float64]


def pooled(probabilities: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the pooled probability.

    Parameters
    ----------
    probabilities, weights
        By forecaster; weights of forecasters that have no probability are shared out among the others.

    Raises
    ------
    ValueError
        Where no forecaster with a weight has a probability.
    """
    names = [name for name, weight in weights.items() if weight > 0 and name in probabilities]
    if not names:
        raise ValueError("expected a probability of at least one forecaster with a weight")
    total = math.fsum(weights[name] for name in names)
    odds = math.fsum(weights[name] / total * float(_logit(probabilities[name])) for name in names)
    return 1 / (1 + math.exp(-odds))


def pooled_each(said: Sequence[Floats], weights: Sequence[float]) -> Floats:
    """Return pooled probabilities of many questions; one array a forecaster, all of one shape."""
    odds = sum((weight * _logit(one) for weight, one in zip(weights, said, strict=True)), np.zeros_like(said[0]))
    return np.asarray(1 / (1 + np.exp(-odds)))


def stack(said: Sequence[Floats], happened: npt.NDArray[np.bool_]) -> tuple[float, ...]:
    """Return the weights, none below 0 and 1 in sum, that give the least mean Brier score.

    Parameters
    ----------
    said
        One array a forecaster, shape (cases, windows): forecasts made without the case.
    happened
        What came of them, of the same shape.
    """

    def score(weights: tuple[float, ...]) -> float:
        return float(np.mean((pooled_each(said, weights) - happened) ** 2))

    return min(_simplex(len(said), STEPS), key=lambda weights: (round(score(weights), 12), weights))


def _simplex(parts: int, steps: int) -> Iterator[tuple[float, ...]]:
    """Yield all ways to share out so many steps among some parts."""

    def shares(left: int, count: int) -> Iterator[tuple[int, ...]]:
        if count == 1:
            yield (left,)
            return
        for first in range(left + 1):
            yield from ((first, *rest) for rest in shares(left - first, count - 1))

    yield from (tuple(share / steps for share in one) for one in shares(steps, parts))


def _logit(p: float | Floats) -> Floats:
    held = np.clip(p, LEAST, 1 - LEAST)
    return np.asarray(np.log(held / (1 - held)))
