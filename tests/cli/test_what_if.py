"""The commands that ask what would be otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Offramp
from tests.scenario.files import FULL, Folder, edit

PRESSED = (
    edit(FULL, ("60 days", "10 days\n  milestones: [5]"))
    + "pressures: {push: {from: envoy, on: backer, aim: encourage, intensity: {uniform: [0, 1]}}}\n"
    + "ties: {envoy: {backer: 0.3}}\n"
)


@pytest.fixture
def pressed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A crisis of ten days with one pressure; the working folder is its own, for the store."""
    file = folder.write(PRESSED)
    monkeypatch.chdir(file.parent)
    return file


def test_counterfactuals_prints_each_change_and_says_the_next_step(offramp: Offramp, pressed: Path) -> None:
    answer = offramp("counterfactuals", pressed, "--runs", 512, "-q")
    assert answer.code == 0
    assert "Push withdrawn" in answer.out
    assert "paired run by run" in answer.out
    assert "depend on how the two worlds are paired" in " ".join(answer.out.split())
    assert "next: offramp run" in answer.err
    assert (pressed.parent / ".offramp" / "store").is_dir()


def test_a_forecast_prints_the_largest_changes_alone(offramp: Offramp, pressed: Path) -> None:
    every = offramp("counterfactuals", pressed, "--runs", 512, "-q").out
    few = offramp("run", pressed, "--runs", 512, "--counterfactuals", "-q").out.partition("if one thing changed")[2]
    changes = ("held at its start  ", "at full strength  ", "withdrawn  ")
    few_rows, rows = ([line for line in text.splitlines() if any(map(line.count, changes))] for text in (few, every))
    assert len(few_rows) == 5 < len(rows)
    assert "Averts" in every
    assert "verts" not in few


def test_counterfactuals_as_json_and_files_are_one_record(offramp: Offramp, pressed: Path, tmp_path: Path) -> None:
    answer = offramp(
        "counterfactuals", pressed, "--runs", 512, "--no-store", "-q", "--format", "json", "--out", tmp_path / "out"
    )
    assert answer.code == 0
    record = json.loads((tmp_path / "out" / "counterfactuals.json").read_text(encoding="utf-8"))
    assert record == answer.json
    assert record["schema"] == "offramp/counterfactuals/1"
    assert (tmp_path / "out" / "counterfactuals.html").exists()


def test_run_adds_counterfactuals_to_its_record_and_its_command(offramp: Offramp, pressed: Path) -> None:
    plain = offramp("run", pressed, "--runs", 512, "-q", "--format", "json").json
    assert plain["counterfactuals"] is None
    record = offramp("run", pressed, "--runs", 512, "-q", "--format", "json", "--counterfactuals").json
    assert record["command"].endswith("--counterfactuals")
    alone = offramp("counterfactuals", pressed, "--runs", 512, "-q", "--format", "json").json
    assert record["counterfactuals"] == alone["counterfactuals"]
    same = {key: value for key, value in record.items() if key not in ("counterfactuals", "command")}
    assert same == {key: value for key, value in plain.items() if key not in ("counterfactuals", "command")}


def test_run_tells_the_largest_counterfactuals(offramp: Offramp, pressed: Path) -> None:
    answer = offramp("run", pressed, "--runs", 512, "-q", "--counterfactuals")
    assert answer.code == 0
    assert "\nif one thing changed\n" in answer.out


# -- tip ------------------------------------------------------------------------------------------------------------

PUSH = "pressures.push.intensity"


def test_tip_tells_where_and_how_precisely(offramp: Offramp, pressed: Path) -> None:
    path = "actors.attacker.posture"
    asked = ("tip", pressed, "--input", path, "--runs", 512, "-q")
    points = offramp(*asked, "--to", 0.5, "--format", "json").json["points"]
    target = round((points[0]["p"] + points[-1]["p"]) / 2, 4)
    answer = offramp(*asked, "--to", target, "--by", "10 days")
    assert answer.code == 0
    assert "where the initial posture of Attacker is " in " ".join(answer.out.split())
    assert "Precision: the curve of these 512 runs was searched to" in answer.out
    assert "next: offramp tip" in answer.err


def test_tip_says_plainly_that_no_value_reaches_the_target(offramp: Offramp, pressed: Path) -> None:
    answer = offramp(
        "tip", pressed, "--input", PUSH, "--to", 0.97, "--by", 8, "--runs", 2048, "-q", "--range", "0.2:0.9"
    )
    assert answer.code == 0
    said = " ".join(answer.out.split())
    assert "No value of the intensity of Push in 0.2 to 0.9 reaches 97% for the offensive within 8 days" in said


def test_tip_says_no_effect_of_these_runs_where_none_goes_another_way(offramp: Offramp, pressed: Path) -> None:
    answer = offramp(
        "tip", pressed, "--input", PUSH, "--to", 0.97, "--by", 5, "--runs", 512, "-q", "--range", "0.2:0.4"
    )
    assert answer.code == 0
    said = " ".join(answer.out.split())
    assert "Intensity of Push: no effect on the offensive within 5 days, so none reaches 97%. All 512 runs" in said
    assert "An effect too small for these runs would show with more of them" in said


@pytest.mark.slow
def test_tip_with_two_inputs_writes_the_contour(offramp: Offramp, pressed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = offramp(
        "tip", pressed, "--input", PUSH, "--input", "actors.shield.posture", "--to", 0.03, "--by", 5, "--runs", 512,
        "-q", "--out", out, "--format", "json",
    )  # fmt: skip
    assert answer.code == 0
    record = json.loads((out / "tipping.json").read_text(encoding="utf-8"))
    assert record == answer.json
    assert [len(axis) for axis in record["grid"]] == [7, 7]
    assert len(record["points"]) >= 49
    assert "tipping-figure" in (out / "tipping.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--input", "pressures.pusch.intensity", "--to", 0.1], "did you mean push"),
        (["--input", PUSH, "--to", 2], "between 0 and 1"),
        (["--input", PUSH, "--to", 0.1, "--by", "soon"], "a number of days"),
        (["--input", PUSH, "--to", 0.1, "--range", "1"], "a range such as 0:1"),
        (["--input", PUSH, "--to", 0.1, "--range", "0:nan"], "a range such as 0:1"),
    ],
)
def test_tip_refuses_what_cannot_be_asked(offramp: Offramp, pressed: Path, options: list[object], message: str) -> None:
    answer = offramp("tip", pressed, "-q", *options)
    assert answer.code == 2
    assert message in answer.err
