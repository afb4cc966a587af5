"""A guarantor: it protects the defenders. Its posture is deterrence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.model.actors.base import Actor
from sim.model.arrays import Floats
from sim.model.utility import guarantor_gain, quantal_response

if TYPE_CHECKING:
    from sim.model.crisis import Crisis


class Guarantor(Actor):
    """Deters more as an offensive nears, less where that means a clash with patrons bent on it."""

    posture_rate: ClassVar[float] = 0.08
    is_conditioned: ClassVar[bool] = True

    def __init__(self, crisis: Crisis, name: str) -> None:
        super().__init__(crisis, name)
        self.air_denial = self.field("air_denial")
        self.troops = crisis.parameter("troop_weight") * self.strength
        self._constant = crisis.parameter("guarantor_bias") + self.frailty - crisis.parameter("inertia")

    def connect(self) -> None:
        """Compute its stake in each patron."""
        super().connect()
        cost = self.crisis.parameter("clash_cost")
        self._clashes = [(p, cost * self.crisis.leverage(self.name, p.name)) for p in self.crisis.patrons]

    def target(self) -> Floats:
        """Deterrence: salience times the will to deter."""
        clash = sum((w * np.maximum(p.perceived, 0) for p, w in self._clashes), start=0.0)
        argument = guarantor_gain(self.stance, self.crisis.imminence, clash) + (self._constant - self.condition)
        return self.salience * quantal_response(argument, self.crisis.parameter("precision"))
