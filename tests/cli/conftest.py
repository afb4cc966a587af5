"""What the tests of the command line share."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from tests.scenario.files import FULL, Folder, edit


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as JSON."""
        return json.loads(self.out)


Offramp = Callable[..., Answer]


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No width of a terminal, whatever started the tests."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def offramp() -> Offramp:
    """The command line in this process: `offramp("validate", file)`."""

    def call(*arguments: object) -> Answer:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        return Answer(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty scenario folder."""
    return Folder(tmp_path)


@pytest.fixture
def crisis(folder: Folder) -> Path:
    """A valid scenario over ten days, quick to run and without warnings."""
    return folder.write(edit(FULL, ("60 days", "10 days\n  milestones: [5]")) + "allow: [unheard-actor]\n")
