"""A mediator: it speaks, appeals, offers. Its posture is engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.model.actors.base import Actor
from sim.model.arrays import Floats
from sim.model.utility import engagement

if TYPE_CHECKING:
    from sim.model.crisis import Crisis


class Mediator(Actor):
    """Engages as bombing and the prospect of displacement grow."""

    posture_rate: ClassVar[float] = 0.1

    def __init__(self, crisis: Crisis, name: str) -> None:
        super().__init__(crisis, name)
        self.attention = self.field("attention")

    def target(self) -> Floats:
        """Engagement."""
        return engagement(self.salience, self.attention, self.crisis.theatre.bombing, self.crisis.looming())
