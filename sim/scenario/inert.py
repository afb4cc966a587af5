"""Find pressures, talks and events that cannot have any effect in the model, without playing a run.

Stances read from reports already reflect the pressures in force on the eve of day 0, so only later changes count: a
pressure that has been constant since before then has no effect, however strong it is.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.distributions import Distribution
from sim.scenario.quantities import day_count
from sim.scenario.schema import TieEnds, attributes_of, field_range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.scenario.quantities import Part
    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import Pressure

Span = tuple[float, float]


@dataclass(frozen=True)
class Inert:
    """Why an input has no effect, and what to write to give it one; `kind` is `constant`, `untied` or `other`."""

    why: str
    mend: str
    kind: str = "other"


def why_inert(scenario: Scenario, path: str, days: int) -> str | None:
    """Return why no value of `pressures.appeal.intensity` or the like has an effect within some days, or else None."""
    kind, _, rest = path.partition(".")
    finders = {"talks": inert_talks, "pressures": inert_pressure, "events": inert_event}
    found = finders[kind](scenario, rest.rpartition(".")[0], days) if kind in finders else None
    return None if found is None else found.why


def inert_talks(scenario: Scenario, name: str, days: int) -> Inert | None:
    """Return why talks cannot have an effect within some days; None if they may."""
    own = _spans(scenario.talks[name], scenario.as_of)
    first, last = own["start"][0], own["end"][1] if "end" in own else own["start"][1] + 1
    if first > days - 1 or last <= 0:
        return Inert("the talks are not held within the window", "write a day of the window as `start`")
    if own["boost"] == (0.0, 0.0):
        return Inert("the boost of the talks is 0", "write a `boost` above 0")
    return None


def inert_event(scenario: Scenario, name: str, days: int) -> Inert | None:
    """Return why an event cannot have an effect within some days; None if it may."""
    own = _spans(scenario.events[name], scenario.as_of)
    if (own["date"] if "date" in own else own["from"])[0] > days - 1:
        return Inert("the event does not come within the window", "write a day of the window")
    if own["probability"] == (0.0, 0.0):
        return Inert("the probability of the event is 0", "write a `probability` above 0")
    return None


def inert_pressure(scenario: Scenario, name: str, days: int) -> Inert | None:
    """Return why a pressure cannot have an effect within some days; None if it may."""
    pressure = scenario.pressures[name]
    own = _spans(pressure, scenario.as_of)
    reasons = (_powerless(scenario, pressure), _weightless(scenario, pressure, own), _untimely(pressure, own, days))
    return next((reason for reason in reasons if reason is not None), None)


def _powerless(scenario: Scenario, pressure: Pressure) -> Inert | None:
    """Return the reason if the source has no leverage over the target and no event may give it any."""
    tie = scenario.document.ties.get(pressure.source, {}).get(pressure.target)
    ends = TieEnds.model_construct(source=pressure.source, target=pressure.target)
    may_arise = any(one.target == ends for one in scenario.events.values())
    if tie is not None and (may_arise or tie.support[1] > 0):
        return None
    source, target = map(scenario.name_of, (pressure.source, pressure.target))
    mend = f"write `ties: {{{pressure.source}: {{{pressure.target}: 0.2}}}}`, or another number"
    return Inert(f"{source} has no leverage over {target}", mend, "untied")


def _weightless(scenario: Scenario, pressure: Pressure, own: Mapping[str, Span]) -> Inert | None:
    """Return the reason if its intensity is 0, or if it is conditional on an actor that neither acts nor bargains."""
    if own["intensity"] == (0.0, 0.0):
        return Inert("the intensity of the pressure is 0", "write an `intensity` above 0")
    acts = scenario.actors[pressure.target].role not in ("defender", "mediator")
    bargains = pressure.target in (scenario.principal, scenario.counterpart)
    if pressure.channel != "conditional" or acts or bargains:
        return None
    target = scenario.name_of(pressure.target)
    why = f"a conditional pressure changes what acting pays, and {target} takes no part in attacking or bargaining"
    return Inert(why, "write `channel: persuasion`")


def _untimely(pressure: Pressure, own: Mapping[str, Span], days: int) -> Inert | None:
    """Return the reason if it changes nothing from day 0 to the last day of the window."""
    end = own.get("end", (math.inf, math.inf))
    if pressure.after is not None:
        late = Inert("the pressure ends before it can begin", "write an `end` after day 0, or none")
        return late if end[1] <= 0 else None
    start = own.get("start", (0.0, math.inf))
    if start[0] > days - 1 or end[1] <= -1:
        return Inert("the pressure does not act within the window", "write `start` and `end` that do")
    is_full = start[1] <= -1 and start[1] + own.get("ramp", (0.0, 1.0))[1] <= 0 and "half_life" not in own
    if is_full and end[0] > days - 1:
        why = "the pressure is in force and constant since before day 0, and only what changes afterwards counts"
        return Inert(why, "write what changes, such as `end` or `half_life`, or leave it out", "constant")
    return None


def _spans(part: Part, as_of: datetime.date) -> dict[str, Span]:
    """Return the smallest and largest value of each number of a part, with points in time as days."""
    spans = {}
    for key, name in attributes_of(type(part)).items():
        value = getattr(part, name)
        number = day_count(value, as_of) if isinstance(value, datetime.date) else value
        if isinstance(number, Distribution):
            low, high = field_range(type(part), name)
            spans[key] = (max(number.support[0], low), min(number.support[1], high))
    return spans
