"""A patron: the initiator relies on it. Its posture is backing, such as air support."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from sim.compiled.rule import rule
from sim.model.actors.base import Actor, View
from sim.model.utility import patron_gain, quantal_response

if TYPE_CHECKING:
    from sim.model.arrays import Floats
    from sim.model.framework import Model
    from sim.model.setting import Setting


@rule
def backing(
    stance: float,
    salience: float,
    pull: float,
    attacks: float,
    rift: float,
    humanitarian: float,
    looming: float,
    constant: float,
    condition: float,
    precision: float,
) -> tuple[float, float]:
    """Return the argument of the choice to back, which is gain plus conditional pressures, and the will to back."""
    gain = patron_gain(stance, salience, pull * attacks, rift, humanitarian * looming)
    argument = gain + constant + condition
    return argument, quantal_response(argument, precision)


class Patron(Actor):
    """Backs more if attacks provoke it, less if it would lose guarantors or people flee.

    Attributes
    ----------
    argument
        Argument of its latest choice; under an agreement that it concluded, it also drives the breakdown.
    """

    role: ClassVar[str] = "patron"
    posture_rate: ClassVar[float] = 0.08

    def __init__(self, crisis: Model, setting: Setting, name: str) -> None:
        super().__init__(crisis, setting, name)
        self._constant = setting.parameter("patron_bias") + self.frailty - setting.parameter("inertia")
        self._pull = setting.parameter("provocation_pull")
        self._humanitarian = setting.parameter("humanitarian_cost") * self.field("exposure")
        self._precision = setting.parameter("precision")

    def connect(self, cast: Sequence[Actor]) -> None:
        """Compute the cost of a rift with each guarantor."""
        super().connect(cast)
        self._rifts = self.rifts(cast)

    def target(self, view: View) -> Floats:
        """Backing."""
        rift = self.cost_of(self._rifts)
        seen = self._pull, view.attacks, rift, self._humanitarian, view.looming
        own = self._constant, self.condition, self._precision
        self.argument, target = backing(self.stance, self.salience, *seen, *own)
        return target
