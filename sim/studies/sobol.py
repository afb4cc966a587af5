"""First-order and total Sobol' indices of a probability from a design of runs (Saltelli et al. 2010).

The design is two independent sets of rows, A and B, and for each input a third, which is A with that input's column
from B. Each row is a draw with replicates of its own, so it gives the probability plus chance: chance adds the same to
every mean square, which the spread within rows reveals, and nothing to products of different rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim import rng
from sim.errors import UsageError
from sim.forecast.first_order import Interval, Values, interval
from sim.model.inputs import names_of_streams
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask
from sim.runs.play import ALL, Request
from sim.scenario.edit import bare
from sim.wording import counted

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Site

RESAMPLES = 200
LEAST_BASE = 64


@dataclass(frozen=True)
class Plan:
    """The varied streams of inputs, one per column, and the name under which each column is reported.

    Columns with the same name are varied together and have one index. Rows come in sets: one from A, one for each name,
    and one from B.
    """

    streams: tuple[str, ...]
    names: tuple[str, ...]
    base: int
    replicates: int
    seed: int

    @property
    def groups(self) -> tuple[str, ...]:
        """The names, each once, in order."""
        return tuple(dict.fromkeys(self.names))

    @property
    def rows(self) -> int:
        """Number of rows of the design."""
        return self.base * (len(self.groups) + 2)


@dataclass(frozen=True)
class Index:
    """The indices of an input, or of several together: shares of the probability's variance without chance."""

    name: str
    first: Interval
    total: Interval


@dataclass(frozen=True)
class Indices:
    """The result of a design, with the largest total index first.

    The variance is that of the probability over draws; `not_chance` is its share of the variance of the outcome.
    """

    p: float
    variance: float
    not_chance: Interval
    inputs: tuple[Index, ...]


def plan_of(scenario: Scenario, runs: int, *, replicates: int, seed: int, names: dict[str, str] | None = None) -> Plan:
    """Return the largest design, with a power of two of base rows, that this many runs allow.

    The names, by stream, are those in the result; by default a stream has its own, or that of the inputs correlated
    with it. Raises UsageError if there are too few runs, only one replicate, or nothing to vary.
    """
    own = names_of_streams(scenario)
    streams = tuple(own)
    if not streams:
        raise UsageError("the scenario has no uncertain input, so its probability rests on none")
    if replicates < 2:
        raise UsageError("a design needs two or more replicates a draw: one does not tell chance from inputs")
    told = tuple((own if names is None else names)[stream] for stream in streams)
    row = (len(set(told)) + 2) * replicates
    if runs < row * LEAST_BASE:
        raise UsageError(
            f"a design of {counted(len(set(told)), 'input')} needs {row * LEAST_BASE:,} runs or more (got {runs:,})"
        )
    return Plan(streams, told, 2 ** int(np.log2(runs / row)), replicates, seed)


def design(plan: Plan) -> Values:
    """Return the rows of a design as quantiles, shape (rows, columns), in the order of `Plan.rows`.

    They are scrambled Sobol' points (Owen 1998) in twice as many dimensions as there are columns: A, then B.
    """
    from scipy.stats import qmc

    generator = rng.stream(plan.seed, 0, "sobol", "design")
    points = qmc.Sobol(2 * len(plan.streams), scramble=True, rng=generator).random(plan.base)
    first, last = np.split(points, 2, axis=1)
    exchanged = (np.where([name == group for name in plan.names], last, first) for group in plan.groups)
    rows = np.stack([first, *exchanged, last], axis=1).reshape(plan.rows, -1)
    return np.asarray(np.clip(rows, 2.0**-54, 1 - 2.0**-53))


def study(scenario: Scenario, plan: Plan, outcome: str, by: int, site: Site) -> Indices:
    """Play a design and return its indices for an outcome within `by` days."""
    request = Request(partial(_block, bare(scenario), plan, design(plan)), blocks_of(plan), cap=ALL)
    (records,) = site.records([request])
    hits = (records[outcome] < by).reshape(-1, plan.replicates).sum(axis=1)
    return indices(hits[: plan.rows], plan)


def blocks_of(plan: Plan) -> int:
    """Return the number of blocks of a design."""
    return -(-plan.rows * plan.replicates // BLOCK_RUNS)


def _block(scenario: Scenario, plan: Plan, rows: Values, block: int) -> BlockTask:
    """Return the block that plays some rows of a design, filled up with medians."""
    draws = BLOCK_RUNS // plan.replicates
    part = rows[block * draws : (block + 1) * draws]
    part = np.pad(part, ((0, draws - len(part)), (0, 0)), constant_values=0.5)
    quantiles = dict(zip(plan.streams, np.ascontiguousarray(part.T), strict=True))
    return BlockTask(scenario, plan.seed, block, plan.replicates, quantiles=quantiles)


def indices(hits: npt.NDArray[np.int64], plan: Plan) -> Indices:
    """Compute the indices from the successes of each row, shape (rows,), in the order of `design`."""
    share = hits / plan.replicates
    within = share * (1 - share) / (plan.replicates - 1)
    rows, noise = share.reshape(plan.base, -1), within.reshape(plan.base, -1).mean(axis=1)
    value = _indices(rows, noise)
    generator = rng.stream(plan.seed, 0, "bootstrap", "sobol")
    picks = generator.integers(plan.base, size=(RESAMPLES, plan.base))
    again = np.array([_indices(rows[pick], noise[pick]) for pick in picks])
    size = len(plan.groups)
    found = [
        Index(name, interval(value[place], again[:, place]), interval(value[size + place], again[:, size + place]))
        for place, name in enumerate(plan.groups)
    ]
    p = float(share.mean())
    not_chance = interval(value[-1], again[:, -1])
    ordered = tuple(sorted(found, key=lambda one: -one.total.value))
    return Indices(p, not_chance.value * p * (1 - p), not_chance, ordered)


def _indices(rows: Values, noise: Values) -> Values:
    """Return first-order indices, total indices and the share of the outcome's variance that is not chance.

    The variance of row means is V + c, where V is the variance of the probability and c is added by chance; the
    first-order numerator contains no chance, the total one c (Saltelli et al. 2010, table 2).
    """
    centred = rows - rows.mean()
    first, middle, last = centred[:, [0]], centred[:, 1:-1], centred[:, [-1]]
    whole, chance = float(np.var(centred[:, [0, -1]])), float(noise.mean())
    if whole == 0:
        return np.zeros(2 * middle.shape[1] + 1)
    variance = max(whole - chance, whole / 50)
    alone = (last * (middle - first)).mean(axis=0) / variance
    jointly = (((first - middle) ** 2).mean(axis=0) / 2 - chance) / variance
    p = rows.mean()
    return np.concatenate([alone, jointly, [(whole - chance) / max(p * (1 - p), 1e-12)]])
