"""Scenario discovery: the ranges of inputs where an outcome is frequent (Bryant & Lempert 2010), found by PRIM.

Boxes are found on half of the draws and measured on the other half, which had no part in finding them: density (how
frequent the outcome is inside) and coverage (how much of it lies inside). A box counts only if it stands out on the
other half too; after the first, others are sought among the remaining draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import UsageError
from sim.estimates import NORMAL, Estimate, estimate
from sim.forecast.record import head_of
from sim.model.inputs import can_be_looked_up, draw_inputs, inputs_of
from sim.rng import STRATA
from sim.runs.block.blocks import BLOCK_RUNS, FIRST_EVENTS
from sim.runs.play import ALL
from sim.scenario.windows import By, day_of
from sim.studies.bench import HERE, Bench, happened
from sim.studies.prim import Box, Floats, excess, find_box
from sim.studies.records import KEYS

if TYPE_CHECKING:
    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Site


MOST_BOXES = 3
STANDS_OUT = 4.0
"""Standard errors by which the outcome must be more frequent inside than outside, on draws that did not find the box.

One box found in noise passes with a probability of 3 in 100,000.
"""


def find_boxes(
    values: Floats, successes: npt.NDArray[np.int64], replicates: int, paths: Sequence[str]
) -> list[dict[str, Any]]:
    """Find boxes on every other draw and measure them on the rest; the last may be one that does not stand out.

    The values have the shape (draws, inputs); the successes, the number of runs with the outcome in each draw,
    (draws,).

    A box is in the form used in a record: the share of futures inside that have the outcome (density), the share of all
    those with the outcome that lie inside, with its 95% interval (coverage), the share of all futures that do (mass),
    and the density among the draws that found the box, which is biased upwards. The score is the standard errors by
    which the outcome is more frequent inside than outside, and inside than in the draws left by earlier boxes: the
    smaller of the two, so that no box counts whose share is below that of futures at large.
    """
    finders = finders_of(len(values))
    left = np.ones(len(values), dtype=np.bool_)
    found: list[dict[str, Any]] = []
    while len(found) < MOST_BOXES:
        box = find_box(values[finders & left], successes[finders & left] / replicates)
        if not box.limits:
            break
        inside = box.holds(values) & left
        if min((inside & ~finders).sum(), (inside & finders).sum()) < 2:
            break
        found.append(_measured(box, values, successes / replicates, left, paths, replicates))
        if not found[-1]["stands_out"]:
            break
        left &= ~inside
    return found


def finders_of(draws: int) -> npt.NDArray[np.bool_]:
    """Return which draws find boxes: every other hypercube; the rest, which are independent, measure them."""
    finding: npt.NDArray[np.bool_] = np.arange(draws) // STRATA % 2 == 0
    return finding


def _measured(
    box: Box, values: Floats, shares: Floats, left: npt.NDArray[np.bool_], paths: Sequence[str], replicates: int
) -> dict[str, Any]:
    """Measure a box, found in what earlier boxes left, on the draws that did not find it."""
    finders = finders_of(len(values))
    inside = box.holds(values) & left
    measuring = ~finders
    kept, measured = shares[measuring & inside], shares[measuring]
    score = min(excess(kept, shares[measuring & outside & ~inside]) for outside in (left, True))
    return {
        "stands_out": score > STANDS_OUT,
        "score": round(score, 2),
        "density": share_of(np.round(kept * replicates).astype(np.int64), replicates).row(),
        "coverage": dict(zip(KEYS, _coverage(measured, inside[measuring]), strict=True)),
        "mass": round(float(inside[measuring].mean()), 6),
        "found_density": round(float(shares[finders & inside].mean()), 6),
        "limits": [
            _limit(box, column, values, shares, measuring & left, paths[column]) for column in sorted(box.limits)
        ],
    }


def _limit(
    box: Box, column: int, values: Floats, shares: Floats, measuring: npt.NDArray[np.bool_], path: str
) -> dict[str, Any]:
    """Return a limit of a box and its effect on the draws that did not find it.

    `below` and `above` are the shares of all draws there; `cut` the share of futures with the outcome where only this
    limit fails, and the one-sided p-value is that of the claim that it is no smaller than in the part kept.
    """
    low, high = box.limits[column]
    kept, around = box.holds(values) & measuring, box.without(column).holds(values) & measuring
    cut = shares[around & ~kept]
    p_value = 0.5 * math.erfc(excess(shares[kept], cut) / math.sqrt(2))
    return {
        "path": path,
        "low": None if math.isinf(low) else round(low, 6),
        "high": None if math.isinf(high) else round(high, 6),
        "below": round(float((values[:, column] < low).mean()), 6),
        "above": round(float((values[:, column] > high).mean()), 6),
        "cut": round(float(cut.mean()), 6) if len(cut) else None,
        "cut_draws": len(cut),
        "p_value": float(f"{p_value:.2g}"),
    }


def _coverage(shares: Floats, inside: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return a ratio of means over draws and its 95% interval (linearised, Cochran 1977, section 6.5)."""
    if shares.sum() == 0:
        return 0.0, 0.0, 1.0
    ratio = float(shares[inside].sum() / shares.sum())
    spread = float((shares * (inside - ratio)).std(ddof=1) / shares.mean())
    half = NORMAL * spread / math.sqrt(len(shares))
    return round(ratio, 6), round(max(0.0, ratio - half), 6), round(min(1.0, ratio + half), 6)


def share_of(successes: npt.NDArray[np.int64], replicates: int) -> Estimate:
    """Estimate a probability from the number of successes of each draw."""
    return estimate(np.bincount(successes, minlength=replicates + 1))


FORMAT = "offramp/discovery/1"
FEWEST_DRAWS = 400
NOT = "no "
"""Prefix to a first event: that it does not come."""


@dataclass(frozen=True)
class Asked:
    """The question: where an outcome within `by` days lies, in terms of the inputs at `paths`."""

    scenario: Scenario
    outcome: str
    by: int
    structural: bool
    paths: tuple[str, ...]


def ask(scenario: Scenario, *, outcome: str = "offensive", by: By = None, structural: bool = False) -> Asked:
    """Return a checked question about a first event, or its absence ("no " before it), within the horizon or less.

    Only if `structural`, boxes may also limit structural parameters, frailties and dispositions, which nobody can look
    up. Raises UsageError if there is no such outcome or day, or no such input is uncertain.
    """
    day = day_of(by, scenario.as_of, scenario.horizon)
    outcome = " ".join(outcome.split())
    if outcome.removeprefix(NOT) not in FIRST_EVENTS:
        known = ", ".join(FIRST_EVENTS)
        raise UsageError(f'there is no outcome {outcome!r}; expected one of {known}, or "no" before it: "no offensive"')
    uncertain = (one.path for one in inputs_of(scenario) if not one.distribution.is_fixed)
    paths = tuple(uncertain if structural else filter(can_be_looked_up, uncertain))
    if not paths:
        raise UsageError("no input of this scenario that a box could limit is uncertain; write a distribution for one")
    return Asked(scenario, outcome, day, structural, paths)


def discover(asked: Asked, plan: Plan, site: Site = HERE, command: str | None = None) -> dict[str, Any]:
    """Play the runs of a plan and find boxes of their inputs in which the outcome is frequent.

    Returns plain values in format `offramp/discovery/1` (docs/discovery.md). Raises UsageError if there are too few
    runs, or too many.
    """
    if plan.most_runs // plan.replicates < FEWEST_DRAWS:
        raise UsageError(f"boxes need {FEWEST_DRAWS * plan.replicates:,} runs or more (got {plan.most_runs:,})")
    plan.check(asked.scenario)
    (records,) = Bench(plan, site, cap=ALL).records([asked.scenario])
    came = happened(records, asked.outcome.removeprefix(NOT), asked.by) != asked.outcome.startswith(NOT)
    successes = came.reshape(-1, plan.replicates).sum(axis=1)
    values = np.concatenate([_values(asked, plan, block) for block in range(plan.blocks)])[: len(successes)]
    return {
        **head_of(FORMAT, asked.scenario),
        "outcome": asked.outcome,
        "by": asked.by,
        "structural": asked.structural,
        "inputs": len(asked.paths),
        **plan.record(),
        "base": share_of(successes[~finders_of(len(successes))], plan.replicates).row(),
        "boxes": find_boxes(values, successes, plan.replicates, asked.paths),
        "command": command,
    }


def _values(asked: Asked, plan: Plan, block: int) -> Floats:
    """Return the inputs' values in each draw of a block, shape (draws, paths)."""
    drawn = draw_inputs(inputs_of(asked.scenario), plan.seed, block, BLOCK_RUNS, plan.replicates).values
    return np.stack([np.asarray(drawn[path])[:: plan.replicates] for path in asked.paths], axis=1).astype(np.float64)
