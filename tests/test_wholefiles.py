"""What a user names is read once and within bounds, whatever it is."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sim import wholefiles
from sim.errors import OfframpError
from sim.evaluation.ledger.chain import read_chain
from sim.evaluation.threats import load_threats
from sim.runs.executors.address import Tls
from sim.scenario.load import load
from sim.scenario.posterior import read_posterior
from sim.studies.records import read_forecast
from sim.studies.sweep.load import load_sweep
from sim.studies.sweep.shards import read_partial
from sim.wholefiles import read_whole
from tests.places import IDLIB
from tests.scenario.files import FULL

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes and devices by path")

READERS: list[Callable[[Path], object]] = [
    load, load_sweep, read_posterior, read_forecast, load_threats, read_partial, read_chain,
    lambda path: Tls(path, path, path).check(),
]  # fmt: skip
reader = pytest.mark.parametrize(
    "read", READERS, ids=["scenario", "sweep", "posterior", "forecast", "threats", "partial", "ledger", "certificate"]
)


@reader
@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("/dev/zero", "it is neither a file nor a pipe"),
        ("folder", "is a directory"),
        ("pipe", "nobody writes to the pipe"),
    ],
)
def test_what_never_ends_or_never_begins_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], object], what: str, told: str
) -> None:
    monkeypatch.setattr(wholefiles, "ALONE", 0.05)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OfframpError, match=told):
        read(tmp_path / what)


def test_a_file_may_be_as_large_as_its_bound_and_no_byte_larger(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 300_000)
    assert len(read_whole(tmp_path / "file", 300_000)) == 300_000
    with pytest.raises(OSError, match="it is larger than 299,999 bytes"):
        read_whole(tmp_path / "file", 299_999)


def test_a_pipe_is_read_to_its_end_however_its_writer_pauses(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    slow = 'exec >"$0"; for each in 1 2 3; do printf ab; sleep 0.1; done'
    with subprocess.Popen(["sh", "-c", slow, str(tmp_path / "pipe")]):
        assert read_whole(tmp_path / "pipe", 6) == b"ababab"


def test_a_pipe_that_does_not_end_is_refused_at_the_bound() -> None:
    reading, writing = os.pipe()

    def write() -> None:
        try:
            while True:
                os.write(writing, b"x" * 4096)
        except BrokenPipeError:
            os.close(writing)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        with pytest.raises(OSError, match="it is larger than 262,144 bytes"):
            read_whole(Path(f"/dev/fd/{reading}"), 256 << 10)
    finally:
        os.close(reading)
        thread.join(timeout=10)


def test_a_writer_that_falls_silent_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wholefiles, "PATIENCE", 0.05)
    reading, writing = os.pipe()
    os.write(writing, b"schema:")
    with pytest.raises(TimeoutError, match="nothing came from the pipe"):
        read_whole(Path(f"/dev/fd/{reading}"), 100)
    os.close(reading)
    os.close(writing)


@pytest.mark.slow
@pytest.mark.parametrize("command", ["validate", "show", "check"])
def test_a_scenario_comes_from_a_command_and_is_read_once(command: str) -> None:
    text = FULL
    for name in ("/dev/stdin", "/dev/fd/0"):
        done = subprocess.run(
            [sys.executable, "-m", "sim", command, name],
            input=text, capture_output=True, text=True, cwd=IDLIB, check=False, timeout=60,
        )  # fmt: skip
        assert "expected a map" not in done.stderr
        assert done.returncode == 0 or "nothing to check" in done.stderr, done.stderr
