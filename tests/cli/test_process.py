"""The command line as a process of its own: entry point, pipes, encodings and Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.places import IDLIB, ROOT
from tests.scenario.files import FULL, MINIMAL, Folder, edit

COMMAND = [sys.executable, "-m", "sim"]


def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    given = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 120, "cwd": ROOT}
    return subprocess.run([*COMMAND, *map(str, arguments)], check=False, **{**given, **options})


@pytest.mark.slow
def test_the_module_runs_as_the_command_does(crisis: Path) -> None:
    done = run("validate", "scenarios/idlib-2018/baseline.yaml")
    assert (done.returncode, done.stdout) == (0, "scenarios/idlib-2018/baseline.yaml: valid\n")
    assert done.stderr == "next: offramp run scenarios/idlib-2018/baseline.yaml\n"
    done = run("validate", "none.yaml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "none.yaml: cannot read the file: no such file or directory\n1 fault in 1 of 1 file\n"


@pytest.mark.slow
def test_two_worker_processes_give_the_bytes_of_one(folder: Folder) -> None:
    file = folder.write(edit(FULL, ("60 days", "2 days")))
    texts = {
        workers: run("run", file, "--runs", 5000, "--workers", workers, "--format", "json", "-q").stdout
        for workers in (1, 2)
    }
    assert json.loads(texts[1])["runs"] == 5000
    assert texts[1] == texts[2]


def test_a_reader_that_goes_away_is_no_error(crisis: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "show", str(IDLIB / "baseline.yaml"), "--resolved"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        told = process.stderr.read()
        assert process.wait(60) == 0
    assert told == b""


def test_help_is_told_without_colours_where_nobody_sees_them() -> None:
    done = run("run", "--help", env={**os.environ, "NO_COLOR": "1"})
    assert done.returncode == 0
    assert "\x1b[" not in done.stdout
    assert "offramp run scenarios/idlib-2018/baseline.yaml --out reports/idlib-2018" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_ends_a_run_with_130_and_keeps_what_is_done(folder: Folder, tmp_path: Path) -> None:
    """128 blocks of 400 days: Ctrl-C comes on the heels of the first line of progress, long before the last."""
    file, out = folder.write(edit(FULL, ("60 days", "400 days"))), tmp_path / "out"
    command = [*COMMAND, "run", str(file), "--runs", "524288", "--workers", "1", "--out", str(out), "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stderr is not None
        told = re.fullmatch(r"crisis: (\d+) of 128 blocks\n", process.stderr.readline())
        assert told is not None
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    record = json.loads(stdout)
    assert record["status"] == "interrupted"
    assert record["runs"] in range(int(told[1]) * 4096 - 4096, 524288, 4096)  # the last one told may not be merged yet
    assert f"; to resume: offramp run {file} --runs 524288 --seed 0 --out {out}" in stderr
    assert (out / ".offramp-blocks").exists()


@pytest.mark.parametrize("arguments", [("show", "--resolved"), ("show", "--format", "json")], ids=["text", "json"])
def test_a_stream_that_cannot_hold_a_character_gets_it_escaped(arguments: tuple[str, ...]) -> None:
    settings = {"env": {**os.environ, "PYTHONIOENCODING": "cp1252"}, "encoding": "cp1252"}
    done = run(arguments[0], IDLIB / "baseline.yaml", *arguments[1:], **settings)
    assert done.returncode == 0
    assert "avu\\u015fo" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "more"),
    [(["--help"], ["pydantic", "yaml"]), (["validate", str(IDLIB / "baseline.yaml")], [])],
    ids=["help", "validate"],
)
def test_a_start_that_needs_no_model_imports_none(arguments: list[str], more: list[str]) -> None:
    """NumPy and what stands on it take most of a second; neither `--help` nor `validate` calculates anything."""
    heavy = ["numpy", "scipy", "mesa", "plotly", "pandas", "pyarrow", "networkx", "jinja2", "dask", "ruamel"]
    heavy += ["sim.report.document", "sim.report.reading", *more]
    tell = f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    code = f"import sys; from sim.cli import main\ntry: main()\nfinally: {tell}"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
    )
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == "[]"


def test_a_report_from_a_warm_store_imports_no_mesa(crisis: Path, tmp_path: Path) -> None:
    """Mesa takes a second, and only runs that are played need it."""
    words = ["run", str(crisis), "--runs", "64", "--store", str(tmp_path), "--out", str(tmp_path / "out")]
    code = "import sys; from sim.cli import main\ntry: main()\nfinally: print('mesa' in sys.modules, file=sys.stderr)"
    for plays in (True, False):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=ROOT, check=False, timeout=120
        )
        assert done.returncode == 0
        assert done.stderr.splitlines()[-1] == str(plays)


def test_scenarios_are_named_as_given(folder: Folder) -> None:
    file = folder.write(edit(MINIMAL, ("stance: 0.8", "stance: 8")))
    done = run("validate", "./crisis.yaml", cwd=folder.path)
    assert done.stderr.startswith("crisis.yaml:10:31: actors.attacker.stance")
    assert run("validate", file).stderr.startswith(f"{file}:10:31: ")
