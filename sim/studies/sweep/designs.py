"""Axes and designs: the values a sweep gives to dotted paths of its base, and which combinations become cells.

An axis is written as a list of values, as `{from: 0, to: 1, steps: 5}`, as a distribution, or as `prior`, the base's
own distribution. Sampled designs are those of `scipy.stats.qmc`: the Latin hypercube (McKay, Beckman & Conover 1979)
and the scrambled Sobol' sequence (Sobol' 1967; Owen 1995). Both draw from a named stream of the sweep's seed.
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.distributions import Distribution, Fixed, Uniform, is_distribution, parse
from sim.scenario.quantities import date_or_none
from sim.studies.sweep.schema import MAX_CELLS, is_number, is_whole, shown
from sim.wording import counted

if TYPE_CHECKING:
    from sim.model.inputs import Input
    from sim.studies.sweep.schema import Design

BASE = "base"
"""Stands for the base's own value in a list of values."""
PRIOR = "prior"
MAX_VALUES = 1000
DIGITS = 6
"""Significant digits of drawn and stepped values: enough for any input, few enough to agree on all machines."""
TAILS = (0.1, 0.9)
"""Quantiles at which one-at-a-time evaluates an axis that is a distribution."""
KEYS = ("from", "to", "steps")


@dataclass(frozen=True)
class Axis:
    """One axis: its listed values, if any, and the distribution to draw from, clipped to its range."""

    values: tuple[Any, ...] = ()
    spread: Distribution | None = None
    low: float = -math.inf
    high: float = math.inf

    @property
    def ends(self) -> tuple[Any, ...]:
        """The values for one-at-a-time: those listed, or the 10th and 90th percentile."""
        return self.values or self.at(np.array(TAILS))

    def at(self, quantiles: npt.NDArray[np.float64]) -> tuple[Any, ...]:
        """Return the value at each quantile in (0, 1); listed values occur equally often, to within one."""
        if self.spread is None:
            ranks = np.argsort(np.argsort(quantiles))
            return tuple(self.values[rank * len(self.values) // len(quantiles)] for rank in ranks.tolist())
        drawn = np.clip(self.spread.ppf(quantiles), self.low, self.high)
        return tuple(rounded(float(value)) for value in drawn)


def rounded(value: float) -> float:
    """Round to `DIGITS` significant digits."""
    return float(f"{value:.{DIGITS}g}")


def read_axis(written: Any, own: Input | None) -> Axis:
    """Make an axis from its written form, already checked by `axis_complaints`.

    `own` is the input of the base at this path; None if it is not a number of the base.
    """
    edges = (-math.inf, math.inf) if own is None else (own.low, own.high)
    if written == PRIOR and own is not None:
        return Axis((), own.distribution, *edges)
    if isinstance(written, list):
        return Axis(values=tuple(written))
    if is_distribution(written):
        return Axis((), parse(written).within(*edges), *edges)
    low, high, steps = float(written["from"]), float(written["to"]), written.get("steps")
    values = () if steps is None else tuple(map(rounded, np.linspace(low, high, steps).tolist()))
    return Axis(values, Uniform(low, high))


def axis_complaints(written: Any, own: Input | None) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the faults of a written axis: the place below its key, and the message."""
    if written == PRIOR:
        if own is None or own.distribution.is_fixed:
            yield (), "the base has no distribution here, so there is no `prior`; write a list or a range"
    elif isinstance(written, list):
        yield from _list_complaints(written)
    elif not isinstance(written, Mapping):
        yield (), f"expected a list, {{from: 0, to: 1, steps: 5}}, a distribution or `prior` (got {shown(written)})"
    elif set(written) <= set(KEYS):
        yield from _range_complaints(written)
    else:
        yield from _distribution_complaints(written)


def _distribution_complaints(written: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    try:
        if isinstance(parse(written), Fixed):
            raise ValueError
    except ValueError as error:
        yield (), f"{error or 'expected a list, {from, to, steps} or a distribution'} (got {shown(written)})"


def same_day_complaints(written: Any, as_of: datetime.date) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the values that mean the same day as an earlier one: a date and a number of days from the as-of date."""
    days: dict[float, Any] = {}
    for place, value in enumerate(written if isinstance(written, list) else ()):
        day = day_of(value, as_of)
        if day in days and shown(days[day]) != shown(value):
            yield (place,), f"{shown(value)} is the day of {shown(days[day])}, which stands already; leave it out"
        elif day is not None:
            days[day] = value


def day_of(value: Any, as_of: datetime.date) -> float | None:
    """Return a date as days from the as-of date, a number as it is; None for anything else."""
    if isinstance(value, str):
        date = date_or_none(value)
        return None if date is None else float((date - as_of).days)
    return float(value) if is_number(value) else None


def _list_complaints(written: list[Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if not 1 <= len(written) <= MAX_VALUES:
        yield (), f"expected 1 to {MAX_VALUES:,} values (got {len(written):,})"
        return
    seen: set[str] = set()
    for place, value in enumerate(written):
        if wrong := _wrong_with(value):
            yield (place,), wrong
        elif shown(value) in seen:
            yield (place,), f"the value {shown(value)} appears twice"
        seen.add(shown(value))


def _wrong_with(value: Any) -> str | None:
    """Return why a value cannot be in a list; None if it can."""
    if isinstance(value, list) or (isinstance(value, Mapping) and not is_distribution(value)):
        return f"expected a number, a word, true, false, a distribution, `base` or null (got {shown(value)})"
    if isinstance(value, float) and not math.isfinite(value):
        return f"expected a finite number (got {shown(value)})"
    return None


def _range_complaints(written: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    wrong = next((key for key in KEYS[:2] if not is_number(written.get(key))), None)
    if wrong is not None:
        yield (wrong,) if wrong in written else (), f"expected a number as `{wrong}` (got {shown(written.get(wrong))})"
    elif not written["from"] < written["to"]:
        yield ("to",), f"expected a number above `from`, which is {shown(written['from'])}"
    if not is_whole(written.get("steps", 2), 2, MAX_VALUES):
        yield ("steps",), f"expected a whole number of values from 2 to {MAX_VALUES:,} (got {shown(written['steps'])})"


MOST_SWAPS = 200
Changes = dict[str, Any]
"""Dotted path to value; a path that stays as in the base is absent."""


def cell_count(design: Design, axes: Mapping[str, Axis]) -> int:
    """Return the number of cells a design makes, without making them."""
    if design.is_sampled:
        return design.points
    if design.kind == "grid":
        return math.prod(len(axis.values) for axis in axes.values())
    return 1 + sum(len(axis.ends) for axis in axes.values())


def cells_of(design: Design, axes: Mapping[str, Axis], seed: int) -> Iterator[Changes]:
    """Yield the changes of each cell; in one-at-a-time the first changes nothing."""
    if design.is_sampled:
        yield from _sampled(design, axes, seed)
    elif design.kind == "grid":
        for values in itertools.product(*(axis.values for axis in axes.values())):
            yield _changes(axes, values)
    else:
        yield {}
        for path, axis in axes.items():
            for value in axis.ends:
                yield _changes([path], [value])


def _sampled(design: Design, axes: Mapping[str, Axis], seed: int) -> Iterator[Changes]:
    quantiles = unit_points(design, len(axes), seed)
    pairs = list(zip(axes.values(), quantiles.T, strict=True))
    if combinations(axes) is None:
        rows: Iterable[Any] = zip(*(axis.at(column) for axis, column in pairs), strict=True)
    else:  # all are lists, so no two cells need be the same
        places = [Axis(tuple(range(len(axis.values)))).at(column) for axis, column in pairs]
        chosen = apart(np.array(places).T, rng.stream(seed, 0, "sweep", "apart")).tolist()
        rows = ([axis.values[n] for axis, n in zip(axes.values(), row, strict=True)] for row in chosen)
    yield from (_changes(axes, values) for values in rows)


def combinations(axes: Mapping[str, Axis]) -> int | None:
    """Return the number of combinations of listed values; None if an axis is drawn from a distribution."""
    if any(axis.spread is not None for axis in axes.values()):
        return None
    return math.prod(len(axis.values) for axis in axes.values())


def design_complaints(design: Design, axes: Mapping[str, Axis]) -> Iterator[tuple[tuple[str], str]]:
    """Yield the fault of a design with too many cells, or with more than there are combinations: key and message."""
    cells, most = counted(cell_count(design, axes), "cell"), combinations(axes)
    if cell_count(design, axes) > MAX_CELLS:
        yield ("axes",), f"the design has {cells}; expected {MAX_CELLS:,} at most"
    elif design.is_sampled and most is not None and design.points > most:
        many = f"the lists have {most:,} combinations, and {cells} are to be drawn"
        yield ("design",), f"{many}; take `grid` for all of them"


def apart(cells: npt.NDArray[np.int64], generator: np.random.Generator) -> npt.NDArray[np.int64]:
    """Make identical cells differ: swap a value with another cell, so that each value stays equally frequent.

    The cells, at most as many as there are combinations, have the shape (cells, axes): the index of each value in its
    list. Some may still be identical after `MOST_SWAPS` tries per cell.
    """
    rows = list(map(tuple, cells.tolist()))
    count = Counter(rows)
    for _ in range(MOST_SWAPS):
        same = [place for place, row in enumerate(rows) if count[row] > 1]
        if not same:
            break
        for one in same:
            other, axis = int(generator.integers(len(rows))), int(generator.integers(cells.shape[1]))
            rows[one], rows[other] = _parted(rows[one], rows[other], axis, count)
    return np.array(rows, dtype=np.int64).reshape(cells.shape)


def _parted(
    first: tuple[int, ...], second: tuple[int, ...], axis: int, count: Counter[tuple[int, ...]]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return two cells with a value swapped, and count them so; unchanged if fewer would then be unique."""
    old = first, second
    new = (*first[:axis], second[axis], *first[axis + 1 :]), (*second[:axis], first[axis], *second[axis + 1 :])
    before = _alone(old, count) if first != second else 0
    count.subtract(old)
    count.update(new)
    if _alone(new, count) >= before:
        return new
    count.subtract(new)
    count.update(old)
    return old


def _alone(rows: Iterable[tuple[int, ...]], count: Mapping[tuple[int, ...], int]) -> int:
    return sum(count[row] == 1 for row in rows)


def unit_points(design: Design, dimensions: int, seed: int) -> npt.NDArray[np.float64]:
    """Return the points of a sampled design in the open unit cube, shape (points, dimensions)."""
    from scipy.stats import qmc

    generator = rng.stream(seed, 0, "sweep", design.kind)
    if design.kind == "sobol":
        points = qmc.Sobol(dimensions, scramble=True, rng=generator).random_base2(design.points.bit_length() - 1)
    else:
        points = qmc.LatinHypercube(dimensions, rng=generator).random(design.points)
    return np.asarray(np.clip(points, 2.0**-40, 1 - 2.0**-40))


def _changes(paths: Any, values: Any) -> Changes:
    return {path: value for path, value in zip(paths, values, strict=True) if value != BASE}
