"""Contrasts: the numbers that gates are about, as means: a probability, or its change from another scenario.

Each hypercube of draws gives one number, independent of the others: the share of its runs in which the outcome came in
time or, paired run by run with the same draws of the other scenario, the difference of the two shares.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sim.rng import STRATA
from sim.studies.bench import draw_shares
from sim.studies.gates.sequences import ConfidenceSequence, Values

if TYPE_CHECKING:
    from sim.runs.play import Records
    from sim.scenario.scenario import Scenario


NEAR = 0.05
"""Largest guess of a difference, as a share of the range of 2: ten points either way."""

Verdict = Literal["pass", "fail", "undecided", "error"]


@dataclass(frozen=True)
class Interval:
    """Bounds on a number, and its best guess."""

    low: float
    high: float
    estimate: float


@dataclass(frozen=True)
class Claim:
    """A claim that numbers lie above `low` and below `high`."""

    low: float = -math.inf
    high: float = math.inf

    def judge(self, intervals: Iterable[Interval]) -> Verdict:
        """Return the verdict that the intervals prove."""
        inside = True
        for one in intervals:
            if one.low >= self.high or one.high <= self.low:
                return "fail"
            inside &= self.low < one.low and one.high < self.high
        return "pass" if inside else "undecided"

    def strain(self, one: Interval) -> float:
        """Return how far an interval reaches towards the end it offends most, or the nearest; for choosing the worst.

        Of two intervals, the one with the greater strain lies further out.
        """
        return max(one.estimate - self.high, self.low - one.estimate)

    @property
    def text(self) -> str:
        """The claim in words, such as `below 0.45`."""
        if math.isinf(self.low):
            return f"below {self.high:g}"
        if math.isinf(self.high):
            return f"above {self.low:g}"
        return f"within {self.high:g}" if self.low == -self.high else f"between {self.low:g} and {self.high:g}"


@dataclass(frozen=True)
class Source:
    """A scenario that may need runs; it is built only then, because a sweep may have thousands."""

    hash: str
    horizon: int
    as_of: datetime.date
    build: Callable[[], Scenario] = field(compare=False, repr=False)

    @classmethod
    def of(cls, scenario: Scenario) -> Source:
        """Return the source of a scenario that is already loaded."""
        return cls(scenario.hash, scenario.horizon, scenario.as_of, lambda: scenario)


@dataclass(frozen=True)
class Known:
    """A probability of an earlier forecast that cannot be run again, with its standard error."""

    p: float
    error: float


@dataclass(frozen=True)
class Contrast:
    """The probability of an outcome within some days, minus that of another scenario or of an earlier forecast.

    The label says which of a gate's contrasts it is, if there are several.
    """

    source: Source
    outcome: str
    day: int
    base: Source | None = None
    known: Known | None = None
    label: str = ""

    @property
    def sources(self) -> tuple[Source, ...]:
        """The scenarios whose runs it needs."""
        return (self.source,) if self.base is None else (self.base, self.source)

    def values(self, records: Mapping[str, Records], replicates: int) -> Values:
        """Return one number per hypercube from the records of the same runs, by hash of their scenario."""
        cube = replicates * STRATA
        after = draw_shares(records[self.source.hash], self.outcome, self.day, cube)
        if self.base is None:
            return after
        return after - draw_shares(records[self.base.hash], self.outcome, self.day, cube)

    def sequence(self, alpha: float) -> ConfidenceSequence:
        """Return the confidence sequence of its mean; against a known probability it gets half of the alpha."""
        share = alpha if self.known is None else alpha / 2
        return ConfidenceSequence(share) if self.base is None else ConfidenceSequence(share, -1.0, near=NEAR)

    def interval(self, sequence: ConfidenceSequence, alpha: float) -> Interval:
        """Return the interval of the contrast."""
        if self.known is None:
            return Interval(sequence.low, sequence.high, sequence.mean)
        from sim.special import ndtri

        reach = -float(ndtri(alpha / 4)) * self.known.error  # the other half of the alpha, on two sides
        low, high = self.known.p - reach, self.known.p + reach
        return Interval(sequence.low - high, sequence.high - low, sequence.mean - self.known.p)
