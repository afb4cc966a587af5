"""`explain` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests import worlds
from tests.cli.conftest import Offramp


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("explain")
    return str(worlds.write(folder, worlds.crisis(question__horizon=30, title="Does \x1b[31mit\x1b[0m begin?")))


def test_it_prints_the_turning_points(offramp: Offramp, scenario: str) -> None:
    done = offramp("explain", scenario, "--run", "6")
    assert done.code == 0, done.err
    assert "On 1 January 2020 this future begins in a standoff" in done.out
    assert "Taken for" in done.out
    assert "Chances of the day: incident" in done.out
    assert "\x1b" not in done.out
    assert f"next: offramp explain {scenario} --run 6" in " ".join(done.err.split()), (
        "the path as given can be followed"
    )


def test_daily_prints_every_day(offramp: Offramp, scenario: str) -> None:
    record = offramp("explain", scenario, "--run", "5", "--format", "json").json
    lines = offramp("explain", scenario, "--run", "5", "--daily").out.splitlines()
    days = [line for line in lines if " Jan 2020  " in line]
    assert len(days) == record["course"]["days"]


def test_out_writes_page_markdown_and_record(offramp: Offramp, scenario: str, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert offramp("explain", scenario, "--run", "5", "--seed", "1", "--out", str(folder)).code == 0
    assert {path.name for path in folder.iterdir()} == {"explanation.html", "explanation.md", "explanation.json"}
    record = json.loads((folder / "explanation.json").read_text(encoding="utf-8"))
    assert record["command"].endswith("--run 5 --seed 1")
    assert "<script>" not in (folder / "explanation.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--run", "-1"], "expected the number of a run, 0 to 9,999,999"),
        (["--run", "5", "--replicates", "3"], "expected replicates"),
        (["--run", "99999999"], "expected the number of a run, 0 to 9,999,999"),
    ],
)
def test_what_cannot_be_is_refused(offramp: Offramp, scenario: str, options: list[str], message: str) -> None:
    done = offramp("explain", scenario, *options)
    assert done.code == 2
    assert message in done.err
