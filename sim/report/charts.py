"""The basis of all charts: colours, layout, axes, notes, labels at line ends; and curves of probabilities with bands.

A chart is Plotly's data and layout as plain values. The page and the explorer pass it to plotly.js and `svg` draws it
as a file, so it is described only once. Charts are transparent and label their lines directly. Text from a scenario is
escaped where it enters a chart, because Plotly interprets tags in labels.

Each colour has one meaning and a light and a dark version. Hues are distinct for colour-blind readers (blue, orange and
dark red also differ in lightness), and every line has a contrast of at least 4.5:1 with its page. Charts are built in
the light colours; `DARK` maps each string to its dark version, so that the page can repaint them.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.report.chance import Chance
    from sim.report.values import Calendar

Spec = dict[str, Any]

_PALETTE = {
    "strikes": ("#7b4fa3", "#c4a3ec"),
    "agreement": ("#1769aa", "#6fb7f0"),
    "terms": ("#0b746c", "#58c9bd"),
    "offensive": ("#b3361b", "#ff8f70"),
    "limited": ("#a86100", "#f0b95c"),
    "full": ("#7a1022", "#f0616d"),
    "standoff": ("#69737f", "#9aa5b1"),
    "fan": ("#33608c", "#8ab4e0"),
    "ink": ("#1b1f24", "#e6e9ed"),
    "muted": ("#57606a", "#a0a9b4"),
    "grid": ("#e3e6ea", "#2a313a"),
    "page": ("#ffffff", "#12161c"),
}
"""Each colour in the light and in the dark scheme."""
LIGHT = {name: light for name, (light, _) in _PALETTE.items()}
OPACITIES = (0.18, 0.36, 0.75)


def tint(name: str, opacity: float) -> str:
    """Return a transparent version of a light colour; only the opacities of `OPACITIES` have a dark version."""
    return _rgba(LIGHT[name], opacity)


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


_TINTS = {_rgba(light, opacity): _rgba(dark, opacity) for light, dark in _PALETTE.values() for opacity in OPACITIES}
HEAT = ("#fdf0ea", "#f6c9b8", "#e3937a", "#b4371c", "#6d1020")
"""Colours of a probability on a map, low to high, in the light scheme; none of them is in `LIGHT`."""
_HEAT_DARK = ("#20262f", "#4b3436", "#8c4a3f", "#d9775c", "#ffc3ae")
DARK = dict(_PALETTE.values()) | _TINTS | dict(zip(HEAT, _HEAT_DARK, strict=True))
"""Light colour string to dark colour string."""


FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
LABEL_GAP = 17
_TOPS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


def safe(text: str) -> str:
    """Escape text for a Plotly label: its tags, and dollar signs, which would delimit mathematics.

    Plotly writes `&quot;` as it is, so quotes stay quotes.
    """
    return html.escape(text, quote=False).replace("$", "&#36;")


def figure(*, height: float, top: int = 12, right: int = 18, left: int = 44, bottom: int = 44, **layout: Any) -> Spec:
    """Return an empty chart with the report's layout; sizes in pixels."""
    return {
        "data": [],
        "layout": {
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
            "annotations": [],
            "shapes": [],
            **layout,
        },
    }


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
    """Return the axis of the window, with month names; fewer and no years if `small`."""
    short = calendar.horizon <= 120
    most, years = (3, "") if small else (7, "\n%Y")
    ticks: Spec = {"nticks": most} if small or short or calendar.horizon > 400 else {"dtick": "M1"}
    if calendar.horizon < most:
        ticks["dtick"] = 86_400_000  # a day in milliseconds: Plotly would label noons with their date too
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


def top_of(values: Iterable[float]) -> float:
    """Return a round number above all values, at most 1."""
    most = min(1.0, max(values))
    return next(top for top in _TOPS if top >= most)


def share_ends(values: Sequence[float]) -> tuple[float, float]:
    """Return the range of a colour scale: that of the values, extended to the next twentieth."""
    low, high = math.floor(min(values) * 20) / 20, math.ceil(max(values) * 20) / 20
    return (low, high) if high > low else (low, low + 0.05)


def moment(calendar: Calendar, days: int) -> str:
    """Place "within `days` days" on the time axis: the last second of its last day."""
    return f"{calendar.until(days).isoformat()}T23:59:59" if days else calendar.at(0)


def noon(calendar: Calendar, day: int) -> str:
    """Place an event of a day on the time axis."""
    return f"{calendar.at(day)}T12:00:00"


def line(x: Sequence[Any], y: Sequence[float], colour: str, texts: Sequence[str], **style: Any) -> Spec:
    """Return a line with its hover texts."""
    return {
        "type": "scatter", "x": x, "y": y, "mode": "lines", "line": {"color": LIGHT[colour], "width": 2, **style},
        "text": texts, "hoverinfo": "x+text",
    }  # fmt: skip


def dots(x: Sequence[Any], y: Sequence[float], texts: Sequence[str], **marker: Any) -> Spec:
    """Return markers with their hover texts."""
    return {"type": "scatter", "x": x, "y": y, "mode": "markers", "marker": marker, "text": texts, "hoverinfo": "text"}


def band(x: Sequence[Any], low: Sequence[float], high: Sequence[float], colour: str, *, opacity: float = 0.18) -> Spec:
    """Return a filled band between two lines."""
    return {
        "type": "scatter", "x": [*x, *reversed(x)], "y": [*high, *reversed(low)], "mode": "lines", "line": {"width": 0},
        "fill": "toself", "fillcolor": tint(colour, opacity), "hoverinfo": "skip",
    }  # fmt: skip


def spread(places: Sequence[float], gap: float, most: float) -> list[float]:
    """Move places at least `gap` apart, within 0 and `most`, as little as their order allows.

    The least-squares solution by pooling neighbours (isotonic regression, Ayer et al. 1955) after removing the gaps.
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
    """Yield the days that are at least `least` after the last one kept."""
    kept = -math.inf
    for day in days:
        if day - kept >= least:
            kept = day
            yield day


def end_labels(fig: Spec, labels: Sequence[tuple[float, str, str]], top: float) -> None:
    """Label lines at the right edge, (value, text, colour) each: the first in bold, all moved apart if necessary."""
    layout = fig["layout"]
    widths = [len(text) * (7.9 if index else 8.7) for index, (_, text, _) in enumerate(labels)]  # of a wide font
    layout["margin"] = {**layout["margin"], "r": 14 + math.ceil(max(widths))}
    pixels = layout["height"] - layout["margin"]["t"] - layout["margin"]["b"]
    places = spread([value / top * pixels for value, _, _ in labels], LABEL_GAP, pixels)
    for index, (place, (_, text, colour)) in enumerate(zip(places, labels, strict=True)):
        note(
            fig, safe(text) if index else f"<b>{safe(text)}</b>", x=1, xshift=7, y=place / pixels, yanchor="middle",
            yshift=0, font={"color": LIGHT[colour], "size": 13},
        )  # fmt: skip


def note(fig: Spec, text: str, **place: Any) -> None:
    """Write a small note inside a figure, by default at its top left."""
    fig["layout"]["annotations"].append({
        "x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 4,
        "text": text, "showarrow": False, "align": "left", "font": {"color": LIGHT["muted"], "size": 12}, **place,
    })  # fmt: skip


def rule(fig: Spec, x: str | float, colour: str, dash: str = "solid") -> None:
    """Draw a vertical line through the plot, below everything else."""
    fig["layout"]["shapes"].append({
        "type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "layer": "below",
        "line": {"color": LIGHT[colour], "width": 1, "dash": dash},
    })  # fmt: skip


def number_days(fig: Spec, calendar: Calendar, marked: Sequence[tuple[float, int]], least: float, yshift: int) -> None:
    """Mark days above the plot, (day, number) each; days closer than `least` share a label."""
    days = sorted({day for day, _ in marked})
    for day in days:
        rule(fig, calendar.at(day), "muted", "dot")
    for head, after in pairwise([*apart(days, least), math.inf]):
        numbers = [number for day, number in marked if head <= day < after]
        text = f"▼ {numbers[0]}" if len(numbers) == 1 else f"▼ {numbers[0]}-{numbers[-1]}"
        note(fig, text, x=calendar.at(head), xref="x", xanchor="center", yshift=yshift)


DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


@dataclass(frozen=True)
class Curve:
    """A line with its band: `texts` are shown on hover, `label` at its end, and dots of `marker` pixels."""

    label: str
    chances: Sequence[Chance]
    texts: Sequence[str]
    colour: str = "offensive"
    width: float = 2
    dash: str = "solid"
    marker: int = 0

    def traces(self, x: Sequence[Any]) -> tuple[Spec, Spec]:
        """Return its band and its line over the given places."""
        p, low, high = ([getattr(at, part) for at in self.chances] for part in ("p", "low", "high"))
        drawn = line(x, p, self.colour, self.texts, width=self.width, dash=self.dash)
        if self.marker:
            marker = {"color": LIGHT[self.colour], "size": self.marker}
            drawn |= {"mode": "lines+markers", "marker": marker, "cliponaxis": False}
        return band(x, low, high, self.colour), drawn


def ranked(rank: int) -> dict[str, Any]:
    """Return the style of one of several curves in one colour: the first is the boldest."""
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

    The vertical axis also includes the shares `also`; for a sweep, `cells` has the id of the cell at each place.
    """
    fig = figure(height=height, **layout)
    of_cells = {} if cells is None else {"customdata": cells, "hoverinfo": "text"}
    for one in drawn:
        behind, trace = one.traces(x)
        fig["data"] += [behind, trace | of_cells]
    top = top_of([*also, *(at.high for one in drawn for at in one.chances)])
    fig["layout"].update(xaxis=xaxis, yaxis=share_axis(top))
    return fig


def label_ends(fig: Spec, drawn: Sequence[Curve]) -> None:
    """Label curves at the right edge, the first in bold."""
    labels = [(one.chances[-1].p, one.label, one.colour) for one in drawn]
    end_labels(fig, labels, fig["layout"]["yaxis"]["range"][1])
