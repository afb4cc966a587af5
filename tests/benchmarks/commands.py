"""What each command costs from its start to its end, and how much of that are the runs themselves.

    python -m tests.benchmarks.commands                                  # prints the table of docs/scale.md
    python -m tests.benchmarks.commands --only report-20000 sweep --rounds 9
    python -m tests.benchmarks.commands --against ../other               # two checkouts, one call of each in turn

Every call is a process of its own, in a new folder, so that no store helps. Processor seconds are those of the command
and of all its workers, medians over the rounds. The runs are timed in one more call, with one worker, around the two
functions that play a block.
"""

from __future__ import annotations

import argparse
import compileall
import ctypes
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.places import ROOT

IDLIB = "scenarios/idlib-2018"
BASE, OFFER = f"{IDLIB}/baseline.yaml", f"{IDLIB}/german-offer.yaml"
TIP = ("--input", "pressures.german-offer.intensity", "--by", "90", "--to", "0.07")
COMMANDS: dict[str, tuple[str, ...]] = {
    "validate": ("validate", BASE),
    "report-4096": ("run", BASE, "--runs", "4096", "--out", "out"),
    "report-20000": ("run", BASE, "--runs", "20000", "--out", "out"),
    "report-again": ("run", BASE, "--runs", "20000", "--out", "out", "--store", "kept"),
    "diff": ("diff", BASE, OFFER),
    "counterfactuals": ("counterfactuals", BASE, "--out", "out"),
    "tip": ("tip", OFFER, *TIP, "--out", "out"),
    "check": ("check", BASE, OFFER),
    "sweep": ("sweep", "run", "sweep.yaml", "--out", "out"),
    "backtest": ("backtest", "scenarios/cases", "--posterior", "calibrated-2018-08", "--out", "out"),
}
"""Calls by name; a path is looked for in the folder of the call, where a copy of the scenarios lies."""
PR_SET_CHILD_SUBREAPER = 36  # of Linux
AGAIN = ("report-again",)
"""Calls that are made once before, so that what they look for in the store is there."""
SWEEP = f"""\
schema: offramp/sweep/1
id: twenty-five
title: A sweep of 25 cells with gates
base: ./{OFFER}
axes:
  pressures.german-offer.intensity: {{from: 0, to: 1, steps: 5}}
  actors.turkey.posture: {{from: 0, to: 1, steps: 5}}
gates:
  stays-unlikely: {{outcome: offensive, by: 90 days, below: 0.6, basis: a bound that some cells come near}}
  falls-with-offer:
    {{along: pressures.german-offer.intensity, trend: not-rising, outcome: offensive, by: 90 days, basis: a trend}}
"""
PLAYED = """
import sys, time
import sim.model.crisis  # brings in Mesa, which is no run
from sim.cli import main
spent = 0.0
def timed(function):
    def call(*given, **options):
        global spent
        start = time.process_time()
        try:
            return function(*given, **options)
        finally:
            spent += time.process_time() - start
    return call
try:
    from sim.runs import groups as module
except ImportError:  # a checkout before blocks were played together
    from sim.runs import play as module
for name in {"run_block", "record_block", "run_blocks"} & set(vars(module)):
    setattr(module, name, timed(getattr(module, name)))
try:
    main()
finally:
    with open("played", "w") as file:
        file.write(str(spent))
"""


@dataclass(frozen=True)
class Cost:
    """Processor and wall seconds of one call."""

    processor: float
    wall: float


class Checkout:
    """Calls the commands of one checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        compileall.compile_dir(self.root / "sim", quiet=1)  # as installed

    def cost(self, name: str) -> Cost:
        """Call a command in a new folder; return what it cost."""
        with self._folder(name) as folder:
            start = time.perf_counter()
            before = sum(os.times()[2:4])
            process = self._start([sys.executable, "-m", "sim", *COMMANDS[name]], folder)
            process.wait()
            wall = time.perf_counter() - start
            _check(process, name, folder)
            _wait_for_orphans()
            return Cost(sum(os.times()[2:4]) - before, wall)

    def played(self, name: str) -> float:
        """Return the processor seconds that the runs of a command take."""
        words = COMMANDS[name]
        alone = () if words[0] == "validate" else ("--workers", "1")
        with self._folder(name) as folder:
            process = self._start([sys.executable, "-c", PLAYED, *words, *alone], folder)
            process.wait()
            _check(process, name, folder)
            return float((folder / "played").read_text())

    def _folder(self, name: str) -> _Folder:
        return _Folder(self, name if name in AGAIN else None)

    def _start(self, words: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(self.root)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with (folder / "log").open("wb") as log:
            return subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log)

    def prepare(self, folder: Path, name: str | None) -> None:
        """Fill the folder of a call, and the store of one that is to find its blocks there."""
        shutil.copytree(self.root / "scenarios", folder / "scenarios")
        (folder / "sweep.yaml").write_text(SWEEP, encoding="utf-8")
        if name is not None:
            self._start([sys.executable, "-m", "sim", *COMMANDS[name]], folder).wait()


class _Folder:
    """The folder of one call, gone after it."""

    def __init__(self, checkout: Checkout, name: str | None) -> None:
        self._made = tempfile.TemporaryDirectory()
        checkout.prepare(Path(self._made.name), name)

    def __enter__(self) -> Path:
        return Path(self._made.name)

    def __exit__(self, *error: object) -> None:
        self._made.cleanup()


def _adopt_orphans() -> None:
    """Become the parent of processes that outlive the command which started them, so that their time counts too."""
    if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise SystemExit("this kernel does not let a process adopt orphans")


def _wait_for_orphans() -> None:
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _check(process: subprocess.Popen[bytes], name: str, folder: Path) -> None:
    if process.returncode not in (0, 1):  # 1: a gate failed
        raise SystemExit(f"{name} ended with {process.returncode}: {(folder / 'log').read_text()}")


def rows(names: Sequence[str], checkouts: Sequence[Checkout], rounds: int) -> Iterator[str]:
    """Yield the table, a row a command; of two checkouts their ratio too."""
    many = len(checkouts) > 1
    heads = ["command", *["processor", "wall", "runs", "processor / runs"] * len(checkouts), *["ratio"] * many]
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for name in names:
        calls = [[one.cost(name) for one in checkouts] for _ in range(rounds)]
        cells, medians = [name], []
        for checkout, costs in zip(checkouts, zip(*calls, strict=True), strict=True):
            medians.append(statistics.median(cost.processor for cost in costs))
            wall, played = statistics.median(cost.wall for cost in costs), checkout.played(name)
            cells += [f"{medians[-1]:.2f} s", f"{wall:.2f} s", f"{played:.2f} s"]
            cells.append(f"{medians[-1] / played:.1f}" if played > 0 else "")
        yield f"| {' | '.join([*cells, *[f'{medians[0] / medians[-1]:.2f}'] * many])} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", type=Path, help="another checkout, called in turn with this one")
    parser.add_argument("--only", nargs="+", choices=COMMANDS, default=list(COMMANDS), help="these commands alone")
    parser.add_argument("--rounds", type=int, default=5, help="calls of each command (default: 5)")
    given = parser.parse_args()
    checkouts = [Checkout(ROOT)] + ([] if given.against is None else [Checkout(given.against)])
    _adopt_orphans()
    for one in checkouts:
        print(one.root)
    for row in rows(given.only, checkouts, given.rounds):
        print(row, flush=True)


if __name__ == "__main__":
    main()
