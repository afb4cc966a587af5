"""The forecast before and after each article: what an analyst would have seen on the day it was published.

Articles count in the order of their dates, and on one date in the order of the list of sources. Before and after share
one as-of date, the article's, and all random numbers: what lies between them is the article.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.scenario.rewind import rewind
from sim.studies.rows import plain_row

if TYPE_CHECKING:
    from sim.estimates import Estimate
    from sim.forecast.forecast import Forecast
    from sim.scenario.evidence import Evidence, Source
    from sim.scenario.scenario import Scenario
    from sim.studies.bench import Bench


@dataclass(frozen=True)
class Adoption:
    """The forecast as of an article's date without it and with it.

    Attributes
    ----------
    source
        Its id in the list of sources.
    items
        Items of the evidence that cite it and are known by that date.
    before, after
        Probability of an offensive within each milestone, counted from the article's date.
    change
        What the article changed within the horizon, paired.
    """

    source: str
    title: str
    date: datetime.date
    items: tuple[str, ...]
    before: Mapping[int, Estimate]
    after: Mapping[int, Estimate]
    change: Estimate

    def record(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "source": self.source,
            "title": self.title,
            "date": self.date.isoformat(),
            "items": list(self.items),
            "before": {str(day): plain_row(one) for day, one in self.before.items()},
            "after": {str(day): plain_row(one) for day, one in self.after.items()},
            "change": plain_row(self.change),
        }


def published(evidence: Evidence | None, start: datetime.date, end: datetime.date) -> list[tuple[str, Source]]:
    """Return the sources that items cite and that were published between two dates, both included, in their order."""
    if evidence is None:
        return []
    cited = {item.source for item in evidence.items.values()}
    found = [(name, source) for name, source in evidence.sources.items() if name in cited]
    return sorted(((name, one) for name, one in found if start <= one.date <= end), key=lambda found: found[1].date)


def adoptions(scenario: Scenario, start: datetime.date, bench: Bench) -> Iterator[Adoption]:
    """Yield the forecast before and after each article that was published from a date on."""
    evidence = scenario.evidence
    everything = published(evidence, datetime.date.min, scenario.as_of)
    for place, (name, source) in enumerate(everything):
        if evidence is None or source.date < start:
            continue
        later = {other for other, _ in everything[place + 1 :]}
        unseen = tuple(id_ for id_, item in evidence.items.items() if item.source in later)
        own = tuple(
            id_ for id_, item in evidence.items.items() if item.source == name and item.known_from <= source.date
        )
        before = bench.forecast(rewind(scenario, source.date, without=(*unseen, *own)))
        after = bench.forecast(rewind(scenario, source.date, without=unseen))
        yield Adoption(
            name, source.title, source.date, own, _by_day(scenario, before), _by_day(scenario, after),
            before.difference(after, "offensive"),
        )  # fmt: skip


def _by_day(scenario: Scenario, forecast: Forecast) -> dict[int, Estimate]:
    return {day: forecast.probability("offensive", day) for day in scenario.milestones}
