"""Conditions: what can be observed of a run by a day, such as strikes, an agreement, a posture above a level.

Conditions serve two purposes. As an indicator, a condition is counted in every block (`counts`); as a condition given,
it decides which runs of a forecast count (`--given`). An observer still waits for an end, so only runs with neither an
offensive nor terms of surrender by the condition's day meet it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Bools = npt.NDArray[np.bool_]
EVENTS = ("strikes", "agreement")
INDICATED = (*EVENTS, "terms")
"""Events that are counted as indicators; terms of surrender end a future, so no condition can follow them."""
LEVELS = (0.25, 0.5, 0.75)
DAYS = (14, 30)
WATCHED = ("initiator", "guarantor")
POSTURES = {
    "initiator": "readiness",
    "patron": "backing",
    "guarantor": "deterrence",
    "defender": "provocation",
    "mediator": "engagement",
}
"""Name of each role's posture."""


@dataclass(frozen=True)
class Look:
    """The observations that conditions are judged on, by run.

    Attributes
    ----------
    days
        Day of each first event, keyed by event, shape (runs,); the horizon if it never came.
    postures
        Postures at the start of a day, keyed by actor and day.
    """

    days: Mapping[str, npt.NDArray[np.int16]]
    postures: Mapping[tuple[str, int], npt.NDArray[np.float32]] = field(default_factory=dict)

    def waiting(self, day: int) -> Bools:
        """Whether neither an offensive nor terms of surrender came within `day` days."""
        return (self.days["offensive"] >= day) & (self.days["terms"] >= day)


class Condition(Protocol):
    """Something seen or not seen within `day` days."""

    @property
    def day(self) -> int:
        """Number of days after which it is settled."""

    def waiting(self, look: Look) -> Bools:
        """Whether an observer is still waiting for an end, by run."""

    def seen(self, look: Look) -> Bools:
        """Whether it holds, by run; meaningless in runs that have ended by its day."""

    def text(self, as_of: datetime.date) -> str:
        """Write it in the form that `--given` takes."""


@dataclass(frozen=True)
class EventBy:
    """A first event came within `day` days, or did not."""

    event: str
    day: int
    happened: bool = True

    def waiting(self, look: Look) -> Bools:
        """Whether an observer is still waiting for an offensive; terms themselves end the wait."""
        if self.event == "terms":
            before: Bools = look.days["offensive"] >= self.day
            return before
        return look.waiting(self.day)

    def seen(self, look: Look) -> Bools:
        """Whether it holds, by run."""
        came: Bools = look.days[self.event] < self.day
        return came if self.happened else ~came

    def text(self, as_of: datetime.date) -> str:
        """Write it as `strikes by 2018-09-04`."""
        return f"{'' if self.happened else 'no '}{self.event} by {last_date(as_of, self.day)}"


@dataclass(frozen=True)
class PostureAt:
    """A posture was above a level at the end of the last of `day` days, or was not."""

    actor: str
    role: str
    level: float
    day: int
    above: bool = True

    def waiting(self, look: Look) -> Bools:
        """Whether an observer is still waiting for an end."""
        return look.waiting(self.day)

    def seen(self, look: Look) -> Bools:
        """Whether it holds, by run."""
        higher: Bools = look.postures[self.actor, self.day] > np.float32(self.level)
        return higher if self.above else ~higher

    def text(self, as_of: datetime.date) -> str:
        """Write it as `turkey deterrence above 0.5 on 2018-09-02`."""
        side = "above" if self.above else "below"
        return f"{self.actor} {POSTURES[self.role]} {side} {self.level:g} on {last_date(as_of, self.day)}"


def all_met(conditions: Sequence[Condition], look: Look) -> Bools:
    """Return in which runs all conditions hold and no end has come by the latest of their days."""
    met = look.waiting(max(one.day for one in conditions))
    for one in conditions:
        met = met & one.seen(look)
    return met


def last_date(as_of: datetime.date, day: int) -> datetime.date:
    """Return the last date of "within `day` days"."""
    return as_of + datetime.timedelta(days=day - 1)


def indicators_of(scenario: Scenario) -> tuple[EventBy | PostureAt, ...]:
    """Return the conditions worth watching: events, and postures of those who attack or protect, on early days."""
    found: list[EventBy | PostureAt] = []
    for day in (day for day in DAYS if day < scenario.horizon):
        off = {"strikes": scenario.document.strikes, "terms": scenario.document.terms}
        found += [EventBy(event, day) for event in INDICATED if off.get(event) != "off"]
        for name, actor in scenario.actors.items():
            if actor.role in WATCHED:
                found += [PostureAt(name, actor.role, level, day) for level in LEVELS]
    return tuple(found)
