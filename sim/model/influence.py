"""How actors read and sway each other: signals, perception, deliberation (section 3)."""

from __future__ import annotations

from sim.compiled.functions import clip
from sim.compiled.rule import rule

DRIFT = 0.004  # variance that a perceived stance gains per day
LEAST_NOISE = 0.02
ADJUSTMENT = 0.08  # share of the gap to its target that a stance closes in a day
WAVERING = 0.02  # sd of a stance's own daily noise


@rule
def plus(total: float, weight: float, value: float) -> float:
    """Return total + weight * value, a step of a weighted sum."""
    return total + weight * value


@rule
def say(stance: float, ambiguity: float, noise: float) -> float:
    """State one's stance in public: x + ambiguity * noise."""
    return stance + ambiguity * noise


@rule
def perceive(perceived: float, variance: float, said: float, ambiguity: float) -> tuple[float, float]:
    """Update the belief about a stance by today's statement: its mean and variance afterwards (Kalman 1960)."""
    predicted = variance + DRIFT
    noise = max(ambiguity, LEAST_NOISE)
    gain = predicted / (predicted + noise * noise)
    return perceived + gain * (said - perceived), predicted * (1 - gain)


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
