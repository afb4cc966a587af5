"""Pairs of bars: for each sign the probability if it is seen, and if it is not, beside that of not having looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from sim.report.charts import figure, note, safe, share_axis, top_of
from sim.report.palette import LIGHT, tint

if TYPE_CHECKING:
    from sim.report.chance import Chance

ROW = 78
"""Height of a row in pixels: its label, two bars, and how often it is seen."""
THICK = 0.17
SIDES = (0.1, -0.1)
"""Where the two bars stand, from the middle of their row."""


@dataclass(frozen=True)
class PairedBars:
    """One row: a sign, the probability if it is seen and if not, and that of whoever has not looked."""

    label: str
    if_seen: Chance
    if_not: Chance
    unknown: Chance
    aside: str


def paired_bars(rows: Sequence[PairedBars]) -> go.Figure:
    """Return the figure."""
    fig = figure(height=ROW * len(rows) + 60, top=16, left=14, right=104)
    top = top_of([max(row.if_seen.high, row.if_not.high) for row in rows])
    for place, row in enumerate(rows):
        _row(fig, row, -float(place))
    fig.update_layout(
        xaxis={**share_axis(top), "showgrid": True},
        yaxis={"visible": False, "range": [0.3 - len(rows), 0.62], "fixedrange": True},
        hovermode="closest",
        bargap=0,
        barmode="overlay",
    )
    return fig


def _row(fig: go.Figure, row: PairedBars, y: float) -> None:
    colour = LIGHT["offensive"]
    sides = ((row.if_seen, SIDES[0], colour, "if seen"), (row.if_not, SIDES[1], tint("offensive", 0.36), "if not"))
    for one, shift, fill, words in sides:
        said = safe(f"{row.label}: {one.text} ({one.interval}) {words}")
        error = {
            "type": "data", "symmetric": False, "array": [one.high - one.p], "arrayminus": [one.p - one.low],
            "color": LIGHT["ink"], "thickness": 1, "width": 3,
        }  # fmt: skip
        fig.add_trace(
            go.Bar(
                x=[one.p], y=[y + shift], orientation="h", width=THICK, marker={"color": fill, "line": {"width": 0}},
                error_x=error, hoverinfo="text", hovertext=[said],
            )
        )  # fmt: skip
        place = {"x": 1, "y": y + shift, "yref": "y", "yanchor": "middle", "xshift": 8, "yshift": 0}
        bold = ("<b>", "</b>") if words == "if seen" else ("", "")
        note(fig, f"{bold[0]}{safe(one.label)}{bold[1]} {words}", font={"color": LIGHT["ink"], "size": 13}, **place)
    ends = [y + SIDES[1] - THICK / 2 - 0.03, y + SIDES[0] + THICK / 2 + 0.03]
    dotted = {"color": LIGHT["ink"], "width": 2, "dash": "dot"}
    said = safe(f"not looked: {row.unknown.text}")
    fig.add_trace(
        go.Scatter(x=[row.unknown.p] * 2, y=ends, mode="lines", line=dotted, hoverinfo="text", text=[said] * 2)
    )
    aside = {"x": 1, "y": y - 0.31, "yref": "y", "yanchor": "middle", "xshift": 8, "yshift": 0}
    note(fig, safe(row.aside), **aside)
    note(fig, safe(row.label), xref="paper", y=y, yref="y", yshift=15, font={"color": LIGHT["ink"], "size": 13})
