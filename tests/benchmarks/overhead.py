"""What a dask scheduler costs beside local processes: a sweep of 200 cells, both ways on the same two cores.

    python -m tests.benchmarks.overhead        # prints the table of docs/scale.md; takes about ten minutes

Each pair runs the same command once with local processes and once with a scheduler and two workers on loopback, which
run already, as they would; stores are new, so that all is played. Tasks are what the workers saw begin.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from tests.benchmarks.load import processor_seconds
from tests.cluster.processes import cluster
from tests.places import IDLIB, ROOT

PAIRS = 3
AXES = {
    "pressures.german-offer.intensity": {"from": 0, "to": 1, "steps": 20},
    "actors.turkey.posture": {"from": 0.1, "to": 0.9, "steps": 10},
}


def sweep_file(folder: Path) -> Path:
    """Write a sweep of 20 by 10 cells beside a copy of its scenario."""
    path = shutil.copytree(IDLIB, folder / "scenarios") / "overhead.yaml"
    document = {
        "schema": "offramp/sweep/1",
        "id": "overhead",
        "title": "Two hundred cells",
        "base": "./german-offer.yaml",
        "axes": AXES,
    }
    path.write_text(yaml.safe_dump(document))
    return path


def seconds(sweep: Path, store: Path, *options: str) -> tuple[float, dict[str, object]]:
    """Return how long the command took, from its start to its end, and the record it printed."""
    command = [sys.executable, "-m", "sim", "sweep", "run", str(sweep), "--store", str(store), "--quiet"]
    start = time.perf_counter()
    done = subprocess.run([*command, "--format", "json", *options], cwd=ROOT, capture_output=True, check=True)
    return time.perf_counter() - start, json.loads(done.stdout)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, cluster(Path(name), 2) as machines:
        folder = Path(name)
        sweep = sweep_file(folder)
        pairs = []
        print("| local | dask | dask / local | scheduler |", flush=True)
        print("|---|---|---|---|")
        for number in range(PAIRS):
            local, here = seconds(sweep, folder / f"local-{number}", "--workers", "2")
            used = processor_seconds(machines.scheduler.pid)
            far, there = seconds(
                sweep, folder / f"far-{number}", "--executor", "dask", "--address", machines.address, "--workers", "2"
            )
            used = processor_seconds(machines.scheduler.pid) - used
            assert here["cells"] == there["cells"]
            pairs.append(far / local)
            print(f"| {local:.1f} s | {far:.1f} s | {far / local:.3f} | {used:.1f} s |", flush=True)
        print(f"median of {PAIRS} pairs: {statistics.median(pairs) - 1:+.1%}")


if __name__ == "__main__":
    main()
