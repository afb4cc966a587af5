"""Probabilities and their changes as readers see them: one way to write them in every sentence, table and label.

No number shows more digits than its Monte Carlo error supports, and none is 0% or 100%: if no run had the event, the
bound is shown. `Chance.of` and `Shift.of` take an entry of the record.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.report.values import formatted
from sim.report.words import about, phrase
from sim.wording import counted, noun

FINEST = -2


def percent_text(percent: float, exponent: int) -> str:
    """Write per cent in units of 10**exponent, never as 0% or 100%."""
    unit, places = 10.0**exponent, max(0, -exponent)
    rounded = round(percent / unit) * unit
    if rounded < unit / 2:
        return f"less than {unit:.{places}f}%"
    if rounded > 100 - unit / 2:
        return f"more than {100 - unit:.{places}f}%"
    return f"{rounded:.{places}f}%"


def share_text(value: float) -> str:
    """Write a share as a whole per cent, never as 0% or 100%."""
    return percent_text(100 * value, 0)


def decimal_text(value: float) -> str:
    """Write a probability with three digits, as the terminal does; never as 0 or 1, whatever the runs showed."""
    return "<0.001" if value < 0.0005 else ">0.999" if value > 0.9995 else f"{value:.3f}"


def points_text(value: float) -> str:
    """Write a spread of a probability in whole points."""
    points = round(100 * value)
    return counted(points, "point") if points else "less than 1 point"


def exponent_for(half_width: float, most: float) -> int:
    """Return the exponent of the finest unit in which an error is at most `most`, at coarsest a whole unit."""
    if half_width <= 0:
        return FINEST
    return max(FINEST, min(0, math.ceil(math.log10(half_width / most))))


@dataclass(frozen=True)
class Chance:
    """A probability, its Monte Carlo interval and the spread from its inputs."""

    p: float
    low: float
    high: float
    input_sd: float | None = None
    input_range: tuple[float, float] | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Chance:
        """Read an entry of the record: p, mc_low, mc_high and, if present, input_sd and input_range."""
        spread = row.get("input_range")
        return cls(
            row["p"], row["mc_low"], row["mc_high"], row.get("input_sd"), None if spread is None else tuple(spread)
        )

    @classmethod
    def of_share(cls, p: float, draws: float) -> Chance:
        """Take a share without an interval of its own, with Wilson's interval on draws, which is wide enough."""
        draws = max(draws, 1.0)
        z2 = 1.96**2
        centre = (p + z2 / (2 * draws)) / (1 + z2 / draws)
        half = math.sqrt(z2 * (p * (1 - p) / draws + z2 / (4 * draws**2))) / (1 + z2 / draws)
        return cls(p, max(0.0, centre - half), min(1.0, centre + half))

    @property
    def half_width(self) -> float:
        """Half the Monte Carlo interval, in points."""
        return 50 * (self.high - self.low)

    @cached_property
    def text(self) -> str:
        """The number, such as `12%` or `less than 0.03%`.

        Its last digit may be off by five at most, except for a whole per cent, the coarsest unit; between 5% and 95% it
        is also the finest.
        """
        if self.p == 0:
            return f"less than {_one_digit(100 * self.high)}%"
        if self.p == 1:
            return f"more than {_decimal(100 - float(_one_digit(100 - 100 * self.low)))}%"
        exponent = 0 if 0.05 <= self.p <= 0.95 else exponent_for(self.half_width, 5)
        return percent_text(100 * self.p, exponent)

    @property
    def label(self) -> str:
        """The number in the short form for figures, such as `<0.03%`."""
        return self.text.replace("less than ", "<").replace("more than ", ">")

    @property
    def is_bound(self) -> bool:
        """Whether the text is a bound rather than a number."""
        return " than " in self.text

    @property
    def shown(self) -> float:
        """The probability that the text states, as a number in (0, 1)."""
        return round(float(self.text.rsplit(" ", 1)[-1].rstrip("%")) / 100, 9)

    @cached_property
    def interval(self) -> str:
        """The Monte Carlo interval, such as `11.4% to 12.6%`; the one-sided bound if none or all runs had the event."""
        if self.p in (0, 1):
            return self.text
        exponent = exponent_for(self.half_width, 15)
        return f"{percent_text(100 * self.low, exponent)} to {percent_text(100 * self.high, exponent)}"

    @property
    def frequency(self) -> str:
        """The natural frequency of the number as shown."""
        if not self.is_bound:
            return about(self.shown)
        few = self.p <= 0.5
        inverse = 1 / (self.shown if few else 1 - self.shown)
        step = 10 ** (len(str(int(inverse))) - 1) if inverse >= 100 else 1
        count = int(round(inverse, 6) // step) * step  # rounded down, above 100 to one digit
        if count == 1:  # a bound beyond one half, from very few draws
            return f"{'fewer' if few else 'more'} than {round(100 * self.shown)} in 100"
        return f"fewer than 1 in {count:,}" if few else f"more than {count - 1:,} in {count:,}"

    def word(self, scale: str) -> str:
        """Return the word with its range for the number as shown; empty if the number stands alone."""
        return "" if self.is_bound else phrase(self.shown, scale)

    def worded(self, scale: str) -> str:
        """Return number, word and range, such as `12% (very unlikely, 05-20%)`."""
        word = self.word(scale)
        return f"{self.text} ({word})" if word else self.text

    def line(self, scale: str) -> str:
        """Return number, word, range and frequency, such as `12% (very unlikely, 05-20%): about 1 in 8`."""
        return f"{self.worded(scale)}: {self.frequency}"

    @property
    def spread_text(self) -> str | None:
        """The range over inputs, such as `less than 1% to 97%`; None if unknown."""
        if self.input_range is None:
            return None
        low, high = (share_text(edge) for edge in self.input_range)
        return low if low == high else f"{low} to {high}"

    @property
    def spread_shape(self) -> str:
        """The shape of the beta fit: `humped`, `split` (both ends more probable than the middle) or `lopsided`."""
        if self.input_range is None or self.input_sd is None:
            return "humped"
        total = self.p * (1 - self.p) / self.input_sd**2 - 1
        if self.p * total < 1 and (1 - self.p) * total < 1 and 0.1 < self.p < 0.9:
            return "split"
        return "humped" if self.input_range[0] <= self.p <= self.input_range[1] else "lopsided"


def with_interval(chance: Chance) -> str:
    """Write a number with its Monte Carlo interval, unless it is the bound itself."""
    return chance.text if chance.p in (0, 1) else f"{chance.text} ({chance.interval})"


def chance_text(row: Mapping[str, Any]) -> str:
    """Write an entry of the record as `with_interval` does."""
    return with_interval(Chance.of(row))


def _one_digit(percent: float) -> str:
    """Round a bound up to one digit."""
    exponent = math.floor(math.log10(percent)) if percent > 0 else FINEST
    value = math.ceil(round(percent / 10.0**exponent, 6)) * 10.0**exponent
    return _decimal(min(value, 99.0))


def _decimal(value: float) -> str:
    return f"{value:.8f}".rstrip("0").rstrip(".")


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
    def with_interval(self) -> str:
        """The change with its interval, without the word: `+2.7 (+2.1 to +3.3)`."""
        return f"{self.number} ({self.interval})"

    @property
    def cells(self) -> tuple[str, str, str]:
        """The change, its interval, and a remark if there is no clear change."""
        return self.number, self.interval, "" if self.is_clear else "no clear change"

    @property
    def is_clear(self) -> bool:
        """Whether the interval, as shown, excludes 0."""
        signs = {self._points(edge)[0] for edge in (self.low, self.high)}
        return len(signs) == 1 and signs <= {"+", "−"}

    @property
    def line(self) -> str:
        """Change and interval, and whether there is a change: `+2.7 points (+2.1 to +3.3)`.

        An interval of 0 alone means that paired runs do not differ at all.
        """
        if self.low == self.high == 0:
            return "no change in any draw"
        return f"{self.text} ({self.interval})" if self.is_clear else f"no clear change ({self.interval} points)"

    def _points(self, share: float) -> str:
        places = max(0, -exponent_for(50 * (self.high - self.low), 15)) if self.high > self.low else 1
        return formatted(100 * share, f"+.{places}f")
