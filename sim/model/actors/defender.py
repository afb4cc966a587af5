"""A defender: it holds the ground. Its posture is provocation, the attacks it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from sim.compiled.rule import rule
from sim.model.actors.base import Actor, View
from sim.model.utility import provocation, quantal_response, restraint, terms_gain

if TYPE_CHECKING:
    from sim.model.arrays import Floats, Number
    from sim.model.framework import Model
    from sim.model.setting import Setting


@rule
def will_to_yield(stance: float, salience: float, win: float, position: float, precision: float) -> float:
    """Will to accept terms of surrender, given the attack's chance to win."""
    return quantal_response(terms_gain(stance, salience, win, position), precision)


class Defender(Actor):
    """Provokes more under bombing, less if a guarantor it depends on is present; yields when all is lost."""

    role: ClassVar[str] = "defender"
    posture_rate: ClassVar[float] = 0.2

    def __init__(self, crisis: Model, setting: Setting, name: str) -> None:
        super().__init__(crisis, setting, name)
        self._militancy = self.field("militancy")
        self._terms, self._precision = setting.parameter("terms_position"), setting.parameter("precision")

    def connect(self, cast: Sequence[Actor]) -> None:
        """Compute how far each guarantor can restrain it."""
        super().connect(cast)
        self._held_by = self.leverages(cast, "guarantor")

    def yields(self, win: Floats) -> Floats:
        """Return its will to accept terms of surrender, given the attack's chance to win."""
        return will_to_yield(self.stance, self.salience, win, self._terms, self._precision)

    def target(self, view: View) -> Floats:
        """Provocation."""
        restrained: Number = 1.0
        for guarantor, leverage in self._held_by:
            restrained = restraint(restrained, leverage, guarantor.posture)
        return provocation(self._militancy, view.bombing, restrained)
