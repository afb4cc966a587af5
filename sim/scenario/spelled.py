"""Replace levels with numbers: `stance: threatened` becomes the distribution that the codebook gives it.

A level depends on the role of its actor, or on the roles at both ends of a tie. The document holds the number; the
word written in the file is kept too, for reports.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.distributions import Pool
from sim.scenario.levels import LEVELS, Level, level
from sim.scenario.suggest import suggestion
from sim.scenario.yamltree import Path, map_at, value_at

if TYPE_CHECKING:
    from sim.scenario.faults import Complaint

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
    roles = {name: actor.get("role") for name, actor in actors.items() if isinstance(actor, Mapping)}
    for path in _keys(value):
        field = _field(path[-1] if path[0] == "menu" else ".".join(path), roles)
        if field in LEVELS:
            yield path, field


def _keys(value: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield every key that is checked: those of actors, of ties, and of changes by menu options."""
    for group in ("actors", "ties"):
        for name, written in map_at(value, group).items():
            yield from ((group, name, key) for key in (written if isinstance(written, Mapping) else ()))
    if "credibility" in value:
        yield ("credibility",)
    for name, option in map_at(value, "menu").items():
        changes = map_at(option, "change") if isinstance(option, Mapping) else {}
        yield from (("menu", name, "change", key) for key in changes)


def _field(key: str, roles: Mapping[str, Any]) -> str:
    """Return the field of a dotted key such as `actors.turkey.posture`."""
    match key.split("."):
        case ["actors", name, leaf]:
            return f"{roles.get(name)}.{leaf}"
        case ["ties", source, target]:
            return f"ties.{roles.get(source)}.{roles.get(target)}"
        case _:
            return key
