"""The scheduler: shares warm worker processes among all open pages.

First looks come before errands (the story of a run, a tipping point), and errands before refining an existing answer.
If many wait, a glimpse for each comes before all first looks. Work that nobody waits for any more is halted within one
simulated day, and refining is halted in favour of first looks. All of this runs in one event loop, except the workers.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sim.errors import OfframpError, UsageError
from sim.explorer.play import Piece, found, play
from sim.explorer.simulation import GLIMPSE, Simulation, Watcher
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult
from sim.runs.executors.processes import WarmWorker

if TYPE_CHECKING:
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario

WORKERS = 2
MOST_KEPT = 24  # simulations kept for pages that return to them: about a megabyte each
MOST_ERRANDS = 16
REST = 0.15  # seconds between an answer and its refinement, in which pages can paint and workers are free for new moves
CROWD = 3  # number of simulations without a complete first look from which each is shown a glimpse first
LOST = "a worker process died; was it killed, or out of memory?"


@dataclass(eq=False)
class Errand:
    """A function call in a worker, for a page that waits for it."""

    function: Callable[[Any], Any]
    task: Any
    answer: asyncio.Future[Any]


@dataclass(eq=False)
class Job:
    """A piece of a simulation, or a glimpse of several.

    `search` looks up the first block in the store; `turn` plays; `glimpse` plays some runs of each simulation.
    """

    kind: Literal["search", "turn", "glimpse"]
    simulations: Sequence[Simulation]
    task: Piece

    @property
    def function(self) -> Callable[[Piece], list[BlockResult] | None]:
        """The function that a worker calls with the piece."""
        return found if self.kind == "search" else play


Work = Job | Errand


class Scheduler:
    """Distributes work to workers and results to all who wait.

    With a store, only one worker at a time refines: a block that will be stored is not halted, so the other worker
    stays free to begin first looks at once.
    """

    def __init__(self, store: Store | None = None) -> None:
        self.store = store
        self._workers = [WarmWorker() for _ in range(WORKERS)]
        self._at: dict[WarmWorker, Work] = {}
        self._simulations: OrderedDict[str, Simulation] = OrderedDict()
        self._errands: deque[Errand] = deque()
        self._more = asyncio.Event()
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
        self._wake()
        return one

    def leave(self, simulation: Simulation, watcher: Watcher) -> None:
        """Stop watching a simulation."""
        if watcher in simulation.watchers:
            simulation.watchers.remove(watcher)
        self._wake()

    async def run(self, function: Callable[[Any], Any], task: Any) -> Any:
        """Call a function in a worker; cancelling drops the call. Raises UsageError if too many are waiting already."""
        if len(self._errands) >= MOST_ERRANDS:
            raise UsageError("too many requests at once; try again in a moment")
        errand = Errand(function, task, asyncio.get_running_loop().create_future())
        self._errands.append(errand)
        self._wake()
        try:
            outcome = await errand.answer
        finally:
            if errand in self._errands:
                self._errands.remove(errand)
            self._wake()
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

    def _wake(self) -> None:
        """Halt work that is no longer worth continuing, and let idle workers look for work."""
        looks = sum(one.looks for one in self._awaited())
        for worker, work in self._at.items():
            if not _is_wanted(work):
                worker.halt()
            elif looks > 0 and _refines(work):
                worker.halt()
                looks -= 1
        self._more.set()

    def _awaited(self) -> list[Simulation]:
        """Return the simulations that are watched and have not failed, the longest waiting first."""
        held = [one for one in self._simulations.values() if one.watchers and not one.failure]
        return sorted(held, key=lambda one: one.asked)

    def _jobs(self, kind: str) -> list[Job]:
        return [work for work in self._at.values() if isinstance(work, Job) and work.kind == kind]

    def _next(self) -> Work | None:
        held = self._awaited()
        for one in held:
            if (piece := one.next_search()) is not None:
                return Job("search", [one], piece)
        looks = [one for one in held if one.looks]
        blind = self._blind(looks) if _is_crowd(held) else []
        if blind:
            shared = self._share(blind)
            return Job("glimpse", shared, Piece(tuple(one.task(0) for one in shared), GLIMPSE))
        if self._jobs("glimpse"):
            return None  # glimpses arrive sooner if nothing else is played meanwhile
        now = time.monotonic()
        for one in looks:
            if one.rests <= now:
                return Job("turn", [one], one.next_look(whole=_is_crowd(held)))
        return self._errands.popleft() if self._errands else self._refining(held, now)

    def _refining(self, held: Sequence[Simulation], now: float) -> Job | None:
        if any(work.task.store is not None for work in self._jobs("turn")):
            return None
        for one in sorted(held, key=lambda one: one.runs):
            piece = one.next_block() if one.rests <= now else None
            if piece is not None:
                return Job("turn", [one], piece)
        return None

    def _blind(self, simulations: Sequence[Simulation]) -> list[Simulation]:
        """Return the simulations of which nothing is known and nothing is being played."""
        glimpsed = {one for work in self._jobs("glimpse") for one in work.simulations}
        return [one for one in simulations if not (one.is_known or one.is_playing or one in glimpsed)]

    def _share(self, blind: Sequence[Simulation]) -> Sequence[Simulation]:
        """Return simulations that can be played in one array, leaving the other free workers their share."""
        alike = [one for one in blind if one.structure == blind[0].structure]
        return alike[: math.ceil(len(alike) / (len(self._workers) - len(self._jobs("glimpse"))))]

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
                for simulation in work.simulations if isinstance(work, Job) else ():
                    simulation.fail(f"{type(error).__name__}: {error}")
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
            for simulation in work.simulations:
                if work.kind == "turn":
                    simulation.give_back(work.task)
                simulation.fail(str(outcome))
        elif work.kind == "glimpse":
            self._glimpsed(work, outcome or [])
        elif work.kind == "search":
            self._searched(work.simulations[0], work.task, outcome)
        else:
            self._played(work.simulations[0], work.task, outcome)

    def _searched(self, simulation: Simulation, piece: Piece, results: list[BlockResult] | None) -> None:
        simulation.take_search(piece, None if results is None else results[0])
        if results is not None:
            self._rest([simulation], REST)
            simulation.tell()

    def _played(self, simulation: Simulation, piece: Piece, results: list[BlockResult] | None) -> None:
        if results is None:
            simulation.give_back(piece)
            return
        before = simulation.runs
        simulation.take(piece, results[0])
        if before < BLOCK_RUNS <= simulation.runs:
            self._rest([simulation], REST)
        if before < simulation.runs and (simulation.runs >= BLOCK_RUNS or _is_crowd(self._awaited())):
            simulation.tell()

    def _glimpsed(self, work: Job, results: list[BlockResult]) -> None:
        if results:
            self._rest(self._awaited(), REST * len(results))
        for simulation, result in zip(work.simulations, results, strict=False):
            simulation.show(result)
            simulation.tell()

    def _rest(self, simulations: Iterable[Simulation], seconds: float) -> None:
        for one in simulations:
            one.rests = time.monotonic() + seconds
        asyncio.get_running_loop().call_later(seconds, self._more.set)


def _is_crowd(held: Sequence[Simulation]) -> bool:
    """Return whether so many simulations wait for a first look that each should get a glimpse first."""
    return sum(one.runs < BLOCK_RUNS for one in held) >= CROWD


def _refines(work: Work) -> bool:
    """Return whether a piece of work refines an answer after its first look."""
    return isinstance(work, Job) and work.kind == "turn" and work.task.block > 0


def _is_wanted(work: Work) -> bool:
    if isinstance(work, Errand):
        return not work.answer.done()
    return any(one.watchers for one in work.simulations)


async def _outcome(worker: WarmWorker, work: Work) -> Any:
    """Return a worker's result: None if halted or not found, and an error if it failed."""
    try:
        return await asyncio.wrap_future(worker.submit(work.function, work.task))
    except OfframpError as error:
        return error
    except BrokenProcessPool:
        said = LOST
    except Exception as error:  # a fault in a rule must not end the worker
        said = f"{type(error).__name__}: {error}"
    return UsageError(said if isinstance(work, Errand) else f"{work.task} failed: {said}")
