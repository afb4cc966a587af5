"""The files that gates name: scenarios in the scenario folder, forecasts in the folder above it or below that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim.errors import Fault, ScenarioError
from sim.scenario.merge import named_file, scenario_root

if TYPE_CHECKING:
    from sim.scenario.yamltree import Path, Place


def gate_file_faults(value: Mapping[str, Any], places: Mapping[Path, Place], file: FilePath) -> list[Fault]:
    """Check that the files are there and lie where they may.

    Parameters
    ----------
    value, places
        The plain value of a scenario or sweep file and the places of its keys.
    """
    faults: list[Fault] = []
    gates = value.get("gates")
    root = scenario_root(file)
    project = root.parent if root.name == "scenarios" else root
    for name, gate in gates.items() if isinstance(gates, dict) else ():
        for key, below in (("compared_with", root), ("against", project)):
            written = gate.get(key) if isinstance(gate, dict) else None
            if isinstance(written, str):
                try:
                    named_file(below, places[("gates", name, key)], f"gates.{name}.{key}", written)
                except ScenarioError as error:
                    faults += error.faults
    return faults
