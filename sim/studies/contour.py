"""The contour: for which pairs of two numbers a probability crosses a target.

A grid of pairs is played first. On each edge of the grid whose ends lie on different sides of the target the crossing
is narrowed by two more values; its interval is the error of the probability over the slope along that edge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.estimates import Estimate
from sim.studies.rows import plain_row
from sim.studies.sweep.axes import rounded

if TYPE_CHECKING:
    import pandas as pd

    from sim.forecast.plan import Plan
    from sim.studies.bench import Bench
    from sim.studies.tipping import Asked

Pair = tuple[float, float]
Sample = Callable[[Sequence[Pair]], Sequence[Estimate]]
GRID = 7
ROUNDS = 2
"""Times that the crossing on an edge is narrowed."""


@dataclass(frozen=True)
class Place:
    """A point of the contour.

    Attributes
    ----------
    along
        Which of the two numbers varies on its edge, 0 or 1; the interval `low` to `high` is of that one.
    """

    pair: Pair
    along: int
    low: float
    high: float


@dataclass
class _Edge:
    """An edge of the grid that the contour crosses: its ends narrow, its slope is that of the whole edge."""

    along: int
    first: Pair
    second: Pair
    offs: tuple[float, float]
    slope: float
    error: float

    @property
    def crossing(self) -> Pair:
        """Where the line between its ends crosses the target."""
        share = self.offs[0] / (self.offs[0] - self.offs[1])
        moved = [rounded(a + share * (b - a)) for a, b in zip(self.first, self.second, strict=True)]
        return moved[0], moved[1]

    def narrow(self, pair: Pair, one: Estimate, target: float) -> None:
        """Put a pair that was played in the place of the end on its side."""
        off = one.p - target
        self.error = one.half_width
        if (off >= 0) == (self.offs[0] >= 0):
            self.first, self.offs = pair, (off, self.offs[1])
        else:
            self.second, self.offs = pair, (self.offs[0], off)

    def place(self, span: Pair) -> Place:
        """Return the point of the contour, its interval cut to the range."""
        pair, reach = self.crossing, self.error / abs(self.slope)
        low, high = max(span[0], pair[self.along] - reach), min(span[1], pair[self.along] + reach)
        return Place(pair, self.along, rounded(low), rounded(high))


@dataclass(frozen=True, repr=False)
class Contour:
    """The contour in a plane of two numbers.

    Attributes
    ----------
    grid
        The values of both numbers.
    values
        The probability by second, then first number.
    places
        Points of the contour, by first number, then second; none where it does not cross the grid.
    no_effect
        Whether the paired runs at all pairs of the grid show no difference.
    """

    asked: Asked
    plan: Plan
    grid: tuple[tuple[float, ...], tuple[float, ...]]
    values: tuple[tuple[Estimate, ...], ...]
    places: tuple[Place, ...]
    no_effect: bool

    def __repr__(self) -> str:
        """Say whether the target is reached, in one line."""
        return f"Contour({self.asked}: {self.verdict}, {len(self.places)} points)"

    @property
    def points(self) -> list[tuple[Pair, Estimate]]:
        """Every pair of the grid, by second, then first number, with its probability."""
        pairs = [(x, y) for y in self.grid[1] for x in self.grid[0]]
        return list(zip(pairs, chain.from_iterable(self.values), strict=True))

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each point of the grid: a column for either path, p, mc_low, mc_high."""
        import pandas as pd

        rows = [(*pair, one.p, one.low, one.high) for pair, one in self.points]
        return pd.DataFrame(rows, columns=[*self.asked.paths, "p", "mc_low", "mc_high"])

    @property
    def verdict(self) -> str:
        """Whether the target is reached on the grid; `undecided` where only an interval holds it."""
        if self.no_effect:
            return "no effect"
        if self.places:
            return "reached"
        target = self.asked.target
        within = any(one.low <= target <= one.high for _, one in self.points)
        return "undecided" if within else "not reached"

    def record(self, command: str | None = None) -> dict[str, Any]:
        """Return the content of tipping.json (docs/what-if.md)."""
        target = self.asked.target
        cells: list[dict[str, Any]] = [{"value": list(pair), **plain_row(one)} for pair, one in self.points]
        return {
            **self.asked.record(self.plan, command),
            "verdict": self.verdict,
            "grid": [list(axis) for axis in self.grid],
            "crossings": [],
            "apart": None,
            "nearest": min(cells, key=lambda cell: abs(cell["p"] - target)),
            "points": cells,
            "contour": [
                {"value": list(one.pair), "along": self.asked.paths[one.along], "low": one.low, "high": one.high}
                for one in self.places
            ],
        }


def contour(asked: Asked, bench: Bench, *, grid: int = GRID) -> Contour:
    """Find the contour of a question with two paths; parameters as those of `tip`."""
    axes = tuple(tuple(rounded(float(v)) for v in np.linspace(low, high, grid)) for low, high in asked.spans)
    found = trace(lambda pairs: asked.sample(bench, pairs), (axes[0], axes[1]), asked.target)
    return Contour(asked, bench.plan, (axes[0], axes[1]), *found, asked.has_no_effect(bench, list(product(*axes))))


def trace(
    sample: Sample, axes: tuple[tuple[float, ...], tuple[float, ...]], target: float
) -> tuple[tuple[tuple[Estimate, ...], ...], tuple[Place, ...]]:
    """Play a grid and narrow the crossings on its edges; return its probabilities and the points of the contour."""
    xs, ys = axes
    played = iter(sample([(x, y) for y in ys for x in xs]))
    values = tuple(tuple(next(played) for _ in xs) for _ in ys)
    edges = _edges(axes, values, target)
    for _ in range(ROUNDS):
        pairs = [edge.crossing for edge in edges]
        for edge, pair, one in zip(edges, pairs, sample(pairs) if pairs else (), strict=True):
            edge.narrow(pair, one, target)
    ends = ((xs[0], xs[-1]), (ys[0], ys[-1]))
    return values, tuple(sorted((edge.place(ends[edge.along]) for edge in edges), key=lambda one: one.pair))


def _edges(
    axes: tuple[tuple[float, ...], tuple[float, ...]], values: Sequence[Sequence[Estimate]], target: float
) -> list[_Edge]:
    """Return the edges of the grid whose ends lie on different sides of the target."""
    xs, ys = axes
    edges = []
    for j in range(len(ys)):
        for i in range(len(xs)):
            for along, (di, dj) in enumerate(((1, 0), (0, 1))):
                if i + di == len(xs) or j + dj == len(ys):
                    continue
                first, second = values[j][i], values[j + dj][i + di]
                offs = first.p - target, second.p - target
                if (offs[0] >= 0) == (offs[1] >= 0):
                    continue
                ends = (xs[i], ys[j]), (xs[i + di], ys[j + dj])
                slope = (offs[1] - offs[0]) / (ends[1][along] - ends[0][along])
                edges.append(_Edge(along, *ends, offs, slope, first.half_width))
    return edges
