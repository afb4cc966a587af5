"""What every actor does: signal, perceive, deliberate, adjust its posture.

An `Actor` is a Mesa agent that stands for one actor in all runs of a block: its stance, its perceived stance and its
posture are arrays with one number a run. Within a phase all actors read what the phase before left: they decide
first, then commit together.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

import mesa
import numpy as np

from sim.model.arrays import Floats, Number
from sim.model.influence import deliberate, kalman_gain

if TYPE_CHECKING:
    from sim.model.crisis import Crisis


class Actor(mesa.Agent):  # type: ignore[misc]
    """One actor in all runs of a block.

    Attributes
    ----------
    name
        Its id in the scenario.
    stance, perceived, posture
        Float32, one a run: support for an offensive; what others take it to be; its material variable.
    condition
        What conditional pressures add to its payoff of acting today.
    """

    posture_rate: ClassVar[float]  # share of the way to its target that a posture goes in a day
    is_conditioned: ClassVar[bool] = False  # whether conditional pressures act on its choices

    def __init__(self, crisis: Crisis, name: str) -> None:
        super().__init__(crisis)
        self.crisis = crisis
        self.name = name
        self.resolve = self.field("resolve")
        self.salience = self.field("salience")
        self.ambiguity = self.field("ambiguity")
        self.strength = self.field("strength")
        self.conviction = crisis.whole(self.field("stance"))
        self.frailty = crisis.parameter("frailty") * self.field("frailty")
        prior = crisis.scenario_actor(name).stance
        self.stance = self.conviction.copy()
        self.perceived = crisis.whole(float(prior.mean))  # type: ignore[union-attr]
        self.variance: Number = max(float(prior.sd), 0.02) ** 2  # type: ignore[union-attr]
        self.posture = crisis.whole(self.field("posture"))
        self.condition: Number = 0.0
        self._noise = np.empty(crisis.runs, dtype=np.float32)
        self._signals = crisis.dice.stream(f"actors.{name}", "signal")
        self._wavering = crisis.dice.stream(f"actors.{name}", "deliberation")

    def field(self, key: str) -> Number:
        """Return one of its inputs."""
        return self.crisis.values[f"actors.{self.name}.{key}"]

    def connect(self) -> None:
        """Compute what stays the same all through: whom it listens to, and how much, once all actors exist."""
        leverage = {other.name: self.crisis.leverage(self.name, other.name) for other in self.crisis.actors}
        self._listens = [(self.crisis.actor(n), w) for n, w in leverage.items() if isinstance(w, np.ndarray) or w > 0]
        total = sum((w for _, w in self._listens), start=0.0)
        capped = np.minimum(total, 1.0)
        giving_way = (1 - self.resolve) * capped
        anchor = (1 - giving_way) * self.conviction
        safe = np.where(np.asarray(total) > 0, total, 1.0)
        self._anchor: Floats = np.asarray(anchor, dtype=np.float32)
        self._shares = [(other, self.crisis.number(giving_way * w / safe)) for other, w in self._listens]
        self._openness = self.crisis.parameter("press_effect") * (1 - self.resolve)
        mediators = self.crisis.mediators
        self._mediation = [(m, self.crisis.number(self._openness * w)) for m, w in self._listens if m in mediators]
        self._persuasion = self.crisis.pressures_on(self.name, "persuasion", self._openness)
        effect = self.crisis.parameter("condition_effect")
        self._conditions = self.crisis.pressures_on(self.name, "conditional", effect)

    def signal(self) -> None:
        """Phase 1: say in public where it stands, with noise."""
        self._signals.standard_normal(out=self._noise, dtype=np.float32)
        self._said = self.ambiguity * self._noise
        self._said += self.stance

    def perceive(self) -> None:
        """Phase 2: all others update what they take it to want."""
        gain, self.variance = kalman_gain(self.variance, self.ambiguity)
        self._said -= self.perceived
        self._said *= gain
        self.perceived += self._said

    def deliberate(self) -> None:
        """Phase 3: weigh conviction, others and pressure (Friedkin & Johnsen 1990)."""
        target = self._anchor.copy()
        for other, share in self._shares:
            target += share * other.perceived
        for weight, changes in self._persuasion:
            target += weight * changes[self.crisis.day]
        for mediator, weight in self._mediation:
            target += weight * mediator.posture * mediator.stance
        self._wavering.standard_normal(out=self._noise, dtype=np.float32)
        self._next_stance = deliberate(self.stance, target, self._noise)
        self.condition = sum((weight * changes[self.crisis.day] for weight, changes in self._conditions), start=0.0)

    def commit_stance(self) -> None:
        """End of phase 3."""
        self.stance = self._next_stance

    def adjust(self) -> None:
        """Phase 4: decide the posture it would take today."""
        self._step = self.target() - self.posture

    def commit_posture(self) -> None:
        """End of phase 4: go part of the way there."""
        self._step *= self.posture_rate
        self.posture += self._step

    @abstractmethod
    def target(self) -> Floats:
        """Posture it would take today (section 4), from yesterday's postures and theatre and today's stances."""
