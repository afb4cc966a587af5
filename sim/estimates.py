"""Estimates from counts: probabilities with honest intervals, and the split of variance.

Runs share draws, and the draws of a Latin hypercube (`rng.STRATA`) depend on one another, so the unit of independence
is the hypercube: intervals are based on the spread between hypercubes. If there is no such spread (no events, or only
events), the exact one-sided bound for draws is used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.rng import STRATA
from sim.special import betaincinv, stdtrit
from sim.tallies import event_sums, run_sums

if TYPE_CHECKING:
    from sim.tallies import Bools, Counts

LEVEL = 0.95
NORMAL = 1.96  # standard errors on either side of an interval at that level, if many draws count


def rounded(value: float) -> float:
    """Round a number to the six decimals that records have."""
    return round(float(value), 6)


@dataclass(frozen=True)
class Estimate:
    """A probability and its uncertainty.

    Attributes
    ----------
    p
        Share of runs.
    low, high
        95% Monte Carlo interval; it shrinks with more runs.
    se
        Standard error of `p`.
    input_sd
        Sd of the probability over the uncertain inputs; it does not shrink. None with one replicate per draw.
    draws, replicates
        Number of draws, and of runs per draw.
    """

    p: float
    low: float
    high: float
    se: float
    input_sd: float | None
    draws: int
    replicates: int

    def __str__(self) -> str:
        """Return it as `0.281 (0.262 to 0.301)`."""
        return f"{self.p:.3f} ({self.low:.3f} to {self.high:.3f})"

    def row(self) -> dict[str, float]:
        """Return it as an entry for a record: p, mc_low and mc_high."""
        values = {"p": self.p, "mc_low": self.low, "mc_high": self.high}
        return {key: rounded(value) + 0.0 for key, value in values.items()}  # no minus zero

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


def share(happened: Bools, replicates: int, kept: Bools | None = None) -> Estimate:
    """Estimate the probability of an event from whether it happened in each run, with replicates next to each other.

    The shape is (runs,); all runs count by default. Raises ValueError if none does.
    """
    runs = np.ones(len(happened), dtype=np.bool_) if kept is None else kept
    return of_sums(event_sums(happened, replicates, kept), run_sums(runs, replicates), whole=bool(runs.all()))


def of_sums(event: Counts, runs: Counts, *, whole: bool) -> Estimate:
    """Estimate the probability of an event among the runs that count.

    The sums are those of the event (`tallies.SUMS`) and of the runs that count (`tallies.run_sums`). If the `whole` of
    each draw's runs count, the sd over inputs is estimated too. Raises ValueError if no run counts.
    """
    hits, draw_squares, cube_squares, cross = (int(one) for one in event)
    count, draws, squares = (int(one) for one in runs)
    one = ratio(hits, count, (cube_squares, cross, squares), draws)
    return replace(one, input_sd=_input_sd(hits, draw_squares, draws, count // draws)) if whole else one


def estimate(successes: Counts) -> Estimate:
    """Estimate a probability from independent draws, counted by number of successes among their replicates.

    The counts, of draws with 0, 1, ... successes, have the shape (replicates + 1,). Raises ValueError if there are no
    draws.
    """
    draws, replicates = int(successes.sum()), len(successes) - 1
    if draws == 0:
        raise ValueError("no draws to estimate from")
    levels = np.arange(replicates + 1)
    hits, squares = int(successes @ levels), int(successes @ levels**2)
    p = hits / draws / replicates
    variance = max(0.0, squares / replicates**2 - draws * p**2) / max(draws - 1, 1) / draws
    low, high = _interval(p, variance, draws, draws)
    return Estimate(p, low, high, math.sqrt(variance), _input_sd(hits, squares, draws, replicates), draws, replicates)


def _interval(p: float, variance: float, clusters: float, draws: float) -> tuple[float, float]:
    """Return Wilson's interval with the effective number of runs that the variance of `p` implies.

    It uses Student's t in place of the normal (after Korn & Graubard 1998 for clustered proportions). It is like the
    interval for means of clusters, but never goes beyond 0 or 1 and is valid for small p.
    """
    if p in (0.0, 1.0) or variance == 0.0:
        bound = 1 - (1 - LEVEL) ** (1 / draws)  # exact one-sided bound (Clopper & Pearson 1934)
        return max(0.0, p - bound), min(1.0, p + bound)
    if clusters < 2:
        return 0.0, 1.0
    effective = p * (1 - p) / variance
    z2 = float(stdtrit(clusters - 1, (1 + LEVEL) / 2)) ** 2
    centre = (p + z2 / (2 * effective)) / (1 + z2 / effective)
    half = math.sqrt(z2 * (p * (1 - p) / effective + z2 / (4 * effective**2))) / (1 + z2 / effective)
    return max(0.0, centre - half), min(1.0, centre + half)


def _input_sd(hits: int, squares: int, draws: int, replicates: int) -> float | None:
    """Return the sd of the probability over inputs: the spread of draw means less the part due to chance within draws.

    Var(draw mean) = Var(p) + E[p (1 - p)] / m, and E[p (1 - p)] is estimated without bias by
    m / (m - 1) * mean of k/m (1 - k/m). None with one replicate or one draw.
    """
    if replicates < 2 or draws < 2:
        return None
    p = hits / draws / replicates
    variance = (squares / replicates**2 - draws * p**2) / (draws - 1)
    within = (hits * replicates - squares) / replicates**2 / draws / (replicates - 1)
    return math.sqrt(max(0.0, variance - within))


def difference(first: np.ndarray, second: np.ndarray, replicates: int) -> Estimate:
    """Estimate a paired difference of probabilities, second less first, from the same runs of two scenarios.

    Both say whether the event happened in each run, shape (runs,), with replicates next to each other. Raises
    ValueError if the shapes differ or there are fewer than two hypercubes.
    """
    if first.shape != second.shape:
        raise ValueError("paired differences need the same runs of both scenarios")
    change = (second.astype(np.int64) - first.astype(np.int64)).reshape(-1, replicates).mean(axis=1)
    return mean_of_draws(change, replicates)


def mean_of_draws(values: npt.NDArray[np.float64], replicates: int, unit: float = 1.0) -> Estimate:
    """Estimate a mean of paired differences from one number per draw, shape (draws,) in order, with Student's interval.

    The variance counts one run more that differs, half of it either way (Agresti & Min 2005, *Statistics in Medicine*
    24), because the spread of few differing runs says too little. If no draw differs, the interval is 0 alone. The unit
    is what one run counts: the number of a draw is the mean over its runs of -unit, 0 or unit, or a sum of such means.

    Raises ValueError if there are fewer than two hypercubes of draws.
    """
    draws, firsts = len(values), np.arange(0, len(values), STRATA)
    if len(firsts) < 2:
        raise ValueError("an interval needs two hypercubes of draws")
    mean = float(values.mean())
    residuals = np.add.reduceat(values, firsts) - mean * np.minimum(draws - firsts, STRATA)
    clusters, one_more = len(firsts), unit / replicates if values.any() else 0.0
    se = math.hypot(math.sqrt(float(residuals @ residuals) * clusters / (clusters - 1)), one_more) / draws
    half = float(stdtrit(clusters - 1, (1 + LEVEL) / 2)) * se
    return Estimate(mean, mean - half, mean + half, se, None, draws, replicates)


def cube_means(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the independent means of each hypercube of draws; the last axis goes from draws to hypercubes."""
    draws = values.shape[-1]
    firsts = np.arange(0, draws, STRATA)
    means: npt.NDArray[np.float64] = np.add.reduceat(values, firsts, axis=-1) / np.minimum(draws - firsts, STRATA)
    return means


def ratio(part: float, whole: float, products: tuple[float, float, float], draws: float) -> Estimate:
    """Estimate a probability as a ratio of two sums over hypercubes, which may differ in their number of counted runs.

    The variance is that of the ratio's linear approximation, from the residuals of hypercubes (Cochran 1977, section
    6.4); for Student's t, the number of hypercubes is the effective number of equal ones (Kish 1965).

    Parameters
    ----------
    part, whole
        Number of runs with the event, and of runs that count.
    products
        Sums over hypercubes of part * part, part * whole and whole * whole.
    draws
        Number of draws with a run that counts, or fewer. For the exact bound it is reduced by 1 in `STRATA`, the most
        that dependence within a hypercube could cost.

    Raises
    ------
    ValueError
        If no run counts.
    """
    if whole == 0:
        raise ValueError("no runs to estimate from")
    both, cross, squares = products
    p, clusters = part / whole, whole**2 / squares
    variance = max(0.0, both - 2 * p * cross + p**2 * squares) / whole**2  # of the ratio
    variance *= clusters / max(clusters - 1, 1)
    low, high = _interval(p, variance, clusters, max(clusters, draws * (1 - 1 / STRATA)))
    return Estimate(p, low, high, math.sqrt(variance), None, round(draws), round(whole / draws))


def beta_range(p: float, sd: float) -> tuple[float, float] | None:
    """Return the central 80% of the beta distribution with a given mean and sd; None if there is none.

    A range over inputs cannot be read from a few replicates per draw, so this fit (beta-binomial) is used and named.
    """
    if not 0 < p < 1 or sd <= 0 or sd**2 >= p * (1 - p):
        return None
    total = p * (1 - p) / sd**2 - 1
    low, high = (float(betaincinv(p * total, (1 - p) * total, q)) for q in (0.1, 0.9))
    return low, high
