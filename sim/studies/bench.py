"""The bench: plays several scenarios on the same draws and random numbers, so that they can be compared run by run.

A `Bench` returns the records of scenarios and plays only those it does not have: it reuses those it was given, those
it played before, and those in the store. All scenarios share one plan, and with it every stream. Its `Site` says where
they are played and where blocks are kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from sim.errors import UsageError
from sim.forecast.runner import run
from sim.runs.block.blocks import END_STATES
from sim.runs.executors import Executor, Serial
from sim.runs.play import RECORD_CAP, Records, Request, complain, play
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sim.forecast.forecast import Forecast
    from sim.forecast.plan import Plan
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario

KINDS = ("limited", "full")
Values = npt.NDArray[np.float64]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Site:
    """Where a study is played: by an executor, this process by default, with a store for its blocks if there is one.

    `finished` is called for each block that was played or found, and for each task that was mapped.
    """

    executor: Executor = field(default_factory=Serial)
    store: Store | None = None
    finished: Callable[[], None] | None = None

    def map(self, function: Callable[[Any], Any], tasks: Iterable[Any]) -> list[Any]:
        """Return the result of a function for each task, in order."""
        return list(self.executor.map(function, tasks, self.finished))

    def records(self, requests: Iterable[Request]) -> list[Records]:
        """Play requests; return the records of each, shape (runs,); ExecutionError if a block failed."""
        return self.each(lambda records: records, requests)

    def each(self, function: Callable[[Records], Result], requests: Iterable[Request]) -> list[Result]:
        """Play requests; return a function's result for the records of each, which are then dropped.

        Raises ExecutionError if a block failed.
        """
        places: dict[Request, int] = {}
        found: dict[int, Result] = {}

        def opened() -> Iterator[Request]:
            for place, request in enumerate(requests):
                places[request] = place
                yield request

        def take(request: Request) -> None:
            complain(request)
            found[places.pop(request)] = function(request.merged.records)

        play(opened(), executor=self.executor, store=self.store, with_counts=False, done=take, finished=self.finished)
        return [found[place] for place in range(len(found))]


HERE = Site()
"""This process, without a store."""


class Bench:
    """Plays scenarios under one plan.

    `known` holds records already available, by hash of their scenario, of at least as many runs as the plan has; `cap`
    is the number of runs of a scenario whose record is kept.
    """

    def __init__(
        self, plan: Plan, site: Site = HERE, *, known: Mapping[str, Records] | None = None, cap: int = RECORD_CAP
    ) -> None:
        self.plan = plan
        self.site = site
        self._cap = cap
        self._records = {name: records[: plan.most_runs] for name, records in (known or {}).items()}

    def records(self, scenarios: Sequence[Scenario]) -> list[Records]:
        """Return the records of each scenario, shape (runs,); those not available are played, all at once.

        Raises UsageError if the plan has more runs than are kept, ExecutionError if a block failed.
        """
        if self.plan.most_runs > self._cap:
            raise UsageError(
                f"expected {counted(self._cap, 'run')} at most, because those of each variant are kept and "
                f"compared one by one (got {self.plan.most_runs:,})"
            )
        missing = {one.hash: one for one in scenarios if one.hash not in self._records}
        played = self.site.records(self.plan.request(one, cap=self._cap) for one in missing.values())
        self._records |= dict(zip(missing, played, strict=True))
        return [self._records[one.hash] for one in scenarios]

    def forecast(self, scenario: Scenario) -> Forecast:
        """Run a scenario, without keeping the paths for storylines; raises as `sim.forecast.runner.run`."""
        site = self.site
        return run(
            scenario, self.plan, executor=site.executor, store=site.store, finished=site.finished, with_paths=False
        )


def happened(records: Records, outcome: str, day: int) -> npt.NDArray[np.bool_]:
    """Return, for each run, whether an outcome of `FIRST_EVENTS` came within `day` days."""
    if outcome in KINDS:
        return np.asarray((records["offensive"] < day) & (records["end"] == END_STATES.index(outcome)))
    return np.asarray(records[outcome] < day)


def are_alike(played: Sequence[Records]) -> bool:
    """Return whether paired runs are identical: each has the same events on the same days in all worlds.

    Comparing only whether an outcome comes would not do: a small effect first shows in other days.
    """
    return all(np.array_equal(played[0], other) for other in played[1:])


def draw_shares(records: Records, outcome: str, day: int, replicates: int) -> Values:
    """Return the share of each draw's replicates in which an outcome came within `day` days, shape (draws,)."""
    return np.asarray(happened(records, outcome, day).reshape(-1, replicates).mean(axis=1), dtype=np.float64)
