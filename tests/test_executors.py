"""The contract of executors, over every implementation. Functions stand at the top, for workers are spawned."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from sim.errors import ExecutionError, Fault, ScenarioError, UsageError
from sim.executors import Executor, Late, Local, Serial

WORKERS = 2


@dataclass(frozen=True)
class Block:
    """A task that says its name, as blocks of runs do."""

    number: int

    def __str__(self) -> str:
        return f"block {self.number} of crisis"


class Source:
    """Endless tasks that count how many of them were taken."""

    def __init__(self) -> None:
        self.taken = 0

    def __iter__(self) -> Iterator[Block]:
        for number in itertools.count():
            self.taken += 1
            yield Block(number)


def number_of(task: Block) -> int:
    return task.number


def number_of_late_for_the_first(task: Block) -> int:
    time.sleep(0.3 if task.number == 0 else 0)
    return task.number


def fail_at_three(task: Block) -> int:
    if task.number == 3:
        raise ValueError("no such day")
    return task.number


def refuse(task: Block) -> int:
    raise UsageError(f"{task} asks too much")


def find_faults(task: Block) -> int:
    raise ScenarioError([Fault("b.yaml", 2, 1, "k", "second"), Fault("a.yaml", 1, 1, "k", "first")])


def die_at_one(task: Block) -> int:
    if task.number == 1:
        os._exit(3)
    return task.number


def process_and_interrupt_handler(task: Block) -> tuple[int, bool]:
    return os.getpid(), signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def text(task: object) -> str:
    return str(task)


@pytest.fixture(params=[Serial(), Local(WORKERS), Late(WORKERS, 3)], ids=["serial", "local", "late"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    yield request.param
    assert multiprocessing.active_children() == [], "a worker outlived its map"


def ahead(executor: Executor) -> int:
    """How many tasks more than asked for an executor may take."""
    return 0 if isinstance(executor, Serial) else 2 * WORKERS


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
    processes = [process for process, _ in Late(WORKERS, 2).map(process_and_interrupt_handler, map(Block, range(5)))]
    assert processes[:2] == [os.getpid()] * 2
    assert os.getpid() not in processes[2:]


def test_a_lost_worker_is_an_error_that_names_a_task() -> None:
    results = Local(WORKERS).map(die_at_one, map(Block, range(20)))
    with pytest.raises(ExecutionError, match=r"worker process died while block \d+ of crisis was waited for"):
        list(results)
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [0, -1])
def test_fewer_than_one_worker_is_refused(workers: int) -> None:
    with pytest.raises(UsageError, match=rf"expected at least one worker \(got {workers}\)"):
        Local(workers)


def test_a_worker_lost_while_nobody_waits_is_an_error_that_names_a_task() -> None:
    results = Local(1).map(die_at_one, map(Block, range(20)))
    assert next(results) == 0
    deadline = time.monotonic() + 20
    while any("ExecutorManager" in type(one).__name__ for one in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.02)  # until the pool knows of its loss
    with pytest.raises(ExecutionError, match=r"block \d+ of crisis"):
        next(results)


def test_any_object_may_be_a_task(executor: Executor) -> None:
    assert list(executor.map(text, [1, None, 0])) == ["1", "None", "0"]
