"""The controls of a scenario: sliders for stances, postures, ties and pressures, switches for pressures, talks, events.

They are grouped by the actor whose stance it is, whose hold, whose pressure. Each says in one sentence what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.model.inputs import Input, inputs_of
from sim.report.reading import capital
from sim.report.values import Calendar
from sim.runs.block.conditions import POSTURES
from sim.scenario.quantities import day_count
from sim.studies.counterfactuals import renewed_id
from sim.wording import long_date

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

IN_FORCE = "the stances on day 0 contain it already, so it counts as it fades"
RENEWED = "Moved, it is withdrawn on day 0 and renewed with that strength."
POSTURE_SENTENCES = {
    "readiness": "how far its forces are ready to attack on day 0",
    "backing": "how far it supports an attack from the air on day 0",
    "deterrence": "how firmly it stands in the way on day 0",
    "provocation": "how far its fighters provoke the other side on day 0",
    "engagement": "how far it is engaged in mediating on day 0",
}


@dataclass(frozen=True)
class Slider:
    """An input that may be moved.

    Attributes
    ----------
    path
        Its dotted path.
    kind
        `stance`, `posture`, `tie` or `pressure`.
    label, hint
        What it is called, and what it is in one sentence.
    low, high
        Ends of its range.
    median, q05, q95
        The baseline: its median and central 90%; all three the same where it is one number.
    """

    path: str
    kind: str
    label: str
    hint: str
    low: float
    high: float
    median: float
    q05: float
    q95: float


@dataclass(frozen=True)
class Switch:
    """A pressure, talks or an event that may be switched off."""

    path: str
    label: str
    hint: str


@dataclass(frozen=True)
class Group:
    """What belongs to one actor, or the calendar of talks and events."""

    id: str
    name: str
    role: str
    sliders: tuple[Slider, ...]
    switches: tuple[Switch, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def groups_of(scenario: Scenario) -> tuple[Group, ...]:
    """Return the controls of a scenario, actors in file order, talks and events last."""
    inputs = {one.path: one for one in inputs_of(scenario)}
    groups = [
        Group(
            name,
            scenario.name_of(name),
            actor.role,
            tuple(_sliders(scenario, name, inputs)),
            tuple(_pressure_switches(scenario, name, inputs)),
        )
        for name, actor in scenario.actors.items()
    ]
    talks, events = tuple(_talk_switches(scenario, inputs)), tuple(_event_switches(scenario, inputs))
    name = "Talks and events" if talks and events else "Events" if events else "Talks"
    return (*groups, Group("", name, "", (), (*talks, *events))) if talks or events else tuple(groups)


def sliders_of(scenario: Scenario) -> dict[str, Slider]:
    """Return the sliders by path."""
    return {one.path: one for group in groups_of(scenario) for one in group.sliders}


def off_changes(scenario: Scenario, path: str) -> dict[str, Any]:
    """Return what switching something off lays over a scenario.

    A pressure in force before day 0 is withdrawn: it ends on the as-of date, for deleting it would keep it up. One that
    was to begin later, or a meeting, is taken out. An event stays, with a probability of 0, for others to wait for.
    """
    kind, _, name = path.partition(".")
    if kind == "events":
        return {f"{path}.probability": 0}
    if kind == "pressures" and is_in_force(scenario, name):
        return {f"{path}.end": scenario.as_of.isoformat()}
    return {path: None}


def moved_changes(scenario: Scenario, path: str, value: float) -> dict[str, Any]:
    """Return what moving a slider lays over a scenario.

    More of a pressure in force would only mean more of its fading, so it is withdrawn and renewed on day 0 with the new
    intensity, as counterfactuals do (`sim.studies.counterfactuals.at_full_strength`).
    """
    kind, _, rest = path.partition(".")
    name = rest.partition(".")[0]
    if kind != "pressures" or not is_in_force(scenario, name):
        return {path: value}
    day = scenario.as_of.isoformat()
    written = scenario.plain()["pressures"][name]
    renewed = {key: item for key, item in written.items() if key != "ramp"} | {"intensity": value, "start": day}
    return {f"pressures.{name}.end": day, f"pressures.{renewed_id(scenario, name)}": renewed}


def is_in_force(scenario: Scenario, name: str) -> bool:
    """Whether a pressure began before day 0."""
    return day_count(scenario.pressures[name].start, scenario.as_of).median < 0


def _sliders(scenario: Scenario, name: str, inputs: Mapping[str, Input]) -> Iterator[Slider]:
    """Yield the sliders of one actor."""
    actor, called = scenario.actors[name], scenario.name_of(name)
    posture = POSTURES[actor.role]
    yield _slider(
        inputs[f"actors.{name}.stance"], "stance", "Stance",
        f"Where {called} stands on day 0: −1 resists an offensive by every means, +1 wants it now.",
    )  # fmt: skip
    yield _slider(
        inputs[f"actors.{name}.posture"], "posture", posture.capitalize(),
        f"Posture of {called}: {POSTURE_SENTENCES[posture]}, from 0 to 1.",
    )  # fmt: skip
    for target in scenario.document.ties.get(name, {}):
        held = scenario.name_of(target)
        yield _slider(
            inputs[f"ties.{name}.{target}"], "tie", f"Hold over {held}",
            f"How far {called} can move {held}: 0 not at all, 1 as far as anyone could.",
        )  # fmt: skip
    for id_, pressure in scenario.pressures.items():
        if pressure.source == name:
            hint = f"Strength of this pressure, 0 to 1: {_pressure_sentence(scenario, id_, inputs)}"
            hint += f" {RENEWED}" if is_in_force(scenario, id_) else ""
            yield _slider(inputs[f"pressures.{id_}.intensity"], "pressure", capital(scenario.name_of(id_)), hint)


def _slider(one: Input, kind: str, label: str, hint: str) -> Slider:
    spread = one.distribution
    low, median, high = (float(value) for value in one.draw(np.array([0.05, 0.5, 0.95])))
    if spread.is_fixed:
        low = median = high = float(np.clip(spread.mean, one.low, one.high))
    return Slider(one.path, kind, label, hint, one.low, one.high, *(round(value, 4) for value in (median, low, high)))


def _pressure_switches(scenario: Scenario, name: str, inputs: Mapping[str, Input]) -> Iterator[Switch]:
    for id_, pressure in scenario.pressures.items():
        if pressure.source == name:
            yield Switch(f"pressures.{id_}", capital(scenario.name_of(id_)), _pressure_sentence(scenario, id_, inputs))


def _talk_switches(scenario: Scenario, inputs: Mapping[str, Input]) -> Iterator[Switch]:
    calendar = Calendar(scenario.as_of, scenario.horizon)
    for id_ in scenario.talks:
        day = long_date(calendar.date(inputs[f"talks.{id_}.start"].distribution.median))
        yield Switch(
            f"talks.{id_}", capital(scenario.name_of(id_)), f"Talks on {day}, on which an agreement is likelier."
        )


def _event_switches(scenario: Scenario, inputs: Mapping[str, Input]) -> Iterator[Switch]:
    calendar = Calendar(scenario.as_of, scenario.horizon)
    for id_, event in scenario.events.items():
        days = [long_date(calendar.date(inputs[f"events.{id_}.{key}"].distribution.median)) for key in event.days]
        on = event.target
        ends = [on] if isinstance(on, str) else [on.source, on.target]
        whose = " over ".join(map(scenario.name_of, ends))
        when = f"on {days[0]}" if len(days) == 1 else f"between {days[0]} and {days[1]}"
        verb = "Shifts" if event.probability.mean == 1 and event.condition is None else "May shift"
        yield Switch(
            f"events.{id_}",
            capital(scenario.name_of(id_)),
            f"{verb} the {event.field.replace('_', ' ')} of {whose} {when}.",
        )


def _pressure_sentence(scenario: Scenario, id_: str, inputs: Mapping[str, Input]) -> str:
    pressure = scenario.pressures[id_]
    verb = "hold back" if pressure.aim == "restrain" else "go ahead"
    how = "by persuasion" if pressure.channel == "persuasion" else "on a condition that acting would break"
    target = scenario.name_of(pressure.target)
    if pressure.after is None:
        start = inputs[f"pressures.{id_}.start"].distribution.median
        since = f"from {long_date(Calendar(scenario.as_of, scenario.horizon).date(start))}"
    else:
        since = f"after {_answered(scenario, pressure.after)}"
    sentence = f"{scenario.name_of(pressure.source)} presses {target} to {verb}, {how}, {since}"
    return f"{sentence}; {IN_FORCE}." if is_in_force(scenario, id_) else f"{sentence}."


def _answered(scenario: Scenario, after: str) -> str:
    first = {"strikes": "a strike", "agreement": "an agreement", "breakdown": "a breakdown"}
    return first.get(after) or scenario.name_of(after)
