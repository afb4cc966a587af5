"""An explorer of its own for the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.explorer import world
from tests.web.served import Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving("explore", world.write(tmp_path_factory.mktemp("served"))) as one:
        assert one.address.startswith("http://127.0.0.1:"), "the server did not start"
        yield one
