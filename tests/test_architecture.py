"""The layers of the package as data: a module imports from its own layer's list and from nowhere else.

`sim/reporting` stands below `forecast`: it turns plain records into files and knows no simulation, so a forecast may
write its own report, and a report can be made from a stored record alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import ROOT

LAYERS: dict[str, set[str]] = {
    "errors": set(),
    "environment": set(),
    "distributions": set(),
    "rng": set(),
    "tallies": set(),
    "wholefiles": set(),
    "estimates": {"tallies"},
    "scoring": {"rng"},
    "sequences": set(),
    "executors": {"environment", "errors"},
    "checkpoint": {"tallies", "wholefiles"},
    "reporting": {"errors", "estimates"},
    "ledger": {"errors", "scoring"},
    "posterior": {"errors"},
    "scenario": {"errors", "distributions", "posterior"},
    "model": {"rng", "distributions", "scenario"},
    "baselines": {"distributions", "errors", "scenario"},
    "paths": {"model"},
    "conditions": {"errors", "scenario"},
    "given": {"conditions", "errors", "scenario"},
    "given_tally": {"tallies"},
    "indicator_tally": {"conditions", "tallies"},
    "posture_watch": {"conditions", "model"},
    "input_tally": {"model", "scenario", "tallies"},
    "ensemble": {
        "conditions", "given_tally", "indicator_tally", "input_tally", "model", "paths", "posture_watch", "scenario",
        "tallies",
    },
    "replay": {"ensemble", "errors", "model", "paths", "scenario"},
    "course": {"ensemble", "paths", "scenario"},
    "medoids": set(),
    "storylines": {"course", "ensemble", "estimates", "medoids", "paths", "scenario", "tallies"},
    "plan": {"conditions", "errors", "ensemble", "scenario", "storylines"},
    "first_order": {"rng", "tallies"},
    "input_indices": {"first_order", "tallies"},
    "drivers": {
        "ensemble", "errors", "estimates", "first_order", "input_indices", "input_tally", "scenario", "tallies",
    },
    "indicators": {"conditions", "estimates", "scenario", "tallies"},
    "provenance": {"distributions", "model", "scenario"},
    "record": {
        "baselines", "conditions", "drivers", "ensemble", "environment", "estimates", "given_tally", "indicators",
        "model", "plan", "posterior", "provenance", "scenario", "tallies",
    },
    "forecast": {
        "baselines", "errors", "ensemble", "estimates", "paths", "plan", "record", "reporting", "scenario",
        "storylines", "tallies",
    },
    "runner": {
        "checkpoint", "ensemble", "environment", "errors", "executors", "forecast", "given", "paths", "plan",
        "record", "scenario", "tallies",
    },
    "store": {"ensemble", "environment", "errors", "tallies", "wholefiles"},
    "sweeps": {
        "distributions", "ensemble", "environment", "errors", "estimates", "executors", "forecast", "model", "plan",
        "record", "rng", "scenario", "store", "tallies",
    },
    "studies": {
        "baselines", "checkpoint", "conditions", "course", "distributions", "drivers", "ensemble", "environment",
        "errors", "estimates", "executors", "first_order", "forecast", "model", "plan", "posterior", "record", "replay",
        "rng", "runner", "scenario", "scoring", "sequences", "store", "sweeps", "tallies",
    },
    "explorer": {
        "conditions", "course", "ensemble", "errors", "estimates", "executors", "model", "plan", "record", "replay",
        "reporting", "scenario", "studies", "sweeps", "tallies",
    },
    "cli": {
        "environment", "errors", "ensemble", "executors", "explorer", "forecast", "given", "ledger", "plan",
        "reporting", "runner", "scenario", "store", "studies", "sweeps",
    },
    "__init__": {"executors", "forecast", "given", "plan", "runner", "scenario"},
    "__main__": {"cli"},
}  # fmt: skip
"""Which parts of `sim` a part may import, besides itself."""

HOMES: dict[str, set[str]] = {
    "mesa": {"model"},
    "plotly": {"reporting"},
    "aiohttp": {"explorer"},
    "jinja2": {"reporting"},
    "ruamel": {"scenario"},
    "pydantic": {"scenario", "sweeps"},
    "pyarrow": {"reporting"},
    "typer": {"cli"},
    "rich": {"cli"},
    "multiprocessing": {"executors"},
    "dask": {"executors"},
    "distributed": {"executors"},
    "fsspec": {"store"},
}
"""Packages that only some parts may import."""

MODULES = sorted((ROOT / "sim").rglob("*.py"))


def part_of(path: Path) -> str:
    return path.relative_to(ROOT / "sim").parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    """Yield the dotted names a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the layer"
            yield from ([f"sim.{alias.name}" for alias in node.names] if node.module == "sim" else [node.module or ""])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_go_down_only(path: Path) -> None:
    part = part_of(path)
    assert part in LAYERS, f"give the new part {part!r} a place in LAYERS"
    for name in imports_of(path):
        package, *rest = name.split(".")
        if package == "sim" and rest and rest[0] != part:
            assert rest[0] in LAYERS[part], f"{part} may not import {name}"
        elif package in HOMES:
            assert part in HOMES[package], f"{package} may not be imported in {part}"


def test_the_layers_have_no_circle() -> None:
    order: list[str] = []
    while len(order) < len(LAYERS):
        free = [part for part, below in LAYERS.items() if part not in order and below <= set(order)]
        assert free, f"a circle among {sorted(set(LAYERS) - set(order))}"
        order += free


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_generators_are_made_in_rng_and_printing_done_in_cli(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("np.random.default_rng", "np.random.Generator", "np.random.SeedSequence", "random.Random"):
                assert part_of(path) == "rng", f"{called} outside sim/rng.py"
            if called == "print":
                assert part_of(path) == "cli", "print outside sim/cli"


def test_public_names_are_few_and_exist() -> None:
    import sim

    assert sim.__all__ == ["load", "run"]
    assert all(callable(getattr(sim, name)) for name in sim.__all__)
