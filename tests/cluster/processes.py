"""A scheduler and workers of dask.distributed as processes of their own on loopback, ended by their process id."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.places import ROOT

STARTED = 60.0  # seconds that a process may take to say that it is there


class Cluster:
    """A scheduler and its workers; all are gone after `close`."""

    def __init__(self, folder: Path, security: tuple[str, ...] = (), **settings: str) -> None:
        self._folder, self._security = folder, security
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DASK_DISTRIBUTED__DASHBOARD__LINK": "",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            **settings,
        }
        scheme = "tls" if security else "tcp"
        words = ["scheduler", "--host", f"{scheme}://127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
        self.scheduler, log = self._start(*words)
        line = _line(log, "Scheduler at:", self.scheduler)
        self.address = line.split("Scheduler at:")[1].strip()
        self.workers: list[subprocess.Popen[bytes]] = []

    def gather(self, workers: int) -> None:
        """Start workers until there are so many, and wait until the scheduler knows them.

        They have no nanny, so that the process id is the worker's.
        """
        words = [self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        words += ["--host", "127.0.0.1", "--memory-limit", "0", "--local-directory", str(self._folder)]
        self.workers = [one for one in self.workers if one.poll() is None]
        new = [self._start("worker", *words) for _ in range(workers - len(self.workers))]
        self.workers += [process for process, _ in new]
        for process, log in new:
            _line(log, "Registered to:", process)

    def _start(self, kind: str, *words: str) -> tuple[subprocess.Popen[bytes], Path]:
        log = self._folder / f"{kind}-{uuid.uuid4().hex}.log"
        command = [sys.executable, "-m", "distributed.cli.dask_" + kind, *words, *self._security]
        with log.open("wb") as file:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, cwd=self._folder,
                env=self._environment, start_new_session=True,
            )  # fmt: skip
        return process, log

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a process at once, as a power cut would."""
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def close(self) -> None:
        """End all that is left."""
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                self.kill(process)


def _line(log: Path, mark: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + STARTED
    while time.monotonic() < deadline and process.poll() is None:
        for line in log.read_text(errors="replace").splitlines():
            if mark in line:
                return line
        time.sleep(0.05)
    raise RuntimeError(f"the process did not start: {log.read_text(errors='replace')[-2000:]}")


@contextmanager
def cluster(folder: Path, workers: int = 2, security: tuple[str, ...] = (), **settings: str) -> Iterator[Cluster]:
    """Run a scheduler and some workers for as long as they are needed."""
    made = Cluster(folder, security, **settings)
    try:
        made.gather(workers)
        yield made
    finally:
        made.close()
