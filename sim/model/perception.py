"""What everyone believes an actor's stance to be, from its public statements (section 3)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from sim.compiled.rule import rule
from sim.model.arrays import is_one
from sim.model.over_runs import ByDay

if TYPE_CHECKING:
    from sim.model.arrays import Number

DRIFT = 0.004  # variance that a perceived stance gains per day
LEAST_NOISE = 0.02
LEAST_DOUBT = 0.02  # sd of what others take a stance to be, if a scenario gives it as one number


@rule
def kalman(variance: float, ambiguity: float) -> tuple[float, float]:
    """Return the Kalman gain of a day, and the variance of the belief after it (Kalman 1960)."""
    predicted = variance + DRIFT
    noise = max(ambiguity, LEAST_NOISE)
    gain = predicted / (predicted + noise * noise)
    return gain, predicted * (1 - gain)


@rule
def perceive(perceived: float, gain: float, said: float) -> float:
    """Update the belief about a stance by today's statement."""
    return perceived + gain * (said - perceived)


class Gain(ByDay):
    """The Kalman gain of each day: it depends on ambiguity and first doubts, and on nothing that happens.

    Parameters
    ----------
    sd
        Standard deviation of the belief before the first statement.
    """

    def __init__(self, sd: Number, ambiguity: Number, days: int) -> None:
        self._variance: Number = np.square(np.maximum(sd, np.float32(LEAST_DOUBT)))
        self._ambiguity = ambiguity
        self._day, self._gain = -1, np.float32(0)
        self.is_single = is_one(self._variance) and is_one(ambiguity)
        self._by_day = _gains(float(self._variance), float(ambiguity), days) if self.is_single else ()

    def on(self, day: int) -> Number:
        """Return the gain of a day; days must be asked for in order."""
        if self._by_day:
            return self._by_day[day]
        while self._day < day:
            self._gain, self._variance = kalman(self._variance, self._ambiguity)
            self._day += 1
        return self._gain


@lru_cache(maxsize=256)
def _gains(variance: float, ambiguity: float, days: int) -> tuple[np.float32, ...]:
    """Return the gains of all days."""
    gains, now = [], np.float32(variance)
    for _ in range(days):
        gain, now = kalman(now, np.float32(ambiguity))
        gains.append(gain)
    return tuple(gains)
