"""A server of its own for the tests, on loopback, ended by its process id."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.explorer import world
from tests.places import ROOT


@dataclass
class Served:
    """A running server."""

    file: Path
    address: str
    process: Any

    @property
    def port(self) -> int:
        return int(self.address.rstrip("/").rpartition(":")[2])


@contextlib.contextmanager
def serving(file: Path, port: int = 0) -> Iterator[Served]:
    """Serve a scenario until the end of the block."""
    command = [sys.executable, "-m", "sim", "explore", str(file), "--port", str(port), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as process:
        try:
            yield Served(file, process.stdout.readline().strip(), process)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(world.write(tmp_path_factory.mktemp("served"))) as one:
        assert one.address.startswith("http://127.0.0.1:"), "the server did not start"
        yield one
