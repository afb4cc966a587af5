"""`offramp sweep`: what it prints and writes, shards and merging, kills and resuming, and its exit codes."""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.errors import StoreError
from sim.report.reading import capital
from sim.runs import groups
from sim.runs.block.blocks import BlockResult, BlockTask, run_block
from sim.runs.store import Store
from sim.studies.sweep.load import load_sweep
from tests import sizes
from tests.cli.conftest import Answer, Offramp
from tests.places import ROOT, SWEEPS
from tests.played import count_blocks, replace_play
from tests.studies.sweep.worlds import GRID, write_base, write_sweep

FILES = ["sweep.html", "sweep.md", "sweep.json", "sweep.csv", "sweep.parquet"]
TORNADO = """
    base: crisis.yaml
    design: one-at-a-time
    axes:
      pressures.appeal.intensity: [0, 1]
      actors.shield.posture: [0.2, 0.8]
"""
KILLS = 50 if sizes.full else 2
Run = Callable[..., Answer]


@pytest.fixture
def run(offramp: Offramp, tmp_path: Path) -> Run:
    """`offramp sweep run` with a store of the test's own."""
    return lambda *arguments: offramp("sweep", "run", "--store", tmp_path / "store", "-q", *arguments)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES}


def table_of(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO((folder / "sweep.csv").read_text(encoding="utf-8"))))


# -- what it prints and writes ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_it_writes_report_table_and_record(run: Run, tmp_path: Path) -> None:
    file = write_sweep(tmp_path)
    answer = run(file, "--out", tmp_path / "out")
    assert answer.code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(FILES)
    assert "as of 2020-01-01; 6 cells, seed 0" in answer.out
    assert f"next: open {tmp_path / 'out' / 'sweep.html'}" in answer.err


def test_the_table_has_a_row_for_each_cell_and_every_input_and_outcome(run: Run, tmp_path: Path) -> None:
    run(write_sweep(tmp_path), "--out", tmp_path / "out")
    rows = table_of(tmp_path / "out")
    record = json.loads((tmp_path / "out" / "sweep.json").read_text(encoding="utf-8"))
    assert [row["cell"] for row in rows] == [row["cell"] for row in record["rows"]]
    for row, entry in zip(rows, record["rows"], strict=True):
        assert float(row["pressures.appeal.intensity"]) == entry["inputs"]["pressures.appeal.intensity"]
        for outcome in ("strikes", "agreement", "offensive", "limited", "full"):
            for day in ("5", "10"):
                for quantity in ("p", "mc_low", "mc_high", "input_sd"):
                    assert float(row[f"{outcome}.{day}.{quantity}"]) == entry["outcomes"][outcome][day][quantity]
        assert (row["runs"], row["status"], row["error"]) == ("4096", "complete", "")
        assert row["scenario_hash"] == entry["scenario_hash"]
    table = pq.read_table(tmp_path / "out" / "sweep.parquet")
    assert table.column_names == list(rows[0])
    assert [str(table.schema.field(name).type) for name in ("runs", "offensive.10.p", "actors.shield.posture")] == [
        "int64", "double", "double",
    ]  # fmt: skip
    assert table.column("offensive.10.p").to_pylist() == [float(row["offensive.10.p"]) for row in rows]


def test_the_record_is_printed_as_json_where_asked_for(run: Run, tmp_path: Path) -> None:
    answer = run(write_sweep(tmp_path), "--format", "json", "--out", tmp_path / "out")
    assert answer.json == json.loads((tmp_path / "out" / "sweep.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_nothing_is_kept_without_a_store(offramp: Offramp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert offramp("sweep", "run", write_sweep(tmp_path), "--no-store", "-q").code == 0
    assert not (tmp_path / ".offramp").exists()
    assert offramp("sweep", "run", write_sweep(tmp_path), "-q").code == 0
    assert len([path for path in (tmp_path / ".offramp" / "store" / "blocks").rglob("*") if path.is_file()]) == 6


@pytest.mark.slow
def test_with_cells_each_row_leads_to_its_forecast(run: Run, tmp_path: Path) -> None:
    run(write_sweep(tmp_path), "--out", tmp_path / "out", "--cells")
    record = json.loads((tmp_path / "out" / "sweep.json").read_text(encoding="utf-8"))
    page = (tmp_path / "out" / "sweep.html").read_text(encoding="utf-8")
    for row in record["rows"]:
        assert f'<a href="{row["page"]}">{row["cell"]}</a>' in page
        folder = (tmp_path / "out" / row["page"]).parent
        forecast = json.loads((folder / "forecast.json").read_text(encoding="utf-8"))
        assert forecast["scenario"]["hash"] == row["scenario_hash"]
        assert forecast["outcomes"]["offensive"]["10"]["p"] == row["outcomes"]["offensive"]["10"]["p"]
        assert f"<h1>{capital(row['label'])}</h1>" in (folder / "index.html").read_text(encoding="utf-8")
        assert (folder / "index.html").stat().st_size < 60_000


@pytest.mark.slow
def test_a_cell_gets_its_full_report_from_the_store(
    run: Run, offramp: Offramp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_sweep(tmp_path, TORNADO)
    rows = run(file, "--format", "json").json["rows"]
    replace_play(monkeypatch, lambda task: pytest.fail(f"{task} was played again"))
    name = rows[3]["cell"]
    answer = offramp("sweep", "cell", file, name[:6], "--out", tmp_path / "cell", "--store", tmp_path / "store")
    assert answer.code == 0, answer.err
    forecast = json.loads((tmp_path / "cell" / "forecast.json").read_text(encoding="utf-8"))
    assert forecast["scenario"]["hash"] == rows[3]["scenario_hash"]
    assert (tmp_path / "cell" / "report.html").exists()
    assert offramp("sweep", "cell", file, "ffffffff", "--out", tmp_path / "cell").code == 2
    answer = offramp("sweep", "cell", file, "", "--out", tmp_path / "cell")
    assert (answer.code, f"{len(rows)} cells of {file} begin with ''; give more letters of the id" in answer.err) == (
        2,
        True,
    )


# -- exit codes ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_cell_that_crashes_leaves_3_after_all_is_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_sweep(tmp_path)
    second = load_sweep(file).cells[1].hash

    def failing(task: BlockTask) -> BlockResult:
        if task.scenario.hash == second:
            raise ValueError("no such\nday")
        return run_block(task)

    with monkeypatch.context() as patch:
        replace_play(patch, failing)
        answer = run(file, "--out", tmp_path / "out")
    assert answer.code == 3
    assert "1 of 6 cells failed" in answer.err
    assert "ValueError: no such day" in answer.out
    rows = table_of(tmp_path / "out")
    assert [row["status"] for row in rows] == ["complete", "failed", *["complete"] * 4]
    assert rows[1]["error"] == "ValueError: no such day"
    assert "no such" in (tmp_path / "out" / "sweep.html").read_text(encoding="utf-8")
    played = count_blocks(monkeypatch)
    assert run(file, "--out", tmp_path / "out").code == 0
    assert [task.scenario.hash for task in played] == [second], "only the failed cell is played again"


def test_fail_fast_leaves_3_at_once_and_writes_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(task: Any) -> Any:
        raise ValueError("no such day")

    replace_play(monkeypatch, failing)
    answer = run(write_sweep(tmp_path), "--fail-fast", "--out", tmp_path / "out")
    assert answer.code == 3
    assert (
        "error: cell 1 (intensity of Appeal 0, initial posture of Shield 0.2) failed: ValueError: no such day"
        in answer.err
    )
    assert list((tmp_path / "out").iterdir()) == []


def test_a_precision_that_is_not_reached_leaves_4(run: Run, tmp_path: Path) -> None:
    answer = run(write_sweep(tmp_path), "--precision", "0.001", "--runs", "4096")
    assert answer.code == 4
    assert "6 cells did not reach the precision; allow more with --runs" in answer.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--shard", "1/2"], "--shard needs a folder"),
        (["--cells"], "--cells needs a folder"),
        (["--shard", "3/2", "--out", "out"], "expected a shard such as 2/3"),
        (["--shard", "1/999", "--out", "out"], "of 256 at most"),
        (["--precision", "2"], "expected a precision"),
        (["--workers", "0"], "expected 1 to 4096 workers"),
    ],
)
def test_options_that_cannot_be_met_leave_2(
    run: Run, tmp_path: Path, options: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(write_sweep(tmp_path), *options)
    assert answer.code == 2
    assert words in answer.err


def test_a_full_disk_leaves_3_with_a_clear_word(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("cannot write to the store x: no space left on device; what was kept before is intact")

    monkeypatch.setattr(Store, "put", full)
    answer = run(write_sweep(tmp_path))
    assert (answer.code, answer.out) == (3, "")
    assert "no space left on device; what was kept before is intact" in answer.err


def test_damaged_entries_are_told_and_played_anew(run: Run, tmp_path: Path) -> None:
    first = run(write_sweep(tmp_path), "--out", tmp_path / "first")
    path = next(path for path in (tmp_path / "store" / "blocks").rglob("*") if path.is_file())
    path.write_bytes(path.read_bytes()[:-1])
    again = run(write_sweep(tmp_path), "--out", tmp_path / "again")
    assert "1 damaged entries of the store" in again.err
    assert (first.code, again.code) == (0, 0)
    assert contents(tmp_path / "first") == contents(tmp_path / "again")


def test_validate_takes_sweeps_too(offramp: Offramp, tmp_path: Path) -> None:
    good = write_sweep(tmp_path)
    answer = offramp("validate", good)
    assert (answer.code, answer.out) == (0, f"{good}: valid\n")
    assert answer.err == f"next: offramp sweep run {good}\n"
    bad = write_sweep(tmp_path, GRID.replace("appeal", "apeal"), "bad.yaml")
    assert "did you mean appeal?" in offramp("validate", bad).err


# -- shards -------------------------------------------------------------------------------------------------------


def process(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run offramp as CI does: a process of its own, in a folder of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sim", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, check=False, env=environment, timeout=300
    )


@pytest.mark.slow
@pytest.mark.parametrize("body", [GRID, TORNADO], ids=["grid", "tornado"])
def test_any_number_of_shards_merges_to_the_bytes_of_a_whole_run(
    offramp: Offramp, run: Run, tmp_path: Path, body: str
) -> None:
    file = write_sweep(tmp_path, body)
    assert run(file, "--out", tmp_path / "whole", "--cells").code == 0
    for shards in (1, 2, 3, 7):
        matrix = json.loads(offramp("sweep", "plan", file, "--shards", shards).out)["include"]
        assert sum(job["cells"] for job in matrix) == len(
            json.loads((tmp_path / "whole" / "sweep.json").read_text())["rows"]
        )
        parts = []
        for job in matrix:
            out = tmp_path / f"parts-{shards}" / f"job-{job['shard']}"
            assert run(file, "--shard", job["name"], "--out", out, "--cells").code == 0
            assert (out / f"shard-{job['shard']}-of-{shards}.json").exists()
            parts.append(out)
        random.Random(shards).shuffle(parts)
        merged = tmp_path / f"merged-{shards}"
        assert offramp("sweep", "merge", *parts, "--out", merged).code == 0
        assert contents(merged) == contents(tmp_path / "whole")
        cells = sorted(path.relative_to(merged) for path in (merged / "cells").rglob("*.json"))
        assert cells == sorted(
            path.relative_to(tmp_path / "whole") for path in (tmp_path / "whole" / "cells").rglob("*.json")
        )


@pytest.mark.slow
def test_shards_in_processes_and_folders_of_their_own_merge_as_ci_does_it(tmp_path: Path) -> None:
    write_sweep(tmp_path)
    plan = process("sweep", "plan", "sweep.yaml", "--shards", 2, folder=tmp_path)
    assert plan.stdout.count("\n") == 1, "one line, as $GITHUB_OUTPUT takes it"
    for job in json.loads(plan.stdout)["include"]:
        folder = tmp_path / f"runner-{job['shard']}"
        shutil.copytree(tmp_path, folder, ignore=shutil.ignore_patterns("runner-*", "all"))
        done = process("sweep", "run", "sweep.yaml", "--shard", job["name"], "--out", "part", folder=folder)
        assert done.returncode == 0, done.stderr
        shutil.copytree(folder / "part", tmp_path / "all" / f"part-{job['shard']}")
    merged = process("sweep", "merge", "all", "--out", "merged", folder=tmp_path)
    assert merged.returncode == 0, merged.stderr
    whole = process("sweep", "run", "sweep.yaml", "--no-store", "--out", "whole", folder=tmp_path)
    assert whole.returncode == 0
    assert contents(tmp_path / "merged") == contents(tmp_path / "whole")


@pytest.mark.slow
def test_dealing_does_not_depend_on_the_other_cells(offramp: Offramp, run: Run, tmp_path: Path) -> None:
    def dealt_of(body: str) -> set[str]:
        run(write_sweep(tmp_path, body), "--shard", "2/3", "--out", tmp_path / "out")
        return {row["cell"] for row in json.loads((tmp_path / "out" / "shard-2-of-3.json").read_text())["rows"]}

    few = dealt_of(GRID)
    assert few <= dealt_of(GRID.replace("[0, 0.5, 1]", "[0, 0.25, 0.5, 1]"))


@pytest.fixture(scope="module")
def dealt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep played in three shards, with its store."""
    folder = tmp_path_factory.mktemp("dealt")
    words = ["sweep", "run", str(write_sweep(folder)), "-q", "--store", str(folder / "store")]
    for shard in ("1/3", "2/3", "3/3"):
        done = CliRunner().invoke(app, [*words, "--shard", shard, "--out", str(folder / "parts")])
        assert done.exit_code == 0
    return folder


@pytest.fixture
def parts(dealt: Path, tmp_path: Path) -> list[Path]:
    """The partial files of three shards, a copy of the test's own."""
    shutil.copytree(dealt, tmp_path, dirs_exist_ok=True)
    return sorted((tmp_path / "parts").glob("*.json"))


def test_merge_refuses_a_missing_shard_by_name(offramp: Offramp, parts: list[Path], tmp_path: Path) -> None:
    answer = offramp("sweep", "merge", parts[0], parts[2], "--out", tmp_path / "merged")
    assert (answer.code, answer.out) == (2, "")
    assert "missing: shard 2/3 of sweep; run it and merge again" in answer.err


def test_merge_refuses_a_shard_twice_by_name(offramp: Offramp, parts: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy.json"
    shutil.copy(parts[0], copy)
    answer = offramp("sweep", "merge", *parts, copy, "--out", tmp_path / "merged")
    assert answer.code == 2
    assert f"shard 1/3 appears twice: {parts[0]} and {copy}" in answer.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": 5}, "its seed is 5 and not 0"),
        ({"runs": 8}, "its runs is 8 and not 4096"),
        (
            {"sweep": {"id": "other", "title": "", "about": None, "identity": "x"}},
            "its sweep is 'other' and not 'sweep'",
        ),
        (
            {"sweep": {"id": "sweep", "title": "", "about": None, "identity": "x"}},
            "its content (its cells or its base)",
        ),
        ({"environment": {"offramp": "9", "model": "x", "cpu": []}}, "its version of the model is 'x' and not"),
    ],
)
def test_merge_refuses_a_foreign_shard_by_name(
    offramp: Offramp, parts: list[Path], tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    part = json.loads(parts[1].read_text())
    part["head"] |= change
    parts[1].write_text(json.dumps(part))
    answer = offramp("sweep", "merge", *parts, "--out", tmp_path / "merged")
    assert answer.code == 2
    assert f"{parts[1]} does not belong with {parts[0]}: {words}" in answer.err


def test_merge_refuses_a_shard_of_a_changed_base(offramp: Offramp, run: Run, parts: list[Path], tmp_path: Path) -> None:
    write_base(tmp_path, actors__town__strength=0.31)
    run(tmp_path / "sweep.yaml", "--shard", "2/3", "--out", tmp_path / "parts")
    answer = offramp("sweep", "merge", *parts, "--out", tmp_path / "merged")
    assert answer.code == 2
    assert "its content (its cells or its base)" in answer.err


def test_merge_refuses_what_is_no_whole_part(offramp: Offramp, parts: list[Path], tmp_path: Path) -> None:
    text = parts[1].read_text()
    lacking = json.loads(text)
    lacking["rows"] = lacking["rows"][1:]
    for content, words in (
        (text[: len(text) // 2], "is damaged: it is no JSON; run its shard again"),
        ("{}", "is no part of a sweep"),
        ('{"schema": "offramp/sweep-partial/1"}', "is damaged: it lacks a part of a sweep"),
        (json.dumps(lacking), "does not hold the cells of shard 2/3; run the shard again"),
    ):
        parts[1].write_text(content)
        answer = offramp("sweep", "merge", *parts, "--out", tmp_path / "merged")
        assert answer.code == 2
        assert f"{parts[1]} {words}" in answer.err
    assert "no partial file" in offramp("sweep", "merge", tmp_path / "store", "--out", tmp_path / "merged").err


@pytest.mark.slow
def test_a_shard_with_a_failed_cell_leaves_3_and_so_does_the_merge(
    offramp: Offramp, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(task: Any) -> Any:
        raise ValueError("no such day")

    file = write_sweep(tmp_path)
    with monkeypatch.context() as patch:
        replace_play(patch, failing)
        assert run(file, "--shard", "1/2", "--out", tmp_path / "parts").code == 3
    assert run(file, "--shard", "2/2", "--out", tmp_path / "parts").code == 0
    assert offramp("sweep", "merge", tmp_path / "parts", "--out", tmp_path / "merged").code == 3
    assert (tmp_path / "merged" / "sweep.html").exists()


def test_plan_refuses_more_shards_than_a_matrix_may_have(offramp: Offramp, tmp_path: Path) -> None:
    file = write_sweep(tmp_path)
    assert len(json.loads(offramp("sweep", "plan", file, "--shards", 256).out)["include"]) == 256
    for shards in (0, 257):
        assert offramp("sweep", "plan", file, "--shards", shards).code == 2


# -- kills and interruptions --------------------------------------------------------------------------------------


def test_ctrl_c_leaves_130_says_how_to_resume_and_keeps_what_is_done(
    offramp: Offramp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[BlockTask] = []

    def interrupted(task: BlockTask) -> BlockResult:
        if len(played) == 2:
            raise KeyboardInterrupt
        played.append(task)
        return run_block(task)

    replace_play(monkeypatch, interrupted)
    monkeypatch.setattr(groups, "MOST_TOGETHER", 256)
    answer = offramp("sweep", "run", write_sweep(tmp_path), "--workers", 1, "--store", tmp_path / "store", "--quiet")
    assert answer.code == 130
    assert "give the same command again to resume" in answer.err
    assert len([path for path in (tmp_path / "store" / "blocks").rglob("*") if path.is_file()]) == 2


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_killed_at_any_moment_and_run_again_it_ends_with_the_same_bytes(tmp_path: Path) -> None:
    """Four kills at random moments, fifty in the full suite: no torn entry, no worker left behind."""
    dice = random.Random(4)
    write_sweep(tmp_path, GRID + "    runs: 12288\n")
    command = [sys.executable, "-m", "sim", "sweep", "run", "sweep.yaml", "--workers", "2", "-q"]
    options: dict[str, Any] = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(ROOT)}}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    began = time.monotonic()
    subprocess.run([*command, "--out", "whole", "--store", "first"], check=True, timeout=300, **options, **quiet)
    whole_time = time.monotonic() - began
    for kill in range(KILLS):
        store = f"store-{kill // 5}"  # kills of one store go on from one another
        with subprocess.Popen(
            [*command, "--out", "again", "--store", store], start_new_session=True, **options, **quiet
        ) as running:
            time.sleep(dice.uniform(0.2, 1.0) * whole_time)
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
            assert left_alone(running.pid), "a worker outlived its parent"
        for path in (tmp_path / store / "blocks").rglob("*") if (tmp_path / store).exists() else ():
            assert path.is_dir() or path.name.startswith(".") or is_whole(path)
    subprocess.run([*command, "--out", "again", "--store", "store-0"], check=True, timeout=300, **options, **quiet)
    assert contents(tmp_path / "again") == contents(tmp_path / "whole")


def is_whole(path: Path) -> bool:
    from sim.runs.store.entry import unpacked

    return unpacked(path.read_bytes(), path.name) is not None


def left_alone(session: int) -> bool:
    """Wait until no process of a session is left; its workers may still be finishing a block."""
    for _ in range(300):
        alive = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(fields[3]) == session and fields[0] != "Z":
                    alive.append(entry.name)
        if not alive:
            return True
        time.sleep(0.1)
    return False


def test_the_shipped_examples_are_named_as_they_are(offramp: Offramp) -> None:
    for name in ("offer-and-deterrence", "variants", "pressures"):
        assert (SWEEPS / f"{name}.yaml").exists()
        assert f"sweeps/{name}.yaml" in offramp("sweep", "run", "--help").out.replace("\n ", "")
