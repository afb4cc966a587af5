"""Where a probability crosses a target along the lines of a grid, from runs that all share draws and random numbers.

With common random numbers, the estimated curve is nearly as smooth as the true one, so a bracket can be narrowed on it.
What remains open is where the *true* curve crosses: the interval of a crossing holds every value at which the target is
in the interval of the probability (a confidence set by inverting a test, Neyman 1937). So its coverage is that of the
latter interval, with no slope to estimate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Literal

from sim.estimates import Estimate
from sim.studies.sweep.designs import rounded

Point = tuple[float, ...]
"""A value for each varying number."""
Sample = Callable[[Sequence[Point]], Sequence[Estimate]]
"""Estimates the probability at each of some points, on the same draws and random numbers every time."""
Verdict = Literal["reached", "not reached", "undecided"]

FINEST = 1e-3
"""Narrowest bracket, as a share of the range, unless the interval is far wider anyway."""
STEPS = 12
FAR = 2.0


@dataclass(frozen=True)
class Crossing:
    """One crossing.

    Attributes
    ----------
    point
        The point where the estimated probability crosses the target.
    along
        Index of the number that varies on its line; the others are held.
    low, high
        Interval of that number for the crossing of the true curve, at the level of the estimates.
    low_open, high_open
        Whether the interval reaches the end of the range, so that the crossing may lie beyond.
    rising
        Whether the probability rises there with the number.
    searched
        Half the last bracket: the precision of the search on the estimated curve.
    there
        The probability at `point`.
    """

    point: Point
    along: int
    low: float
    high: float
    low_open: bool
    high_open: bool
    rising: bool
    searched: float
    there: Estimate

    @property
    def value(self) -> float:
        """Value of the varying number."""
        return self.point[self.along]

    @property
    def line(self) -> tuple[int, Point]:
        """Index of the varying number, and the values at which the others are held."""
        return self.along, self.point[: self.along] + self.point[self.along + 1 :]


@dataclass(frozen=True)
class Crossings:
    """All crossings of a target that are visible on the lines of a grid, line by line, in rising order on each.

    The axes are the initial values of each number; the points all that were tried, in rising order, with their
    probability.
    """

    target: float
    axes: tuple[Point, ...]
    points: Mapping[Point, Estimate] = field(repr=False, hash=False)
    found: tuple[Crossing, ...] = field(repr=False)

    @property
    def nearest(self) -> tuple[Point, Estimate]:
        """The tried point whose probability is nearest to the target."""
        return min(self.points.items(), key=lambda point: abs(point[1].p - self.target))

    @property
    def verdict(self) -> Verdict:
        """`undecided` if no estimate crosses the target but it lies in the interval of one."""
        if self.found:
            return "reached"
        within = any(one.low <= self.target <= one.high for one in self.points.values())
        return "undecided" if within else "not reached"

    @property
    def are_apart(self) -> bool:
        """Whether intervals on a line are disjoint: if not, the runs cannot separate its crossings."""
        pairs = pairwise(self.found)
        return all(first.high < second.low for first, second in pairs if first.line == second.line)


class _Curve:
    """The probability along a line of the grid, searched for crossings of a target."""

    def __init__(self, sample: Sample, axis: Point, along: int, held: Point, target: float) -> None:
        self._sample, self._axis, self._along, self._held, self._target = sample, axis, along, held, target
        self._low, self._high = axis[0], axis[-1]

    def crossings(self) -> Iterator[Crossing]:
        """Yield the crossing in each bracket of the axis; two crossings between neighbours go unnoticed."""
        for left, right in pairwise(self._axis):
            if (self._off(left) >= 0) != (self._off(right) >= 0):
                yield self._crossing(left, right)

    def _point(self, value: float) -> Point:
        return (*self._held[: self._along], rounded(value), *self._held[self._along :])

    def _at(self, *values: float) -> Sequence[Estimate]:
        return self._sample([self._point(value) for value in values])

    def _crossing(self, left: float, right: float) -> Crossing:
        rising = self._off(right) > self._off(left)
        left, right = self._narrowed(left, right)
        value = rounded(_falsi(left, right, self._off(left), self._off(right)))
        (there,) = self._at(value)
        reach = max(self._reach(left, right, there), right - left)
        (low, low_open), (high, high_open) = self._end(value, -reach), self._end(value, reach)
        point, searched = self._point(value), (right - left) / 2
        return Crossing(point, self._along, low, high, low_open, high_open, rising, searched, there)

    def _off(self, value: float) -> float:
        return self._at(value)[0].p - self._target

    def _narrowed(self, left: float, right: float) -> tuple[float, float]:
        """Narrow a bracket by the Illinois rule (Dowell & Jarratt 1971), each time by at least a tenth.

        It stops when the interval of the crossing will be ten times as wide, because further digits mean nothing.
        """
        off_left, off_right = self._off(left), self._off(right)
        for _ in range(STEPS):
            (one,) = self._at(left)
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
        """Return roughly how far the interval of the crossing will reach: error of the probability over slope."""
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
        (one,) = self._at(value)
        return one.low <= self._target <= one.high

    def _between(self, inside: float, outside: float) -> float:
        """Return where the edge of the band crosses the target, between a value inside the interval and one outside."""
        near, far = self._at(inside, outside)
        if far.high < self._target:
            return _falsi(inside, outside, near.high - self._target, far.high - self._target)
        return _falsi(inside, outside, near.low - self._target, far.low - self._target)


def crossings(sample: Sample, axes: Sequence[Point], target: float) -> Crossings:
    """Find where a probability crosses a target along the lines of a grid; one axis is one line.

    An axis holds the initial values of a number, including the ends of its range.
    """
    known: dict[Point, Estimate] = {}

    def once(points: Sequence[Point]) -> list[Estimate]:
        missing = [point for point in dict.fromkeys(points) if point not in known]
        if missing:
            known.update(zip(missing, sample(missing), strict=True))
        return [known[point] for point in points]

    once(list(product(*axes)))
    found = [
        one
        for along, axis in enumerate(axes)
        for held in product(*axes[:along], *axes[along + 1 :])
        for one in _Curve(once, axis, along, held, target).crossings()
    ]
    return Crossings(target, tuple(axes), dict(sorted(known.items())), tuple(found))


def _falsi(left: float, right: float, off_left: float, off_right: float) -> float:
    """Return where the line through two points is 0; the midpoint if it is level."""
    if off_left == off_right:
        return (left + right) / 2
    return left + (right - left) * off_left / (off_left - off_right)
