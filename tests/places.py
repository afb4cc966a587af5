"""Where the project's own files are."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
IDLIB = SCENARIOS / "idlib-2018"
GHOUTA = SCENARIOS / "east-ghouta-2018"
SWEEPS = IDLIB / "sweeps"
SHIPPED = sorted(path for path in SCENARIOS.glob("*/*.yaml") if path.name not in ("evidence.yaml", "sources.yaml"))
"""The scenarios of the project: no evidence, no sweeps."""
