"""All baselines of one scenario: the forecast of each for each window, and the number of cases behind it.

`baselines_for` learns only from the cases that were resolved by the scenario's as-of date, so a forecast made in a
backtest is compared with what could have been said then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.baselines.base_rate import base_rate
from sim.baselines.cases import POSITION_KEYS, WINDOWS, Case, Labelled, digest, known_by
from sim.baselines.logistic import fit
from sim.baselines.positions import Features, Positions, features_of, positions_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

FEWEST = 10
"""Fewest cases for learning a baseline."""

TOO_FEW = "too few to judge"
DIGITS = 6


def baselines_for(scenario: Scenario, cases: Sequence[Case]) -> dict[str, Any]:
    """Return the baselines of a scenario, learnt from the cases resolved by its as-of date, as recorded.

    docs/forecast.md describes the form (`baselines`). The windows are those of 30, 90 and 180 days that are among the
    scenario's milestones. Its own case is left out: one with the same as-of date and area, or marked as the target.
    """
    others = [case for case in cases if not _is_own(case, scenario)]
    features, positions = features_of(scenario), positions_of(scenario)
    found = {
        "table": digest(cases),
        "features": asdict(features),
        "positions": None if positions is None else asdict(positions),
        "windows": {
            str(window): _learn(features, positions, known_by(others, scenario.as_of, window))
            for window in WINDOWS
            if window in scenario.milestones
        },
    }
    return dict(_rounded(found))


def _is_own(case: Case, scenario: Scenario) -> bool:
    filed = scenario.document.case
    return case.target or (filed is not None and (case.as_of, case.area) == (scenario.as_of, filed.area))


def _learn(features: Features, positions: Positions | None, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return the forecasts for a window learnt from the cases whose window was over; a reason if these are too few."""
    found: dict[str, Any] = {
        "cases": len(rows),
        "reason": TOO_FEW,
        "base_rate": None,
        "logistic": None,
        "positions": {},
    }
    if len(rows) < FEWEST:
        return found
    outcome = [label for _, label in rows]
    known = [(case.expected_support, case.troops_inside) for case, _ in rows]
    logistic = fit(known, outcome).predict(features.expected_support, features.troops_inside)
    return found | {
        "reason": None,
        "base_rate": asdict(base_rate(outcome, [case.area for case, _ in rows])),
        "logistic": asdict(logistic),
        "positions": {} if positions is None else _linked(positions, rows),
    }


def _linked(positions: Positions, rows: Sequence[Labelled]) -> dict[str, dict[str, float]]:
    """Return, by rule, the probability for its position: that of a logistic curve through past cases.

    Positions on the axis of support are not probabilities. Those of each rule get the curve fitted to its own positions
    in past cases, so all are judged alike and none has an invented scale.
    """
    result = {}
    for rule in POSITION_KEYS:
        pairs = [([value], label) for case, label in rows for value in (getattr(case, rule),) if value is not None]
        if len(pairs) >= FEWEST:
            past, outcome = zip(*pairs, strict=True)
            result[rule] = asdict(fit(past, outcome).predict(getattr(positions, rule)))
    return result


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in value.items()}
    return round(value, DIGITS) if isinstance(value, float) else value
