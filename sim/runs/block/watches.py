"""Watches of a play: counts of states, stances and postures; paths of chosen runs; postures for conditions.

Blocks that are played in one array are counted in one pass. An ensemble keeps the paths of a sample of its runs, from
which storylines are chosen; a replay keeps more detail on a few.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.runs.block.conditions import Condition, PostureAt
from sim.tallies import Counts, histograms

if TYPE_CHECKING:
    from sim.model.arrays import Bools, Days, Floats, Places
    from sim.model.crisis import Crisis
    from sim.model.theatre import Theatre

WEEK = 7
STANCE_BINS, POSTURE_BINS = 100, 50


@dataclass(frozen=True, eq=False)
class Paths:
    """Paths of some runs. In arrays of `days + 1` entries, entry n is the end of day n - 1 and entry 0 the start.

    Entries after the day that ends a run have no meaning.

    Attributes
    ----------
    stance, posture
        Float32, shape (days + 1, actors, runs), actors in file order.
    agreement
        Whether an agreement is in force, shape (days + 1, runs).
    incident, strike
        Whether there was one on the day, shape (days, runs).
    events
        Day on which each event of the scenario, in file order, happened; the horizon if it did not. Int16, shape
        (events, runs).
    """

    stance: Floats = field(repr=False)
    posture: Floats = field(repr=False)
    agreement: Bools = field(repr=False)
    incident: Bools = field(repr=False)
    strike: Bools = field(repr=False)
    events: Days = field(repr=False)

    @property
    def runs(self) -> int:
        """Number of runs."""
        return int(self.stance.shape[-1])

    def of(self, runs: Any) -> Paths:
        """Return the paths of some of these runs."""
        return Paths(*(getattr(self, name)[..., runs] for name in self.__dataclass_fields__))

    def until(self, days: int) -> Paths:
        """Return the paths of the first days."""
        ends = {name: getattr(self, name)[: days + 1] for name in ("stance", "posture", "agreement")}
        return Paths(**ends, incident=self.incident[:days], strike=self.strike[:days], events=self.events)


class StateWatch:
    """Counts states by day, and stances and postures by week, over the runs of each part that have not ended.

    Parameters
    ----------
    rows
        Runs of the play in each part, part after part.
    kept
        Which of these runs count.
    shape
        Numbers of runs of the play, days and actors.
    """

    def __init__(self, rows: Sequence[slice], kept: Sequence[Bools], shape: tuple[int, int, int]) -> None:
        runs, days, actors = shape
        parts, weeks = len(rows), days // WEEK + 1
        self._rows, self._kept = rows, kept
        self._part = np.full(runs, parts, dtype=np.float32)  # of each run; `parts` if it does not count
        for number, (row, counts) in enumerate(zip(rows, kept, strict=True)):
            self._part[row][counts] = number
        self._all = bool((self._part < parts).all())
        self._agreement = np.zeros((parts, days + 1), dtype=np.int64)
        self._stance = np.zeros((parts, actors, weeks, STANCE_BINS), dtype=np.int64)
        self._posture = np.zeros((parts, actors, weeks, POSTURE_BINS), dtype=np.int64)

    def start(self, crisis: Crisis) -> None:
        """Count the state before day 0."""
        self._count(crisis, 0)

    def day_end(self, crisis: Crisis) -> None:
        """Count the state at the end of a day, which is the state at the start of the next."""
        self._count(crisis, crisis.day + 1)

    def next_look(self, day: int) -> int:
        """Return the last day of the week."""
        return day + -(day + 1) % WEEK

    def counts(self, part: int, theatre: Theatre) -> dict[str, Counts]:
        """Return the counts of a part, keyed by name, given what has happened in its runs."""
        kept, agreement = self._kept[part], self._agreement[part]
        terms, offensive = (_by_day(days[kept], len(agreement)) for days in (theatre.terms, theatre.offensive))
        standoff = np.count_nonzero(kept) - agreement - terms - offensive
        states = np.stack([standoff, agreement, terms, offensive])
        return {"states": states, "stance": self._stance[part], "posture": self._posture[part]}

    def _count(self, crisis: Crisis, day: int) -> None:
        theatre, parts = crisis.theatre, len(self._rows)
        for back, in_force in enumerate(reversed(np.atleast_2d(crisis.in_force))):
            counted = in_force if self._all else in_force & (self._part < parts)
            self._agreement[:, day - back] = [np.count_nonzero(counted[row]) for row in self._rows]
        if day % WEEK == 0:
            part = np.where(theatre.ended, np.float32(parts), self._part)
            for index, actor in enumerate(crisis.actors):
                at = slice(None), index, day // WEEK
                self._stance[at] = histograms(actor.stance, (-1, 1), STANCE_BINS, part, parts)
                self._posture[at] = histograms(actor.posture, (0, 1), POSTURE_BINS, part, parts)


def _by_day(days: Days, horizon: int) -> Counts:
    """Count the runs in which something has happened before each day."""
    return np.cumsum(np.bincount(days + 1, minlength=horizon + 1))[:horizon].astype(np.int64)


class PathWatch:
    """Copies the paths of some runs of a block as it is played, each up to the day that ends it.

    Parameters
    ----------
    rows
        Places of the runs in the play.
    shape
        Numbers of days, actors and runs watched.
    events
        Events whose occurrence is recorded, including incident and strike.
    """

    def __init__(
        self, rows: Places, shape: tuple[int, int, int], events: tuple[str, ...] = ("incident", "strike")
    ) -> None:
        days, actors, runs = shape
        self.rows = rows
        self._stance = np.zeros((days + 1, actors, runs), dtype=np.float32)
        self._posture = np.zeros_like(self._stance)
        self._agreement = np.zeros((days + 1, runs), dtype=np.bool_)
        self._happened = {event: np.zeros((days, runs), dtype=np.bool_) for event in events}
        self._going = np.arange(runs)

    def start(self, crisis: Crisis) -> None:
        """Copy the state before day 0."""
        self._crisis = crisis
        self._copy(crisis, 0)

    def day_end(self, crisis: Crisis) -> None:
        """Copy the state at the end of a day, and the events of that day."""
        places = self._copy(crisis, crisis.day + 1)
        for event, table in self._happened.items():
            table[crisis.day, self._going] = crisis.happened[event][places]
        self._going = self._going[~crisis.theatre.ended[places]]

    def next_look(self, day: int) -> int:
        """Return every day."""
        return day

    def paths(self) -> Paths:
        """Return the paths."""
        incident, strike = self._happened["incident"], self._happened["strike"]
        theatre = self._crisis.theatre
        events = [theatre.firsts[name][self.rows] for name in theatre.events]
        days = np.array(events, dtype=np.int16).reshape(-1, self._agreement.shape[1])
        return Paths(self._stance, self._posture, self._agreement, incident, strike, days)

    def _copy(self, crisis: Crisis, entry: int) -> Places:
        """Copy the runs that have not ended; return their places in the arrays of the play."""
        places = self.rows[self._going]
        for number, actor in enumerate(crisis.actors):
            self._stance[entry, number, self._going] = actor.stance[places]
            self._posture[entry, number, self._going] = actor.posture[places]
        self._agreement[entry, self._going] = crisis.theatre.agreement[places]
        return places


class PostureWatch:
    """Records the postures of some actors at the end of some days.

    Parameters
    ----------
    conditions
        Conditions that need the postures.
    rows
        Rows of the runs in the play.
    """

    def __init__(self, conditions: Sequence[Condition], rows: slice) -> None:
        self._wanted = {(one.actor, one.day) for one in conditions if isinstance(one, PostureAt)}
        self._days = {day for _, day in self._wanted}
        self._rows = rows
        self.postures = {one: np.zeros(rows.stop - rows.start, dtype=np.float32) for one in self._wanted}

    def start(self, crisis: Crisis) -> None:
        """Do nothing: no posture is needed before the first day."""

    def day_end(self, crisis: Crisis) -> None:
        """Keep the postures needed of this day."""
        if crisis.day + 1 not in self._days:
            return
        for actor in crisis.actors:
            if (actor.name, crisis.day + 1) in self._wanted:
                self.postures[actor.name, crisis.day + 1][:] = actor.posture[self._rows]

    def next_look(self, day: int) -> int:
        """Return the next day of those wanted."""
        return min((one - 1 for one in self._days if one > day), default=sys.maxsize)
