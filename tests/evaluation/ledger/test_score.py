"""Scores of a ledger: known answers, late forecasts apart, baselines on the same forecasts."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from sim.evaluation.ledger.chain import read_chain
from sim.evaluation.ledger.questions import resolve
from sim.evaluation.ledger.score import plain, score_ledger
from tests.evaluation.ledger.made import enter, forecast, when
from tests.places import ROOT


def filled(path: Path, count: int = 3) -> dict[str, Any]:
    """Questions 0, 1, ... with p of 0.2, 0.4, ... within 90 days; those of even number come on day 50."""
    for index in range(count):
        enter(path, forecast(f"crisis-{index}", p=0.2 + 0.2 * index, seed=index))
    for index in range(count):
        outcome = "2020-02-20" if index % 2 == 0 else "no"
        resolve(path, f"crisis-{index}", outcome=outcome, at=when(90))
    return score_ledger(read_chain(path))


def test_scores_are_the_means_of_the_rules(tmp_path: Path) -> None:
    score = filled(tmp_path / "ledger.jsonl")
    short, long = score["windows"]
    assert (short["event"], short["window"], long["window"]) == ("offensive", 30, 90)
    assert (long["forecasts"], long["questions"], long["happened"], short["happened"]) == (3, 3, 2, 0)
    assert long["brier"] == pytest.approx((0.8**2 + 0.4**2 + 0.4**2) / 3)
    assert long["log"] == pytest.approx(-(math.log(0.2) + math.log(0.6) + math.log(0.6)) / 3)
    assert short["brier"] == pytest.approx((0.1**2 + 0.2**2 + 0.3**2) / 3)
    assert (long["too_few"], long["decomposition"]) == (True, None)
    assert (score["forecasts"], score["questions"], score["entries"], score["late"]) == (3, 3, 6, 0)
    assert list(score["open"]) == ["agreement"]
    assert set(score["open"]["agreement"].values()) == {(30, 90)}, "of each question, the windows that are open"


def test_a_correction_changes_the_scores(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    filled(path)
    resolve(path, "crisis-1", outcome="2020-03-01", at=when(95), correct=True)
    assert score_ledger(read_chain(path))["windows"][1]["happened"] == 3


def test_what_was_entered_when_the_window_was_over_is_left_out_unless_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    enter(path, forecast(), when(0))
    enter(path, forecast(seed=1, p=0.8), when(30, 0))
    resolve(path, "crisis", outcome="2020-02-20", at=when(60))
    entries = read_chain(path)
    assert [(one["window"], one["forecasts"]) for one in score_ledger(entries)["windows"]] == [(30, 1), (90, 2)]
    assert score_ledger(entries)["late"] == 1
    assert [(one["window"], one["forecasts"]) for one in score_ledger(entries, late=True)["windows"]] == [
        (30, 2),
        (90, 2),
    ]


def test_baselines_are_scored_on_the_forecasts_they_were_stored_with(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    beside = {"windows": {"90": {"base_rate": {"p": 0.5}, "logistic": {"p": 0.1}, "positions": {}}}}
    enter(path, forecast("a", p=0.6, baselines=beside))
    enter(path, forecast("b", p=0.9))
    enter(path, forecast("c", p=0.2, baselines=beside))
    for name, outcome in (("a", "yes"), ("b", "yes"), ("c", "no")):
        resolve(path, name, outcome=outcome if outcome == "no" else "2020-01-05", at=when(90))
    window = score_ledger(read_chain(path))["windows"][1]
    rate, logistic = window["baselines"]
    assert (rate["name"], rate["forecasts"], rate["brier"]) == ("base_rate", 2, pytest.approx(0.25))
    assert rate["difference"]["mean"] == pytest.approx((0.16 + 0.04) / 2 - 0.25)
    assert logistic["brier"] == pytest.approx((0.81 + 0.01) / 2)
    assert rate["difference"]["groups"] == 2


def test_fifty_questions_are_enough_to_judge_calibration_and_fifty_forecasts_of_one_are_not(tmp_path: Path) -> None:
    many, one = tmp_path / "many.jsonl", tmp_path / "one.jsonl"
    for index in range(50):
        enter(many, forecast(f"crisis-{index}", p=0.01 * index))
        enter(one, forecast(seed=index, p=0.01 * index))
    for index in range(50):
        resolve(many, f"crisis-{index}", outcome="no", at=when(90))
    resolve(one, "crisis", outcome="no", at=when(90))
    window = score_ledger(read_chain(many))["windows"][1]
    assert (window["too_few"], window["questions"]) == (False, 50)
    assert window["decomposition"] is not None
    assert window["decomposition"]["uncertainty"] == 0
    assert window["decomposition"]["miscalibration"] == pytest.approx(window["brier"])
    window = score_ledger(read_chain(one))["windows"][1]
    assert (window["too_few"], window["forecasts"], window["decomposition"]) == (True, 50, None)


def test_a_forecast_entered_when_the_event_had_come_is_late_in_every_window(tmp_path: Path) -> None:
    """Resolved as of 2020-02-20, day 50: one entered that day may have known it, one of the day before could not."""
    path = tmp_path / "ledger.jsonl"
    enter(path, forecast(p=0.3), when(49))
    enter(path, forecast(seed=1, p=0.99), when(50))
    resolve(path, "crisis", outcome="2020-02-20", at=when(60))
    score = score_ledger(read_chain(path))
    assert [(one["window"], one["forecasts"]) for one in score["windows"]] == [(90, 1)]
    assert score["late"] == 3, "both are after the window of 30 days"
    assert score["windows"][0]["brier"] == pytest.approx(0.7**2)


def test_a_forecast_entered_after_a_yes_without_a_day_is_late(tmp_path: Path) -> None:
    """It had come by the day on which that was entered: a forecast of the day before could not know of the entry."""
    path = tmp_path / "ledger.jsonl"
    enter(path, forecast(p=0.3), when(9))
    resolve(path, "crisis", outcome="yes", event="agreement", at=when(10))
    enter(path, forecast(seed=1, p=0.99), when(11))
    score = score_ledger(read_chain(path))
    assert [(one["event"], one["window"], one["forecasts"]) for one in score["windows"]] == [
        ("agreement", 30, 1),
        ("agreement", 90, 1),
    ]
    assert score["late"] == 2


def test_a_forecast_of_an_agreement_is_late_once_the_offensive_has_come(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    enter(path, forecast(p=0.3), when(9))
    enter(path, forecast(seed=1, p=0.01), when(10))
    resolve(path, "crisis", outcome="2020-01-11", at=when(12))
    resolve(path, "crisis", outcome="no", event="agreement", at=when(12))
    score = score_ledger(read_chain(path))
    assert {(one["event"], one["window"]): one["forecasts"] for one in score["windows"]} == {
        (event, window): 1 for event in ("offensive", "agreement") for window in (30, 90)
    }
    assert score["late"] == 4


def test_no_interval_of_a_difference_goes_beyond_what_scores_can_differ_by(tmp_path: Path) -> None:
    """Two questions, gains of 0.8 and -0.1: Student's t with one degree of freedom reaches far beyond 1."""
    path = tmp_path / "ledger.jsonl"
    for name, p, rate in (("a", 0.9, 0.1), ("b", 0.4, 0.5)):
        enter(path, forecast(name, p=p, baselines={"windows": {"90": {"base_rate": {"p": rate}}}}))
    for name in ("a", "b"):
        resolve(path, name, outcome="no", at=when(90))
    (one,) = score_ledger(read_chain(path))["windows"][1]["baselines"]
    assert (one["difference"]["low"], one["difference"]["high"]) == (-1, 1)


def test_the_plain_form_is_json_and_says_how_it_was_scored(tmp_path: Path) -> None:
    score = filled(tmp_path / "ledger.jsonl")
    record = json.loads(json.dumps(plain(score), allow_nan=False))
    assert record["head"] == score["head"]
    assert (record["fewest"], record["log_clip"]) == (50, 0.001)
    assert record["windows"][1]["too_few"] is True
    assert record["windows"][1]["brier"] == pytest.approx(0.32)


def test_what_others_said_is_scored_beside_ours_where_their_window_is_one_of_ours(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.jsonl"
    said = {"name": "Market", "date": "2019-12-30", "p": 0.8}
    earlier = said | {"by": "2020-03-30", "date": "2019-11-02", "p": 0.1}
    others = [said | {"by": "2020-03-30"}, earlier, said | {"name": "Panel", "by": "2020-05-01"}]
    others.append(said | {"name": "pooled", "by": "2020-03-30", "p": 0.5})
    enter(ledger, forecast(p=0.3) | {"others": others, "pooled": {"90": 0.4}})
    resolve(ledger, "crisis", outcome="2020-02-01", at=when(100))
    (window,) = [one for one in score_ledger(read_chain(ledger))["windows"] if one["window"] == 90]
    scores = {one["name"]: one["brier"] for one in window["baselines"]}
    assert scores == pytest.approx({"pooled": 0.36, "Market": 0.04, "pooled (said)": 0.25}), (
        "the panel's window ends on no day of ours, the market's last word counts"
    )


def test_the_example_is_whole_and_all_of_it_late() -> None:
    entries = read_chain(ROOT / "reports" / "ledger.jsonl")
    result = score_ledger(entries)
    assert (result["forecasts"], result["questions"], result["open"]) == (3, 3, {})
    assert result["late"] == 18  # two events of three windows, three times
    assert result["windows"] == []
    happened = {(one["event"], one["window"]): one["happened"] for one in score_ledger(entries, late=True)["windows"]}
    assert [happened[place] for place in (("offensive", 14), ("offensive", 180), ("agreement", 30))] == [1, 0, 1]
