"""`diff`: what it prints of two scenarios or forecasts."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.conftest import Offramp
from tests.scenario.files import Folder, edit
from tests.studies.gates.conftest import QUICK


def pair(folder: Folder) -> tuple[Path, Path]:
    other = edit(QUICK, ("id: crisis", "id: other"), ("stance: 0.2", "stance: 0.9"))
    return folder.write(QUICK), folder.write(other, "other.yaml")


def test_inputs_changes_and_verdicts_are_told(offramp: Offramp, folder: Folder) -> None:
    before, after = pair(folder)
    answer = offramp("diff", before, after, "--runs", 8192, "--quiet")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[:2] == ["From crisis to other", f"{before}, as of 2020-01-01; {after}, as of 2020-01-01"]
    assert "Paired over 8,192 runs." in lines
    cells = [tuple(re.split(r" {2,}", line)) for line in lines]
    assert ("Stance of Backer", "0.2", "0.9") in cells
    assert ("scenario", "crisis", "other") in cells
    verdicts = {cell[:2]: cell[-1] for cell in cells if cell[-1] in ("real", "noise", "no run differs")}
    assert verdicts["First strike", "10 days"] == "real"
    assert len(verdicts) == 8
    assert answer.err.startswith(f"next: guard it by a gate in {after}")


def test_the_same_twice_differs_in_no_run(offramp: Offramp, folder: Folder) -> None:
    before, _ = pair(folder)
    answer = offramp("diff", before, before, "--runs", 512, "--quiet")
    assert answer.code == 0
    assert "No input, evidence or setting has changed." in answer.out
    assert answer.out.count("no run differs") == 8


def test_json_holds_the_difference(offramp: Offramp, folder: Folder) -> None:
    answer = offramp("diff", *pair(folder), "--runs", 512, "--seed", 5, "--quiet", "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    assert list(answer.json) == [
        "schema", "before", "after", "paired_runs", "unpaired", "level", "outcomes", "actors",
        "schedule", "inputs", "stances", "settings",
    ]  # fmt: skip
    assert answer.json["paired_runs"] == 512
    assert {one["verdict"] for one in answer.json["outcomes"]} <= {"real", "noise", "none"}


def test_a_stored_forecast_leads_to_a_report(offramp: Offramp, folder: Folder, tmp_path: Path) -> None:
    before, after = pair(folder)
    assert offramp("run", before, "--runs", 512, "--out", tmp_path / "out", "--quiet").code == 0
    stored = tmp_path / "out" / "forecast.json"
    answer = offramp("diff", stored, after)
    assert answer.code == 0
    assert "Paired over 512 runs." in answer.out
    assert answer.err.splitlines() == [
        "diff: 1 of 2 blocks",
        "diff: 2 of 2 blocks",
        f"next: offramp run {after} --since {stored} --out FOLDER writes it into a report",
    ]
    assert "next:" not in offramp("diff", before, stored, "--quiet").err, "a forecast holds no gate"


def test_what_is_no_scenario_or_forecast_leaves_with_2(offramp: Offramp, folder: Folder) -> None:
    before, _ = pair(folder)
    for wrong in ("none.yaml", "none.json"):
        answer = offramp("diff", before, folder.path / wrong, "--quiet")
        assert (answer.code, answer.out) == (2, "")


def test_control_characters_of_a_file_name_do_not_reach_the_terminal(offramp: Offramp, folder: Folder) -> None:
    before, _ = pair(folder)
    odd = folder.write(QUICK, "c\x1b[31m.yaml")
    answer = offramp("diff", before, odd, "--runs", 64, "--quiet")
    assert answer.code == 0
    assert "\x1b" not in answer.out + answer.err
