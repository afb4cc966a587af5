"""The scheduler answers all who wait, first looks first, and begins nothing that nobody waits for."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.distributions import Fixed
from sim.errors import UsageError
from sim.explorer import simulation
from sim.explorer.questions import TIP_PLAN
from sim.explorer.scheduler import MOST_ERRANDS, MOST_KEPT, Scheduler
from sim.explorer.simulation import PLAN, Simulation
from sim.forecast.plan import Plan
from sim.forecast.runner import run
from sim.runs.block.blocks import BLOCK_RUNS, BlockResult
from sim.runs.groups import Group, Task, play_group
from sim.runs.store import Store
from sim.scenario.edit import bare
from sim.scenario.scenario import Scenario
from tests.explorer import world
from tests.played import count_blocks
from tests.web.loops import apart

PATIENCE = 60.0


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return sim.load(world.write(tmp_path_factory.mktemp("scheduler")))


def changed(scenario: Scenario, **parts: Any) -> Scenario:
    return replace(scenario, document=scenario.document.model_copy(update=parts))


def variant(scenario: Scenario, place: int) -> Scenario:
    return changed(scenario, id=f"v{place}")


def longer(scenario: Scenario, horizon: int) -> Scenario:
    return changed(scenario, question=scenario.document.question.model_copy(update={"horizon": horizon}))


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(0.01)


def playing(scheduler: Scheduler) -> int:
    return len(scheduler._at)


def watched(scheduler: Scheduler) -> int:
    return sum(bool(one.watchers) for one in scheduler._simulations.values())


def with_scheduler(use: Callable[[Scheduler], Awaitable[Any]], store: Store | None = None) -> Any:
    async def run() -> Any:
        scheduler = Scheduler(store)
        try:
            return await use(scheduler)
        finally:
            await scheduler.close()

    return apart(run())


def ignore(_: Simulation) -> None:
    """Watch without looking."""


@pytest.mark.slow
def test_what_is_merged_are_the_first_runs_of_the_forecast(scenario: Scenario) -> None:
    async def use(scheduler: Scheduler) -> list[int]:
        told: list[int] = []
        one = scheduler.watch(scenario, lambda now: told.append(now.runs))
        await until(lambda: one.runs >= 2 * BLOCK_RUNS)
        look = one.look()
        whole = sim.run(scenario, runs=look.runs)
        assert look.records.tobytes() == whole.records.tobytes()
        assert all(np.array_equal(counts, whole.tally[name]) for name, counts in look.tally.counts.items())
        await until(lambda: one.runs == PLAN.most_runs)
        assert one.runs == PLAN.most_runs
        return told

    told = with_scheduler(use)
    assert told[0] >= BLOCK_RUNS
    assert told == sorted(set(told))


def moved(scenario: Scenario, stance: float) -> Scenario:
    """Return the scenario as with the slider of the backer's stance at a number."""
    backer = scenario.document.actors["backer"].model_copy(update={"stance": Fixed(stance)})
    return changed(scenario, actors={**scenario.document.actors, "backer": backer})


@pytest.mark.slow
def test_many_at_once_all_get_a_first_look_before_any_is_refined(scenario: Scenario) -> None:
    async def use(scheduler: Scheduler) -> None:
        first: dict[int, list[int]] = {}
        held: list[Simulation] = []

        def note(place: int) -> Callable[[Simulation], None]:
            return lambda _: first.setdefault(place, [one.runs for one in held])

        held += [scheduler.watch(moved(scenario, 0.1 * place), note(place)) for place in range(8)]
        await until(lambda: len(first) == 8)
        others_wait = [*first.values()][:-2]  # with the last two, both workers have none left to begin
        assert all(runs <= BLOCK_RUNS for at_first in others_wait for runs in at_first)
        chances = [one.look().probability for one in held]
        assert chances == sorted(chances)
        assert chances[0] < chances[-1]
        expected = sim.run(held[5].scenario, runs=BLOCK_RUNS).records
        assert held[5].look().records[:BLOCK_RUNS].tobytes() == expected.tobytes()

    with_scheduler(use)


@pytest.mark.slow
def test_a_fault_is_told_to_all_who_wait(scenario: Scenario) -> None:
    async def use(scheduler: Scheduler) -> None:
        broken = replace(scenario, principal="nobody")
        failures: dict[int, str] = {}
        for place in range(3):
            scheduler.watch(variant(broken, place), lambda now, place=place: failures.setdefault(place, now.failure))
        await until(lambda: len(failures) == 3)
        assert all("failed: " in one for one in failures.values())

    with_scheduler(use)


@pytest.mark.slow
def test_nobody_waiting_nothing_more_is_played(scenario: Scenario) -> None:
    async def use(scheduler: Scheduler) -> None:
        one = scheduler.watch(longer(scenario, 3000), ignore)
        await until(lambda: playing(scheduler) == 1)
        scheduler.leave(one, ignore)
        await until(lambda: playing(scheduler) == 0)
        assert (one.runs, watched(scheduler)) == (BLOCK_RUNS, 0), "a block begun is finished, and no other begun"

    with_scheduler(use)


@pytest.mark.slow
def test_refining_makes_way_for_a_first_look_and_goes_on_afterwards(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulation, "PLAN", replace(PLAN, runs=400 * BLOCK_RUNS))  # more than anybody waits for here

    async def use(scheduler: Scheduler) -> None:
        one = scheduler.watch(scenario, ignore)
        await until(lambda: one.runs > BLOCK_RUNS)
        two = scheduler.watch(variant(scenario, 1), ignore)
        await until(lambda: two.runs >= BLOCK_RUNS)
        before = one.runs
        assert before < 400 * BLOCK_RUNS
        await until(lambda: one.runs > before and two.runs > BLOCK_RUNS)
        both = min(one.runs, two.runs)
        assert one.look().records[:both].tobytes() == two.look().records[:both].tobytes()  # the same but for its id

    with_scheduler(use)


def test_what_cannot_be_taken_is_told_and_ends_no_worker(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(self: Simulation, task: Task, result: BlockResult) -> None:
        raise ValueError("tallies of different questions cannot be merged")

    async def use(scheduler: Scheduler) -> None:
        failures: list[str | None] = []
        with monkeypatch.context() as broken:
            broken.setattr(Simulation, "take", take)
            scheduler.watch(scenario, lambda now: failures.append(now.failure))
            await until(lambda: bool(failures))
        assert failures[0] == "ValueError: tallies of different questions cannot be merged"
        one = scheduler.watch(variant(scenario, 1), ignore)
        await until(lambda: one.runs >= BLOCK_RUNS)

    with_scheduler(use)


@pytest.mark.slow
def test_what_the_explorer_has_played_into_a_store_no_command_plays_again(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, store = Plan(runs=2 * BLOCK_RUNS), Store(tmp_path)
    alone = run(scenario, plan, with_paths=False)

    async def use(scheduler: Scheduler) -> None:
        one = scheduler.watch(scenario, ignore)
        await until(lambda: one.runs == PLAN.most_runs and playing(scheduler) == 0)
        assert one.look().records[: 2 * BLOCK_RUNS].tobytes() == alone.records.tobytes()
        assert one.look().records.tobytes() == sim.run(scenario, runs=PLAN.most_runs).records.tobytes()
        assert await scheduler.run(play_group, Group((Task(TIP_PLAN.task(scenario), "tip", False, store),))) is not None

    with_scheduler(use, store)
    blocks = count_blocks(monkeypatch)
    again = run(scenario, plan, store=store, with_paths=False)
    assert (blocks, again.record()) == ([], alone.record())


@pytest.mark.slow
def test_what_a_store_holds_the_explorer_shows_without_playing_it(scenario: Scenario, tmp_path: Path) -> None:
    run(scenario, Plan(runs=BLOCK_RUNS), store=(store := Store(tmp_path)), with_paths=False)
    task = PLAN.task(bare(scenario))
    kept = store.get(task)
    assert kept is not None
    kept.records["breakdowns"] = 99
    store.put(task, BlockResult(kept.tally, kept.records))

    async def use(scheduler: Scheduler) -> None:
        one = scheduler.watch(scenario, ignore)
        await until(lambda: one.runs > BLOCK_RUNS)
        records = one.look().records
        assert (records["breakdowns"][:BLOCK_RUNS] == 99).all(), "the mark says that they are from the store"
        assert not (records["breakdowns"][BLOCK_RUNS:] == 99).any()

    with_scheduler(use, store)


def test_what_is_kept_is_bounded(scenario: Scenario) -> None:
    async def use(scheduler: Scheduler) -> None:
        for place in range(MOST_KEPT + 10):
            one = scheduler.watch(variant(scenario, place), ignore)
            scheduler.leave(one, ignore)
        await until(lambda: playing(scheduler) == 0)
        scheduler.watch(variant(scenario, 1000), ignore)
        assert len(scheduler._simulations) <= MOST_KEPT + 1

    with_scheduler(use)


def test_errands_are_done_and_bounded_and_their_failures_told(scenario: Scenario) -> None:
    async def use(scheduler: Scheduler) -> None:
        assert await scheduler.run(abs, -3) == 3
        with pytest.raises(UsageError, match="TypeError"):
            await scheduler.run(abs, "x")
        many = [asyncio.create_task(scheduler.run(time.sleep, 0.05)) for _ in range(MOST_ERRANDS + 8)]
        done = await asyncio.gather(*many, return_exceptions=True)
        assert any(isinstance(one, UsageError) for one in done)
        assert sum(one is None for one in done) >= MOST_ERRANDS

    with_scheduler(use)


def test_a_worker_that_is_lost_fails_its_piece_and_is_replaced(scenario: Scenario, tmp_path: Path) -> None:
    import os

    async def use(scheduler: Scheduler) -> None:
        with pytest.raises(UsageError, match="worker process died"):
            await scheduler.run(os._exit, 1)
        assert await scheduler.run(abs, -1) == 1
        assert await scheduler.run(abs, -2) == 2

    with_scheduler(use)
