"""A patron: the initiator leans on it. Its posture is backing, such as air support."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.model.actors.base import Actor
from sim.model.arrays import Floats
from sim.model.utility import patron_gain, quantal_response

if TYPE_CHECKING:
    from sim.model.crisis import Crisis


class Patron(Actor):
    """Backs more where attacks provoke it, less where guarantors would be lost or people flee."""

    posture_rate: ClassVar[float] = 0.08
    is_conditioned: ClassVar[bool] = True

    def __init__(self, crisis: Crisis, name: str) -> None:
        super().__init__(crisis, name)
        self.exposure = self.field("exposure")
        self._constant = crisis.parameter("patron_bias") + self.frailty - crisis.parameter("inertia")

    def connect(self) -> None:
        """Compute its stake in each guarantor."""
        super().connect()
        cost = self.crisis.parameter("rift_cost")
        self._rifts = [(g, cost * self.crisis.leverage(self.name, g.name)) for g in self.crisis.guarantors]
        self._humanitarian = self.crisis.parameter("humanitarian_cost") * self.exposure

    def gain(self) -> Floats:
        """Argument of the choice to back (section 4)."""
        theatre = self.crisis.theatre
        rift = sum((w * g.posture * np.maximum(-g.perceived, 0) for g, w in self._rifts), start=0.0)
        provocation = self.crisis.parameter("provocation_pull") * theatre.attacks
        humanitarian = self._humanitarian * self.crisis.looming()
        return patron_gain(self.stance, self.salience, provocation, rift, humanitarian) + (self._constant + self.condition)

    def target(self) -> Floats:
        """Backing; keeps the argument, which also drives the breakdown of an agreement."""
        self.argument = self.gain()
        return quantal_response(self.argument, self.crisis.parameter("precision"))
