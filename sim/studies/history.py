"""The forecast recomputed day by day using only what was known then, and how far each item of news moved it.

Every day uses the same seed, so the curve moves by the news and not by chance. The effect of an item is the paired
change of the probability, on the first day that knows it, against the same forecast without that item. The effect of an
article is the change from the forecast without it to the one with it, both as of its date. Articles count in the order
of their dates, and on one date in the order of the list of sources.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import filterfalse
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.forecast.record import head_of
from sim.scenario.edit import rewind

if TYPE_CHECKING:
    from sim.forecast.forecast import Forecast
    from sim.scenario.evidence import Item, Source
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Bench
    from sim.studies.records import Row

FORMAT = "offramp/history/1"
MAX_POINTS = 200


def items_of(scenario: Scenario) -> Mapping[str, Item]:
    """Return the items of a scenario's evidence by id; empty without evidence."""
    return {} if scenario.evidence is None else scenario.evidence.items


def dates_between(start: datetime.date, end: datetime.date, every: int) -> list[datetime.date]:
    """Return the days from `start` on, `every` days apart, always including the last.

    Raises UsageError if the order or the step is wrong, or there are too many days.
    """
    if every < 1:
        raise UsageError(f"expected a step of at least one day (got {every})")
    if start > end:
        raise UsageError(f"expected a first day up to the as-of date {end} (got {start})")
    days = [start + datetime.timedelta(days=n) for n in range(0, (end - start).days + 1, every)]
    if len(days) > MAX_POINTS:
        raise UsageError(f"more than {MAX_POINTS} days; take a larger step")
    return days if days[-1] == end else [*days, end]


def history(
    scenario: Scenario, days: list[datetime.date], bench: Bench, *, finished: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Recompute the forecast for each day; return the content of history.json.

    A point is the forecast of one day: the probability within each milestone counted from it, and the combined change
    within the horizon by all items not known the day before, null on the first day and if none of them reads a stance.
    A move is the change by one item of the evidence, on the first day that knew it.

    The days rise, and none lies after the as-of date; `finished` is called once for each. Raises UsageError if there
    are too few runs to pair.
    """
    bench.plan.check_pairs()
    items = items_of(scenario)
    points: list[dict[str, Any]] = []
    moves: list[dict[str, Any]] = []
    known: set[str] = set()
    for day in days:
        then = rewind(scenario, day)
        forecast = bench.forecast(then)
        new = list(filterfalse(known.__contains__, items_of(then)))
        known.update(new)
        reading = [name for name in new if points and items[name].reads_stance]
        for name in reading:
            about = {"item_date": items[name].date.isoformat(), "says": items[name].says}
            change = _change(scenario, day, [name], forecast, bench)
            moves.append({"date": day.isoformat(), "id": name, **about, **change})
        news = _change(scenario, day, reading, forecast, bench) if reading else None
        by = _by_day(scenario, forecast)
        points.append({"date": day.isoformat(), "by": by, "new_items": new, "known_items": len(known), "news": news})
        finished()
    return {
        **head_of(FORMAT, scenario),
        **bench.plan.record(),
        "milestones": list(scenario.milestones),
        "points": points,
        "moves": moves,
    }


def articles_from(scenario: Scenario, start: datetime.date, bench: Bench) -> list[dict[str, Any]]:
    """Return the forecasts as of the date of each article from a day on, without it and with it, for a history."""
    articles = _articles(scenario)
    return [
        _adoption(scenario, name, source, dict(articles[place + 1 :]), bench)
        for place, (name, source) in enumerate(articles)
        if source.date >= start
    ]


def _change(scenario: Scenario, day: datetime.date, names: Sequence[str], forecast: Forecast, bench: Bench) -> Row:
    """Compare the forecast of a day with the one that lacks some of its items, paired."""
    return bench.forecast(rewind(scenario, day, without=tuple(names))).difference(forecast, "offensive").row()


def _articles(scenario: Scenario) -> list[tuple[str, Source]]:
    """Return the sources that items cite, up to the as-of date, by date and on one date in their order."""
    if scenario.evidence is None:
        return []
    cited = {item.source for item in scenario.evidence.items.values()}
    known = ((name, one) for name, one in scenario.evidence.sources.items() if one.date <= scenario.as_of)
    return sorted(((name, one) for name, one in known if name in cited), key=lambda source: source[1].date)


def _adoption(scenario: Scenario, name: str, source: Source, later: Collection[str], bench: Bench) -> dict[str, Any]:
    """Return the forecasts as of the date of an article, without it and with it, and without anything later.

    Its items are those that cite it and are known by that date.
    """
    items = items_of(scenario).items()
    unseen = tuple(id_ for id_, item in items if item.source in later)
    own = tuple(id_ for id_, item in items if item.source == name and item.known_from <= source.date)
    before = bench.forecast(rewind(scenario, source.date, without=(*unseen, *own)))
    after = bench.forecast(rewind(scenario, source.date, without=unseen))
    return {
        "source": name,
        "title": source.title,
        "date": source.date.isoformat(),
        "items": list(own),
        "before": _by_day(scenario, before),
        "after": _by_day(scenario, after),
        "change": before.difference(after, "offensive").row(),
    }


def _by_day(scenario: Scenario, forecast: Forecast) -> dict[str, Row]:
    return {str(day): forecast.probability("offensive", day).row() for day in scenario.milestones}
