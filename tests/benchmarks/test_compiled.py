"""The C++ that the block is measured against plays the same model: its probabilities are the block's."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from tests.benchmarks.casts import cast
from tests.benchmarks.compiled import COMPILER, compiled
from tests.benchmarks.test_speed import assert_same_probabilities
from tests.places import IDLIB

pytestmark = [pytest.mark.slow, pytest.mark.skipif(COMPILER is None, reason="no compiler of C++ here")]


def test_idlib_by_hand_has_the_probabilities_of_the_block(tmp_path: Path) -> None:
    scenario = sim.load(IDLIB / "baseline.yaml")
    assert_same_probabilities(scenario, compiled(scenario, tmp_path))


def test_a_cast_by_hand_has_the_probabilities_of_the_block(tmp_path: Path) -> None:
    scenario = cast(3, tmp_path)
    assert_same_probabilities(scenario, compiled(scenario, tmp_path))
