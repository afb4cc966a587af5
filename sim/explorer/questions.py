"""Further questions of a page: the storyline of one run, and the value at which a probability reaches a target.

Both are played by the scheduler's workers block by block, so that no first look waits for them; dropping a question
drops its remaining blocks.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from sim.errors import ExecutionError
from sim.explorer.scheduler import WORKERS, Scheduler
from sim.explorer.simulation import PLAN
from sim.forecast.course import course_of
from sim.forecast.plan import Plan
from sim.forecast.record import head_of, theatre_of
from sim.forecast.replay import replay
from sim.report.pages.tipping import lead_of
from sim.report.sections.story import story_of
from sim.report.words import SCALES
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult
from sim.runs.executors.pool import Executor, Finished, Lost
from sim.runs.groups import Failure, Group, play_group
from sim.scenario.edit import bare
from sim.studies.bench import Bench, Site
from sim.studies.tipping import Asked, ask, tip
from sim.wording import counted

if TYPE_CHECKING:
    from sim.explorer.catalogue import Catalogue, State
    from sim.scenario.scenario import Scenario

TIP_PLAN = Plan(runs=BLOCK_RUNS, seed=PLAN.seed, replicates=PLAN.replicates)
GRID_OF_TIP = 7


async def told(scheduler: Scheduler, scenario: Scenario, run: int) -> dict[str, Any]:
    """Return the storyline of a run: a title and its sentences."""
    course = await scheduler.run(_course, (bare(scenario), run))
    record = head_of("", scenario) | {"theatre": theatre_of(scenario)}
    return {"title": f"Run {run:,}", "sentences": story_of(record, course)}


def _course(task: tuple[Scenario, int]) -> dict[str, Any]:
    scenario, run = task
    trace = replay(scenario, run, seed=PLAN.seed, replicates=PLAN.replicates)
    return course_of(scenario, trace.path, trace.record)


@dataclass(frozen=True)
class Moved(Asked):
    """A tipping point along a slider, whose values change a state just as moving the slider would."""

    catalogue: Catalogue
    state: State

    def world(self, values: Any) -> Scenario:
        """Return the scenario with the slider at a value."""
        moved = {**self.state.values, self.paths[0]: float(values[0])}
        return self.catalogue.scenario(replace(self.state, values=moved))


def asked_of(catalogue: Catalogue, state: State, path: str, probability: float) -> Moved:
    """Return the question where along a slider the probability reaches the nearest boundary between two words.

    Raises UsageError if there is no such slider.
    """
    catalogue.changes(replace(state, values={path: 0.0}, off=frozenset()))
    edges = sorted({band.low / 100 for band in SCALES["icd203"].bands[1:]})
    target = min(edges, key=lambda edge: abs(edge - probability))
    one = ask(catalogue.scenario(state), [path], to=target)
    return Moved(**vars(one), catalogue=catalogue, state=state)


async def tipping_point(scheduler: Scheduler, asked: Moved) -> dict[str, Any]:
    """Return the answer as `sentences`, and the `value` to move to, or None unless there is exactly one."""
    stop = threading.Event()
    executor = _Scheduled(scheduler, asyncio.get_running_loop(), stop)
    try:
        found = await asyncio.to_thread(tip, asked, Bench(TIP_PLAN, Site(executor, scheduler.store)), grid=GRID_OF_TIP)
    finally:
        stop.set()
    record = found.record()
    crossings = record["crossings"]
    sentences = [
        lead_of(record),
        f"{100 * asked.target:g}% is where the word changes; {counted(TIP_PLAN.most_runs, 'run')} at each value tried.",
    ]
    return {"sentences": sentences, "value": round(crossings[0]["value"], 2) if len(crossings) == 1 else None}


class _Scheduled(Executor):
    """Plays the blocks of a study, which runs in a thread, on the scheduler's workers."""

    parallel = WORKERS

    def __init__(self, scheduler: Scheduler, loop: asyncio.AbstractEventLoop, stop: threading.Event) -> None:
        self._scheduler, self._loop, self._stop = scheduler, loop, stop

    def map(
        self, function: Callable[[Any], Any], tasks: Iterable[Any], finished: Finished = None, lost: Lost = None
    ) -> Iterator[Any]:
        """Yield the results of blocks in order; at most one block per worker is requested at once."""
        del function, finished, lost  # `play_group` is called instead
        source, waiting = iter(tasks), deque[tuple[Group, Future[Any]]]()
        try:
            while True:
                for group in islice(source, WORKERS - len(waiting)):
                    asking: Coroutine[Any, Any, Any] = self._scheduler.run(play_group, group)
                    waiting.append((group, asyncio.run_coroutine_threadsafe(asking, self._loop)))
                if not waiting:
                    return
                yield self._result(*waiting.popleft())
        finally:
            for _, future in waiting:
                future.cancel()

    def _result(self, group: Group, future: Future[Any]) -> Sequence[BlockResult | Failure]:
        while not self._stop.is_set():
            try:
                result = future.result(timeout=0.2)
            except TimeoutError:
                continue
            except CancelledError:
                break
            return cast("Sequence[BlockResult | Failure]", result)
        future.cancel()
        raise ExecutionError("nobody waits for the answer any more")
