"""Gates of sweeps: what they may say, which trials they make, and that shards judge them as the whole sweep does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.cli.console import Exit
from sim.cli.machines import Machines
from sim.cli.sweep import exit_code, judge
from sim.errors import ScenarioError, UsageError
from sim.report.ci import findings_of, name_of, to_junit
from sim.runs.store import Store
from sim.studies.bench import Site
from sim.studies.gates.check import Budget, check
from sim.studies.gates.sweeps import lines_along, sweep_trials
from sim.studies.sweep.load import load_sweep
from sim.studies.sweep.runner import head_of, record_of, run_sweep
from sim.studies.sweep.shards import Shard, merge, partial_of
from sim.studies.sweep.sweep import Sweep
from tests.played import replace_play
from tests.studies.sweep.worlds import GRID, sweep, write_sweep

GATES = """
    gates:
      rare: {outcome: strikes, by: 5, below: 0.97}
      like-base: {outcome: strikes, compared_with: crisis.yaml, change_within: 0.3}
      falls: {along: pressures.appeal.intensity, outcome: strikes, trend: not-rising, tolerance: 0.02}
"""
AXIS = "pressures.appeal.intensity"


def faults(folder: Path, gates: str, body: str = GRID) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_sweep(write_sweep(folder, f"{body}\n    gates:\n      {gates}\n"))
    return [f"{fault.line}: {fault.key}: {fault.message}" for fault in caught.value.faults]


# -- language -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gate", "fault"),
    [
        ("g: {below: 7}", "11: gates.g.below: expected a number between 0 and 1 (got 7)"),
        ("g: {bellow: 0.7, above: 0.1}", "11: gates.g.bellow: there is no such key; did you mean below?"),
        ("g: {by: 5}", "11: gates.g: this gate claims nothing; add one of `below`, `above`"),
        ("g: {by: 11, below: 0.7}", "11: gates.g.by: expected a day within the horizon of 10 days, up to 2020-01-10"),
        ("g: {by: 2020-01-11, below: 0.7}",
         "11: gates.g.by: expected a day within the horizon of 10 days, up to 2020-01-10"),
        ("g: {compared_with: none.yaml, change_above: 0}",
         "11: gates.g.compared_with: there is no file 'none.yaml'; did you mean sweep.yaml?"),
        ("g: {along: actors.shield.postur, trend: not-rising}",
         "11: gates.g.along: no two cells differ in nothing but a number at actors.shield.postur; did you mean "
         "actors.shield.posture?"),
        ("g: {along: actors.shield.posture, trend: not-rising, steps: 3}",
         "11: gates.g.steps: a trend in a sweep runs along the values of its cells; remove this"),
    ],
)  # fmt: skip
def test_the_fault_of_a_gate_stands_at_its_key(tmp_path: Path, gate: str, fault: str) -> None:
    assert faults(tmp_path, gate) == [fault]


def test_gates_change_no_cell(tmp_path: Path) -> None:
    without, with_ = sweep(tmp_path), sweep(tmp_path, GRID + GATES)
    assert [cell.id for cell in with_.cells] == [cell.id for cell in without.cells]
    assert [cell.hash for cell in with_.cells] == [cell.hash for cell in without.cells]
    assert with_.identity != without.identity, "parts with other gates are no parts of this sweep"


def test_gates_of_the_base_are_not_those_of_the_sweep(tmp_path: Path) -> None:
    file = write_sweep(tmp_path)
    base = tmp_path / "crisis.yaml"
    base.write_text(base.read_text(encoding="utf-8") + "gates: {g: {below: 0.5}}\n", encoding="utf-8")
    assert sweep_trials(load_sweep(file)) == []


# -- trials ---------------------------------------------------------------------------------------------------------


def test_every_gate_is_put_to_every_cell_and_a_trend_to_every_line(tmp_path: Path) -> None:
    found = sweep(tmp_path, GRID + GATES)
    dealt = sweep_trials(found)
    assert [one.index for one in dealt] == list(range(6 + 6 + 2))
    assert [(one.trial.gate, one.trial.cell) for one in dealt[:6]] == [("rare", cell.label) for cell in found.cells]
    assert [one.trial.cell for one in dealt[12:]] == [
        "initial posture of Shield 0.2",
        "initial posture of Shield 0.8",
    ]
    falls = dealt[12].trial
    assert [contrast.label for contrast in falls.contrasts] == ["0 to 0.5", "0 to 1", "0.5 to 1"]
    assert {source.hash for source in falls.sources} == {cell.hash for cell in (found.cells[0], *found.cells[2::2])}
    assert {(trial.trial.place.line, trial.trial.gate) for trial in dealt} == {(11, "rare"), (12, "like-base"),
                                                                              (13, "falls")}  # fmt: skip


def test_the_scenario_of_a_trial_is_that_of_its_cell(tmp_path: Path) -> None:
    found = sweep(tmp_path, GRID + GATES)
    for one in sweep_trials(found)[:6]:
        (source,) = one.trial.sources
        assert source.build().hash == source.hash == one.cell.hash


def test_lines_run_in_the_order_of_the_values_whatever_that_of_the_cells(tmp_path: Path) -> None:
    body = f"base: crisis.yaml\naxes:\n  {AXIS}: [1, 0, base, 0.5, {{uniform: [0.1, 0.3]}}]\n"
    ((label, line),) = lines_along(sweep(tmp_path, body).cells, AXIS, {})
    assert (label, [value for value, _ in line]) == ("", [0, 0.5, 1])


def test_cells_that_differ_in_more_than_the_axis_are_no_line(tmp_path: Path) -> None:
    body = f"base: crisis.yaml\naxes:\n  {AXIS}: {{from: 0, to: 1}}\n  actors.shield.posture: {{from: 0, to: 1}}\n"
    found = sweep(tmp_path, body + "design: {sobol: 8}\n")
    assert lines_along(found.cells, AXIS, {}) == []


# -- judging --------------------------------------------------------------------------------------------------------


def judged(found: Sweep, store: Store | None, shard: Shard | None = None) -> tuple[dict[str, Any], Any]:
    """Run a sweep or a shard of it and judge its gates; return the head and what was found."""
    gates, budget = sweep_trials(found), Budget(0.1, 20_000, found.plan.seed, found.plan.replicates)
    cells = list(found.cells) if shard is None else shard.cells(found)
    rows = run_sweep(found, Site(store=store), cells=cells)
    verdicts = judge(gates, budget, cells, store, Machines(workers=1, quiet=True))
    how = {"alpha": budget.alpha, "max_runs": budget.max_runs, "count": len(gates)} if gates else None
    head = head_of(found, "offramp sweep run sweep.yaml", how)
    return head, (rows, verdicts)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sweep, dict[str, Any], Any]:
    """A sweep with gates, judged without a store, as `judged` gives it."""
    found = sweep(tmp_path_factory.mktemp("whole"), GRID + GATES)
    return found, *judged(found, None)


@pytest.mark.slow
@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_shards_judge_as_the_whole_sweep_does(tmp_path: Path, whole: Any, of: int) -> None:
    found, head, (rows, verdicts) = whole
    record = record_of(head, rows, verdicts)
    assert record["gates"] == {"alpha": 0.1, "max_runs": 20_000, "count": 14}
    parts = []
    for index in range(1, of + 1):
        shard = Shard(index, of)
        own_head, (own_rows, own_verdicts) = judged(found, Store(tmp_path / f"store-{index}-{of}"), shard)
        part = partial_of(own_head, shard, found.cells, own_rows, own_verdicts)
        parts.append(tmp_path / shard.file_name)
        parts[-1].write_text(json.dumps(part), encoding="utf-8")
    assert json.dumps(merge(parts)) == json.dumps(record)


@pytest.mark.slow
def test_a_part_that_lacks_a_verdict_is_refused(tmp_path: Path, whole: Any) -> None:
    found, head, (rows, verdicts) = whole
    for wrong in (verdicts[1:], [*verdicts, verdicts[0]]):
        part = partial_of(head, Shard(1, 1), found.cells, rows, wrong)
        path = tmp_path / "shard-1-of-1.json"
        path.write_text(json.dumps(part), encoding="utf-8")
        with pytest.raises(UsageError, match="do not hold one verdict of every gate"):
            merge([path])


@pytest.mark.slow
def test_blocks_that_the_cells_left_in_the_store_are_not_played_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = sweep(tmp_path, GRID + GATES)
    store = Store(tmp_path / "store")
    run_sweep(found, Site(store=store))
    played: list[str] = []
    replace_play(monkeypatch, lambda task: played.append(str(task)) or 1 / 0)
    budget = Budget(0.05, 4096, found.plan.seed, found.plan.replicates)
    verdicts = judge(sweep_trials(found), budget, found.cells, store, Machines(workers=1, quiet=True))
    assert sorted(set(played)) == ["block 0 of crisis"], "only the scenario that the cells are compared with"
    by_gate = {(one["gate"], one["cell"]): one["verdict"] for one in verdicts}
    assert {verdict for (gate, _), verdict in by_gate.items() if gate == "like-base"} == {"error"}
    assert "error" not in {verdict for (gate, _), verdict in by_gate.items() if gate != "like-base"}


@pytest.mark.slow
def test_with_and_without_a_store_verdicts_are_the_same(tmp_path: Path, whole: Any) -> None:
    found, _, (_, verdicts) = whole
    assert judged(found, Store(tmp_path / "store"))[1][1] == verdicts


@pytest.mark.slow
def test_the_trials_of_a_large_sweep_are_judged_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of two scenarios give the verdicts of one batch of all."""
    found = sweep(tmp_path, GRID + GATES)
    trials = [one.trial for one in sweep_trials(found)]
    store = Store(tmp_path / "store")
    whole = check(trials, Budget(max_runs=20_000), Site(store=store))
    monkeypatch.setattr("sim.studies.gates.check.BATCH", 2)
    parts = check(trials, Budget(max_runs=20_000), Site(store=store))
    assert parts.results == whole.results


# -- outputs --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_cases_are_cells_and_gates_and_crashed_cells_are_errors(whole: Any) -> None:
    found, head, (rows, verdicts) = whole
    crashed = {**rows[2], "status": "failed", "error": "ValueError: x", "outcomes": None}
    findings = findings_of(record_of(head, [*rows[:2], crashed, *rows[3:]], verdicts))
    assert [one["verdict"] for one in findings].count("error") == 1
    assert name_of(findings[-1]) == f"{found.cells[2].label}: runs"
    assert 'classname="sweep"' in to_junit(findings)


@pytest.mark.slow
def test_without_gates_every_cell_is_a_case(tmp_path: Path) -> None:
    found = sweep(tmp_path)
    head, (rows, verdicts) = judged(found, None)
    assert (head["gates"], verdicts) == (None, [])
    findings = findings_of(record_of(head, rows))
    assert [(one["cell"], one["gate"], one["verdict"]) for one in findings] == [
        (cell.label, "runs", "pass") for cell in found.cells
    ]
    assert findings[0]["file"] == "sweep.yaml"


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([], Exit.OK), (["pass"], Exit.OK), (["pass", "undecided"], Exit.INCOMPLETE),
        (["undecided", "fail"], Exit.GATE), (["fail", "error"], Exit.INTERNAL),
    ],
)  # fmt: skip
def test_the_worst_verdict_decides_theexit_code(verdicts: list[str], code: Exit) -> None:
    assert exit_code([{"verdict": verdict} for verdict in verdicts]) == code
