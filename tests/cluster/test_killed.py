"""Workers and the scheduler itself killed in mid-run: same results, or a clear error and nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import ExecutionError
from sim.runs.executors.address import Address
from sim.runs.executors.dask import Dask
from tests.cluster.processes import Cluster, cluster
from tests.tasks import Block, die_at_one, number_of, slow_number_of

pytestmark = pytest.mark.slow

QUICK = {"target": 0.4, "patience": 3.0}


def test_a_killed_workers_batches_are_run_again_and_told_of(machines: Cluster) -> None:
    notes: list[str] = []
    done: list[int] = []
    executor = Dask(Address.parse(machines.address), 2, notes.append, target=0.4)
    results = executor.map(slow_number_of, map(Block, range(60)), lambda: done.append(1))
    first = [next(results) for _ in range(8)]
    machines.kill(machines.workers[0])
    assert first + list(results) == list(range(60))
    assert len(done) == 60
    assert notes
    assert all(one.startswith("the worker tcp://127.0.0.1:") and "was lost; run again" in one for one in notes)


def test_a_killed_scheduler_is_a_clear_error(tmp_path: Path) -> None:
    with cluster(tmp_path, 1) as machines:
        results = Dask(Address.parse(machines.address), **QUICK).map(slow_number_of, map(Block, range(60)))
        next(results)
        machines.kill(machines.scheduler)
        with pytest.raises(ExecutionError, match=r"^the connection to the workers was lost"):
            list(results)


def test_workers_that_are_all_gone_are_a_clear_error_and_so_are_workers_that_never_come(machines: Cluster) -> None:
    results = Dask(Address.parse(machines.address), 2, **QUICK).map(slow_number_of, map(Block, range(60)))
    next(results)
    for worker in machines.workers:
        machines.kill(worker)
    with pytest.raises(ExecutionError, match=r"^all workers of the scheduler are gone for 3 s; were they"):
        list(results)
    with pytest.raises(ExecutionError, match="expected 1 worker at the scheduler"):
        list(Dask(Address.parse(machines.address), **QUICK).map(number_of, [Block(0)]))


def test_a_task_that_kills_every_worker_is_named_and_the_rest_of_its_batch_kept(tmp_path: Path) -> None:
    """Three workers, and what loses one of them is given up: a batch, and the task of it that is to blame."""
    notes: list[str] = []
    numbers = [*range(2, 302), 1, *range(302, 600)]
    with cluster(tmp_path, 3, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as machines:
        executor = Dask(Address.parse(machines.address), 3, notes.append, target=0.4, patience=20)
        results = list(executor.map(die_at_one, map(Block, numbers), lost=lambda task, error: f"{task}: {error}"))
    assert results[300].startswith("block 1 of crisis: block 1 of crisis was lost with its worker, and again when it")
    assert results[:300] + results[301:] == numbers[:300] + numbers[301:]
    assert any(one.startswith("a worker was lost while block ") for one in notes)


def test_a_scheduler_that_is_not_there_is_a_clear_error_once_the_time_for_its_answer_is_over() -> None:
    with pytest.raises(ExecutionError, match=r"^no dask scheduler answers at tcp://127.0.0.1:9 \(.* after 3 s"):
        list(Dask(Address.parse("tcp://127.0.0.1:9"), **QUICK).map(number_of, [Block(0)]))
