"""The setting: everything that stays the same for a block from its first day to its last.

The inputs as drawn, the leverage between actors, the scheduled pressures, and the random numbers. Actors read it once,
when they are created and connected; after that they read only what changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.model.arrays import Days, Floats, Number, is_one, number, over_runs
from sim.model.over_runs import OverRuns
from sim.model.schedule import Answer, Planned, Schedule
from sim.model.sums import product
from sim.scenario.posterior import SAMPLE, SAMPLES

if TYPE_CHECKING:
    from sim.model.chance import Dice
    from sim.model.inputs import Draws
    from sim.scenario.scenario import Scenario

SCHEDULE_FIELDS = ("start", "end", "ramp", "half_life")


@dataclass(frozen=True)
class ScheduledPressure(OverRuns):
    """A pressure on one actor: its weight (aim, effect, intensity and leverage) and its change on a day."""

    weight: Number
    schedule: Planned | Answer

    def change(self, day: int) -> Number:
        """Return how much stronger it is on a day than on the eve of day 0."""
        return self.schedule.on(day)


@dataclass(frozen=True)
class Setting(OverRuns):
    """The inputs, ties, pressures and random numbers of one block of one scenario.

    Attributes
    ----------
    firsts
        First day of each event that pressures may answer, by name; the theatre updates them during the play.
    """

    scenario: Scenario
    draws: Draws
    dice: Dice
    firsts: Mapping[str, Days] = field(default_factory=dict, repr=False)
    _schedules: dict[str, Planned | Answer] = field(default_factory=dict, init=False, repr=False)

    @property
    def runs(self) -> int:
        """Number of runs of the block."""
        return self.draws.runs

    @property
    def horizon(self) -> int:
        """Number of days to play."""
        return self.scenario.horizon

    def value(self, path: str) -> Number:
        """Return an input by its dotted path."""
        return self.draws.values[path]

    def optional(self, path: str) -> Number | None:
        """Return an input that a scenario may leave out."""
        return self.draws.values.get(path)

    def parameter(self, name: str) -> Number:
        """Return a structural parameter; one that depends on the sample takes the value of each run's sample."""
        path, values = f"parameters.{name}", self.draws.values
        if path in values:
            return values[path]
        crises, threats = (values.get(f"{path}_{sample}") for sample in SAMPLES)
        if crises is None or threats is None:
            return values[f"{path}_{SAMPLES[int(crises is None)]}"]
        return np.where(np.asarray(values[SAMPLE]) > 0, threats, crises)

    def first_belief(self, name: str) -> tuple[Number, Number]:
        """Return mean and standard deviation of others' belief about an actor's stance before its first signal."""
        prior = self.scenario.distribution(name, "stance")
        return number(prior.mean), number(prior.sd)

    def leverage(self, target: str, source: str) -> Number:
        """Return w[target, source], the leverage of `source` over `target`; 0 without a tie."""
        return self.draws.values.get(f"ties.{source}.{target}", 0.0)

    def whole(self, value: Number) -> Floats:
        """Return a float32 array over the runs, always a copy."""
        return over_runs(value, self.runs)

    def pressures_on(self, target: str, channel: str, effect: Number) -> list[ScheduledPressure]:
        """Return the scheduled pressures on an actor through a channel (section 3)."""
        return [
            ScheduledPressure(self._weight(name, effect), self._schedule(name))
            for name, pressure in self.scenario.pressures.items()
            if pressure.target == target and pressure.channel == channel
        ]

    def _weight(self, name: str, effect: Number) -> Number:
        pressure = self.scenario.pressures[name]
        aim = -1.0 if pressure.aim == "restrain" else 1.0
        leverage = self.leverage(pressure.target, pressure.source)
        return reduce(product, (effect, self.value(f"pressures.{name}.intensity"), leverage), aim)

    def _schedule(self, name: str) -> Planned | Answer:
        """Return the timing of a pressure, computed once."""
        if name not in self._schedules:
            after, schedule = self.scenario.pressures[name].after, self._written(name)
            if after is None:
                self._schedules[name] = Planned(schedule, self.horizon)
            else:
                self._schedules[name] = Answer(self.firsts, after, schedule, self.horizon)
        return self._schedules[name]

    def _written(self, name: str) -> Schedule:
        """Return the days given by a scenario; if the pressure answers something, its delay is the start."""
        written = {key: self.optional(f"pressures.{name}.{key}") for key in SCHEDULE_FIELDS}
        if self.scenario.pressures[name].after is not None:
            delay = self.optional(f"pressures.{name}.delay")
            written["start"] = 0.0 if delay is None else delay
        return Schedule(**{key: value for key, value in written.items() if value is not None})

    def event_days(self, name: str) -> Days:
        """Return the day on which an event would come in each run, provided its condition allows it.

        The horizon means never. Days are whole: an event of day 2.5 comes on day 3.
        """
        path, event = f"events.{name}", self.scenario.events[name]
        probability = self.value(f"{path}.probability")
        if event.date is not None:
            day = np.asarray(self.value(f"{path}.date"), dtype=np.float64)
        else:
            first, last = (np.asarray(self.value(f"{path}.{key}"), dtype=np.float64) for key in ("from", "until"))
            day = first + np.floor(self._throw(path, "day") * np.maximum(last - first + 1, 1))
        certain = is_one(probability) and probability == 1
        comes = certain or self._throw(path, "happens") < np.asarray(probability, dtype=np.float64)
        days: Days = np.where(comes, np.clip(np.ceil(day), 0, self.horizon), self.horizon).astype(np.int16)
        return np.array(np.broadcast_to(days, (self.runs,)))

    def _throw(self, owner: str, purpose: str) -> npt.NDArray[np.float64]:
        """Return one uniform number per run from a stream of its own."""
        bits = np.empty((1, self.runs), dtype=np.uint32)
        self.dice.stream(owner, purpose).fill(bits)
        return (bits[0] >> 8) * 2.0**-24  # `numbers.uniform`, without its rules

    def talk_boosts(self) -> list[Number]:
        """Return the factor on the agreement probability by day: 1 plus the boosts of that day's talks."""
        table: list[Number] = [1.0] * self.horizon
        for name in self.scenario.talks:
            start, boost = self.value(f"talks.{name}.start"), self.value(f"talks.{name}.boost")
            written_end = self.optional(f"talks.{name}.end")
            end = start + 1 if written_end is None else written_end
            for day in range(self.horizon):
                held = np.logical_and(day >= np.asarray(start), day < np.asarray(end))
                table[day] = table[day] + number(boost * held)
        return table
