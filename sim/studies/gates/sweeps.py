"""The gates of a sweep as trials: of every cell, and for a trend of every line of cells along its axis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from sim.errors import Fault, ScenarioError
from sim.scenario.edit import bare
from sim.scenario.yamltree import read_tree
from sim.studies.gates.contrasts import Source
from sim.studies.gates.trials import Library, Subject, Trial, along, trials
from sim.studies.sweep.gates import lines_along
from sim.studies.sweep.schema import FORMAT

if TYPE_CHECKING:
    from sim.scenario.gates import Gate
    from sim.scenario.scenario import Scenario
    from sim.studies.sweep.sweep import Cell, Sweep

BUILT = 128
"""Scenarios that are kept built: more than a batch of trials needs side by side."""


@dataclass(frozen=True)
class Dealt:
    """A trial of a sweep, its place among all of them, and the cell whose shard judges it."""

    index: int
    cell: Cell
    trial: Trial


class _Cells:
    """Makes the subjects of a sweep's cells."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._places = read_tree(sweep.file, str(sweep.file), FORMAT).places
        self._build = lru_cache(maxsize=BUILT)(self._scenario)
        self._library = Library()

    def _scenario(self, index: int) -> Scenario:
        return bare(self._sweep.scenario(self._sweep.cells[index]))

    def source(self, cell: Cell) -> Source:
        """Return the scenario of a cell, to be built when it is needed."""
        base = self._sweep.bases[cell.base].scenario
        return Source(cell.hash, base.horizon, base.as_of, partial(self._build, cell.index))

    def subject(self, cell: Cell, label: str) -> Subject:
        """Return a cell as what gates are put to."""
        document, file = self._sweep.document, str(self._sweep.file)
        return Subject(self.source(cell), document.id, label, self._places, file, self._library)


def sweep_trials(sweep: Sweep) -> list[Dealt]:
    """Return the trials of a sweep: gate by gate, and of each gate in the order of the cells.

    Raises
    ------
    ScenarioError, UsageError
        Where a file that a gate names is at fault.
    """
    cells = _Cells(sweep)
    faults: list[Fault] = []
    made: list[tuple[Cell, Trial]] = []
    for name, gate in sweep.document.gates.items():
        try:
            made += _gate_trials(sweep, cells, name, gate)
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return [Dealt(index, cell, trial) for index, (cell, trial) in enumerate(made)]


def _gate_trials(sweep: Sweep, cells: _Cells, name: str, gate: Gate) -> list[tuple[Cell, Trial]]:
    """Return the trials of one gate, each with the cell whose shard judges it."""
    if gate.along is None:
        return [(cell, trials(cells.subject(cell, cell.label), {name: gate})[0]) for cell in sweep.cells]
    made = []
    for label, line in lines_along(sweep.cells, gate.along, sweep.names):
        first = line[0][1]
        points = [(f"{value:.4g}", cells.source(cell)) for value, cell in line]
        made.append((first, along(cells.subject(first, label), name, gate, points)))
    return made
