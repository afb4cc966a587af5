"""Inputs without any effect: what the model says of an input before a run is played.

Stances read from reports already hold the pressures in force on the eve of day 0, so only what changes afterwards
counts: a pressure that is constant since before then moves nothing, however strong it is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.model.inputs import inputs_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Span = tuple[float, float]


def why_inert(scenario: Scenario, path: str, days: int) -> str | None:
    """Say why an input of pressures or talks cannot have an effect within so many days; None where it can, or may.

    Parameters
    ----------
    path
        Its dotted path, such as `pressures.appeal.intensity`; its own values are those of its prior.
    """
    kind, _, rest = path.partition(".")
    if kind not in ("pressures", "talks"):
        return None
    name = rest.rpartition(".")[0]
    own = _spans(scenario, f"{kind}.{name}.")
    return _talks(own, days) if kind == "talks" else _pressure(scenario, name, own, days)


def _spans(scenario: Scenario, prefix: str) -> dict[str, Span]:
    """Return the least and the greatest value of each input below a prefix, by the rest of its path."""
    return {
        one.path.removeprefix(prefix): (
            max(one.distribution.support[0], one.low),
            min(one.distribution.support[1], one.high),
        )
        for one in inputs_of(scenario)
        if one.path.startswith(prefix)
    }


def _talks(own: dict[str, Span], days: int) -> str | None:
    first, last = own["start"][0], own["end"][1] if "end" in own else own["start"][1] + 1
    if first > days - 1 or last <= 0:
        return "the talks are not held within the window"
    return "the boost of the talks is 0" if own["boost"] == (0.0, 0.0) else None


def _pressure(scenario: Scenario, name: str, own: dict[str, Span], days: int) -> str | None:
    pressure = scenario.pressures[name]
    source, target = scenario.name_of(pressure.source), scenario.name_of(pressure.target)
    if _spans(scenario, f"ties.{pressure.source}.").get(pressure.target, (0.0, 0.0))[1] <= 0:
        return f"{source} has no leverage over {target}"
    if own["intensity"] == (0.0, 0.0):
        return "the intensity of the pressure is 0"
    start, end = own["start"], own.get("end", (math.inf, math.inf))
    if start[0] > days - 1 or end[1] <= -1:
        return "the pressure does not act within the window"
    is_full = start[1] <= -1 and start[1] + own.get("ramp", (0.0, 1.0))[1] <= 0 and "half_life" not in own
    if is_full and end[0] > days - 1:
        return "the pressure is in force and constant since before day 0, and only what changes afterwards counts"
    return None
