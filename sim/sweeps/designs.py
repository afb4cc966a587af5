"""Designs: which combinations of the axes' values become cells.

Sampled designs are those of `scipy.stats.qmc`: the Latin hypercube (McKay, Beckman & Conover 1979) and the scrambled
Sobol' sequence (Sobol' 1967; Owen 1995). Both draw from a named stream of the sweep's seed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.sweeps.axes import BASE, Axis

if TYPE_CHECKING:
    from sim.sweeps.schema import Design

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
    columns = [axis.at(column) for axis, column in zip(axes.values(), quantiles.T, strict=True)]
    for values in zip(*columns, strict=True):
        yield _changes(axes, values)


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
