"""The controls of a scenario: sliders for stances, postures, ties and pressures, switches for pressures, talks, events.

They are grouped by actor: its stance, its leverage, its pressures. Each control explains itself in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
FIRST = {"strikes": "a strike", "agreement": "an agreement", "breakdown": "a breakdown"}
POSTURE_SENTENCES = {
    "readiness": "how far its forces are ready to attack on day 0",
    "backing": "how far it supports an attack from the air on day 0",
    "deterrence": "how firmly it stands in the way on day 0",
    "provocation": "how far its fighters provoke the other side on day 0",
    "engagement": "how far it is engaged in mediating on day 0",
}


@dataclass(frozen=True)
class Slider:
    """An input that can be moved.

    Attributes
    ----------
    path
        Its dotted path.
    kind
        `stance`, `posture`, `tie` or `pressure`.
    label, hint
        Its name, and a one-sentence explanation.
    low, high
        Ends of its range.
    median, q05, q95
        The value in the scenario: its median and central 90%; all three are equal if it is a fixed number.
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
    """A pressure, talks or an event that can be switched off."""

    path: str
    label: str
    hint: str


@dataclass(frozen=True)
class Group:
    """The controls of one actor, or those of talks and events."""

    id: str
    name: str
    role: str
    sliders: tuple[Slider, ...]
    switches: tuple[Switch, ...]


def groups_of(scenario: Scenario) -> tuple[Group, ...]:
    """Return the controls of a scenario: actors in file order, then talks and events."""
    written = _Written(scenario, {one.path: one for one in inputs_of(scenario)})
    groups = [
        Group(name, scenario.name_of(name), actor.role, tuple(written.sliders(name)), tuple(written.pressures(name)))
        for name, actor in scenario.actors.items()
    ]
    talks, events = tuple(written.talks()), tuple(written.events())
    if talks or events:
        name = " and ".join(["Talks"] * bool(talks) + ["Events"] * bool(events)).capitalize()
        groups.append(Group("", name, "", (), (*talks, *events)))
    return tuple(groups)


def sliders_of(scenario: Scenario) -> dict[str, Slider]:
    """Return the sliders of a scenario, keyed by path."""
    return {one.path: one for group in groups_of(scenario) for one in group.sliders}


def off_changes(scenario: Scenario, path: str) -> dict[str, Any]:
    """Return the changes that switch a pressure, talks or an event off.

    A pressure in force before day 0 is withdrawn: it ends on the as-of date, since deleting it would keep it in force.
    A later pressure or talks are removed. An event stays with a probability of 0, because others may wait for it.
    """
    kind, _, name = path.partition(".")
    if kind == "events":
        return {f"{path}.probability": 0}
    if kind == "pressures" and is_in_force(scenario, name):
        return {f"{path}.end": scenario.as_of.isoformat()}
    return {path: None}


def moved_changes(scenario: Scenario, path: str, value: float) -> dict[str, Any]:
    """Return the changes that move a slider to a value.

    Raising a pressure already in force would only increase its fading, so it is withdrawn and renewed on day 0 with the
    new intensity, as in counterfactuals (`sim.studies.counterfactuals.at_full_strength`).
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
    """Return whether a pressure began before day 0."""
    return day_count(scenario.pressures[name].start, scenario.as_of).median < 0


@dataclass(frozen=True)
class _Written:
    """Builds the controls of a scenario, given its inputs keyed by path."""

    scenario: Scenario
    inputs: Mapping[str, Input]

    def sliders(self, name: str) -> Iterator[Slider]:
        """Yield the sliders of one actor."""
        scenario, actor, called = self.scenario, self.scenario.actors[name], self.scenario.name_of(name)
        posture = POSTURES[actor.role]
        hint = f"Where {called} stands on day 0: −1 resists an offensive by every means, +1 wants it now."
        yield self._slider(f"actors.{name}.stance", "stance", "Stance", hint)
        hint = f"Posture of {called}: {POSTURE_SENTENCES[posture]}, from 0 to 1."
        yield self._slider(f"actors.{name}.posture", "posture", posture.capitalize(), hint)
        for target in scenario.document.ties.get(name, {}):
            held = scenario.name_of(target)
            hint = f"How far {called} can move {held}: 0 not at all, 1 as far as anyone could."
            yield self._slider(f"ties.{name}.{target}", "tie", f"Hold over {held}", hint)
        for one in self.pressures(name):
            hint = f"Strength of this pressure, 0 to 1: {one.hint}"
            hint += f" {RENEWED}" if is_in_force(scenario, one.path.partition(".")[2]) else ""
            yield self._slider(f"{one.path}.intensity", "pressure", one.label, hint)

    def _slider(self, path: str, kind: str, label: str, hint: str) -> Slider:
        one = self.inputs[path]
        low, median, high = (float(value) for value in one.draw(np.array([0.05, 0.5, 0.95])))
        if one.distribution.is_fixed:
            low = median = high = float(np.clip(one.distribution.mean, one.low, one.high))
        return Slider(path, kind, label, hint, one.low, one.high, *(round(value, 4) for value in (median, low, high)))

    def pressures(self, name: str) -> Iterator[Switch]:
        """Yield the switches of the pressures that an actor exerts."""
        for id_, pressure in self.scenario.pressures.items():
            if pressure.source == name:
                yield self._switch("pressures", id_, self._pressed(id_))

    def talks(self) -> Iterator[Switch]:
        """Yield the switches of the talks."""
        for id_ in self.scenario.talks:
            hint = f"Talks on {self._day(f'talks.{id_}.start')}, on which an agreement is likelier."
            yield self._switch("talks", id_, hint)

    def events(self) -> Iterator[Switch]:
        """Yield the switches of the events."""
        for id_, event in self.scenario.events.items():
            days = [self._day(f"events.{id_}.{key}") for key in event.days]
            on = event.target
            ends = [on] if isinstance(on, str) else [on.source, on.target]
            whose = " over ".join(map(self.scenario.name_of, ends))
            when = f"on {days[0]}" if len(days) == 1 else f"between {days[0]} and {days[1]}"
            verb = "Shifts" if event.probability.mean == 1 and event.condition is None else "May shift"
            yield self._switch("events", id_, f"{verb} the {event.field.replace('_', ' ')} of {whose} {when}.")

    def _switch(self, group: str, id_: str, hint: str) -> Switch:
        return Switch(f"{group}.{id_}", capital(self.scenario.name_of(id_)), hint)

    def _day(self, path: str) -> str:
        calendar = Calendar(self.scenario.as_of, self.scenario.horizon)
        return long_date(calendar.date(self.inputs[path].distribution.median))

    def _pressed(self, id_: str) -> str:
        scenario, pressure = self.scenario, self.scenario.pressures[id_]
        verb = "hold back" if pressure.aim == "restrain" else "go ahead"
        how = "by persuasion" if pressure.channel == "persuasion" else "on a condition that acting would break"
        if pressure.after is None:
            since = f"from {self._day(f'pressures.{id_}.start')}"
        else:  # it has no start of its own
            since = f"after {FIRST.get(pressure.after) or scenario.name_of(pressure.after)}"
        source, target = scenario.name_of(pressure.source), scenario.name_of(pressure.target)
        end = f"; {IN_FORCE}." if is_in_force(scenario, id_) else "."
        return f"{source} presses {target} to {verb}, {how}, {since}{end}"
