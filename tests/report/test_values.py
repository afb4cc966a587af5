"""Numbers that are no probabilities: what is said or read of a stance lies on the scale of stances."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.forecast.replay import explain
from sim.report.values import formatted, goldstein, on_scale, plain, signed
from tests import worlds
from tests.places import ROOT, syntax
from tests.report.said import section, tables

STANCES = ("stance", "said", "perceived", "reading", "bearing", "positions")


@pytest.mark.parametrize(
    ("value", "written"),
    [(-1.07, "−1.00"), (1.3, "+1.00"), (-0.4, "−0.40"), (0.0, "0.00"), (None, "–")],
)
def test_a_stance_beyond_an_end_of_the_scale_is_that_end(value: float | None, written: str) -> None:
    assert on_scale(value) == written


def test_what_an_actor_says_and_is_taken_for_stays_on_the_scale(tmp_path: Path) -> None:
    record = explain(worlds.load(tmp_path), 9)
    for actor in record["daily"]["actors"].values():
        actor["said"] = [-1.07 for _ in actor["said"]]
        actor["perceived"] = [1.02 for _ in actor["perceived"]]
    moments = section(record, "moments")
    assert moments is not None
    for row in (row for table in tables(moments).values() for row in table.rows):
        assert row[2:4] == ("−1.00", "+1.00")


def test_no_page_writes_a_stance_but_on_the_scale() -> None:
    for path in (ROOT / "sim").rglob("*.py"):
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "signed":
                told = ast.unparse(node.args[0])
                assert not any(word in told for word in STANCES), f"{path}:{node.lineno}: signed({told}); use on_scale"


@pytest.mark.parametrize("write", [signed, on_scale, plain, goldstein])
def test_nothing_has_no_sign(write: Callable[[float], str]) -> None:
    for value in (0.0, -0.0, 1e-9, -1e-9):
        assert float(write(value)) == 0
        assert write(value)[0] == "0"
    assert {write(-1.0)[0], formatted(-1.0, ".1f")[0]} == {"−"}
