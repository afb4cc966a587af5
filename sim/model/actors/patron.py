"""A patron: the initiator leans on it. Its posture is backing, such as air support."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from sim.model.actors.base import Actor, View, rift_cost
from sim.model.utility import patron_gain, quantal_response

if TYPE_CHECKING:
    import mesa

    from sim.model.arrays import Floats
    from sim.model.setting import Setting


class Patron(Actor):
    """Backs more where attacks provoke it, less where guarantors would be lost or people flee.

    Attributes
    ----------
    argument
        Argument of its last choice; under an agreement that it concluded it also drives the breakdown.
    """

    role: ClassVar[str] = "patron"
    posture_rate: ClassVar[float] = 0.08

    def __init__(self, crisis: mesa.Model, setting: Setting, name: str) -> None:
        super().__init__(crisis, setting, name)
        self._constant = setting.parameter("patron_bias") + self.frailty - setting.parameter("inertia")
        self._pull = setting.parameter("provocation_pull")
        self._humanitarian = setting.parameter("humanitarian_cost") * self.field("exposure")
        self._precision = setting.parameter("precision")

    def connect(self, cast: Sequence[Actor]) -> None:
        """Compute what a rift with each guarantor would cost."""
        super().connect(cast)
        self._rifts = self.rifts(cast)

    def target(self, view: View) -> Floats:
        """Backing."""
        provocation, humanitarian = self._pull * view.attacks, self._humanitarian * view.looming
        gain = patron_gain(self.stance, self.salience, provocation, rift_cost(self._rifts), humanitarian)
        self.argument = gain + (self._constant + self.condition)
        return quantal_response(self.argument, self._precision)
