"""The charts of a forecast's report, by the id of their place on the page.

`specifications` reads the record alone. Dots and the strips of the headline are drawn by the page itself.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim.report.chance import Chance
from sim.report.charts import LIGHT, Spec, noon, safe, time_axis, tint
from sim.report.curves import convergence, fans, hazard, incidence, states
from sim.report.pages.counterfactuals import changes
from sim.report.reading import Record, calendar_of, outcome_at, strikes_of, weeks
from sim.report.rows import Bar, Dot, Row, Words, reference, rows_chart, shares_axis
from sim.report.sections.drivers import bars
from sim.report.sections.indicators import signs
from sim.report.sections.storylines import UNDER, titles_of, turn_text
from sim.report.values import Calendar, short_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sim.report.sections.indicators import Sign

_DIRECTIONS = {"rises": "offensive", "falls": "agreement"}
_TURNS = {
    "rise": ("triangle-up", "ink", 10, ""),
    "fall": ("triangle-down", "ink", 10, ""),
    "agreement": ("diamond", "agreement", 10, "agreement"),
    "breakdown": ("x", "agreement", 10, "breakdown"),
    "terms": ("hexagon", "terms", 14, "terms of surrender"),
    "limited": ("square", "limited", 14, "limited offensive"),
    "full": ("square", "full", 14, "full offensive"),
}
"""Symbol, colour, size and name of each kind of turning point; one without a name is a mark only."""


def specifications(record: Record) -> dict[str, Spec]:
    """Build every figure the record has data for.

    Parameters
    ----------
    record
        The content of forecast.json.

    Returns
    -------
    dict
        Plotly data and layout by element id.
    """
    figures = {"incidence": incidence(record), "states": states(record)}
    if any(True for _ in weeks(record)):
        figures["hazard"] = hazard(record)
    for number, actor in enumerate(record["actors"].values(), 1):
        figures[f"actor-{number}"] = fans(calendar_of(record), actor)
    built = {"drivers": drivers, "indicators": indicators, "counterfactuals": changes}
    for name, build in built.items():
        if (one := build(record)) is not None:
            figures[f"{name}-figure"] = one
    if record.get("storylines"):
        figures["timelines"] = timelines(record)
    if record["convergence"]:
        figures["convergence"] = convergence(record)
    return figures


def drivers(record: Record) -> Spec | None:
    """Return the tornado of drivers: the probability at the low end (hollow) and the high end of each input."""
    known = bars(record)
    if not known:
        return None
    middle = outcome_at(record, "offensive", record["horizon"])
    rows = []
    for one in known:
        colour = _DIRECTIONS.get(one.direction, "muted")
        said, (low, high) = safe(one.said), (one.low, one.high)
        ends = (
            Dot(low.p, colour, said, low.low, low.high, rim=2, hollow=True),
            Dot(high.p, colour, said, high.low, high.high, size=12),
        )
        rows.append(Row(one.label, [Bar(low.p, high.p, tint(colour, 0.36), 9)], ends, [Words("", colour, one.text)]))
    fig = rows_chart(
        rows,
        shares_axis(end.high for one in known for end in (one.low, one.high)),
    )
    reference(fig, middle.p, f"forecast {middle.label}", heading="index")
    return fig


def indicators(record: Record) -> Spec | None:
    """Return the figure of indicators: a full bar if it is seen, a pale one if not, a line for not having looked."""
    shown = signs(record)
    if not shown:
        return None
    xaxis = shares_axis(end.high for one in shown for end in (one.if_seen, one.if_not))
    rows = [_sign(one) for one in shown]
    return rows_chart(rows, xaxis, row=78, room=60, span=(0.3, 0.62), name_shift=15, top=16, right=104)


def _sign(sign: Sign) -> Row:
    drawn, ends, words = [], [], []
    sides = ((sign.if_seen, 0.1, "if seen", LIGHT["offensive"]), (sign.if_not, -0.1, "if not", tint("offensive", 0.36)))
    for one, at, text, colour in sides:
        said = safe(f"{sign.short}: {one.text} ({one.interval}) {text}")
        drawn.append(Bar(0.0, one.p, colour, 13, at, said=said))
        ends.append(Dot(one.p, "ink", said, one.low, one.high, size=0, at=at))
        words.append(Words(text, strong=one.label, at=at) if at > 0 else Words(f"{one.label} {text}", at=at))
    said = safe(f"without checking: {sign.unknown.text}")
    drawn.append(Bar(sign.unknown.p, sign.unknown.p, LIGHT["ink"], 2, -0.215, 0.215, "dot", said))
    return Row(sign.short, drawn, ends, [*words, Words(f"seen in {sign.seen.text}", "muted", size=12, at=-0.31)])


def timelines(record: Record) -> Spec:
    """Return the timelines of storylines: phases as lines, bombing as dots, turning points as marks."""
    calendar, courses = calendar_of(record), record["storylines"]
    rows = [
        Row(
            title.removesuffix(UNDER), list(_phases(calendar, course)), list(_marks(record, calendar, course)),
            list(_names(calendar, course)), head=f"{place}  {Chance.of(course['share']).label}",
        )
        for place, (title, course) in enumerate(zip(titles_of(record), courses, strict=True), 1)
    ]  # fmt: skip
    return rows_chart(
        rows, time_axis(calendar), row=86, room=56, span=(0.45, 0.6), name_shift=13, top=12, left=30, right=18
    )


def _phases(calendar: Calendar, course: Mapping[str, Any]) -> Iterator[Bar]:
    for (start, phase), (end, _) in pairwise([*course["phases"], [course["days"], ""]]):
        colour, width = ("agreement", 7) if phase == "agreement" else ("standoff", 3)
        yield Bar(calendar.at(start), calendar.at(max(end, start + 1)), LIGHT[colour], width)


def _marks(record: Record, calendar: Calendar, course: Mapping[str, Any]) -> Iterator[Dot]:
    for day in course["strikes"]:
        said = f"{short_date(calendar.date(day))}: {safe(strikes_of(record))}"
        yield Dot(noon(calendar, day), "strikes", said, size=5, at=-0.17)
    for turn in course["turns"]:
        if turn["kind"] in _TURNS:
            symbol, colour, size, _ = _TURNS[turn["kind"]]
            said = f"{short_date(calendar.date(turn['day']))}: {safe(turn_text(record, course, turn))}"
            yield Dot(noon(calendar, turn["day"]), colour, said, size=size, rim=1, symbol=symbol)


def _names(calendar: Calendar, course: Mapping[str, Any]) -> Iterator[Words]:
    """Name the changes of phase, the last first, that have room next to one another."""
    taken: list[int] = []
    for turn in reversed(course["turns"]):
        day, (_, colour, _, name) = turn["day"], _TURNS.get(turn["kind"], ("", "", 0, ""))
        if name and all(abs(day - other) >= 0.34 * calendar.horizon for other in taken):
            taken.append(day)
            late, early = day > 0.75 * calendar.horizon, day < 0.15 * calendar.horizon
            anchor = "right" if late else "left" if early else "center"
            yield Words(name, colour, size=12, value=noon(calendar, day), anchor=anchor, shift=-33)
