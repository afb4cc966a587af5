"""Designs: which combinations of the axes' values become cells.

Sampled designs are those of `scipy.stats.qmc`: the Latin hypercube (McKay, Beckman & Conover 1979) and the scrambled
Sobol' sequence (Sobol' 1967; Owen 1995). Both draw from a named stream of the sweep's seed.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.studies.sweep.axes import BASE, Axis
from sim.wording import counted

if TYPE_CHECKING:
    from sim.studies.sweep.schema import Design

MOST_SWAPS = 200
Changes = dict[str, Any]
"""Dotted path to value; a path that stays as in the base is not in it."""


def cell_count(design: Design, axes: Mapping[str, Axis]) -> int:
    """Return how many cells a design makes, without making them."""
    if design.is_sampled:
        return design.points
    if design.kind == "grid":
        return math.prod(len(axis.values) for axis in axes.values())
    return 1 + sum(len(axis.ends) for axis in axes.values())


def cells_of(design: Design, axes: Mapping[str, Axis], seed: int) -> Iterator[Changes]:
    """Yield what each cell changes; of one-at-a-time the first changes nothing."""
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
    if combinations(axes) is not None:
        places = [
            Axis(tuple(range(len(axis.values)))).at(column)
            for axis, column in zip(axes.values(), quantiles.T, strict=True)
        ]
        chosen = apart(np.array(places).T, rng.stream(seed, 0, "sweep", "apart"))
        rows = ([axis.values[n] for axis, n in zip(axes.values(), row, strict=True)] for row in chosen.tolist())
        yield from (_changes(axes, values) for values in rows)
        return
    columns = [axis.at(column) for axis, column in zip(axes.values(), quantiles.T, strict=True)]
    for values in zip(*columns, strict=True):
        yield _changes(axes, values)


def combinations(axes: Mapping[str, Axis]) -> int | None:
    """Return how many combinations lists of values have; None where an axis is drawn from a distribution."""
    if any(axis.spread is not None for axis in axes.values()):
        return None
    return math.prod(len(axis.values) for axis in axes.values())


def sampled_complaint(design: Design, axes: Mapping[str, Axis]) -> str | None:
    """Say that a sampled design is to have more cells than there are; None where it is not."""
    most = combinations(axes)
    if not design.is_sampled or most is None or design.points <= most:
        return None
    many = f"the lists have {most:,} combinations, and {counted(design.points, 'cell')} are to be drawn"
    return f"{many}; take `grid` for all of them"


def apart(cells: npt.NDArray[np.int64], generator: np.random.Generator) -> npt.NDArray[np.int64]:
    """Make cells differ that are the same: swap a value with another cell, so that each value stays as frequent.

    Parameters
    ----------
    cells
        Shape (cells, axes), the place of a value in its list; at most as many cells as there are combinations.

    Returns
    -------
    Cells of the same shape; some are still the same where `MOST_SWAPS` tries a cell did not part them.
    """
    rows = [tuple(row) for row in cells.tolist()]
    count = Counter(rows)
    for _ in range(MOST_SWAPS):
        same = [place for place, row in enumerate(rows) if count[row] > 1]
        if not same:
            break
        for one in same:
            other, axis = int(generator.integers(len(rows))), int(generator.integers(cells.shape[1]))
            old = rows[one], rows[other]
            new = _swapped(*old, axis)
            before = sum(count[row] == 1 for row in old) if old[0] != old[1] else 0
            count.subtract(old)
            count.update(new)
            if sum(count[row] == 1 for row in new) >= before:
                rows[one], rows[other] = new
            else:
                count.subtract(new)
                count.update(old)
    return np.array(rows, dtype=np.int64).reshape(cells.shape)


def _swapped(first: tuple[int, ...], second: tuple[int, ...], axis: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return two cells with their values of one axis swapped."""
    return (*first[:axis], second[axis], *first[axis + 1 :]), (*second[:axis], first[axis], *second[axis + 1 :])


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
