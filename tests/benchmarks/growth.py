"""How time and memory grow with the size of a question: runs, days, actors, cells, cases, workers.

    python -m tests.benchmarks.growth               # prints the tables of docs/scale.md
    python -m tests.benchmarks.growth runs workers  # some of them

Every measurement is one call in a new folder: seconds of the clock, and the most memory that its first process held.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.casts import cast
from tests.places import SCENARIOS

BASE, OFFER = "scenarios/idlib-2018/baseline.yaml", "scenarios/idlib-2018/german-offer.yaml"
LONG = """schema: offramp/scenario/1
id: long
extends: ./{base}
question: {{horizon: {days} days, milestones: [30, {days}]}}
"""
SWEEP = """schema: offramp/sweep/1
id: cells
title: Cells
base: ./{base}
axes:
  pressures.german-offer.intensity: {{from: 0, to: 1, steps: {steps}}}
  actors.turkey.posture: {{from: 0, to: 1, steps: {steps}}}
runs: 512
"""


def measured(*words: str, folder: Path) -> str:
    """Run `offramp` and return seconds and megabytes, as cells of a row."""
    code = (
        "import resource, sys; from sim.cli import main\n"
        "try: main()\n"
        "finally: print('peak', resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, *words, "--quiet"], cwd=folder, env={**os.environ, "COLUMNS": "80"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds = time.monotonic() - start
    peak = next(int(line.split()[1]) for line in done.stderr.splitlines() if line.startswith("peak "))
    return f"{seconds:8.1f} {peak / 1024:8.0f}"


def runs(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield runs of the Idlib baseline."""
    for number in (10_000, 100_000, 1_000_000, 10_000_000):
        yield f"{number:,} runs", measured("run", BASE, "--runs", str(number), folder=folder)


def days(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield windows of 20,000 runs of the Idlib baseline."""
    for number in (90, 180, 365, 730):
        file = folder / f"long-{number}.yaml"
        file.write_text(LONG.format(base=BASE, days=number), encoding="utf-8")
        yield f"{number} days", measured("run", str(file), "--runs", "20000", folder=folder)


def actors(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield casts of 20,000 runs each."""
    for number in (3, 12, 30):
        cast(number, folder)
        file = folder / f"cast-of-{number}.yaml"
        yield f"{number} actors", measured("run", str(file), "--runs", "20000", folder=folder)


def cells(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield sweeps of 512 runs a cell."""
    for steps in (7, 14, 45):
        file = folder / f"cells-{steps}.yaml"
        file.write_text(SWEEP.format(base=OFFER, steps=steps), encoding="utf-8")
        yield f"{steps * steps:,} cells", measured("sweep", "run", str(file), "--out", f"out-{steps}", folder=folder)


def cases(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield backtests of past cases, and of copies of them, 4,096 runs each."""
    known = sorted((folder / "scenarios" / "cases").glob("s*.yaml"))
    for number in (43, 250, 500):
        copies = folder / f"cases-{number}"
        shutil.copytree(folder / "scenarios" / "cases" / "archetypes", copies / "archetypes")
        for place in range(number):
            file = known[place % len(known)]
            text = file.read_text(encoding="utf-8").replace(f"id: {file.stem}", f"id: {file.stem}-{place}", 1)
            (copies / f"{file.stem}-{place}.yaml").write_text(text, encoding="utf-8")
        words = ("backtest", str(copies), "--posterior", "calibrated-all", "--out", f"out-{number}")
        yield f"{number} cases", measured(*words, folder=folder)


def workers(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield 500,000 runs of the Idlib baseline by one worker and by two."""
    for number in (1, 2):
        words = ("run", BASE, "--runs", "500000", "--workers", str(number))
        yield f"{number} of 2 workers", measured(*words, folder=folder)


TABLES = {one.__name__: one for one in (runs, days, actors, cells, cases, workers)}


def main() -> None:
    """Print the tables named, or all."""
    print(f"{'':20} seconds       MB", flush=True)
    for name in sys.argv[1:] or TABLES:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(SCENARIOS, Path(folder) / "scenarios")
            for label, row in TABLES[name](Path(folder)):
                print(f"{label:20}{row}", flush=True)


if __name__ == "__main__":
    main()
