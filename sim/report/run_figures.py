"""The figures of one run: postures and stances of the leading actors day by day, agreements shaded, events marked."""

from __future__ import annotations

from itertools import pairwise

import plotly.graph_objects as go

from sim.report.charts import Spec, axis, end_labels, figure, line, note, rule, safe, spec, time_axis
from sim.report.dates import short_date
from sim.report.palette import LIGHT, tint
from sim.report.reading import Record, calendar_of, strikes_of
from sim.report.values import on_scale, plain

_COLOURS = ("offensive", "limited", "agreement", "strikes", "standoff")


def run_figures(record: Record) -> dict[str, Spec]:
    """Return the figures of an explanation by their places."""
    return {"run-posture": spec(_lines(record, "posture")), "run-stance": spec(_lines(record, "stance"))}


def _lines(record: Record, kind: str) -> go.Figure:
    calendar, course = calendar_of(record), record["course"]
    write = plain if kind == "posture" else on_scale
    low = 0 if kind == "posture" else -1
    fig = figure(height=300, top=30)
    _ground(fig, record)
    x = [calendar.at(day) for day in range(course["days"] + 1)]
    labels = []
    for place, name in enumerate(course["start"]["posture"]):
        actor, colour = record["actors"][name], _COLOURS[place % len(_COLOURS)]
        values = record["daily"]["actors"][name][kind]
        told = actor["posture_name"] if kind == "posture" else "stance"
        fig.add_trace(line(x, values, colour, [f"{safe(actor['name'])}, {told} {write(value)}" for value in values]))
        labels.append(((values[-1] - low) / (1 - low), str(actor["name"]), colour))
    fig.update_layout(xaxis=time_axis(calendar), yaxis=axis(range=[low, 1], nticks=5))
    end_labels(fig, labels, 1.0)
    return fig


def _ground(fig: go.Figure, record: Record) -> None:
    """Shade agreements, mark days of heavy bombing along the foot and the offensive."""
    calendar, course = calendar_of(record), record["course"]
    for (start, phase), (end, _) in pairwise([*course["phases"], [course["days"], ""]]):
        if phase == "agreement":
            fig.add_shape(
                type="rect", x0=calendar.at(start), x1=calendar.at(end), y0=0, y1=1, yref="paper", layer="below",
                line={"width": 0}, fillcolor=tint("agreement", 0.18),
            )  # fmt: skip
            note(fig, "agreement", x=calendar.at(start), xref="x", font={"color": LIGHT["agreement"], "size": 12})
    fig.add_trace(
        go.Scatter(
            x=[f"{calendar.at(day)}T12:00:00" for day in course["strikes"]], y=[0.02] * len(course["strikes"]),
            yaxis="y2", mode="markers", marker={"color": LIGHT["strikes"], "size": 6},
            text=[f"{short_date(calendar.date(day))}: {safe(strikes_of(record))}" for day in course["strikes"]],
            hoverinfo="text",
        )
    )  # fmt: skip
    fig.update_layout(yaxis2=axis(range=[0, 1], overlaying="y", visible=False))
    if course["day"] is not None:
        yielded = course["end"] == "terms"
        colour, end = ("terms", "terms of surrender") if yielded else ("offensive", f"{course['end']} offensive")
        rule(fig, f"{calendar.at(course['day'])}T12:00:00", colour)
        late = course["day"] > 0.7 * record["horizon"]
        note(
            fig, end, x=f"{calendar.at(course['day'])}T12:00:00", xref="x",
            xanchor="right" if late else "left", font={"color": LIGHT[colour], "size": 12}, yshift=14,
        )  # fmt: skip
