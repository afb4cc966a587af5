"""Conditions: what can have been seen of a run by a day, such as strikes, an agreement, a posture above a level.

One thing serves two questions. As an indicator, a condition is counted in every block (`counts`); as what is
given, it decides which runs of a forecast count (`--given`). Those who look still wait for an end, so only runs in
which neither an offensive nor terms of surrender came by the condition's day meet it.
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
"""Events that are counted as indicators; terms of surrender end a future, so nothing can be given after them."""
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
"""What the posture of each role is called."""


@dataclass(frozen=True)
class Look:
    """What conditions look at, by run.

    Attributes
    ----------
    days
        Day of each first event, the horizon where it never came; by event, shape (runs,).
    postures
        Postures at the start of a day, by actor and day.
    """

    days: Mapping[str, npt.NDArray[np.int16]]
    postures: Mapping[tuple[str, int], npt.NDArray[np.float32]] = field(default_factory=dict)

    def waiting(self, day: int) -> Bools:
        """Whether neither an offensive nor terms of surrender came within `day` days."""
        return (self.days["offensive"] >= day) & (self.days["terms"] >= day)


class Condition(Protocol):
    """One thing seen or not seen within `day` days."""

    @property
    def day(self) -> int:
        """Days after which it is settled."""

    def waiting(self, look: Look) -> Bools:
        """Whether somebody who looks for it still waits for an end, by run."""

    def seen(self, look: Look) -> Bools:
        """Whether it holds, by run; of no meaning in runs with an offensive by its day."""

    def text(self, as_of: datetime.date) -> str:
        """Write it as `--given` takes it."""


@dataclass(frozen=True)
class EventBy:
    """A first event came within `day` days, or did not."""

    event: str
    day: int
    happened: bool = True

    def waiting(self, look: Look) -> Bools:
        """Whether somebody who looks for it still waits for an offensive; terms are themselves an end of waiting."""
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
    """A posture stood above a level at the end of the last of `day` days, or did not."""

    actor: str
    role: str
    level: float
    day: int
    above: bool = True

    def waiting(self, look: Look) -> Bools:
        """Whether somebody who looks for it still waits for an end."""
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
    """Return in which runs all conditions hold and no end has come by the last of their days."""
    met = look.waiting(max(one.day for one in conditions))
    for one in conditions:
        met = met & one.seen(look)
    return met


def last_date(as_of: datetime.date, day: int) -> datetime.date:
    """Return the last date of "within `day` days"."""
    return as_of + datetime.timedelta(days=day - 1)


def indicators_of(scenario: Scenario) -> tuple[EventBy | PostureAt, ...]:
    """Return what is worth watching for: events, and postures of those who attack or protect, by early days."""
    found: list[EventBy | PostureAt] = []
    for day in (day for day in DAYS if day < scenario.horizon):
        off = {"strikes": scenario.document.strikes, "terms": scenario.document.terms}
        found += [EventBy(event, day) for event in INDICATED if off.get(event) != "off"]
        for name, actor in scenario.actors.items():
            if actor.role in WATCHED:
                found += [PostureAt(name, actor.role, level, day) for level in LEVELS]
    return tuple(found)
