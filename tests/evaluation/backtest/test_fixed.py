"""A fixed posterior on new cases: what it has seen is not scored, and no calibration of a case leaks in."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.baselines.cases import known_by, read_cases
from sim.errors import UsageError
from sim.evaluation.backtest.fixed import score_fixed
from sim.evaluation.backtest.forecasts import BASE_RATE, MODEL
from sim.evaluation.cases import HistoricalCase, load_cases
from sim.scenario.edit import with_document
from sim.scenario.posterior import posterior
from sim.studies.bench import Site
from tests.evaluation.backtest.made_up import write_cases

DRAWS = posterior("calibrated-2018-08")


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[HistoricalCase, ...]:
    return load_cases(write_cases(tmp_path_factory.mktemp("made-up"), count=5))  # four, and the target


def test_a_handful_of_cases_is_counted_and_has_no_skill(cases: tuple[HistoricalCase, ...]) -> None:
    record = score_fixed(cases, DRAWS, seed=1, site=Site())
    for rows in record["against"].values():
        assert all((row["cases"], row["skill"], row["difference"]) == (4, None, None) for row in rows)
    own = [(one["forecasts"][MODEL][1] - (one["offensive"] is not None)) ** 2 for one in record["cases"]]
    assert record["brier"][MODEL][1] == pytest.approx(np.mean(own), abs=1e-3)
    rates = {tuple(one["forecasts"][BASE_RATE]) for one in record["cases"]}
    assert len(rates) == 1


def test_cases_that_the_posterior_has_seen_are_listed_and_not_scored(cases: tuple[HistoricalCase, ...]) -> None:
    seen = replace(DRAWS, about={**DRAWS.about, "cases": [cases[0].name, cases[2].name]})
    record = score_fixed(cases, seen, seed=1, site=Site())
    assert record["not_scored"] == [cases[0].name, cases[2].name]
    assert [one["id"] for one in record["cases"]] == [cases[1].name, cases[3].name]
    everything = replace(DRAWS, about={**DRAWS.about, "cases": [case.name for case in cases]})
    with pytest.raises(UsageError, match="nothing is left to score it on"):
        score_fixed(cases, everything, seed=1, site=Site())


@pytest.mark.parametrize("names", [None, 5, "case-00", [{"id": "case-00"}]])
def test_a_posterior_that_names_no_cases_is_not_scored(cases: tuple[HistoricalCase, ...], names: object) -> None:
    with pytest.raises(UsageError, match="does not say which cases it was fitted to"):
        score_fixed(cases, replace(DRAWS, about={**DRAWS.about, "cases": names}), seed=1, site=Site())


def test_the_baselines_have_not_seen_a_case_that_is_scored(cases: tuple[HistoricalCase, ...]) -> None:
    """A posterior of other cases is scored on one that ships with offramp: its row is left out of the rate."""
    (shipped,) = (one for one in read_cases() if one.id == "x01-tripoli-2019-03")
    renamed = replace(cases[0], scenario=with_document(
        cases[0].scenario, cases[0].scenario.document.model_copy(update={"id": shipped.id})
    ))  # fmt: skip
    other = replace(DRAWS, about={**DRAWS.about, "cases": [], "date": "2024-11-27"})
    rates = []
    for case in (cases[0], renamed):
        (row,) = score_fixed([case], other, seed=1, site=Site())["cases"]
        rates.append(row["forecasts"][BASE_RATE][0])
    count = len(known_by([one for one in read_cases() if not one.target], datetime.date(2024, 11, 27), 30))
    assert shipped.label(30)
    assert rates[0] * count - rates[1] * (count - 1) == pytest.approx(1, abs=0.01)


def test_a_posterior_older_than_every_past_case_has_no_base_rate(cases: tuple[HistoricalCase, ...]) -> None:
    with pytest.raises(UsageError, match="no past case of offramp was over by 1990-01-01"):
        score_fixed(cases, replace(DRAWS, about={**DRAWS.about, "date": "1990-01-01"}), seed=1, site=Site())


def test_the_target_is_in_no_score(cases: tuple[HistoricalCase, ...]) -> None:
    target = cases[-1]
    assert target.filed.target
    record = score_fixed(cases, DRAWS, seed=1, site=Site())
    assert [one["id"] for one in record["cases"]] == [case.name for case in cases[:-1]]
    assert {row["cases"] for row in record["against"][BASE_RATE]} == {4}
    with pytest.raises(UsageError, match="nothing is left to score it on"):
        score_fixed((target,), DRAWS, seed=1, site=Site())


def test_the_calibration_that_a_case_names_never_counts(tmp_path: Path) -> None:
    """A case is read at its priors; the posterior under test is the only one."""
    plain = load_cases(write_cases(tmp_path / "plain", count=3))
    folder = write_cases(tmp_path / "named", count=3)
    for path in folder.glob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace("calibration: prior", "calibration: calibrated-2018-08")
        assert "calibrated-2018-08" in text
        path.write_text(text, encoding="utf-8")
    named = load_cases(folder)
    assert all(case.scenario.posterior is None for case in named)
    first, second = (score_fixed(one, DRAWS, seed=1, site=Site()) for one in (plain, named))
    assert first["cases"] == second["cases"]
