"""Events: things that happen on a day, or may, and permanently shift a number of an actor or a tie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.leaving import OverRuns
from sim.scenario.schema import TieEnds, field_range

if TYPE_CHECKING:
    from sim.model.arrays import Bools, Floats, Number
    from sim.model.setting import Setting
    from sim.model.theatre import Theatre


class Shift:
    """The shift of a number by an event today: an amount added, within the number's range, in the runs it hits."""

    def __init__(self, hit: Bools, add: Number, low: float, high: float) -> None:
        self._hit, self._add, self._low, self._high = hit, add, low, high

    def __call__(self, value: Number) -> Floats:
        """Return the number after the event, float32 over the runs."""
        return self.other(np.clip(value + self._add, self._low, self._high), value)

    def other(self, new: Number, old: Number) -> Floats:
        """Return a value derived from the number: `new` in the runs that the event hits, `old` elsewhere."""
        return np.where(self._hit, new, old).astype(np.float32)


class Coming(OverRuns):
    """One event of a scenario in all runs of a block.

    Attributes
    ----------
    name
        Its id.
    target
        The actor whose number it shifts; for a tie, the actor at its far end.
    tie
        Path of the tie that it shifts; None if it shifts a field of an actor.
    field
        Name of the number it shifts.
    """

    def __init__(self, setting: Setting, name: str) -> None:
        event = setting.scenario.events[name]
        self.name, self.field, self._add = name, event.field, setting.value(f"events.{name}.add")
        on = event.target
        self.target = on.target if isinstance(on, TieEnds) else on
        self.tie = f"ties.{on.source}.{on.target}" if isinstance(on, TieEnds) else None
        self._range = (0.0, 1.0) if self.tie else field_range(type(setting.scenario.actors[self.target]), self.field)
        self._days = setting.event_days(name)
        self._due = frozenset(np.unique(self._days).tolist())
        self._waits_for, self._forbids = event.waits_for, event.condition != event.waits_for

    def shift(self, hit: Bools) -> Shift:
        """Return the shift it makes in the runs that it hits."""
        return Shift(hit, self._add, *self._range)

    def hits(self, theatre: Theatre, day: int) -> Bools | None:
        """Return in which runs it happens today; None if in none.

        It needs the run to be still open, and its condition to have come, or not to have come, on an earlier day.
        """
        if day not in self._due:
            return None
        hit: Bools = (self._days == day) & ~theatre.ended
        if self._waits_for is not None:
            hit &= (theatre.firsts[self._waits_for] < day) != self._forbids
        return hit if hit.any() else None
