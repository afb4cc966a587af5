"""How an act bears on an offensive, read from the roles of actor and target: a step of the grid from -1 to 1.

Those who would attack (the initiator and its patron) move towards it with force, threats and demands and away from it
with talks, pull-backs and assurances. Whoever stands against it speaks against it with nearly all it does; only giving
way, staying out or pulling back speaks for it. Sizes are ours, after the hand-coded evidence of the Idlib scenario.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FOR = frozenset(["initiator", "patron"])
STEPS = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)

ATTACKING: Mapping[str, float] = {
    "force": 0.75, "coerce": 0.5, "kill": 0.25, "abduct": 0.25, "arrest": 0.25, "sanction": 0.25, "cutaid": 0.25,
    "breakoff": 0.5, "violate": 0.5, "move": 0.75, "drill": 0.5, "withdraw": -0.5, "truce": -0.5, "release": -0.25,
    "admit": -0.25, "yield": -0.5, "threaten": 0.75, "demand": 0.5, "criticize": 0.25, "accuse": 0.25, "fear": -0.25,
    "talk": -0.25, "phone": -0.25, "visit": -0.25, "host": -0.25, "negotiate": -0.25, "mediate": -0.5, "sign": -0.5,
    "agree": -0.25, "promise": -0.25, "aid": 0.5, "relief": -0.25, "deny": -0.25, "omit": -0.25, "protect": 0.25,
    "propose": -0.25, "reject": 0.5, "support": 0.5, "want": 0.0, "urge": 0.0, "say": 0.0, "signal": 0.0, "need": 0.0,
    "barrier": -0.5, "rely": 0.0, "hold": 0.5, "warn": -0.5,
    "idle": 0.0, "peaceful": -0.5, "guess": 0.0,
}  # fmt: skip
"""By way of the act, of an initiator; a patron's force, moves and threats weigh a step less."""
OPPOSING: Mapping[str, float] = {
    "force": 0.25, "coerce": -0.5, "kill": 0.25, "abduct": 0.25, "arrest": 0.25, "sanction": -0.5, "cutaid": -0.25,
    "breakoff": -0.5, "violate": 0.25, "move": -0.5, "drill": -0.5, "withdraw": 0.25, "truce": -0.25, "release": -0.25,
    "admit": -0.25, "yield": 0.25, "threaten": -0.75, "demand": -0.5, "criticize": -0.5, "accuse": -0.25, "fear": -0.5,
    "talk": -0.25, "phone": -0.25, "visit": -0.25, "host": -0.25, "negotiate": -0.25, "mediate": -0.5, "sign": -0.5,
    "agree": -0.5, "promise": -0.75, "aid": -0.5, "relief": -0.25, "deny": -0.25, "omit": 0.25, "protect": -0.75,
    "propose": -0.5, "reject": -0.75, "support": -0.5, "want": -0.5, "urge": -0.5, "say": -0.5, "signal": 0.0,
    "need": 0.0, "barrier": -0.75, "rely": 0.0, "hold": -0.75, "warn": -0.5,
    "idle": 0.0, "peaceful": -0.25, "guess": 0.0,
}  # fmt: skip
"""By way of the act, of a guarantor, mediator or defender."""
BY_MATTER: Mapping[str, float] = {
    "demand": 0.5, "urge": 0.5, "propose": 0.5, "support": 0.5, "agree": 0.5, "promise": 0.5, "want": 0.75, "say": 0.5,
    "omit": -0.25, "reject": -0.75, "deny": -0.5, "fear": -0.5, "criticize": -0.5, "signal": 0.0,
    "guess": 0.5,
}  # fmt: skip
"""Ways whose sign, of an initiator or patron, is that of what they are about."""
_FORCE = frozenset(["force", "coerce", "move", "drill", "threaten"])


def bearing(way: str, matter: int, actor: str, targets: Sequence[str]) -> float:
    """Return the bearing of an act on the actor's support of an offensive.

    Parameters
    ----------
    way
        How it bears, a key of `ATTACKING`.
    matter
        +1 where it is about force, -1 about its opposite, 0 neither.
    actor, targets
        Their roles; a target outside the cast has none.
    """
    if actor in FOR:
        return on_grid(_of_attacker(way, matter, actor, targets))
    return on_grid(_of_opponent(way, matter, actor))


def _of_attacker(way: str, matter: int, actor: str, targets: Sequence[str]) -> float:
    if way in BY_MATTER and matter:
        return BY_MATTER[way] * matter
    helps = actor == "patron" and way in ("promise", "support")  # its client, where nobody is named
    friends = all(role in FOR for role in targets) if targets else helps
    if friends and way in _FRIENDLY:
        return _FRIENDLY[way]
    if way == "cutaid" and actor == "patron" and not targets:
        return -0.5  # what a patron holds back is its client's
    size = ATTACKING.get(way, 0.0)
    if way == "support":
        return -0.25
    if actor == "patron" and way in _FORCE:
        size -= 0.25
    return size


_FRIENDLY = {
    "talk": 0.25, "phone": 0.25, "visit": 0.25, "host": 0.25, "negotiate": 0.25, "sign": 0.25, "criticize": -0.5,
    "accuse": -0.25, "threaten": -0.5, "sanction": -0.5, "demand": -0.5, "reject": -0.5, "support": 0.5, "promise": 0.5,
    "cutaid": -0.75, "agree": 0.25, "withdraw": -0.5, "force": -0.5, "hold": 0.5, "protect": 0.5,
}  # fmt: skip
"""Acts of an initiator or patron towards its own side."""


def _of_opponent(way: str, matter: int, actor: str) -> float:
    size = OPPOSING.get(way, 0.0)
    if way == "say" and matter > 0:
        return 0.25  # it expects force, which is no wish for it
    if actor == "guarantor":
        return {"force": -0.75, "move": -0.75, "withdraw": 0.5, "kill": -0.25}.get(way, size)
    if actor == "mediator":
        return {"force": -0.25, "move": -0.25, "withdraw": -0.25, "kill": 0.0, "visit": -0.5, "talk": -0.5}.get(
            way, size
        )
    return size


def on_grid(value: float) -> float:
    """Return the step of the grid next to a value."""
    return min(STEPS, key=lambda step: abs(step - value))
