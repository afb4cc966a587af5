"""Before and after: one row for each change of a probability, a hollow dot as it is and a full one otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from sim.report.charts import figure, note, rule, safe, share_axis, top_of
from sim.report.palette import LIGHT

ROW = 46
"""Height of a row in pixels: its label stands above its line, so that a phone has room for it."""
RISES, FALLS, NEITHER = "offensive", "agreement", "muted"


@dataclass(frozen=True)
class Pair:
    """One row: the probability before and after, and where the interval of the change puts the latter."""

    label: str
    before: float
    after: float
    low: float
    high: float
    text: str
    clear: bool


def dumbbell(pairs: Sequence[Pair], reference: str) -> go.Figure:
    """Return the figure.

    Parameters
    ----------
    pairs
        The first at the top; all with the same `before`.
    reference
        What the line at it is called, such as `as it is 17%`.
    """
    fig = figure(height=ROW * len(pairs) + 74, top=30, left=14, right=64)
    top = top_of([max(pair.before, pair.high) for pair in pairs])
    for place, pair in enumerate(pairs):
        _row(fig, pair, -float(place))
    rule(fig, str(pairs[0].before), "muted", "dot")
    fig.layout.shapes[-1].update(x0=pairs[0].before, x1=pairs[0].before)
    note(fig, safe(reference), x=pairs[0].before, xref="x", xanchor="left" if pairs[0].before < top / 2 else "right")
    note(fig, "points", x=1, xanchor="left", xshift=8)
    fig.update_layout(
        xaxis={**share_axis(top), "showgrid": True},
        yaxis={"visible": False, "range": [0.4 - len(pairs), 0.75], "fixedrange": True},
        hovermode="closest",
    )
    return fig


def _row(fig: go.Figure, pair: Pair, y: float) -> None:
    colour = LIGHT[NEITHER if not pair.clear else RISES if pair.after > pair.before else FALLS]
    said = f"{safe(pair.label)}: {safe(pair.text)}"
    both, level = [pair.before, pair.after], [y, y]
    fig.add_trace(go.Scatter(x=both, y=level, mode="lines", line={"color": colour, "width": 3}, hoverinfo="skip"))
    fig.add_trace(
        go.Scatter(
            x=[pair.low, pair.high], y=level, mode="lines+markers", line={"color": colour, "width": 1},
            marker={"symbol": "line-ns-open", "size": 11, "color": colour}, hoverinfo="skip",
        )
    )  # fmt: skip
    dots = {"opacity": 1, "size": [9, 12], "color": [LIGHT["page"], colour]}
    dots["line"] = {"color": colour, "width": [2, 0]}
    fig.add_trace(
        go.Scatter(x=both, y=level, mode="markers", hoverinfo="text", text=[said] * 2, marker=dots, cliponaxis=False)
    )
    dark = {"color": LIGHT["ink"], "size": 13}
    note(fig, safe(pair.label), xref="paper", y=y, yref="y", yshift=8, font=dark)
    note(
        fig, f"<b>{safe(pair.text)}</b>", x=1, y=y, yref="y", yanchor="middle", xshift=8, yshift=0,
        font={"color": colour, "size": 13},
    )  # fmt: skip
