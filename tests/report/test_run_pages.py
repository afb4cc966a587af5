"""The pages of a replay and of a discovery in a browser: nothing loads, nothing overflows, hostile names stay text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.forecast.plan import Plan
from sim.forecast.replay import explain
from sim.report import write_report
from sim.studies.discovery import ask, discover
from tests import worlds
from tests.report.conftest import PAYLOAD
from tests.report.test_page import PHONE, WIDE, opened, overflow

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both pages of a scenario with hostile names."""
    folder = tmp_path_factory.mktemp("pages")
    lively = {"launch_rate": 0.3, "agreement_rate": 0.3}
    scenario = worlds.load(
        folder,
        title=f"Does it begin? {PAYLOAD}",
        parameters=lively,
        actors__backer__name=f"Backer {PAYLOAD}",
        actors__backer__stance={"uniform": [-1, 1]},
    )
    return {
        "explanation": write_report(explain(scenario, 9), folder / "run")[0],
        "discovery": write_report(discover(ask(scenario), Plan(runs=4096)), folder / "boxes")[0],
    }


@pytest.mark.slow
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("name", ["explanation", "discovery"])
def test_it_opens_offline_and_names_stay_text(
    pages: dict[str, Path], browser: Any, name: str, viewport: dict[str, int]
) -> None:
    with opened(browser, pages[name], viewport=viewport, offline=True) as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert [url for url in seen.requests if not url.startswith("data:")] == [pages[name].as_uri()]
        assert seen.messages == []
        assert seen.page.evaluate("window.hit") is None
        assert seen.page.locator("img, main script, svg a, iframe").count() == 0
        assert overflow(seen.page) == 0
        assert seen.page.locator(".plot svg.main-svg:first-child").count() >= 1
        assert seen.page.locator("main table").count() >= 1
