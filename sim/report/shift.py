"""A change of a probability as readers see it, in points with its interval: one formatting for sentences and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.report.chance import exponent_for
from sim.wording import noun


@dataclass(frozen=True)
class Shift:
    """A difference of two probabilities with its 95% interval."""

    p: float
    low: float
    high: float

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Shift:
        """Read an entry of a record: p, mc_low and mc_high."""
        return cls(row["p"], row["mc_low"], row["mc_high"])

    @property
    def number(self) -> str:
        """The change in points without the word, such as `+2.7`, in no more digits than its error supports."""
        return self._points(self.p)

    @property
    def text(self) -> str:
        """The change in points, such as `+2.7 points`."""
        return f"{self.number} {noun(self.number, 'point')}"

    @property
    def interval(self) -> str:
        """The interval in points, such as `+2.1 to +3.3`."""
        return f"{self._points(self.low)} to {self._points(self.high)}"

    @property
    def is_clear(self) -> bool:
        """Whether the interval, as it is shown, leaves 0 outside."""
        signs = {self._points(edge)[0] for edge in (self.low, self.high)}
        return len(signs) == 1 and signs <= {"+", "−"}

    @property
    def line(self) -> str:
        """Change and interval, and whether it is one: `+2.7 points (+2.1 to +3.3)`.

        An interval of 0 alone is that of paired runs without any difference.
        """
        if self.low == self.high == 0:
            return "no change in any draw"
        return f"{self.text} ({self.interval})" if self.is_clear else f"no clear change ({self.interval} points)"

    def _points(self, share: float) -> str:
        places = max(0, -exponent_for(50 * (self.high - self.low), 15)) if self.high > self.low else 1
        text = f"{100 * share:+.{places}f}"
        return text[1:] if float(text) == 0 else text.replace("-", "−")
