"""Where the project's own files are."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
IDLIB = SCENARIOS / "idlib-2018"
GHOUTA = SCENARIOS / "east-ghouta-2018"
CASES = SCENARIOS / "cases"


def shipped() -> list[Path]:
    """Return the scenarios that are reported on: every file but evidence, sources and past cases."""
    files = (path for path in SCENARIOS.rglob("*.yaml") if not path.is_relative_to(CASES))
    return sorted(path for path in files if path.name not in ("evidence.yaml", "sources.yaml"))


def cases() -> list[Path]:
    """Return the past cases, without the archetypes they extend."""
    return sorted(CASES.glob("*.yaml"))
