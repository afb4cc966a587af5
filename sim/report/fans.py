"""The small fan charts of one actor: stance and posture over the weeks, with 50% and 90% bands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sim.report.charts import axis, band, figure, line, note, safe, time_axis
from sim.report.palette import LIGHT
from sim.report.values import on_scale, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from sim.report.dates import Calendar
    from sim.report.reading import Record


def fans(calendar: Calendar, actor: Record) -> go.Figure:
    """Fan charts of one actor, stance on the left and posture on the right."""
    fig = figure(height=206, top=46, right=8, left=30, bottom=26)
    fig.update_layout(
        xaxis={**time_axis(calendar, small=True), "domain": [0, 0.43]},
        xaxis2={**time_axis(calendar, small=True), "domain": [0.57, 1], "anchor": "y2"},
        yaxis=axis(range=[-1, 1], tickvals=[-1, 0, 1], ticktext=["−1", "0", "+1"]),
        yaxis2=axis(range=[0, 1], tickvals=[0, 0.5, 1], ticktext=["0", "0.5", "1"], anchor="x2"),
    )
    posture = safe(str(actor["posture_name"]).capitalize())
    x = [calendar.at(day) for day in actor["day"]]
    _fan(fig, x, actor["stance"], "", on_scale)
    _fan(fig, x, actor["posture"], "2", plain)
    for title, kind, left, write in (("Stance", "stance", 0.0, on_scale), (posture, "posture", 0.57, plain)):
        medians = [value for value in actor[kind]["q50"] if value is not None]
        change = f"{write(medians[0])} → {write(medians[-1])}" if medians else "no runs"
        note(fig, f"<b>{title}</b><br>{change}", x=left, font={"color": LIGHT["ink"], "size": 13}, yshift=3)
    return fig


def _fan(fig: go.Figure, x: Sequence[str], curves: Record, suffix: str, write: Callable[[float], str]) -> None:
    """Draw the bands and median of one panel over the weeks that still have runs."""
    known = [index for index, value in enumerate(curves["q50"]) if value is not None]
    if not known:
        return
    x = [x[index] for index in known]
    values = {q: [curves[q][index] for index in known] for q in curves}
    axes: dict[str, Any] = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    for low, high, opacity in (("q05", "q95", 0.18), ("q25", "q75", 0.36)):
        fig.add_trace(band(x, values[low], values[high], "fan", opacity=opacity).update(**axes))
    texts = [
        f"median {write(m)}<br>50%: {write(a)} to {write(b)}<br>90%: {write(c)} to {write(d)}"
        for m, a, b, c, d in zip(*(values[q] for q in ("q50", "q25", "q75", "q05", "q95")), strict=True)
    ]
    fig.add_trace(line(x, values["q50"], "fan", texts).update(**axes))
