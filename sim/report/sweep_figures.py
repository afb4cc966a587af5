"""The figures of a sweep: heat map with contours, lines with bands, strips of intervals, parallel coordinates.

Each builder takes plain numbers and labels and returns a Plotly specification; which of them a sweep gets is decided in
`sweep_shape`. Labels stand inside the plots, so that all of them hold on a narrow screen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from sim.report.charts import Spec, axis, band, end_labels, figure, line, note, safe, share_axis, spec, top_of
from sim.report.palette import HEAT, LIGHT

ROW_HEIGHT = 46
MOST_ROWS = 24
"""Rows that a figure of strips shows; the table beneath has all."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_BLANK = {"showticklabels": False, "showgrid": False}
_NAME = {"color": LIGHT["ink"], "size": 13}
Curve = tuple[str, Sequence[tuple[float, float, float]], Sequence[str]]
"""Name, (value, low, high) at each place, hover texts."""


@dataclass(frozen=True)
class Strip:
    """A row of a strip figure: a name, and for each of its points the value, its interval and its hover text."""

    name: str
    points: tuple[tuple[float, float, float], ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Scale:
    """An axis of a map or a line figure: what it is called, and its values as numbers or as words."""

    name: str
    values: tuple[Any, ...]

    @property
    def is_numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(isinstance(value, (int, float)) for value in self.values)

    @property
    def places(self) -> list[float]:
        """Where the values stand: at themselves, or one apart where they are words."""
        return (
            [float(value) for value in self.values] if self.is_numeric else [float(n) for n in range(len(self.values))]
        )

    def axis(self) -> Spec:
        """Return the Plotly axis, without its name."""
        if self.is_numeric:
            return axis(showgrid=False, nticks=8)
        return axis(showgrid=False, tickvals=self.places, ticktext=[safe(str(one)) for one in self.values])

    def name_below(self, fig: go.Figure) -> None:
        """Write the name beneath the horizontal axis."""
        note(fig, safe(self.name), x=0.5, xanchor="center", y=0, yanchor="top", yshift=-26, font=_NAME)

    def name_above(self, fig: go.Figure) -> None:
        """Write the name over the vertical axis."""
        note(fig, f"↑ {safe(self.name)}", x=0, xanchor="left", xshift=-36, y=1, yanchor="bottom", yshift=4, font=_NAME)


def share_ends(values: Sequence[float]) -> tuple[float, float]:
    """Return the range of a colour scale: that of the values, to the next twentieth outside."""
    low, high = math.floor(min(values) * 20) / 20, math.ceil(max(values) * 20) / 20
    return (low, high) if high > low else (low, low + 0.05)


def contour_levels(values: Sequence[float], chosen: Sequence[float] | None) -> list[float]:
    """Return the probabilities to draw lines at: those chosen, else every tenth, or twentieth, within the values."""
    if chosen is not None:
        return [level for level in chosen if min(values) < level < max(values)]
    step = 0.1 if max(values) - min(values) > 0.25 else 0.05
    return [level for n in range(1, 20) if min(values) < (level := round(n * step, 2)) < max(values)]


def heat_map(
    across: Scale,
    up: Scale,
    values: Sequence[Sequence[float | None]],
    texts: Sequence[Sequence[str]],
    cells: Sequence[Sequence[str]],
    chosen: Sequence[float] | None,
) -> Spec:
    """Return a map of probabilities over two axes, with a line at each chosen one.

    Parameters
    ----------
    values, texts, cells
        Probability, hover text and id by row (up) and column (across); no probability where a cell failed.
    chosen
        Probabilities to draw lines at; None: round ones.
    """
    known = [value for row in values for value in row if value is not None]
    low, high = share_ends(known)
    fig = figure(height=520, top=76, left=44, right=14, bottom=56)
    bar = {
        "orientation": "h", "x": 0, "xanchor": "left", "y": 1.07, "yanchor": "bottom", "len": 0.6, "thickness": 12,
        "xpad": 0, "ypad": 0,
        "tickformat": ".0%", "nticks": 6, "outlinewidth": 0, "tickfont": {"color": LIGHT["muted"], "size": 12},
    }  # fmt: skip
    scale = [[place / (len(HEAT) - 1), colour] for place, colour in enumerate(HEAT)]
    fig.add_trace(
        go.Heatmap(
            x=across.places, y=up.places, z=values, text=texts, customdata=cells,
            hovertemplate="%{text}<extra></extra>",
            zmin=low, zmax=high, colorscale=scale, colorbar=bar,
        )
    )  # fmt: skip
    for level in contour_levels(known, chosen) if across.is_numeric and up.is_numeric else ():
        fig.add_trace(_contour(across, up, values, level))
    across.name_below(fig)
    up.name_above(fig)
    fig.update_layout(xaxis=across.axis(), yaxis=up.axis(), hovermode="closest")
    return spec(fig)


def _contour(across: Scale, up: Scale, values: Sequence[Sequence[float | None]], level: float) -> go.Contour:
    return go.Contour(
        x=across.places, y=up.places, z=values, showscale=False, hoverinfo="skip",
        line={"color": LIGHT["ink"], "width": 1.4, "smoothing": 1},
        contours={
            "coloring": "none", "start": level, "end": level, "size": 1, "showlabels": True,
            "labelformat": ".0%", "labelfont": {"size": 12, "color": LIGHT["ink"]},
        },
    )  # fmt: skip


def lines(across: Scale, curves: Sequence[Curve], cells: Sequence[str]) -> Spec:
    """Return a line with its band for each curve over one axis.

    Parameters
    ----------
    curves
        The first is drawn boldest.
    cells
        The id of the cell at each place.
    """
    fig = figure(height=410, top=14, bottom=56)
    x = across.places
    labels, highest = [], []
    for rank, (name, points, texts) in enumerate(curves):
        fig.add_trace(band(x, [low for _, low, _ in points], [high for *_, high in points], "offensive"))
        drawn = line(x, [p for p, *_ in points], "offensive", texts, dash=DASHES[rank % len(DASHES)])
        drawn.update(
            mode="lines+markers",
            line_width=1.8 if rank else 3.5,
            marker={"color": LIGHT["offensive"], "size": 5 if rank else 8},
            customdata=cells,
            cliponaxis=False,
            hoverinfo="text",
        )
        fig.add_trace(drawn)
        highest += [high for *_, high in points]
        labels.append((points[-1][0], name, "offensive"))
    top = top_of(highest)
    room = 0.03 * (x[-1] - x[0]) or 1.0
    fig.update_layout(xaxis={**across.axis(), "range": [x[0] - room, x[-1]]}, yaxis=share_axis(top))
    across.name_below(fig)
    end_labels(fig, labels, top)
    return spec(fig)


def strips(rows: Sequence[Strip], scale: Spec, *, zero: bool, cells: Sequence[Sequence[str]] | None = None) -> Spec:
    """Return rows of dots with intervals, each below its name; with `zero` also a bar from zero to each dot.

    Parameters
    ----------
    scale
        The horizontal axis.
    cells
        The ids of the points of each row.
    """
    fig = figure(height=ROW_HEIGHT * len(rows) + 54, top=8, left=10, right=14, bottom=40)
    for place, row in enumerate(rows):
        y = -float(place)
        for value, *_ in row.points if zero else ():
            fig.add_trace(
                go.Scatter(
                    x=[0, value], y=[y, y], mode="lines", hoverinfo="skip", opacity=0.36,
                    line={"color": LIGHT["offensive"], "width": 8},
                )
            )  # fmt: skip
        note(fig, safe(row.name), x=0, y=y + 0.5, yref="y", yanchor="middle", yshift=0, font=_NAME)
    points = [(value, low, high, -float(n)) for n, row in enumerate(rows) for value, low, high in row.points]
    fig.add_trace(
        go.Scatter(
            x=[one[0] for one in points], y=[one[3] for one in points], mode="markers",
            text=[text for row in rows for text in row.texts], hoverinfo="text",
            customdata=None if cells is None else [cell for row in cells for cell in row],
            marker={"color": LIGHT["offensive"], "size": 9},
            error_x={
                "type": "data", "symmetric": False, "color": LIGHT["offensive"], "thickness": 1.5, "width": 4,
                "array": [one[2] - one[0] for one in points], "arrayminus": [one[0] - one[1] for one in points],
            },
        )
    )  # fmt: skip
    yaxis = axis(range=[0.4 - len(rows), 0.9], **_BLANK)
    fig.update_layout(
        xaxis={**scale, "zeroline": zero, "zerolinecolor": LIGHT["muted"]}, yaxis=yaxis, hovermode="closest"
    )
    return spec(fig)


def share_scale(values: Sequence[float]) -> Spec:
    """Return a horizontal axis of shares that holds the values."""
    low, high = share_ends(values)
    room = 0.02 * (high - low)
    return axis(range=[low - room, high + room], tickformat=".0%", nticks=6)


def points_scale(values: Sequence[float]) -> Spec:
    """Return a horizontal axis of changes, in points, that holds the values and zero."""
    low, high = min(0.0, *values), max(0.0, *values)
    room = 0.06 * (high - low) or 0.5
    return axis(range=[low - room, high + room], nticks=7, title=_unit("points"), tickformat="+.2~f")


def correlation_scale() -> Spec:
    """Return the horizontal axis of a correlation."""
    return axis(range=[-1.03, 1.03], tickvals=[-1, -0.5, 0, 0.5, 1], ticktext=["−1", "−0.5", "0", "+0.5", "+1"])


def _unit(text: str) -> Spec:
    return {"text": text, "font": {"size": 12, "color": LIGHT["muted"]}, "standoff": 4}


def parallel(ends: Sequence[tuple[str, str]], lines_: Sequence[tuple[Sequence[float], float]]) -> Spec:
    """Return parallel coordinates: an upright for each axis and for the probability, a line for each cell.

    Parameters
    ----------
    ends
        What stands at the foot and at the head of each upright.
    lines_
        For each cell its place on every upright, from 0 to 1, and its probability.
    """
    fig = figure(height=430, top=30, left=22, right=30, bottom=52)
    last = len(ends) - 1
    low, high = share_ends([p for _, p in lines_])
    for rank, colour in enumerate(HEAT[1:]):
        edges = [low + (high - low) * n / (len(HEAT) - 1) for n in (rank, rank + 1)]
        kept = [places for places, p in lines_ if edges[0] <= p < edges[1] or (p == high and rank == len(HEAT) - 2)]
        fig.add_trace(
            go.Scatter(
                x=[x for places in kept for x in (*range(len(places)), None)],
                y=[y for places in kept for y in (*places, None)],
                mode="lines", line={"color": colour, "width": 1.2}, opacity=0.75, hoverinfo="skip",
            )
        )  # fmt: skip
    for place, (foot, head) in enumerate(ends):
        fig.add_shape(type="line", x0=place, x1=place, y0=0, y1=1, line={"color": LIGHT["muted"], "width": 1})
        for y, text, shift in ((1, head, 10), (0, foot, -10)):
            note(fig, safe(text), x=place, xref="x", y=y, yref="y", xanchor="center", yanchor="middle", yshift=shift)
        name = "P" if place == last else str(place + 1)
        note(fig, f"<b>{name}</b>", x=place, xref="x", y=0, yref="y", xanchor="center", yanchor="middle", yshift=-30)
    fig.update_layout(
        xaxis=axis(range=[-0.08, last + 0.08], **_BLANK), yaxis=axis(range=[0, 1], **_BLANK), hovermode=False
    )
    return spec(fig)
