"""Rows with intervals: a name on each row, bars, and dots with their whiskers.

Drivers, indicators, counterfactuals, storylines, mixes of advice, boxes of a discovery, parameters of a calibration and
cells of a sweep are all drawn by `rows_chart`, with different arguments. The first row is at the top, at 0, the next at
-1 and so on; heights within a row are shares of a row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.report.charts import LIGHT, Spec, axis, dots, figure, note, rule, safe, share_axis, share_ends, tint, top_of

ROW = 46
"""Height of a row in pixels: its name is above its marks, so that it fits on a phone."""
MOST_ROWS = 24
"""Most rows in the figure of a sweep; the table below has all."""


@dataclass(frozen=True)
class Bar:
    """A bar or line along a row; with `to` it ends at another height than it begins. `said`: hover text, escaped."""

    low: Any
    high: Any
    colour: str
    width: float
    at: float = 0.0
    to: float | None = None
    dash: str = "solid"
    said: str = ""


@dataclass(frozen=True)
class Dot:
    """A value and its interval, if it has one, in a colour of the palette; `cell` is the id of a sweep's cell.

    `said` is hover text, escaped. The outline is `rim` pixels wide; a hollow dot is filled with the page's colour.
    """

    value: Any
    colour: str
    said: str
    low: float | None = None
    high: float | None = None
    size: float = 10
    rim: float = 0
    hollow: bool = False
    symbol: str = "circle"
    at: float = 0.0
    cell: str | None = None

    @property
    def inside(self) -> str:
        """Its fill colour."""
        return LIGHT["page" if self.hollow else self.colour]

    @property
    def outline(self) -> str:
        """Its outline colour."""
        return LIGHT[self.colour if self.hollow else "page"]


@dataclass(frozen=True)
class Words:
    """Words on a row, not yet escaped, `strong` first: at the right edge, or at a value, `shift` pixels above it."""

    text: str
    colour: str = "ink"
    strong: str = ""
    size: int = 13
    at: float = 0.0
    value: str | None = None
    anchor: str = "left"
    shift: int = 0


@dataclass(frozen=True)
class Row:
    """One row; `head` and `tail` are bold, before and after its name, which is not yet escaped; the page wraps it."""

    name: str
    bars: Sequence[Bar] = ()
    dots: Sequence[Dot] = ()
    words: Sequence[Words] = ()
    head: str = ""
    tail: str = ""


def rows_chart(
    rows: Sequence[Row],
    xaxis: Spec,
    *,
    row: int = ROW,
    room: int = 74,
    span: tuple[float, float] = (0.4, 0.75),
    name_shift: int | None = 8,
    **margins: int,
) -> Spec:
    """Return a chart of rows.

    Parameters
    ----------
    row, room
        Height in pixels of a row, and of everything other than rows.
    span
        How far above the row after the last the chart ends, and how far above the first row it begins, in rows.
    name_shift
        How far above its row a name is, in pixels; None if it is left of the plot, which makes room for it.
    margins
        Margins in pixels that differ from those of a chart with numbers at its right edge.
    """
    fig = figure(height=row * len(rows) + room, hovermode="closest", **{"top": 30, "left": 14, "right": 64, **margins})
    fig["data"] += [*_bars(rows), *_whiskers(rows), *_dots(rows)]
    yaxis = axis(range=[span[0] - len(rows), span[1]], showgrid=False, showticklabels=False)
    fig["layout"].update(xaxis=xaxis, yaxis=yaxis)
    if name_shift is None:
        names = {"tickvals": [-place for place in range(len(rows))], "ticktext": [safe(one.name) for one in rows]}
        yaxis |= {**names, "showticklabels": True, "automargin": True}
    for place, one in enumerate(rows):
        if name_shift is not None:
            note(fig, _named(one), y=-place, yref="y", yshift=name_shift, font={"color": LIGHT["ink"], "size": 13})
        for words in one.words:
            _write(fig, words, -place)
    return fig


def _named(one: Row) -> str:
    """Return the name of a row, with the bold parts before and after it."""
    head, tail = (f"<b>{safe(text)}</b>" if text else "" for text in (one.head, one.tail))
    return f"{head}  {safe(one.name)}: {tail}".removeprefix("  ").removesuffix(": ")


def shares_axis(values: Iterable[float]) -> Spec:
    """Return the horizontal axis of shares, from 0 to above all values."""
    return share_axis(top_of(values)) | {"showgrid": True}


def only(which: str, shown: Sequence[Any], known: Sequence[Any]) -> str:
    """Return which rows a figure shows, such as `; the 12 largest of 20`; empty if it shows all."""
    return "" if len(shown) == len(known) else f"; the {len(shown)} {which} of {len(known)}"


def strips(rows: Sequence[Row], xaxis: Spec, *, zero: bool) -> Spec:
    """Return the rows of a sweep: dots with their intervals; with `zero` also a bar from zero to each dot."""
    if zero:
        pale = tint("offensive", 0.36)
        rows = [replace(one, bars=[Bar(0, dot.value, pale, 8) for dot in one.dots]) for one in rows]
    xaxis = {**xaxis, "zeroline": zero, "zerolinecolor": LIGHT["muted"]}
    return rows_chart(rows, xaxis, room=54, span=(0.4, 0.9), name_shift=12, top=8, left=10, right=14, bottom=40)


def spanned_shares(rows: Sequence[Row]) -> Spec:
    """Return a horizontal axis of shares that fits all values of rows closely."""
    low, high = share_ends(_edges(rows))
    room = 0.02 * (high - low)
    return axis(range=[low - room, high + room], tickformat=".0%", nticks=6)


def spanned_points(rows: Sequence[Row]) -> Spec:
    """Return a horizontal axis of changes, in points, that includes all values of rows and zero."""
    values = [0.0, *_edges(rows)]
    room = 0.06 * (max(values) - min(values)) or 0.5
    title = {"text": "points", "font": {"size": 12, "color": LIGHT["muted"]}, "standoff": 4}
    return axis(range=[min(values) - room, max(values) + room], nticks=7, title=title, tickformat="+.2~f")


def _edges(rows: Sequence[Row]) -> list[float]:
    return [edge for one in rows for dot in one.dots for edge in (dot.value, dot.low, dot.high) if edge is not None]


def reference(fig: Spec, value: float, text: str, *, heading: str) -> None:
    """Draw a dotted line at a value, named at its top, and name the numbers at the right edge."""
    rule(fig, value, "muted", "dot")
    if text:
        late = value >= fig["layout"]["xaxis"]["range"][1] / 2
        note(fig, safe(text), x=value, xref="x", xanchor="right" if late else "left")
    note(fig, heading, x=1, xshift=8)


def _bars(rows: Sequence[Row]) -> Iterator[Spec]:
    """Yield the bars, with all bars of one style as one trace, ordered by the first bar of each style."""
    looks: dict[tuple[str, float, str], list[tuple[Any, Any, str]]] = {}
    for place, one in enumerate(rows):
        for bar in one.bars:
            looks.setdefault((bar.colour, bar.width, bar.dash), []).extend(_points(bar, -place))
    for (colour, width, dash), points in looks.items():
        x, y, texts = map(list, zip(*points, strict=True))
        yield {
            "type": "scatter", "mode": "lines", "line": {"color": colour, "width": width, "dash": dash}, "x": x, "y": y,
            **({"text": texts, "hoverinfo": "text"} if any(texts) else {"hoverinfo": "skip"}),
        }  # fmt: skip


def _points(bar: Bar, row: int) -> Iterator[tuple[Any, Any, str]]:
    """Yield points along a bar and one empty point: Plotly detects hovering by points, not by length."""
    start, end = row + bar.at, row + (bar.at if bar.to is None else bar.to)
    if bar.said:
        for step in range(21):
            yield bar.low + (bar.high - bar.low) * step / 20, start + (end - start) * step / 20, bar.said
    else:
        yield from ((bar.low, start, ""), (bar.high, end, ""))
    yield None, None, bar.said


def _whiskers(rows: Sequence[Row]) -> list[Spec]:
    """Return the intervals of the dots, one trace per colour."""
    known: dict[str, list[tuple[float | None, float | None]]] = {}
    for place, one in enumerate(rows):
        for dot in one.dots:
            if dot.low is not None:
                y = -place + dot.at
                known.setdefault(dot.colour, []).extend(((dot.low, y), (dot.high, y), (None, None)))
    return [
        {
            "type": "scatter", "mode": "lines+markers", "line": {"color": LIGHT[name], "width": 1}, "hoverinfo": "skip",
            "marker": {"symbol": "line-ns-open", "size": 11, "color": LIGHT[name]},
            "x": [x for x, _ in points], "y": [y for _, y in points],
        }
        for name, points in known.items()
    ]  # fmt: skip


def _dots(rows: Sequence[Row]) -> list[Spec]:
    """Return all dots as one trace."""
    known = [dot for one in rows for dot in one.dots]
    if not known:
        return []
    y = [-place + dot.at for place, one in enumerate(rows) for dot in one.dots]

    def each(name: str) -> list[Any]:
        return [getattr(dot, name) for dot in known]

    trace = dots(
        each("value"), y, each("said"), opacity=1, symbol=each("symbol"), size=each("size"), color=each("inside"),
        line={"color": each("outline"), "width": each("rim")},
    )  # fmt: skip
    cells = {} if known[0].cell is None else {"customdata": each("cell")}
    return [trace | {"cliponaxis": False} | cells]


def _write(fig: Spec, words: Words, row: int) -> None:
    text = f"<b>{safe(words.strong)}</b> {safe(words.text)}".strip() if words.strong else safe(words.text)
    place = {"x": words.value, "xref": "x", "xanchor": words.anchor, "yanchor": "bottom", "yshift": words.shift}
    if words.value is None:
        place = {"x": 1, "xshift": 8, "yanchor": "middle", "yshift": 0}
    note(fig, text, y=row + words.at, yref="y", font={"color": LIGHT[words.colour], "size": words.size}, **place)
