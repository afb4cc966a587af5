"""The initiator: it would launch the offensive. Its posture is readiness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from sim.compiled.rule import rule
from sim.model.actors.base import Actor, View
from sim.model.sums import rest
from sim.model.utility import (
    commitment_problem,
    contest_success,
    fear_of_defeat,
    initiator_gain,
    promise,
    quantal_response,
)

if TYPE_CHECKING:
    from sim.model.arrays import Floats, Number
    from sim.model.events import Shift
    from sim.model.framework import Model
    from sim.model.setting import Setting


@rule
def support(self_reliance: float, reliance: float, backing: float, let_through: float) -> float:
    """Return the support it can muster: self_reliance + (1 - self_reliance) * backing that guarantors let through."""
    return self_reliance + reliance * (backing * let_through)


@rule
def attack(
    support: float,
    defence: float,
    strength: float,
    decisiveness: float,
    stance: float,
    salience: float,
    fear: float,
    constant: float,
    condition: float,
    rift: float,
    precision: float,
) -> tuple[float, float, float]:
    """Return the chance that an attack wins, the argument of the choice to attack, and the will to attack.

    The argument is the gain plus conditional pressures, less the cost of a rift.
    """
    win = contest_success(strength * support, defence, decisiveness)
    argument = initiator_gain(win, stance, salience, fear) + constant + condition - rift
    return win, argument, quantal_response(argument, precision)


class Initiator(Actor):
    """Mobilises on the backing it expects; launches on the support it has, if it is willing.

    Attributes
    ----------
    self_reliance
        What it can do without backing.
    disposition
        Uniform on [0, 1], one per draw: it is willing on days when the will to attack exceeds this number.
    """

    role: ClassVar[str] = "initiator"
    posture_rate: ClassVar[float] = 0.05

    def __init__(self, crisis: Model, setting: Setting, name: str) -> None:
        super().__init__(crisis, setting, name)
        self.self_reliance = setting.whole(self.field("self_reliance"))  # over the runs, as support is even of nobody
        self._reliance = 1 - self.self_reliance
        self._fear = fear_of_defeat(setting.parameter("defeat_cost"), self.field("momentum"))
        distrust = commitment_problem(setting.parameter("commit_effect"), setting.value("credibility"))
        self._constant = distrust + self.frailty - setting.parameter("inertia")
        self.disposition = self.field("disposition")
        self._contest = setting.parameter("contest")
        self._precision = setting.parameter("precision")

    def connect(self, cast: Sequence[Actor]) -> None:
        """Compute the cost of a rift with each guarantor."""
        super().connect(cast)
        self._rifts = self.rifts(cast)

    def lean_on(self, shares: Sequence[tuple[Actor, Number]]) -> None:
        """Set the patrons and their shares of the backing."""
        self._shares = shares

    def supported_by(self, backing: Number, let_through: Number = 1.0) -> Floats:
        """Return the support it can muster with some backing, of which guarantors let a share through."""
        return support(self.self_reliance, self._reliance, backing, let_through)

    def weigh(self, support: Floats, defence: Floats) -> tuple[Floats, Floats, Floats]:
        """Weigh an attack with this support against this defence.

        Returns the chance that it wins, the argument of the choice, and the share of dispositions that would attack.
        """
        rift = self.cost_of(self._rifts)
        own = self.strength, self._contest, self.stance, self.salience, self._fear, self._constant, self.condition
        return attack(support, defence, *own, rift, self._precision)

    def shift(self, key: str, shifted: Shift) -> None:
        """Let an event shift one of its numbers; reliance on backing follows its self-reliance."""
        super().shift(key, shifted)
        if key == "self_reliance":
            self._reliance = rest(self.self_reliance)

    def target(self, view: View) -> Floats:
        """Readiness: the will to attack with the backing that the patrons' perceived stances promise."""
        promised: Number = 0.0
        for patron, share in self._shares:
            promised = promise(promised, share, patron.perceived)
        _, _, will = self.weigh(self.supported_by(promised), view.defence)
        return will
