"""How many runs of independent draws one run of stratified draws is worth, by scenario and day.

    python -m tests.benchmarks.strata     # prints the table of docs/scale.md; about ten minutes
    python -m tests.benchmarks.strata 64  # with hypercubes of so many draws

The variance of a probability is that of means of hypercubes, which are independent; of independent draws, that of means
of draws.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import sim
from sim import rng
from sim.runs.block.blocks import BlockTask, run_block
from sim.scenario.scenario import Scenario
from tests.places import SCENARIOS

FILES = (
    "idlib-2018/baseline.yaml",
    "ukraine-2022/baseline.yaml",
    "niger-2023/baseline.yaml",
    "cases/s07-east-ghouta-2018-02.yaml",
    "cases/s15-idlib-2019-04.yaml",
)
BLOCKS, REPLICATES = 8, 2


def variances(scenario: Scenario, strata: int) -> list[float]:
    """Return the variance of the probability of an offensive by each milestone, for the same runs."""
    rng.STRATA = strata
    tasks = (BlockTask(scenario, 7, block, REPLICATES) for block in range(BLOCKS))
    days = np.concatenate([run_block(task).records["offensive"] for task in tasks])
    means = [(days < day).reshape(-1, REPLICATES * strata).mean(axis=1) for day in scenario.milestones]
    return [float(one.var(ddof=1)) / len(one) for one in means]


def main() -> None:
    """Print a row a scenario."""
    strata = int(sys.argv[1]) if len(sys.argv) > 1 else rng.STRATA
    print(f"hypercubes of {strata}")
    for file in FILES:
        scenario = sim.load(SCENARIOS / Path(file))
        independent, stratified = (variances(scenario, one) for one in (1, strata))
        ratios = (before / after for before, after in zip(independent, stratified, strict=True))
        row = (f"{day:>5} days {one:.2f}" for day, one in zip(scenario.milestones, ratios, strict=True))
        print(f"{file.removesuffix('.yaml'):36}" + "".join(row), flush=True)


if __name__ == "__main__":
    main()
