"""What intervals prove of a claim: pass, fail, or nothing yet.

A claim says that some numbers lie in an open interval. It is judged by the intervals that hold those numbers, never by
their estimates: it passes when all of them lie inside, and fails as soon as one of them lies outside altogether. Both
are statements that are true whenever the intervals are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "fail", "undecided", "error"]


@dataclass(frozen=True)
class Interval:
    """Where a number lies, and its best guess."""

    low: float
    high: float
    estimate: float


@dataclass(frozen=True)
class Claim:
    """That numbers lie above `low` and below `high`."""

    low: float = -math.inf
    high: float = math.inf

    def judge(self, intervals: Iterable[Interval]) -> Verdict:
        """Return what the intervals prove."""
        inside = True
        for one in intervals:
            if one.low >= self.high or one.high <= self.low:
                return "fail"
            inside &= self.low < one.low and one.high < self.high
        return "pass" if inside else "undecided"

    def strain(self, one: Interval) -> float:
        """How far an interval reaches towards the end that it offends most, or that is nearest; for choosing the worst.

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
