"""The setting: what stays the same for a block from its first day to its last.

Inputs as drawn, who has leverage over whom, which pressures are scheduled, and the dice. Actors read it once, when they
are made and connected; afterwards they only look at what changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sim import rng
from sim.model.arrays import Floats, Number, number, over_runs
from sim.model.influence import Schedule
from sim.scenario.posterior import SAMPLE, SAMPLES

if TYPE_CHECKING:
    from sim.model.inputs import Draws
    from sim.scenario.scenario import Scenario

SCHEDULE_FIELDS = ("start", "end", "ramp", "half_life")


class Stream(Protocol):
    """A source of chance: the next float32 numbers, one a run. NumPy's generators are such.

    They come in the array given as `out`, or in one of the stream's own that must not be written to: take what is
    returned.
    """

    def random(self, *, out: Floats, dtype: Any) -> Any:
        """Return uniform numbers in [0, 1)."""

    def standard_normal(self, *, out: Floats, dtype: Any) -> Any:
        """Return standard normal numbers."""


@dataclass(frozen=True)
class Dice:
    """The chance of one block: a stream for each owner and purpose, float32 draws for all runs each day."""

    seed: int
    block: int

    def stream(self, owner: str, purpose: str) -> Stream:
        """Return the stream of one purpose."""
        return rng.stream(self.seed, self.block, owner, purpose)


@dataclass(frozen=True)
class ScheduledPressure:
    """A pressure on one actor: its weight (aim, effect, intensity and leverage) and its change by day."""

    weight: Number
    changes: list[Number]


@dataclass(frozen=True)
class Setting:
    """The inputs, ties, pressures and dice of one block of one scenario."""

    scenario: Scenario
    draws: Draws
    dice: Dice

    @property
    def runs(self) -> int:
        """Runs of the block."""
        return self.draws.runs

    @property
    def horizon(self) -> int:
        """Days to play."""
        return self.scenario.horizon

    def value(self, path: str) -> Number:
        """Return an input by its dotted path."""
        return self.draws.values[path]

    def optional(self, path: str) -> Number | None:
        """Return an input that a scenario may leave out."""
        return self.draws.values.get(path)

    def parameter(self, name: str) -> Number:
        """Return a structural parameter; one that goes by sample is that of the sample each run belongs to."""
        path, values = f"parameters.{name}", self.draws.values
        if path in values:
            return values[path]
        crises, threats = (values.get(f"{path}_{sample}") for sample in SAMPLES)
        if crises is None or threats is None:
            return values[f"{path}_{SAMPLES[int(crises is None)]}"]
        return np.where(np.asarray(values[SAMPLE]) > 0, threats, crises)

    def first_belief(self, name: str) -> tuple[Number, Number]:
        """Return mean and standard deviation of what others take an actor's stance to be before its first signal."""
        prior = self.scenario.distribution(name, "stance")
        return prior.mean, prior.sd

    def leverage(self, target: str, source: str) -> Number:
        """Return w[target, source], the leverage of `source` over `target`; 0 without a tie."""
        return self.draws.values.get(f"ties.{source}.{target}", 0.0)

    def whole(self, value: Number) -> Floats:
        """Return a float32 array over the runs, its own copy."""
        return over_runs(value, self.runs)

    def filled(self, value: Number) -> Floats:
        """Return a float32 array over the runs: the value itself where it is one."""
        if isinstance(value, np.ndarray) and value.shape == (self.runs,) and value.dtype == np.float32:
            return value
        return self.whole(value)

    def pressures_on(self, target: str, channel: str, effect: Number) -> list[ScheduledPressure]:
        """Return the scheduled pressures of a channel on an actor (section 3)."""
        return [
            ScheduledPressure(self._weight(name, effect), self._schedule(name).changes(self.horizon))
            for name, pressure in self.scenario.pressures.items()
            if pressure.target == target and pressure.channel == channel
        ]

    def _weight(self, name: str, effect: Number) -> Number:
        pressure = self.scenario.pressures[name]
        aim = -1.0 if pressure.aim == "restrain" else 1.0
        leverage = self.leverage(pressure.target, pressure.source)
        return number(aim * effect * self.value(f"pressures.{name}.intensity") * leverage)

    def _schedule(self, name: str) -> Schedule:
        written = {key: self.optional(f"pressures.{name}.{key}") for key in SCHEDULE_FIELDS}
        return Schedule(**{key: value for key, value in written.items() if value is not None})

    def talk_boosts(self) -> list[Number]:
        """Return the factor on the agreement probability by day: 1 plus the boosts of the talks of that day."""
        table: list[Number] = [1.0] * self.horizon
        for name in self.scenario.talks:
            start, boost = self.value(f"talks.{name}.start"), self.value(f"talks.{name}.boost")
            written_end = self.optional(f"talks.{name}.end")
            end = start + 1 if written_end is None else written_end
            for day in range(self.horizon):
                held = np.logical_and(day >= np.asarray(start), day < np.asarray(end))
                table[day] = table[day] + number(boost * held)
        return table
