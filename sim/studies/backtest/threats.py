"""Scores on threats between states, the second sample: each pair of states left out with the tenth it falls into.

The probabilities are those of the surface at the posterior that has not seen the pair, so nothing is played anew. The
base rate, a regression on what the table knows of a threat, and the pool are fitted to the other pairs only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sim import rng
from sim.baselines.logistic import fit
from sim.baselines.pool import pooled_each
from sim.executors import Executor
from sim.scoring.comparison import paired_difference, skill_score
from sim.scoring.rules import brier_score
from sim.studies.backtest.forecasts import BASE_RATE, LOGISTIC, MODEL, POOLED, Training
from sim.studies.calibration.calibrate import sample_bridge
from sim.studies.calibration.outcomes import WINDOWS
from sim.studies.calibration.parameters import Floats
from sim.studies.threats import Threat

FOLDS = 10
WINDOW = 90


def folds_of(threats: Sequence[Threat], seed: int) -> list[frozenset[str]]:
    """Deal whole pairs into tenths; return the names of the threats of each."""
    pairs = sorted({one.pair for one in threats})
    order = rng.stream(seed, 0, "backtest", "folds").permutation(len(pairs))
    fold = {pairs[place]: number % FOLDS for number, place in enumerate(order)}
    return [frozenset(one.name for one in threats if fold[one.pair] == number) for number in range(FOLDS)]


def score_threats(
    trained: Training,
    weights: Sequence[float],
    *,
    executor: Executor,
    finished: Callable[[], None] | None = None,
) -> dict[str, Any] | None:
    """Forecast and score every threat without its pair; return plain values, None without threats.

    Parameters
    ----------
    weights
        Of model, regression and base rate in the pool, from the crises.
    finished
        Called once for each posterior.
    """
    threats = trained.threats
    if not threats:
        return None
    happened = np.array([[one.happened(window) for window in WINDOWS] for one in threats])
    folds = folds_of(threats, trained.study.seed)
    said = {name: np.zeros(happened.shape) for name in (MODEL, LOGISTIC, BASE_RATE)}
    tasks = trained.study.bridges(trained.seen, folds, trained.whole)
    for fold, sample in zip(folds, executor.map(sample_bridge, tasks, finished), strict=True):
        inside = np.array([one.name in fold for one in threats])
        own = [one for one in threats if one.name in fold]
        said[MODEL][inside] = _by_surface(trained, own, sample.draws)
        said[BASE_RATE][inside] = happened[~inside].mean(axis=0)
        known, new = (np.array([_features(one) for one in threats])[rows] for rows in (~inside, inside))
        for number in range(len(WINDOWS)):
            curve = fit(known, happened[~inside, number])
            said[LOGISTIC][inside, number] = [curve.predict(*row).p for row in new]
    said[POOLED] = pooled_each([said[MODEL], said[LOGISTIC], said[BASE_RATE]], weights)
    return _record(threats, said, happened)


def _by_surface(trained: Training, threats: Sequence[Threat], draws: Floats) -> Floats:
    """Return the mean probability of force within each window: shape (threats, windows)."""
    study = trained.study
    distinct = list(dict.fromkeys(one.scenario for one in threats))
    classes = study.surface.probabilities(draws, distinct).mean(axis=0)  # (scenarios, classes)
    within = np.cumsum(classes.reshape(len(distinct), -1, 2).sum(axis=2), axis=1)[:, : len(WINDOWS)]
    return np.asarray(within[[distinct.index(one.scenario) for one in threats]])


def _features(one: Threat) -> list[float]:
    """Return what the regression knows: earlier force between the two, recent shows of force, their capabilities."""
    known = one.known
    ratio = np.log((np.nan_to_num(known["cinc_a"]) + 1e-4) / (np.nan_to_num(known["cinc_b"]) + 1e-4))
    return [np.log1p(known["force_5y"]), np.log1p(known["n_disp30"]), float(ratio)]


def _record(threats: Sequence[Threat], said: dict[str, Floats], happened: np.ndarray) -> dict[str, Any]:
    pairs = [one.pair for one in threats]
    windows: dict[str, Any] = {}
    for number, window in enumerate(WINDOWS):
        scores = {name: brier_score(one[:, number], happened[:, number]) for name, one in said.items()}
        windows[str(window)] = {
            "cases": len(threats),
            "happened": int(happened[:, number].sum()),
            "said": {name: round(float(one[:, number].mean()), 4) for name, one in said.items()},
            "brier": {name: round(float(one.mean()), 4) for name, one in scores.items()},
            "auc": {name: _rounded(auc(one[:, number], happened[:, number])) for name, one in said.items()},
            "against": {
                name: {
                    reference: _comparison(scores[name], scores[reference], pairs)
                    for reference in (BASE_RATE, LOGISTIC)
                    if reference != name
                }
                for name in (MODEL, POOLED)
            },
        }
    return {"cases": len(threats), "pairs": len(set(pairs)), "folds": FOLDS, "windows": windows}


def auc(said: Floats, happened: np.ndarray) -> float | None:
    """Return the chance that one in which it happened was given more than one in which it did not (ties: a half)."""
    came, rest = said[happened], said[~happened]
    if not len(came) or not len(rest):
        return None
    above = (came[:, None] > rest[None, :]).mean() + 0.5 * (came[:, None] == rest[None, :]).mean()
    return float(above)


def _comparison(scores: Floats, reference: Floats, pairs: Sequence[str]) -> dict[str, Any]:
    gap, skill = paired_difference(scores, reference, pairs, bound=1.0), skill_score(scores, reference, pairs)
    return {
        "difference": [_rounded(one) for one in (gap.mean, gap.low, gap.high)],
        "skill": [_rounded(one) for one in (skill.value, skill.low, skill.high)],
        "pairs": gap.groups,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
