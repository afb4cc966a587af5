"""A sweep, ready to run: its cells, each a full scenario defined by its changes, and the plan they all share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim import environment
from sim.forecast.record import names_of
from sim.model.inputs import Input, inputs_of, is_key
from sim.report.reading import input_words
from sim.report.values import quantity
from sim.scenario.edit import vary, written
from sim.scenario.kinds import expecting_scenario
from sim.scenario.load import scenario_of
from sim.scenario.merge import Merged, read_merged
from sim.studies.sweep.schema import canonical, is_number, shown
from sim.wording import counted

if TYPE_CHECKING:
    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario
    from sim.scenario.yamltree import Place
    from sim.studies.sweep.schema import SweepDocument


MOST_IN_LABEL = 4


def label_of(changes: Mapping[str, Any], index: int, names: Mapping[str, Any]) -> str:
    """Return a label from a cell's changes, such as `intensity of the German offer 0.4`; if too long, its number.

    The names of inputs are those of `Sweep.names`.
    """
    if not changes:
        return "base"
    if len(changes) > MOST_IN_LABEL:
        return f"cell {index + 1}"
    told = [(input_words(names, path)[1], value) for path, value in changes.items()]
    return ", ".join(f"{name} {_in_words(value)}" for name, value in told)


def _in_words(value: Any) -> str:
    """Write a value of a cell; a number keeps all digits, by which cells of a sampled design differ."""
    if value is None:
        return "removed"
    if isinstance(value, Mapping):
        return quantity(value)
    return shown(value).replace("-", "−") if is_number(value) else shown(value)


@dataclass(frozen=True)
class Base:
    """A scenario file and everything its variants share: the merged value, the evidence, the scenario itself."""

    file: FilePath
    merged: Merged
    scenario: Scenario

    @classmethod
    def load(cls, file: FilePath) -> Base:
        """Read a base; ScenarioError if the scenario is faulty."""
        with expecting_scenario(file):
            merged = read_merged(file)
            return cls(file, merged, scenario_of(merged, file))

    @classmethod
    def of(cls, scenario: Scenario) -> Base:
        """Make a base from a scenario in memory; messages name it by its id."""
        return cls(FilePath(scenario.id), written(scenario), scenario)

    @cached_property
    def inputs(self) -> Mapping[str, Input]:
        """The numbers of the base that a file can set, by dotted path."""
        return {one.path: one for one in inputs_of(self.scenario) if is_key(one.path)}

    def vary(self, changes: Mapping[str, Any], places: Mapping[str, Place]) -> Scenario:
        """Return the base with values laid over it (`sim.scenario.edit.vary`); as it is if there are none."""
        return vary(self.scenario, self.merged, self.file, changes, places) if changes else self.scenario


def value_at(plain: Mapping[str, Any], path: str) -> Any:
    """Return the plain value of a resolved scenario at a dotted path; None if there is none."""
    value: Any = plain
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


DEFAULT_RUNS = 4096
ID_DIGITS = 12


def naming(document: SweepDocument, bases: Sequence[Base]) -> dict[str, Any]:
    """Return the names of a sweep's paths, actors, pressures, talks and events for its record."""
    return {"names": dict(document.names), **names_of(bases[0].scenario)}


@dataclass(frozen=True)
class Cell:
    """One cell of a sweep.

    Attributes
    ----------
    index
        Its position in the sweep.
    id
        Digest of its changes: the same in every sweep of the same base that has such a cell.
    changes
        Dotted path to the value laid over the base.
    base
        Index of the base that it varies.
    hash
        Hash of its resolved scenario.
    """

    index: int
    id: str
    label: str
    changes: Mapping[str, Any]
    base: int = 0
    hash: str = ""
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)


def cell_id(name: str, changes: Mapping[str, Any]) -> str:
    """Return the id of a cell: the same for the same values, in any order and however written, of one scenario's id."""
    text = json.dumps([name, sorted((path, canonical(value)) for path, value in changes.items())])
    return hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]


@dataclass(frozen=True, repr=False)
class Sweep:
    """A sweep: the dotted paths changed by some cell, in file order, and the days that every cell reports, rising.

    If it `has_reference`, all other cells are compared with the first one, run by run.
    """

    file: FilePath
    document: SweepDocument
    bases: tuple[Base, ...]
    paths: tuple[str, ...]
    cells: tuple[Cell, ...]
    plan: Plan
    milestones: tuple[int, ...]
    has_reference: bool

    def __repr__(self) -> str:
        """Return its size in one line."""
        return f"Sweep({self.document.id!r}, {self.kind}, {counted(len(self.cells), 'cell')})"

    @property
    def names(self) -> dict[str, Any]:
        """Names of paths, actors, pressures, talks and events, as in its record."""
        return naming(self.document, self.bases)

    @property
    def kind(self) -> str:
        """The design in a word: that of the file, or `table`, or `scenarios`."""
        if self.document.scenarios is not None:
            return "scenarios"
        return "table" if self.document.table is not None else str(self.document.design.kind)

    def scenario(self, cell: Cell) -> Scenario:
        """Build the scenario of a cell, which was found valid when the sweep was loaded."""
        return self.bases[cell.base].vary(cell.changes, cell.places)

    def inputs(self, cell: Cell, scenario: Scenario) -> dict[str, Any]:
        """Return the value of every axis in a cell's scenario, whether the cell changes it or not.

        A value that the scenario omits because it is the default, such as `held: false`, is taken from the cell.
        """
        plain = scenario.plain()
        values = {path: value_at(plain, path) for path in self.paths}
        return {path: cell.changes.get(path) if value is None else value for path, value in values.items()}

    @property
    def identity(self) -> str:
        """Digest of everything that decides the results except the processor: cells, plan, model, packages."""
        parts = {
            "cells": [(cell.id, cell.label, cell.hash) for cell in self.cells],
            "document": self.document.model_dump(mode="json", by_alias=True, exclude={"design", "axes", "names"}),
            "plan": [self.plan.runs, self.plan.seed, self.plan.replicates, self.plan.precision],
            "model": environment.model_version(),
            "packages": {name: text for name, text in environment.package_versions().items() if name != "python"},
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
