"""What offramp has learnt from past cases is of the cases as they are; `make calibrations` renews it."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pytest

import sim
from sim.evaluation.calibration.parameters import COLUMNS, prior_of
from sim.evaluation.calibration.result import DRAWS, informative
from sim.evaluation.cases import load_cases
from sim.scenario.posterior import Posterior, names, posterior
from tests.places import CASES, IDLIB, ROOT

STALE = "what was learnt from past cases is not of the cases as they are; renew it with: make calibrations"
KNOWN = {
    "calibrated-2018-08": datetime.date(2018, 8, 19),
    "calibrated-2022-02": datetime.date(2022, 2, 1),
    "calibrated-all": datetime.date(9999, 12, 31),
}
SHIPPED = tuple(KNOWN)


@pytest.fixture(scope="module", params=SHIPPED)
def shipped(request: pytest.FixtureRequest) -> Posterior:
    return posterior(request.param)


def test_the_posteriors_that_come_with_offramp_are_these() -> None:
    assert names() == SHIPPED


def test_a_posterior_has_every_parameter_and_enough_draws(shipped: Posterior) -> None:
    assert shipped.parameters == COLUMNS
    assert shipped.draws.shape == (DRAWS, len(COLUMNS))
    assert len(np.unique(shipped.draws, axis=0)) > 0.9 * DRAWS


def test_no_parameter_is_far_from_its_prior(shipped: Posterior) -> None:
    """Cases that pull one beyond 2.5 standard deviations of its prior would call for another look at the prior."""
    for name in COLUMNS:
        low, high = prior_of(name).ppf(np.array([0.006, 0.994]))
        assert low < np.median(shipped.column(name)) < high, name


@pytest.mark.slow
def test_a_posterior_saw_all_that_was_known_and_not_the_target(shipped: Posterior) -> None:
    cases = load_cases(CASES)
    known = KNOWN[shipped.name]
    seen = informative({case.name: case.seen(known) for case in cases if not case.filed.target})
    assert sorted(shipped.about["cases"]) == sorted(seen), STALE
    target = next(case.name for case in cases if case.filed.target)
    assert target not in shipped.about["cases"]
    assert datetime.date.fromisoformat(shipped.about["date"]) <= known


def test_a_posterior_names_no_threat_but_says_how_many_it_saw(shipped: Posterior) -> None:
    """The rows of that table may not be passed on."""
    threats = shipped.about["threats"]
    assert (threats["cases"], threats["pairs"]) == (403, 127)
    assert not any(name.startswith("m") and name[1:2].isdigit() for name in shipped.about["cases"])
    record = (ROOT / "reports" / "calibration" / shipped.name / "calibration.json").read_text("utf-8")
    assert '"threat-' not in record


@pytest.mark.slow
def test_the_idlib_scenarios_take_the_posterior_of_their_day() -> None:
    for path in sorted(IDLIB.glob("*.yaml")):
        if path.name not in ("evidence.yaml", "sources.yaml"):
            scenario = sim.load(path)
            assert scenario.posterior is not None
            assert scenario.posterior.name == "calibrated-2018-08"


def test_the_record_of_a_calibration_is_that_of_its_posterior(shipped: Posterior) -> None:
    record = json.loads((ROOT / "reports" / "calibration" / shipped.name / "calibration.json").read_text("utf-8"))
    assert sorted(case["id"] for case in record["cases"]) == sorted(shipped.about["cases"]), STALE
    for one in record["parameters"]:
        median = float(np.median(shipped.column(one["name"])))
        assert one["posterior"][1] == pytest.approx(median, rel=2e-3, abs=2e-3), one["name"]


@pytest.mark.slow
def test_the_track_record_is_that_of_the_backtest() -> None:
    track = json.loads((ROOT / "sim" / "baselines" / "track_record.json").read_text(encoding="utf-8"))
    record = json.loads((ROOT / "reports" / "backtest" / "backtest.json").read_text(encoding="utf-8"))
    cases = load_cases(CASES)
    assert [case["id"] for case in record["cases"]] == [case.name for case in cases], STALE
    assert track["cases"] == record["tables"]["case"]["all"]["cases"] == len(cases) - 1
    for one in record["tables"]["case"]["all"]["scores"]:
        if one["rule"] == "brier":
            assert track["windows"][str(one["window"])]["brier"][one["forecaster"]] == one["mean"], STALE
    for case, made in zip(cases, record["cases"], strict=True):
        assert (made["offensive"], made["agreement"]) == (case.offensive, case.agreement), STALE
