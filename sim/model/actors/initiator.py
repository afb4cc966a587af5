"""The initiator: it would launch the offensive. Its posture is readiness."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.model.actors.base import Actor
from sim.model.arrays import Floats, Number
from sim.model.utility import contest_success, expected_backing, fear_of_defeat, initiator_gain, quantal_response

if TYPE_CHECKING:
    from sim.model.crisis import Crisis


class Initiator(Actor):
    """Mobilises on the backing it expects; launches on the support it has."""

    posture_rate: ClassVar[float] = 0.05
    is_conditioned: ClassVar[bool] = True

    def __init__(self, crisis: Crisis, name: str) -> None:
        super().__init__(crisis, name)
        self._self_reliance = self.field("self_reliance")
        self._reliance = 1 - self._self_reliance
        self._fear = fear_of_defeat(crisis.parameter("defeat_cost"), self.field("momentum"))
        self._constant = self.frailty - crisis.parameter("inertia")

    def supported_by(self, backing: Number) -> Number:
        """What it can bring to bear with some backing: self_reliance + (1 - self_reliance) * backing."""
        return self._self_reliance + self._reliance * backing

    def gain(self, support: Number, defence: Floats) -> Floats:
        """Argument of the choice to attack at some support."""
        crisis = self.crisis
        attack = crisis.whole(self.strength * support)
        win = contest_success(attack, defence, crisis.parameter("contest"))
        return initiator_gain(win, self.stance, self.salience, self._fear) + self._constant + self.condition

    def will(self, support: Number, defence: Floats) -> Floats:
        """Probability of choosing to attack at some support."""
        return quantal_response(self.gain(support, defence), self.crisis.parameter("precision"))

    def target(self) -> Floats:
        """Readiness: the will to attack with the backing that patrons' perceived stances promise."""
        promised = sum((share * expected_backing(p.perceived) for p, share in self.crisis.shares), start=0.0)
        return self.will(self.supported_by(promised), self.crisis.defence())
