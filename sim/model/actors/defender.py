"""A defender: it holds the ground. Its posture is provocation, the attacks it makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from sim.model.actors.base import Actor, View
from sim.model.arrays import Floats, Number, at_least
from sim.model.utility import provocation, quantal_response, terms_gain

if TYPE_CHECKING:
    import mesa

    from sim.model.setting import Setting


class Defender(Actor):
    """Provokes more under bombing, less where a guarantor that it depends on is present; yields where all is lost."""

    role: ClassVar[str] = "defender"
    posture_rate: ClassVar[float] = 0.2

    def __init__(self, crisis: mesa.Model, setting: Setting, name: str) -> None:
        super().__init__(crisis, setting, name)
        self._militancy = self.field("militancy")

    def connect(self, cast: Sequence[Actor]) -> None:
        """Take note of how far each guarantor can hold it back."""
        super().connect(cast)
        self._held_by = self.leverages(cast, "guarantor")

    def yields(self, win: Floats) -> Floats:
        """Will to accept terms of surrender, where the attack would win with some chance."""
        setting = self.setting
        gain = terms_gain(self.stance, self.salience, win, setting.parameter("terms_position"))
        return quantal_response(gain, setting.parameter("precision"))

    def target(self, view: View) -> Floats:
        """Provocation."""
        restrained: Number = 1.0
        for guarantor, leverage in self._held_by:
            restrained = restrained * at_least(1 - leverage * guarantor.posture, 0)
        return provocation(self._militancy, view.bombing, restrained)
