"""The timeline of storylines: a lane each, its phases as a line, bombing as dots, turning points as marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from sim.report.chance import Chance
from sim.report.charts import axis, figure, note, safe, time_axis
from sim.report.dates import Calendar, short_date
from sim.report.palette import LIGHT
from sim.report.reading import Record, calendar_of, strikes_of
from sim.report.story import turn_text
from sim.report.storylines import UNDER, titles_of

LANE = 86
_MARKS = {
    "rise": ("triangle-up", "ink"),
    "fall": ("triangle-down", "ink"),
    "agreement": ("diamond", "agreement"),
    "breakdown": ("x", "agreement"),
    "terms": ("hexagon", "terms"),
    "limited": ("square", "limited"),
    "full": ("square", "full"),
}
_NAMED = {
    "limited": "limited offensive",
    "full": "full offensive",
    "terms": "terms of surrender",
    "agreement": "agreement",
    "breakdown": "breakdown",
}


def lanes(record: Record) -> go.Figure:
    """Draw the storylines of a record, the first at the top."""
    calendar, told = calendar_of(record), record["storylines"]
    fig = figure(height=LANE * len(told) + 56, top=12, left=30, right=18)
    for place, (title, course) in enumerate(zip(titles_of(record), told, strict=True)):
        y = len(told) - 1 - place
        _phases(fig, calendar, course, y)
        _strikes(fig, record, course, y)
        _turns(fig, record, course, y)
        text = f"<b>{place + 1}  {safe(Chance.of(course['share']).label)}</b>  {safe(title.removesuffix(UNDER))}"
        note(fig, text, y=y, yref="y", yshift=13, font={"color": LIGHT["ink"], "size": 13})
    fig.update_layout(
        xaxis=time_axis(calendar),
        yaxis=axis(range=[-0.55, len(told) - 0.4], showgrid=False, showticklabels=False),
        hovermode="closest",
    )
    return fig


def _phases(fig: go.Figure, calendar: Calendar, course: Mapping[str, Any], y: float) -> None:
    starts = [*course["phases"], [course["days"], ""]]
    for (start, phase), (end, _) in pairwise(starts):
        agreed = phase == "agreement"
        fig.add_trace(
            go.Scatter(
                x=[calendar.at(start), calendar.at(max(end, start + 1))],
                y=[y, y],
                mode="lines",
                line={"color": LIGHT["agreement" if agreed else "standoff"], "width": 7 if agreed else 3},
                hoverinfo="skip",
            )
        )


def _strikes(fig: go.Figure, record: Record, course: Mapping[str, Any], y: float) -> None:
    calendar, days = calendar_of(record), course["strikes"]
    name = safe(strikes_of(record))
    fig.add_trace(
        go.Scatter(
            x=[f"{calendar.at(day)}T12:00:00" for day in days],
            y=[y - 0.17] * len(days),
            mode="markers",
            marker={"symbol": "circle", "size": 5, "color": LIGHT["strikes"]},
            text=[f"{short_date(calendar.date(day))}: {name}" for day in days],
            hoverinfo="text",
        )
    )


def _turns(fig: go.Figure, record: Record, course: Mapping[str, Any], y: float) -> None:
    calendar = calendar_of(record)
    turns = [turn for turn in course["turns"] if turn["kind"] in _MARKS]
    fig.add_trace(
        go.Scatter(
            x=[f"{calendar.at(turn['day'])}T12:00:00" for turn in turns],
            y=[y] * len(turns),
            mode="markers",
            marker={
                "symbol": [_MARKS[turn["kind"]][0] for turn in turns],
                "size": [14 if turn["kind"] in ("limited", "full", "terms") else 10 for turn in turns],
                "color": [LIGHT[_MARKS[turn["kind"]][1]] for turn in turns],
                "line": {"color": LIGHT["page"], "width": 1},
            },
            text=[
                f"{short_date(calendar.date(turn['day']))}: {safe(turn_text(record, course, turn))}" for turn in turns
            ],
            hoverinfo="text",
            cliponaxis=False,
        )
    )
    for day, text, colour in _labels(course, calendar.horizon):
        late = day > 0.75 * calendar.horizon
        note(
            fig, text, x=f"{calendar.at(day)}T12:00:00", xref="x", y=y, yref="y", yshift=-33,
            xanchor="right" if late else "left" if day < 0.15 * calendar.horizon else "center",
            font={"color": LIGHT[colour], "size": 12},
        )  # fmt: skip


def _labels(course: Mapping[str, Any], horizon: int) -> Iterator[tuple[int, str, str]]:
    """Name the changes of phase, the last first, that have room beside one another."""
    taken: list[int] = []
    for turn in reversed(course["turns"]):
        if turn["kind"] in _NAMED and all(abs(turn["day"] - day) >= 0.34 * horizon for day in taken):
            taken.append(turn["day"])
            yield turn["day"], _NAMED[turn["kind"]], _MARKS[turn["kind"]][1]
