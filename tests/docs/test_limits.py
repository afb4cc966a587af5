"""The page of limits: each limit says what follows from it, and its numbers are those of the code."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sim.distributions import Normal
from sim.model.theatre import CALM, FULL_IMMINENCE, held_back
from sim.model.utility import expected_backing, quantal_response
from sim.scenario.schema import Parameters
from tests.docs.markdown import headings, section
from tests.places import ROOT

LIMITS = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
ONES = re.findall(r"^### (.+)$", LIMITS, flags=re.MULTILINE)


def median(name: str) -> float:
    return float(Parameters.model_fields[name].default.median)


@pytest.mark.parametrize("limit", ONES)
def test_each_limit_says_what_follows_from_it(limit: str) -> None:
    paragraphs = section(LIMITS, limit).strip().split("\n\n")
    assert len(paragraphs) >= 2
    assert paragraphs[-1].startswith("**So:** ") or paragraphs[-2].startswith("**So:** ")


def test_there_are_limits_of_every_sort() -> None:
    assert len(ONES) >= 15
    assert len(headings(LIMITS)) == 1 + 4 + len(ONES)


def test_the_number_of_parameters_is_right() -> None:
    assert f"The {len(Parameters.model_fields)} structural parameters" in LIMITS


def test_the_danger_under_an_agreement_is_computed_right() -> None:
    assert median("restraint") == 0.4
    assert held_back(0.6, median("restraint")) == pytest.approx(0.64)
    assert "1 - 0.6 * (1 - 0.4) = 0.64" in LIMITS
    assert CALM == 0.25


def test_the_threshold_of_a_full_offensive_is_right() -> None:
    assert f"is {FULL_IMMINENCE} or more" in LIMITS


def test_what_is_expected_of_an_indifferent_patron_is_right() -> None:
    nobody = np.zeros(1, dtype=np.float32)
    assert expected_backing(nobody)[0] == 0.5
    assert quantal_response(nobody - median("inertia"), median("precision"))[0] == pytest.approx(0.2, abs=0.005)


def test_the_mean_of_a_clipped_stance_is_right() -> None:
    quantiles = (np.arange(100_000) + 0.5) / 100_000
    assert np.clip(Normal(-0.9, 0.3).ppf(quantiles), -1, 1).mean() == pytest.approx(-0.82, abs=0.005)
