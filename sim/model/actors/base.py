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

from sim.model.arrays import Floats, Number, is_zero
from sim.model.chance import Daily
from sim.model.framework import Agent
from sim.model.influence import adjust, appeal, deliberate, giving_way, per_leverage, say
from sim.model.over_runs import OverRuns
from sim.model.perception import Gain, perceive
from sim.model.sums import plus, product, rest, total
from sim.model.utility import rift_cost
from sim.rng import normal_quantiles

if TYPE_CHECKING:
    from sim.model.events import Shift
    from sim.model.framework import Model
    from sim.model.setting import Setting


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
        self._gain = Gain(sd, self.ambiguity, setting.horizon)
        self.posture = setting.whole(self.field("posture"))
        self.held = bool(setting.scenario.actors[name].held)
        self.condition: Number = 0.0
        self.said = self.stance.copy()
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
        following = giving_way(self.resolve, whole)
        share = per_leverage(following, whole)
        self._keeping = rest(following)
        self._anchor = product(self.conviction, self._keeping)
        self._heard = [(other, product(share, leverage)) for other, leverage in heard]
        openness = product(setting.parameter("press_effect"), rest(self.resolve))
        self._mediators = [
            (other, product(openness, leverage)) for other, leverage in heard if other.role == "mediator"
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
        return [(one, product(cost, leverage)) for one, leverage in self.leverages(cast, "guarantor")]

    def cost_of(self, rifts: Sequence[tuple[Actor, Number]]) -> Number:
        """Return the cost of rifts with guarantors today."""
        whole: Number = 0.0
        for one, cost in rifts:
            whole = rift_cost(whole, cost, one.posture, one.perceived)
        return whole

    def shift(self, key: str, shifted: Shift) -> None:
        """Let an event shift one of its numbers; a stance shifts together with the conviction it reverts to."""
        for name in ("stance", "conviction") if key == "stance" else (key,):
            setattr(self, name, shifted(getattr(self, name)))
        if key == "stance":
            self._anchor = product(self.conviction, self._keeping)

    def signal(self, day: int) -> None:
        """Phase 1: state its stance in public, with noise."""
        self.said = say(self.stance, self.ambiguity, self._signals.on(day))

    def perceive(self, day: int) -> None:
        """Phase 2: all others update their belief about its stance."""
        self.perceived = perceive(self.perceived, self._gain.on(day), self.said)

    def deliberate(self, day: int) -> None:
        """Phase 3: weigh conviction, others and pressure (Friedkin & Johnsen 1990)."""
        target: Floats = self._anchor
        for other, share in self._heard:
            target = plus(target, share, other.perceived)
        for pressure in self._persuasion:
            target = plus(target, pressure.weight, pressure.change(day))
        for mediator, weight in self._mediators:
            target = appeal(target, weight, mediator.posture, mediator.stance)
        self._next_stance = deliberate(self.stance, target, self._wavering.on(day))
        self.condition = 0.0
        for pressure in self._conditions:
            self.condition = plus(self.condition, pressure.weight, pressure.change(day))

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
