"""What the scores owe to codings that knowledge of the outcome could have touched.

Such codings are marked in the cases. Dropped, each gives way to the pool of what all cases have in its place, so that
it says nothing; shifted, each moves by about a level up or down, at random. The parameters stay those fitted to the
cases as coded: only what is said of the marked cases themselves changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim import rng
from sim.distributions import Distribution, Empirical, Fixed, LogNormal, Normal, Triangular, Uniform
from sim.model.inputs import inputs_of
from sim.scenario.numbers import with_number

if TYPE_CHECKING:
    from sim.evaluation.cases import HistoricalCase
    from sim.scenario.scenario import Scenario

POOLED_QUANTILES = np.linspace(0.1, 0.9, 9)
SHIFT = {"stance": 0.2, "posture": 0.15}
"""How far a coding is shifted: about the step between neighbouring levels; other shares by as much as a posture."""
RATIO = 1.4
"""Factor by which a strength is shifted."""

Change = Callable[[str, Distribution], Distribution]


def dropped(cases: Sequence[HistoricalCase], pool: Sequence[HistoricalCase]) -> dict[str, Scenario]:
    """Return the scenarios with every marked number replaced by what a pool of cases has in its place."""
    pools: dict[str, list[float]] = {}
    for case in (*pool, *cases):
        for one in inputs_of(case.scenario):
            pools.setdefault(one.path, []).extend(np.asarray(one.distribution.ppf(POOLED_QUANTILES)).tolist())
    return {case.name: changed(case, lambda path, _: Empirical(tuple(pools[path]))) for case in cases}


def shifted(cases: Sequence[HistoricalCase], seed: int) -> dict[str, Scenario]:
    """Return the scenarios with every marked number moved by a step up or down, by the toss of a coin."""
    scenarios = {}
    for case in cases:
        coin = rng.stream(seed, 0, "hindsight", case.name)
        signs = {path: int(coin.choice((-1, 1))) for path in case.marked}
        scenarios[case.name] = changed(case, lambda path, value, signs=signs: moved(path, value, signs[path]))  # type: ignore[misc]
    return scenarios


def changed(case: HistoricalCase, change: Change) -> Scenario:
    """Return the scenario of a case with its marked numbers changed; words, such as the phase, stay as they are."""
    document = case.scenario.document
    numbers = {one.path: one.distribution for one in inputs_of(case.scenario)}
    for path in case.marked:
        if path in numbers:
            document = with_number(document, path, change(path, numbers[path]))
    return replace(case.scenario, document=document)


def moved(path: str, value: Distribution, sign: int) -> Distribution:
    """Move a number by a step; shares stay within 0 and 1, stances within -1 and 1."""
    field = path.rpartition(".")[2]
    step = sign * SHIFT.get(field, SHIFT["posture"])
    low, high = (-1.0, 1.0) if field == "stance" else (0.0, 1.0)
    first, last = value.support
    within = min(max(step, low - first), high - last) if low <= first < last <= high else step
    match value:
        case Normal(mu, sigma):
            return Normal(min(high, max(low, mu + step)), sigma)
        case LogNormal(scale, log_sd):
            return LogNormal(scale * RATIO**sign, log_sd)
        case Triangular(left, mode, right):
            return Triangular(left + within, mode + within, right + within)
        case Uniform(left, right):
            return Uniform(left + within, right + within)
        case Fixed(number):
            return Fixed(min(high, max(low, number + step)))
    return value
