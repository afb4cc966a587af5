"""Running sweeps: the same rows whatever runs them, what fails stays where it failed, nothing is played twice."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import ExecutionError, ScenarioError, StoreError
from sim.forecast.runner import run
from sim.runs import groups
from sim.runs import play as playing
from sim.runs.block.blocks import BlockResult, BlockTask, run_block
from sim.runs.executors import Local, Serial
from sim.runs.groups import MOST_TOGETHER, Failure, Group, play_group
from sim.runs.store import Store, key_of
from sim.runs.store.store import name_of
from sim.scenario.edit import bare
from sim.studies.bench import Site
from sim.studies.sweep.runner import run_sweep, without_effect
from sim.studies.sweep.sweep import Sweep
from tests.played import count_blocks, replace_play
from tests.studies.sweep.worlds import GRID, sweep

TORNADO = """
    base: crisis.yaml
    design: one-at-a-time
    runs: 8192
    axes:
      pressures.appeal.intensity: [0, 1]
      actors.shield.posture: [0.2, 0.8]
"""
PRECISE = """
    base: crisis.yaml
    precision: 0.006
    runs: 40000
    axes:
      actors.attacker.posture: [0.2, 0.5, 0.8]
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@dataclass(frozen=True)
class Dying:
    """Plays blocks, but the worker that gets a certain cell dies: always, or once where there is a marker to leave."""

    cell: int
    marker: Path | None = None

    def __call__(self, group: Group) -> list[BlockResult | Failure]:
        is_here = any(task.name.startswith(f"cell {self.cell + 1} ") for task in group.tasks)
        if is_here and (self.marker is None or not self.marker.exists()):
            if self.marker is not None:
                self.marker.touch()
            os._exit(9)
        return play_group(group)


class Replaced(Local):
    """Workers that run another function in place of the one asked for."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__(2)
        self._function = function

    def map(self, function: Any, tasks: Iterable[Any], finished: Any = None, lost: Any = None) -> Iterator[Any]:
        return super().map(self._function, tasks, finished, lost)


def fail_in(monkeypatch: pytest.MonkeyPatch, sweep: Sweep, *cells: int) -> None:
    """Let the blocks of some cells fail."""
    hashes = {sweep.cells[cell].hash for cell in cells}

    def failing(task: BlockTask) -> BlockResult:
        if task.scenario.hash in hashes:
            raise ValueError("no such day")
        return run_block(task)

    replace_play(monkeypatch, failing)


# -- the same rows ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("body", [GRID, TORNADO, PRECISE], ids=["grid", "tornado", "precise"])
def test_one_and_two_workers_with_and_without_a_store_give_the_same_rows(
    tmp_path: Path, store: Store, body: str
) -> None:
    loaded = sweep(tmp_path, body)
    alone = run_sweep(loaded)
    assert run_sweep(loaded, Site(Local(2), store)) == alone
    assert run_sweep(loaded, Site(store=store)) == alone
    entries = [path for path in (tmp_path / "store" / "blocks").rglob("*") if path.is_file()]
    for path in entries[::2]:
        path.unlink()
    assert run_sweep(loaded, Site(Local(2), store)) == alone


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_cells_are_compared_with_the_first_where_only_the_first_is_not_in_the_store(
    tmp_path: Path, store: Store, workers: int
) -> None:
    """Whatever the store holds, no cell is done before the one that all are compared with."""
    loaded = sweep(tmp_path, TORNADO)
    whole = run_sweep(loaded, Site(store=store))
    assert all(row["changes"] for row in whole)
    for block in range(loaded.plan.blocks):
        task = loaded.plan.task(bare(loaded.scenario(loaded.cells[0])), block)
        entry = tmp_path / "store" / name_of(key_of(task))
        entry.unlink()
    executor = Serial() if workers == 1 else Local(workers)
    assert run_sweep(loaded, Site(executor, store)) == whole


@pytest.mark.parametrize("body", [GRID, PRECISE], ids=["grid", "precise"])
def test_a_cell_is_the_forecast_that_run_makes_of_its_scenario(tmp_path: Path, body: str) -> None:
    loaded = sweep(tmp_path, body)
    rows = run_sweep(loaded)
    assert len({row["runs"] for row in rows}) == (1 if body == GRID else 2), "precision should cost cells differently"
    for cell, row in zip(loaded.cells, rows, strict=True):
        forecast = run(loaded.scenario(cell), loaded.plan)
        assert (row["runs"], row["status"]) == (forecast.runs, forecast.status)
        for outcome, by in row["outcomes"].items():
            for day, one in by.items():
                estimate = forecast.probability(outcome, int(day))
                wanted = (estimate.p, estimate.low, estimate.high, estimate.input_sd)
                assert (one["p"], one["mc_low"], one["mc_high"], one["input_sd"]) == pytest.approx(wanted, abs=1e-6)


def test_rows_carry_the_inputs_of_their_cell_and_cells_share_their_random_numbers(tmp_path: Path) -> None:
    loaded = sweep(tmp_path)
    rows = run_sweep(loaded)
    for cell, row in zip(loaded.cells, rows, strict=True):
        assert row["inputs"] == cell.changes
        assert row["scenario_hash"] == cell.hash
    days = [run_block(BlockTask(loaded.scenario(cell), 0, 0, 2)).records["offensive"] for cell in loaded.cells[:2]]
    assert 0.8 < np.mean(days[0] == days[1]) < 1, "with numbers of their own far fewer runs would go the same"


@pytest.mark.slow
def test_changes_are_those_of_two_forecasts_compared_run_by_run(tmp_path: Path) -> None:
    loaded = sweep(tmp_path, TORNADO)
    rows = run_sweep(loaded)
    base = run(loaded.bases[0].scenario, loaded.plan)
    for cell, row in zip(loaded.cells, rows, strict=True):
        wanted = base.difference(run(loaded.scenario(cell), loaded.plan), "offensive", 10)
        change = row["changes"]["offensive"]["10"]
        assert (change["p"], change["mc_low"], change["mc_high"]) == pytest.approx(
            (wanted.p, wanted.low, wanted.high), abs=1e-6
        )
    assert rows[0]["changes"]["offensive"]["10"]["p"] == 0


def test_a_shard_compares_with_the_base_though_that_is_another_shards_cell(tmp_path: Path) -> None:
    loaded = sweep(tmp_path, TORNADO)
    assert run_sweep(loaded, cells=loaded.cells[3:]) == run_sweep(loaded)[3:]


def test_no_cells_give_no_rows(tmp_path: Path) -> None:
    assert run_sweep(sweep(tmp_path, TORNADO), cells=[]) == []


# -- the store ----------------------------------------------------------------------------------------------------


def test_nothing_is_played_twice_and_more_runs_only_add_to_it(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = count_blocks(monkeypatch)
    run_sweep(sweep(tmp_path), Site(store=store))
    assert len(played) == 6
    run_sweep(sweep(tmp_path), Site(store=store))
    assert len(played) == 6
    run_sweep(sweep(tmp_path, runs=3 * 4096), Site(store=store))
    assert len(played) == 18
    wider = GRID.replace("[0, 0.5, 1]", "[0, 0.25, 0.5, 1]")
    run_sweep(sweep(tmp_path, wider), Site(store=store))
    assert len(played) == 20


def test_a_store_that_cannot_be_written_stops_the_sweep_and_keeps_what_it_has(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = sweep(tmp_path)
    put, kept = Store.put, []

    def full_at_the_fourth(self: Store, task: BlockTask, result: BlockResult) -> None:
        if len(kept) == 3:
            raise StoreError("cannot write to the store: no space left on device")
        put(self, task, result)
        kept.append(task)

    monkeypatch.setattr(Store, "put", full_at_the_fourth)
    with pytest.raises(StoreError, match="no space left"):
        run_sweep(loaded, Site(store=store))
    assert all(store.get(task) is not None for task in kept)
    monkeypatch.setattr(Store, "put", put)
    assert run_sweep(loaded, Site(store=store)) == run_sweep(loaded)


def test_a_full_store_may_be_read_only(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = sweep(tmp_path)
    rows = run_sweep(loaded, Site(store=store))

    def refuse(*_: object) -> None:
        raise StoreError("read-only")

    monkeypatch.setattr(Store, "put", refuse)
    assert run_sweep(loaded, Site(store=store)) == rows


# -- what fails ---------------------------------------------------------------------------------------------------


def test_a_failing_cell_is_recorded_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = sweep(tmp_path)
    whole = run_sweep(loaded)
    fail_in(monkeypatch, loaded, 2)
    done: list[int] = []
    rows = run_sweep(loaded, Site(finished=lambda: done.append(1)))
    assert rows[2] == {**whole[2], "status": "failed", "error": "ValueError: no such day", "outcomes": None,
                       "runs": 0, "runs_digest": None}  # fmt: skip
    assert rows[:2] + rows[3:] == whole[:2] + whole[3:]
    assert len(done) == 6, "progress reaches its end"


def test_with_fail_fast_the_first_failing_cell_stops_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = sweep(tmp_path)
    fail_in(monkeypatch, loaded, 2)
    with pytest.raises(
        ExecutionError,
        match=r"^cell 3 \(intensity of Appeal 0.5, initial posture of Shield 0.2\) failed: ValueError",
    ):
        run_sweep(loaded, fail_fast=True)


def test_a_failing_base_costs_the_comparisons_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = sweep(tmp_path, TORNADO)
    fail_in(monkeypatch, loaded, 0)
    rows = run_sweep(loaded)
    assert [row["status"] for row in rows] == ["failed", *["complete"] * 4]
    assert all(row["changes"] is None for row in rows)


@pytest.mark.slow
def test_a_cell_that_kills_its_worker_is_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    loaded = sweep(tmp_path)
    whole = run_sweep(loaded)
    rows = run_sweep(loaded, Site(Replaced(Dying(1))))
    assert rows[1]["status"] == "failed"
    assert "block 0 of cell 2" in rows[1]["error"]
    assert rows[:1] + rows[2:] == whole[:1] + whole[2:]


@pytest.mark.slow
def test_a_worker_that_is_lost_once_costs_nothing(tmp_path: Path, store: Store) -> None:
    loaded = sweep(tmp_path, TORNADO)
    whole = run_sweep(loaded)
    for kept in (None, store):
        marker = tmp_path / f"died-{kept is None}"
        rows = run_sweep(loaded, Site(Replaced(Dying(2, marker)), kept))
        assert marker.exists()
        assert rows == whole


def test_cells_that_differ_in_what_does_nothing_are_found(tmp_path: Path) -> None:
    """The appeal goes to the backer over a tie; once that is gone its strength changes no run at all."""
    body = """
        base: crisis.yaml
        axes:
          ties.envoy.backer: [0, 0.3]
          pressures.appeal.intensity: [0.3, 0.6]
    """
    rows = run_sweep(sweep(tmp_path, body))
    assert without_effect(rows) == [[rows[0]["cell"], rows[1]["cell"]]]


# -- memory and order ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_what_is_kept_of_a_cell_is_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A finished cell must leave no tally, record or scenario behind: at most the cells in hand are open."""
    most = 0
    opened = playing._Schedule._open_next

    def watched(self: playing._Schedule) -> playing.Request | None:
        nonlocal most
        result = opened(self)
        most = max(most, len(self._open))
        return result

    monkeypatch.setattr(playing._Schedule, "_open_next", watched)
    monkeypatch.setattr(groups, "MOST_TOGETHER", 512)
    loaded = sweep(tmp_path, GRID.replace("[0, 0.5, 1]", "{from: 0, to: 1, steps: 15}"))
    run_sweep(loaded, Site(Local(2)))
    assert 1 <= most <= 12, "two cells together, five groups given out, and those at hand for the next"


@pytest.mark.slow
def test_memory_does_not_grow_with_the_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Traced memory at its peak, 24 cells against 8: what is more is less than a tally (a row is 5 kB)."""
    monkeypatch.setattr(groups, "MOST_TOGETHER", 1024)
    tally_bytes = 250_000

    def peak(steps: int) -> int:
        loaded = sweep(tmp_path, GRID.replace("[0, 0.5, 1]", f"{{from: 0, to: 1, steps: {steps}}}"))
        tracemalloc.start()
        run_sweep(loaded)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(2)
    few, many = peak(4), peak(12)
    assert many - few < tally_bytes + 16 * 6_000


@pytest.mark.slow
def test_tasks_are_given_out_as_they_are_needed(tmp_path: Path) -> None:
    loaded = sweep(tmp_path, GRID.replace("[0, 0.5, 1]", "{from: 0, to: 1, steps: 30}"))
    taken: list[Group] = []

    class Watching(Serial):
        def map(self, function: Any, tasks: Iterable[Any], finished: Any = None, lost: Any = None) -> Iterator[Any]:
            def watched() -> Iterator[Any]:
                for task in tasks:
                    taken.append(task)
                    yield task

            for place, result in enumerate(super().map(function, watched(), finished)):
                assert len(taken) == place + 1
                yield result

    rows = run_sweep(loaded, Site(Watching()))
    assert len(taken) == -(-sum(task.block.runs for group in taken for task in group.tasks) // MOST_TOGETHER)
    names = [task.name.split()[1] for group in taken for task in group.tasks]
    assert names == [str(number) for number in range(1, 61)]
    assert [row["index"] for row in rows] == list(range(60))


def test_switches_are_swept_by_axes_and_by_a_table_as_spreadsheets_write_it(tmp_path: Path) -> None:
    table = "actors.shield.held,terms,strikes\nTRUE,off,off\nfalse,on,off\n,off,\n"
    (tmp_path / "cells.csv").write_text(table)
    rows = run_sweep(sweep(tmp_path, "base: crisis.yaml\ntable: cells.csv\nruns: 256\n"))
    assert [list(row["inputs"].values()) for row in rows] == [
        [True, "off", "off"],
        [False, "on", "off"],
        [None, "off", "heavy bombing"],
    ]
    assert [row["outcomes"]["strikes"]["10"]["p"] > 0 for row in rows] == [False, False, True]
    axes = "base: crisis.yaml\naxes:\n  actors.shield.held: [true, false]\n  terms: [on, off]\nruns: 256\n"
    held, free = ([row for row in run_sweep(sweep(tmp_path, axes)) if row["inputs"]["actors.shield.held"] is one]
                  for one in (True, False))  # fmt: skip
    assert (held[0]["label"], free[0]["label"]) == (
        "held posture of Shield true, terms on",
        "held posture of Shield false, terms on",
    )
    assert held[0]["outcomes"] != free[0]["outcomes"]


def test_a_switch_where_a_number_belongs_is_a_fault_of_its_cell(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"sweep\.yaml:6:27: actors\.shield\.posture: expected a number.*got true"):
        sweep(tmp_path, "base: crisis.yaml\naxes:\n  actors.shield.posture: [true]\n")
