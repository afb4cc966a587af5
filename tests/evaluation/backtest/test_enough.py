"""What a backtest needs before it plays a run, and what a baseline may learn from."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.errors import UsageError
from sim.evaluation.backtest.backtest import _sets
from sim.evaluation.backtest.forecasts import BASE_RATE, LOGISTIC, Forecasts, baseline_forecasts, check_enough
from sim.evaluation.cases import HistoricalCase, load_cases
from sim.evaluation.threats import load_threats
from sim.report.pages.backtest import _difference
from tests.cli.conftest import Offramp
from tests.cli.conftest import offramp as offramp
from tests.evaluation.backtest.made_up import write_cases
from tests.studies.made_threats import row, write_threats

EVER = datetime.date.max


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> tuple[HistoricalCase, ...]:
    """Six cases a month apart from January 2020 on, two an area; the last is the target."""
    return load_cases(write_cases(tmp_path_factory.mktemp("made-up"), count=6))


def test_cases_that_can_be_left_out_are_enough(cases: tuple[HistoricalCase, ...]) -> None:
    check_enough(cases, cases, EVER)
    check_enough(cases[:1], cases[2:], EVER)
    check_enough(cases, cases, cases[3].scenario.as_of + datetime.timedelta(days=180))


@pytest.mark.parametrize(
    ("kept", "pool", "known", "told"),
    [
        ([5], [5], EVER, "none of these cases is scored, because a target never is"),
        ([0], [0], EVER, "case-00 cannot be forecast: no other case is there to learn from"),
        ([0, 5], [0, 5], EVER, "case-00 cannot be forecast: no other case is there"),
        ([0, 1], [0, 1], EVER, "no other case outside its area, area-0, is there to learn from"),
        ([0, 1, 2], [0, 1, 2], datetime.date(2020, 6, 1), "no other case over by 2020-06-01 is there to learn from"),
    ],
)
def test_too_few_cases_are_refused_before_a_run_is_played(
    cases: Sequence[HistoricalCase], kept: list[int], pool: list[int], known: datetime.date, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        check_enough([cases[one] for one in kept], [cases[one] for one in pool], known)


def test_threats_of_one_pair_are_refused(cases: tuple[HistoricalCase, ...], tmp_path: Path) -> None:
    one = load_threats(write_threats(tmp_path / "threats.csv", [row(number, pair="1-2") for number in range(3)]))
    with pytest.raises(UsageError, match="all threats are of one pair of states"):
        check_enough(cases, cases, EVER, one.cases)


def test_the_command_refuses_them_without_playing(offramp: Offramp, tmp_path: Path) -> None:
    answer = offramp("backtest", write_cases(tmp_path, count=2), "--no-store")
    assert answer.code == 2
    assert "case-00 cannot be forecast" in answer.err


def test_a_tier_of_the_target_alone_has_no_scores(cases: tuple[HistoricalCase, ...]) -> None:
    apart = replace(cases[-1], filed=cases[-1].filed.model_copy(update={"tier": "C"}))
    assert [name for name, _ in _sets(Forecasts((*cases[:-1], apart), {}))] == ["all", "tier A", "tier B"]


def test_a_baseline_learns_only_from_windows_that_were_over(cases: tuple[HistoricalCase, ...]) -> None:
    """Case n is as of the first of month n + 1: by August, windows of 180 days are over for the first two alone."""
    known = datetime.date(2020, 8, 1)
    over = [[case.is_over(window, known) for case in cases[1:5]] for window in (30, 90, 180)]
    assert over == [[True] * 4, [True] * 4, [True, False, False, False]]
    said = baseline_forecasts(cases[:1], cases, "case", known)
    assert said[BASE_RATE].tolist() == [[0.5, 0.5, 0.5]], "of 180 days 0 of 1, but a longer window is as probable"
    late, never = (
        [replace(case, resolution=case.resolution.model_copy(update={"offensive": day})) for case in cases[2:5]]
        for day in (datetime.date(2020, 8, 20), None)
    )
    for name in (BASE_RATE, LOGISTIC):
        first, second = (baseline_forecasts(cases[:1], (cases[1], *one), "case", known)[name] for one in (late, never))
        np.testing.assert_array_equal(first, second, err_msg="what came later changes nothing")


def test_a_difference_without_an_interval_is_written_without_one() -> None:
    assert _difference([-0.0231, None, None]) == "−0.023"
    assert _difference([0.1, -0.2, 0.4]) == "+0.100 (−0.200 to +0.400)"
