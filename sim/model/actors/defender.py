"""A defender: it holds the ground. Its posture is provocation, the attacks it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from sim.model.actors.base import Actor
from sim.model.arrays import Floats, Number
from sim.model.utility import provocation

if TYPE_CHECKING:
    from sim.model.crisis import Crisis


class Defender(Actor):
    """Provokes more under bombing, less where a guarantor that it depends on is present."""

    posture_rate: ClassVar[float] = 0.2

    def __init__(self, crisis: Crisis, name: str) -> None:
        super().__init__(crisis, name)
        self.militancy = self.field("militancy")

    def connect(self) -> None:
        """Compute how far each guarantor can hold it back."""
        super().connect()
        self._held_by = [(g, self.crisis.leverage(self.name, g.name)) for g in self.crisis.guarantors]

    def target(self) -> Floats:
        """Provocation."""
        restrained: Number = 1.0
        for guarantor, leverage in self._held_by:
            if isinstance(leverage, np.ndarray) or leverage > 0:
                restrained = restrained * np.maximum(1 - leverage * guarantor.posture, 0)
        return provocation(self.militancy, self.crisis.theatre.bombing, restrained)
