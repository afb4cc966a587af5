"""Scenario discovery: in which ranges of the inputs an outcome is frequent (Bryant & Lempert 2010), found by PRIM.

Boxes are found among half of the draws and measured on the other half, which had no part in finding them: density (how
frequent the outcome is inside) and coverage (how much of all of it lies there). A box counts only where it stands out
on that half too; after the first, others are sought in what it leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.errors import UsageError
from sim.model.inputs import can_be_looked_up, draw_inputs, inputs_of
from sim.runs.block.blocks import BLOCK_RUNS, FIRST_EVENTS, BlockTask, record_block
from sim.runs.executors import Executor, Serial
from sim.scenario.windows import By, day_of
from sim.studies.bench import happened
from sim.studies.boxes import Found, find_boxes, finders_of, plain, plain_box, share_of

if TYPE_CHECKING:
    from sim.estimates import Estimate
    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario
    from sim.studies.prim import Floats

FORMAT = "offramp/discovery/1"
FEWEST_DRAWS = 400
NOT = "no "
"""Before a first event: that it does not come."""


@dataclass(frozen=True)
class Asked:
    """What is asked: where an outcome within `by` days lies, in terms of the inputs at `paths`."""

    scenario: Scenario
    outcome: str
    by: int
    structural: bool
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Discovery:
    """What was asked, and the boxes: those that stand out, and last one that does not where the search ended so."""

    asked: Asked
    plan: Plan
    base: Estimate
    boxes: tuple[Found, ...]

    def record(self, command: str | None = None) -> dict[str, Any]:
        """Return it as plain values, format `offramp/discovery/1` (docs/discovery.md)."""
        scenario, plan = self.asked.scenario, self.plan
        return {
            "schema": FORMAT,
            "scenario": {"id": scenario.id, "title": scenario.document.title, "hash": scenario.hash},
            "as_of": scenario.as_of.isoformat(),
            "horizon": scenario.horizon,
            "actors": {name: {"name": scenario.name_of(name)} for name in scenario.actors},
            "outcome": self.asked.outcome,
            "by": self.asked.by,
            "structural": self.asked.structural,
            "inputs": len(self.asked.paths),
            "seed": plan.seed,
            "runs": plan.most_runs,
            "draws": plan.most_runs // plan.replicates,
            "replicates": plan.replicates,
            "base": plain(self.base),
            "boxes": [plain_box(box) for box in self.boxes],
            "command": command,
        }


def ask(scenario: Scenario, *, outcome: str = "offensive", by: By = None, structural: bool = False) -> Asked:
    """Return what is asked.

    Parameters
    ----------
    outcome, by
        A first event, or with "no " before it that it does not come, and within how many days: the horizon where not
        given.
    structural
        Whether boxes may limit structural parameters and frailties too, which nobody can look up.

    Raises
    ------
    UsageError
        Where there is no such outcome or day, or no such input is uncertain.
    """
    day = day_of(by, scenario.as_of, scenario.horizon)
    outcome = " ".join(outcome.split())
    if outcome.removeprefix(NOT) not in FIRST_EVENTS:
        known = ", ".join(FIRST_EVENTS)
        raise UsageError(f'there is no outcome {outcome!r}; expected one of {known}, or "no" before it: "no offensive"')
    uncertain = [one.path for one in inputs_of(scenario) if not one.distribution.is_fixed]
    paths = tuple(path for path in uncertain if structural or can_be_looked_up(path))
    if not paths:
        raise UsageError("no input of this scenario that a box could limit is uncertain; write a distribution for one")
    return Asked(scenario, outcome, day, structural, paths)


def discover(
    asked: Asked, plan: Plan, *, executor: Executor | None = None, finished: Callable[[], None] | None = None
) -> Discovery:
    """Play the runs of a plan and find boxes of their inputs in which the outcome is frequent.

    Raises
    ------
    UsageError
        Where the runs are too few, or too many.
    """
    if plan.most_runs // plan.replicates < FEWEST_DRAWS:
        raise UsageError(f"boxes need {FEWEST_DRAWS * plan.replicates:,} runs or more (got {plan.most_runs:,})")
    plan.check(asked.scenario)
    parts = list((executor or Serial()).map(partial(_play, asked), plan.tasks(asked.scenario), finished))
    values = np.concatenate([part[0] for part in parts])
    successes = np.concatenate([part[1] for part in parts])
    boxes = find_boxes(values, successes, plan.replicates, asked.paths)
    base = share_of(successes[~finders_of(len(successes))], plan.replicates)
    return Discovery(asked, plan, base, tuple(boxes))


def _play(asked: Asked, task: BlockTask) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Play a block; return values by draw and input, and by draw how many of its runs are in the outcome."""
    draws = draw_inputs(inputs_of(task.scenario), task.seed, task.block, BLOCK_RUNS, task.replicates)
    records = record_block(task)
    kept = task.runs // task.replicates
    values = np.stack([np.asarray(draws.values[path])[:: task.replicates][:kept] for path in asked.paths], axis=1)
    came = happened(records, asked.outcome.removeprefix(NOT), asked.by) != asked.outcome.startswith(NOT)
    return values.astype(np.float64), came.reshape(-1, task.replicates).sum(axis=1)
