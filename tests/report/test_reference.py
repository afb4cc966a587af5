"""The reference reports are those of the scenarios and the model as they are; `make reports` renews them."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import sim
from reports import renew
from sim.environment import model_version
from sim.forecast.forecast import Forecast
from sim.report.chance import Chance
from sim.report.files import to_json
from tests.places import ROOT
from tests.report.said import markdown_of

FILES = renew.scenario_files()
BASELINE = Path("scenarios/idlib-2018/baseline.yaml")
VARIANT = Path("scenarios/idlib-2018/german-offer.yaml")
STALE = "the reference reports are not those of today's scenarios and model; renew them with: make reports"
Z = 4.8  # a false alarm in fewer than 1 of 100,000 comparisons


def folder(file: Path) -> Path:
    return ROOT / "reports" / file.parent.name / file.stem


@cache
def stored(file: Path) -> dict[str, Any]:
    return dict(json.loads((folder(file) / "forecast.json").read_text(encoding="utf-8")))


@cache
def again(file: Path) -> Forecast:
    return renew.forecast_of(file)


def half_width(one: dict[str, float]) -> float:
    return (one["mc_high"] - one["mc_low"]) / 2


@pytest.mark.parametrize("file", FILES, ids=str)
def test_every_scenario_has_its_reference(file: Path) -> None:
    assert stored(file)["scenario"]["hash"] == sim.load(ROOT / file).hash, STALE
    assert (stored(file)["runs"], stored(file)["seed"]) == (renew.RUNS, renew.SEED)
    assert stored(file)["environment"]["model"] == model_version(), STALE


def test_every_reference_has_its_scenario() -> None:
    assert {path.parent for path in (ROOT / "reports").glob("*/*/forecast.json")} == {folder(file) for file in FILES}


@pytest.mark.parametrize("file", renew.kept_records(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_the_markdown_of_a_kept_record_is_that_of_its_page(file: Path) -> None:
    record = json.loads(file.read_text(encoding="utf-8"))
    assert file.with_suffix(".md").read_text(encoding="utf-8") == markdown_of(record), STALE


def test_calibrations_backtest_and_histories_are_among_the_kept_records() -> None:
    assert {file.name for file in renew.kept_records()} == {"backtest.json", "calibration.json", "history.json"}


def test_the_history_of_a_crisis_is_that_of_its_scenario() -> None:
    histories = sorted((ROOT / "reports").glob("*/history/history.json"))
    assert {path.parts[-3] for path in histories} == {"niger-2023", "ukraine-2022"}
    for path in histories:
        record = json.loads(path.read_text(encoding="utf-8"))
        scenario = sim.load(ROOT / "scenarios" / path.parts[-3] / "baseline.yaml")
        assert record["scenario"]["hash"] == scenario.hash, "recompute it: offramp history"
        assert record["points"][-1]["date"] == scenario.as_of.isoformat()


@pytest.mark.parametrize("file", FILES, ids=str)
def test_a_reference_is_small_and_its_markdown_that_of_its_record(file: Path) -> None:
    names = {path.name: path for path in folder(file).iterdir()}
    figures = {name for name in names if name.endswith(".svg")}
    assert set(names) - figures == {"report.md", "forecast.json"}
    assert figures == ({"incidence.svg", "states.svg", "hazard.svg", "dots.svg"} if file.stem == "baseline" else set())
    assert sum(path.stat().st_size for name, path in names.items() if name not in figures) < 340_000
    assert sum(names[name].stat().st_size for name in figures) < 40_000
    assert names["report.md"].read_text(encoding="utf-8") == markdown_of(stored(file)), STALE
    assert names["forecast.json"].read_text(encoding="utf-8") == to_json(stored(file)), STALE


@pytest.mark.slow
@pytest.mark.parametrize("file", [BASELINE, VARIANT], ids=str)
def test_the_model_still_gives_the_numbers_of_its_reference(file: Path) -> None:
    """To the byte where machine and versions are the same, within chance elsewhere."""
    now, then = renew.record_of(file, again(file)), stored(file)
    if now["environment"] == then["environment"]:
        assert json.loads(json.dumps(now)) == then, STALE
        return
    for outcome, by_days in then["outcomes"].items():
        for days, one in by_days.items():
            other = now["outcomes"][outcome][days]
            error = math.hypot(half_width(one), half_width(other)) / 1.96
            assert abs(one["p"] - other["p"]) <= Z * error, f"{outcome} within {days} days: {STALE}"


def test_a_change_of_the_model_is_seen() -> None:
    """The comparison within chance can fail: another scenario is no match for the baseline."""
    one, other = (stored(file)["outcomes"]["offensive"]["90"] for file in (BASELINE, VARIANT))
    assert abs(one["p"] - other["p"]) > Z * math.hypot(half_width(one), half_width(other)) / 1.96


# -- docs/scenarios.md ------------------------------------------------------------------------------------------------


def sections() -> dict[str, str]:
    """Return the section of each scenario."""
    _, *parts = re.split(r"^### ", renew.GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {part.splitlines()[0]: part for part in parts}


def test_the_guide_opens_as_it_is_renewed() -> None:
    assert renew.GUIDE.read_text(encoding="utf-8").startswith(renew.INTRODUCTION)


def test_the_guide_lists_every_scenario_once() -> None:
    assert sorted(sections()) == sorted(f"{file.parent.name}/{file.stem}" for file in FILES)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_the_guide_quotes_the_numbers_of_the_references(file: Path) -> None:
    section, record = sections()[f"{file.parent.name}/{file.stem}"], stored(file)
    told = record["provenance"]["notes"].get("supposes", record["scenario"]["title"])
    assert " ".join(told.split()) in section.replace("\\", ""), STALE
    cells = section.split("|---:")[-1].split("\n")[1].strip("| ").split(" | ")
    chances = [Chance.of(record["outcomes"]["offensive"][str(days)]) for days in record["milestones"]]
    chances.append(Chance.of(record["outcomes"]["agreement"][str(record["horizon"])]))
    assert cells[:-1] == [f"{one.text} ({one.interval})" for one in chances], STALE
    assert (cells[-1] == "baseline") == (file.stem == "baseline")


@pytest.mark.slow
def test_the_guide_quotes_the_paired_change_of_a_variant() -> None:
    change = renew.change_of(again(BASELINE), again(VARIANT)).line
    if stored(VARIANT)["environment"] == renew.record_of(VARIANT, again(VARIANT))["environment"]:
        assert change in sections()["idlib-2018/german-offer"], STALE
    assert re.search(r"\| [+−]?\d+\.\d+ points \(\S+ to \S+\) \|", sections()["idlib-2018/german-offer"])


def test_links_of_the_guide_and_the_picture_of_the_readme_are_there() -> None:
    for page in (renew.GUIDE, ROOT / "README.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
    picture = ROOT / "reports" / "idlib-2018" / "report.png"
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert picture.stat().st_size < 210_000
