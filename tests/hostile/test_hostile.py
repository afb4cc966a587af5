"""Every hostile file gets a clear message and exit code 2 within a second, and no traceback."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.errors import ScenarioError
from sim.scenario.load import load
from tests.hostile.files import BASE, HOSTILE

SECONDS = 1.0


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "hostile.yaml"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def seconds(path: Path) -> float:
    """Return the processor time of a refusal: the least of three where other processes share the core."""
    least = math.inf
    for _ in range(3):
        start = time.process_time()
        with pytest.raises(ScenarioError):
            load(path)
        least = min(least, time.process_time() - start)
        if least < SECONDS:
            break
    return least


def test_there_are_150_files_at_least_and_their_base_is_valid(tmp_path: Path) -> None:
    assert len(HOSTILE) >= 150
    load(write(tmp_path, BASE))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_clear_message_and_exit_code_2(tmp_path: Path, name: str) -> None:
    content, said = HOSTILE[name]
    path = write(tmp_path, content)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert seconds(path) < SECONDS
    assert any(said in str(fault) for fault in caught.value.faults), [str(fault) for fault in caught.value.faults][:5]
    for fault in caught.value.faults:
        assert fault.file == str(path)
        assert fault.line >= 1 or "larger than" in fault.message
        assert "Traceback" not in fault.message
        assert "pydantic" not in fault.message


@pytest.mark.parametrize("name", list(HOSTILE)[::7])
def test_the_command_line_prints_the_message_and_no_traceback(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, HOSTILE[name][0])
    result = CliRunner().invoke(app, ["validate", str(path)])
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    assert "fault" in result.stderr
