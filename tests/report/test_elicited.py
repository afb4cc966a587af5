"""What goes together and what was probably not meant, as the report says it."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from tests import worlds
from tests.report.said import markdown_of

PAIR = ["actors.backer.stance", "actors.attacker.stance"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder: Path = tmp_path_factory.mktemp("crisis")
    press = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0.5, "start": -5}
    together = [{"inputs": PAIR, "rank": 0.6, "basis": "Allies."}]
    forecast = sim.run(worlds.load(folder, pressures={"plea": press}, together=together), runs=2048, seed=1)
    return markdown_of(forecast.record())


def test_drivers_name_what_goes_together_in_one_row(report: str) -> None:
    assert "| Stance of Backer and stance of Attacker (together) |" in report
    assert "Correlated inputs share one row: their shares do not add up" in report
    drivers = report[report.index("## Drivers") : report.index("## Provenance")]
    assert "| Stance of Backer |" not in drivers


def test_the_inputs_say_how_far_they_go_together(report: str) -> None:
    assert "rank correlation 0.6 | author's assumption | Allies. |" in report


def test_a_warning_is_a_note_of_the_report(report: str) -> None:
    assert "Warning: constant pressure" in report
    assert "so it has no effect" in report
