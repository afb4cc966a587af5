"""What a page may ask besides its forecast: one run told, and what it would take for the probability to tip."""

from __future__ import annotations

from typing import Any

from sim.conditions import POSTURES
from sim.course import course_of
from sim.errors import UsageError
from sim.explorer.desk import Desk
from sim.explorer.simulation import PLAN
from sim.replay import replay
from sim.reporting.story import story_of
from sim.scenario.scenario import Scenario


async def told(desk: Desk, scenario: Scenario, run: int) -> dict[str, Any]:
    """Return the storyline of a run: a title and its sentences."""
    course = await desk.run(_course, (scenario, run))
    record = {
        "as_of": scenario.as_of.isoformat(),
        "horizon": scenario.horizon,
        "actors": {
            name: {"name": scenario.name_of(name), "posture_name": POSTURES[one.role]}
            for name, one in scenario.actors.items()
        },
    }
    return {"title": f"Run {run:,}", "sentences": story_of(record, course)}


def _course(task: tuple[Scenario, int]) -> dict[str, Any]:
    """Play a run once more, in a worker."""
    scenario, run = task
    (trace,) = replay(scenario, [run], seed=PLAN.seed, replicates=PLAN.replicates)
    return course_of(scenario, trace.path, trace.record)


async def tipping_point(desk: Desk, scenario: Scenario, path: str) -> dict[str, Any]:
    """Return what it would take for the probability to pass the word it stands at, by moving one input."""
    raise UsageError("not yet")
