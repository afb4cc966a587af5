"""The bench: plays several scenarios on the same draws and random numbers, so that they can be compared run by run.

A `Bench` is asked for the records of scenarios and plays only what it does not have: what it was given, what it played
before, and what lies in the store. All scenarios share one plan, and with it every stream.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.runs.block.blocks import END_STATES
from sim.runs.play import Records, records_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sim.forecast.plan import Plan
    from sim.runs.executors import Executor
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario

KINDS = ("limited", "full")
Values = npt.NDArray[np.float64]


class Bench:
    """Plays scenarios under one plan.

    Parameters
    ----------
    executor, store
        Where blocks are played and kept, as for a run.
    known
        Records that are at hand, by hash of their scenario: as many runs as the plan has, or more.
    finished
        Called for each block that was played or found.
    """

    def __init__(
        self,
        plan: Plan,
        executor: Executor | None = None,
        store: Store | None = None,
        *,
        known: Mapping[str, Records] | None = None,
        finished: Callable[[], None] | None = None,
    ) -> None:
        self.plan = plan
        self._executor, self._store, self._finished = executor, store, finished
        self._records = {name: records[: plan.most_runs] for name, records in (known or {}).items()}

    def records(self, scenarios: Sequence[Scenario]) -> list[Records]:
        """Return the records of each scenario, shape (runs,); what is not at hand is played, all of it at once.

        Raises
        ------
        ExecutionError
            Where a block failed.
        """
        missing = {one.hash: one for one in scenarios if one.hash not in self._records}
        requests = map(self.plan.request, missing.values())
        played = records_of(requests, executor=self._executor, store=self._store, finished=self._finished)
        self._records |= dict(zip(missing, played, strict=True))
        return [self._records[one.hash] for one in scenarios]


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
