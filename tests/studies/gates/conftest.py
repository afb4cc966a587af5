"""What the tests of gates share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.studies.gates.trials import Trial, trials_of
from tests.scenario.files import FULL, Folder, edit

QUICK = (
    edit(FULL, ("60 days", "10 days\n  milestones: [5]"))
    + "pressures: {push: {from: envoy, on: backer, aim: restrain, intensity: {uniform: [0, 1]}}}\n"
    + "ties: {envoy: {backer: 0.3}}\n"
)
"""Ten days, quick to run; gates begin on line 18."""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A scenario folder with a second scenario, `other.yaml`."""
    folder = Folder(tmp_path)
    folder.write(edit(QUICK, ("id: crisis", "id: other")), "other.yaml")
    return folder


@pytest.fixture
def trials(folder: Folder) -> Callable[..., list[Trial]]:
    """Make trials of gates as a file writes them."""

    def make(*gates: str, text: str = QUICK) -> list[Trial]:
        lines = "".join(f"  {gate}\n" for gate in gates)
        return trials_of(folder.write(f"{text}gates:\n{lines}"))

    return make
