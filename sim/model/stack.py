"""A stack: blocks of scenarios that differ in numbers only, stacked and played in one array.

A play has a cost of its own, however few its runs, so the cells of a sweep, which are short, are cheapest played
together; whole blocks gain nothing. Each run equals, to the last digit, the same run of its
block played alone: numbers are float32, single or per run (`sim.model.arrays`), and runs never look at each other.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from sim.model.arrays import Floats, Number, is_one, over_runs
from sim.model.chance import Dice, Stream
from sim.model.inputs import Draws, inputs_of
from sim.model.setting import Setting

if TYPE_CHECKING:
    from sim.model.chance import Bits
    from sim.scenario.scenario import Scenario


def structure(scenario: Scenario) -> Hashable:
    """Return the part of a scenario that must be equal for stacking: all but the values of its inputs."""
    return (
        scenario.horizon,
        scenario.document.start.phase,
        scenario.document.strikes == "off",
        scenario.document.terms,
        scenario.principal,
        scenario.counterpart,
        tuple((name, actor.role, actor.held) for name, actor in scenario.actors.items()),
        tuple(
            (name, one.source, one.target, one.aim, one.channel, one.after) for name, one in scenario.pressures.items()
        ),
        tuple((name, one.target, one.field, one.condition) for name, one in scenario.events.items()),
        tuple(one.path for one in inputs_of(scenario)),
    )


@dataclass(frozen=True)
class Member:
    """A member of a stack: a scenario, the draws of its runs, and their chance: that of a block or its first runs."""

    scenario: Scenario
    draws: Draws
    dice: Dice

    @property
    def runs(self) -> int:
        """Number of its runs."""
        return self.draws.runs


@dataclass(frozen=True)
class Stack(Setting):
    """The setting of several members of one structure; `scenario` is that of the first.

    Attributes
    ----------
    members
        All members, in the order of their runs.
    """

    members: tuple[Member, ...] = ()

    @classmethod
    def of(cls, members: Sequence[Member]) -> Stack:
        """Stack members; members with the dice of the first runs of the same block share its random numbers.

        Raises
        ------
        ValueError
            If their scenarios differ in more than numbers.
        """
        scenarios = {id(one.scenario): one.scenario for one in members}
        if len(scenarios) > 1 and len({structure(one) for one in scenarios.values()}) > 1:
            raise ValueError("expected scenarios that differ in numbers only")
        first, runs = members[0], [one.runs for one in members]
        values = {path: _piled([one.draws.values[path] for one in members], runs) for path in first.draws.values}
        whole = Draws(values, {}, sum(runs), first.draws.replicates)
        dice = _SharedDice(first.dice.seed, first.dice.block, tuple(members))
        return cls(first.scenario, whole, dice, members=tuple(members))

    def first_belief(self, name: str) -> tuple[Number, Number]:
        """Return mean and standard deviation of others' belief about an actor's stance before its first signal."""
        own = [Setting(one.scenario, one.draws, one.dice).first_belief(name) for one in self.members]
        means, sds = zip(*own, strict=True)
        runs = [one.runs for one in self.members]
        return _piled(means, runs), _piled(sds, runs)


def _piled(values: Sequence[Number], runs: Sequence[int]) -> Number:
    """Return a single number if all values are the same one, else an array with each member's values for its runs."""
    first = values[0]
    if is_one(first) and all(is_one(one) and one == first for one in values):
        return first
    piled: Floats = np.concatenate([over_runs(one, number) for one, number in zip(values, runs, strict=True)])
    return piled


@dataclass(frozen=True)
class _SharedDice(Dice):
    """The chance of each member of a stack, drawn once for all members that share it."""

    members: tuple[Member, ...]

    def stream(self, owner: str, purpose: str) -> Stream:
        """Return the stacked streams of one purpose."""
        return _SharedStream(self._places(), owner, purpose)

    def _places(self) -> list[tuple[Dice, list[slice]]]:
        """Return the dice of each block with the rows that share it, longest first."""
        places: dict[tuple[int, int], tuple[Dice, list[slice]]] = {}
        starts = accumulate((one.runs for one in self.members), initial=0)
        for one, start in sorted(zip(self.members, starts, strict=False), key=lambda pair: -pair[0].runs):
            _, rows = places.setdefault((one.dice.seed, one.dice.block), (one.dice, []))
            rows.append(slice(start, start + one.runs))
        return list(places.values())


class _SharedStream:
    """The streams of several blocks, each copied to all the rows that share it."""

    def __init__(self, places: Sequence[tuple[Dice, list[slice]]], owner: str, purpose: str) -> None:
        self._streams = [(dice.stream(owner, purpose), rows) for dice, rows in places]

    def fill(self, out: Bits) -> None:
        """Fill an array with the bits of the next days."""
        for stream, (longest, *others) in self._streams:
            drawn = out[:, longest]
            stream.fill(drawn)
            for rows in others:
                out[:, rows] = drawn[:, : rows.stop - rows.start]
