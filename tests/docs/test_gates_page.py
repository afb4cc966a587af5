"""The page about gates: its examples are of the language, its figures those of the code."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import sim
from sim.cli.check import CODES
from sim.rng import STRATA
from sim.scenario.gates import TOLERANCE
from sim.studies.gates.check import ALPHA, MAX_RUNS
from sim.studies.gates.sequences import RHO, ConfidenceSequence
from sim.studies.sweep.load import load_sweep
from tests.docs.markdown import blocks, section, tables
from tests.places import IDLIB, ROOT

PAGE = (ROOT / "docs" / "gates.md").read_text(encoding="utf-8")
SCENARIO, SWEEP = blocks(PAGE, "yaml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the Idlib scenarios, and a stored forecast where the example looks for one."""
    copy = Path(shutil.copytree(IDLIB, tmp_path / "scenarios" / "idlib-2018"))
    stored = tmp_path / "reports" / "idlib-2018" / "baseline" / "forecast.json"
    stored.parent.mkdir(parents=True)
    stored.write_text("{}", encoding="utf-8")
    return copy


def test_the_example_of_gates_loads_in_a_scenario(folder: Path) -> None:
    head = "schema: offramp/scenario/1\nid: example\nextends: ./german-offer.yaml\n"
    (folder / "example.yaml").write_text(head + SCENARIO, encoding="utf-8")
    gates = sim.load(folder / "example.yaml").document.gates
    assert list(gates) == ["stays-unlikely", "offer-matters", "falls-with-offer", "steady"]


def test_the_example_of_gates_loads_in_a_sweep(folder: Path) -> None:
    file = folder / "sweeps" / "offer-and-deterrence.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("steps: 21", "steps: 3") + SWEEP, encoding="utf-8")
    assert list(load_sweep(file).document.gates) == ["possible", "falls-with-offer"]


def test_exit_codes_and_defaults_are_those_of_the_code() -> None:
    (table,) = (table for table in tables(section(PAGE, "Verdicts")) if "verdict" in table[0])
    told = {row["verdict"]: row["exit code of `check`"].split(",")[0] for row in table}
    names = {"passed": "pass", "failed": "fail", "undecided": "undecided", "crashed": "error"}
    assert told == {word: str(int(CODES[verdict])) for word, verdict in names.items()}
    words = " ".join(PAGE.split())
    assert f"The tolerance is {TOLERANCE:g} unless" in words
    assert f"{100 * ALPHA:g}% by default" in words
    assert f"undecided after {MAX_RUNS:,} runs" in words
    assert f"sum of squares of {RHO:g}" in words


def test_the_widths_told_are_those_of_the_sequence() -> None:
    """To a tenth: they were measured on other draws."""
    table = next(table for table in tables(section(PAGE, "Statistics")) if "hypercubes" in table[0])
    rng = np.random.default_rng(11)
    values = (rng.binomial(2, rng.beta(2, 5, 65_536)) / 2).reshape(-1, STRATA).mean(axis=1)
    for row in table:
        cubes = int(row["hypercubes"].replace(",", ""))
        if cubes <= len(values):
            one = ConfidenceSequence(0.05).after(values[:cubes])
            assert float(row["confidence sequence"]) == pytest.approx((one.high - one.low) / 2, rel=0.1)


@pytest.mark.parametrize("name", ["gates.md", "ci.md"])
def test_lines_are_not_too_long(name: str) -> None:
    lines = (ROOT / "docs" / name).read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > 120 and not line.startswith("|")] == []
