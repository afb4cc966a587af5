"""Forecasts of historical cases by the model and its baselines, each made without the case it is about.

There are two schemes: leave one case out, and leave one area out, since cases on the same ground are not independent.
In both, everything fitted (the posterior of the parameters, the baselines' curves, the base rate) is fitted to the
other cases only. The target case is never used for training.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from sim.baselines.base_rate import base_rate
from sim.baselines.logistic import fit
from sim.baselines.pool import pooled, stack
from sim.baselines.positions import features_of, positions_of
from sim.errors import UsageError
from sim.evaluation.calibration.calibrate import Seen, Study, sample_bridge, sample_posterior
from sim.evaluation.calibration.design import Design, block_of, play, prior_points, seed_of
from sim.evaluation.calibration.outcomes import WINDOWS, shares_within
from sim.evaluation.calibration.parameters import Floats
from sim.evaluation.cases import HistoricalCase
from sim.forecast.plan import Plan
from sim.runs.block.blocks import BLOCK_RUNS

if TYPE_CHECKING:
    from sim.evaluation.calibration.tempering import Sample
    from sim.evaluation.threats import Threat
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Site

Scheme = Literal["case", "area"]
SCHEMES: tuple[Scheme, ...] = ("case", "area")
MODEL, PRIOR, BASE_RATE, LOGISTIC = "model", "model at its priors", "base rate", "logistic regression"
POOLED = "pooled"
POOL = (MODEL, LOGISTIC, BASE_RATE)
"""Forecasters combined in the pool."""
POSITIONS = {
    "mean": "weighted mean position",
    "median": "weighted median position",
    "challenge": "challenge model",
    "condorcet": "Condorcet choice",
}
FORECASTERS = (MODEL, PRIOR, POOLED, BASE_RATE, LOGISTIC, *POSITIONS.values())
FORECAST_SEED = 1 << 61  # added to the seed of forecasts, so that none reuses runs of the design
REPLICATES = 2
Cases = Sequence[HistoricalCase]
Points = Mapping[str, Floats]


@dataclass(frozen=True)
class Forecasts:
    """Probabilities of an offensive within each window, by scheme and forecaster: shape (cases, windows)."""

    cases: tuple[HistoricalCase, ...]
    by: Mapping[Scheme, Mapping[str, Floats]] = field(repr=False)

    def outcomes(self) -> npt.NDArray[np.bool_]:
        """Return the outcomes: shape (cases, windows)."""
        return outcomes_of(self.cases)

    def judged(self) -> npt.NDArray[np.bool_]:
        """Return which cases are scored, all but the target: shape (cases,)."""
        return np.array([not case.filed.target for case in self.cases])


def outcomes_of(cases: Sequence[HistoricalCase | Threat]) -> npt.NDArray[np.bool_]:
    """Return whether the event of each case came within each window: shape (cases, windows)."""
    happened = [case.happened(window) for case in cases for window in WINDOWS]
    return np.array(happened, dtype=np.bool_).reshape(len(cases), len(WINDOWS))


@dataclass(frozen=True)
class Training:
    """The data that forecasts may learn from.

    Attributes
    ----------
    pool
        Cases that train model and baselines: either the cases that are forecast, each left out in turn, or others.
    study
        The study of the pool.
    known
        The last day whose outcomes train model and baselines.
    threats
        Threats that also train the model.
    """

    pool: Cases
    study: Study
    known: datetime.date
    threats: Sequence[Threat] = ()

    @property
    def seen(self) -> Seen:
        """What is known of each case except the target, and of each threat."""
        crises = {case.name: case.seen(self.known) for case in self.pool if not case.filed.target}
        return crises | {one.name: one.seen(self.known) for one in self.threats}

    @cached_property
    def whole(self) -> Sample:
        """The posterior given everything seen, the starting point for those that leave cases out."""
        return sample_posterior(self.study.task(self.seen))


def left_out(case: HistoricalCase, pool: Cases, scheme: Scheme) -> frozenset[str]:
    """Return the names of the cases of a pool that a forecast of this case must not have seen."""
    return frozenset(
        other.name
        for other in pool
        if other.filed.target or other.name == case.name or (scheme == "area" and other.area == case.area)
    )


def training(case: HistoricalCase, pool: Cases, scheme: Scheme) -> tuple[HistoricalCase, ...]:
    """Return the cases of a pool that a forecast of this case may be fitted to."""
    out = left_out(case, pool, scheme)
    return tuple(other for other in pool if other.name not in out)


def forecasts(cases: Cases, trained: Training, points: Mapping[Scheme, Points], site: Site) -> Forecasts:
    """Forecast every case with the model and every baseline under both schemes.

    The points, by scheme, are the parameters at which to play each case (`points_without`).
    """
    scenarios = {case.name: case.scenario for case in cases}
    seed = trained.study.seed
    everywhere = dict.fromkeys(scenarios, prior_points(1, seed + 1))
    prior = play_each(scenarios, everywhere, seed, site)
    by: dict[Scheme, dict[str, Floats]] = {
        scheme: {
            MODEL: play_each(scenarios, points[scheme], seed, site),
            PRIOR: prior,
            **baseline_forecasts(cases, trained.pool, scheme, trained.known),
        }
        for scheme in SCHEMES
    }
    weights = [pool_weights(cases, by["case"], without=case.area) for case in cases]
    for said in by.values():
        own = [{name: said[name][number] for name in POOL} for number in range(len(cases))]
        said[POOLED] = np.array(list(map(pooled, own, weights)))
    return Forecasts(tuple(cases), by)


def pool_weights(cases: Cases, said: Mapping[str, Floats], without: str | None = None) -> dict[str, float]:
    """Return the weights of the pool, stacked on forecasts of all cases but the target and those of an area.

    Each forecast was made without its case. If no case is left, all weight is the model's.
    """
    kept = np.array([not case.filed.target and case.area != without for case in cases])
    return stack({name: said[name][kept] for name in POOL}, outcomes_of(cases)[kept]) if kept.any() else {MODEL: 1.0}


def points_without(cases: Cases, trained: Training, scheme: Scheme, site: Site) -> Points:
    """Return, for each case, parameters calibrated on the cases it leaves in: shape (points, parameters) each."""
    groups = {case.name: left_out(case, trained.pool, scheme) for case in cases}
    distinct = list(dict.fromkeys(groups.values()))
    samples = site.map(sample_bridge, trained.study.bridges(trained.seen, distinct, trained.whole))
    draws = {group: block_of(one.draws) for group, one in zip(distinct, samples, strict=True)}
    return {name: draws[group] for name, group in groups.items()}


def play_each(scenarios: Mapping[str, Scenario], points: Points, seed: int, site: Site) -> Floats:
    """Play each scenario at its own points; return the share of runs with an offensive in each window.

    These runs are separate from those of the design. Shape (scenarios, windows), in the order of the scenarios.
    """
    tasks = [
        Design(scenario, seed_of(name, seed + FORECAST_SEED), points[name]) for name, scenario in scenarios.items()
    ]
    return np.array([shares_within(classes) for classes in play(tasks, site)])


def play_own(scenarios: Iterable[Scenario], seed: int, site: Site) -> Floats:
    """Play one block of each scenario at its own parameters; return the share of runs with an offensive in each window.

    Shape (scenarios, windows).
    """
    plan = Plan(BLOCK_RUNS, seed, REPLICATES)
    played = site.records(map(plan.request, scenarios))
    return np.array([[(records["offensive"] < window).mean() for window in WINDOWS] for records in played])


def baseline_forecasts(cases: Cases, pool: Cases, scheme: Scheme, known: datetime.date) -> dict[str, Floats]:
    """Forecast each case with every baseline: shape (cases, windows) each.

    They learn from the cases whose window was over by the day `known`.
    """
    features = {case.name: _features(case) for case in (*pool, *cases)}
    said = {name: np.empty((len(cases), len(WINDOWS))) for name in (BASE_RATE, LOGISTIC, *POSITIONS.values())}
    for row, case in enumerate(cases):
        kept = training(case, pool, scheme)
        for column, window in enumerate(WINDOWS):
            others = [other for other in kept if other.is_over(window, known)]
            outcome = [other.happened(window) for other in others]
            said[BASE_RATE][row, column] = base_rate(outcome).p
            for name, own in features[case.name].items():
                curve = fit([features[other.name][name] for other in others], outcome)
                said[name][row, column] = curve.predict(*own).p
    # Each window has its own curve: if two cross, the longer window takes the shorter one's probability.
    return {name: np.maximum.accumulate(one, axis=1) for name, one in said.items()}


def _features(case: HistoricalCase) -> dict[str, tuple[float, ...]]:
    """Return what each regression reads of a case, by its name."""
    features, positions = features_of(case.scenario), positions_of(case.scenario)
    own = {key: 0.0 if positions is None else float(getattr(positions, key)) for key in POSITIONS}
    return {
        LOGISTIC: (features.expected_support, float(features.troops_inside)),
        **{name: (own[key],) for key, name in POSITIONS.items()},
    }


def check_enough(cases: Cases, pool: Cases, known: datetime.date, threats: Sequence[Threat] = ()) -> None:
    """Check before the start that there is something to score, and something to learn from for each forecast.

    Raises UsageError if there is not.
    """
    if all(case.filed.target for case in cases):
        raise UsageError("none of these cases is scored, because a target never is; add other cases")
    by = "" if known == datetime.date.max else f" over by {known}"
    for case, scheme in product(cases, SCHEMES):
        if not any(other.is_over(WINDOWS[-1], known) for other in training(case, pool, scheme)):
            area = f" outside its area, {case.area}," if scheme == "area" else ""
            raise UsageError(
                f"{case.name} cannot be forecast: no other case{area}{by} is there to learn from; add such cases, or "
                "name a folder of others with --train"
            )
    if len({one.pair for one in threats}) == 1:
        raise UsageError("all threats are of one pair of states, so none can be forecast without its pair; add others")
