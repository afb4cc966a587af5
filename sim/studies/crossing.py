"""Where a probability along one number crosses a target, found from runs that all share their draws and random numbers.

With common random numbers the estimated curve is nearly as smooth as the true one, so a bracket can be narrowed on it.
What it leaves open is where the *true* curve crosses: the interval of a crossing holds every value at which the target
lies in the interval of the probability (a confidence set by inverting a test, Neyman 1937), so that it covers as that
interval does, with no slope to estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np

from sim.estimates import Estimate
from sim.studies.sweep.axes import rounded

Sample = Callable[[Sequence[float]], Sequence[Estimate]]
"""Estimates the probability at each of some values, on the same draws and random numbers every time."""
Point = tuple[float, Estimate]
Verdict = Literal["reached", "not reached", "undecided"]

GRID = 9
FINEST = 1e-3
"""Width of the last bracket, as a share of the range, where the interval is not far wider anyway."""
STEPS = 12
FAR = 2.0


@dataclass(frozen=True)
class Crossing:
    """One crossing.

    Attributes
    ----------
    value
        Where the estimated curve crosses the target.
    low, high
        Interval of the crossing of the true curve, at the level of the estimates.
    low_open, high_open
        Whether the interval reaches the end of the range, so that the crossing may lie beyond.
    rising
        Whether the probability rises there as the value does.
    searched
        Half the last bracket: how finely the estimated curve was searched.
    there
        The probability at `value`.
    """

    value: float
    low: float
    high: float
    low_open: bool
    high_open: bool
    rising: bool
    searched: float
    there: Estimate


@dataclass(frozen=True)
class Crossings:
    """All crossings of a target that show on a grid of values.

    Attributes
    ----------
    points
        Every value that was tried, rising, with its probability.
    """

    target: float
    low: float
    high: float
    grid: int
    points: tuple[Point, ...] = field(repr=False)
    found: tuple[Crossing, ...] = field(repr=False)

    @property
    def nearest(self) -> Point:
        """The value tried whose probability is nearest to the target."""
        return min(self.points, key=lambda point: abs(point[1].p - self.target))

    @property
    def verdict(self) -> Verdict:
        """`undecided` where no estimate crosses the target and yet it lies in the interval of one."""
        if self.found:
            return "reached"
        within = any(one.low <= self.target <= one.high for _, one in self.points)
        return "undecided" if within else "not reached"

    @property
    def are_apart(self) -> bool:
        """Whether the intervals of all crossings are disjoint: elsewhere the runs do not tell them from one another."""
        return all(first.high < second.low for first, second in pairwise(self.found))


class _Curve:
    """A curve that is estimated where it is asked for, each value once, and searched for where it crosses a target."""

    def __init__(self, sample: Sample, low: float, high: float, target: float) -> None:
        self._sample, self._low, self._high, self._target = sample, low, high, target
        self._known: dict[float, Estimate] = {}

    def at(self, *values: float) -> list[Estimate]:
        """Return the estimates at some values, all missing ones in one call of the sample."""
        asked = [rounded(value) for value in values]
        missing = [value for value in dict.fromkeys(asked) if value not in self._known]
        if missing:
            self._known |= dict(zip(missing, self._sample(missing), strict=True))
        return [self._known[value] for value in asked]

    @property
    def points(self) -> tuple[Point, ...]:
        """Every value known, rising."""
        return tuple(sorted(self._known.items()))

    def crossing(self, left: float, right: float) -> Crossing:
        """Find the crossing in a bracket."""
        rising = self._off(right) > self._off(left)
        left, right = self._narrowed(left, right)
        value = rounded(_falsi(left, right, self._off(left), self._off(right)))
        (there,) = self.at(value)
        reach = max(self._reach(left, right, there), right - left)
        (low, low_open), (high, high_open) = self._end(value, -reach), self._end(value, reach)
        return Crossing(value, low, high, low_open, high_open, rising, (right - left) / 2, there)

    def _off(self, value: float) -> float:
        return self.at(value)[0].p - self._target

    def _narrowed(self, left: float, right: float) -> tuple[float, float]:
        """Narrow a bracket by the Illinois rule (Dowell & Jarratt 1971), never by less than a tenth.

        It stops where the interval of the crossing will be ten times as wide, for no digit beyond that means anything.
        """
        off_left, off_right = self._off(left), self._off(right)
        for _ in range(STEPS):
            (one,) = self.at(left)
            enough = max(FINEST * (self._high - self._low), self._reach(left, right, one) / 5)
            if right - left <= enough:
                break
            margin = (right - left) / 10
            value = rounded(min(max(_falsi(left, right, off_left, off_right), left + margin), right - margin))
            off = self._off(value)
            if (off >= 0) == (self._off(left) >= 0):
                left, off_left, off_right = value, off, off_right / 2
            else:
                right, off_right, off_left = value, off, off_left / 2
        return left, right

    def _reach(self, left: float, right: float, one: Estimate) -> float:
        """Return about how far the interval of the crossing will reach: error of the probability over slope."""
        slope = abs(self._off(right) - self._off(left)) / (right - left)
        return FAR * one.se / slope if slope > 0 else self._high - self._low

    def _end(self, value: float, step: float) -> tuple[float, bool]:
        """Return where the interval ends in the direction of a step, and whether that is the end of the range."""
        edge = self._high if step > 0 else self._low
        inside = value
        while True:
            outside = min(max(inside + step, self._low), self._high)
            if not self._holds(outside):
                break
            if outside == edge:
                return edge, True
            inside, step = outside, 2 * step
        tried = rounded(self._between(inside, outside))
        inside, outside = (tried, outside) if self._holds(tried) else (inside, tried)
        return rounded(self._between(inside, outside)), False

    def _holds(self, value: float) -> bool:
        """Whether the target lies in the interval of the probability at a value."""
        (one,) = self.at(value)
        return one.low <= self._target <= one.high

    def _between(self, inside: float, outside: float) -> float:
        """Return where the edge of the band crosses the target between a value that holds it and one that does not."""
        near, far = self.at(inside, outside)
        if far.high < self._target:
            return _falsi(inside, outside, near.high - self._target, far.high - self._target)
        return _falsi(inside, outside, near.low - self._target, far.low - self._target)


def crossings(sample: Sample, low: float, high: float, target: float, *, grid: int = GRID) -> Crossings:
    """Find where a probability crosses a target within a range.

    Parameters
    ----------
    grid
        Values, the ends among them, that are tried first; two crossings between neighbours do not show.
    """
    values = [rounded(float(value)) for value in np.linspace(low, high, grid)]
    curve = _Curve(sample, values[0], values[-1], target)
    above = [one.p >= target for one in curve.at(*values)]
    brackets = [
        (first, second)
        for (first, second), (before, after) in zip(pairwise(values), pairwise(above), strict=True)
        if before != after
    ]
    found = tuple(curve.crossing(*bracket) for bracket in brackets)
    return Crossings(target, values[0], values[-1], grid, curve.points, found)


def _falsi(left: float, right: float, off_left: float, off_right: float) -> float:
    """Return where the line through two points is 0; the middle where it is level."""
    if off_left == off_right:
        return (left + right) / 2
    return left + (right - left) * off_left / (off_left - off_right)
