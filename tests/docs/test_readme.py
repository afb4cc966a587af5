"""The front page: short, its variant loads, its figures are those of the pages that it links to."""

from __future__ import annotations

import re
from pathlib import Path

import sim
from tests.docs.markdown import blocks, section
from tests.places import IDLIB, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
WORDS = " ".join(README.split())


def page(name: str) -> str:
    return " ".join((ROOT / "docs" / name).read_text(encoding="utf-8").split())


def test_the_front_page_is_short_and_opens_with_the_vision() -> None:
    assert len(README.split()) < 800
    vision = README.split("\n\n")[1].splitlines()
    assert len(vision) == 3
    contributing = " ".join((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split())
    assert all(line.removeprefix("offramp ").removeprefix("It ") in contributing for line in vision)


def test_the_what_if_of_the_front_page_loads(tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for file in IDLIB.glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    (variant,) = blocks(README, "yaml")
    (folder / "my-offer.yaml").write_text(variant, encoding="utf-8")
    assert "my-offer" in sim.load(folder / "my-offer.yaml").document.pressures


def test_the_effect_told_is_that_of_the_guide_to_scenarios() -> None:
    told = re.search(r"from (\d+%) to (\d+%): by ([\d.]+) points, with a 95% Monte Carlo interval from (\S+) to", WORDS)
    assert told is not None
    before, after, change, least = told.groups()
    text = page("scenarios.md")
    assert re.search(rf"\| german-offer \| \d+% \| {after} \| \d+% \| −{change} points \(−\S+ to −{least}\)", text)
    assert re.search(rf"\| baseline \| \d+% \| {before} \|", text)


def test_the_skill_told_is_that_of_the_track_record() -> None:
    told = section(README, "How far to trust it")
    words, record = " ".join(told.split()), page("backtest.md")
    base, low, high = re.findall(r"base rate is (\d+%) \((\d+%) to (\d+%)\)", words)[0]
    assert f"skill against the base rate is {base}, with an interval from {low} to {high}" in record
    (regression,) = re.findall(r"logistic regression (\d+% \(\S+ to \d+%\))", words)
    assert f"Against the logistic regression it is {regression}" in record
    said, came = re.findall(r"\((\d+%) forecast, (\d+%) observed\)", words)[0]
    assert f"Force came in {came} within 90 days" in record
    assert f"says {said} on average" in record
    crises, threats = re.findall(r"on (\d+) past crises.*On (\d+) threats", words)[0]
    assert f"{crises} crises, {threats} threats" in page("calibration.md")
