"""A figure drawn as SVG from the same specification that Plotly draws on the page.

Only what the report's figures use is known here: lines with markers and labels, filled bands, stacked areas, bars with
error bars, vertical rules and notes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.report.palette import LIGHT
from sim.report.svg import Point, area, box, circle, curve, document, head_height, segment, text
from sim.report.ticks import number_of, ticks_of

if TYPE_CHECKING:
    from sim.report.captions import Figure
    from sim.report.charts import Spec

WIDTH = 800
_DAY = 86_400_000  # Plotly measures widths on a time axis in milliseconds
_ANCHORS = {"left": "start", "center": "middle", "right": "end"}
_RISE = {"bottom": -0.25, "middle": 0.35, "top": 0.9}  # baseline below the anchor, in sizes of the font


@dataclass(frozen=True)
class Scale:
    """A linear scale from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: Any) -> float:
        """Return the pixel of a value."""
        return self.share((number_of(value) - self.low) / (self.high - self.low))

    def share(self, share: float) -> float:
        """Return the pixel at a share of the whole."""
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True)
class Plot:
    """The plot area of a figure, in pixels from the top left of the drawing."""

    x: Scale
    y: Scale

    def point(self, x: Any, y: float) -> Point:
        """Return the pixel of a point."""
        return self.x.at(x), self.y.at(y)

    def points(self, xs: Sequence[Any], ys: Sequence[float]) -> list[Point]:
        """Return the pixels of points."""
        return [self.point(x, y) for x, y in zip(xs, ys, strict=True)]


def redrawn(spec: Spec, figure: Figure, foot: Sequence[str]) -> str:
    """Return a figure as an SVG file.

    Parameters
    ----------
    spec
        The Plotly specification, of one panel.
    figure
        Its message, unit and description.
    foot
        Lines beneath it.
    """
    layout, head = spec["layout"], head_height(figure, WIDTH)
    margin, height = layout["margin"], head + layout["height"]
    first, last = layout["xaxis"]["range"]
    low, high = layout["yaxis"]["range"]
    plot = Plot(
        Scale(number_of(first), number_of(last), margin["l"], WIDTH - margin["r"]),
        Scale(low, high, height - margin["b"], head + margin["t"]),
    )
    parts = (
        *_axes(plot, layout),
        *(_rule(plot, shape) for shape in layout.get("shapes", ())),
        *_traces(plot, spec["data"]),
        *(_note(plot, one) for one in layout.get("annotations", ())),
    )
    return document((WIDTH, height), figure, foot, parts)


def _axes(plot: Plot, layout: Spec) -> Iterator[str]:
    """Draw grid and labels of the vertical axis, line, ticks and labels of the horizontal one."""
    muted = LIGHT["muted"]
    left, right, bottom = plot.x.start, plot.x.end, plot.y.start
    for value, label in ticks_of(layout["yaxis"]):
        y = plot.y.at(value)
        yield segment((left, y), (right, y), LIGHT["grid"])
        yield text((left - 4, y + 4), label, size=12, colour=muted, anchor="end")
    yield segment((left, bottom), (right, bottom), muted)
    for value, label in ticks_of(layout["xaxis"]):
        x = plot.x.at(value)
        yield segment((x, bottom), (x, bottom + 5), muted)
        for row, line in enumerate(label.split("\n")):
            room = min(x, WIDTH - 4 * len(line))  # the last label keeps clear of the edge
            yield text((room, bottom + 18 + 15 * row), line, size=12, colour=muted, anchor="middle")


def _rule(plot: Plot, shape: Spec) -> str:
    x = plot.x.at(shape["x0"])
    return segment((x, plot.y.start), (x, plot.y.end), shape["line"]["color"], shape["line"]["dash"])


def _traces(plot: Plot, traces: Sequence[Spec]) -> Iterator[str]:
    stack: list[float] = []
    for trace in traces:
        if trace["type"] == "bar":
            yield from _bars(plot, trace)
        elif "stackgroup" in trace:
            lower = stack or [0.0] * len(trace["x"])
            stack = [below + height for below, height in zip(lower, trace["y"], strict=True)]
            outline = [*plot.points(trace["x"], stack), *reversed(plot.points(trace["x"], lower))]
            yield area(outline, trace["fillcolor"])
        elif trace.get("fill") == "toself":
            yield area(plot.points(trace["x"], trace["y"]), trace["fillcolor"])
        else:
            yield from _line(plot, trace)


def _line(plot: Plot, trace: Spec) -> Iterator[str]:
    points = plot.points(trace["x"], trace["y"])
    if "lines" in trace["mode"]:
        line = trace["line"]
        yield curve(points, line["color"], line["width"], line.get("dash", "solid"))
    if "markers" in trace["mode"]:
        for point in points:
            yield circle(point, trace["marker"]["size"] / 2, trace["marker"]["color"])
    if "text" in trace["mode"]:
        for point, words, side in zip(points, trace["text"], trace["textposition"], strict=True):
            if words:
                yield _beside(point, words, side, trace["textfont"])


def _beside(point: Point, words: str, side: str, font: Spec) -> str:
    """Write the label of a marker on one of its sides, such as `top left`."""
    up, across = side.split(" ")
    shift, anchor = {"left": (-6.0, "end"), "center": (0.0, "middle"), "right": (6.0, "start")}[across]
    at = (point[0] + shift, point[1] + (-8.0 if up == "top" else 18.0))
    plain, bold = _plain(words)
    return text(at, plain, size=font["size"], colour=font["color"], anchor=anchor, bold=bold)


def _bars(plot: Plot, trace: Spec) -> Iterator[str]:
    error = trace["error_y"]
    rows = zip(trace["x"], trace["y"], trace["width"], error["array"], error["arrayminus"], strict=True)
    for x, y, width, above, below in rows:
        (middle, top), floor = plot.point(x, y), plot.y.start
        wide = (plot.x.end - plot.x.start) * width / _DAY / (plot.x.high - plot.x.low)
        yield box((middle - wide / 2, top), (wide, floor - top), trace["marker"]["color"])
        yield segment((middle, plot.y.at(y - below)), (middle, plot.y.at(y + above)), error["color"])


def _note(plot: Plot, one: Spec) -> str:
    """Write a note at a share of the plot or at a value, moved by pixels."""
    x, y = (
        scale.share(one[axis]) if one.get(f"{axis}ref") == "paper" else scale.at(one[axis])
        for axis, scale in (("x", plot.x), ("y", plot.y))
    )
    size = one["font"].get("size", 13)
    at = (x + one.get("xshift", 0), y + _RISE[one["yanchor"]] * size - one.get("yshift", 0))
    plain, bold = _plain(one["text"])
    anchor = _ANCHORS[one.get("xanchor", "center")]
    return text(at, plain, size=size, colour=one["font"]["color"], anchor=anchor, bold=bold)


def _plain(words: str) -> tuple[str, bool]:
    """Take Plotly's escapes and its one tag off a label; return what is left and whether it was bold."""
    match = re.fullmatch(r"<b>(.*)</b>", words)
    return html.unescape(words if match is None else match[1]), match is not None
