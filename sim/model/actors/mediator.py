"""A mediator: it speaks, appeals, offers. Its posture is engagement."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sim.model.actors.base import Actor, View
from sim.model.utility import engagement

if TYPE_CHECKING:
    from sim.model.arrays import Floats
    from sim.model.framework import Model
    from sim.model.setting import Setting


class Mediator(Actor):
    """Engages as bombing and the prospect of displacement grow."""

    role: ClassVar[str] = "mediator"
    posture_rate: ClassVar[float] = 0.1

    def __init__(self, crisis: Model, setting: Setting, name: str) -> None:
        super().__init__(crisis, setting, name)
        self._attention = self.field("attention")

    def target(self, view: View) -> Floats:
        """Engagement."""
        return engagement(self.salience, self._attention, view.bombing, view.looming)
