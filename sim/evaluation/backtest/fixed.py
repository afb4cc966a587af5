"""Scores of a fixed posterior on new cases: nothing is fitted, so this takes seconds.

Cases that the posterior has seen are not scored, nor is the target, which the model was built on. The model is compared
with the base rate and the regression of the past cases that ship with offramp, as known on the posterior's day. The
three are not pooled, because the weights are learnt from all shipped cases, which may be among those scored.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.baselines.base_rate import base_rate
from sim.baselines.cases import known_by, read_cases
from sim.baselines.logistic import fit
from sim.baselines.positions import features_of
from sim.errors import UsageError
from sim.evaluation.backtest.forecasts import BASE_RATE, LOGISTIC, MODEL, outcomes_of, play_own
from sim.evaluation.calibration.outcomes import WINDOWS
from sim.evaluation.scoring import rounded
from sim.evaluation.scoring.comparison import FEWEST_FOR_SKILL, compare
from sim.evaluation.scoring.rules import FARTHEST, brier_score
from sim.scenario.edit import with_posterior

if TYPE_CHECKING:
    from sim.evaluation.calibration.parameters import Floats
    from sim.evaluation.cases import HistoricalCase
    from sim.scenario.posterior import Posterior
    from sim.studies.bench import Site

FORMAT = "offramp/fixed-backtest/1"


def score_fixed(cases: Sequence[HistoricalCase], draws: Posterior, *, seed: int, site: Site) -> dict[str, Any]:
    """Score a posterior on the cases that it has not seen; return plain values.

    Raises UsageError if it has seen all of them, or all but the target, or does not say which it has seen; or if none
    of the cases that ship with offramp was known on its day.
    """
    seen = _seen(draws)
    new = [case for case in cases if case.name not in seen and not case.filed.target]
    if not new:
        raise UsageError(
            f"{draws.name} has seen every one of these cases but the target: nothing is left to score it on"
        )
    scenarios = [with_posterior(case.scenario, draws) for case in new]
    said = {MODEL: play_own(scenarios, seed, site)}
    said |= _baselines(new, datetime.date.fromisoformat(str(draws.about["date"])))
    return _record(new, draws, said, sorted(seen & {case.name for case in cases}))


def _seen(draws: Posterior) -> set[str]:
    """Return the names of the cases that a posterior was fitted to, as its file gives them."""
    names = draws.about.get("cases")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(
            f"{draws.name} does not say which cases it was fitted to, so it might be scored on them: expected `cases`, "
            "a list of their ids, in the first line of its file"
        )
    return set(names)


def _baselines(cases: Sequence[HistoricalCase], known: datetime.date) -> dict[str, Floats]:
    """Return the forecasts of the base rate and the regression, neither of which has seen any of the cases."""
    names = {case.name for case in cases}
    shipped = [one for one in read_cases() if not one.target and one.id not in names]
    rate, curve = np.empty((len(cases), len(WINDOWS))), np.empty((len(cases), len(WINDOWS)))
    for column, window in enumerate(WINDOWS):
        rows = known_by(shipped, known, window)
        if not rows:
            raise UsageError(f"no past case of offramp was over by {known}, so there is no base rate to compare with")
        outcome = [label for _, label in rows]
        rate[:, column] = base_rate(outcome).p
        fitted = fit([(one.expected_support, one.troops_inside) for one, _ in rows], outcome)
        for row, case in enumerate(cases):
            own = features_of(case.scenario)
            curve[row, column] = fitted.predict(own.expected_support, own.troops_inside).p
    return {BASE_RATE: rate, LOGISTIC: np.maximum.accumulate(curve, axis=1)}


def _record(
    cases: Sequence[HistoricalCase], draws: Posterior, said: dict[str, Floats], not_scored: list[str]
) -> dict[str, Any]:
    happened = outcomes_of(cases)
    scores = {name: brier_score(one, happened) for name, one in said.items()}
    return {
        "schema": FORMAT,
        "posterior": draws.name,
        "known": str(draws.about["date"]),
        "windows": list(WINDOWS),
        "not_scored": not_scored,
        "cases": [
            {
                "id": case.name,
                "offensive": case.offensive,
                "forecasts": {name: rounded(one[row].tolist(), 4) for name, one in said.items()},
            }
            for row, case in enumerate(cases)
        ],
        "brier": {name: rounded(one.mean(axis=0).tolist(), 4) for name, one in scores.items()},
        "against": {
            reference: _against(scores, reference, [case.area for case in cases]) for reference in (BASE_RATE, LOGISTIC)
        },
    }


def _against(scores: dict[str, Floats], reference: str, areas: list[str]) -> list[dict[str, Any]]:
    """Compare the model with a reference by window: in how many cases it is better; its skill if there are enough."""
    rows = []
    for column in range(len(WINDOWS)):
        own, other = scores[MODEL][:, column], scores[reference][:, column]
        row: dict[str, Any] = {"better": int((own < other).sum()), "cases": len(own), "difference": None, "skill": None}
        if len(own) >= FEWEST_FOR_SKILL:
            found = compare(own, other, areas, bound=FARTHEST["brier"])
            row |= {key: found[key] for key in ("difference", "skill")}
        rows.append(row)
    return rows
