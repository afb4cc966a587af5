"""What all Plotly figures of the report share: layout, time axis, labels at line ends, bands.

Figures are transparent and label their lines directly. Text from a scenario is escaped here, because Plotly reads tags
in labels.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from sim.report.palette import LIGHT, tint

if TYPE_CHECKING:
    from sim.report.dates import Calendar

Spec = dict[str, Any]

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
LABEL_GAP = 17
_TOPS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


def safe(text: str) -> str:
    """Escape text for a Plotly label: its tags, and the dollar signs between which it would look for mathematics."""
    return html.escape(text).replace("$", "&#36;")


def figure(*, height: int, top: int = 12, right: int = 18, left: int = 44, bottom: int = 44) -> go.Figure:
    """Return an empty figure with the report's layout."""
    return go.Figure(
        layout={
            "template": {},
            "height": height,
            "margin": {"t": top, "r": right, "b": bottom, "l": left},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 13, "color": LIGHT["ink"]},
            "showlegend": False,
            "dragmode": False,
            "hovermode": "x unified",
            "hoverlabel": {"bgcolor": LIGHT["page"], "bordercolor": LIGHT["muted"], "font": {"color": LIGHT["ink"]}},
            "xaxis": axis(),
            "yaxis": axis(),
        }
    )


def axis(**more: Any) -> Spec:
    """Return an axis with the report's look."""
    return {
        "fixedrange": True,
        "showline": False,
        "zeroline": False,
        "gridcolor": LIGHT["grid"],
        "tickfont": {"color": LIGHT["muted"], "size": 12},
        "ticks": "",
        **more,
    }


def time_axis(calendar: Calendar, *, small: bool = False) -> Spec:
    """Return the axis of the window, with month names; a small one has few and no years."""
    short = calendar.horizon <= 120
    ticks = {"nticks": 3 if small else 7} if small or short or calendar.horizon > 400 else {"dtick": "M1"}
    years = "" if small else "\n%Y"
    return axis(
        type="date",
        range=[calendar.at(0), calendar.at(calendar.horizon)],
        tickangle=0,
        tickformat=f"%-d %b{years}" if short else f"%b{years}",
        hoverformat="%-d %b %Y",
        showgrid=False,
        showline=True,
        linecolor=LIGHT["muted"],
        spikecolor=LIGHT["muted"],
        spikethickness=1,
        spikedash="solid",
        ticks="outside",
        tickcolor=LIGHT["muted"],
        **ticks,
    )


def share_axis(top: float) -> Spec:
    """Return the axis of a share from 0 to `top`."""
    digits = 0 if top >= 0.05 else 1 if top >= 0.005 else 2
    return axis(range=[0, top], tickformat=f".{digits}%", nticks=6)


def top_of(values: Sequence[float]) -> float:
    """Return a round number above all values, 1 at most."""
    return next(top for top in _TOPS if top >= min(1.0, max(values)))


def moment(calendar: Calendar, days: int) -> str:
    """Place "within `days` days" on the time axis: the last second of its last day."""
    return f"{calendar.until(days).isoformat()}T23:59:59" if days else calendar.at(0)


def line(x: Sequence[Any], y: Sequence[float], colour: str, texts: Sequence[str], **style: Any) -> go.Scatter:
    """Return a line with its hover texts."""
    return go.Scatter(
        x=x, y=y, mode="lines", line={"color": LIGHT[colour], "width": 2, **style}, text=texts, hoverinfo="x+text"
    )


def band(
    x: Sequence[Any], low: Sequence[float], high: Sequence[float], colour: str, *, opacity: float = 0.18
) -> go.Scatter:
    """Return a filled band between two lines."""
    return go.Scatter(
        x=[*x, *reversed(x)], y=[*high, *reversed(low)], mode="lines", line={"width": 0},
        fill="toself", fillcolor=tint(colour, opacity), hoverinfo="skip",
    )  # fmt: skip


def spread(places: Sequence[float], gap: float, most: float) -> list[float]:
    """Move places at least `gap` apart, within 0 and `most`, by as little as their order allows.

    The least squares answer by pooling neighbours (isotonic regression, Ayer et al. 1955) after taking the gaps off.

    Parameters
    ----------
    places
        Wanted places, in any order; the answer keeps their order.
    """
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    pools: list[tuple[float, int]] = []
    for rank, index in enumerate(order):
        pools.append((places[index] - rank * gap, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (before, many), (last, one) = pools[-2:]
            pools[-2:] = [((before * many + last * one) / (many + one), many + one)]
    free = [mean for mean, count in pools for _ in range(count)]
    moved = [0.0] * len(places)
    for rank, index in enumerate(order):
        moved[index] = max(0.0, min(free[rank], most - (len(places) - 1) * gap)) + rank * gap
    return moved


def apart(days: Iterable[float], least: float) -> Iterator[float]:
    """Keep the days that stand at least so far behind the last one kept."""
    kept = -math.inf
    for day in days:
        if day - kept >= least:
            kept = day
            yield day


def room_for(labels: Sequence[str]) -> int:
    """Return the right margin that labels need in a wide font, the first of them bold."""
    return 14 + max(math.ceil(len(text) * (8.7 if index == 0 else 7.9)) for index, text in enumerate(labels))


def end_labels(fig: go.Figure, labels: Sequence[tuple[float, str, str]], top: float) -> None:
    """Label lines at the right edge, (value, text, colour) each: the first in bold, all moved apart where needed."""
    layout = fig.layout.update(margin_r=room_for([text for _, text, _ in labels]))
    for one in end_notes(labels, top, layout.height - layout.margin.t - layout.margin.b):
        fig.add_annotation(**one)


def end_notes(labels: Sequence[tuple[float, str, str]], top: float, pixels: float) -> list[Spec]:
    """Return the annotations of `end_labels` for a plot of this height."""
    places = spread([value / top * pixels for value, _, _ in labels], LABEL_GAP, pixels)
    return [
        {
            "x": 1, "xref": "paper", "xanchor": "left", "xshift": 7, "y": place / pixels, "yref": "paper",
            "yanchor": "middle", "text": safe(text) if index else f"<b>{safe(text)}</b>", "showarrow": False,
            "align": "left", "font": {"color": LIGHT[colour], "size": 13},
        }
        for index, (place, (_, text, colour)) in enumerate(zip(places, labels, strict=True))
    ]  # fmt: skip


def note(fig: go.Figure, text: str, **place: Any) -> None:
    """Write a small note inside a figure, at its top left unless told otherwise."""
    fig.add_annotation(**{
        "x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4,
        "text": text, "showarrow": False, "align": "left", "font": {"color": LIGHT["muted"], "size": 12}, **place,
    })  # fmt: skip


def rule(fig: go.Figure, x: str, colour: str, dash: str = "solid") -> None:
    """Draw a vertical line through the plot, beneath everything else."""
    fig.add_shape(
        type="line", x0=x, x1=x, y0=0, y1=1, yref="paper", layer="below",
        line={"color": LIGHT[colour], "width": 1, "dash": dash},
    )  # fmt: skip


def spec(fig: go.Figure) -> Spec:
    """Return a figure as plain values, for the page."""
    plain: Spec = fig.to_plotly_json()
    plain["layout"].pop("template", None)
    return plain
