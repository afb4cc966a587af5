"""Forecasts and outcomes: what may be entered when, and what it resolves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.baselines.cases import read_cases
from sim.baselines.panel import baselines_for
from sim.errors import UsageError
from sim.evaluation.ledger.chain import read_chain
from sim.evaluation.ledger.entry import Entry
from sim.evaluation.ledger.questions import questions, resolve, state_of
from tests.evaluation.ledger.made import enter, forecast, when
from tests.places import IDLIB

NAME = "crisis@2020-01-01"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """One forecast, of windows of 30 and 90 days."""
    path = tmp_path / "ledger.jsonl"
    enter(path, forecast())
    return path


def enter_outcome(ledger: Path, outcome: str, days: int, **options: Any) -> Entry:
    return resolve(ledger, "crisis", outcome=outcome, at=when(days), **options)


def labels(ledger: Path, event: str = "offensive") -> dict[int, bool]:
    return dict(state_of(read_chain(ledger), NAME, event).labels)


def test_a_forecast_is_kept_with_its_probabilities_and_where_it_came_from(ledger: Path) -> None:
    content = read_chain(ledger)[0].content
    assert content["probabilities"]["offensive"] == {"30": 0.15, "90": 0.3}
    assert content["question"]["as_of"] == "2020-01-01"
    assert content["question"]["resolves"] == "It begins."
    assert (content["seed"], content["scenario"]["hash"], content["model"]) == (0, "ab" * 32, "0" * 16)
    assert len(content["forecast_sha256"]) == 64


def test_baselines_are_kept_by_window_and_name(tmp_path: Path) -> None:
    one = {"base_rate": {"p": 0.4}, "logistic": {"p": 0.2}, "positions": {"mean": {"p": 0.35}, "unknown": {"p": 0.1}}}
    few = {"base_rate": None, "logistic": None, "positions": {}}
    record = forecast(baselines={"windows": {"30": one, "90": few}})
    content = enter(tmp_path / "ledger.jsonl", record).content
    assert content["baselines"] == {"30": {"base_rate": 0.4, "logistic": 0.2, "mean": 0.35}, "90": {}}


def test_a_date_resolves_every_window(ledger: Path) -> None:
    """Day 29 is the last within 30 days."""
    enter_outcome(ledger, "2020-01-31", 40)
    assert labels(ledger) == {30: False, 90: True}
    other = enter_outcome(ledger, "2020-01-30", 41, correct=True)
    assert (other.kind, labels(ledger)) == ("correction", {30: True, 90: True})


def test_no_resolves_the_windows_that_are_over(ledger: Path) -> None:
    with pytest.raises(UsageError, match="no window is over yet; the first ends on 2020-01-31"):
        enter_outcome(ledger, "no", 29)
    enter_outcome(ledger, "no", 30)
    assert labels(ledger) == {30: False}
    enter_outcome(ledger, "no", 90)
    assert labels(ledger) == {30: False, 90: False}


def test_yes_without_a_day_resolves_what_is_open_as_long_as_that_is_clear(ledger: Path) -> None:
    with pytest.raises(UsageError, match="a day is needed to tell whether the offensive came within 30 days"):
        enter_outcome(ledger, "yes", 50)
    enter_outcome(ledger, "no", 40)
    enter_outcome(ledger, "yes", 50)
    assert labels(ledger) == {30: False, 90: True}


def test_an_early_yes_resolves_all(ledger: Path) -> None:
    enter_outcome(ledger, "yes", 10)
    assert labels(ledger) == {30: True, 90: True}


def test_a_second_resolution_is_refused(ledger: Path) -> None:
    enter_outcome(ledger, "2020-02-15", 60)
    for outcome in ("2020-02-15", "2020-02-16"):
        with pytest.raises(UsageError, match=f"the offensive of {NAME} is resolved already"):
            enter_outcome(ledger, outcome, 61)
    assert len(read_chain(ledger)) == 2


def test_a_contradiction_is_refused_and_a_correction_adds_an_entry(ledger: Path) -> None:
    enter_outcome(ledger, "no", 40)
    with pytest.raises(UsageError, match=r"contradicts what was entered .*\(30 days: no\).*--correct"):
        enter_outcome(ledger, "2020-01-10", 50)
    before = ledger.read_bytes()
    enter_outcome(ledger, "2020-01-10", 50, correct=True, note="The ministry dates it to the tenth.")
    assert ledger.read_bytes().startswith(before), "nothing is rewritten"
    assert labels(ledger) == {30: True, 90: True}
    assert read_chain(ledger)[-1].content["note"] == "The ministry dates it to the tenth."


def test_a_correction_is_judged_afresh(ledger: Path) -> None:
    with pytest.raises(UsageError, match="nothing to correct"):
        enter_outcome(ledger, "no", 40, correct=True)
    enter_outcome(ledger, "2020-01-10", 40)
    with pytest.raises(UsageError, match="a day is needed"):
        enter_outcome(ledger, "yes", 40, correct=True)
    enter_outcome(ledger, "no", 40, correct=True)
    assert labels(ledger) == {30: False}, "window 90 is open again"


def test_a_date_after_the_last_window_says_that_it_came_in_none(ledger: Path) -> None:
    enter_outcome(ledger, "2020-04-20", 200)
    assert labels(ledger) == {30: False, 90: False}


@pytest.mark.parametrize(
    ("outcome", "days", "told"),
    [
        ("2019-12-31", 40, "lies before the as-of date 2020-01-01"),
        ("2020-02-11", 40, "lies in the future"),
        ("soon", 40, "expected yes, no or a date such as 2018-09-30 after --outcome"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(ledger: Path, outcome: str, days: int, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        enter_outcome(ledger, outcome, days)


def test_events_are_resolved_apart(ledger: Path) -> None:
    enter_outcome(ledger, "2020-01-05", 40, event="agreement")
    assert (labels(ledger, "agreement"), labels(ledger)) == ({30: True, 90: True}, {})
    with pytest.raises(UsageError, match="expected one of offensive, agreement"):
        enter_outcome(ledger, "no", 40, event="strikes")


def test_one_outcome_resolves_all_forecasts_of_a_question(ledger: Path) -> None:
    wider = forecast(seed=1)
    wider["outcomes"]["offensive"] = {"14": {"p": 0.1}, "90": {"p": 0.4}}
    enter(ledger, wider, when(5))
    enter_outcome(ledger, "2020-01-20", 40)
    assert labels(ledger) == {14: False, 30: True, 90: True}
    assert questions(read_chain(ledger)) == (NAME,)


def test_the_same_file_twice_is_refused(ledger: Path) -> None:
    with pytest.raises(UsageError, match="already, as entry 1"):
        enter(ledger, forecast(), when(1))


def test_a_forecast_after_the_outcome_is_refused(ledger: Path) -> None:
    enter_outcome(ledger, "no", 30)
    enter(ledger, forecast(seed=1), when(31))  # 90 days are still open
    enter_outcome(ledger, "2020-02-15", 60)
    with pytest.raises(UsageError, match=f"the question {NAME} is resolved"):
        enter(ledger, forecast(seed=2), when(61))


def test_a_forecast_of_a_longer_window_is_one_as_long_as_nothing_came(tmp_path: Path) -> None:
    path, short = tmp_path / "ledger.jsonl", forecast()
    short["outcomes"] = {event: {"30": one["30"]} for event, one in short["outcomes"].items()}
    enter(path, short)
    resolve(path, "crisis", outcome="no", at=when(30))
    with pytest.raises(UsageError, match=f"the question {NAME} is resolved"):
        enter(path, short | {"seed": 1}, when(31))
    enter(path, forecast(), when(31))
    assert labels(path) == {30: False}
    resolve(path, "crisis", outcome="2020-02-15", at=when(60))
    assert labels(path) == {30: False, 90: True}


def test_the_offensive_settles_that_no_agreement_came_before_it(ledger: Path) -> None:
    with pytest.raises(UsageError, match="no window is over yet"):
        enter_outcome(ledger, "no", 12, event="agreement")
    enter_outcome(ledger, "2020-01-11", 12)
    enter_outcome(ledger, "no", 12, event="agreement")
    assert labels(ledger, "agreement") == {30: False, 90: False}


def test_no_agreement_comes_after_the_offensive(ledger: Path) -> None:
    """The model's first agreement is one before the offensive, whichever of the two is entered first."""
    enter_outcome(ledger, "2020-02-10", 60)
    with pytest.raises(UsageError, match="only an agreement before the offensive counts"):
        enter_outcome(ledger, "2020-02-11", 60, event="agreement")
    enter_outcome(ledger, "2020-02-09", 60, event="agreement")
    with pytest.raises(UsageError, match="began on 2020-02-08 and the agreement came on 2020-02-09"):
        enter_outcome(ledger, "2020-02-08", 61, correct=True)
    enter_outcome(ledger, "no", 95, event="agreement", correct=True)
    enter_outcome(ledger, "2020-02-08", 96, correct=True)


def test_a_question_is_named_without_its_date_where_that_is_clear(ledger: Path) -> None:
    later = {**forecast(), "as_of": "2020-03-01"}
    enter(ledger, later, when(70))
    with pytest.raises(UsageError, match="more than one question; name one of crisis@2020-01-01, crisis@2020-03-01"):
        enter_outcome(ledger, "no", 91)
    assert resolve(ledger, NAME, outcome="no", at=when(91)).content["question"] == NAME
    with pytest.raises(UsageError, match="there is no question other"):
        resolve(ledger, "other", outcome="no", at=when(91))


def test_a_ledger_is_not_begun_by_an_outcome(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no ledger"):
        enter_outcome(tmp_path / "none.jsonl", "no", 40)
    assert list(tmp_path.iterdir()) == []


def test_baselines_in_another_form_are_refused(tmp_path: Path) -> None:
    for baselines in ({"windows": []}, {"windows": {"30": []}}, {"windows": {"30": {"base_rate": {"p": 3}}}}):
        with pytest.raises(UsageError, match="the forecast cannot be entered"):
            enter(tmp_path / "ledger.jsonl", forecast(baselines=baselines))


def test_the_panel_of_baselines_is_kept_as_it_is_recorded(tmp_path: Path) -> None:
    panel = baselines_for(sim.load(IDLIB / "baseline.yaml"), read_cases())
    content = enter(tmp_path / "ledger.jsonl", forecast(baselines=panel.record())).content
    for window in panel.windows:
        kept = content["baselines"][str(window.window)]
        assert window.base_rate is not None
        assert window.logistic is not None
        positions = {rule: one.p for rule, one in window.positions.items()}
        expected = {"base_rate": window.base_rate.p, "logistic": window.logistic.p, **positions}
        assert kept == pytest.approx(expected, abs=1e-6)
        assert len(kept) == 6


@pytest.mark.parametrize(
    "outcome",
    [{"soon": {"p": 0.1}}, {"30": {"p": 1.2}}, {"30": {"p": None}}, {}],
    ids=["window", "high", "none", "empty"],
)
def test_a_forecast_without_probabilities_is_refused(tmp_path: Path, outcome: Any) -> None:
    record = forecast()
    record["outcomes"] = {**record["outcomes"], "offensive": outcome}
    with pytest.raises(UsageError, match="the forecast cannot be entered"):
        enter(tmp_path / "ledger.jsonl", record)
