"""`record`, `resolve` and `score` as commands, one of them in a process of its own."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Offramp
from tests.places import ROOT

DAY = "2020-01-02T00:00:00Z"


@pytest.fixture
def forecast(offramp: Offramp, crisis: Path, tmp_path: Path) -> Path:
    """A real forecast.json over ten days with a milestone at five."""
    assert offramp("run", crisis, "--runs", 64, "--out", tmp_path / "out", "-q").code == 0
    return tmp_path / "out" / "forecast.json"


def test_a_forecast_is_recorded_resolved_and_scored(offramp: Offramp, forecast: Path, tmp_path: Path) -> None:
    record = json.loads(forecast.read_text())
    as_of, ledger = record["as_of"], tmp_path / "ledger.jsonl"
    name, after = f"crisis@{as_of}", datetime.date.fromisoformat(as_of) + datetime.timedelta(1)
    entered = offramp("record", forecast, "--ledger", ledger, "--at", as_of)
    assert (entered.code, entered.out.splitlines()[0]) == (0, f"recorded {name}")
    assert f"next, when it is known: offramp resolve {name} --outcome yes|no|DATE --ledger {ledger}" in entered.err
    resolved = offramp("resolve", name, "--outcome", after, "--ledger", ledger, "--at", after, "--source", "Seen.")
    assert resolved.out.splitlines()[0] == f"resolved {name}, offensive: 5 days yes, 10 days yes"
    assert resolved.err == f"next: offramp score --ledger {ledger}\n"
    scored = offramp("score", "--ledger", ledger)
    assert scored.code == 0
    assert "too few to judge" in scored.out
    assert f"unresolved: agreement of {name}: 5, 10 days" in scored.out.splitlines()
    assert "unresolved: offensive" not in scored.out, "all its windows are resolved"
    head = offramp("score", "--ledger", ledger, "--format", "json").json["head"]
    assert f"head {head}" in scored.out
    assert offramp("score", "--ledger", ledger, "--expect", head).code == 0
    assert f"offramp score --ledger {ledger} --expect {head[:16]}" in " ".join(scored.err.split())
    brier = offramp("score", "--ledger", ledger, "--format", "json").json["windows"][0]["brier"]
    assert brier == pytest.approx((1 - record["outcomes"]["offensive"]["5"]["p"]) ** 2, abs=1e-6)


def test_entries_are_printed_as_json_where_asked(offramp: Offramp, forecast: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    answer = offramp("record", forecast, "--ledger", ledger, "--format", "json", "--at", DAY)
    assert (answer.json["number"], answer.json["kind"], answer.json["at"]) == (
        1,
        "forecast",
        "2020-01-02T00:00:00+00:00",
    )
    refused = offramp("record", forecast, "--ledger", ledger, "--format", "json", "--at", DAY)
    assert refused.code == 2
    assert "already, as entry 1" in refused.json["errors"][0]["message"]


def test_tampering_and_an_unmet_head_leave_with_2_and_name_the_line(
    offramp: Offramp, forecast: Path, tmp_path: Path
) -> None:
    ledger = tmp_path / "ledger.jsonl"
    offramp("record", forecast, "--ledger", ledger, "--at", DAY)
    missed = offramp("score", "--ledger", ledger, "--expect", "0123456789abcdef")
    assert (missed.code, missed.out) == (2, "")
    assert "no line has the expected head 0123456789ab" in missed.err
    ledger.write_bytes(ledger.read_bytes().replace(b'"runs":64', b'"runs":65'))
    for arguments in (["score"], ["resolve", "crisis", "--outcome", "no"], ["record", forecast]):
        answer = offramp(*arguments, "--ledger", ledger)
        assert (answer.code, answer.out) == (2, "")
        assert f"{ledger}:1: its content was changed" in answer.err


@pytest.mark.parametrize("at", ["noon", "2020-13-01", ""])
def test_a_time_that_is_none_is_refused(offramp: Offramp, forecast: Path, tmp_path: Path, at: str) -> None:
    answer = offramp("record", forecast, "--ledger", tmp_path / "ledger.jsonl", "--at", at)
    assert (answer.code, answer.err) == (
        2,
        f"error: expected a time such as 2018-08-19T12:00:00Z (got {at!r} after --at)\n",
    )


def test_what_is_no_forecast_is_not_recorded(offramp: Offramp, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    answer = offramp("record", tmp_path / "x.json", "--ledger", tmp_path / "ledger.jsonl")
    assert answer.code == 2
    assert "is not a forecast" in answer.err
    assert not (tmp_path / "ledger.jsonl").exists()


def test_help_begins_with_examples(offramp: Offramp) -> None:
    for command in ("record", "resolve", "score"):
        text = offramp(command, "--help").out
        assert text.index("Examples") < text.index("Options"), command
        assert f"offramp {command}" in text


def run(folder: Path, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    settings: dict[str, Any] = {"capture_output": True, "text": True, "timeout": 120, "cwd": folder}
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run([sys.executable, "-m", "sim", *map(str, arguments)], check=False, env=variables, **settings)


@pytest.mark.slow
def test_processes_of_their_own_share_a_ledger_and_give_the_same_bytes(forecast: Path, tmp_path: Path) -> None:
    """The time is SOURCE_DATE_EPOCH; a build that is done again has the same head."""
    texts = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        done = run(tmp_path / name, "record", forecast, SOURCE_DATE_EPOCH="1577923200")
        assert done.returncode == 0, done.stderr
        texts.append((tmp_path / name / "offramp-ledger.jsonl").read_bytes())
    assert texts[0] == texts[1]
    assert b'"at":"2020-01-02T00:00:00+00:00"' in texts[0]
    done = run(tmp_path / "one", "score")
    assert (done.returncode, "nothing to score yet" in done.stdout) == (0, True)
    assert run(tmp_path / "one", "record", forecast, SOURCE_DATE_EPOCH="soon").returncode == 2
    absent = run(tmp_path, "score")
    assert (absent.returncode, absent.stdout) == (2, "")
    assert "there is no ledger offramp-ledger.jsonl; begin one with: offramp record" in absent.stderr
