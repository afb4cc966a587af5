"""Scores of a backtest: means by forecaster, differences against the references, calibration, with honest intervals.

Differences are paired over cases and their intervals clustered by area. Brier scores are on 0 to 1; the log score is
clipped (`scoring.rules`); the ranked probability score runs over the windows in order, none included.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.scoring import FEWEST
from sim.scoring.calibration import Decomposition, Reliability, decompose, reliability
from sim.scoring.comparison import Difference, Skill, paired_difference, skill_score
from sim.scoring.rules import brier_score, log_score, ranked_probability_score
from sim.studies.backtest.forecasts import BASE_RATE, FORECASTERS, LOGISTIC, Forecasts, Scheme
from sim.studies.calibration.outcomes import WINDOWS

if TYPE_CHECKING:
    from sim.studies.calibration.parameters import Floats

RULES = ("brier", "log", "rps")
REFERENCES = (BASE_RATE, LOGISTIC)
FARTHEST = {"brier": 1.0}
"""How far two scores can be apart, by rule."""


@dataclass(frozen=True)
class Comparison:
    """A forecaster against a reference: paired difference of mean scores, below 0 is better, and skill."""

    difference: Difference
    skill: Skill


@dataclass(frozen=True)
class Row:
    """One forecaster under one rule on some cases.

    Attributes
    ----------
    mean
        Mean score, lower is better.
    against
        By reference.
    """

    forecaster: str
    mean: float
    against: Mapping[str, Comparison]


@dataclass(frozen=True)
class Table:
    """Scores on some cases: by rule and window in days (None for the ranked score, which has all windows)."""

    cases: int
    rows: Mapping[tuple[str, int | None], tuple[Row, ...]] = field(repr=False)

    @property
    def too_few(self) -> bool:
        """Whether there are too few cases to judge by."""
        return self.cases < FEWEST

    def row(self, forecaster: str, rule: str = "brier", window: int | None = 90) -> Row:
        """Return one row."""
        return next(row for row in self.rows[rule, window] if row.forecaster == forecaster)


def case_scores(forecasts: Forecasts, scheme: Scheme, forecaster: str) -> dict[tuple[str, int | None], Floats]:
    """Return the score of each case by rule and window: shape (cases,) each."""
    said, happened = forecasts.by[scheme][forecaster], forecasts.outcomes()
    scores: dict[tuple[str, int | None], Floats] = {}
    for number, window in enumerate(WINDOWS):
        scores["brier", window] = brier_score(said[:, number], happened[:, number])
        scores["log", window] = log_score(said[:, number], happened[:, number])
    scores["rps", None] = ranked_probability_score(said, happened)
    return scores


def table(forecasts: Forecasts, scheme: Scheme, kept: npt.NDArray[np.bool_] | None = None) -> Table:
    """Score every forecaster on the cases kept, all where none are named."""
    chosen = np.ones(len(forecasts.cases), dtype=np.bool_) if kept is None else kept
    areas = [case.area for case, keep in zip(forecasts.cases, chosen, strict=True) if keep]
    scores = {
        name: {key: values[chosen] for key, values in case_scores(forecasts, scheme, name).items()}
        for name in FORECASTERS
    }
    rows = {
        key: tuple(
            _row(name, {other: scores[other][key] for other in FORECASTERS}, areas, FARTHEST.get(key[0], math.inf))
            for name in FORECASTERS
        )
        for key in scores[BASE_RATE]
    }
    return Table(int(chosen.sum()), rows)


def _row(name: str, scores: Mapping[str, Floats], areas: list[str], bound: float) -> Row:
    own = scores[name]
    against = {
        reference: Comparison(
            paired_difference(own, scores[reference], areas, bound=bound), skill_score(own, scores[reference], areas)
        )
        for reference in REFERENCES
        if reference != name
    }
    return Row(name, float(own.mean()), against)


def calibration_of(
    forecasts: Forecasts, scheme: Scheme, forecaster: str, window: int, kept: npt.NDArray[np.bool_]
) -> tuple[Decomposition, Reliability]:
    """Return whether the probabilities of a forecaster mean what they say within a window, on the cases kept."""
    number = WINDOWS.index(window)
    said, happened = forecasts.by[scheme][forecaster][kept, number], forecasts.outcomes()[kept, number]
    return decompose(said, happened), reliability(said, happened)
