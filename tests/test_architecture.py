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
    "interrupts": set(),
    "estimates": {"tallies"},
    "scoring": {"rng"},
    "executors": {"environment", "errors", "interrupts"},
    "reporting": {"errors", "estimates"},
    "ledger": {"errors", "scoring"},
    "posterior": {"errors"},
    "scenario": {"errors", "distributions", "posterior"},
    "model": {"rng", "distributions", "posterior", "scenario"},
    "baselines": {"distributions", "errors", "scenario"},
    "ensemble": {"errors", "model", "posterior", "scenario", "tallies"},
    "forecast": {
        "baselines", "distributions", "ensemble", "environment", "errors", "estimates", "executors", "model",
        "posterior", "reporting", "rng", "scenario", "tallies", "wholefiles",
    },
    "store": {"ensemble", "environment", "errors", "tallies", "wholefiles"},
    "sweeps": {
        "distributions", "ensemble", "environment", "errors", "estimates", "executors", "forecast", "model", "rng",
        "scenario", "store", "tallies",
    },
    "studies": {
        "baselines", "distributions", "ensemble", "environment", "errors", "estimates", "executors", "forecast",
        "model", "posterior", "rng", "scenario", "scoring", "store", "sweeps", "tallies",
    },
    "explorer": {
        "ensemble", "errors", "estimates", "executors", "forecast", "model", "reporting", "scenario", "studies",
        "sweeps", "tallies",
    },
    "cli": {
        "posterior",
        "ensemble", "environment", "errors", "executors", "explorer", "forecast", "interrupts", "ledger", "reporting",
        "scenario", "store", "studies", "sweeps",
    },
    "__init__": {"ensemble", "executors", "forecast", "scenario"},
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
    "multiprocessing": {"executors", "interrupts"},
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
