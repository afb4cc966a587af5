"""The bench: plays several scenarios on the same draws and dice, so that they can be compared run by run.

A `Bench` is asked for the records of scenarios and plays only what it does not have: what it was given, what it played
before, and where its supplier has a store, what lies there. All scenarios share one plan, and with it every stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.errors import ExecutionError
from sim.runs.block.blocks import END_STATES, BlockTask
from sim.studies.gates.supplier import Crash, Player, Records, Supplier
from sim.studies.sweep.sweep import bare

if TYPE_CHECKING:
    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import Document

KINDS = ("limited", "full")
Values = npt.NDArray[np.float64]


class Bench:
    """Plays scenarios under one plan.

    Parameters
    ----------
    supplier
        Where blocks come from; this process plays them where it is not given.
    known
        Records that are at hand, by hash of their scenario: as many runs as the plan has, or more.
    finished
        Called for each block that was played or found.
    """

    def __init__(
        self,
        plan: Plan,
        supplier: Supplier | None = None,
        *,
        known: Mapping[str, Records] | None = None,
        finished: Callable[[], None] | None = None,
    ) -> None:
        self.plan = plan
        self._supplier = supplier or Player()
        self._records = {name: records[: plan.most_runs] for name, records in (known or {}).items()}
        self._finished = finished or (lambda: None)

    def records(self, scenarios: Sequence[Scenario]) -> list[Records]:
        """Return the records of each scenario, shape (runs,); what is not at hand is played, all of it at once.

        Raises
        ------
        ExecutionError
            Where a block failed.
        """
        missing = {one.hash: one for one in scenarios if one.hash not in self._records}
        parts: dict[str, list[Records]] = {name: [] for name in missing}
        owners = [name for name in missing for _ in range(self.plan.blocks)]
        for name, result in zip(owners, self._supplier.supply(self._tasks(missing)), strict=True):
            if isinstance(result, Crash):
                raise ExecutionError(result.message)
            parts[name].append(result)
            self._finished()
        self._records |= {name: np.concatenate(blocks) for name, blocks in parts.items()}
        return [self._records[one.hash] for one in scenarios]

    def _tasks(self, scenarios: Mapping[str, Scenario]) -> Iterator[BlockTask]:
        for scenario in scenarios.values():
            yield from self.plan.tasks(bare(scenario))


def happened(records: Records, outcome: str, day: int) -> npt.NDArray[np.bool_]:
    """Tell for each run whether an outcome of `FIRST_EVENTS` came within `day` days."""
    if outcome in KINDS:
        return np.asarray((records["offensive"] < day) & (records["end"] == END_STATES.index(outcome)))
    return np.asarray(records[outcome] < day)


def are_alike(played: Sequence[Records]) -> bool:
    """Tell whether paired runs show no difference: each went the same in all worlds, in every event and its day.

    That an outcome comes in the same runs would not do: a small effect shows in other days first.
    """
    return all(np.array_equal(played[0], other) for other in played[1:])


def draw_shares(records: Records, outcome: str, day: int, replicates: int) -> Values:
    """Return the share of each draw's replicates in which an outcome came within `day` days, shape (draws,)."""
    return np.asarray(happened(records, outcome, day).reshape(-1, replicates).mean(axis=1), dtype=np.float64)


def with_document(scenario: Scenario, document: Document) -> Scenario:
    """Return a scenario with another document, everything else as it was read: parameters' draws, who bargains."""
    return replace(scenario, document=document, places={})
