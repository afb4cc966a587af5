"""The levels of the codebook: words for numbers, each with its distribution and its definition.

docs/cases.md shows the same tables, and a test keeps the two in step. A level belongs to a field of a role, or to a tie
between two roles; elsewhere the same word may mean a different distribution. `spell_out` replaces levels by numbers:
`stance: threatened` becomes the distribution that the codebook gives it, and the word is kept too, for reports.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.distributions import Distribution, Pool, parse
from sim.scenario.yamltree import Path, map_at, value_at
from sim.wording import suggestion

if TYPE_CHECKING:
    from sim.scenario.faults import Complaint

Table = Mapping[str, tuple[Any, str]]
"""Keyed by word: the distribution as written in a file, and the definition."""

LEVELS: Mapping[str, Table] = {
    "initiator.stance": {
        "ordered": ({"normal": [0.85, 0.15]}, 'A dated deadline runs, an ultimatum, "within days", an order is given'),
        "threatened": ({"normal": [0.65, 0.2]}, "No date, but leaders threaten this operation in public, or a massed force points at the ground, or it is bombed and besieged with terms of surrender on the table"),
        "aim": ({"normal": [0.45, 0.25]}, "It has long declared to want the ground; no threat for now"),
        "paused": ({"normal": [0.2, 0.3]}, "It, or its patron for it, just agreed to a halt or declared one, and its attack stopped; or it postponed in public"),
        "no-aim": ({"normal": [0.0, 0.3]}, "It does not claim the ground"),
    },
    "initiator.posture": {
        "massed": ({"triangular": [0.6, 0.75, 0.9]}, "An assault force is in place, or reserves are called up; also one that has just attacked and has not left"),
        "moving": ({"triangular": [0.4, 0.55, 0.7]}, "Reinforcements reported under way, a massed force partly drawn down, or large drills around the ground"),
        "routine": ({"triangular": [0.15, 0.3, 0.45]}, "Lines, sieges and garrisons as for months"),
        "standing-down": ({"triangular": [0.05, 0.15, 0.25]}, "Forces withdrawn"),
    },
    "initiator.momentum": {
        "sweeping": ({"triangular": [0.5, 0.7, 0.9]}, "Took several places from the same opponent lately"),
        "some": ({"triangular": [0.2, 0.4, 0.6]}, "Took one place, or several with setbacks"),
        "none": (0, "Took nothing from this opponent lately, or was just repulsed"),
    },
    "initiator.self_reliance": {
        "own-means": ({"triangular": [0.5, 0.65, 0.8]}, "The patron only tolerates or supplies; its own forces suffice"),
        "needs-leave": ({"triangular": [0.3, 0.45, 0.6]}, "Needs the airspace or the acquiescence of another power"),
        "leans": ({"triangular": [0.1, 0.2, 0.3]}, "Short lines or a tight ring, but leans on the patron's air power"),
        "air-power": ({"triangular": [0.02, 0.05, 0.08]}, "Has not advanced without the patron's air power"),
    },
    "patron.stance": {
        "backs": ({"normal": [0.5, 0.25]}, "Fights, strikes or arms for this attack, or stands behind it in public, and says nothing against"),
        "mixed": ({"normal": [0.1, 0.3]}, "Word and deed point apart, or it tolerates, or it has just joined in a halt that is kept"),
        "withholds": ({"normal": [-0.4, 0.25]}, "Says no, or withholds what the attack needs"),
    },
    "patron.posture": {
        "backs": ({"triangular": [0.4, 0.55, 0.7]}, "Fights, strikes or arms for this attack, or stands behind it in public, and says nothing against"),
        "mixed": ({"triangular": [0.15, 0.3, 0.45]}, "Word and deed point apart, or it tolerates, or it has just joined in a halt that is kept"),
        "withholds": ({"triangular": [0.0, 0.1, 0.2]}, "Says no, or withholds what the attack needs"),
    },
    "patron.exposure": {
        "exposed": ({"triangular": [0.4, 0.6, 0.8]}, "The displaced would come to it, or it has lately made the return of refugees its subject"),
        "usual": ({"triangular": [0.3, 0.5, 0.7]}, "Neither of the others"),
        "hardly": ({"triangular": [0.1, 0.25, 0.4]}, "The displaced could reach neither it nor a neighbour whose favour it needs"),
    },
    "guarantor.strength": {
        "great-power": ({"lognormal": [1.5, 0.3]}, "Garrison of a great power, or its air power at call for this ground"),
        "combat-force": ({"lognormal": [0.8, 0.3]}, "Thousands of combat troops of a regional power"),
        "tripwire": ({"lognormal": [0.45, 0.3]}, "Posts of a regional army"),
        "peacekeepers": ({"lognormal": [0.1, 0.5]}, "A force with a weak mandate"),
        "words": (0, "Nothing but words"),
    },
    "guarantor.stance": {
        "defends": ({"normal": [-0.8, 0.15]}, "By deed: lately fought for it, or reinforced, or promised it to those on the spot"),
        "refuses": ({"normal": [-0.6, 0.2]}, "Says no in public"),
        "ambivalent": ({"normal": [-0.25, 0.25]}, "Neither refuses nor agrees, or asks both sides for calm"),
        "stands-aside": ({"normal": [0.0, 0.25]}, "Pulled back, or let earlier breaches happen"),
    },
    "guarantor.posture": {
        "reinforcing": ({"triangular": [0.6, 0.75, 0.9]}, "Lately reinforced on this ground, or doing so"),
        "in-place": ({"triangular": [0.35, 0.5, 0.65]}, "Forces in place"),
        "weak": ({"triangular": [0.1, 0.2, 0.3]}, "No forces to speak of, or posts cut off and passed by"),
        "withdrawn": ({"triangular": [0.0, 0.05, 0.1]}, "Forces withdrawn from the ground"),
    },
    "guarantor.air_denial": {
        "no-fly": ({"triangular": [0.5, 0.7, 0.9]}, "Can close the sky and says or shows that it will"),
        "some": ({"triangular": [0.1, 0.3, 0.5]}, "Can trouble aircraft, or could close the sky and does not say so"),
        "none": (0, "Neither"),
    },
    "guarantor.salience": {
        "near": ({"triangular": [0.75, 0.9, 1.0]}, "Has forces on the ground or with the defenders, or borders the ground"),
        "far": ({"triangular": [0.4, 0.6, 0.8]}, "Neither"),
    },
    "defender.strength": {
        "nuclear-or-peer": ({"lognormal": [1.6, 0.3]}, "A state with nuclear weapons or the treaty of a great power"),
        "peer": ({"lognormal": [1.0, 0.3]}, "As strong, or weaker behind a strait"),
        "army": ({"lognormal": [0.7, 0.3]}, "A weaker regular army, or a force organised as one"),
        "entrenched": ({"lognormal": [0.45, 0.35]}, "A large irregular force"),
        "pocket": ({"lognormal": [0.25, 0.4]}, "Besieged or far outnumbered"),
        "remnant": ({"lognormal": [0.1, 0.5]}, "A few hundred"),
    },
    "defender.stance": {
        "resists": ({"normal": [-0.85, 0.1]}, "Means to fight"),
        "divided": ({"normal": [-0.45, 0.3]}, "Split, or negotiates its own terms"),
    },
    "defender.militancy": {
        "hardly-radical": ({"triangular": [0.05, 0.15, 0.25]}, "No radicals, or few"),
        "part-radical": ({"triangular": [0.15, 0.3, 0.45]}, "A radical minority"),
        "radical": ({"triangular": [0.3, 0.45, 0.6]}, "Radicals lead"),
    },
    **{f"ties.mediator.{side}": {
        "great-power-mediator": ({"triangular": [0.15, 0.3, 0.45]}, "Has something to give or to withhold from the one it is tied to, and deals with it"),
        "appeals": ({"triangular": [0.05, 0.12, 0.2]}, "The United Nations, states that only appeal"),
    } for side in ("initiator", "patron")},
    "ties.patron.initiator": {
        "decisive": ({"triangular": [0.7, 0.8, 0.9]}, "The attacker's war rests on it"),
        "important": ({"triangular": [0.4, 0.55, 0.7]}, "Arms, airspace or cover that would be hard to replace"),
        "loose": ({"triangular": [0.1, 0.25, 0.4]}, "Sympathy, some supplies"),
    },
    "ties.initiator.patron": {
        "client": ({"triangular": [0.15, 0.25, 0.35]}, "Always"),
    },
    **{f"ties.guarantor.{side}": {
        "strong": ({"triangular": [0.4, 0.55, 0.7]}, "A rift would cost much: arms, trade, airspace, an alliance or a wider deal"),
        "partner": ({"triangular": [0.2, 0.35, 0.5]}, "Deal with each other over this ground"),
        "rival": ({"triangular": [0.05, 0.15, 0.25]}, "At most a line to keep their forces apart"),
    } for side in ("patron", "initiator")},
    "ties.patron.guarantor": {
        "partner": ({"triangular": [0.2, 0.35, 0.5]}, "Deal with each other over this ground, a wider deal or an alliance included"),
        "rival": ({"triangular": [0.05, 0.15, 0.25]}, "At most a line to keep their forces apart"),
    },
    "ties.guarantor.defender": {
        "troops-inside": ({"triangular": [0.4, 0.6, 0.8]}, "Has forces on the ground or with the defenders"),
        "words-only": ({"triangular": [0.1, 0.25, 0.4]}, "Has none there"),
    },
    **{f"ties.defender.{side}": {
        "terms": ({"triangular": [0.1, 0.25, 0.4]}, "The defenders themselves negotiate terms"),
    } for side in ("initiator", "patron")},
    "credibility": {
        "guaranteed": ({"triangular": [0.5, 0.7, 0.9]}, "An outside power has troops there for it; not where a deal under the same guarantee broke within the year and the guarantee has not grown since"),
        "monitored": ({"triangular": [0.3, 0.5, 0.7]}, "Written and monitored without an enforcer; also where these parties have no earlier deals"),
        "mostly-broken": ({"triangular": [0.1, 0.3, 0.5]}, "Earlier deals of these parties were mostly broken"),
    },
}  # fmt: skip
"""Tables keyed by field (`role.field`) or tie (`ties.source-role.target-role`)."""


@dataclass(frozen=True)
class Level:
    """A word of the codebook, as one field means it."""

    word: str
    distribution: Distribution
    definition: str


def meant(levels: Mapping[Path, Level], path: Path) -> str:
    """Return the levels at or below a path (the experts of a pool) with their definitions; "" if there are none."""
    return "; ".join(f"{one.word}: {one.definition}" for at, one in levels.items() if at[: len(path)] == path)


@cache
def level(field: str, word: str) -> Level:
    """Return a level of a field of `LEVELS`; KeyError if there is none of that name."""
    written, definition = LEVELS[field][word]
    return Level(word, parse(written), definition)


READ = "evidence"
"""The word for a number read from evidence; it is not a level."""


def spell_out(value: dict[str, Any]) -> tuple[dict[Path, Level], list[Complaint]]:
    """Replace levels by distributions in a scenario's merged value, in place; return the levels and the complaints."""
    levels: dict[Path, Level] = {}
    complaints: list[Complaint] = []
    for place, field in list(_places(value)):
        for holder, path in _slots(value, place):
            word = holder[path[-1]]
            if not isinstance(word, str) or word == READ or not word[:1].isalpha():
                continue
            if word in LEVELS[field]:
                levels[path] = level(field, word)
                holder[path[-1]] = copy.deepcopy(LEVELS[field][word][0])
            else:
                known = list(LEVELS[field])
                listed, meant = ", ".join(known), suggestion(word, [*known, READ])
                message = f'expected a number, a distribution or a level: {listed} (got "{word[:64]}"){meant}'
                complaints.append((path, message))
                holder[path[-1]] = copy.deepcopy(next(iter(LEVELS[field].values()))[0])  # report it only once
    return levels, complaints


def _slots(value: Mapping[str, Any], path: Path) -> Iterator[tuple[Any, Path]]:
    """Yield the container and path of a value, or those of each expert if it is a pool, as experts may name levels."""
    holder = value_at(value, path[:-1])
    held = holder[path[-1]]
    experts = held.get(Pool.kind) if isinstance(held, Mapping) else None
    if not isinstance(experts, list):
        yield holder, path
        return
    own = list(experts)  # a list may be shared with the cells of a sweep
    holder[path[-1]] = {**held, Pool.kind: own}
    yield from ((own, (*path, Pool.kind, place)) for place in range(len(own)))


def _places(value: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield every key that may hold a level, with the field of the level."""
    actors = map_at(value, "actors")
    roles = {name: map_at(actors, name).get("role") for name in actors}
    for path in _keys(value):
        field = _field(path[-1] if path[0] == "menu" else ".".join(path), roles)
        if field in LEVELS:
            yield path, field


def _keys(value: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield every key that is checked: those of actors, of ties, and of changes by menu options."""
    for group in ("actors", "ties"):
        for name in map_at(value, group):
            yield from ((group, name, key) for key in map_at(map_at(value, group), name))
    if "credibility" in value:
        yield ("credibility",)
    for name in map_at(value, "menu"):
        yield from (("menu", name, "change", key) for key in map_at(map_at(map_at(value, "menu"), name), "change"))


def _field(key: str, roles: Mapping[str, Any]) -> str:
    """Return the field of a dotted key such as `actors.turkey.posture`."""
    match key.split("."):
        case ["actors", name, leaf]:
            return f"{roles.get(name)}.{leaf}"
        case ["ties", source, target]:
            return f"ties.{roles.get(source)}.{roles.get(target)}"
        case _:
            return key
