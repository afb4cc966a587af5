"""The result of a calibration: the posterior to ship, and how far it can be trusted.

Two calibrations that share nothing but the cases (other designs, random numbers, samplers) are compared on the target's
probability; the surface is checked against runs of the model itself at the posterior; and the calibration is tested on
simulated cases with known parameters (`recovery`).
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim import environment, rng
from sim.distributions import LogNormal
from sim.evaluation.calibration.calibrate import Seen, Study, sample_posterior
from sim.evaluation.calibration.design import Design, block_of, play, seed_of
from sim.evaluation.calibration.outcomes import CLASSES, WINDOWS, shares_within
from sim.evaluation.calibration.parameters import COLUMNS, Floats, prior_of, to_values
from sim.evaluation.scoring import rounded
from sim.model.inputs import is_unseen, names_of_streams
from sim.scenario.edit import with_posterior
from sim.scenario.posterior import MODEL, SAMPLES, Posterior
from sim.studies import sobol

if TYPE_CHECKING:
    from sim.evaluation.calibration.tempering import Sample
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Site

FORMAT = "offramp/calibration/1"
DRAWS = 1024
"""Rows of the posterior's table."""
QUANTILES = (0.05, 0.5, 0.95)
SPLIT_WINDOW, SPLIT_RUNS = 90, 81_920
GROUPS = ("actors and ties", "structural parameters", "unobserved heterogeneity")
CHECK_SEED = 1 << 60  # added to the seed of runs that check, so that none reuses the design


@dataclass(frozen=True)
class Request:
    """Settings of a calibration.

    Attributes
    ----------
    name
        Name of the posterior.
    known
        The last day whose outcomes count.
    seen
        For each case, its possible classes given what was known then.
    threats
        The cases that are threats: these are never named individually.
    target
        Scenario on which seeds are compared, if any.
    about
        Further entries for the posterior's file.
    """

    name: str
    known: datetime.date
    seen: Seen
    threats: frozenset[str]
    target: Scenario | None
    about: Mapping[str, Any]

    def record(self) -> dict[str, Any]:
        """Return its part of calibration.json, which names no threat."""
        cases = [
            {"id": name, "classes": sorted(classes)} for name, classes in self.seen.items() if name not in self.threats
        ]
        return {"name": self.name, "known": self.known.isoformat(), "cases": cases}

    def steps(self, study: Study) -> int:
        """Return the number of posteriors and blocks of runs it takes."""
        coded = {study.coded[name] for name in self.threats}
        at_target = 0 if self.target is None else 2 + 2 * sobol.blocks_of(split_plan(self.target, study.seed))
        return 2 + len(self.seen.keys() - self.threats) + len(coded) + at_target


def calibration(
    asked: Request, studies: Sequence[Study], recovered: Mapping[str, Any] | None, site: Site
) -> tuple[Posterior, dict[str, Any]]:
    """Sample the posterior from two studies of the same cases under different seeds, and check it.

    Returns the posterior, with the same number of draws from each seed, and the content of calibration.json. The
    recovery from simulated cases (`recovery`) is None if it was not requested.
    """
    samples = tuple(site.map(sample_posterior, [study.task(asked.seen) for study in studies]))
    fits = fits_of(studies[0], asked.seen, samples[0], site)
    seed, about = studies[0].seed, dict(asked.about)
    threats = threats_fit(studies[0], asked.threats, samples[0], site)
    at_target: Sequence[Floats | None] = [None] * len(samples)
    disagreement = None  # how far the seeds differ on the target's probability, by window
    if asked.target is not None:
        free = with_posterior(asked.target, None)  # its parameters come from the samples
        at_target = list(map(shares_within, play([_task(free.id, free, one, seed) for one in samples], site)))
        disagreement = np.ptp(np.array(at_target), axis=0)
        about["seed_disagreement"] = round(100 * float(disagreement.max()), 1)
    table = table_of(asked.name, samples, studies[0], about)
    splits = _splits(asked.target, table, seed, site)
    evidence = evidence_by_sample(studies[0], asked, samples[0])
    return table, {
        "schema": FORMAT,
        **asked.record(),
        "samples": rounded(evidence, 4),
        "windows": list(WINDOWS),
        "seeds": list(map(_seed, samples, at_target)),
        "disagreement": None if disagreement is None else rounded(disagreement.tolist(), 4),
        "parameters": [_parameter(name, table.column(name)) for name in COLUMNS],
        "fits": fits,
        "threats_fit": threats,
        "recovery": recovered,
        "splits": splits,
        "environment": environment.stamp(),
    }


def _splits(target: Scenario | None, table: Posterior, seed: int, site: Site) -> dict[str, Any]:
    """Return the splits of the target's variance (`split`) by `prior` and `posterior`; empty without a target."""
    if target is None:
        return {}
    ends = (("prior", None), ("posterior", table))
    return {name: split(with_posterior(target, at), seed, site) for name, at in ends}


def _seed(one: Sample, target: Floats | None) -> dict[str, Any]:
    """Return how the draws of one seed were obtained, and the target's probabilities under them, if there is one."""
    digits = {"power": 4, "effective": 1, "acceptance": 3}
    stages = [{key: round(getattr(stage, key), places) for key, places in digits.items()} for stage in one.stages]
    return {
        "log_evidence": round(one.log_evidence, 3),
        "stages": stages,
        "distinct": len(np.unique(one.draws[:, 0])),
        "target": None if target is None else rounded(target.tolist(), 4),
    }


def _parameter(name: str, own: Floats) -> dict[str, Any]:
    """Return quantiles of a column before and after, and the posterior's mean and sd in units of the prior."""
    prior = prior_of(name)
    unit = (own - prior.mean) / prior.sd
    if isinstance(prior, LogNormal):
        unit = np.log(own / prior.scale) / prior.log_sd  # on which the prior is standard normal
    return {
        "name": name,
        "prior": [float(f"{q:.4g}") for q in prior.ppf(np.array(QUANTILES))],
        "posterior": [float(f"{q:.4g}") for q in np.quantile(own, QUANTILES)],
        "shift": round(float(unit.mean()), 3),
        "width": round(float(unit.std()), 3),
    }


def evidence_by_sample(study: Study, asked: Request, sample: Sample) -> dict[str, dict[str, float]]:
    """Return, for each sample of past cases, how many were seen and their mean log score, prior and posterior.

    The score of a case is the logarithm of the mean probability of what is seen of it.
    """
    prior = rng.stream(study.seed, 0, "calibration", "evidence").standard_normal(sample.draws.shape)
    result = {}
    for name, kept in ((SAMPLES[0], asked.seen.keys() - asked.threats), (SAMPLES[1], asked.threats)):
        seen = {one: classes for one, classes in asked.seen.items() if one in kept}
        if not seen:
            continue
        scores = [
            float(np.log(np.exp(study.surface.log_likelihood(points, seen, study.coded)).mean(axis=0)).mean())
            for points in (prior, sample.draws)
        ]
        result[name] = {"cases": len(seen), "prior": scores[0], "posterior": scores[1]}
    return result


def table_of(name: str, samples: Sequence[Sample], study: Study, about: Mapping[str, Any]) -> Posterior:
    """Return a posterior's table with as many draws from each sample, which averages over differences between seeds.

    The rows are ordered by how probable they make an offensive, over all crises, which lets reports show how the answer
    changes along the posterior (`inputs.POSTERIOR_STREAM`).
    """
    each = DRAWS // len(samples)
    few = np.concatenate([one.draws[:: max(1, len(one.draws) // each)][:each] for one in samples])
    crises = [one for one, sample in study.surface.samples.items() if sample == SAMPLES[0]]
    probabilities = study.surface.probabilities(few, crises)
    likely = probabilities[:, :, : 2 * (WINDOWS.index(90) + 1)].sum(axis=2).mean(axis=1)
    values = to_values(few[np.argsort(likely, kind="stable")])
    return Posterior(name, COLUMNS, np.ascontiguousarray(values), {"name": name, "model": MODEL, **about})


def fits_of(study: Study, seen: Seen, sample: Sample, site: Site) -> list[dict[str, Any]]:
    """Check the surface against the model: the probability of what is seen of each crisis, at the posterior's draws.

    Each row has both probabilities, and their difference in standard errors of the model's runs.
    """
    own = {name: possible for name, possible in seen.items() if name in study.cases}
    tasks = [_task(name, study.cases[name], sample, study.seed) for name in own]
    expected = np.exp(study.surface.log_likelihood(block_of(sample.draws), own)).mean(axis=0)
    fits = []
    played = play(tasks, site)
    for (name, possible), classes, p in zip(own.items(), played, expected, strict=True):
        inside = np.isin(classes, sorted(possible))
        both = {"surface": float(p), "model": float(inside.mean())}
        se = float(inside.std()) / np.sqrt(len(inside))
        z = (both["surface"] - both["model"]) / se if se > 0 else 0.0
        fits.append({"case": name, **rounded(both, 4), "z": round(z, 2)})
    return fits


def threats_fit(study: Study, threats: Collection[str], sample: Sample, site: Site) -> dict[str, float] | None:
    """Check the surface against the model on threats: the probability of force within `SPLIT_WINDOW` days."""
    counts = Counter(study.coded[name] for name in sorted(threats))
    if not counts:
        return None
    last = WINDOWS.index(SPLIT_WINDOW)
    tasks = [_task(name, study.cases[name], sample, study.seed) for name in counts]
    model = np.array([np.mean(classes // 2 <= last) for classes in play(tasks, site)])
    surface = study.surface.probabilities(sample.draws, tuple(counts))[:, :, : 2 * (last + 1)].sum(axis=2).mean(axis=0)
    weights = np.array(list(counts.values())) / counts.total()
    found = {"surface": weights @ surface, "model": weights @ model, "largest": np.abs(surface - model).max()}
    return {"window": SPLIT_WINDOW} | {name: round(float(value), 4) for name, value in found.items()}


def _task(name: str, scenario: Scenario, sample: Sample, seed: int) -> Design:
    return Design(scenario, seed_of(name, seed + CHECK_SEED), block_of(sample.draws))


def split_plan(scenario: Scenario, seed: int) -> sobol.Plan:
    """Return the design that varies the inputs of each of `GROUPS` together."""
    groups = {stream: group_of(name) for stream, name in names_of_streams(scenario).items()}
    return sobol.plan_of(scenario, SPLIT_RUNS, replicates=2, seed=seed, names=groups)


def group_of(stream: str) -> str:
    """Return the one of `GROUPS` that a stream of inputs belongs to."""
    if stream.startswith("parameters."):
        return GROUPS[1]
    return GROUPS[2] if is_unseen(stream) else GROUPS[0]


def split(scenario: Scenario, seed: int, site: Site) -> dict[str, Any]:
    """Split the variance of whether an offensive begins within `SPLIT_WINDOW` days over groups of inputs and chance.

    Each group has its share and its standard error. An index is a share of the variance of the probability; times the
    share that is not chance, it is a share of the variance of the outcome.
    """
    found = sobol.study(scenario, split_plan(scenario, seed), "offensive", SPLIT_WINDOW, site)
    inputs, shares = found.not_chance, dict.fromkeys(GROUPS, (0.0, 0.0))
    shares |= {one.name: (one.first.value * inputs.value, one.first.se * inputs.value) for one in found.inputs}
    parts = {
        "by": SPLIT_WINDOW,
        "p": found.p,
        "inputs": (inputs.value, inputs.se),
        "groups": shares,
        "interactions": inputs.value - sum(share for share, _ in shares.values()),
        "chance": 1 - inputs.value,
    }
    return dict(rounded(parts, 4))


def informative(seen: Seen) -> dict[str, frozenset[int]]:
    """Return the cases about which anything is known."""
    return {name: classes for name, classes in seen.items() if len(classes) < CLASSES}
