"""The forecast history: one point a day, moves paired, nothing from later days."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

import sim
from sim.errors import UsageError
from sim.forecast.plan import Plan
from sim.report.pages.history import articles_table, ends, figure_of, largest
from sim.scenario.edit import rewind
from sim.studies.bench import Bench
from sim.studies.history import History, dates_between, history, with_articles
from tests import worlds
from tests.places import IDLIB, SCENARIOS

pytestmark = pytest.mark.slow

DAYS = [datetime.date(2018, 7, 30), datetime.date(2018, 8, 1), datetime.date(2018, 8, 10), datetime.date(2018, 8, 19)]
PLAN = Plan(runs=4096, seed=3)


@pytest.fixture(scope="module")
def idlib() -> History:
    return history(sim.load(IDLIB / "baseline.yaml"), DAYS, Bench(PLAN))


def test_a_point_is_the_forecast_of_the_scenario_as_of_that_day(idlib: History) -> None:
    for point in idlib.points:
        then = sim.run(rewind(idlib.scenario, point.date), runs=4096, seed=3)
        assert point.by[90] == then.probability("offensive", 90)
    last = sim.run(idlib.scenario, runs=4096, seed=3)
    assert idlib.points[-1].by[180] == last.probability("offensive")


def test_each_item_is_news_once_and_on_the_first_day_that_knows_it(idlib: History) -> None:
    assert idlib.scenario.evidence is not None
    items = idlib.scenario.evidence.items
    seen: set[str] = set()
    for point in idlib.points:
        assert not seen & set(point.new_items)
        seen |= set(point.new_items)
        assert seen == {name for name, item in items.items() if item.known_from <= point.date}


def test_the_strikes_raised_it_and_the_envoy_lowered_it(idlib: History) -> None:
    moves = {move.id: move.change for move in idlib.moves}
    assert moves["E23"].low > 0
    assert moves["E21"].high < 0
    assert "E22" not in moves, "a duplicate moves nothing and is not asked"
    assert moves["E09"].p == 0, "what informs Germany's stance, which the scenario writes itself, moves nothing"


def test_all_news_of_a_date_moves_what_leaving_it_out_takes_back(idlib: History) -> None:
    """One paired line a date: the forecast less the same one without any of its new items."""
    assert idlib.scenario.evidence is not None
    for number, point in enumerate(idlib.points):
        reading = [name for name in point.new_items if idlib.scenario.evidence.items[name].reads_stance]
        if number == 0 or not reading:
            assert point.news is None
            continue
        bare = sim.run(rewind(idlib.scenario, point.date, without=tuple(reading)), runs=4096, seed=3)
        assert point.news is not None
        assert point.news.p == pytest.approx(point.by[180].p - bare.probability("offensive").p)


def test_an_article_moves_what_leaving_it_out_takes_back() -> None:
    """Before and after share the date and the articles before it; the items of later articles are not in either."""
    scenario = sim.load(SCENARIOS / "niger-2023" / "baseline.yaml")
    assert scenario.evidence is not None
    bench = Bench(Plan(runs=1024, seed=3))
    day = datetime.date(2023, 8, 5)
    made = with_articles(history(scenario, [day, scenario.as_of], bench), bench)
    assert made.articles is not None
    told = [one.source for one in made.articles]
    assert told == ["senate-2023-08-05", "france-2023-08-05", "algeria-2023-08-05", "ap-2023-08-05"]
    items = scenario.evidence.items
    for place, one in enumerate(made.articles):
        assert one.items == tuple(name for name, item in items.items() if item.source == one.source)
        later = [name for name, item in items.items() if item.source in told[place + 1 :]]
        after = sim.run(rewind(scenario, day, without=later), runs=1024, seed=3)
        before = sim.run(rewind(scenario, day, without=[*later, *one.items]), runs=1024, seed=3)
        assert (one.after[180], one.before[180]) == (after.probability("offensive"), before.probability("offensive"))
        assert one.change.p == pytest.approx(one.after[180].p - one.before[180].p)
    assert made.articles[0].change.high < 0, "the Senate did not approve of force"
    record = json.loads(json.dumps(made.record()))
    assert [row[5] for row in articles_table(record).rows] == [one.title for one in made.articles]
    assert "articles" not in history(scenario, [scenario.as_of], bench).record()


def test_a_scenario_without_evidence_has_a_history_without_moves(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path)
    days = [datetime.date(2019, 12, 20), datetime.date(2020, 1, 1)]
    found = history(scenario, days, Bench(Plan(runs=64, seed=3)))
    assert (found.moves, [point.known_items for point in found.points]) == ((), [0, 0])
    record = json.loads(json.dumps(found.record()))
    assert all(row[-1] == "no evidence yet" for row in figure_of(record).table.rows)


def test_what_moved_it_most_never_went_the_other_way(idlib: History) -> None:
    record = json.loads(json.dumps(idlib.record()))
    start, end = ends(record)
    assert all(row[4].startswith("−") != (end.p >= start.p) for row in largest(record))


def test_the_record_is_plain_and_the_same_each_time(idlib: History) -> None:
    once, again = (history(idlib.scenario, DAYS[:3], Bench(Plan(runs=512, seed=3))) for _ in range(2))
    assert {move.id for move in once.moves} >= {"E21", "E23", "E24"}
    assert json.dumps(once.record()) == json.dumps(again.record())


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
