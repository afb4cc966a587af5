"""The gates of a sweep: checked once its cells are known, and turned into trials.

A gate applies to every cell; one about a trend applies to every line of cells along its axis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim.errors import Fault, each
from sim.scenario.edit import bare
from sim.scenario.faults import Places
from sim.scenario.gates import window_complaint
from sim.scenario.merge import gate_file_faults
from sim.scenario.yamltree import read_tree
from sim.studies.gates.contrasts import Source
from sim.studies.gates.trials import Library, Subject, Trial, along, trials
from sim.studies.sweep.schema import FORMAT, canonical, is_number
from sim.studies.sweep.sweep import Cell, label_of
from sim.wording import suggestion

if TYPE_CHECKING:
    from sim.scenario.gates import Gate
    from sim.scenario.scenario import Scenario
    from sim.scenario.yamltree import Path, Tree
    from sim.studies.sweep.schema import SweepDocument
    from sim.studies.sweep.sweep import Base, Sweep

BUILT = 128
"""Built scenarios kept: more than a batch of trials needs side by side."""
Line = tuple[str, tuple[tuple[float, Cell], ...]]
"""The label of what cells share, and the cells by the one value in which they differ, rising."""


def lines_along(cells: Sequence[Cell], path: str, names: Mapping[str, Any]) -> list[Line]:
    """Return the lines, of two cells or more, that differ only in a plain number at a path."""
    groups: dict[tuple[int, str], list[tuple[float, Cell]]] = {}
    for cell in cells:
        if is_number(value := cell.changes.get(path)):
            group = (cell.base, canonical(_others(cell, path)))
            groups.setdefault(group, []).append((float(value), cell))
    lines = []
    for points in groups.values():
        first, *others = sorted(points, key=lambda point: point[0])
        if others:
            shared = _others(first[1], path)
            lines.append((label_of(shared, first[1].index, names) if shared else "", (first, *others)))
    return lines


def _others(cell: Cell, path: str) -> dict[str, Any]:
    return {key: value for key, value in cell.changes.items() if key != path}


def gate_faults(
    document: SweepDocument, tree: Tree, bases: Sequence[Base], cells: Sequence[Cell], file: FilePath
) -> list[Fault]:
    """Return the faults in the gates of a sweep whose cells are correct."""
    complaints = _complaints(document, [base.scenario for base in bases], cells)
    return [*Places(tree.places, str(file)).faults(complaints), *gate_file_faults(tree.value, tree.places, file)]


def _complaints(
    document: SweepDocument, bases: Sequence[Scenario], cells: Sequence[Cell]
) -> Iterator[tuple[Path, str]]:
    for name, gate in document.gates.items():
        windows = ((gate.day(one.as_of, one.horizon), one.as_of, one.horizon) for one in bases)
        found = [("by", message) for window in windows if (message := window_complaint(*window))][:1]
        if gate.along is not None:
            found += _trend_complaints(gate, gate.along, cells)
        yield from ((("gates", name, key), message) for key, message in found)


def _trend_complaints(gate: Gate, path: str, cells: Sequence[Cell]) -> Iterator[tuple[str, str]]:
    for key, value in (("from", gate.start), ("to", gate.to), ("steps", gate.steps)):
        if value is not None:
            yield key, "a trend in a sweep runs along the values of its cells; remove this"
    if not lines_along(cells, path, {}):
        known = sorted({path for cell in cells for path in cell.changes})
        yield "along", f"no two cells differ in nothing but a number at {path}{suggestion(path, known)}"


@dataclass(frozen=True)
class Dealt:
    """A trial of a sweep, its place among all of them, and the cell whose shard judges it."""

    index: int
    cell: Cell
    trial: Trial


def sweep_trials(sweep: Sweep) -> list[Dealt]:
    """Return the trials of a sweep: gate by gate, and for each gate in the order of the cells.

    Raises ScenarioError or UsageError if a file that a gate names is faulty.
    """
    document, file, library = sweep.document, str(sweep.file), Library()
    places = read_tree(sweep.file, file, FORMAT).places
    build = lru_cache(maxsize=BUILT)(lambda index: bare(sweep.scenario(sweep.cells[index])))

    def source(cell: Cell) -> Source:
        base = sweep.bases[cell.base].scenario
        return Source(cell.hash, base.horizon, base.as_of, partial(build, cell.index))

    def subject(cell: Cell, label: str) -> Subject:
        return Subject(source(cell), document.id, label, places, file, library)

    def of_gate(name: str) -> list[tuple[Cell, Trial]]:
        gate = document.gates[name]
        if gate.along is None:
            return [(cell, trials(subject(cell, cell.label), {name: gate})[0]) for cell in sweep.cells]
        made = []
        for label, line in lines_along(sweep.cells, gate.along, sweep.names):
            first = line[0][1]
            points = [(f"{value:.4g}", source(cell)) for value, cell in line]
            made.append((first, along(subject(first, label), name, gate, points)))
        return made

    made = chain.from_iterable(each(of_gate, document.gates))
    return [Dealt(index, cell, trial) for index, (cell, trial) in enumerate(made)]
