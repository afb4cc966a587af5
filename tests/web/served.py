"""A server of its own for the tests, on loopback, ended by its process id."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
def serving(command: str, file: Path, port: int = 0) -> Iterator[Served]:
    """Serve a file or folder by a command of offramp until the end of the block."""
    words = [sys.executable, "-m", "sim", command, str(file), "--port", str(port), "--no-browser"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as process:
        try:
            yield Served(file, process.stdout.readline().strip(), process)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()
