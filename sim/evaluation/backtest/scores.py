"""Scores of a backtest: means by forecaster, differences from the references, calibration, with honest intervals.

Differences are paired over cases and their intervals clustered by area. Brier scores range from 0 to 1; the log score
is clipped (`scoring.rules`); the ranked probability score covers the windows in order, including none.

Hindsight is also measured: how the scores change without codings that knowledge of the outcome could have affected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import rng
from sim.distributions import Distribution, Empirical, Fixed, LogNormal, Normal, Triangular, Uniform
from sim.evaluation.backtest.forecasts import BASE_RATE, FORECASTERS, LOGISTIC, Forecasts, Scheme
from sim.evaluation.calibration.outcomes import WINDOWS
from sim.evaluation.scoring import rounded, too_few
from sim.evaluation.scoring.calibration import LEVEL, decompose, reliability
from sim.evaluation.scoring.comparison import compare
from sim.evaluation.scoring.rules import FARTHEST, brier_score, log_score, ranked_probability_score
from sim.model.inputs import inputs_of
from sim.scenario.edit import with_document
from sim.scenario.numbers import with_number

if TYPE_CHECKING:
    import numpy.typing as npt

    from sim.evaluation.calibration.parameters import Floats
    from sim.evaluation.cases import HistoricalCase
    from sim.scenario.scenario import Scenario


POOLED_QUANTILES = np.linspace(0.1, 0.9, 9)
SHIFT = {"stance": 0.2, "posture": 0.15}
BOUNDS = {"stance": (-1.0, 1.0)}  # 0 and 1 for everything else
"""How far a coding is shifted: about the step between adjacent levels; other shares as far as a posture."""
RATIO = 1.4
"""Factor by which a strength is shifted."""

Change = Callable[[str, Distribution], Distribution]


def dropped(cases: Sequence[HistoricalCase], pool: Sequence[HistoricalCase]) -> dict[str, Scenario]:
    """Return the scenarios with every marked number replaced by the distribution of its values in a pool of cases.

    Its values are those of all actors with the same roles, because the id of an actor may differ by case.
    """
    pools: dict[str, list[float]] = {}
    for case in (*pool, *cases):
        for one in inputs_of(case.scenario):
            values = np.asarray(one.distribution.ppf(POOLED_QUANTILES)).tolist()
            pools.setdefault(by_role(case.scenario, one.path), []).extend(values)

    def pooled(scenario: Scenario) -> Change:
        return lambda path, _: Empirical(tuple(pools[by_role(scenario, path)]))

    return {case.name: changed(case, pooled(case.scenario)) for case in cases}


def by_role(scenario: Scenario, path: str) -> str:
    """Return the path of an input with the roles of actors in place of their ids."""
    actors = scenario.actors
    return ".".join(actors[part].role if part in actors else part for part in path.split("."))


def shifted(cases: Sequence[HistoricalCase], seed: int) -> dict[str, Scenario]:
    """Return the scenarios with every marked number moved one step up or down at random."""
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
    return with_document(case.scenario, document)


def moved(path: str, value: Distribution, sign: int) -> Distribution:
    """Move a number by one step; shares stay within 0 and 1, stances within -1 and 1."""
    field = path.rpartition(".")[2]
    step = sign * SHIFT.get(field, SHIFT["posture"])
    low, high = BOUNDS.get(field, (0.0, 1.0))
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


REFERENCES = (BASE_RATE, LOGISTIC)


def case_scores(forecasts: Forecasts, scheme: Scheme, forecaster: str) -> dict[tuple[str, int | None], Floats]:
    """Return the score of each case by rule and window: shape (cases,) each."""
    said, happened = forecasts.by[scheme][forecaster], forecasts.outcomes()
    scores: dict[tuple[str, int | None], Floats] = {}
    for number, window in enumerate(WINDOWS):
        scores["brier", window] = brier_score(said[:, number], happened[:, number])
        scores["log", window] = log_score(said[:, number], happened[:, number])
    scores["rps", None] = ranked_probability_score(said, happened)
    return scores


def table(forecasts: Forecasts, scheme: Scheme, kept: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """Score every forecaster on the cases kept, in the form used in a record.

    A row holds the mean score of a forecaster under a rule, lower is better, and its comparisons by reference. Its
    window is in days, None for the ranked score, which has all windows.
    """
    areas = [case.area for case, keep in zip(forecasts.cases, kept, strict=True) if keep]
    scores = {name: case_scores(forecasts, scheme, name) for name in FORECASTERS}
    rows: list[dict[str, Any]] = []
    for rule, window in scores[BASE_RATE]:
        own = {name: one[rule, window][kept] for name, one in scores.items()}
        rows += ({"rule": rule, "window": window, **_row(name, own, areas, FARTHEST[rule])} for name in FORECASTERS)
    return {"cases": len(areas), "too_few": too_few(len(areas)), "scores": rows}


def _row(name: str, scores: Mapping[str, Floats], areas: list[str], bound: float) -> dict[str, Any]:
    against = {other: compare(scores[name], scores[other], areas, bound=bound) for other in REFERENCES if other != name}
    return {"forecaster": name, "mean": round(float(scores[name].mean()), 4), "against": against}


def calibration_of(
    forecasts: Forecasts, scheme: Scheme, forecaster: str, window: int, kept: npt.NDArray[np.bool_]
) -> dict[str, Any]:
    """Return whether a forecaster's probabilities within a window are calibrated, in the form used in a record."""
    number = WINDOWS.index(window)
    said, happened = forecasts.by[scheme][forecaster][kept, number], forecasts.outcomes()[kept, number]
    parts, points = decompose(said, happened), reliability(said, happened)
    names = ("miscalibration", "discrimination", "uncertainty", "cases")
    plain = {name: getattr(parts, name) for name in names} | {"too_few": too_few(parts.cases), "level": LEVEL}
    return dict(rounded(plain | {"points": points}, 4))
