"""What a command finds around it: an empty word, a working folder that is gone, a clock that is set to no time."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.console import check_words, epoch
from sim.errors import UsageError
from tests.cli.conftest import Offramp
from tests.places import ROOT

CLOCK = "the environment variable SOURCE_DATE_EPOCH is {}; expected whole seconds since 1970, such as 1534680000, "
COMMANDS = (["validate", "x.yaml"], ["doctor"], ["record", "forecast.json"], ["init", "x.yaml"], ["schema"])


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize(("text", "said"), [("", "empty"), ("soon", "'soon'"), ("-1", "'-1'"), ("9" * 12, None)])
def test_a_clock_that_is_no_time_is_told_by_every_command_doctor_included(
    offramp: Offramp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    text: str,
    said: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", text)
    answer = offramp(*words)
    told = CLOCK.format(said or repr(text)) + "or unset it"
    assert (answer.code, answer.out, answer.err) == (2, "", f"error: {told}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_is_no_time_is_told_as_json_where_that_is_asked_for(
    offramp: Offramp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "")
    answer = offramp("doctor", "--format", "json")
    assert (answer.code, answer.err) == (2, "")
    assert answer.json["errors"][0]["message"].startswith(CLOCK.format("empty"))


def test_the_clock_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1577923200")
    assert epoch() == datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert epoch() is None


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (["run", "x.yaml", "--out", ""], " after --out"),
        (["run", "x.yaml", "--out="], " after --out"),
        (["check", "x.yaml", "--summary", "", "--junit", "j.xml"], " after --summary"),
        (["validate", ""], ""),
    ],
)
def test_an_empty_word_is_refused(words: list[str], where: str) -> None:
    with pytest.raises(UsageError, match=rf"^there is an empty word{where}; is a variable not set\?$"):
        check_words(words)


def test_words_that_hold_something_pass() -> None:
    check_words(["run", "x.yaml", "--out=y", "-q", "a=", "="])


def test_an_empty_folder_for_files_leaves_with_2_and_writes_nothing(tmp_path: Path) -> None:
    done = call(tmp_path, "run", "x.yaml", "--out", "")
    assert done.returncode == 2
    assert done.stderr == "error: there is an empty word after --out; is a variable not set?\n"
    assert list(tmp_path.iterdir()) == []


def call(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "sim", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.skipif(os.name == "nt", reason="a folder in use cannot be removed there")
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_working_folder_that_is_gone_is_told(
    offramp: Offramp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    try:
        answer = offramp(*words)
    finally:
        os.chdir(ROOT)
    told = "the working folder is gone; change to one that exists"
    assert (answer.code, answer.out, answer.err) == (2, "", f"error: {told}\n")


@pytest.mark.slow
def test_doctor_is_well_under_a_clock_that_is_set(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": "1577923200"}
    command = [sys.executable, "-m", "sim", "doctor", "--format", "json"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert json.loads(done.stdout)["healthy"] is True
