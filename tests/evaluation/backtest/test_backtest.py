"""The backtest: no forecast has seen what it is about, scores are those of the scoring rules, the record is whole."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.distributions import Fixed
from sim.evaluation.backtest import backtest as backtests
from sim.evaluation.backtest.backtest import backtest, steps, track_record
from sim.evaluation.backtest.forecasts import (
    BASE_RATE,
    FORECASTERS,
    MODEL,
    SCHEMES,
    Training,
    baseline_forecasts,
    left_out,
    play_each,
    training,
)
from sim.evaluation.backtest.scores import changed, dropped, moved, shifted
from sim.evaluation.backtest.threats import folds_of
from sim.evaluation.calibration.calibrate import sample_bridge, study
from sim.evaluation.calibration.design import BLOCK_POINTS
from sim.evaluation.calibration.outcomes import WINDOWS
from sim.evaluation.calibration.parameters import COORDINATES
from sim.evaluation.cases import HistoricalCase, load_cases
from sim.evaluation.threats import load_threats
from sim.model.inputs import inputs_of
from sim.report import document_of
from sim.report.html import to_html
from sim.report.markdown import to_markdown
from sim.report.sections.estimates import track_record_section
from sim.studies.bench import Site
from tests import worlds
from tests.evaluation.backtest.made_up import write_cases
from tests.report.said import texts
from tests.studies.made_threats import row, write_threats

pytestmark = pytest.mark.slow

LATER = datetime.date(2030, 1, 1)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[HistoricalCase, ...]:
    return load_cases(write_cases(tmp_path_factory.mktemp("made-up"), count=8))


@pytest.fixture(scope="module")
def done(
    cases: tuple[HistoricalCase, ...], tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], Training]:
    """A backtest of the crises and of twelve threats between six pairs of states, and how many steps it counted."""
    rows = [
        row(number, pair=f"{number % 6}-9", cinc_a=0.02 * (1 + number), days_to_force=3 if number % 3 == 0 else "")
        for number in range(12)
    ]
    threats = load_threats(write_threats(tmp_path_factory.mktemp("threats") / "threats.csv", rows))
    played = {case.name: case.scenario for case in cases} | dict(threats.scenarios)
    made = replace(study(played, seed=0, site=Site(), blocks=1), particles=256)
    trained = Training(
        cases, replace(made, coded={one.name: one.scenario for one in threats.cases}), LATER, threats.cases
    )
    count: list[int] = []
    variants = [cases[0].scenario, cases[1].scenario]
    result = backtest(cases, trained, Site(finished=lambda: count.append(1)), variants=variants)
    assert len(count) == steps(cases, trained, 2)
    return result, trained


def test_neither_a_case_nor_its_area_nor_the_target_trains_its_own_forecast(
    cases: tuple[HistoricalCase, ...],
) -> None:
    target = next(case.name for case in cases if case.filed.target)
    for case in cases:
        assert left_out(case, cases, "case") == {case.name, target}
        kept = training(case, cases, "area")
        assert case.area not in {other.area for other in kept}
        assert target not in {other.name for other in kept}
        assert len(kept) >= len(cases) - 4


def test_the_outcome_of_a_case_changes_no_baseline_forecast_of_it(cases: tuple[HistoricalCase, ...]) -> None:
    for number in (0, 1):
        turned = cases[number].resolution.model_copy(
            update={"offensive": None if cases[number].offensive is not None else cases[number].scenario.as_of}
        )
        changed_cases = list(cases)
        changed_cases[number] = HistoricalCase(cases[number].scenario, cases[number].filed, turned)
        for scheme in SCHEMES:
            before, after = (baseline_forecasts(one, one, scheme, LATER) for one in (cases, changed_cases))
            for name, said in before.items():
                np.testing.assert_allclose(said[number], after[name][number], err_msg=f"{scheme} {name}")


def scores_of(record: dict[str, Any], forecaster: str) -> list[dict[str, Any]]:
    rows = record["tables"]["case"]["all"]["scores"]
    return [row for row in rows if (row["forecaster"], row["rule"], row["window"]) == (forecaster, "brier", 90)]


def test_every_forecast_is_made(done: tuple[dict[str, Any], Training], cases: tuple[HistoricalCase, ...]) -> None:
    record, _ = done
    assert len(record["cases"]) == len(cases)
    for case, scheme in product(record["cases"], SCHEMES):
        assert set(case["forecasts"][scheme]) == set(FORECASTERS)
        for said in case["forecasts"][scheme].values():
            assert len(said) == len(WINDOWS)
            assert np.all(np.diff(said) >= 0), "a longer window is as probable at least"


def test_a_model_that_tells_hawks_from_the_guarded_beats_the_base_rate(done: tuple[dict[str, Any], Training]) -> None:
    """Cases made so that the coded stances decide: the margin is far beyond any run's chance."""
    (score,) = (row["mean"] for row in scores_of(done[0], MODEL))
    (reference,) = (row["mean"] for row in scores_of(done[0], BASE_RATE))
    assert 1 - score / reference > 0.3


def test_the_target_is_scored_in_no_table_but_forecast_with_the_others(done: tuple[dict[str, Any], Training]) -> None:
    record = done[0]
    assert sum(case["target"] for case in record["cases"]) == 1
    assert record["tables"]["case"]["all"]["cases"] == len(record["cases"]) - 1


def test_scores_in_the_record_are_those_of_its_forecasts(done: tuple[dict[str, Any], Training]) -> None:
    record = done[0]
    own = [case for case in record["cases"] if not case["target"]]
    squares = [(case["forecasts"]["case"][MODEL][1] - (case["offensive"] is not None)) ** 2 for case in own]
    (row,) = scores_of(record, MODEL)
    assert row["mean"] == pytest.approx(np.mean(squares), abs=1e-3)


def test_the_record_is_plain_and_its_page_names_the_finding(done: tuple[dict[str, Any], Training]) -> None:
    record = json.loads(json.dumps(done[0]))
    report = document_of(record)
    page = to_html(report)
    assert "Threats between states" in page
    own = [case["brier"] for case in record["cases"] if not case["target"]]
    better = sum(one[MODEL] < one[BASE_RATE] for one in own)
    assert report.number == f"{better} of 7", "of so few cases no skill is told"
    assert report.number in page
    assert "skill against" not in page
    assert "too few to judge" in page
    markdown = to_markdown(report)
    for case in record["cases"]:
        assert case["id"] in markdown


def test_the_track_record_names_no_case(
    done: tuple[dict[str, Any], Training], cases: tuple[HistoricalCase, ...]
) -> None:
    track = track_record(done[0], datetime.date(2026, 1, 2))
    text = json.dumps(track)
    assert "case-" not in text
    judged = [case for case in cases if not case.filed.target]
    assert (track["cases"], track["areas"], track["too_few"]) == (7, len({case.area for case in judged}), True)
    assert set(track["windows"]) == {"30", "90", "180"}
    assert track["windows"]["90"]["happened"] == sum(case.offensive is not None for case in judged) == 4


def test_threats_are_forecast_by_play_without_their_pair(done: tuple[dict[str, Any], Training]) -> None:
    """What the record says within 90 days is the mean share of runs at posteriors that have not seen the pair."""
    result, trained = done
    told = json.loads(json.dumps(result))["threats"]
    assert (told["cases"], told["pairs"], told["folds"]) == (12, 6, 6)
    said = []
    for fold in folds_of(trained.threats, trained.study.seed):
        (task,) = trained.study.bridges(trained.seen, [fold], trained.whole)
        points = np.resize(sample_bridge(task).draws, (BLOCK_POINTS, len(COORDINATES)))
        for one in trained.threats:
            if one.name in fold:
                scenario = {one.scenario: trained.study.cases[one.scenario]}
                said.append(play_each(scenario, {one.scenario: points}, trained.study.seed, Site())[0, 1])
    assert told["windows"]["90"]["said"][MODEL] == pytest.approx(np.mean(said), abs=1e-4)
    assert told["windows"]["90"]["happened"] == 4
    assert told["windows"]["90"]["auc"][BASE_RATE] is None, "a rate does not tell two threats apart"


def test_the_target_is_none_of_the_other_cases_that_trained(done: tuple[dict[str, Any], Training]) -> None:
    assert backtests._others((), done[1]) == len(done[0]["cases"]) - 1
    early = replace(done[1], known=datetime.date(2020, 2, 5))
    assert backtests._others((), early) == 1, "of the second case nothing is known yet"


def test_a_forecast_can_say_the_track_record(done: tuple[dict[str, Any], Training]) -> None:
    track = json.loads(json.dumps(track_record(done[0], datetime.date(2026, 1, 2))))
    said = track_record_section({"track_record": track, "parameters": {"date": "2026-01-02"}})
    assert f"{track['windows']['90']['brier'][MODEL]:.2f}" in texts(said)[0]


def test_only_marked_numbers_are_changed(cases: tuple[HistoricalCase, ...]) -> None:
    case = cases[0]
    for scenario in (dropped(cases, cases)[case.name], shifted(cases, 1)[case.name]):
        before, after = case.scenario.document.model_dump(), scenario.document.model_dump()
        assert before["actors"]["attacker"].pop("stance") != after["actors"]["attacker"].pop("stance")
        assert before == after


def test_every_number_that_a_file_can_mark_can_be_changed(cases: tuple[HistoricalCase, ...], tmp_path: Path) -> None:
    press = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0.5, "start": "2019-12-01", "ramp": 9}
    talk = {"start": "2020-01-05", "boost": 3}
    made = worlds.crisis(pressures={"plea": press}, talks={"summit": talk}, parameters={"inertia": 0.3})
    paths = [
        "population", "credibility", "actors.attacker.stance", "actors.town.militancy", "ties.envoy.backer",
        "pressures.plea.intensity", "pressures.plea.start", "talks.summit.boost", "parameters.inertia",
    ]  # fmt: skip
    marked = {**made, "hindsight": dict.fromkeys(paths, "Coded with the outcome in mind.")}
    case = replace(cases[0], scenario=sim.load(worlds.write(tmp_path, marked)))
    values = {one.path: one.distribution for one in inputs_of(changed(case, lambda path, value: Fixed(0.625)))}
    assert {path for path, value in values.items() if value == Fixed(0.625)} == set(paths)


def test_a_dropped_coding_is_the_same_for_all_cases(cases: tuple[HistoricalCase, ...]) -> None:
    stances = {str(one.actors["attacker"].stance) for one in dropped(cases, cases).values()}
    assert len(stances) == 1


def test_a_shift_keeps_a_number_in_its_range(cases: tuple[HistoricalCase, ...]) -> None:
    from sim.distributions import Fixed, LogNormal, Normal, Triangular

    assert moved("actors.x.stance", Normal(0.9, 0.1), 1) == Normal(1.0, 0.1)
    assert moved("actors.x.posture", Triangular(0.0, 0.05, 0.1), -1) == Triangular(0.0, 0.05, 0.1)
    assert moved("actors.x.posture", Triangular(0.6, 0.75, 0.9), 1).support[1] == pytest.approx(1.0)
    assert moved("actors.x.strength", LogNormal(0.5, 0.3), 1).median == pytest.approx(0.7)
    assert moved("actors.x.momentum", Fixed(0.0), -1) == Fixed(0.0)
    assert changed(cases[0], lambda path, value: value).document == cases[0].scenario.document
