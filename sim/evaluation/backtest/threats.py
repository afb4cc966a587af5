"""Scores on threats between states, the second sample: each pair of states is left out with its tenth of the pairs.

The model plays each threat at draws of a posterior that has not seen the pair. The base rate, a regression on the
table's data about a threat, and the pool are fitted to the other pairs only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import rng
from sim.baselines.logistic import fit
from sim.baselines.pool import pooled
from sim.evaluation.backtest.forecasts import BASE_RATE, LOGISTIC, MODEL, POOLED, Training, outcomes_of, play_each
from sim.evaluation.calibration.calibrate import sample_bridge
from sim.evaluation.calibration.design import block_of
from sim.evaluation.calibration.outcomes import WINDOWS
from sim.evaluation.scoring.comparison import compare
from sim.evaluation.scoring.rules import FARTHEST, brier_score

if TYPE_CHECKING:
    from sim.evaluation.calibration.parameters import Floats
    from sim.evaluation.threats import Threat
    from sim.studies.bench import Site

FOLDS = 10


def folds_of(threats: Sequence[Threat], seed: int) -> list[frozenset[str]]:
    """Deal whole pairs into tenths; return the names of the threats of each (with few pairs some are empty)."""
    pairs = sorted({one.pair for one in threats})
    order = rng.stream(seed, 0, "backtest", "folds").permutation(len(pairs))
    fold = {pairs[place]: number % FOLDS for number, place in enumerate(order)}
    return [frozenset(one.name for one in threats if fold[one.pair] == number) for number in sorted({*fold.values()})]


def score_threats(trained: Training, weights: Mapping[str, float], site: Site) -> dict[str, Any] | None:
    """Forecast and score every threat without its pair; return plain values, None without threats.

    The weights of the forecasters in the pool are those from the crises.
    """
    threats = trained.threats
    if not threats:
        return None
    happened = outcomes_of(threats)
    folds = folds_of(threats, trained.study.seed)
    said = {name: np.zeros(happened.shape) for name in (MODEL, LOGISTIC, BASE_RATE)}
    tasks = trained.study.bridges(trained.seen, folds, trained.whole)
    for fold, sample in zip(folds, site.map(sample_bridge, tasks), strict=True):
        inside = np.array([one.name in fold for one in threats])
        own = [one for one in threats if one.name in fold]
        said[MODEL][inside] = _by_model(own, block_of(sample.draws), trained, site)
        said[BASE_RATE][inside] = happened[~inside].mean(axis=0)
        said[LOGISTIC][inside] = _by_regression(threats, happened, inside)
    said[POOLED] = pooled(said, weights)
    return _record(threats, len(folds), said, happened)


def steps(threats: Sequence[Threat], seed: int) -> int:
    """Return the number of posteriors and blocks of runs that the scores take."""
    folds = folds_of(threats, seed) if threats else []
    return sum(1 + len({one.scenario for one in threats if one.name in fold}) for fold in folds)


def _by_regression(threats: Sequence[Threat], happened: np.ndarray, inside: np.ndarray) -> Floats:
    """Return the forecasts of some threats by a regression on the others, by window; shape (those, windows)."""
    features = np.array([_features(one) for one in threats])
    curves = [fit(features[~inside], happened[~inside, number]) for number in range(len(WINDOWS))]
    return np.array([[curve.predict(*row).p for curve in curves] for row in features[inside]])


def _features(one: Threat) -> list[float]:
    """Return the regression's features: earlier force between the two, recent shows of force, their capabilities."""
    known = one.known
    ratio = np.log((np.nan_to_num(known["cinc_a"]) + 1e-4) / (np.nan_to_num(known["cinc_b"]) + 1e-4))
    return [np.log1p(known["force_5y"]), np.log1p(known["n_disp30"]), float(ratio)]


def _by_model(own: Sequence[Threat], draws: Floats, trained: Training, site: Site) -> list[Floats]:
    """Return the model's forecasts of threats; those that are coded alike are played once."""
    scenarios = {one.scenario: trained.study.cases[one.scenario] for one in own}
    played = play_each(scenarios, dict.fromkeys(scenarios, draws), trained.study.seed, site)
    by_scenario = dict(zip(scenarios, played, strict=True))
    return [by_scenario[one.scenario] for one in own]


def _record(threats: Sequence[Threat], folds: int, said: dict[str, Floats], happened: np.ndarray) -> dict[str, Any]:
    """Return the scores in the form used in a record.

    The base rate has no AUC: it differs only by what was left out, so that it is lower for a fold with more events.
    """
    pairs = [one.pair for one in threats]
    windows: dict[str, Any] = {}
    for number, window in enumerate(WINDOWS):
        scores = {name: brier_score(one[:, number], happened[:, number]) for name, one in said.items()}
        windows[str(window)] = {
            "cases": len(threats),
            "happened": int(happened[:, number].sum()),
            "said": {name: round(float(one[:, number].mean()), 4) for name, one in said.items()},
            "brier": {name: round(float(one.mean()), 4) for name, one in scores.items()},
            "auc": {
                name: None if name == BASE_RATE else auc(one[:, number], happened[:, number])
                for name, one in said.items()
            },
            "against": _against(scores, pairs),
        }
    return {"cases": len(threats), "pairs": len(set(pairs)), "folds": folds, "windows": windows}


def _against(scores: Mapping[str, Floats], pairs: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {
        name: {
            reference: compare(scores[name], scores[reference], pairs, bound=FARTHEST["brier"], of="pairs")
            for reference in (BASE_RATE, LOGISTIC)
        }
        for name in (MODEL, POOLED)
    }


def auc(said: Floats, happened: np.ndarray) -> float | None:
    """Return the chance that one in which it happened was given more than one in which it did not (ties: a half).

    Rounded to four digits; None if either kind is missing.
    """
    from scipy.stats import mannwhitneyu

    came, rest = said[happened], said[~happened]
    if not len(came) or not len(rest):
        return None
    return round(float(mannwhitneyu(came, rest).statistic) / (len(came) * len(rest)), 4)
