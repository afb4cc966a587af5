"""Maps: probabilities over two axes with contours, and many axes as parallel coordinates.

Each builder takes plain numbers and labels. Labels are inside the plots, so that everything fits on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from sim.report.charts import HEAT, LIGHT, Spec, axis, figure, note, safe, share_ends

_BLANK = {"showticklabels": False, "showgrid": False}
_NAME = {"color": LIGHT["ink"], "size": 13}
_HEAT = {
    "hovertemplate": "%{text}<extra></extra>",
    "colorscale": [[place / (len(HEAT) - 1), colour] for place, colour in enumerate(HEAT)],
    "colorbar": {
        "orientation": "h", "x": 0, "xanchor": "left", "y": 1.07, "yanchor": "bottom", "len": 0.6, "thickness": 12,
        "xpad": 0, "ypad": 0, "tickformat": ".0%", "nticks": 6, "outlinewidth": 0,
        "tickfont": {"color": LIGHT["muted"], "size": 12},
    },
}  # fmt: skip
"""Look of the cells of a map, and of the scale of their colours, which is shown above them."""
_CONTOUR = {
    "showscale": False, "hoverinfo": "skip", "line": {"color": LIGHT["ink"], "width": 1.4, "smoothing": 1},
}  # fmt: skip
_LEVEL = {
    "coloring": "none", "size": 1, "showlabels": True, "labelformat": ".0%",
    "labelfont": {"size": 12, "color": LIGHT["ink"]},
}  # fmt: skip


@dataclass(frozen=True)
class Scale:
    """An axis of a map or a line figure: its name, and its values as numbers or as words."""

    name: str
    values: tuple[Any, ...]

    @property
    def is_numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(isinstance(value, (int, float)) for value in self.values)

    @property
    def places(self) -> list[float]:
        """Positions of the values: the values themselves, or one apart if they are words."""
        return list(map(float, self.values if self.is_numeric else range(len(self.values))))

    def axis(self) -> Spec:
        """Return the Plotly axis, without its name."""
        if self.is_numeric:
            return axis(showgrid=False, nticks=8)
        return axis(showgrid=False, tickvals=self.places, ticktext=[safe(str(one)) for one in self.values])

    def name_below(self, fig: Spec) -> None:
        """Write the name below the horizontal axis."""
        note(fig, safe(self.name), x=0.5, xanchor="center", y=0, yanchor="top", yshift=-26, font=_NAME)


class Cell(NamedTuple):
    """A place of a map: its probability, None if there is none, hover text, and the id of a sweep's cell."""

    p: float | None
    text: str
    id: str = ""


def contour_levels(values: Sequence[float], chosen: Sequence[float] | None) -> list[float]:
    """Return the probabilities of the contours: those chosen, or every tenth or twentieth within the values."""
    if chosen is not None:
        return [level for level in chosen if min(values) < level < max(values)]
    step = 0.1 if max(values) - min(values) > 0.25 else 0.05
    return [level for n in range(1, 20) if min(values) < (level := round(n * step, 2)) < max(values)]


def heat_map(across: Scale, up: Scale, grid: Sequence[Sequence[Cell]], chosen: Sequence[float] | None) -> Spec:
    """Return a map of a grid by row (up) and column (across), with contours at chosen or, if None, round values."""
    known = [cell.p for cell in chain(*grid) if cell.p is not None]
    fig = figure(
        height=520, top=76, left=44, right=14, bottom=56, hovermode="closest", xaxis=across.axis(), yaxis=up.axis()
    )
    values, texts, ids = (_by_row(grid, part) for part in range(3))
    cells = {"x": across.places, "y": up.places, "z": values}
    low, high = share_ends(known)
    fig["data"].append(
        {"type": "heatmap", **cells, "text": texts, "customdata": ids, **_HEAT, "zmin": low, "zmax": high}
    )
    levels = contour_levels(known, chosen) if across.is_numeric and up.is_numeric else ()
    for level in levels:
        fig["data"].append(
            {"type": "contour", **cells, **_CONTOUR, "contours": _LEVEL | {"start": level, "end": level}}
        )
    across.name_below(fig)
    note(fig, f"↑ {safe(up.name)}", x=0, xanchor="left", xshift=-36, y=1, yanchor="bottom", yshift=4, font=_NAME)
    return fig


def _by_row(grid: Sequence[Sequence[Cell]], part: int) -> list[list[Any]]:
    return [[cell[part] for cell in row] for row in grid]


def parallel(ends: Sequence[tuple[str, str]], lines_: Sequence[tuple[Sequence[float], float]]) -> Spec:
    """Return parallel coordinates: an upright for each axis and for the probability, a line for each cell.

    Uprights are given by the labels at foot and head, cells by their position on each, from 0 to 1, and probability.
    """
    fig = figure(height=430, top=30, left=22, right=30, bottom=52, hovermode=False)
    last = len(ends) - 1
    fig["layout"].update(xaxis=axis(range=[-0.08, last + 0.08], **_BLANK), yaxis=axis(range=[0, 1], **_BLANK))
    low, high = share_ends([p for _, p in lines_])
    ranks = [_rank(p, low, high) for _, p in lines_]
    for rank, colour in enumerate(HEAT[1:]):
        kept = [places for (places, _), own in zip(lines_, ranks, strict=True) if own == rank]
        fig["data"].append(_connected(kept, colour))
    names = (*map(str, range(1, last + 1)), "P")
    for place, (name, (foot, head)) in enumerate(zip(names, ends, strict=True)):
        _upright(fig, place, name, foot, head)
    return fig


def _upright(fig: Spec, place: int, name: str, foot: str, head: str) -> None:
    """Draw an upright with the labels at its foot and head, and its name below."""
    drawn = {"type": "line", "y0": 0, "y1": 1, "line": {"color": LIGHT["muted"], "width": 1}}
    fig["layout"]["shapes"].append({**drawn, "x0": place, "x1": place})
    for y, text, shift in ((1, safe(head), 10), (0, safe(foot), -10), (0, f"<b>{name}</b>", -30)):
        note(fig, text, x=place, xref="x", y=y, yref="y", xanchor="center", yanchor="middle", yshift=shift)


def _rank(p: float, low: float, high: float) -> int:
    """Return the index of a probability's colour on a scale from low to high."""
    edges = (low + (high - low) * n / (len(HEAT) - 1) for n in range(len(HEAT) - 1))
    return max(rank for rank, edge in enumerate(edges) if edge <= p)


def _connected(kept: Sequence[Sequence[float]], colour: str) -> Spec:
    """Return lines of one colour as one trace, each running from upright to upright."""
    return {
        "type": "scatter", "x": [x for places in kept for x in (*range(len(places)), None)],
        "y": [y for places in kept for y in (*places, None)],
        "mode": "lines", "line": {"color": colour, "width": 1.2}, "opacity": 0.75, "hoverinfo": "skip",
    }  # fmt: skip
