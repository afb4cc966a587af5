"""All baselines of one scenario: the forecast of each for each window, and the number of cases behind it.

`baselines_for` learns only from the cases that were resolved by the scenario's as-of date, so a forecast made in a
backtest is compared with what could have been said then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sim.baselines.base_rate import BaseRate, base_rate
from sim.baselines.cases import POSITION_KEYS, WINDOWS, Case, Labelled, digest, known_by
from sim.baselines.logistic import Prediction, fit
from sim.baselines.positions import Features, Positions, features_of, positions_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

FEWEST = 10
"""Fewest cases for learning a baseline."""

TOO_FEW = "too few to judge"
DIGITS = 6


@dataclass(frozen=True)
class WindowBaselines:
    """Forecasts of an offensive within a window by the baselines.

    Attributes
    ----------
    window
        Length of the window in days.
    cases
        Number of cases, with windows over by the as-of date, that it was learnt from.
    reason
        Reason why there is no baseline: `too few to judge`; None if there is one.
    base_rate
        Share of the cases, with an interval clustered by area.
    logistic
        Regression on expected support and troops inside.
    positions
        By rule (mean, median, challenge, condorcet): the probability linked to its position; without the rules for
        which the scenario, or too many cases, have no position.
    """

    window: int
    cases: int
    reason: str | None
    base_rate: BaseRate | None
    logistic: Prediction | None
    positions: Mapping[str, Prediction] = field(hash=False, repr=False)


@dataclass(frozen=True)
class Baselines:
    """All baselines of a scenario.

    Attributes
    ----------
    features, positions
        Those of the scenario; no positions if no actor has any weight.
    windows
        By window: those of 30, 90 and 180 days that are among the scenario's milestones.
    table
        Digest of the table of cases.
    """

    features: Features
    positions: Positions | None
    windows: tuple[WindowBaselines, ...] = field(repr=False)
    table: str

    def record(self) -> dict[str, Any]:
        """Return the plain form for forecast.json (docs/forecast.md, `baselines`)."""
        return {
            "table": self.table,
            "features": _rounded(asdict(self.features)),
            "positions": None if self.positions is None else _rounded(asdict(self.positions)),
            "windows": {
                str(one.window): _rounded({key: part for key, part in asdict(one).items() if key != "window"})
                for one in self.windows
            },
        }


def baselines_for(scenario: Scenario, cases: Sequence[Case]) -> Baselines:
    """Return the baselines of a scenario, learnt from the cases resolved by its as-of date.

    The scenario's own case is left out: one with the same as-of date and area, or marked as the target.
    """
    others = [case for case in cases if not _is_own(case, scenario)]
    windows = [window for window in WINDOWS if window in scenario.milestones]
    features, positions = features_of(scenario), positions_of(scenario)
    learnt = (_learn(features, positions, window, known_by(others, scenario.as_of, window)) for window in windows)
    return Baselines(features, positions, tuple(learnt), digest(cases))


def _is_own(case: Case, scenario: Scenario) -> bool:
    filed = scenario.document.case
    return case.target or (filed is not None and (case.as_of, case.area) == (scenario.as_of, filed.area))


def _learn(features: Features, positions: Positions | None, window: int, rows: Sequence[Labelled]) -> WindowBaselines:
    if len(rows) < FEWEST:
        return WindowBaselines(window, len(rows), TOO_FEW, None, None, {})
    outcome = [label for _, label in rows]
    known = [(case.expected_support, case.troops_inside) for case, _ in rows]
    return WindowBaselines(
        window=window,
        cases=len(rows),
        reason=None,
        base_rate=base_rate(outcome, [case.area for case, _ in rows]),
        logistic=fit(known, outcome).predict(features.expected_support, features.troops_inside),
        positions={} if positions is None else _linked(positions, rows),
    )


def _linked(positions: Positions, rows: Sequence[Labelled]) -> dict[str, Prediction]:
    """Return, by rule, the probability for its position: that of a logistic curve through past cases.

    Positions on the axis of support are not probabilities. Those of each rule get the curve fitted to its own positions
    in past cases, so all are judged alike and none has an invented scale.
    """
    result = {}
    for rule in POSITION_KEYS:
        pairs = [([value], label) for case, label in rows for value in (getattr(case, rule),) if value is not None]
        if len(pairs) >= FEWEST:
            past, outcome = zip(*pairs, strict=True)
            result[rule] = fit(past, outcome).predict(getattr(positions, rule))
    return result


def _rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _rounded(part) for key, part in value.items()}
    return round(value, DIGITS) if isinstance(value, float) else value
