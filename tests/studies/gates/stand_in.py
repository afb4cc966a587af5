"""A fast stand-in for the model: records whose truth is known, drawn by named streams as the model's are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from sim import rng
from sim.runs.block.blocks import END_STATES, RECORD, BlockResult, BlockTask
from sim.runs.executors import Executor
from sim.runs.groups import Failure, Task
from sim.runs.play import Records
from sim.tallies import Tally

SPREAD = 4.0
"""How concentrated the draws' own probabilities are around the truth: a beta distribution of this total."""


class StandIn(Executor):
    """An offensive on day 0 or never; each draw has a probability of its own, each run its own luck.

    Scenarios share draws and luck, as the model's do: where one is likelier than another, it has the event in the same
    runs and in more.
    """

    def __init__(self, chances: Mapping[str, float], *, broken: Iterable[str] = ()) -> None:
        self._chances = dict(chances)
        self._broken = set(broken)
        self.played: list[tuple[str, int]] = []

    def map(self, function: Any, tasks: Iterable[Any], finished: Any = None, lost: Any = None) -> Iterator[Any]:
        """Yield blocks by the chance of each scenario's id, whatever function is asked for."""
        for group in tasks:
            yield [self._result(task) for task in group.tasks]

    def _result(self, task: Task) -> BlockResult | Failure:
        block = task.block
        self.played.append((block.scenario.id, block.block))
        if block.scenario.id in self._broken:
            return Failure("ZeroDivisionError: x", f"{task} failed: ZeroDivisionError: x")
        return BlockResult(Tally({}), self.records(block))

    def records(self, task: BlockTask) -> Records:
        """Return the records of a block."""
        truth = self._chances[task.scenario.id]
        stream = rng.stream(task.seed, task.block, "stand-in", "all")
        quantiles = stream.random(task.runs // task.replicates, dtype=np.float32)
        luck = stream.random((len(quantiles), task.replicates))
        happened = (luck < probabilities(truth)[(quantiles * 1000).astype(int)][:, None]).ravel()
        records = np.zeros(task.runs, dtype=RECORD)
        for outcome in ("strikes", "agreement", "offensive"):
            records[outcome] = np.where(happened, 0, task.scenario.horizon)
        records["end"] = np.where(happened, END_STATES.index("full"), END_STATES.index("standoff"))
        return records


@cache
def probabilities(truth: float) -> np.ndarray:
    """Return the probabilities of a thousand draws whose mean is the truth, from the least to the greatest."""
    from scipy.special import betaincinv

    table = betaincinv(truth * SPREAD, (1 - truth) * SPREAD, np.linspace(0.0005, 0.9995, 1000))
    return table + (truth - table.mean())
