"""Estimates from counts of draws: probabilities with honest intervals, and the split of variance.

Runs share draws, so the unit of independence is the draw: intervals rest on the spread of draw means. Where that
spread cannot be seen (no event, or all events) the bound is the exact one-sided bound on draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sim.tallies import Counts

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A probability and how well it is known.

    Attributes
    ----------
    p
        Share of runs.
    low, high
        Monte Carlo interval at 95%: shrinks with more runs.
    se
        Standard error of `p`, from draw means.
    input_sd
        Sd of the probability over what we do not know: does not shrink. None with one replicate a draw.
    draws, replicates
        Number of draws and of runs that share each.
    """

    p: float
    low: float
    high: float
    se: float
    input_sd: float | None
    draws: int
    replicates: int

    def __str__(self) -> str:
        """Write it as `0.281 (0.262 to 0.301)`."""
        return f"{self.p:.3f} ({self.low:.3f} to {self.high:.3f})"

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


def estimate(successes: Counts) -> Estimate:
    """Estimate a probability from draws by number of successes among their replicates.

    The interval is Wilson's with the effective number of runs that the spread of draw means implies and Student's t
    in place of the normal (after Korn & Graubard 1998 for clustered proportions): on the draw means, but never beyond
    0 or 1, and sound where p is small.

    Parameters
    ----------
    successes
        Shape (replicates + 1,): draws with 0, 1, ... successes.

    Raises
    ------
    ValueError
        Without draws.
    """
    draws, replicates = int(successes.sum()), len(successes) - 1
    if draws == 0:
        raise ValueError("no draws to estimate from")
    share = np.arange(replicates + 1) / replicates
    p = float(successes @ share) / draws
    variance = float(successes @ (share - p) ** 2) / max(draws - 1, 1)
    low, high = _interval(p, variance, draws)
    return Estimate(p, low, high, math.sqrt(variance / draws), _input_sd(successes, variance), draws, replicates)


def _interval(p: float, variance: float, draws: float) -> tuple[float, float]:
    if draws == 1:
        return 0.0, 1.0
    if p in (0.0, 1.0) or variance == 0.0:
        bound = 1 - (1 - LEVEL) ** (1 / draws)  # exact one-sided bound (Clopper & Pearson 1934)
        return max(0.0, p - bound), min(1.0, p + bound)
    from scipy.special import stdtrit

    effective = p * (1 - p) * draws / variance
    z2 = float(stdtrit(draws - 1, (1 + LEVEL) / 2)) ** 2
    centre = (p + z2 / (2 * effective)) / (1 + z2 / effective)
    half = math.sqrt(z2 * (p * (1 - p) / effective + z2 / (4 * effective**2))) / (1 + z2 / effective)
    return max(0.0, centre - half), min(1.0, centre + half)


def _input_sd(successes: Counts, variance: float) -> float | None:
    """Sd of the probability over inputs: spread of draw means less what chance within draws adds to it.

    Var(draw mean) = Var(p) + E[p (1 - p)] / m, and E[p (1 - p)] is estimated without bias by
    m / (m - 1) * mean of k/m (1 - k/m).
    """
    replicates = len(successes) - 1
    if replicates < 2:
        return None
    share = np.arange(replicates + 1) / replicates
    within = float(successes @ (share * (1 - share))) / float(successes.sum()) / (replicates - 1)
    return math.sqrt(max(0.0, variance - within))


def difference(first: np.ndarray, second: np.ndarray, replicates: int) -> Estimate:
    """Estimate a paired difference of probabilities, second less first, from the same runs of two scenarios.

    Parameters
    ----------
    first, second
        Whether the event happened, by run, with replicates next to each other; same shape (runs,).

    Raises
    ------
    ValueError
        Where the shapes differ or there are fewer than two draws.
    """
    if first.shape != second.shape or first.size < 2 * replicates:
        raise ValueError("paired differences need the same runs of both scenarios, two draws at least")
    change = (second.astype(np.int64) - first.astype(np.int64)).reshape(-1, replicates).mean(axis=1)
    return mean_of_draws(change, replicates)


def mean_of_draws(values: npt.NDArray[np.float64], replicates: int) -> Estimate:
    """Estimate a mean from one number a draw, such as a difference of differences, with Student's interval.

    Parameters
    ----------
    values
        Shape (draws,), two draws at least.
    """
    from scipy.special import stdtrit

    draws = len(values)
    mean, se = float(values.mean()), float(values.std(ddof=1)) / math.sqrt(draws)
    half = float(stdtrit(draws - 1, (1 + LEVEL) / 2)) * se
    return Estimate(mean, mean - half, mean + half, se, None, draws, replicates)


def ratio(part: float, whole: float, products: tuple[float, float, float]) -> Estimate:
    """Estimate a probability as a ratio of two sums over draws, where how many runs of a draw count differs.

    The variance is that of the ratio's linear approximation, from the residuals of draws (Cochran 1977, section 6.4);
    the number of draws is what equal ones with these runs would be (Kish 1965), for Student's t.

    Parameters
    ----------
    part, whole
        Runs in the event, and runs that count: sums over draws.
    products
        Sums over draws of part * part, part * whole and whole * whole.

    Raises
    ------
    ValueError
        Where no run counts.
    """
    if whole == 0:
        raise ValueError("no runs to estimate from")
    both, cross, squares = products
    p, draws = part / whole, whole**2 / squares
    variance = max(0.0, both - 2 * p * cross + p**2 * squares) / whole**2  # of the ratio
    variance *= draws / max(draws - 1, 1)
    low, high = (0.0, 1.0) if draws < 2 else _interval(p, variance * draws, draws)
    return Estimate(p, low, high, math.sqrt(variance), None, round(draws), round(whole / draws))


def beta_range(p: float, sd: float, share: float = 0.8) -> tuple[float, float] | None:
    """Central range of a beta distribution with a mean and sd; None where there is none with them.

    A range over inputs cannot be read from a few replicates a draw, so it is this fit (beta-binomial) and is called so.
    """
    if not 0 < p < 1 or sd <= 0 or sd**2 >= p * (1 - p):
        return None
    from scipy.special import betaincinv

    total = p * (1 - p) / sd**2 - 1
    edge = (1 - share) / 2
    low, high = (float(betaincinv(p * total, (1 - p) * total, q)) for q in (edge, 1 - edge))
    return low, high
