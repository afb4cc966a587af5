"""Stand-ins for the model: a probability that is a known function of a few inputs, whose Sobol' indices are known."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri


@dataclass(frozen=True)
class Known:
    """A probability as a function of quantiles, shape (draws, inputs) to (draws,), with variance and indices."""

    name: str
    p: Callable[[np.ndarray], np.ndarray]
    variance: float
    first: tuple[float, ...]
    total: tuple[float, ...]


def _ishigami(a: float = 7.0, b: float = 0.1) -> Known:
    """Return Ishigami & Homma's function (1990), scaled into [0, 1], which changes no index."""
    low, high = -1.0 - b * math.pi**4, a + 1.0 + b * math.pi**4

    def p(quantiles: np.ndarray) -> np.ndarray:
        x = math.pi * (2 * quantiles - 1)
        value = np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])
        return (value - low) / (high - low)

    first = ((1 + b * math.pi**4 / 5) ** 2 / 2, a**2 / 8, 0.0)
    pair = b**2 * math.pi**8 * 8 / 225
    whole = sum(first) + pair
    total = (first[0] + pair, first[1], pair)
    return Known(
        "ishigami", p, whole / (high - low) ** 2, tuple(v / whole for v in first), tuple(v / whole for v in total)
    )


ISHIGAMI = _ishigami()


def logistic(first: float, second: float, centre: float = -1.0) -> Known:
    """Return a logistic function of two standard normal inputs; its moments by Gauss-Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    weights = weights / weights.sum()
    table = expit(centre + first * nodes[:, None] + second * nodes[None, :])
    mean = weights @ table @ weights
    whole = float(weights @ table**2 @ weights - mean**2)
    by_first = float(weights @ (table @ weights - mean) ** 2)
    by_second = float(weights @ (weights @ table - mean) ** 2)

    def p(quantiles: np.ndarray) -> np.ndarray:
        return expit(centre + first * ndtri(quantiles[:, 0]) + second * ndtri(quantiles[:, 1]))

    indices = (by_first / whole, by_second / whole)
    return Known(f"logistic-{first:g}-{second:g}", p, whole, indices, (1 - indices[1], 1 - indices[0]))


def counted(known: Known, draws: int, replicates: int, seed: int) -> np.ndarray:
    """Return draws by input, bin and number of successes, as a forecast counts them: shape (inputs, 16, m + 1)."""
    rng = np.random.default_rng(seed)
    quantiles = rng.random((draws, len(known.first)))
    hits = rng.binomial(replicates, known.p(quantiles))
    return by_bin(quantiles.T, hits, replicates)


def by_bin(quantiles: np.ndarray, hits: np.ndarray, replicates: int) -> np.ndarray:
    """Count draws by input, bin and number of successes; quantiles of shape (inputs, draws)."""
    levels = replicates + 1
    cells = (quantiles * 16).astype(int) * levels + hits
    return np.stack([np.bincount(row, minlength=16 * levels).reshape(16, levels) for row in cells])
