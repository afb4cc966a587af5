"""Weighted mean and weighted median of positions, weights being capability times salience.

The mean is the baseline that is hard to beat (Achen 2006; Schneider, Steunenberg & Widgren 2006); the median is where
challenge models begin (Black 1948).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def weighted_mean(position: Floats, weight: Floats) -> float:
    """Sum of weight times position over the sum of weights, which is above 0."""
    return float(np.sum(weight * position) / np.sum(weight))


def weighted_median(position: Floats, weight: Floats) -> float:
    """Return the first position, in rising order, at which the weights so far reach half of all; they sum above 0."""
    order = np.argsort(position, kind="stable")
    reached = np.cumsum(weight[order])
    first = np.argmax(reached >= reached[-1] / 2 - 1e-12 * reached[-1])  # 0.5 of a sum of tenths is not always half
    return float(position[order][first])
