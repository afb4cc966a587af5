"""How actors speak and sway each other: signals and deliberation (section 3)."""

from __future__ import annotations

from sim.compiled.functions import clip
from sim.compiled.rule import rule

ADJUSTMENT = 0.08  # share of the gap to its target that a stance closes in a day
WAVERING = 0.02  # sd of a stance's own daily noise


@rule
def giving_way(resolve: float, leverage: float) -> float:
    """Share of a stance that follows others: (1 - resolve) * min(1, leverage), that of all others together."""
    return (1 - resolve) * min(leverage, 1)


@rule
def per_leverage(giving_way: float, leverage: float) -> float:
    """Share of a stance that follows others, by leverage: giving_way / leverage, that of all others together."""
    return giving_way / (leverage if leverage > 0 else 1.0)


@rule
def say(stance: float, ambiguity: float, noise: float) -> float:
    """State one's stance in public: x + ambiguity * noise."""
    return stance + ambiguity * noise


@rule
def appeal(target: float, weight: float, engagement: float, stance: float) -> float:
    """Move a target by a mediator's appeal: weight * engagement * x."""
    return target + weight * engagement * stance


@rule
def deliberate(stance: float, target: float, noise: float) -> float:
    """Move a stance towards its target: clip(x + 0.08 (target - x) + 0.02 noise, -1, 1)."""
    return clip(stance + ADJUSTMENT * (target - stance) + WAVERING * noise, -1, 1)


@rule
def adjust(posture: float, target: float, rate: float) -> float:
    """Move a posture part of the way to its target: b + rate (target - b)."""
    return posture + rate * (target - posture)
