"""Words of estimative probability, each with its range: ICD 203, the UK's PHIA yardstick, or numbers alone.

Readers agree with a scale far more often if the range follows the word (Wintle et al. 2019), so a word never leaves
this module without one. `phrase` gives the word for a probability, `about` the natural frequency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from sim.errors import ReportError


class Band(NamedTuple):
    """A word and its range in per cent; if two bands share an edge, it belongs to that nearer to 50%."""

    word: str
    low: int
    high: int
    holds_high: bool = True

    def holds(self, percent: float) -> bool:
        """Return whether a per cent value is in the band."""
        return self.low <= percent < self.high or (self.holds_high and percent == self.high)


@dataclass(frozen=True)
class Scale:
    """A scale of words; `digits` is the minimum number of digits in its printed ranges."""

    name: str
    bands: tuple[Band, ...]
    digits: int = 1

    def range(self, low: int, high: int) -> str:
        """Write a range in the form of the scale."""
        return f"{low:0{self.digits}d}-{high:0{self.digits}d}%"


SCALES: Mapping[str, Scale] = {
    "icd203": Scale(
        "US Intelligence Community Directive 203",
        (
            Band("almost no chance", 1, 5),
            Band("very unlikely", 5, 20),
            Band("unlikely", 20, 45),
            Band("roughly even chance", 45, 55),
            Band("likely", 55, 80),
            Band("very likely", 80, 95),
            Band("almost certain", 95, 99),
        ),
        digits=2,
    ),
    "phia": Scale(
        "UK Professional Head of Intelligence Assessment yardstick",
        (
            Band("remote chance", 0, 5),
            Band("highly unlikely", 10, 20),
            Band("unlikely", 25, 35),
            Band("realistic possibility", 40, 50, holds_high=False),
            Band("likely", 55, 75),
            Band("highly likely", 80, 90),
            Band("almost certain", 95, 100),
        ),
    ),
    "none": Scale("numbers only", ()),
}
"""The scales by name. ICD 203 covers nothing below 1% or above 99%; the gaps of PHIA are deliberate."""


def scale_of(name: str) -> Scale:
    """Return a scale by name; if there is none, a `ReportError` lists them."""
    if name not in SCALES:
        raise ReportError(f"there is no scale of words {name!r}; expected one of {', '.join(SCALES)}")
    return SCALES[name]


def phrase(p: float, scale: str = "icd203") -> str:
    """Return the word for a probability in [0, 1], as shown, with its range, such as `very unlikely, 05-20%`.

    In a gap between two words it is `between X and Y` with the range of the gap; empty if the number stands alone. An
    unknown scale is a `ReportError`.
    """
    chosen = scale_of(scale)
    percent = round(100 * p, 9)
    inside = [one for one in chosen.bands if one.holds(percent)]
    if inside:
        band = min(inside, key=lambda one: abs(one.low + one.high - 100))
        return f"{band.word}, {chosen.range(band.low, band.high)}"
    for below, above in pairwise(chosen.bands):
        if below.high <= percent <= above.low:
            return f"between {below.word} and {above.word}, {chosen.range(below.high, above.low)}"
    return ""


_FRACTIONS = sorted(
    {Fraction(1, n) for n in range(2, 11)}
    | {Fraction(n - 1, n) for n in range(2, 11)}
    | {Fraction(2, 5), Fraction(3, 5), Fraction(3, 10), Fraction(7, 10)},
    key=lambda fraction: fraction.denominator,
)


def about(p: float) -> str:
    """Return a probability in (0, 1), as shown, as a natural frequency, such as `about 1 in 8`."""
    if p < 0.1:
        count = 1 / p  # rounded to what "about" allows: by fives above 20, to two digits above 100
        step = 1 if count <= 20 else 5 if count <= 100 else int(10 ** (len(str(int(count))) - 2))
        return f"about 1 in {round(count / step) * step:,}"
    if p > 0.95:
        return f"about {min(99, round(100 * p))} in 100" if p <= 0.99 else "more than 99 in 100"
    if p > 0.9:
        return f"about {round(1 / (1 - p)) - 1} in {round(1 / (1 - p))}"
    nearest = min(_FRACTIONS, key=lambda fraction: abs(float(fraction) - p))
    return f"about {nearest.numerator} in {nearest.denominator}"
