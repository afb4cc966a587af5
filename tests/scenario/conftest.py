"""What the tests of the scenario language share."""

from pathlib import Path

import pytest

from tests.scenario.files import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """An empty scenario folder."""
    return Folder(tmp_path)
