"""The desk: shares warm worker processes among all open pages.

First looks come before errands (one run told, a tipping point), errands before what refines an answer that is there
already. Work that nobody waits for any more is halted within a day of its play, refining makes way for a first look.
All of it lives in one event loop; only the workers run elsewhere.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from sim.ensemble import BLOCK_RUNS
from sim.errors import OfframpError, UsageError
from sim.executors.lane import Lane
from sim.explorer.play import Piece, play
from sim.explorer.simulation import QUARTER, Simulation, Watcher, awaited
from sim.scenario.scenario import Scenario

LANES = 2
MOST_KEPT = 24  # simulations kept for whoever comes back to them: about a megabyte each
MOST_ERRANDS = 16
REST = 0.15  # seconds between a first answer and what refines it: a hand that moves on should find idle workers
CROWD = 3  # simulations without a whole first look from which on small pieces are handed out
LOST = "a worker process died; was it killed, or out of memory?"


@dataclass(eq=False)
class Errand:
    """A call to be made in a worker for a page that waits for it."""

    function: Callable[[Any], Any]
    task: Any
    answer: asyncio.Future[Any]


Work = tuple[Simulation, Piece] | Errand


class Desk:
    """Hands work to lanes and results to whoever waits."""

    def __init__(self, lanes: int = LANES) -> None:
        self._lanes = [Lane() for _ in range(lanes)]
        self._at: dict[Lane, Work] = {}
        self._simulations: OrderedDict[str, Simulation] = OrderedDict()
        self._errands: deque[Errand] = deque()
        self._more = asyncio.Event()
        self._servers = [asyncio.create_task(self._serve(lane)) for lane in self._lanes]

    @property
    def load(self) -> Mapping[str, int]:
        """How much there is: simulations kept and watched, pieces being played, errands."""
        held = self._simulations.values()
        return {
            "kept": len(held),
            "watched": sum(bool(one.watchers) for one in held),
            "playing": len(self._at),
            "errands": len(self._errands),
        }

    def watch(self, scenario: Scenario, watcher: Watcher) -> Simulation:
        """Begin to wait for a scenario; what is known of it already is in what is returned."""
        key = scenario.hash
        one = self._simulations.pop(key, None)
        if one is None or one.failure:
            one = Simulation(scenario)
        self._simulations[key] = one
        if not one.watchers:
            one.asked = time.monotonic()
        one.watchers.append(watcher)
        self._make_room()
        self._wake()
        return one

    def leave(self, simulation: Simulation, watcher: Watcher) -> None:
        """Wait for it no more."""
        if watcher in simulation.watchers:
            simulation.watchers.remove(watcher)
        self._wake()

    async def run(self, function: Callable[[Any], Any], task: Any) -> Any:
        """Make a call in a worker; cancelling it drops it.

        Raises
        ------
        UsageError
            Where too much is asked for already.
        """
        if len(self._errands) >= MOST_ERRANDS:
            raise UsageError("too much is asked for at once; try again in a moment")
        errand = Errand(function, task, asyncio.get_running_loop().create_future())
        self._errands.append(errand)
        self._wake()
        try:
            return await errand.answer
        finally:
            if errand in self._errands:
                self._errands.remove(errand)
            self._wake()

    async def close(self) -> None:
        """Stop all work and end the workers."""
        for server in self._servers:
            server.cancel()
        await asyncio.gather(*self._servers, return_exceptions=True)
        await asyncio.gather(*(asyncio.to_thread(lane.close) for lane in self._lanes))

    def _make_room(self) -> None:
        """Forget the simulations that nobody has looked at for longest."""
        spare = [key for key, one in self._simulations.items() if not one.watchers and not one.is_playing]
        for key in spare[: max(0, len(self._simulations) - MOST_KEPT)]:
            del self._simulations[key]

    def _wake(self) -> None:
        """Halt what is not worth going on with, and let idle lanes look for work."""
        looks = sum(one.looks for one in awaited(iter(self._simulations.values())))
        for lane, work in self._at.items():
            if isinstance(work, Errand):
                if work.answer.done():
                    lane.halt()
                continue
            simulation, piece = work
            if not simulation.watchers or (looks > 0 and piece.task.block > 0):
                lane.halt()
                looks -= 1
        self._more.set()

    def _is_crowded(self) -> bool:
        held = awaited(iter(self._simulations.values()))
        return sum(one.runs < BLOCK_RUNS for one in held) >= CROWD

    def _next(self) -> Work | None:
        """Choose the next piece of work."""
        held = awaited(iter(self._simulations.values()))
        looks = [one for one in held if one.looks]
        crowded = self._is_crowded()
        fresh = [one for one in looks if one.runs == 0 and not (crowded and one.is_playing)]
        for one in (*fresh, *looks):
            return one, one.next_look(crowded=crowded)
        if self._errands:
            return self._errands.popleft()
        rested = time.monotonic() - REST
        for one in sorted(held, key=lambda one: one.runs):
            piece = one.next_block() if one.answered <= rested else None
            if piece is not None:
                return one, piece
        return None

    async def _serve(self, lane: Lane) -> None:
        while True:
            work = self._next()
            if work is None:
                self._more.clear()
                await self._more.wait()
                continue
            self._at[lane] = work
            try:
                await (self._errand(lane, work) if isinstance(work, Errand) else self._piece(lane, *work))
            finally:
                self._at.pop(lane, None)

    async def _piece(self, lane: Lane, simulation: Simulation, piece: Piece) -> None:
        try:
            result = await asyncio.wrap_future(lane.submit(play, piece))
        except BrokenProcessPool:
            self._failed(simulation, piece, LOST)
            return
        except Exception as error:  # a fault in a rule must not end the lane
            self._failed(simulation, piece, f"{type(error).__name__}: {error}")
            return
        if result is None:
            simulation.give_back(piece)
            return
        before = simulation.runs
        simulation.take(piece, result)
        if before < BLOCK_RUNS <= simulation.runs:
            simulation.answered = time.monotonic()
            asyncio.get_running_loop().call_later(REST, self._more.set)
        is_small = piece.task.block == 0 and piece.part.stop <= QUARTER
        if simulation.runs > before and (is_small or simulation.runs >= BLOCK_RUNS or self._is_crowded()):
            simulation.tell()

    def _failed(self, simulation: Simulation, piece: Piece, reason: str) -> None:
        simulation.give_back(piece)
        simulation.failure = f"{piece} failed: {reason}"
        simulation.tell()

    async def _errand(self, lane: Lane, errand: Errand) -> None:
        if errand.answer.done():
            return
        try:
            result = await asyncio.wrap_future(lane.submit(errand.function, errand.task))
        except BrokenProcessPool:
            _settle(errand, UsageError(LOST))
        except OfframpError as error:
            _settle(errand, error)
        except Exception as error:  # as above
            _settle(errand, UsageError(f"{type(error).__name__}: {error}"))
        else:
            _settle(errand, result)


def _settle(errand: Errand, outcome: Any) -> None:
    if errand.answer.done():
        return
    if isinstance(outcome, Exception):
        errand.answer.set_exception(outcome)
    else:
        errand.answer.set_result(outcome)
