"""A stack: scenarios that differ in numbers only, played one below the other in one array.

A day costs about as much for a hundred runs as for a thousand, so several short plays cost least together. Numbers
that differ between the scenarios become one a run; they are then rounded where the model computes with them, not
before, so a run is that of its scenario played alone but for the last digit of float32.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.model.arrays import Floats, Number, over_runs
from sim.model.inputs import Draws, inputs_of
from sim.model.setting import Dice, Setting, Stream

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


def structure(scenario: Scenario) -> Hashable:
    """Return what scenarios must have in common to be stacked: all but the values of their inputs."""
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
class Stack(Setting):
    """The setting of several scenarios of one structure.

    Attributes
    ----------
    scenario
        The first, which stands for the structure of all.
    scenarios
        All, in the order in which their runs come.
    """

    scenarios: tuple[Scenario, ...] = ()

    @classmethod
    def of(cls, scenarios: Sequence[Scenario], draws: Sequence[Draws], dice: Dice) -> Stack:
        """Stack scenarios, the draws of the same runs of each, and the random numbers of those runs, which they share.

        Raises
        ------
        ValueError
            Where they differ in more than numbers.
        """
        if len(scenarios) > 1 and len({structure(one) for one in scenarios}) > 1:
            raise ValueError("expected scenarios that differ in numbers only")
        first, height = draws[0], len(draws)
        values = {path: _piled([one.values[path] for one in draws], first.runs) for path in first.values}
        whole = Draws(values, {}, height * first.runs, first.replicates)
        return cls(scenarios[0], whole, _SharedDice(dice.seed, dice.block, dice, height), scenarios=tuple(scenarios))

    def first_belief(self, name: str) -> tuple[Number, Number]:
        """Return mean and standard deviation of what others take an actor's stance to be before its first signal."""
        runs = self.runs // len(self.scenarios)
        means, sds = zip(*(Setting.first_belief(self._alone(one), name) for one in self.scenarios), strict=True)
        return _piled(means, runs), _piled(sds, runs)

    def _alone(self, scenario: Scenario) -> Setting:
        return Setting(scenario, self.draws, self.dice)


def _piled(values: Sequence[Number], runs: int) -> Number:
    """Return a number where all are the same one, else an array with the values of each for its runs."""
    first = values[0]
    if isinstance(first, float) and all(isinstance(one, float) and one == first for one in values):
        return first
    piled: Floats = np.concatenate([over_runs(one, runs) for one in values])
    return piled


@dataclass(frozen=True)
class _SharedDice(Dice):
    """The same chance for each scenario of a stack."""

    dice: Dice
    height: int

    def stream(self, owner: str, purpose: str) -> Stream:
        """Return the stream of one purpose, repeated for each scenario."""
        return _SharedStream(self.dice.stream(owner, purpose), self.height)


class _SharedStream:
    """A stream whose numbers are handed out to each scenario of a stack alike."""

    def __init__(self, stream: Stream, height: int) -> None:
        self._stream, self._height = stream, height

    def uniforms(self, out: Floats) -> Floats:
        """Return uniform numbers in [0, 1)."""
        rows = out.reshape(self._height, -1)
        rows[:] = self._stream.uniforms(rows[0])
        return out

    def normals(self, out: Floats) -> Floats:
        """Return standard normal numbers."""
        rows = out.reshape(self._height, -1)
        rows[:] = self._stream.normals(rows[0])
        return out
