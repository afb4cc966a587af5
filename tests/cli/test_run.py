"""`run`: the table, the report, precision, interruption and exit codes."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import typer

import sim
from sim.cli.app import app
from sim.cli.machines import Machines
from sim.cli.options import command_of
from sim.cli.run import KEPT
from sim.errors import ExecutionError
from sim.report.chance import Chance
from sim.report.reading import OUTCOMES
from sim.runs.block.blocks import BLOCK_RUNS
from sim.runs.executors import Serial
from tests.cli.conftest import Offramp
from tests.scenario.files import FULL, Folder, edit


def test_run_prints_the_table_and_the_next_step(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--runs", 512)
    assert answer.code == 0
    forecast = sim.run(sim.load(crisis), runs=512)
    lines = answer.out.splitlines()
    assert lines[:2] == ["Does it begin?", "as of 2020-01-01; 512 runs of 256 draws, seed 0"]
    rows = [re.split(r" {2,}", line) for line in answer.out.split("\n\n")[3].splitlines()]
    assert rows[0] == ["Outcome", "Within", "Probability", "Monte Carlo, 95%", "Input sd"]
    assert [tuple(row[:2]) for row in rows[1:]] == [
        (name, f"{day} days") for name in OUTCOMES.values() for day in (5, 10)
    ]
    for (outcome, day), row in zip(product(OUTCOMES, (5, 10)), rows[1:], strict=True):
        one = Chance.of(forecast.record()["outcomes"][outcome][str(day)])
        assert row[2:4] == [one.text, one.interval]
    assert answer.err.splitlines() == [
        "crisis: 1 of 1 block",
        f"next: write the report with offramp run {crisis} --runs 512 --seed 0 --out FOLDER",
    ]


def test_what_a_scenario_does_without_has_no_row(offramp: Offramp, crisis: Path) -> None:
    crisis.write_text(crisis.read_text(encoding="utf-8") + "\nstrikes: off\nterms: off\n", encoding="utf-8")
    answer = offramp("run", crisis, "--runs", 64, "--quiet")
    starts = [re.split(r" {2,}", line)[0] for line in answer.out.split("\n\n")[3].splitlines()[1:]]
    assert list(dict.fromkeys(starts)) == ["Agreement", "Offensive", "Limited offensive", "Full offensive"]


def test_one_replicate_a_draw_tells_no_spread_over_inputs(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--runs", 64, "--replicates", 1, "--quiet")
    assert all(line.endswith(" –") for line in answer.out.split("\n\n")[3].splitlines()[1:])


def test_probabilities_of_an_offensive_stand_with_their_word_and_range(offramp: Offramp, folder: Folder) -> None:
    file = folder.write(edit(FULL, ("60 days", "40 days\n  milestones: [20]")))
    windows = offramp("run", file, "--runs", 512, "--quiet").out.split("\n\n")[2].splitlines()[1:]
    assert all(re.search(r"  \d+% \([a-z ]+, \d\d-\d\d%\): ", line) for line in windows)
    windows = offramp("run", file, "--runs", 512, "--quiet", "--words", "none").out.split("\n\n")[2].splitlines()[1:]
    assert not any("(" in line for line in windows)


def test_figures_need_a_folder(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--figures")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "error: --figures needs a folder to write them to; name one with --out\n"


def test_quiet_leaves_out_the_progress_only(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--runs", 64, "-q")
    assert answer.code == 0
    assert "blocks" not in answer.err
    assert answer.err.startswith("next: ")


def test_the_forecast_is_printed_as_json(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--runs", 512, "--seed", 7, "--format", "json")
    assert answer.code == 0
    record = answer.json
    assert (record["schema"], record["status"], record["seed"], record["runs"]) == (
        "offramp/forecast/1",
        "complete",
        7,
        512,
    )
    assert record["command"] == "offramp run crisis.yaml --runs 512 --seed 7"
    expected = sim.run(sim.load(crisis), runs=512, seed=7).probability("offensive", 10).p
    assert record["outcomes"]["offensive"]["10"]["p"] == pytest.approx(expected, abs=1e-6)


@pytest.mark.slow
def test_a_report_is_written_to_a_new_folder(offramp: Offramp, crisis: Path, tmp_path: Path) -> None:
    pytest.importorskip("sim.report")
    out = tmp_path / "new" / "report"
    answer = offramp("run", crisis, "--runs", 512, "--out", out, "--quiet")
    assert answer.code == 0
    assert {file.name for file in out.iterdir()} == {"report.html", "report.md", "forecast.json"}
    assert all(file.stat().st_size for file in out.iterdir())
    assert answer.err.splitlines() == [
        f"wrote {out / 'report.html'}",
        f"wrote {out / 'report.md'}",
        f"wrote {out / 'forecast.json'}",
        f"next: open {out / 'report.html'}",
    ]
    record = json.loads((out / "forecast.json").read_text(encoding="utf-8"))
    assert record == offramp("run", crisis, "--runs", 512, "--format", "json").json


@pytest.mark.slow
def test_the_same_command_writes_the_same_bytes(offramp: Offramp, crisis: Path, tmp_path: Path) -> None:
    pytest.importorskip("sim.report")
    for name in ("one", "two"):
        assert offramp("run", crisis, "--runs", 256, "--out", tmp_path / name, "--quiet").code == 0
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


@pytest.mark.slow
def test_a_precision_that_is_reached_stops_early(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--precision", 0.4, "--format", "json")
    assert answer.code == 0
    assert (answer.json["runs"], answer.json["status"]) == (4096, "complete")
    assert answer.json["command"] == "offramp run crisis.yaml --precision 0.4 --seed 0"


def test_a_precision_out_of_reach_leaves_with_4(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--precision", 0.0005, "--runs", 512, "--quiet")
    assert answer.code == 4
    assert answer.out.startswith("Does it begin?\n")
    assert answer.err == "the precision was not reached in 512 runs; allow more with --runs\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--runs", "0"), "expected 1 to 10,000,000 runs (got 0)"),
        (("--runs", "-5"), "expected 1 to 10,000,000 runs (got -5)"),
        (("--runs", "10000001"), "expected 1 to 10,000,000 runs (got 10,000,001)"),
        (("--seed", "-1"), "expected a seed from 0 to 2**63 - 1 (got -1)"),
        (("--seed", "9223372036854775808"), "expected a seed from 0 to 2**63 - 1 (got 9223372036854775808)"),
        (("--replicates", "3"), "expected replicates of 1, 2, 4, 8, 16, 32 or 64 (got 3)"),
        (("--precision", "0"), "expected a precision of 0.0005 or more and below 0.5 (got 0)"),
        (("--precision", "nan"), "expected a precision of 0.0005 or more and below 0.5 (got nan)"),
        (("--workers", "0"), "expected 1 to 4096 workers (got 0)"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_met_leaves_with_2(
    offramp: Offramp, crisis: Path, arguments: tuple[str, str], message: str
) -> None:
    answer = offramp("run", crisis, *arguments)
    assert (answer.code, answer.out, answer.err) == (2, "", f"error: {message}\n")
    answer = offramp("run", crisis, *arguments, "--format", "json")
    assert (answer.code, answer.json, answer.err) == (2, {"errors": [{"message": message}]}, "")


@pytest.mark.parametrize(
    "arguments", [("--runs", "many"), ("--rnus", "5"), ("--format", "jsn"), ("--seed",), ("--workers", "1.5")]
)
def test_what_cannot_be_parsed_leaves_with_2(offramp: Offramp, crisis: Path, arguments: tuple[str, ...]) -> None:
    answer = offramp("run", crisis, *arguments)
    assert (answer.code, answer.out) == (2, "")
    assert "Error" in answer.err
    assert arguments[0] in answer.err


def test_a_folder_that_cannot_be_made_leaves_with_2_before_anything_is_run(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--out", crisis)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == f"error: cannot make the folder {crisis}: file exists\n"
    assert offramp("run", crisis, "--out", crisis / "below").err.endswith(": not a directory\n")


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that even root cannot write to")
def test_a_folder_that_cannot_be_written_leaves_with_2_before_anything_is_run(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--runs", 64, "--out", "/proc/self")
    assert (answer.code, answer.out) == (2, "")


def test_a_report_that_cannot_be_written_is_an_error_that_names_the_folder(
    offramp: Offramp, crisis: Path, tmp_path: Path
) -> None:
    pytest.importorskip("sim.report")
    (tmp_path / "out" / "report.html").mkdir(parents=True)
    answer = offramp("run", crisis, "--runs", 64, "--out", tmp_path / "out", "--quiet")
    assert answer.code == 3
    assert answer.err.startswith(f"error: the report cannot be written to {tmp_path / 'out'}: ")


# -- errors and interruptions ---------------------------------------------------------------------------------------


def test_an_internal_error_leaves_with_3_and_no_traceback(
    offramp: Offramp, crisis: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OFFRAMP_DEBUG", raising=False)
    monkeypatch.setattr("sim.forecast.runner.run", lambda *_, **__: 1 / 0)
    answer = offramp("run", crisis, "--quiet")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.splitlines() == [
        "internal error: ZeroDivisionError: division by zero",
        "this is a fault of offramp, not of the scenario; OFFRAMP_DEBUG=1 shows where",
    ]


def test_a_failed_block_leaves_with_3_and_its_message(
    offramp: Offramp, crisis: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ExecutionError("block 3 of crisis failed: ValueError: x")

    monkeypatch.setattr("sim.forecast.runner.run", fail)
    answer = offramp("run", crisis, "--quiet")
    assert (answer.code, answer.err) == (3, "error: block 3 of crisis failed: ValueError: x\n")
    answer = offramp("run", crisis, "--quiet", "--format", "json")
    assert (answer.code, answer.json) == (3, {"errors": [{"message": "block 3 of crisis failed: ValueError: x"}]})


def test_an_interruption_before_the_first_block_leaves_with_130(
    offramp: Offramp, crisis: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.forecast.runner.run", interrupted)
    answer = offramp("run", crisis, "--quiet")
    assert (answer.code, answer.out, answer.err) == (130, "", "interrupted; there is no result yet\n")


class InterruptedAfterOne(Serial):
    """Ctrl-C after the first block, where each is played alone."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        patch.setattr("sim.runs.groups.MOST_TOGETHER", BLOCK_RUNS)

    def map(self, *arguments: Any, **options: Any) -> Iterator[Any]:
        yield next(super().map(*arguments, **options))
        raise KeyboardInterrupt


@pytest.mark.slow
def test_an_interruption_keeps_what_is_done_and_the_command_told_goes_on_from_there(
    offramp: Offramp, crisis: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sim.report")
    out, whole = tmp_path / "my out", tmp_path / "whole"
    with monkeypatch.context() as patch:
        patch.setattr(Machines, "make", lambda self, blocks=None: InterruptedAfterOne(patch))
        answer = offramp("run", crisis, "--runs", 9000, "--out", out, "--quiet")
    assert answer.code == 130
    assert "4,096 runs of 2,048 draws" in answer.out
    told = answer.err.splitlines()[-1]
    command = f"offramp run {crisis} --runs 9000 --seed 0 --out '{out}'"
    assert told == f"interrupted after 4,096 runs; to resume: {command}"
    assert json.loads((out / "forecast.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    assert (out / KEPT).exists()

    again = offramp(*shlex.split(told.partition("to resume: ")[2])[1:])
    assert again.code == 0
    assert again.err.startswith("crisis: 1 of 3 blocks\n")
    assert not (out / KEPT).exists()
    assert offramp("run", crisis, "--runs", 9000, "--out", whole, "--quiet").code == 0
    assert (out / "forecast.json").read_bytes() == (whole / "forecast.json").read_bytes()


def test_an_interruption_without_a_folder_promises_nothing(
    offramp: Offramp, crisis: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Machines, "make", lambda self, blocks=None: InterruptedAfterOne(monkeypatch))
    answer = offramp("run", crisis, "--runs", 9000, "--quiet")
    assert answer.code == 130
    assert "to resume" not in answer.err


def test_progress_off_a_terminal_is_a_line_now_and_then(offramp: Offramp, folder: Folder) -> None:
    file = folder.write(edit(FULL, ("60 days", "1 day")))
    answer = offramp("run", file, "--runs", 4096 * 9, "--workers", 1)
    assert answer.err.splitlines()[:-1] == [f"crisis: {done} of 9 blocks" for done in (2, 4, 6, 8, 9)]


# -- options --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("run crisis.yaml", "run crisis.yaml --seed 0"),
        ("run crisis.yaml --runs 512 --seed 7", "run crisis.yaml --runs 512 --seed 7"),
        ("run crisis.yaml --precision 0.010", "run crisis.yaml --precision 0.01 --seed 0"),
        ("run crisis.yaml --replicates 8 --workers 4 --quiet", "run crisis.yaml --seed 0 --replicates 8"),
        ("run crisis.yaml --replicates 2", "run crisis.yaml --seed 0"),
        ("run 'a b/c.yaml' --out out --figures --words phia --format json", "run 'a b/c.yaml' --seed 0"),
        ("run ../elsewhere/secret/c.yaml", "run c.yaml --seed 0"),
        ("run c.yaml --given 'strikes by 30'", "run c.yaml --seed 0 --given 'strikes by 30'"),
        ("run c.yaml --since old/forecast.json --counterfactuals --store s",
         "run c.yaml --seed 0 --since old/forecast.json --counterfactuals"),
        ("drivers c.yaml", "drivers c.yaml --outcome offensive --seed 0"),
        ("drivers c.yaml --by-actor --study sobol --by 30 --runs 9",
         "drivers c.yaml --outcome offensive --by 30 --study sobol --by-actor --runs 9 --seed 0"),
        ("discover c.yaml --structural", "discover c.yaml --outcome offensive --structural --runs 20000 --seed 0"),
        ("explain c.yaml --run 3 --daily --replicates 4", "explain c.yaml --run 3 --seed 0 --replicates 4"),
        ("counterfactuals c.yaml --no-store", "counterfactuals c.yaml --runs 8192 --seed 0"),
        ("tip c.yaml --to 0.070 --input a --range 0:1 --by '90 days'",
         "tip c.yaml --input a --outcome offensive --by '90 days' --to 0.07 --range 0:1 --runs 8192 --seed 0"),
        ("advise c.yaml --goal 'lower offensive' --for a --budget 5 --executor dask --address tcp://127.0.0.1:1",
         "advise c.yaml --for a --goal 'lower offensive' --budget 5 --runs 16384 --seed 0"),
        ("advise c.yaml --goal 'lower offensive' --for a --budget 1234567.5",
         "advise c.yaml --for a --goal 'lower offensive' --budget 1234567.5 --runs 16384 --seed 0"),
        ("sweep run s.yaml --shard 1/2 --out o --fail-fast", "sweep run s.yaml"),
        ("sweep run s.yaml --alpha 0.010 --runs 64 --max-runs 9 --junit g.xml",
         "sweep run s.yaml --runs 64 --max-runs 9 --alpha 0.01"),
        ("sweep cell s.yaml 5f0c --out o", "sweep cell s.yaml 5f0c"),
    ],
)  # fmt: skip
def test_the_command_of_a_result_repeats_it_and_tells_no_folders_and_no_machines(given: str, told: str) -> None:
    command: Any = typer.main.get_command(app)
    context: Any = typer.Context(command, info_name="offramp")
    words = shlex.split(given)
    while hasattr(command, "get_command"):
        name = words.pop(0)
        command = command.get_command(context, name)
        context = (
            typer.Context(command, info_name=name, parent=context)
            if hasattr(command, "get_command")
            else command.make_context(name, words, parent=context)
        )
    assert command_of(context) == f"offramp {told}"
