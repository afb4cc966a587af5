"""Streams that break: a reader that goes away, a full disk, a closed stream. Files and exit codes hold."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from sim.cli.console import Patient, failure_of
from tests.places import ROOT
from tests.scenario.files import MINIMAL, Folder, edit

COMMAND = [sys.executable, "-m", "sim"]
FULL_DISK = Path("/dev/full")
needs_full_disk = pytest.mark.skipif(not FULL_DISK.exists(), reason="no device that is always full")


@pytest.fixture
def deaf() -> Iterator[IO[bytes]]:
    """A pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as stream:
        yield stream


def leave(*arguments: object, out: int | IO[bytes] = subprocess.DEVNULL, err: int | IO[bytes] = subprocess.PIPE) -> str:
    """Run a command; return its exit code and what it told on stderr."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], stdout=out, stderr=err, cwd=ROOT, check=False, timeout=120, text=True
    )
    return f"{done.returncode} {done.stderr or ''}"


def test_faults_leave_with_2_whoever_reads(folder: Folder, deaf: IO[bytes]) -> None:
    faulty = folder.write(edit(MINIMAL, ("stance: 0.8", "stance: 8")))
    sound = folder.write(MINIMAL, "sound.yaml")
    assert leave("validate", sound, faulty, out=deaf).startswith("2 ")
    said = leave("validate", sound, out=deaf)
    assert said.startswith("0 ")
    assert "next: " in said


@pytest.mark.slow
def test_a_failed_gate_leaves_with_1_and_its_files_whoever_reads(folder: Folder, deaf: IO[bytes]) -> None:
    file = folder.write(edit(MINIMAL, ("60 days", "10 days")) + "gates:\n  low: {below: 0.000001}\n")
    junit, summary = folder.path / "out" / "j.xml", folder.path / "out" / "s.md"
    told = leave("check", file, "--junit", junit, "--summary", summary, "-q", out=deaf)
    assert told.startswith("1 ")
    assert "BrokenPipe" not in told
    assert 'failures="1"' in junit.read_text(encoding="utf-8")
    assert summary.stat().st_size > 0


@pytest.mark.slow
def test_a_report_is_written_whoever_reads(folder: Folder, deaf: IO[bytes]) -> None:
    file, out = folder.write(edit(MINIMAL, ("60 days", "10 days"))), folder.path / "out"
    told = leave("run", file, "--runs", 64, "--format", "json", "--out", out, "-q", out=deaf)
    assert told.startswith("0 ")
    assert json.loads((out / "forecast.json").read_text(encoding="utf-8"))["runs"] == 64


@pytest.mark.slow
@needs_full_disk
def test_output_lost_to_a_full_disk_is_told_and_never_looks_like_success(folder: Folder) -> None:
    sound, faulty = folder.write(MINIMAL), folder.write(edit(MINIMAL, ("stance: 0.8", "stance: 8")), "faulty.yaml")
    with FULL_DISK.open("wb", buffering=0) as full:
        assert leave("validate", sound, out=full).endswith("error: cannot write the output: no space left on device\n")
        assert leave("validate", sound, out=full).startswith("3 ")
        assert leave("validate", sound, faulty, out=full).startswith("2 ")
        assert leave("--help", out=full).startswith("3 ")


@pytest.mark.slow
@needs_full_disk
def test_a_full_disk_behind_stderr_changes_no_exit_code(folder: Folder) -> None:
    sound, faulty = folder.write(MINIMAL), folder.write(edit(MINIMAL, ("stance: 0.8", "stance: 8")), "faulty.yaml")
    with FULL_DISK.open("wb", buffering=0) as full:
        assert leave("validate", sound, err=full) == "0 "
        assert leave("validate", faulty, err=full) == "2 "
        assert leave("validate", "--no-such-option", err=full) == "2 "


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="streams of a shell")
@pytest.mark.parametrize(
    ("closed", "code"), [("2>&-", 0), (">&- 2>&-", 0), (">&- 2>&- <&-", 0)], ids=["stderr", "both", "all"]
)
def test_closed_streams_change_neither_exit_code_nor_json(folder: Folder, closed: str, code: int) -> None:
    file, out = folder.write(edit(MINIMAL, ("60 days", "10 days"))), folder.path / "out"
    script = f'exec "$@" {closed}'
    words = ["run", str(file), "--runs", "64", "--format", "json", "--out", str(out)]
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *COMMAND, *words], capture_output=True, cwd=ROOT, check=False, timeout=120
    )
    assert done.returncode == code
    assert json.loads((out / "forecast.json").read_text(encoding="utf-8"))["runs"] == 64
    if closed == "2>&-":
        assert json.loads(done.stdout)["runs"] == 64


class Failing(io.RawIOBase):
    """Takes so many bytes at once, or fails as told."""

    def __init__(self, error: OSError | None = None) -> None:
        self.taken, self.error, self.calls = b"", error, 0

    def writable(self) -> bool:
        return True

    def write(self, data: memoryview) -> int:  # type: ignore[override]
        self.calls += 1
        if self.error is not None:
            raise self.error
        self.taken += bytes(data[:3])
        return min(3, len(data))


def test_a_patient_stream_writes_all_and_stops_at_the_first_failure() -> None:
    sound = Failing()
    stream = Patient(sound)
    assert stream.write(b"12345678") == 8
    assert (sound.taken, failure_of(stream)) == (b"12345678", None)
    broken = Failing(OSError(28, "No space left on device"))
    stream = Patient(broken)
    assert (stream.write(b"1234"), stream.write(b"5678")) == (4, 4)
    assert (broken.calls, failure_of(stream)) == (1, "cannot write the output: no space left on device")
    gone = Patient(Failing(BrokenPipeError()))
    gone.write(b"1")
    assert failure_of(gone) is None
