"""Curves: every chart of probabilities with Monte Carlo bands, over dates or over any other axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.report.charts import LIGHT, Spec, band, end_labels, figure, line, share_axis, top_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.report.chance import Chance

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


@dataclass(frozen=True)
class Curve:
    """A line with its band; `texts` are shown where it is pointed at, `label` stands at its end.

    Attributes
    ----------
    marker
        Size of its dots in pixels; 0: none.
    """

    label: str
    chances: Sequence[Chance]
    texts: Sequence[str]
    colour: str = "offensive"
    width: float = 2
    dash: str = "solid"
    marker: int = 0


def ranked(rank: int) -> dict[str, Any]:
    """Return the style of one of several curves in one colour: the first is drawn boldest."""
    return {"dash": DASHES[rank % len(DASHES)], "width": 1.8 if rank else 3.5, "marker": 5 if rank else 8}


def curves(
    x: Sequence[Any],
    drawn: Sequence[Curve],
    xaxis: Spec,
    *,
    height: int,
    also: Sequence[float] = (),
    cells: Sequence[str] | None = None,
    **layout: Any,
) -> Spec:
    """Return a chart of curves, from the back to the front; `label_ends` labels them.

    Parameters
    ----------
    also
        Shares that the vertical axis must hold besides.
    cells
        The id of the cell at each place, of a sweep.
    layout
        What `figure` takes besides the height.
    """
    fig = figure(height=height, **layout)
    of_cells = {} if cells is None else {"customdata": cells, "hoverinfo": "text"}
    for one in drawn:
        p, low, high = ([getattr(at, part) for at in one.chances] for part in ("p", "low", "high"))
        marker = {"color": LIGHT[one.colour], "size": one.marker}
        marked = {"mode": "lines+markers", "marker": marker, "cliponaxis": False} if one.marker else {}
        trace = line(x, p, one.colour, one.texts, width=one.width, dash=one.dash)
        fig["data"] += [band(x, low, high, one.colour), trace | marked | of_cells]
    top = top_of([*also, *(at.high for one in drawn for at in one.chances)])
    fig["layout"].update(xaxis=xaxis, yaxis=share_axis(top))
    return fig


def label_ends(fig: Spec, drawn: Sequence[Curve]) -> None:
    """Label curves at the right edge, the first in bold."""
    labels = [(one.chances[-1].p, one.label, one.colour) for one in drawn]
    end_labels(fig, labels, fig["layout"]["yaxis"]["range"][1])
