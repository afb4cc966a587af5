"""Drivers of any outcome within any number of days, from the counts of a forecast or from a design of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.forecast.drivers import Drivers, drivers, group_of, plain_interval, why_no_effect
from sim.forecast.record import head_of
from sim.model.inputs import can_be_looked_up, names_of_streams
from sim.runs.block.blocks import OUTCOMES
from sim.scenario.edit import with_document
from sim.scenario.windows import By, day_of
from sim.studies import sobol

if TYPE_CHECKING:
    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Bench

FORMAT = "offramp/drivers/1"


@dataclass(frozen=True)
class Asked:
    """The question: what an outcome within `by` days rests on."""

    scenario: Scenario
    outcome: str
    by: int

    def head(self, study: str, plan: Plan, command: str | None) -> dict[str, Any]:
        """Return the head of every record of drivers."""
        head = head_of(FORMAT, self.scenario)
        return head | {"study": study, "outcome": self.outcome, "by": self.by, **plan.record(), "command": command}


def ask(scenario: Scenario, outcome: str, by: By = None) -> Asked:
    """Return a checked question, within the horizon if no day is given.

    Raises UsageError if there is no such outcome, or the day is outside the horizon.
    """
    if outcome not in OUTCOMES:
        raise UsageError(f"there is no outcome {outcome!r}; expected one of {', '.join(reversed(OUTCOMES))}")
    return Asked(scenario, outcome, day_of(by, scenario.as_of, scenario.horizon))


def from_counts(asked: Asked, bench: Bench) -> Drivers:
    """Make a forecast and return its drivers, from its counts."""
    scenario = asked.scenario
    if asked.by not in scenario.milestones:  # one more changes no run
        question = scenario.document.question
        more = question.model_copy(update={"milestones": tuple(sorted({*question.milestones, asked.by}))})
        scenario = with_document(scenario, scenario.document.model_copy(update={"question": more}))
    return drivers(scenario, bench.forecast(scenario).tally, asked.outcome, asked.by)


def design_of(asked: Asked, runs: int, *, seed: int, replicates: int, by_actor: bool) -> sobol.Plan:
    """Return the design that this many runs allow; by actor, all inputs of an actor are varied together."""
    told = names_of_streams(asked.scenario)
    names = {stream: group_of(asked.scenario, name) for stream, name in told.items()} if by_actor else None
    return sobol.plan_of(asked.scenario, runs, replicates=replicates, seed=seed, names=names)


def plain_indices(asked: Asked, plan: sobol.Plan, found: sobol.Indices, *, by_actor: bool) -> dict[str, Any]:
    """Return the result of a design as plain values."""

    def about(path: str) -> dict[str, Any]:
        return {
            "path": path,
            "group": group_of(asked.scenario, path),
            "no_effect": why_no_effect(asked.scenario, path, asked.by),
            "can_be_looked_up": can_be_looked_up(path),
        }

    return {
        "p": round(found.p, 6),
        "variance": {
            "outcome": round(found.p * (1 - found.p), 6),
            "probability": round(found.variance, 6),
            "not_chance": plain_interval(found.not_chance),
        },
        "base": plan.base,
        "by_actor": by_actor,
        "inputs": [
            {
                **({"group": one.name} if by_actor else about(one.name)),
                "first": plain_interval(one.first),
                "total": plain_interval(one.total),
            }
            for one in found.inputs
        ],
    }
