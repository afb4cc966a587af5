"""Conditions given: observations since the as-of date, read from plain words such as `strikes by 2018-09-04`.

A conditional forecast counts only the runs that meet its conditions and that have not ended, by an offensive or a
surrender, by the last day named: an observer of the conditions is still waiting for an end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.errors import UsageError
from sim.runs.block.conditions import EVENTS, POSTURES, Condition, EventBy, PostureAt
from sim.scenario.windows import day_of
from sim.wording import suggestion

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

LEAST_DRAWS = 100
"""Fewest draws with a run that meets the conditions for anything to be reported: half a point in ten at best."""
EXPECTED = (
    'expected "strikes by DATE", "agreement by DATE", either with "no" before it, "no offensive by DATE", or '
    '"ACTOR POSTURE above LEVEL on DATE" (or below), where DATE is YYYY-MM-DD or a length of time such as "30 days", '
    'as in "no agreement by 30 days"'
)
_EVENT = re.compile(r"(no )?(strikes?|agreement|offensive) (?:by|within) (.+)", re.IGNORECASE)
_POSTURE = re.compile(r"(.+) (\w+) (above|below) (\S+) (?:on|after) (.+)", re.IGNORECASE)
_MOST = 200  # characters; no condition is as long


def read_given(texts: str | Iterable[str], scenario: Scenario) -> tuple[Condition, ...]:
    """Read a condition, or several, on the runs of a scenario.

    Raises
    ------
    UsageError
        If one cannot be read, or names something the scenario lacks or a date outside the window.
    """
    several = (texts,) if isinstance(texts, str) or not isinstance(texts, Iterable) else tuple(texts)
    if wrong := [one for one in several if not isinstance(one, str)]:
        raise UsageError(f"cannot read the condition {wrong[0]!r}: {EXPECTED}")
    return tuple(_read(text, scenario) for text in several)


def _read(text: str, scenario: Scenario) -> Condition:
    words = " ".join(text[:_MOST].split())
    if event := _EVENT.fullmatch(words):
        return _event(text, scenario, event)
    if posture := _POSTURE.fullmatch(words):
        return _posture(text, scenario, posture)
    raise UsageError(f"cannot read --given {text[:_MOST]!r}: {EXPECTED}")


def _event(text: str, scenario: Scenario, read: re.Match[str]) -> Condition:
    name = {"strike": "strikes"}.get(read[2].lower(), read[2].lower())
    if name == "strikes" and scenario.document.strikes == "off":
        raise UsageError(f"cannot take --given {text!r}: the scenario has no strikes (`strikes: off`)")
    if name not in EVENTS and not read[1]:
        raise UsageError(
            f"cannot take --given {text!r}: an offensive ends the forecast, so it cannot be a condition; {EXPECTED}"
        )
    return EventBy(name, _day(text, scenario, read[3]), happened=not read[1])


def _posture(text: str, scenario: Scenario, read: re.Match[str]) -> Condition:
    actor = _actor(text, scenario, read[1])
    role = scenario.actors[actor].role
    if read[2].lower() not in (POSTURES[role], "posture"):
        raise UsageError(f"cannot take --given {text!r}: the posture of {actor} is its {POSTURES[role]}")
    try:
        level = float(read[4])
    except ValueError:
        level = -1.0
    if not 0 <= level <= 1:
        raise UsageError(f"cannot take --given {text!r}: expected a level from 0 to 1 (got {read[4]})")
    return PostureAt(actor, role, level, _day(text, scenario, read[5]), above=read[3].lower() == "above")


def _actor(text: str, scenario: Scenario, said: str) -> str:
    by_name = {scenario.name_of(one).lower(): one for one in scenario.actors} | {one: one for one in scenario.actors}
    if said.lower() not in by_name:
        close = suggestion(said.lower(), list(by_name))
        raise UsageError(f"cannot take --given {text!r}: the scenario has no actor {said!r}{close}")
    return by_name[said.lower()]


def _day(text: str, scenario: Scenario, said: str) -> int:
    """Return the day n of "within n days"; at least one day of the window must be left to forecast."""
    if scenario.horizon == 1:
        raise UsageError(f"cannot take --given {text!r}: of a single day, nothing is left to forecast")
    try:
        return day_of(said, scenario.as_of, scenario.horizon - 1, "the condition")
    except UsageError as error:
        raise UsageError(f"cannot take --given {text!r}: {error}") from None
