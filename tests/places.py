"""Where the project's own files are."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCENARIOS = ROOT / "scenarios"
IDLIB = SCENARIOS / "idlib-2018"
GHOUTA = SCENARIOS / "east-ghouta-2018"
CASES = SCENARIOS / "cases"
SWEEPS = IDLIB / "sweeps"


def shipped() -> list[Path]:
    """Return the scenarios that are reported on: no evidence, sources, sweeps or past cases."""
    files = (path for path in SCENARIOS.glob("*/*.yaml") if path.parent != CASES)
    return sorted(path for path in files if path.name not in ("evidence.yaml", "sources.yaml"))


def cases() -> list[Path]:
    """Return the past cases, without the archetypes they extend."""
    return sorted(CASES.glob("*.yaml"))


SHIPPED = shipped()


@cache
def syntax(path: Path) -> ast.Module:
    """Return the syntax tree of a file of Python, parsed once however many tests read it."""
    return ast.parse(path.read_text(encoding="utf-8"))
