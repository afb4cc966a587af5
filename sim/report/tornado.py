"""A tornado: for each input the probability at its low end (hollow dot) and at its high end (full dot), with bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from sim.report.charts import figure, note, rule, safe, share_axis, top_of
from sim.report.palette import LIGHT, tint

if TYPE_CHECKING:
    from sim.report.chance import Chance

ROW = 46
"""Height of a row in pixels: its label stands above its bar, so that a phone has room for it."""
COLOURS = {"rises": "offensive", "falls": "agreement"}


@dataclass(frozen=True)
class Bar:
    """One input: the probability at both its ends, which way it goes, and what stands at the right."""

    label: str
    low: Chance
    high: Chance
    direction: str
    text: str
    said: str


def tornado(bars: Sequence[Bar], middle: Chance, heading: str) -> go.Figure:
    """Return the figure.

    Parameters
    ----------
    middle
        The probability over all of every input, where a line stands.
    heading
        What the texts at the right are.
    """
    fig = figure(height=ROW * len(bars) + 74, top=30, left=14, right=64)
    top = top_of([max(one.high for one in (bar.low, bar.high)) for bar in bars])
    for place, bar in enumerate(bars):
        _row(fig, bar, -float(place))
    rule(fig, str(middle.p), "muted", "dot")
    fig.layout.shapes[-1].update(x0=middle.p, x1=middle.p)
    side = "left" if middle.p < top / 2 else "right"
    note(fig, safe(f"forecast {middle.label}"), x=middle.p, xref="x", xanchor=side)
    note(fig, safe(heading), x=1, xanchor="left", xshift=8)
    fig.update_layout(
        xaxis={**share_axis(top), "showgrid": True},
        yaxis={"visible": False, "range": [0.4 - len(bars), 0.75], "fixedrange": True},
        hovermode="closest",
    )
    return fig


def _row(fig: go.Figure, bar: Bar, y: float) -> None:
    name = COLOURS.get(bar.direction, "muted")
    colour, ends = LIGHT[name], (bar.low, bar.high)
    both = [one.p for one in ends]
    broad = {"color": tint(name, 0.36), "width": 9}
    fig.add_trace(go.Scatter(x=both, y=[y, y], mode="lines", line=broad, hoverinfo="skip"))
    for one in ends:
        fig.add_trace(
            go.Scatter(
                x=[one.low, one.high], y=[y, y], mode="lines+markers", line={"color": colour, "width": 1},
                marker={"symbol": "line-ns-open", "size": 11, "color": colour}, hoverinfo="skip",
            )
        )  # fmt: skip
    dots = {"opacity": 1, "size": 10, "color": [LIGHT["page"], colour], "line": {"color": colour, "width": 2}}
    fig.add_trace(
        go.Scatter(
            x=both, y=[y, y], mode="markers", hoverinfo="text", text=[safe(bar.said)] * 2, marker=dots,
            cliponaxis=False,
        )
    )  # fmt: skip
    note(fig, safe(bar.label), xref="paper", y=y, yref="y", yshift=8, font={"color": LIGHT["ink"], "size": 13})
    place = {"x": 1, "y": y, "yref": "y", "yanchor": "middle", "xshift": 8, "yshift": 0}
    note(fig, f"<b>{safe(bar.text)}</b>", font={"color": colour, "size": 13}, **place)
