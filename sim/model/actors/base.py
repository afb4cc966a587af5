"""The behaviour common to all actors: signal, perceive, deliberate, adjust the posture.

An `Actor` is a Mesa agent that represents one actor in all runs of a block: its stance, perceived stance and posture
are arrays with one number per run. In each phase, all actors read the results of the previous phase: they decide first,
then commit together.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.model.arrays import Floats, Number, is_zero, number, total
from sim.model.chance import Daily
from sim.model.framework import Agent
from sim.model.influence import adjust, appeal, deliberate, perceive, plus, say
from sim.model.leaving import OverRuns
from sim.model.utility import rift_cost
from sim.rng import normal_quantiles

if TYPE_CHECKING:
    from sim.model.events import Shift
    from sim.model.framework import Model
    from sim.model.setting import Setting

LEAST_DOUBT = 0.02  # sd of what others take a stance to be, if a scenario gives it as one number


@dataclass(frozen=True)
class View:
    """The quantities that actors consult when they adjust their postures: yesterday's theatre, today's stances.

    Attributes
    ----------
    attacks, bombing
        State of the theatre.
    imminence, looming
        As given by yesterday's postures (section 4).
    defence
        Weight of the defence: yesterday's deterrence, today's stances of the defenders.
    """

    attacks: Floats
    bombing: Floats
    imminence: Floats
    looming: Floats
    defence: Floats


class Actor(OverRuns, Agent):  # type: ignore[misc]
    """One actor in all runs of a block.

    Attributes
    ----------
    name
        Its id in the scenario.
    stance, perceived, posture
        Float32, one per run: support for an offensive; what others believe it to be; its material variable.
    said
        Its public statement today: its stance with noise.
    held
        Whether its posture stays fixed at its initial value.
    condition
        Effect of conditional pressures on its payoff of acting today.
    """

    role: ClassVar[str]
    posture_rate: ClassVar[float]  # share of the gap to its target that a posture closes in a day

    def __init__(self, crisis: Model, setting: Setting, name: str) -> None:
        super().__init__(crisis)
        self.setting = setting
        self.name = name
        self.resolve = self.field("resolve")
        self.salience = self.field("salience")
        self.ambiguity = self.field("ambiguity")
        self.strength = self.field("strength")
        self.frailty = setting.parameter("frailty") * self.field("frailty")
        self.conviction = setting.whole(self.field("stance"))
        self.stance = self.conviction.copy()
        mean, sd = setting.first_belief(name)
        self.perceived = setting.whole(mean)
        self.variance: Number = np.square(np.maximum(sd, np.float32(LEAST_DOUBT)))
        self.posture = setting.whole(self.field("posture"))
        self.held = bool(setting.scenario.actors[name].held)
        self.condition: Number = 0.0
        self.said: Floats = self.stance
        self._signals, self._wavering = (
            Daily(setting.dice.stream(f"actors.{name}", purpose), setting.horizon, setting.runs, normal_quantiles())
            for purpose in ("signal", "deliberation")
        )

    def field(self, key: str) -> Number:
        """Return one of its inputs by key."""
        return self.setting.value(f"actors.{self.name}.{key}")

    def connect(self, cast: Sequence[Actor]) -> None:
        """Compute, once all actors exist, whose signals it listens to and how much; these stay fixed."""
        setting = self.setting
        heard = self.leverages(cast)
        whole = total(leverage for _, leverage in heard)
        giving_way = (1 - self.resolve) * np.minimum(whole, 1)
        share = giving_way / np.where(np.asarray(whole) > 0, whole, 1)
        self._keeping = 1 - giving_way
        self._anchor = setting.whole(self._keeping * self.conviction)
        self._heard = [(other, number(share * leverage)) for other, leverage in heard]
        openness = setting.parameter("press_effect") * (1 - self.resolve)
        self._mediators = [
            (other, number(openness * leverage)) for other, leverage in heard if other.role == "mediator"
        ]
        self._persuasion = setting.pressures_on(self.name, "persuasion", openness)
        self._conditions = setting.pressures_on(self.name, "conditional", setting.parameter("condition_effect"))

    def leverages(self, cast: Sequence[Actor], role: str | None = None) -> list[tuple[Actor, Number]]:
        """Return the actors with leverage over it, and how much; only those of one role if given."""
        sources = [other for other in cast if role is None or other.role == role]
        pairs = [(other, self.setting.leverage(self.name, other.name)) for other in sources]
        return [(other, leverage) for other, leverage in pairs if not is_zero(leverage)]

    def rifts(self, cast: Sequence[Actor]) -> list[tuple[Actor, Number]]:
        """Return the guarantors with leverage over it, each with the cost of a rift with it at full deterrence."""
        cost = self.setting.parameter("rift_cost")
        return [(one, number(cost * leverage)) for one, leverage in self.leverages(cast, "guarantor")]

    def cost_of(self, rifts: Sequence[tuple[Actor, Number]]) -> Number:
        """Return the cost of rifts with guarantors today."""
        return total(rift_cost(cost, one.posture, one.perceived) for one, cost in rifts)

    def shift(self, key: str, shifted: Shift) -> None:
        """Let an event shift one of its numbers; a stance shifts together with the conviction it reverts to."""
        for name in ("stance", "conviction") if key == "stance" else (key,):
            setattr(self, name, shifted(getattr(self, name)))
        if key == "stance":
            self._anchor = self.setting.whole(self._keeping * self.conviction)

    def signal(self) -> None:
        """Phase 1: state its stance in public, with noise."""
        self.said = say(self.stance, self.ambiguity, self._signals.numbers())

    def perceive(self) -> None:
        """Phase 2: all others update their belief about its stance."""
        self.perceived, self.variance = perceive(self.perceived, self.variance, self.said, self.ambiguity)

    def deliberate(self, day: int) -> None:
        """Phase 3: weigh conviction, others and pressure (Friedkin & Johnsen 1990)."""
        target: Floats = self._anchor
        for other, share in self._heard:
            target = plus(target, share, other.perceived)
        for pressure in self._persuasion:
            target = plus(target, pressure.weight, pressure.change(day))
        for mediator, weight in self._mediators:
            target = appeal(target, weight, mediator.posture, mediator.stance)
        self._next_stance = deliberate(self.stance, target, self._wavering.numbers())
        self.condition = total(pressure.weight * pressure.change(day) for pressure in self._conditions)

    def commit_stance(self) -> None:
        """End of phase 3: adopt the new stance."""
        self.stance = self._next_stance

    def adjust(self, view: View) -> None:
        """Phase 4: decide how far to move its posture."""
        self._next_posture = adjust(self.posture, self.target(view), self.posture_rate)

    def commit_posture(self) -> None:
        """End of phase 4: adopt the new posture, unless its posture is held."""
        if not self.held:
            self.posture = self._next_posture

    @abstractmethod
    def target(self, view: View) -> Floats:
        """Return the posture it would choose today (section 4)."""
