"""When diplomatic pressure acts: how its strength rises, fades and ends (section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.model.arrays import Days, Floats, Number, is_one
from sim.model.over_runs import ByDay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def profile(
    day: npt.NDArray[np.float64] | float, start: Number, end: Number, ramp: Number, half_life: Number
) -> Number:
    """Strength of a pressure on a day: rises over `ramp` days, halves every `half_life`, 0 outside [start, end).

    No ramp means a ramp of one day; no half-life or end means an infinite one. Computed in float64.
    """
    start, end, ramp, half_life = (np.asarray(one, dtype=np.float64) for one in (start, end, ramp, half_life))
    age = np.maximum(day - start, 0)
    strength = np.minimum(1, (age + 1) / ramp) * 2.0 ** (-age / half_life)
    result: Number = np.where((day >= start) & (day < end), strength, 0.0)
    return result


@dataclass(frozen=True)
class Schedule:
    """When a pressure acts, in days from the as-of date; each field one number, or one per run."""

    start: Number
    end: Number = np.inf
    ramp: Number = 1.0
    half_life: Number = np.inf

    @property
    def is_plain(self) -> bool:
        """Whether all fields are single numbers, the same in all runs."""
        return all(is_one(field) for field in (self.start, self.end, self.ramp, self.half_life))

    def strength(self, day: npt.NDArray[np.float64] | float) -> Number:
        """Return the profile on a day, float64."""
        return profile(day, self.start, self.end, self.ramp, self.half_life)


class Planned(ByDay):
    """Timing of a pressure with days of its own: the change of its profile since the eve of day 0.

    Stances read from reports already include the pressures in force on that eve, so only changes count.
    """

    def __init__(self, schedule: Schedule, horizon: int) -> None:
        self._schedule, self._before = schedule, schedule.strength(-1.0)
        self._by_day: list[float] = []
        if schedule.is_plain:
            days = np.arange(horizon, dtype=np.float64)
            self._by_day = np.asarray(schedule.strength(days) - self._before).tolist()
            self.is_single = True

    def on(self, day: int) -> Number:
        """Return the change by a day; a single number if all fields of the schedule are."""
        if self._by_day:
            return self._by_day[day]
        return np.asarray(self._schedule.strength(float(day)) - self._before, dtype=np.float32)


class Talks(ByDay):
    """Factor of the talks of a day on the probability of an agreement or of terms.

    Parameters
    ----------
    factors
        By day.
    """

    def __init__(self, factors: Sequence[Number]) -> None:
        self._factors = factors
        self.is_single = all(is_one(one) for one in factors)

    def on(self, day: int) -> Number:
        """Return the factor of a day."""
        return self._factors[day]


class Answer(ByDay):
    """Timing of a pressure that answers an event: it acts in runs where the event has happened, after a delay.

    Parameters
    ----------
    firsts, name
        Days on which events have first happened, by name, int16, one per run, updated during the play, with the horizon
        if one has not; and the event's name.
    schedule
        Schedule as if the event had happened on day 0; its end is still a day of the window.
    """

    reacts = True

    def __init__(self, firsts: Mapping[str, Days], name: str, schedule: Schedule, horizon: int) -> None:
        self._firsts, self._name, self._schedule = firsts, name, schedule
        self._table: Floats | None = None  # by age
        if schedule.is_plain:
            ages = np.arange(horizon, dtype=np.float64)
            strength = profile(ages, schedule.start, np.inf, schedule.ramp, schedule.half_life)
            self._table = np.concatenate([strength, np.zeros(horizon)]).astype(np.float32)  # a negative age is 0

    def on(self, day: int) -> Number:
        """Strength on a day; before day 0 there was none."""
        one = self._schedule
        ages = day - self._firsts[self._name]
        if self._table is not None:
            return 0.0 if day >= one.end or ages.max() < one.start else self._table[ages]
        strength = profile(ages.astype(np.float64), one.start, np.inf, one.ramp, one.half_life)
        return np.where(day < np.asarray(one.end), strength, 0.0).astype(np.float32)
