"""The figure of a history: probability of an offensive by as-of date, a line for each window, news marked above it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from sim.report.chance import Chance
from sim.report.charts import (
    Spec,
    apart,
    band,
    end_labels,
    figure,
    line,
    note,
    rule,
    share_axis,
    spec,
    time_axis,
    top_of,
)
from sim.report.dates import Calendar
from sim.report.palette import LIGHT
from sim.report.tables import with_interval
from sim.wording import counted

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from sim.report.reading import Record

_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def curve(record: Record, marks: Sequence[tuple[datetime.date, int]]) -> Spec:
    """Draw the probability over time.

    Parameters
    ----------
    record
        The content of history.json.
    marks
        Date and number of each piece of news, in order of time.
    """
    dates = [point["date"] for point in record["points"]]
    first, last = (datetime.date.fromisoformat(dates[end]) for end in (0, -1))
    calendar = Calendar(first, max(1, (last - first).days))
    fig = figure(height=410, top=30 if marks else 14)
    labels, highest = [], []
    for rank, days in enumerate(sorted(record["milestones"], reverse=True)):
        chances = [Chance.of(point["by"][str(days)]) for point in record["points"]]
        texts = [f"within {counted(days, 'day')}: {with_interval(one)}" for one in chances]
        fig.add_trace(band(dates, [one.low for one in chances], [one.high for one in chances], "offensive"))
        drawn = line(dates, [one.p for one in chances], "offensive", texts, dash=_DASHES[rank % len(_DASHES)])
        size = {"width": 1.8, "marker": 5} if rank else {"width": 3.5, "marker": 8}
        fig.add_trace(
            drawn.update(
                mode="lines+markers",
                line_width=size["width"],
                marker={"color": LIGHT["offensive"], "size": size["marker"]},
                cliponaxis=False,
            )
        )
        highest += [one.high for one in chances]
        labels.append((chances[-1].p, f"{counted(days, 'day')} {chances[-1].label}", "offensive"))
    top = top_of(highest)
    fig.update_layout(xaxis={**time_axis(calendar), "range": _room(calendar)}, yaxis=share_axis(top))
    _mark(fig, calendar, marks)
    end_labels(fig, labels, top)
    return spec(fig)


def _room(calendar: Calendar) -> list[str]:
    """Return the range of the time axis, begun early enough that the first dots keep clear of the other axis."""
    start = datetime.datetime.combine(calendar.as_of, datetime.time())
    early = start - datetime.timedelta(hours=round(0.4 * calendar.horizon))
    return [early.isoformat(), calendar.at(calendar.horizon)]


def _mark(fig: go.Figure, calendar: Calendar, marks: Sequence[tuple[datetime.date, int]]) -> None:
    """Mark news above the plot by its numbers; dates too close to have one label each share it."""
    days = sorted({(date - calendar.as_of).days for date, _ in marks})
    for day in days:
        rule(fig, calendar.at(day), "muted", "dot")
    heads = list(apart(days, calendar.horizon / 9))
    for head, after in pairwise([*heads, calendar.horizon + 1]):
        numbers = [number for date, number in marks if head <= (date - calendar.as_of).days < after]
        text = f"▼ {numbers[0]}" if len(numbers) == 1 else f"▼ {numbers[0]}-{numbers[-1]}"
        note(fig, text, x=calendar.at(head), xref="x", xanchor="center", yshift=4)
