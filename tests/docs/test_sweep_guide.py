"""The guide to sweeps says what the language is: its examples load, its tables name every key and design."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.scenario.schema import attributes_of
from sim.studies.sweep.load import load_sweep
from sim.studies.sweep.schema import LISTED, MAX_CELLS, SAMPLED, SweepDocument
from sim.studies.sweep.sweep import DEFAULT_RUNS
from tests.docs.markdown import blocks
from tests.places import ROOT, SCENARIOS

GUIDE = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", range(3))
def test_the_examples_load(tmp_path: Path, number: int) -> None:
    text = blocks(GUIDE, "yaml")[number]
    copy = tmp_path / "scenarios" / "copy"
    copy.mkdir(parents=True)
    for file in (SCENARIOS / "idlib-2018").glob("*.yaml"):
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / "sweeps").mkdir()
    path = copy / "sweeps" / "example.yaml"
    path.write_text(text, encoding="utf-8")
    assert len(load_sweep(path).cells) == (15, 256, 3)[number]


def test_the_table_example_loads(tmp_path: Path) -> None:
    lines = [line.strip() for line in GUIDE.split("A column `label`")[1].splitlines() if line.startswith("    ")][:3]
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for file in (SCENARIOS / "idlib-2018").glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "cells.csv").write_text("\n".join(lines), encoding="utf-8")
    sweep = folder / "sweep.yaml"
    sweep.write_text("schema: offramp/sweep/1\nid: x\ntitle: X\nbase: baseline.yaml\ntable: ./cells.csv\n")
    assert [cell.label for cell in load_sweep(sweep).cells] == ["appeal ignored", "both firm"]


def test_every_key_and_design_is_named() -> None:
    named = set(re.findall(r"`\{?(\w[\w-]*)", GUIDE))
    assert set(attributes_of(SweepDocument)) <= named
    assert {*LISTED, *SAMPLED} <= named


def test_its_numbers_are_those_of_the_code() -> None:
    assert f"{DEFAULT_RUNS:,} if absent" in GUIDE
    assert f"{MAX_CELLS:,} cells at most" in GUIDE
