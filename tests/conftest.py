"""What the command line of the tests says, no deadlines, the one browser of a process and its one cluster.

A second browser would meet the event loop of the first.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from tests import sizes
from tests.cluster.processes import Cluster, cluster

hypothesis.settings.register_profile("no deadline", deadline=None)  # how long a test takes is up to the machine
hypothesis.settings.load_profile("no deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="play the statistical tests at the size they state")


def pytest_configure(config: pytest.Config) -> None:
    sizes.full = config.getoption("--full")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, or a skip that says what is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on the path")
    quiet = ("background-networking", "component-update", "sync")
    flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.fixture(scope="session")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler that no test may end."""
    with cluster(tmp_path_factory.mktemp("cluster"), 0) as made:
        yield made


@pytest.fixture
def machines(scheduler: Cluster) -> Cluster:
    """The scheduler with two workers, which a test may end."""
    scheduler.gather(2)
    return scheduler
