"""The course of a run: the turning points of its path, as plain values that a report puts into sentences.

A turning point is a fact of the path: a first day of heavy bombing, a posture that passes one half, a stance that
changes sides, a change of phase. Rank alone decides which ones are kept; nothing here claims that one caused another.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.runs.block.blocks import END_STATES, last_days
from sim.wording import heading

if TYPE_CHECKING:
    from sim.runs.block.watches import Paths
    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import Event

HALF, POSTURE_MARGIN = 0.5, 0.05
STANCE_MARGIN = 0.1
"""How far a posture or stance must move beyond a level to have passed it: a wobble is not a turning point."""
WEEK, HEAVY = 7, 3
"""This many strikes within a week make the first week of sustained bombing."""
MOST, LEAST = 10, 2
LEADING = ("initiator", "patron", "guarantor")
MOST_LEADING = 5
RANKS = {
    "limited": 0, "full": 0, "terms": 0, "agreement": 1, "breakdown": 1, "event": 1, "strike": 2, "rise patron": 3,
    "fall patron": 3, "rise guarantor": 4, "fall guarantor": 4, "rise initiator": 5, "fall initiator": 5, "bombing": 6,
    "for": 7, "against": 7, "again": 8, "rise mediator": 9, "fall mediator": 9, "rise defender": 9, "fall defender": 9,
}  # fmt: skip


Turn = dict[str, Any]
"""A turning point as it is recorded (docs/forecast.md): day, kind, levels and what else there is to say of it.

Its kind is `strike` (first day of heavy bombing), `bombing` (three such days within a week for the first time), `rise`
and `fall` (a posture passes one half), `for` and `against` (a stance changes sides), `agreement`, `breakdown`, `terms`
(of surrender), `limited`, `full`, `event` (of the scenario), or `still` (none; the situation as it is).
"""


def _turn(day: int, kind: str, levels: Mapping[str, float] | None = None, **about: Any) -> Turn:
    """Return a turning point; `levels` are postures at the end of the day that explain it, by actor."""
    known = {key: value for key, value in about.items() if value is not None}
    return {"day": day, "kind": kind, **known, "levels": levels or {}}


def course_of(scenario: Scenario, path: Paths, record: np.void) -> dict[str, Any]:
    """Return the course of one run as plain values (docs/forecast.md, `storylines`).

    Its path covers all days or goes up to its end; the record is the ensemble's.
    """
    last = int(last_days(record))
    days = min(last + 1, scenario.horizon)
    path = path.until(days)
    reader = _Reader(scenario, path, days)
    agreements = reader.changes(into=True)
    return {
        "end": END_STATES[int(record["end"])],
        "day": last if last < scenario.horizon else None,
        "days": days,
        "parties": [scenario.principal] + ([] if scenario.counterpart is None else [scenario.counterpart]),
        "start": {"stance": reader.stances(0), "posture": reader.levels(0)},
        "turns": reader.turns(END_STATES[int(record["end"])]),
        "finish": {"stance": reader.stances(days), "posture": reader.levels(days)},
        "strikes": np.flatnonzero(path.strike[:, 0]).tolist(),
        "phases": reader.phases(),
        "agreements": len(agreements),
        "breakdowns": len(reader.changes(into=False)),
    }


def crossings(values: npt.NDArray[np.floating[Any]], level: float, margin: float) -> list[tuple[int, bool]]:
    """Return the indices at which values pass a level for good, and whether upwards.

    For good means that they go on to exceed the level by the margin before they come back. The index is the first one
    beyond the level on that way.
    """
    above = bool(values[0] >= level)
    since: int | None = None
    found: list[tuple[int, bool]] = []
    for place, value in enumerate(values.tolist()):
        if (value >= level) == above:
            since = None
            continue
        since = place if since is None else since
        if abs(value - level) >= margin:
            above = not above
            found.append((since, above))
            since = None
    return found


class _Reader:
    """Reads one path."""

    def __init__(self, scenario: Scenario, path: Paths, days: int) -> None:
        self._path, self._days = path, days
        self._events = scenario.events
        self._roles = {name: actor.role for name, actor in scenario.actors.items()}
        self._places = {name: place for place, name in enumerate(scenario.actors)}
        leading = [name for role in LEADING for name, own in self._roles.items() if own == role]
        self._leading = leading[:MOST_LEADING]

    def levels(self, entry: int, role: str | None = None) -> dict[str, float]:
        """Return postures of the leading actors, or of the first actor of a role."""
        names = [name for name in self._leading if role is None or self._roles[name] == role]
        return {name: self._at("posture", name, entry) for name in (names if role is None else names[:1])}

    def stances(self, entry: int) -> dict[str, float]:
        """Return stances of the leading actors."""
        return {name: self._at("stance", name, entry) for name in self._leading}

    def _at(self, what: str, name: str, entry: int) -> float:
        return round(float(getattr(self._path, what)[entry, self._places[name], 0]), 3) + 0.0

    def changes(self, *, into: bool) -> list[int]:
        """Return the days on which an agreement is concluded or breaks."""
        steps = np.diff(self._path.agreement[:, 0].astype(np.int8))
        return [int(day) for day in np.flatnonzero(steps == (1 if into else -1))]

    def phases(self) -> list[list[Any]]:
        """Return each phase in order, with the day from which it holds."""
        agreed = self._path.agreement[:, 0]
        starts = [0, *(int(day) + 1 for day in np.flatnonzero(np.diff(agreed)))]
        return [[start, "agreement" if agreed[start] else "standoff"] for start in starts]

    def turns(self, end: str) -> list[Turn]:
        """Return the turning points kept, in order of days; with few of them, also the situation as it is."""
        ranked = sorted(self._all(end), key=lambda turn: (self._rank(turn), turn["day"]))
        kept = ranked[:MOST]
        for part in range(LEAST - len(kept)):
            day = (part + 1) * self._days // (LEAST - len(kept) + part + 1) - 1
            if day > 0 and all(turn["day"] != day for turn in kept):
                kept.append(_turn(day, "still", self.levels(day + 1)))
        return sorted(kept, key=lambda turn: (turn["day"], -self._rank(turn)))

    def _rank(self, turn: Turn) -> int:
        if turn.get("count", 1) > 1:
            return RANKS["again"]
        kind = turn["kind"]
        return RANKS.get(f"{kind} {self._roles[turn['actor']]}" if kind in ("rise", "fall") else kind, 0)

    def _all(self, end: str) -> Iterator[Turn]:
        yield from self._strikes()
        yield from self._changes()
        for (name, event), day in zip(self._events.items(), self._path.events[:, 0].tolist(), strict=True):
            if day < self._days:
                yield _turn(day, "event", event=_told(name, event))
        yield from chain.from_iterable(map(self._postures, self._places))
        yield from chain.from_iterable(map(self._leanings, self._leading))
        if end in ("terms", "limited", "full"):
            yield _turn(self._days - 1, end, self.levels(self._days))

    def _column(self, what: str, name: str) -> npt.NDArray[np.floating[Any]]:
        column: npt.NDArray[np.floating[Any]] = getattr(self._path, what)[:, self._places[name], 0]
        return column

    def _strikes(self) -> Iterator[Turn]:
        days = np.flatnonzero(self._path.strike[:, 0])
        if len(days):
            yield _turn(int(days[0]), "strike", self.levels(int(days[0]) + 1, "patron"))
        dense = np.flatnonzero(days[HEAVY - 1 :] - days[: max(len(days) - HEAVY + 1, 0)] < WEEK)
        if len(dense):
            yield _turn(int(days[dense[0] + HEAVY - 1]), "bombing")

    def _changes(self) -> Iterator[Turn]:
        concluded, broken = self.changes(into=True), self.changes(into=False)
        for count, day in enumerate(concluded, 1):
            yield _turn(day, "agreement", self.levels(day + 1, "patron"), count=count)
        for count, day in enumerate(broken, 1):
            before = [one for one in concluded if one < day]  # none if an agreement was in force at the start
            yield _turn(day, "breakdown", count=count, lasted=day - before[-1] if before else None)

    def _leanings(self, name: str) -> Iterator[Turn]:
        for entry, above in crossings(self._column("stance", name), 0.0, STANCE_MARGIN):
            yield _turn(entry - 1, "for" if above else "against", actor=name)

    def _postures(self, name: str) -> Iterator[Turn]:
        beside = {"initiator": "guarantor", "patron": "guarantor", "guarantor": "patron"}.get(self._roles[name])
        for entry, above in crossings(self._column("posture", name), HALF, POSTURE_MARGIN):
            levels = {} if beside is None else self.levels(entry, beside)
            yield _turn(entry - 1, "rise" if above else "fall", levels, actor=name)


def _told(name: str, event: Event) -> dict[str, Any]:
    """Describe an event and its effect, for a sentence."""
    low, high = event.add.support
    return {
        "id": name,
        "name": event.name or heading(name),
        "on": event.target if isinstance(event.target, str) else event.target.model_dump(by_alias=True),
        "field": event.field,
        "way": "rises" if low >= 0 else ("falls" if high <= 0 else "shifts"),
    }
