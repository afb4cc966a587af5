"""Gates of a sweep: checked when its cells are known, and the lines of cells that a trend runs along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim.scenario.faults import Places
from sim.scenario.gates import window_complaint
from sim.scenario.merge import gate_file_faults
from sim.scenario.suggest import suggestion
from sim.studies.sweep.sweep import Cell, label_of
from sim.studies.sweep.words import canonical

if TYPE_CHECKING:
    from sim.errors import Fault
    from sim.scenario.scenario import Scenario
    from sim.scenario.yamltree import Path, Tree
    from sim.studies.sweep.schema import SweepDocument
    from sim.studies.sweep.sweep import Base

Line = tuple[str, tuple[tuple[float, Cell], ...]]
"""The label of what cells share, and the cells by the one value that they do not, rising."""


def lines_along(cells: Sequence[Cell], path: str, names: Mapping[str, Any]) -> list[Line]:
    """Return the lines of cells that differ in nothing but a plain number at a path; two cells at least in each."""
    groups: dict[tuple[int, str], list[tuple[float, Cell]]] = {}
    for cell in cells:
        value = cell.changes.get(path)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        group = (cell.base, canonical(_others(cell, path)))
        groups.setdefault(group, []).append((float(value), cell))
    lines = [sorted(points, key=lambda point: point[0]) for points in groups.values() if len(points) > 1]
    return [(_label(line[0][1], path, names), tuple(line)) for line in lines]


def _others(cell: Cell, path: str) -> dict[str, Any]:
    """Return what a cell changes besides a path."""
    return {key: value for key, value in cell.changes.items() if key != path}


def _label(cell: Cell, path: str, names: Mapping[str, Any]) -> str:
    """Name a line by what its cells share; empty where that is the base."""
    others = _others(cell, path)
    return label_of(others, cell.index, names) if others else ""


def gate_faults(
    document: SweepDocument, tree: Tree, bases: Sequence[Base], cells: Sequence[Cell], file: FilePath
) -> list[Fault]:
    """Return what is wrong with the gates of a sweep whose cells are right."""
    complaints = _complaints(document, [base.scenario for base in bases], cells)
    return [*Places(tree.places, str(file)).faults(complaints), *gate_file_faults(tree.value, tree.places, file)]


def _complaints(
    document: SweepDocument, bases: Sequence[Scenario], cells: Sequence[Cell]
) -> Iterator[tuple[Path, str]]:
    for name, gate in document.gates.items():
        windows = ((gate.day(one.as_of, one.horizon), one.as_of, one.horizon) for one in bases)
        if message := next(filter(None, (window_complaint(*window) for window in windows)), None):
            yield ("gates", name, "by"), message
        if gate.along is None:
            continue
        for key, value in (("from", gate.start), ("to", gate.to), ("steps", gate.steps)):
            if value is not None:
                yield ("gates", name, key), "a trend in a sweep runs along the values of its cells; remove this"
        if not lines_along(cells, gate.along, {}):
            known = sorted({path for cell in cells for path in cell.changes})
            message = f"no two cells differ in nothing but a number at {gate.along}{suggestion(gate.along, known)}"
            yield ("gates", name, "along"), message
