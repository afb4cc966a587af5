"""The contract of executors, over every implementation; what they map stands in `tests/tasks.py`."""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import dask
import pytest

from sim import environment
from sim.errors import ExecutionError, ScenarioError, UsageError
from sim.runs.executors import Executor, Local, Pool, Serial
from sim.runs.executors.address import Address
from sim.runs.executors.dask import Dask
from sim.runs.executors.pool import IN_FLIGHT, MOST, Feed
from sim.runs.executors.processes import ONE_THREAD, Processes
from tests.cluster.processes import Cluster
from tests.places import ROOT
from tests.tasks import (
    Block,
    Marked,
    Source,
    die_at_one,
    die_once,
    fail_at_three,
    find_faults,
    number_of,
    number_of_late_for_the_first,
    process_and_interrupt_handler,
    refuse,
    text,
    threads,
    unreadable,
    unsendable,
)

WORKERS = 2


SERVER = """
import signal
from multiprocessing import forkserver, resource_tracker
from sim.runs.executors.processes import start_server

def blocked(process, *signals):
    status = open(f"/proc/{process}/status").read()
    bits = int(status.partition("SigBlk:")[2].split()[0], 16)
    return [one.name for one in signals if bits >> one - 1 & 1]

start_server()
print(blocked(forkserver._forkserver._forkserver_pid, signal.SIGINT, signal.SIGTERM))
print(blocked(resource_tracker._resource_tracker._pid, signal.SIGHUP))
"""


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """The process pool of somebody's."""
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as made:
        yield made


@pytest.fixture(params=["serial", "local", "lent", "dask", "dask in batches"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    before = children()
    match request.param:
        case "serial":
            yield Serial()
        case "local":
            yield Local(WORKERS)
        case "lent":
            yield Pool(request.getfixturevalue("processes"), WORKERS)
            before = children()
        case kind:
            target = 0 if kind == "dask" else 0.01
            address = Address.parse(request.getfixturevalue("machines").address)
            yield Dask(address, WORKERS, target=target)
    assert children() == before, "a worker outlived its map"


def children() -> set[int | None]:
    return {one.pid for one in multiprocessing.active_children()}


def ahead(executor: Executor) -> int:
    """How many tasks more than asked for an executor may take."""
    if not isinstance(executor, Pool):
        return 0
    return 2 * WORKERS if not executor.target else (IN_FLIGHT + 1) * WORKERS * MOST


def test_results_come_in_the_order_of_the_tasks(executor: Executor) -> None:
    tasks = map(Block, range(6))
    assert list(executor.map(number_of_late_for_the_first, tasks)) == list(range(6))


def test_no_tasks_give_no_results(executor: Executor) -> None:
    assert list(executor.map(number_of, [])) == []


def test_an_executor_can_be_used_again(executor: Executor) -> None:
    assert list(executor.map(number_of, [Block(1)])) == [1]
    assert list(executor.map(number_of, [Block(2)])) == [2]


def test_tasks_are_taken_only_as_they_are_needed(executor: Executor) -> None:
    source = Source()
    results = executor.map(number_of, source)
    assert source.taken == 0
    assert list(itertools.islice(results, 5)) == [0, 1, 2, 3, 4]
    results.close()  # type: ignore[attr-defined]
    assert 5 <= source.taken <= 5 + ahead(executor)


def test_closing_drops_what_has_not_begun(executor: Executor) -> None:
    source, done = Source(), []
    results = executor.map(number_of, source, lambda: done.append(1))
    next(results)
    results.close()  # type: ignore[attr-defined]
    taken, finished = source.taken, len(done)
    assert next(results, "closed") == "closed"
    assert (source.taken, len(done)) == (taken, finished)
    assert finished <= 1 + ahead(executor)


def test_closing_before_the_first_result_takes_nothing(executor: Executor) -> None:
    source = Source()
    executor.map(number_of, source).close()  # type: ignore[attr-defined]
    assert source.taken == 0


def test_a_failure_names_its_task_and_stops(executor: Executor) -> None:
    source = Source()
    results = executor.map(fail_at_three, source)
    assert list(itertools.islice(results, 3)) == [0, 1, 2]
    with pytest.raises(ExecutionError, match=r"^block 3 of crisis failed: ValueError: no such day$") as caught:
        next(results)
    assert isinstance(caught.value.__cause__, ValueError)
    assert next(results, "closed") == "closed"
    assert 4 <= source.taken <= 4 + ahead(executor)


def test_errors_of_offramp_pass_as_they_are(executor: Executor) -> None:
    with pytest.raises(UsageError, match=r"^block 0 of crisis asks too much$"):
        list(executor.map(refuse, [Block(0)]))
    with pytest.raises(ScenarioError) as caught:
        list(executor.map(find_faults, [Block(0)]))
    assert [fault.message for fault in caught.value.faults] == ["first", "second"]


def test_an_interruption_of_the_consumer_stops_the_work(executor: Executor) -> None:
    source = Source()
    results = executor.map(number_of, source)
    next(results)
    with pytest.raises(KeyboardInterrupt):
        results.throw(KeyboardInterrupt())  # type: ignore[attr-defined]
    assert source.taken <= 1 + ahead(executor)


def test_progress_is_told_once_for_each_finished_task(executor: Executor) -> None:
    done: list[int] = []
    assert len(list(executor.map(number_of, map(Block, range(7)), lambda: done.append(1)))) == 7
    assert len(done) == 7


def test_progress_is_not_told_of_a_failed_task(executor: Executor) -> None:
    done: list[int] = []
    with pytest.raises(ExecutionError):
        list(executor.map(fail_at_three, [Block(3), Block(3)], lambda: done.append(1)))
    assert done == []


def test_a_failure_of_the_source_passes_as_it_is(executor: Executor) -> None:
    def broken() -> Iterator[Block]:
        yield Block(0)
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        list(executor.map(number_of, broken()))


def test_serial_works_in_this_process() -> None:
    ((process, _),) = Serial().map(process_and_interrupt_handler, [Block(0)])
    assert process == os.getpid()


def test_workers_are_other_processes_and_leave_ctrl_c_to_this_one() -> None:
    for process, ignores in Local(WORKERS).map(process_and_interrupt_handler, map(Block, range(2))):
        assert process != os.getpid()
        assert ignores


def test_late_workers_start_after_the_first_tasks() -> None:
    late = Local(WORKERS, here=2)
    processes = [process for process, _ in late.map(process_and_interrupt_handler, map(Block, range(5)))]
    assert processes[:2] == [os.getpid()] * 2
    assert os.getpid() not in processes[2:]


@pytest.mark.parametrize("here", [0, 1])
def test_a_task_that_always_kills_its_worker_is_an_error_that_names_it(here: int) -> None:
    before = children()
    results = Local(WORKERS, here=here).map(die_at_one, map(Block, range(20)))
    assert next(results) == 0
    said = r"^block 1 of crisis was lost with its worker, and again when .* alone.* script without .*__main__"
    with pytest.raises(ExecutionError, match=said):
        next(results)
    assert children() == before


@pytest.mark.parametrize("workers", [1, 2])
def test_what_stands_for_a_task_that_kills_its_worker_leaves_the_rest_whole(workers: int) -> None:
    notes: list[str] = []
    results = Local(workers, notes.append).map(die_at_one, map(Block, range(9)), lost=lambda task, _: -task.number)
    assert list(results) == [0, -1, 2, 3, 4, 5, 6, 7, 8]
    assert len(notes) == 1
    assert notes[0].startswith("a worker was lost while block ")


def test_a_task_that_lost_its_worker_once_is_run_again(tmp_path: Path) -> None:
    notes: list[str] = []
    done: list[int] = []
    tasks = [Marked(number, tmp_path / "mark" if number == 3 else None) for number in range(9)]
    assert list(Local(WORKERS, notes.append).map(die_once, tasks, lambda: done.append(1))) == list(range(9))
    assert len(done) == 9, "each is told of once"
    assert len(notes) == 1
    assert notes[0].startswith("a worker was lost while block ")


@pytest.mark.parametrize("workers", [0, -1])
def test_fewer_than_one_worker_is_refused(workers: int) -> None:
    with pytest.raises(UsageError, match=rf"expected at least one worker \(got {workers}\)"):
        Local(workers)


def test_a_worker_lost_while_nobody_waits_is_found_out() -> None:
    before = set(threading.enumerate())
    results = Local(1).map(die_at_one, map(Block, range(20)), lost=lambda task, error: -1)
    assert next(results) == 0
    for one in set(threading.enumerate()) - before:
        if "ExecutorManager" in type(one).__name__:
            one.join()  # until the pool knows of its loss
    assert list(results) == [-1, *range(2, 20)]


def test_any_object_may_be_a_task(executor: Executor) -> None:
    assert list(executor.map(text, [1, None, 0])) == ["1", "None", "0"]


@pytest.mark.parametrize("function", [unreadable, unsendable])
def test_a_result_that_does_not_travel_is_an_error_that_names_its_task(
    executor: Executor, function: Callable[[Block], object]
) -> None:
    if isinstance(executor, Serial) or getattr(executor, "here", 0):
        return  # nothing travels
    with pytest.raises(ExecutionError, match="block 0 of crisis"):
        list(executor.map(function, [Block(0)]))


# -- batches ------------------------------------------------------------------------------------------------------


def test_a_batch_takes_as_many_tasks_as_last_the_target() -> None:
    feed = Feed(itertools.count(), 5)
    assert len(feed.batch(2)) == 1, "nothing is known yet"
    feed.learn(1, 0.5)
    assert len(feed.batch(2)) == 10
    for _ in range(30):
        feed.learn(10, 2.5)
    assert len(feed.batch(2)) == 20
    feed.learn(0, 9.0)
    assert len(feed.batch(2)) == 20, "a batch without a finished task teaches nothing"


def test_batches_get_longer_where_many_workers_would_ask_for_too_many() -> None:
    feed = Feed(itertools.count(), 5)
    feed.learn(1, 0.5)
    assert len(feed.batch(500)) == 10
    assert len(feed.batch(2000)) == 40, "100 batches a second from 2,000 workers are 20 s each"
    feed = Feed(itertools.count(), 5)
    feed.learn(1, 0.001)
    assert len(feed.batch(2)) == MOST


def test_the_last_batches_are_small_and_every_task_is_dealt_once() -> None:
    feed = Feed(range(1000), 5)
    feed.learn(4, 1)
    batches = []
    while batch := feed.batch(4):
        batches.append(batch)
    assert [one for batch in batches for one in batch] == list(range(1000))
    sizes = [len(batch) for batch in batches]
    assert set(sizes[:40]) == {20}
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-4:] == [1, 1, 1, 1]
    assert len(sizes) < 85


# -- the caller's process ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["local", "dask"])
def test_a_map_leaves_environment_logs_and_settings_of_the_caller_alone_while_it_runs(
    kind: str, machines: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ONE_THREAD:
        monkeypatch.delenv(name, raising=False)

    def state() -> list[object]:
        loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
        return [dict(os.environ), dask.config.get("distributed"), *(one.level for one in loggers)]

    before = state()
    executor = Local(1) if kind == "local" else Dask(Address.parse(machines.address), WORKERS)
    for _ in executor.map(number_of, map(Block, range(3))):
        assert state() == before
    assert state() == before


def test_linear_algebra_of_a_worker_has_one_thread_even_where_its_script_loaded_it_before() -> None:
    """As the worker of a script that imports NumPy at its top does, `threads` has loaded it when the worker begins."""
    assert set(Local(1).map(threads, [0])) == {(1,)}


# -- executors of anybody's -------------------------------------------------------------------------------------------


def test_an_executor_that_was_lent_is_left_open() -> None:
    with ThreadPoolExecutor(WORKERS) as lent:
        assert list(Pool(lent).map(number_of, map(Block, range(9)))) == list(range(9))
        assert lent.submit(abs, -1).result() == 1


def test_a_lent_executor_that_breaks_is_an_error() -> None:
    with ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as lent:
        results = Pool(lent, WORKERS).map(die_at_one, map(Block, range(9)))
        with pytest.raises(ExecutionError, match="takes no more tasks; start a new one"):
            list(results)


def test_a_lent_executor_that_is_shut_down_is_an_error() -> None:
    with ThreadPoolExecutor(1) as lent:
        pass
    with pytest.raises(ExecutionError, match="takes no tasks: cannot schedule new futures after shutdown"):
        list(Pool(lent, 1).map(number_of, [Block(0)]))


def test_a_worker_that_would_produce_different_results_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    here = environment.identity()
    monkeypatch.setattr(environment, "identity", lambda: {**here, "numpy": "0.1"})
    with (
        Processes(1) as lent,
        pytest.raises(ExecutionError, match=r"would produce different results: numpy \S+ there, 0.1 here; install"),
    ):
        list(Pool(lent, 1).map(number_of, [Block(0)]))


def test_what_cannot_be_sent_is_an_error_that_names_its_task() -> None:
    with pytest.raises(ExecutionError, match=r"^block 0 of crisis cannot be sent to a worker: "):
        list(Local(1).map(lambda task: task, [Block(0)]))


@pytest.mark.skipif(sys.platform != "linux", reason="the server that workers are forked from")
def test_no_signal_reaches_the_server_of_workers_while_it_imports_nor_the_tracker_of_resources() -> None:
    """They would end with a traceback. The tracker, started first, unblocks two signals that were blocked for both."""
    done = subprocess.run([sys.executable, "-c", SERVER], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "['SIGINT', 'SIGTERM']\n['SIGHUP']\n"
