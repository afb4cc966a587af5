"""What pages share: the scene of each scenario, made once, and the answers shown last; ten alike cost as one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.explorer.answer import answer, record_of, scene

if TYPE_CHECKING:
    from sim.explorer.scheduler import Scheduler
    from sim.explorer.shelf import Shelf
    from sim.explorer.simulation import Simulation
    from sim.report.charts import Spec
    from sim.scenario.scenario import Scenario

MOST_ANSWERS = 48


class Scenes:
    """Makes and keeps scenes and answers; one thread makes them, so that pages go on being heard."""

    def __init__(self, shelf: Shelf, scheduler: Scheduler) -> None:
        self._shelf, self._scheduler = shelf, scheduler
        self._thread = ThreadPoolExecutor(1)
        self._scenes: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self._is_closed = False
        self.are_all_known = asyncio.Event()
        self._answers: OrderedDict[tuple[str, int], dict[str, Any]] = OrderedDict()

    async def of(self, name: str) -> dict[str, Any]:
        """Return the scene of a scenario, which takes a first look at it as it is written."""
        task = self._scenes.get(name)
        if task is None or (task.done() and task.exception() is not None):
            task = self._scenes[name] = asyncio.create_task(self._make(self._shelf[name].scenario))
        return {**await asyncio.shield(task), "variants": self._shelf.variants()}

    async def load_all(self) -> None:
        """Take a first look at the scenario that is explored, then load what stands beside it."""
        await self.of(self._shelf.first)
        await asyncio.to_thread(self._shelf.load_beside, lambda: not self._is_closed)
        self.are_all_known.set()

    async def _make(self, scenario: Scenario) -> dict[str, Any]:
        arrived = asyncio.Event()
        watcher = _telling(arrived)
        simulation = self._scheduler.watch(scenario, watcher)
        try:
            while not simulation.is_known and not simulation.failure:
                await arrived.wait()
                arrived.clear()
        finally:
            self._scheduler.leave(simulation, watcher)
        if simulation.failure:
            raise UsageError(simulation.failure)
        look = simulation.look()
        return await self._made(lambda: scene(scenario, record_of(look)))

    async def answer(self, simulation: Simulation, frames: Mapping[str, Spec]) -> dict[str, Any]:
        """Return what a page shows of a simulation now."""
        look = simulation.look()
        key = (simulation.scenario.hash, look.runs)
        if key not in self._answers:
            self._answers[key] = await self._made(lambda: answer(look, frames))
        self._answers.move_to_end(key)
        while len(self._answers) > MOST_ANSWERS:
            self._answers.popitem(last=False)
        return self._answers[key]

    async def _made(self, make: Any) -> dict[str, Any]:
        made: dict[str, Any] = await asyncio.get_running_loop().run_in_executor(self._thread, make)
        return made

    def close(self) -> None:
        """Stop the thread."""
        self._is_closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)


def _telling(arrived: asyncio.Event) -> Any:
    return lambda _: arrived.set()
