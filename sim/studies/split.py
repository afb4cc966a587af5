"""The split of a forecast's variance: how much rests on the actors, on the structural parameters, on chance.

First-order indices of groups of inputs (Sobol' 1993; Saltelli 2002): the covariance of two sets of runs that share one
group and nothing else. They are shares of the variance of the outcome, yes or no; dividing by the share that is not
chance gives shares of the variance of the probability.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.model.inputs import draw_inputs, inputs_of, is_unseen, names_of_streams
from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, record_block

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Site

GROUPS = ("actors and ties", "structural parameters", "unobserved heterogeneity")
ALL = "all inputs"
OTHER_SEED = 1 << 62  # added to the seed of the runs that share a group only


@dataclass(frozen=True)
class Index:
    """A share of the variance of the outcome, with its standard error."""

    share: float
    se: float


@dataclass(frozen=True)
class Split:
    """The split of the variance of whether an offensive begins within `by` days.

    Attributes
    ----------
    p
        Probability that it does.
    groups
        First-order index of each group, by its name in `GROUPS`.
    inputs
        Index of all inputs together: the share of the variance that is not chance.
    """

    by: int
    p: float
    groups: Mapping[str, Index]
    inputs: Index

    @property
    def chance(self) -> float:
        """Share of the outcome's variance that would remain if all inputs were known."""
        return 1 - self.inputs.share

    @property
    def interactions(self) -> float:
        """Share of the outcome's variance that no group explains by itself."""
        return self.inputs.share - sum(one.share for one in self.groups.values())


@dataclass(frozen=True)
class SplitTask:
    """One block of a split."""

    scenario: Scenario
    seed: int
    block: int

    def __str__(self) -> str:
        """Name the task in messages."""
        return f"block {self.block} of the split of {self.scenario.id}"


def group_of(stream: str) -> str:
    """Return the group of a stream of inputs."""
    if stream.startswith("parameters."):
        return GROUPS[1]
    return GROUPS[2] if is_unseen(stream) else GROUPS[0]


def split(scenario: Scenario, *, by: int, blocks: int, seed: int, site: Site) -> Split:
    """Split the variance of whether an offensive begins within `by` days over groups of inputs.

    Parameters
    ----------
    blocks
        Blocks of 4,096 runs; each is played once for each group, for all inputs, and once more.
    """
    played = site.map(play_groups, [SplitTask(scenario, seed, block) for block in range(blocks)])
    names = (*GROUPS, ALL, "")
    happened = {name: np.concatenate([one[name]["offensive"] < by for one in played]) for name in names}
    base = happened[""]
    p = float(base.mean())
    indices = {name: _index(base, happened[name]) for name in (*GROUPS, ALL)}
    return Split(by, p, {name: indices[name] for name in GROUPS}, indices[ALL])


def play_groups(task: SplitTask) -> dict[str, npt.NDArray[np.void]]:
    """Play a block as it is, under the name "", and again with all new but one group, by its name."""
    inputs = inputs_of(task.scenario)
    quantiles = draw_inputs(inputs, task.seed, task.block, BLOCK_RUNS, 1).quantiles
    streams = names_of_streams(task.scenario)
    shared = {group: [one for one, name in streams.items() if group_of(name) == group] for group in GROUPS}
    shared[ALL] = list(streams)

    def again(streams: Sequence[str]) -> npt.NDArray[np.void]:
        taken = {stream: quantiles[stream] for stream in streams}
        return record_block(BlockTask(task.scenario, task.seed + OTHER_SEED, task.block, 1, quantiles=taken))

    records = {name: again(group) for name, group in shared.items()}
    return records | {"": record_block(BlockTask(task.scenario, task.seed, task.block, 1))}


def _index(first: npt.NDArray[np.bool_], second: npt.NDArray[np.bool_]) -> Index:
    """Estimate a first-order index from pairs of runs; the mean of both sets centres both (Janon et al. 2014)."""
    p = (first.mean() + second.mean()) / 2
    variance = p * (1 - p)
    if variance == 0:
        return Index(0.0, 0.0)
    products = (first - p) * (second - p) / variance
    return Index(float(products.mean()), float(products.std(ddof=1)) / math.sqrt(len(products)))
