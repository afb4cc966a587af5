"""Events: things that happen on a day, or may, and permanently shift a number of an actor or a tie."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from sim.compiled.functions import clip
from sim.compiled.rule import rule
from sim.model.over_runs import OverRuns
from sim.scenario.schema import TieEnds, field_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np

    from sim.model.arrays import Bools, Number
    from sim.model.setting import Setting
    from sim.model.theatre import Theatre
    from sim.scenario.scenario import Scenario

    Shift: TypeAlias = Callable[[Number], Number]
    """Shifts a number in the runs that an event hits today."""


@rule
def due(days: np.int16, day: float, ended: bool) -> bool:
    """Whether an event would come today in a run that has not ended."""
    return not (days < day or days > day or ended)


@rule
def following(hit: bool, first: np.int16, day: float) -> bool:
    """Whether an event comes that needs something to have happened on an earlier day."""
    return hit and not first >= day


@rule
def without(hit: bool, first: np.int16, day: float) -> bool:
    """Whether an event comes that needs something not to have happened on an earlier day."""
    return hit and not first < day


@rule
def shifted(value: float, hit: bool, add: float, low: float, high: float) -> float:
    """Return a number after an event today: clip(value + add, low, high) in the runs that it hits."""
    return clip(value + add, low, high) if hit else value


def targets(scenario: Scenario) -> Iterator[str]:
    """Yield the paths of the inputs that events shift."""
    for event in scenario.events.values():
        on = event.target
        yield f"ties.{on.source}.{on.target}" if isinstance(on, TieEnds) else f"actors.{on}.{event.field}"


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
        self._waits_for, self._forbids = event.waits_for, event.condition != event.waits_for

    def shift(self, hit: Bools) -> Shift:
        """Return the shift it makes in the runs that it hits."""
        return lambda value: shifted(value, hit, self._add, *self._range)

    def hits(self, theatre: Theatre, day: int) -> Bools:
        """Return in which runs it happens today.

        It needs the run to be still open, and its condition to have come, or not to have come, on an earlier day.
        """
        hit: Bools = due(self._days, day, theatre.ended)
        if self._waits_for is not None:
            hit = (without if self._forbids else following)(hit, theatre.firsts[self._waits_for], day)
        return hit
