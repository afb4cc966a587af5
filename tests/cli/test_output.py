"""Tables of the command line on terminals of 60 and 80 columns: nothing is cut, and no number breaks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sim.report import lines_of
from sim.report.columns import aligned, paragraph
from tests.cli.conftest import Offramp
from tests.places import ROOT
from tests.scenario.files import FULL, Folder, edit
from tests.studies.sweep.worlds import GRID, write_base, write_sweep

LONG = "separation-of-the-armed-groups-in-the-zone.intensity 0.35, moratorium-offer.start -0.4 / 0"
ROWS = [(LONG, "12%", "11% to 13%", "-0.4 / 0"), ("base", "<0.001", "<0.001 to 0.004", "")]
HEAD = ("cell", "probability", "Monte Carlo 95%", "change")


def printed(monkeypatch: pytest.MonkeyPatch, columns: int, **how: str) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(columns))
    return list(aligned(HEAD, ROWS, **how))


@pytest.mark.parametrize("columns", [60, 80])
def test_a_table_fits_the_terminal_and_keeps_every_word_and_number(
    monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    lines = printed(monkeypatch, columns)
    assert max(map(len, lines)) <= columns
    for number in ("12%", "11% to 13%", "-0.4 / 0", "<0.001 to 0.004"):
        assert any(number in line for line in lines), number
    for part in ("separation", "armed", "groups", "moratorium", "zone.intensity", "0.35"):
        assert part in "\n".join(lines), part


def test_a_table_too_wide_for_its_numbers_puts_the_name_above_them(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = printed(monkeypatch, 46)
    assert max(map(len, lines)) <= 46
    assert lines[-2] == "base"
    assert lines[-1].split() == ["<0.001", "<0.001", "to", "0.004"]


def test_long_names_stand_above_their_numbers_where_that_takes_fewer_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    names = ["the shared interest in refugees and rebuilding withdrawn", "the shared interest in refugees"]
    long, short = (list(aligned(HEAD, [(name, *ROWS[0][1:])] * 10)) for name in names)
    assert len(long) == len(long[:2]) + 2 * 10
    assert long.count(names[0]) == 10
    assert not short.count(names[1])  # two lines side by side are as few


def test_first_cells_that_are_short_stay_beside_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    items = ", ".join(f"E{number:02}" for number in range(40))
    lines = list(aligned(("as of", "probability", "items"), [("12 Mar 2026", "12%", items)], words="lrl"))
    assert lines[1].startswith("12 Mar 2026          12%  E00, E01")
    assert len(lines) > 4


def test_off_a_terminal_a_row_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert len(list(aligned(HEAD, ROWS))) == 3


def test_numbers_stand_to_the_right_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert list(aligned(("a", "n"), [("x", "1"), ("y", "23")], words="lr")) == ["a   n", "x   1", "y  23"]


def test_a_paragraph_is_as_wide_as_the_terminal_and_keeps_numbers_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    assert paragraph("It is somewhere 11% to 13% then.") == ["It is somewhere", "11% to 13% then."]


def commands(crisis: Path, tmp_path: Path) -> dict[str, list[object]]:
    few = ["--runs", 64, "--quiet"]
    return {
        "run": ["run", crisis, *few],
        "history": ["history", crisis, "--from", "2020-01-01", *few],
        "counterfactuals": ["counterfactuals", crisis, *few],
        "tip": ["tip", crisis, "--input", "actors.attacker.posture", "--to", 0.3, *few],
        "diff": ["diff", crisis, crisis, *few],
        "explain": ["explain", crisis, "--run", 3],
        "daily": ["explain", crisis, "--run", 3, "--daily"],
        "show": ["show", crisis],
    }


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("name", ["run", "history", "counterfactuals", "tip", "diff", "explain", "daily", "show"])
def test_no_line_of_a_table_is_wider_than_the_terminal(
    offramp: Offramp, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int, name: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    crisis = folder.write(edit(FULL, ("60 days", "10 days\n  milestones: [5]")))
    answer = offramp(*commands(crisis, tmp_path)[name])
    assert answer.code == 0, answer.err
    tables = [line for line in answer.out.splitlines() if re.search(r"\S {2,}\S", line)]
    assert [line for line in tables if len(line) > columns] == []


@pytest.mark.parametrize("columns", [60, 80])
def test_every_row_of_a_sweep_keeps_its_values(
    offramp: Offramp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    write_base(tmp_path)
    answer = offramp("sweep", "run", write_sweep(tmp_path, GRID), "--quiet")
    assert answer.code == 0, answer.err
    assert max(map(len, answer.out.splitlines())) <= columns
    assert len(re.findall(r"\d% to \d", answer.out)) >= 6
    assert "..." not in answer.out


RECORDS = {
    "calibrate": ("calibration/calibrated-all/calibration.json", "precision"),
    "backtest": ("backtest/backtest.json", "base rate"),
    "history": ("niger-2023/history/history.json", "28 Jul 2023"),
}


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("name", RECORDS)
def test_tables_of_past_cases_fit_the_terminal_and_keep_their_numbers(
    monkeypatch: pytest.MonkeyPatch, columns: int, name: str
) -> None:
    file, first = RECORDS[name]
    record = json.loads((ROOT / "reports" / file).read_text(encoding="utf-8"))
    monkeypatch.delenv("COLUMNS", raising=False)
    wide = list(lines_of(record, "seed 0"))
    monkeypatch.setenv("COLUMNS", str(columns))
    narrow = list(lines_of(record, "seed 0"))
    assert max(map(len, narrow)) <= columns
    assert any(line.strip().startswith(first) for line in narrow)
    signs = [sorted("".join(lines).replace(" ", "")) for lines in (narrow, wide)]
    assert signs[0] == signs[1], "nothing is left out"


@pytest.mark.parametrize("columns", [60, 80])
def test_tables_of_gates_and_of_the_ledger_fit_the_terminal(
    offramp: Offramp, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    gates = "gates:\n  a-gate-with-a-long-name-as-they-have: {below: 0.99}\n  b: {above: 0.001, below: 0.999}\n"
    crisis = folder.write(edit(FULL, ("60 days", "10 days\n  milestones: [5]")) + gates)
    ledger = tmp_path / "ledger.jsonl"
    assert offramp("run", crisis, "--runs", 512, "--out", tmp_path / "out", "-q").code == 0
    assert offramp("record", tmp_path / "out" / "forecast.json", "--ledger", ledger, "--at", "2020-01-01").code == 0
    assert offramp("resolve", "crisis", "--outcome", "no", "--ledger", ledger).code == 0
    monkeypatch.setenv("COLUMNS", str(columns))
    for words in (["check", crisis, "-q"], ["score", "--ledger", ledger]):
        answer = offramp(*words)
        assert answer.code == 0, answer.err
        tables = [line for line in answer.out.splitlines() if re.search(r"\S {2,}\S", line)]
        assert tables
        assert max(map(len, tables)) <= columns
        assert re.search(r" 0\.\d{4} ", answer.out)
