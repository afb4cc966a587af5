"""The forecast recomputed day by day using only what was known then, and how far each item of news moved it.

Every day uses the same seed, so the curve moves by the news and not by chance. The effect of an item is the paired
change of the probability, on the first day that knows it, against the same forecast without that item. The effect of an
article is the change from the forecast without it to the one with it, both as of its date. Articles count in the order
of their dates, and on one date in the order of the list of sources.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import filterfalse
from typing import TYPE_CHECKING, Any

from sim.errors import UsageError
from sim.forecast.record import head_of
from sim.scenario.edit import rewind
from sim.studies.records import plain

if TYPE_CHECKING:
    from sim.estimates import Estimate
    from sim.forecast.forecast import Forecast
    from sim.forecast.plan import Plan
    from sim.scenario.evidence import Item, Source
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Bench

FORMAT = "offramp/history/1"
MAX_POINTS = 200


@dataclass(frozen=True)
class Point:
    """The forecast of one day.

    Attributes
    ----------
    by
        Probability of an offensive within each milestone, counted from that day.
    new_items
        Items of the evidence that were not known the day before.
    known_items
        Number of items known.
    news
        The combined paired change within the horizon by all new items; None on the first day, and if none of them reads
        a stance.
    """

    date: datetime.date
    by: Mapping[int, Estimate]
    new_items: tuple[str, ...]
    known_items: int = 0
    news: Estimate | None = None


@dataclass(frozen=True)
class Move:
    """The change by one item of the evidence, on the first day that knew it."""

    date: datetime.date
    id: str
    change: Estimate


@dataclass(frozen=True)
class Adoption:
    """The forecast as of an article's date, without it and with it.

    Attributes
    ----------
    source
        Its id in the list of sources.
    items
        Items of the evidence that cite it and are known by that date.
    before, after
        Probability of an offensive within each milestone, counted from the article's date.
    change
        The paired change within the horizon by the article.
    """

    source: str
    title: str
    date: datetime.date
    items: tuple[str, ...]
    before: Mapping[int, Estimate]
    after: Mapping[int, Estimate]
    change: Estimate


@dataclass(frozen=True)
class History:
    """Points in the order of their dates, the moves between them and, if requested, each article's own."""

    scenario: Scenario
    plan: Plan
    points: tuple[Point, ...]
    moves: tuple[Move, ...]
    articles: tuple[Adoption, ...] | None = None

    def record(self) -> dict[str, Any]:
        """Return the history as plain values."""
        items = items_of(self.scenario)
        articles = {} if self.articles is None else {"articles": plain(self.articles)}
        return {
            **head_of(FORMAT, self.scenario),
            **self.plan.record(),
            "milestones": list(self.scenario.milestones),
            "points": plain(self.points),
            "moves": [
                {
                    "date": move.date.isoformat(),
                    "id": move.id,
                    "item_date": items[move.id].date.isoformat(),
                    "says": items[move.id].says,
                    **move.change.row(),
                }
                for move in self.moves
            ],
            **articles,
        }


def items_of(scenario: Scenario) -> Mapping[str, Item]:
    """Return the items of a scenario's evidence by id; empty without evidence."""
    return {} if scenario.evidence is None else scenario.evidence.items


def dates_between(start: datetime.date, end: datetime.date, every: int) -> list[datetime.date]:
    """Return the days from `start` on, `every` days apart, always including the last.

    Raises
    ------
    UsageError
        If the order or the step is wrong, or there are too many days.
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
) -> History:
    """Recompute the forecast for each day.

    Parameters
    ----------
    days
        In rising order, none after the as-of date.
    finished
        Called once for each finished day.

    Raises
    ------
    UsageError
        If there are too few runs to pair.
    """
    bench.plan.check_pairs()
    points: list[Point] = []
    moves: list[Move] = []
    known: set[str] = set()
    for day in days:
        then = rewind(scenario, day)
        forecast = bench.forecast(then)
        new = tuple(filterfalse(known.__contains__, items_of(then)))
        known.update(new)
        reading = [name for name in new if points and items_of(scenario)[name].reads_stance]
        moves += [Move(day, name, _change(scenario, day, [name], forecast, bench)) for name in reading]
        news = _change(scenario, day, reading, forecast, bench) if reading else None
        points.append(Point(day, _by_day(scenario, forecast), new, len(known), news))
        finished()
    return History(scenario, bench.plan, tuple(points), tuple(moves))


def with_articles(made: History, bench: Bench) -> History:
    """Add the forecasts before and after each article published from the history's first day on."""
    articles = _articles(made.scenario)
    adopted = (
        _adoption(made.scenario, name, source, dict(articles[place + 1 :]), bench)
        for place, (name, source) in enumerate(articles)
        if source.date >= made.points[0].date
    )
    return replace(made, articles=tuple(adopted))


def _change(scenario: Scenario, day: datetime.date, names: Sequence[str], forecast: Forecast, bench: Bench) -> Estimate:
    """Compare the forecast of a day with the one that lacks some of its items, paired."""
    return bench.forecast(rewind(scenario, day, without=tuple(names))).difference(forecast, "offensive")


def _articles(scenario: Scenario) -> list[tuple[str, Source]]:
    """Return the sources that items cite, up to the as-of date, by date and on one date in their order."""
    if scenario.evidence is None:
        return []
    cited = {item.source for item in scenario.evidence.items.values()}
    known = ((name, one) for name, one in scenario.evidence.sources.items() if one.date <= scenario.as_of)
    return sorted(((name, one) for name, one in known if name in cited), key=lambda source: source[1].date)


def _adoption(scenario: Scenario, name: str, source: Source, later: Collection[str], bench: Bench) -> Adoption:
    """Return the forecasts as of the date of an article, without it and with it, and without anything later."""
    items = items_of(scenario).items()
    unseen = tuple(id_ for id_, item in items if item.source in later)
    own = tuple(id_ for id_, item in items if item.source == name and item.known_from <= source.date)
    before = bench.forecast(rewind(scenario, source.date, without=(*unseen, *own)))
    after = bench.forecast(rewind(scenario, source.date, without=unseen))
    return Adoption(
        name, source.title, source.date, own, _by_day(scenario, before), _by_day(scenario, after),
        before.difference(after, "offensive"),
    )  # fmt: skip


def _by_day(scenario: Scenario, forecast: Forecast) -> dict[int, Estimate]:
    return {day: forecast.probability("offensive", day) for day in scenario.milestones}
