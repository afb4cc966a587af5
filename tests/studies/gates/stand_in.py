"""A fast stand-in for the model: records whose truth is known, drawn by named streams as the model's are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from sim import rng
from sim.runs.block.blocks import END_STATES, RECORD, BlockTask
from sim.studies.gates.supplier import Crash, Records, Supplier

SPREAD = 4.0
"""How concentrated the draws' own probabilities are around the truth: a beta distribution of this total."""


class StandIn(Supplier):
    """An offensive on day 0 or never; each draw has a probability of its own, each run its own luck.

    Scenarios share draws and luck, as the model's do: where one is likelier than another, it has the event in the same
    runs and in more.
    """

    def __init__(self, chances: Mapping[str, float], *, broken: Iterable[str] = ()) -> None:
        self._chances = dict(chances)
        self._broken = set(broken)
        self.played: list[tuple[str, int]] = []

    def supply(self, tasks: Iterable[BlockTask]) -> Iterator[Records | Crash]:
        """Yield records by the chance of each scenario's id."""
        for task in tasks:
            self.played.append((task.scenario.id, task.block))
            if task.scenario.id in self._broken:
                yield Crash(f"{task} failed: ZeroDivisionError: x")
            else:
                yield self._records(task)

    def _records(self, task: BlockTask) -> Records:
        from scipy.special import betaincinv

        truth = self._chances[task.scenario.id]
        stream = rng.stream(task.seed, task.block, "stand-in", "all")
        quantiles = stream.random(task.runs // task.replicates, dtype=np.float32)
        luck = stream.random((len(quantiles), task.replicates))
        table = betaincinv(truth * SPREAD, (1 - truth) * SPREAD, np.linspace(0.0005, 0.9995, 1000))
        p = table[(quantiles * 1000).astype(int)] + (truth - table.mean())
        happened = (luck < p[:, None]).ravel()
        records = np.zeros(task.runs, dtype=RECORD)
        for outcome in ("strikes", "agreement", "offensive"):
            records[outcome] = np.where(happened, 0, task.scenario.horizon)
        records["end"] = np.where(happened, END_STATES.index("full"), END_STATES.index("standoff"))
        return records
