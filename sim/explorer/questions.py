"""What a page may ask besides its forecast: one run told, and what it would take for the probability to tip."""

from __future__ import annotations

from typing import Any

from sim.errors import UsageError
from sim.explorer.desk import Desk
from sim.scenario.scenario import Scenario


async def told(desk: Desk, scenario: Scenario, run: int) -> dict[str, Any]:
    """Return the storyline of a run: `sentences`, and how it ends."""
    raise UsageError("not yet")


async def tipping_point(desk: Desk, scenario: Scenario, path: str) -> dict[str, Any]:
    """Return what it would take for the probability to pass the word it stands at, by moving one input."""
    raise UsageError("not yet")
