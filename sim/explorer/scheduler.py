"""The scheduler: shares warm worker processes among all open pages.

First looks come before errands (the story of a run, a tipping point), and errands before refining an existing answer. A
block takes so little time that none is stopped on the way. All of this runs in one event loop, except the workers.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import OfframpError, UsageError
from sim.explorer.play import play
from sim.explorer.simulation import Simulation, Watcher
from sim.runs.executors.processes import WarmWorker

if TYPE_CHECKING:
    from sim.runs.block.blocks import BlockResult
    from sim.runs.groups import Task
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario

WORKERS = 2
MOST_KEPT = 24  # simulations kept for pages that return to them: about a megabyte each
MOST_ERRANDS = 16
REST = 0.15  # seconds between an answer and its refinement, in which pages can paint and workers are free for new moves
LOST = "a worker process died; was it killed, or out of memory?"


@dataclass(eq=False)
class Errand:
    """A function call in a worker, for a page that waits for it."""

    function: Callable[[Any], Any]
    task: Any
    answer: asyncio.Future[Any]


@dataclass(eq=False)
class Job:
    """A block of a simulation."""

    simulation: Simulation
    task: Task


Work = Job | Errand


class Scheduler:
    """Distributes work to workers and results to all who wait.

    Only one worker at a time refines, so the other stays free to begin first looks at once.
    """

    def __init__(self, store: Store | None = None) -> None:
        self.store = store
        self._workers = [WarmWorker() for _ in range(WORKERS)]
        self._at: dict[WarmWorker, Work] = {}
        self._simulations: OrderedDict[str, Simulation] = OrderedDict()
        self._errands: deque[Errand] = deque()
        self._more = asyncio.Event()  # set when idle workers should look for work
        self._servers = [asyncio.create_task(self._serve(worker)) for worker in self._workers]

    def watch(self, scenario: Scenario, watcher: Watcher) -> Simulation:
        """Start watching a scenario; the returned simulation contains what is already known of it."""
        key = scenario.hash
        one = self._simulations.pop(key, None)
        if one is None or one.failure:
            one = Simulation(scenario, store=self.store)
        self._simulations[key] = one
        if not one.watchers:
            one.asked = time.monotonic()
        one.watchers.append(watcher)
        self._make_room()
        self._more.set()
        return one

    def leave(self, simulation: Simulation, watcher: Watcher) -> None:
        """Stop watching a simulation."""
        if watcher in simulation.watchers:
            simulation.watchers.remove(watcher)

    async def run(self, function: Callable[[Any], Any], task: Any) -> Any:
        """Call a function in a worker; cancelling drops the call. Raises UsageError if too many are waiting already."""
        if len(self._errands) >= MOST_ERRANDS:
            raise UsageError("too many requests at once; try again in a moment")
        errand = Errand(function, task, asyncio.get_running_loop().create_future())
        self._errands.append(errand)
        self._more.set()
        try:
            outcome = await errand.answer
        finally:
            if errand in self._errands:
                self._errands.remove(errand)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def close(self) -> None:
        """Stop all work and end the workers."""
        for server in self._servers:
            server.cancel()
        await asyncio.gather(*self._servers, return_exceptions=True)
        await asyncio.gather(*(asyncio.to_thread(worker.close) for worker in self._workers))

    def _make_room(self) -> None:
        """Forget the simulations that have been unwatched for longest."""
        spare = [key for key, one in self._simulations.items() if not one.watchers and not one.is_playing]
        for key in spare[: max(0, len(self._simulations) - MOST_KEPT)]:
            del self._simulations[key]

    def _next(self) -> Work | None:
        """Return what to do next: of the simulations that are watched, the longest waiting first."""
        held = sorted((one for one in self._simulations.values() if one.watchers), key=lambda one: one.asked)
        now = time.monotonic()
        for one in held:
            if one.looks and (task := one.next_block()) is not None:
                return Job(one, task)
        return self._errands.popleft() if self._errands else self._refining(held, now)

    def _refining(self, held: Sequence[Simulation], now: float) -> Job | None:
        if any(isinstance(work, Job) and work.task.block.block > 0 for work in self._at.values()):
            return None
        for one in sorted(held, key=lambda one: one.runs):
            if one.runs and one.rests <= now and (task := one.next_block()) is not None:
                return Job(one, task)
        return None

    async def _serve(self, worker: WarmWorker) -> None:
        while True:
            work = self._next()
            if work is None:
                self._more.clear()
                await self._more.wait()
                continue
            self._at[worker] = work
            try:
                await self._do(worker, work)
            except Exception as error:  # pages see our own faults too, and the worker continues
                if isinstance(work, Job):
                    work.simulation.fail(f"{type(error).__name__}: {error}")
            finally:
                self._at.pop(worker, None)
                self._more.set()

    async def _do(self, worker: WarmWorker, work: Work) -> None:
        if isinstance(work, Errand):
            if not work.answer.done():
                outcome = await _outcome(worker, work)
                if not work.answer.done():
                    work.answer.set_result(outcome)
            return
        outcome = await _outcome(worker, work)
        if isinstance(outcome, OfframpError):
            work.simulation.give_back(work.task)
            work.simulation.fail(str(outcome))
        else:
            self._played(work.simulation, work.task, outcome)

    def _played(self, simulation: Simulation, task: Task, result: BlockResult) -> None:
        before = simulation.runs
        simulation.take(task, result)
        if not before and simulation.runs:
            simulation.rests = time.monotonic() + REST
            asyncio.get_running_loop().call_later(REST, self._more.set)
        if before < simulation.runs:
            simulation.tell()


async def _outcome(worker: WarmWorker, work: Work) -> Any:
    """Return a worker's result, or an error if it failed."""
    function = work.function if isinstance(work, Errand) else play
    try:
        return await asyncio.wrap_future(worker.submit(function, work.task))
    except OfframpError as error:
        return error
    except BrokenProcessPool:
        said = LOST
    except Exception as error:  # a fault in a rule must not end the worker
        said = f"{type(error).__name__}: {error}"
    return UsageError(said if isinstance(work, Errand) else f"{work.task} failed: {said}")
