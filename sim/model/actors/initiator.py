"""The initiator: it would launch the offensive. Its posture is readiness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import mesa

from sim.model.actors.base import Actor, View
from sim.model.arrays import Floats, Number, is_zero, total
from sim.model.setting import Setting
from sim.model.utility import contest_success, expected_backing, fear_of_defeat, initiator_gain, quantal_response


class Initiator(Actor):
    """Mobilises on the backing it expects; launches on the support it has."""

    role: ClassVar[str] = "initiator"
    posture_rate: ClassVar[float] = 0.05

    def __init__(self, crisis: mesa.Model, setting: Setting, name: str) -> None:
        super().__init__(crisis, setting, name)
        self._self_reliance = self.field("self_reliance")
        self._reliance = 1 - self._self_reliance
        self._fear = fear_of_defeat(setting.parameter("defeat_cost"), self.field("momentum"))
        self._constant = self.frailty - setting.parameter("inertia")
        self._contest = setting.parameter("contest")
        self._precision = setting.parameter("precision")

    def lean_on(self, shares: Sequence[tuple[Actor, Number]]) -> None:
        """Take note of the patrons and their shares of the backing."""
        self._shares = shares

    def supported_by(self, backing: Number) -> Floats:
        """Return what it can bring to bear with some backing: self_reliance + (1 - self_reliance) * backing."""
        return self.setting.filled(self._self_reliance + self._reliance * backing)

    def gain(self, support: Floats, defence: Floats) -> Floats:
        """Argument of the choice to attack with some support against some defence."""
        win = contest_success(self.strength * support, defence, self._contest)
        gain = initiator_gain(win, self.stance, self.salience, self._fear) + self._constant
        return gain if is_zero(self.condition) else gain + self.condition

    def target(self, view: View) -> Floats:
        """Readiness: the will to attack with the backing that the patrons' perceived stances promise."""
        promised = total(share * expected_backing(patron.perceived) for patron, share in self._shares)
        return quantal_response(self.gain(self.supported_by(promised), view.defence), self._precision)
