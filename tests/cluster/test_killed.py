"""Workers and the scheduler itself killed in mid-run: same results, or a clear error and nothing lost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.errors import ExecutionError
from sim.executors.address import Address
from sim.executors.dask import Dask, Limits
from tests.cluster.processes import Cluster, cluster
from tests.tasks import Block, die_at_one, number_of, slow_number_of

pytestmark = pytest.mark.slow

QUICK = Limits(target=0.4, connect=3, gather=3)


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path) as made:
        yield made


def test_a_killed_workers_batches_are_run_again_and_told_of(machines: Cluster) -> None:
    notes: list[str] = []
    done: list[int] = []
    executor = Dask(Address.parse(machines.address), 2, notes.append, Limits(target=0.4))
    results = executor.map(slow_number_of, map(Block, range(60)), lambda: done.append(1))
    first = [next(results) for _ in range(8)]
    machines.kill(machines.workers[0])
    assert first + list(results) == list(range(60))
    assert len(done) == 60
    assert notes
    assert all("was lost; run again on tcp://127.0.0.1:" in one and "of crisis" in one for one in notes)


def test_a_killed_scheduler_is_a_clear_error(machines: Cluster) -> None:
    results = Dask(Address.parse(machines.address), 2, limits=QUICK).map(slow_number_of, map(Block, range(60)))
    next(results)
    machines.kill(machines.scheduler)
    with pytest.raises(ExecutionError, match=r"^the connection to the scheduler was lost while block .* waited for"):
        list(results)


def test_workers_that_are_all_gone_are_a_clear_error(machines: Cluster) -> None:
    results = Dask(Address.parse(machines.address), 2, limits=QUICK).map(slow_number_of, map(Block, range(60)))
    next(results)
    for worker in machines.workers:
        machines.kill(worker)
    with pytest.raises(
        ExecutionError, match=r"^all workers of the scheduler are gone for 3 s while block .* of crisis"
    ):
        list(results)


def test_a_task_that_kills_every_worker_is_named_and_the_rest_of_its_batch_kept(tmp_path: Path) -> None:
    """Eight workers, and what loses two of them is given up: a batch, and the tasks of it one by one."""
    notes: list[str] = []
    numbers = [*range(2, 302), 1, *range(302, 600)]
    with cluster(tmp_path, 8, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1") as machines:
        executor = Dask(Address.parse(machines.address), 8, notes.append, Limits(target=0.4, gather=20))
        results = list(executor.map(die_at_one, map(Block, numbers), lost=lambda task, error: f"{task}: {error}"))
    assert results[300].startswith("block 1 of crisis: 2 worker processes died while block 1 of crisis was waited for")
    assert results[:300] + results[301:] == numbers[:300] + numbers[301:]
    assert any(one.startswith("2 workers were lost with one batch; run one by one: block ") for one in notes)


def test_a_scheduler_that_is_not_there_is_a_clear_error_and_soon() -> None:
    start = time.monotonic()
    with pytest.raises(ExecutionError, match=r"^no dask scheduler answers at tcp://127.0.0.1:9 "):
        list(Dask(Address.parse("tcp://127.0.0.1:9"), limits=QUICK).map(number_of, [Block(0)]))
    assert time.monotonic() - start < 10


def test_a_scheduler_without_workers_is_a_clear_error(tmp_path: Path) -> None:
    with cluster(tmp_path, 0) as machines, pytest.raises(ExecutionError, match="expected 1 workers at the scheduler"):
        list(Dask(Address.parse(machines.address), limits=QUICK).map(number_of, [Block(0)]))
