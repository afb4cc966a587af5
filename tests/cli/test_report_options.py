"""`run --words`, `--since` and `--figures`, `history --words` and `--figures`: what they print, write and refuse."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.cli.machines import Machines
from sim.cli.run import KEPT
from sim.report.chance import Chance, Shift
from tests.cli.conftest import Offramp
from tests.cli.test_run import InterruptedAfterOne
from tests.places import IDLIB
from tests.scenario.files import FULL, Folder, edit

FIGURES = {"incidence.svg", "states.svg", "hazard.svg", "dots.svg"}


def windows(out: str) -> list[str]:
    """Return the rows of the table of windows."""
    return out.split("\n\n")[2].splitlines()[1:]


@pytest.mark.parametrize("scale", ["icd203", "phia"])
def test_an_offensive_has_its_word_and_range_as_in_the_report(
    offramp: Offramp, crisis: Path, tmp_path: Path, scale: str
) -> None:
    answer = offramp("run", crisis, "--runs", 512, "--words", scale, "--out", tmp_path / "out", "--quiet")
    assert answer.code == 0
    record = json.loads((tmp_path / "out" / "forecast.json").read_text(encoding="utf-8"))
    report = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    for row, day in zip(windows(answer.out), ("5", "10"), strict=True):
        line = Chance.of(record["outcomes"]["offensive"][day]).line(scale)
        assert row.endswith(f"  {line}")
        assert line in report


def test_no_words_leave_the_table_and_the_report_without(offramp: Offramp, crisis: Path, tmp_path: Path) -> None:
    answer = offramp("run", crisis, "--runs", 512, "--words", "none", "--out", tmp_path / "out", "--quiet")
    assert "(" not in "".join(windows(answer.out))
    assert "likely" not in (tmp_path / "out" / "report.md").read_text(encoding="utf-8")


def test_a_scale_that_is_none_leaves_with_2(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--words", "kent")
    assert (answer.code, answer.out) == (2, "")
    assert "icd203" in answer.err


@pytest.mark.slow
def test_what_moved_since_is_printed_and_stored(offramp: Offramp, folder: Folder, crisis: Path, tmp_path: Path) -> None:
    assert offramp("run", crisis, "--runs", 512, "--out", tmp_path / "then", "--quiet").code == 0
    text = edit(FULL, ("60 days", "10 days\n  milestones: [5]"), ("stance: -0.6, strength", "stance: -0.9, strength"))
    firmer = folder.write(text, "firmer.yaml")
    old = tmp_path / "then" / "forecast.json"
    answer = offramp("run", firmer, "--runs", 512, "--since", old, "--out", tmp_path / "now")
    assert answer.code == 0
    record = json.loads((tmp_path / "now" / "forecast.json").read_text(encoding="utf-8"))
    since = record["since"]
    assert since["paired_runs"] == 512
    assert [one["path"] for one in since["inputs"]] == ["actors.shield.stance"]
    assert "since the forecast of 1 January 2020" in answer.out
    assert "512 runs were compared one by one" in " ".join(answer.out.split())
    for row in since["outcomes"]["offensive"].values():
        then, now = (Chance.of(row[side]).text for side in ("old", "new"))
        shift = Shift.of(row["change"])
        assert re.search(rf"{then} +{now} +{re.escape(shift.number)} +{re.escape(shift.interval)}", answer.out)
    assert "crisis, as it was: 1 of 1 block" in answer.err
    assert record["command"] == "offramp run firmer.yaml --runs 512 --seed 0 --since forecast.json"
    assert "Since the forecast of 1 January 2020" in (tmp_path / "now" / "report.md").read_text(encoding="utf-8")
    again = offramp("run", firmer, "--runs", 512, "--since", old, "--format", "json", "--quiet")
    assert again.json == record


def test_without_an_earlier_forecast_there_is_nothing_since(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("run", crisis, "--runs", 64, "--format", "json", "--quiet")
    assert answer.json["since"] is None
    assert "--since" not in answer.json["command"]


def test_a_file_that_is_no_forecast_leaves_with_2_before_anything_is_run(offramp: Offramp, crisis: Path) -> None:
    for path in (crisis, crisis.parent, crisis.parent / "none.json"):
        answer = offramp("run", crisis, "--since", path)
        assert (answer.code, answer.out) == (2, ""), path
        assert str(path) in answer.err
        assert "blocks" not in answer.err


@pytest.mark.slow
def test_a_forecast_may_be_renewed_in_its_own_folder(offramp: Offramp, crisis: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert offramp("run", crisis, "--runs", 512, "--out", out, "--quiet").code == 0
    assert offramp("run", crisis, "--runs", 512, "--seed", 1, "--out", out, "--since", out / "forecast.json").code == 0
    record = json.loads((out / "forecast.json").read_text(encoding="utf-8"))
    assert (record["seed"], record["since"]["forecast"]["seed"]) == (1, 0)


def test_an_interruption_does_not_write_over_the_forecast_it_is_compared_with(
    offramp: Offramp, crisis: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert offramp("run", crisis, "--runs", 512, "--out", out, "--quiet").code == 0
    before = (out / "forecast.json").read_bytes()
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(Machines, "make", lambda self, blocks=None: InterruptedAfterOne(patch))
        answer = offramp(
            "run", crisis, "--runs", 9000, "--out", out, "--since", "out/forecast.json", "--figures", "--quiet"
        )
    assert answer.code == 130
    assert (out / "forecast.json").read_bytes() == before
    assert answer.err.splitlines()[-1].endswith(f"--out {out} --since out/forecast.json --figures")
    assert (out / KEPT).exists()


@pytest.mark.slow
def test_figures_are_written_beside_the_report(offramp: Offramp, crisis: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = offramp("run", crisis, "--runs", 512, "--out", out, "--figures", "--quiet")
    assert answer.code == 0
    written = {file.name for file in out.iterdir()} - {"report.html", "report.md", "forecast.json"}
    assert {"incidence.svg", "states.svg", "dots.svg"} <= written <= FIGURES
    assert all(f"wrote {out / name}" in answer.err for name in written)


def test_figures_without_a_folder_leave_with_2(offramp: Offramp, crisis: Path) -> None:
    for command in (("run", crisis), ("history", crisis, "--from", "2019-12-30")):
        answer = offramp(*command, "--figures")
        assert (answer.code, answer.out) == (2, "")
        assert answer.err == "error: --figures needs a folder to write them to; name one with --out\n"


@pytest.mark.slow
def test_a_history_writes_page_markdown_record_and_figure(offramp: Offramp, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ("--from", "2018-08-16", "--every", "3 days", "--runs", 512, "--words", "phia", "--quiet")
    answer = offramp("history", IDLIB / "baseline.yaml", *options, "--out", out, "--figures")
    assert answer.code == 0
    assert {file.name for file in out.iterdir()} == {"history.html", "history.md", "history.json", "history.svg"}
    record = json.loads((out / "history.json").read_text(encoding="utf-8"))
    line = Chance.of(record["points"][-1]["by"]["180"]).line("phia")
    assert line in (out / "history.md").read_text(encoding="utf-8")
    for move in record["moves"]:
        shift = Shift.of(move)
        told = re.search(rf"{move['id']} .* {re.escape(shift.number)} +{re.escape(shift.interval)}(.*)", answer.out)
        assert told is not None
        assert (told[1].strip() == "") == shift.is_clear
