"""The backtest as a whole: forecasts, scores, their debt to hindsight, and whether levers still matter."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import environment
from sim.evaluation.backtest.forecasts import (
    BASE_RATE,
    FORECASTERS,
    LOGISTIC,
    MODEL,
    PRIOR,
    SCHEMES,
    Forecasts,
    Points,
    Scheme,
    Training,
    forecasts,
    left_out,
    play_each,
    play_own,
    points_without,
    pool_weights,
)
from sim.evaluation.backtest.scores import calibration_of, case_scores, dropped, shifted, table
from sim.evaluation.backtest.threats import score_threats
from sim.evaluation.backtest.threats import steps as threats_steps
from sim.evaluation.calibration.outcomes import WINDOWS
from sim.evaluation.calibration.result import informative
from sim.scenario.edit import with_posterior
from sim.wording import counted

if TYPE_CHECKING:
    from sim.evaluation.cases import HistoricalCase
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Site

FORMAT = "offramp/backtest/1"
TRACK_RECORD_FORMAT = "offramp/track-record/1"
SHIFTS = 5
"""Number of times that the codings marked for hindsight are randomly shifted."""
WINDOW = 90
JUDGED = (MODEL, PRIOR, BASE_RATE, LOGISTIC)
"""Forecasters whose calibration is reported."""


def backtest(
    cases: Sequence[HistoricalCase], trained: Training, site: Site, *, variants: Sequence[Scenario] = ()
) -> dict[str, Any]:
    """Forecast and score every case; return the content of backtest.json.

    Its tables have scores by scheme and set of cases: the target is in no set, only in its own row of the forecasts.
    Calibration is that of the window of 90 days with one case left out, and so is hindsight: scores with marked codings
    dropped or shifted. The pool has the weights stacked on all crises.

    The variants are additional scenarios to forecast, for their spread: the probability of an offensive within `WINDOW`
    days under their own parameters and at their priors.
    """
    points: dict[Scheme, Points] = {scheme: points_without(cases, trained, scheme, site) for scheme in SCHEMES}
    made = forecasts(cases, trained, points, site)
    seed = trained.study.seed
    tables = {scheme: {name: table(made, scheme, kept) for name, kept in _sets(made)} for scheme in SCHEMES}
    judged = made.judged()

    def recoded(scenarios: Mapping[str, Scenario]) -> dict[str, Any]:
        own = play_each(scenarios, points["case"], seed, site)
        by = {**made.by, "case": {**made.by["case"], MODEL: own}}
        return table(replace(made, by=by), "case", judged)

    hindsight = {"as coded": tables["case"]["all"], "marked codings dropped": recoded(dropped(cases, trained.pool))}
    hindsight |= {f"marked codings shifted, {n + 1}": recoded(shifted(cases, n)) for n in range(SHIFTS)}
    levers = list(_levers(variants, seed, site))
    weights = pool_weights(cases, made.by["case"])
    return {
        "schema": FORMAT,
        "seed": seed,
        "known": trained.known.isoformat(),
        "windows": list(WINDOWS),
        "others": _others(cases, trained),
        "forecasters": list(FORECASTERS),
        "cases": list(_cases(made)),
        "tables": tables,
        "calibration": {name: calibration_of(made, "case", name, WINDOW, judged) for name in JUDGED},
        "hindsight": hindsight,
        "pool": weights,
        "threats": score_threats(trained, weights, site),
        "levers": levers,
        "environment": environment.stamp(),
    }


def track_record(record: Mapping[str, Any], made: datetime.date) -> dict[str, Any]:
    """Return the model's track record as shown with forecasts: the scores of a backtest, without names of cases."""
    judged = [case for case in record["cases"] if not case["target"]]
    windows = {scheme: _windows(record["tables"][scheme]["all"], judged) for scheme in SCHEMES}
    own = record["others"] is None
    return {
        "schema": TRACK_RECORD_FORMAT,
        "made": made.isoformat(),
        "scheme": "one case left out at a time" if own else f"trained on {counted(record['others'], 'other case')}",
        "cases": len(judged),
        "areas": len({case["area"] for case in judged}),
        "posterior": "calibrated anew without each case" if own else "calibrated once",
        "windows": windows["case"],
        "areas_left_out": windows["area"],
        "too_few": record["tables"]["case"]["all"]["too_few"],
        "pool": {"weights": record["pool"], "by": "least mean Brier score, each case left out"},
        "threats": record["threats"],
    }


def _windows(scores: Mapping[str, Any], judged: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rows = {(row["rule"], row["window"], row["forecaster"]): row for row in scores["scores"]}
    begun = [case["offensive"] for case in judged if case["offensive"] is not None]
    return {
        str(window): {
            "cases": scores["cases"],
            "happened": sum(day < window for day in begun),
            **{rule: {name: rows[rule, window, name]["mean"] for name in FORECASTERS} for rule in ("brier", "log")},
            "against": rows["brier", window, MODEL]["against"],
        }
        for window in WINDOWS
    }


def _others(cases: Sequence[HistoricalCase], trained: Training) -> int | None:
    """Return the number of cases that the model was trained on; None if they are those that are forecast."""
    names = {case.name for case in cases}
    if any(one.name in names for one in trained.pool):
        return None
    return len(informative({one.name: trained.seen[one.name] for one in trained.pool if not one.filed.target}))


def steps(cases: Sequence[HistoricalCase], trained: Training, variants: int) -> int:
    """Return the number of posteriors and blocks of runs that a backtest takes."""
    posteriors = sum(len({left_out(case, trained.pool, scheme) for case in cases}) for scheme in SCHEMES)
    return (
        posteriors + (3 + 1 + SHIFTS) * len(cases) + 2 * variants + threats_steps(trained.threats, trained.study.seed)
    )


def _sets(made: Forecasts) -> Iterator[tuple[str, np.ndarray]]:
    """Yield the sets of cases that are scored: all, and by tier. The target is in none."""
    tiers = np.array([case.filed.tier for case in made.cases])
    yield "all", made.judged()
    for tier in sorted(set(tiers[made.judged()].tolist())):
        yield f"tier {tier}", made.judged() & (tiers == tier)


def _levers(variants: Sequence[Scenario], seed: int, site: Site) -> Iterator[dict[str, Any]]:
    pairs = [one for own in variants for one in (own, with_posterior(own, None))]
    played = play_own(pairs, seed, site)[:, WINDOWS.index(WINDOW)].tolist() if pairs else []
    for number, scenario in enumerate(variants):
        own, prior = (round(p, 4) for p in played[2 * number : 2 * number + 2])
        yield {"id": scenario.id, "own": own, "prior": prior}


def _cases(made: Forecasts) -> Iterator[dict[str, Any]]:
    brier = {name: case_scores(made, "case", name)["brier", WINDOW] for name in FORECASTERS}
    for number, case in enumerate(made.cases):
        yield {
            "id": case.name,
            "title": case.scenario.document.title,
            "as_of": case.scenario.as_of.isoformat(),
            "area": case.area,
            "tier": case.filed.tier,
            "target": case.filed.target,
            "offensive": case.offensive,
            "agreement": case.agreement,
            "marked": list(case.marked),
            "forecasts": {
                scheme: {name: [round(float(p), 4) for p in made.by[scheme][name][number]] for name in FORECASTERS}
                for scheme in SCHEMES
            },
            "brier": {name: round(float(values[number]), 4) for name, values in brier.items()},
        }
