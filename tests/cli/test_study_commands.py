"""`calibrate` and `backtest` on made-up cases: what they print, what they write, how they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.evaluation.calibration.parameters import COLUMNS
from sim.scenario.posterior import read_posterior
from tests.cli.conftest import Offramp
from tests.evaluation.backtest.made_up import case, write_cases
from tests.worlds import crisis, write

SMALL = ("--blocks", 1, "--workers", 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_cases(tmp_path_factory.mktemp("studies"), count=4)


@pytest.mark.slow
def test_a_calibration_writes_a_posterior_that_a_scenario_can_name(offramp: Offramp, home: Path) -> None:
    target = write(home.parent, crisis(question__horizon=180), "target.yaml")
    options = ("--name", "mine", "--target", target, "--store", home / "kept", "--out", home.parent / "out", *SMALL)
    answer = offramp("calibrate", home, *options)
    assert answer.code == 0, answer.err
    assert "at least partly known: 3 crises" in answer.out
    assert "Two seeds " in answer.out
    made = read_posterior(home.parent / "out" / "mine.csv")
    assert made.parameters == COLUMNS
    assert made.about["left_out"] == ["case-03"]
    (home.parent / "mine.csv").write_bytes((home.parent / "out" / "mine.csv").read_bytes())
    later = {"as_of": "2021-06-01", **{k: v for k, v in crisis()["question"].items() if k != "as_of"}}
    write(home.parent, crisis(calibration="mine.csv", question=later), "uses.yaml")
    assert sim.load(home.parent / "uses.yaml").posterior is not None
    again = offramp("calibrate", home, *options[:-4], "--out", home.parent / "again", *SMALL)
    assert again.code == 0
    same = [(home.parent / folder / "mine.csv").read_bytes() for folder in ("out", "again")]
    assert same[0] == same[1], "the same seed gives the same posterior"


@pytest.mark.slow
def test_a_backtest_prints_scores_and_writes_its_page(offramp: Offramp, home: Path) -> None:
    out = home.parent / "backtest"
    answer = offramp("backtest", home, "--store", home / "kept", "--out", out, *SMALL)
    assert answer.code == 0, answer.err
    assert "of 3 cases on which it does better than the base rate within 90 days" in answer.out
    assert "too few to judge calibration" in answer.out
    assert {path.name for path in out.iterdir()} == {
        "backtest.html", "backtest.md", "backtest.json", "track_record.json",
    }  # fmt: skip
    page = (out / "backtest.html").read_text(encoding="utf-8")
    assert "Content-Security-Policy" in page
    assert "case-00" in page


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("calibrate", "none"), "expected a folder with cases"),
        (("calibrate", "{home}", "--name", "No Name"), "expected a name of small letters"),
        (("calibrate", "{home}", "--known", "soon"), "expected a date such as 2018-11-16 for --known"),
        (("calibrate", "{home}", "--known", "2019-01-01"), "no outcome of any case was known by 2019-01-01"),
        (("backtest", "{home}", "--posterior", "nope"), "or a CSV file after --posterior (got 'nope')"),
        (("backtest", "{home}", "--posterior", "none.csv"), "none.csv: cannot read the file: no such file"),
        (("backtest", "{home}", "--posterior", "{home}/wrong.csv"), "wrong.csv:1: expected a comment with JSON"),
        (("backtest", "{home}", "--variants", "none"), "expected a folder with scenarios after --variants"),
    ],
)
def test_what_cannot_be_done_is_said_with_exit_code_2(
    offramp: Offramp, home: Path, words: tuple[str, ...], complaint: str
) -> None:
    (home / "wrong.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    small = SMALL[2:] if "--posterior" in words else SMALL
    answer = offramp(*(word.format(home=home) for word in words), *small)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: ")
    assert complaint in answer.err


def test_a_scenario_without_an_outcome_is_no_case(offramp: Offramp, tmp_path: Path) -> None:
    write(tmp_path, crisis(), "plain.yaml")
    answer = offramp("backtest", tmp_path, *SMALL)
    assert answer.code == 2
    assert "plain.yaml: a case needs the key `case`" in answer.err


@pytest.mark.slow
def test_new_cases_are_scored_by_what_others_taught(offramp: Offramp, home: Path, tmp_path: Path) -> None:
    new = tmp_path / "scenarios" / "new"
    new.mkdir(parents=True)
    for number in (6, 7):
        made = case(number, hawkish=number == 6, area="elsewhere")
        write(new, made, f"{made['id']}.yaml")
    answer = offramp("backtest", new, "--train", home, "--store", home / "kept", "--format", "json", "--quiet", *SMALL)
    assert answer.code == 0, answer.err
    assert answer.json["schema"] == "offramp/backtest/1"
    assert [one["id"] for one in answer.json["cases"]] == ["case-06", "case-07"]
    assert answer.json["tables"]["case"]["all"]["cases"] == 2
    same = offramp("backtest", home, "--train", home, *SMALL)
    assert same.code == 2
    assert "case-00 is among the cases to train on" in same.err
