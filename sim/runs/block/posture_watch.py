"""A `PostureWatch` keeps the postures that conditions look at, as a block is played."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.runs.block.conditions import Condition, PostureAt

if TYPE_CHECKING:
    from sim.model.arrays import Floats
    from sim.model.crisis import Crisis


class PostureWatch:
    """Looks at some actors at the end of some days.

    Parameters
    ----------
    conditions
        What they are looked at for.
    runs
        Runs of the block that count, from the first.
    """

    def __init__(self, conditions: Sequence[Condition], runs: int) -> None:
        self._wanted = {(one.actor, one.day) for one in conditions if isinstance(one, PostureAt)}
        self._runs = runs
        self.postures: dict[tuple[str, int], Floats] = {}

    def start(self, crisis: Crisis) -> None:
        """Nothing is looked at before the first day."""

    def day_end(self, crisis: Crisis) -> None:
        """Keep what is wanted of this day."""
        for actor in crisis.actors:
            if (actor.name, crisis.day + 1) in self._wanted:
                self.postures[actor.name, crisis.day + 1] = actor.posture[: self._runs].copy()
