"""The forecast history: one point a day, moves paired, nothing from later days."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import UsageError
from sim.forecast.plan import Plan
from sim.report.pages.history import articles_table, ends, figure_of, largest
from sim.scenario.edit import rewind
from sim.scenario.scenario import Scenario
from sim.studies.bench import Bench
from sim.studies.history import articles_from, dates_between, history
from tests import worlds
from tests.places import IDLIB, SCENARIOS

pytestmark = pytest.mark.slow

DAYS = [datetime.date(2018, 7, 30), datetime.date(2018, 8, 1), datetime.date(2018, 8, 10), datetime.date(2018, 8, 19)]
PLAN = Plan(runs=4096, seed=3)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return sim.load(IDLIB / "baseline.yaml")


@pytest.fixture(scope="module")
def idlib(scenario: Scenario) -> dict[str, Any]:
    return history(scenario, DAYS, Bench(PLAN))


def test_a_point_is_the_forecast_of_the_scenario_as_of_that_day(scenario: Scenario, idlib: dict[str, Any]) -> None:
    for day, point in zip(DAYS, idlib["points"], strict=True):
        then = sim.run(rewind(scenario, day), runs=4096, seed=3)
        assert (point["date"], point["by"]["90"]) == (day.isoformat(), then.probability("offensive", 90).row())
    last = sim.run(scenario, runs=4096, seed=3)
    assert idlib["points"][-1]["by"]["180"] == last.probability("offensive").row()


def test_each_item_is_news_once_and_on_the_first_day_that_knows_it(scenario: Scenario, idlib: dict[str, Any]) -> None:
    assert scenario.evidence is not None
    items = scenario.evidence.items
    seen: set[str] = set()
    for day, point in zip(DAYS, idlib["points"], strict=True):
        assert not seen & set(point["new_items"])
        seen |= set(point["new_items"])
        assert seen == {name for name, item in items.items() if item.known_from <= day}
        assert point["known_items"] == len(seen)


def test_the_strikes_raised_it_and_the_envoy_lowered_it(idlib: dict[str, Any]) -> None:
    moves = {move["id"]: move for move in idlib["moves"]}
    assert moves["E23"]["mc_low"] > 0
    assert moves["E21"]["mc_high"] < 0
    assert "E22" not in moves, "a duplicate moves nothing and is not asked"
    assert moves["E09"]["p"] == 0, "what informs Germany's stance, which the scenario writes itself, moves nothing"


def test_all_news_of_a_date_moves_what_leaving_it_out_takes_back(scenario: Scenario, idlib: dict[str, Any]) -> None:
    """One paired line a date: the forecast less the same one without any of its new items."""
    assert scenario.evidence is not None
    for number, (day, point) in enumerate(zip(DAYS, idlib["points"], strict=True)):
        reading = [name for name in point["new_items"] if scenario.evidence.items[name].reads_stance]
        if number == 0 or not reading:
            assert point["news"] is None
            continue
        bare = sim.run(rewind(scenario, day, without=tuple(reading)), runs=4096, seed=3)
        moved = point["by"]["180"]["p"] - bare.probability("offensive").p
        assert point["news"]["p"] == pytest.approx(moved, abs=2e-6)


def test_an_article_moves_what_leaving_it_out_takes_back() -> None:
    """Before and after share the date and the articles before it; the items of later articles are not in either."""
    scenario = sim.load(SCENARIOS / "niger-2023" / "baseline.yaml")
    assert scenario.evidence is not None
    bench = Bench(Plan(runs=1024, seed=3))
    day = datetime.date(2023, 8, 5)
    made = history(scenario, [day, scenario.as_of], bench)
    assert "articles" not in made
    articles = made["articles"] = articles_from(scenario, day, bench)
    told = [one["source"] for one in articles]
    assert told == ["senate-2023-08-05", "france-2023-08-05", "algeria-2023-08-05", "ap-2023-08-05"]
    items = scenario.evidence.items
    for place, one in enumerate(articles):
        assert one["items"] == [name for name, item in items.items() if item.source == one["source"]]
        later = [name for name, item in items.items() if item.source in told[place + 1 :]]
        after = sim.run(rewind(scenario, day, without=later), runs=1024, seed=3)
        before = sim.run(rewind(scenario, day, without=[*later, *one["items"]]), runs=1024, seed=3)
        ends = one["after"]["180"], one["before"]["180"]
        assert ends == (after.probability("offensive").row(), before.probability("offensive").row())
        assert one["change"]["p"] == pytest.approx(ends[0]["p"] - ends[1]["p"], abs=2e-6)
    assert articles[0]["change"]["mc_high"] < 0, "the Senate did not approve of force"
    record = json.loads(json.dumps(made))
    assert [row[5] for row in articles_table(record).rows] == [one["title"] for one in articles]


def test_a_scenario_without_evidence_has_a_history_without_moves(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path)
    days = [datetime.date(2019, 12, 20), datetime.date(2020, 1, 1)]
    found = history(scenario, days, Bench(Plan(runs=64, seed=3)))
    assert (found["moves"], [point["known_items"] for point in found["points"]]) == ([], [0, 0])
    record = json.loads(json.dumps(found))
    assert all(row[-1] == "no evidence yet" for row in figure_of(record).table.rows)


def test_what_moved_it_most_never_went_the_other_way(idlib: dict[str, Any]) -> None:
    record = json.loads(json.dumps(idlib))
    start, end = ends(record)
    assert all(row[4].startswith("−") != (end.p >= start.p) for row in largest(record))


def test_the_record_is_plain_and_the_same_each_time(scenario: Scenario) -> None:
    once, again = (history(scenario, DAYS[:3], Bench(Plan(runs=512, seed=3))) for _ in range(2))
    assert {move["id"] for move in once["moves"]} >= {"E21", "E23", "E24"}
    assert json.dumps(once) == json.dumps(again)


def test_the_last_day_is_always_there() -> None:
    start, end = datetime.date(2018, 8, 1), datetime.date(2018, 8, 9)
    assert dates_between(start, end, 3) == [datetime.date(2018, 8, n) for n in (1, 4, 7, 9)]
    assert dates_between(start, end, 8) == [start, end]
    assert dates_between(end, end, 5) == [end]


@pytest.mark.parametrize(
    ("start", "every", "message"),
    [
        ("2018-08-10", 1, "up to the as-of date"),
        ("2018-08-01", 0, "at least one day"),
        ("2010-01-01", 1, "larger step"),
    ],
)
def test_days_out_of_range_are_refused(start: str, every: int, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        dates_between(datetime.date.fromisoformat(start), datetime.date(2018, 8, 9), every)
