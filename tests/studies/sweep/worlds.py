"""A small crisis over ten days and sweeps of it, written as users' files are."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from sim.studies.sweep.load import load_sweep
from sim.studies.sweep.sweep import Sweep
from tests import worlds

APPEAL = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": {"uniform": [0.2, 0.8]}, "start": 1}
GRID = """
    base: crisis.yaml
    axes:
      pressures.appeal.intensity: [0, 0.5, 1]
      actors.shield.posture: {from: 0.2, to: 0.8, steps: 2}
"""


def write_base(folder: Path, name: str = "crisis.yaml", **changes: Any) -> Path:
    """Write the crisis: a block of it takes some hundredths of a second."""
    value = worlds.crisis(question__horizon=10, question__milestones=[5], pressures__appeal=dict(APPEAL), **changes)
    return worlds.write(folder, value, name)


def write_sweep(folder: Path, body: str = GRID, name: str = "sweep.yaml") -> Path:
    """Write a sweep of the crisis, and the crisis where it is missing."""
    if not (folder / "crisis.yaml").exists():
        write_base(folder)
    head = "schema: offramp/sweep/1\nid: sweep\ntitle: Does it begin, across the cells?\n"
    path = folder / name
    path.write_text(head + textwrap.dedent(body), encoding="utf-8")
    return path


def sweep(folder: Path, body: str = GRID, **options: Any) -> Sweep:
    """Load a sweep of the crisis."""
    return load_sweep(write_sweep(folder, body), **options)
