"""Worlds otherwise: one scenario with one thing changed, for counterfactuals.

A pressure withdrawn ends on the as-of date and weighs as much as it did (docs/model.md, section 3); a variant file that
writes that date as its `end` is the same scenario. A posture held is `held: true` of its actor. None of them touches a
random stream of anything else, so each world differs from the base run by run only by what was changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING, Literal

from sim.distributions import Fixed
from sim.scenario.quantities import day_count
from sim.studies.bench import with_document

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import Pressure

Kind = Literal["withdrawn", "full", "removed", "held"]


@dataclass(frozen=True)
class World:
    """A scenario with one thing changed.

    Attributes
    ----------
    kind
        `withdrawn` or `full`: a pressure; `removed`: talks; `held`: the posture of an actor.
    subject
        Id of the pressure, talks or actor.
    """

    kind: Kind
    subject: str
    scenario: Scenario


def worlds_of(scenario: Scenario) -> list[World]:
    """Return every world that counterfactuals ask for, in file order.

    Pressures that are over by the as-of date and postures that are held already are left out.
    """
    return list(_worlds(scenario))


def _worlds(scenario: Scenario) -> Iterator[World]:
    live = [name for name, pressure in scenario.pressures.items() if not _is_over(scenario, pressure)]
    for name in live:
        yield World("withdrawn", name, withdrawn(scenario, [name]))
    for name in live:
        yield World("full", name, at_full_strength(scenario, name))
    for name in scenario.talks:
        yield World("removed", name, without_talks(scenario, name))
    for name in (name for name, actor in scenario.actors.items() if not actor.held):
        yield World("held", name, held(scenario, name))


def withdrawn(scenario: Scenario, names: Sequence[str]) -> Scenario:
    """Return a scenario in which some pressures are withdrawn on the as-of date, or never come if they begin later."""
    changed = {name: scenario.pressures[name].model_copy(update={"end": scenario.as_of}) for name in names}
    return _with_pressures(scenario, changed)


def at_full_strength(scenario: Scenario, name: str) -> Scenario:
    """Return a scenario in which a pressure has intensity 1 from the as-of date on.

    The stances contain a pressure in force as strong as it was, so a higher intensity alone would only make more of its
    fading. It is withdrawn and renewed instead: on the as-of date, at once and with intensity 1, fading and ending as
    it is written.
    """
    pressure = scenario.pressures[name]
    if day_count(pressure.start, scenario.as_of).median >= 0:
        return _with_pressures(scenario, {name: pressure.model_copy(update={"intensity": Fixed(1.0)})})
    renewed = pressure.model_copy(update={"intensity": Fixed(1.0), "start": scenario.as_of, "ramp": None})
    stopped = pressure.model_copy(update={"end": scenario.as_of})
    return _with_pressures(scenario, {name: stopped, renewed_id(scenario, name): renewed})


def without_talks(scenario: Scenario, name: str) -> Scenario:
    """Return a scenario in which talks do not take place."""
    talks = {key: one for key, one in scenario.talks.items() if key != name}
    return with_document(scenario, scenario.document.model_copy(update={"talks": talks}))


def held(scenario: Scenario, name: str) -> Scenario:
    """Return a scenario in which the posture of an actor stays where it starts."""
    actors = {**scenario.actors, name: scenario.actors[name].model_copy(update={"held": True})}
    return with_document(scenario, scenario.document.model_copy(update={"actors": actors}))


def _with_pressures(scenario: Scenario, changed: dict[str, Pressure]) -> Scenario:
    pressures = {**scenario.pressures, **changed}
    return with_document(scenario, scenario.document.model_copy(update={"pressures": pressures}))


def _is_over(scenario: Scenario, pressure: Pressure) -> bool:
    return pressure.end is not None and day_count(pressure.end, scenario.as_of).median <= 0


def renewed_id(scenario: Scenario, name: str) -> str:
    """Return the id of a pressure renewed, one that no pressure has."""
    names = chain([f"{name}-renewed"], (f"renewed-{number}" for number in count()))
    return next(one for one in names if one not in scenario.pressures)
