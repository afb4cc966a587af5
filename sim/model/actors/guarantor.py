"""A guarantor: it protects the defenders. Its posture is deterrence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from sim.compiled.rule import rule
from sim.model.actors.base import Actor, View
from sim.model.sums import product
from sim.model.utility import clash_cost, guarantor_gain, quantal_response

if TYPE_CHECKING:
    from sim.model.arrays import Floats, Number
    from sim.model.events import Shift
    from sim.model.framework import Model
    from sim.model.setting import Setting


@rule
def deterrence(
    stance: float, salience: float, imminence: float, clash: float, constant: float, condition: float, precision: float
) -> float:
    """Target of a guarantor: salience times the will to deter, by its gain less conditional pressures."""
    return salience * quantal_response(guarantor_gain(stance, imminence, clash) + constant - condition, precision)


class Guarantor(Actor):
    """Deters more as an offensive nears, less if that means a clash with patrons bent on it.

    Attributes
    ----------
    air_denial
        How far its air defences can blunt the backing, at full deterrence.
    troops
        Weight of its troops in the defence, at full deterrence.
    """

    role: ClassVar[str] = "guarantor"
    posture_rate: ClassVar[float] = 0.08

    def __init__(self, crisis: Model, setting: Setting, name: str) -> None:
        super().__init__(crisis, setting, name)
        self.air_denial = self.field("air_denial")
        self.troops: Number = setting.parameter("troop_weight") * self.strength
        self._constant = setting.parameter("guarantor_bias") + self.frailty - setting.parameter("inertia")
        self._precision = setting.parameter("precision")

    def connect(self, cast: Sequence[Actor]) -> None:
        """Compute the cost of a clash with each patron."""
        super().connect(cast)
        cost = self.setting.parameter("clash_cost")
        self._clashes = [(p, product(cost, leverage)) for p, leverage in self.leverages(cast, "patron")]

    def shift(self, key: str, shifted: Shift) -> None:
        """Let an event shift one of its numbers; the weight of its troops follows its strength."""
        super().shift(key, shifted)
        if key == "strength":
            self.troops = product(self.setting.parameter("troop_weight"), self.strength)

    def target(self, view: View) -> Floats:
        """Deterrence: salience times the will to deter."""
        clash: Number = 0.0
        for patron, cost in self._clashes:
            clash = clash_cost(clash, cost, patron.perceived)
        own = self._constant, self.condition, self._precision
        return deterrence(self.stance, self.salience, view.imminence, clash, *own)
