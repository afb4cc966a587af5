"""The base rate: how often the event happened in comparable cases, always with their number and an interval.

Cases of one area are related (an area that was attacked once was often attacked again), so the interval uses an
effective number of cases.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.special import betaincinv, ndtri, stdtrit

LEVEL = 0.95


@dataclass(frozen=True)
class BaseRate:
    """A share of cases.

    Attributes
    ----------
    p
        Share in which the event happened.
    low, high
        95% interval.
    happened, cases
        Counts.
    groups
        Number of areas, or None if the cases were taken as independent.
    """

    p: float
    low: float
    high: float
    happened: int
    cases: int
    groups: int | None


def base_rate(outcome: Sequence[bool], areas: Sequence[Hashable] | None = None) -> BaseRate:
    """Return the share of cases with a Jeffreys interval (Brown, Cai & DasGupta 2001).

    With areas, the interval is that of the effective number of cases: the cases divided by the design effect, which is
    the variance of the share clustered by area over the binomial one (Kish 1965; Korn & Graubard 1998), at least 1. As
    that variance is itself estimated from few areas, its quantile is Student's with areas - 1 degrees of freedom: the
    cases are also divided by (t / z) squared. Raises ValueError without cases, or if areas are given but not one per
    case.
    """
    cases = len(outcome)
    if cases == 0:
        raise ValueError("expected at least one case")
    if areas is not None and len(areas) != cases:
        raise ValueError(f"expected an area for each case (got {len(areas)} for {cases})")
    happened = sum(map(bool, outcome))
    effective = float(cases) if areas is None else _effective(outcome, areas)
    low, high = _jeffreys(happened / cases * effective, effective)
    return BaseRate(happened / cases, low, high, happened, cases, None if areas is None else len(set(areas)))


def _effective(outcome: Sequence[bool], areas: Sequence[Hashable]) -> float:
    """Return the number of independent cases with the same information."""
    cases, names = len(outcome), list(dict.fromkeys(areas))
    if len(names) == 1:
        return 1.0  # one area is one observation
    y = np.array(outcome, dtype=np.float64)
    p = float(y.mean())
    place = np.array([names.index(area) for area in areas])
    if p in (0.0, 1.0):
        return float(len(names))  # no spread to see: each area counts once
    sums = np.bincount(place, weights=y - p)
    clustered = len(names) / (len(names) - 1) * float(np.sum(sums**2)) / cases**2
    effect = max(1.0, clustered / (p * (1 - p) / cases))
    widen = float(stdtrit(len(names) - 1, (1 + LEVEL) / 2) / ndtri((1 + LEVEL) / 2))
    return max(1.0, cases / (effect * widen**2))


def _jeffreys(happened: float, cases: float) -> tuple[float, float]:
    """Equal-tailed interval of the beta distribution (happened + 1/2, rest + 1/2); up to the edge if all are alike."""
    edge = (1 - LEVEL) / 2
    a, b = happened + 0.5, cases - happened + 0.5
    low = 0.0 if happened == 0 else float(betaincinv(a, b, edge))
    high = 1.0 if happened == cases else float(betaincinv(a, b, 1 - edge))
    return low, high
