"""Signals to a command: any number of any kind, at any moment; what is done is kept, no process and no part is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.places import ROOT
from tests.scenario.files import FULL, Folder, edit

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals")
COMMAND = [sys.executable, "-m", "sim"]
KINDS = [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)]


def start(*words: object) -> subprocess.Popen[str]:
    """Start a command as the leader of a group, as a shell does."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )


def is_empty(group: int) -> bool:
    """Whether no process of a group is left; those that have ended may take a moment to go."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "workers"), [(KINDS[0], 2), (KINDS[1], 1), (KINDS[1], 2), (KINDS[2], 2)])
def test_any_number_of_signals_keeps_what_is_done_and_leaves_nothing_behind(
    folder: Folder, tmp_path: Path, workers: int, kind: signal.Signals
) -> None:
    file, out = folder.write(edit(FULL, ("60 days", "200 days"))), tmp_path / "out"
    words = ["run", file, "--runs", 65536, "--workers", workers, "--out", out, "--format", "json"]
    with start(*words) as process:
        assert process.stderr is not None
        assert "crisis: 4 of 16 blocks\n" in iter(process.stderr.readline, "")
        for number in range(12):
            whom = os.killpg if number == 0 and kind != signal.SIGTERM else os.kill
            whom(process.pid, kind if number % 2 == 0 else KINDS[number % 3])
            time.sleep(0.01)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    record = json.loads(stdout)
    assert record["status"] == "interrupted"
    assert record["runs"] >= 2 * 4096
    assert (out / ".offramp-blocks").exists()
    assert (out / "forecast.json").exists()
    assert not [one.name for one in out.iterdir() if one.name.startswith(".") and one.name != ".offramp-blocks"]
    assert is_empty(process.pid)


@pytest.mark.slow
@pytest.mark.parametrize("imported", ["sim.interrupts", "sim.cli.declare", "numpy", "sim.forecast.runner"])
def test_a_signal_while_it_starts_leaves_no_traceback(
    folder: Folder, imported: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python tells each import as it is done: the signal comes just behind the one named, however busy the machine."""
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    file = folder.write(edit(FULL, ("60 days", "400 days")))
    with start("run", file, "--runs", 131072, "--workers", 1, "--quiet") as process:
        assert process.stderr is not None
        assert any(line.rpartition("|")[2].strip() == imported for line in iter(process.stderr.readline, ""))
        os.killpg(process.pid, signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in stderr
    assert is_empty(process.pid)
