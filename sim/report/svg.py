"""Charts as SVG files, drawn from the same description that plotly.js draws on the page.

Only the features of the report's charts over time are supported: lines with markers and labels, filled bands, stacked
areas, bars with error bars, vertical rules and notes. A file is self-contained: message and unit at its top, title and
description for those who cannot see it, light palette on white, no script, no font but the system's. All incoming text
is escaped here.
"""

from __future__ import annotations

import datetime
import html
import math
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

from sim.report.charts import FONT, LIGHT, Spec
from sim.report.html import drawing
from sim.report.pages import history
from sim.report.reading import ENDS, Record, calendar_of, without_off
from sim.report.sections import outcomes
from sim.report.sections.schedule import marks
from sim.wording import MONTHS, long_date, seen

if TYPE_CHECKING:
    from sim.report.document import Figure

Point = tuple[float, float]
Tick = tuple[float, str]

WIDTH, MARGIN, LINE, SMALL = 800, 16, 19, 16
TOLERANCE = 0.15
"""Pixels by which a path may miss a point that is left out of it."""
_DASHES = {"dash": "9 5", "dot": "2 4", "dashdot": "9 4 2 4", "longdash": "14 5", "longdashdot": "14 4 2 4"}
_DAY = 86_400_000  # Plotly measures widths on a time axis in milliseconds
_ANCHORS = {"center": "middle", "right": "end"}
_RISE = {"bottom": -0.25, "middle": 0.35, "top": 0.9}  # baseline below the anchor, in font sizes
_BESIDE = {"left": (-6.0, "end"), "center": (0.0, "middle"), "right": (6.0, None)}
_DAY_STEPS, _MONTH_STEPS = (1, 2, 7, 14), (1, 2, 3, 6, 12)
_STEP, _KEY, _DOTS_WIDTH = 24, 300, 640


def drawings(record: Record) -> dict[str, str]:
    """Draw the main figures that the record has data for, keyed by file name: incidence, states, hazard and dots."""
    as_of = long_date(calendar_of(record).as_of)
    source = f"offramp, {record['scenario']['id']}, as of {as_of}: {record['scenario']['title']}"
    key = tuple(f"▼ {mark.number}. {mark.date}: {mark.label}" for mark in marks(record))
    hazard, dots = outcomes.hazard(record), outcomes.futures_figure(record)
    drawn = {
        "incidence.svg": redrawn(outcomes.incidence(record), (*key, source)),
        "states.svg": redrawn(outcomes.states(record), (source,)),
    }
    if hazard is not None:
        drawn["hazard.svg"] = redrawn(hazard, (source,))
    if dots is not None:
        drawn["dots.svg"] = _dots(record, dots, source)
    return drawn


def history_drawing(record: Record) -> dict[str, str]:
    """Draw the curve of a history, with the largest moves at its foot."""
    source = f"offramp, {record['scenario']['id']}: {record['scenario']['title']}"
    moves = history.largest(record)
    key = tuple(f"▼ {number}. {date}: {says} {change} points" for number, _, date, says, change, *_ in moves)
    return {"history.svg": redrawn(history.figure_of(record), (*key, source))}


def _dots(record: Record, figure: Figure, source: str) -> str:
    """Draw the grid of runs with its key, in the page's own shapes."""
    top = _head_height(figure, _DOTS_WIDTH) + 12
    shapes = drawing(
        "dots.svg", dots=record["dots"], ends=list(without_off(record, ENDS)), left=MARGIN, top=top, step=_STEP,
        key=_KEY, colours=LIGHT,
    )  # fmt: skip
    key = (
        text((_KEY + 32, top + 21 + 34 * place), f"{row[1]} {row[0]}, {row[2]} of all runs", size=14)
        for place, row in enumerate(figure.table.rows)
    )
    return _document((_DOTS_WIDTH, top + 10 * _STEP + 12), figure, (source,), (shapes.strip(), *key))


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
    """The plot area of a chart, in pixels from the top left of the drawing."""

    x: Scale
    y: Scale

    def points(self, xs: Sequence[Any], ys: Sequence[float]) -> list[Point]:
        """Return the pixels of points."""
        return [(self.x.at(x), self.y.at(y)) for x, y in zip(xs, ys, strict=True)]


def redrawn(figure: Figure, foot: Sequence[str]) -> str:
    """Return a figure with a chart of one panel as an SVG file, with lines below it."""
    spec, head = figure.chart(), _head_height(figure, WIDTH)
    layout = spec["layout"]
    margin, height = layout["margin"], head + layout["height"]
    first, last = map(number_of, layout["xaxis"]["range"])
    low, high = layout["yaxis"]["range"]
    plot = Plot(
        Scale(first, last, margin["l"], WIDTH - margin["r"]), Scale(low, high, height - margin["b"], head + margin["t"])
    )
    rules = ((plot.x.at(one["x0"]), one["line"]) for one in layout["shapes"])
    parts = (
        *_axes(plot, layout),
        *(_segment((x, plot.y.start), (x, plot.y.end), line["color"], line["dash"]) for x, line in rules),
        *_traces(plot, spec["data"]),
        *(_note(plot, one) for one in layout["annotations"]),
    )
    return _document((WIDTH, height), figure, foot, parts)


def _axes(plot: Plot, layout: Spec) -> Iterator[str]:
    """Draw grid and labels of the vertical axis, and line, ticks and labels of the horizontal one."""
    muted = LIGHT["muted"]
    left, right, bottom = plot.x.start, plot.x.end, plot.y.start
    for value, label in ticks_of(layout["yaxis"]):
        y = plot.y.at(value)
        yield _segment((left, y), (right, y), LIGHT["grid"])
        yield text((left - 4, y + 4), label, size=12, colour=muted, anchor="end")
    yield _segment((left, bottom), (right, bottom), muted)
    for value, label in ticks_of(layout["xaxis"]):
        x = plot.x.at(value)
        yield _segment((x, bottom), (x, bottom + 5), muted)
        for row, line in enumerate(label.split("\n")):
            room = min(x, WIDTH - 4 * len(line))  # the last label keeps clear of the edge
            yield text((room, bottom + 18 + 15 * row), line, size=12, colour=muted, anchor="middle")


def _traces(plot: Plot, traces: Sequence[Spec]) -> Iterator[str]:
    stack: list[float] = []
    for trace in traces:
        if trace["type"] == "bar":
            yield from _bars(plot, trace)
        elif "stackgroup" in trace:
            lower = stack or [0.0] * len(trace["x"])
            stack = [below + height for below, height in zip(lower, trace["y"], strict=True)]
            yield _area([*plot.points(trace["x"], stack), *reversed(plot.points(trace["x"], lower))], trace)
        elif trace.get("fill") == "toself":
            yield _area(plot.points(trace["x"], trace["y"]), trace)
        else:
            yield from _line(plot, trace)


def _area(outline: Sequence[Point], trace: Spec) -> str:
    return _tag("path", d=f"{path(outline)}z", **_fill(trace["fillcolor"]))


def _line(plot: Plot, trace: Spec) -> Iterator[str]:
    points = plot.points(trace["x"], trace["y"])
    if "lines" in trace["mode"]:
        line = trace["line"]
        yield _tag(
            "path", d=path(points), fill="none", stroke=line["color"], stroke_width=line["width"],
            stroke_linejoin="round", stroke_dasharray=_DASHES.get(line["dash"]),
        )  # fmt: skip
    if "markers" in trace["mode"]:
        marker = trace["marker"]
        yield from (_tag("circle", cx=x, cy=y, r=marker["size"] / 2, fill=marker["color"]) for x, y in points)
    if "text" in trace["mode"]:
        yield from _labels(points, trace)


def _labels(points: Sequence[tuple[float, float]], trace: Spec) -> Iterator[str]:
    for (x, y), words, side in zip(points, trace["text"], trace["textposition"], strict=True):
        (shift, anchor), lift = _BESIDE[side.split(" ")[1]], -8.0 if side.startswith("top") else 18.0
        if words:
            yield _words((x + shift, y + lift), words, trace["textfont"], anchor)


def _bars(plot: Plot, trace: Spec) -> Iterator[str]:
    error, floor = trace["error_y"], plot.y.start
    rows = zip(trace["x"], trace["y"], trace["width"], error["array"], error["arrayminus"], strict=True)
    for at, value, width, above, below in rows:
        x, y = plot.x.at(at), plot.y.at(value)
        wide = (plot.x.end - plot.x.start) * width / _DAY / (plot.x.high - plot.x.low)
        yield _tag("rect", x=x - wide / 2, y=y, width=wide, height=floor - y, **_fill(trace["marker"]["color"]))
        yield _segment((x, plot.y.at(value - below)), (x, plot.y.at(value + above)), error["color"])


def _note(plot: Plot, one: Spec) -> str:
    """Write a note at a share of the plot or at a value, moved by pixels."""
    x, y = (
        scale.share(one[axis]) if one[f"{axis}ref"] == "paper" else scale.at(one[axis])
        for axis, scale in (("x", plot.x), ("y", plot.y))
    )
    at = (x + one.get("xshift", 0), y + _RISE[one["yanchor"]] * one["font"]["size"] - one["yshift"])
    return _words(at, one["text"], one["font"], _ANCHORS.get(one["xanchor"]))


def _words(at: Point, label: str, font: Spec, anchor: str | None) -> str:
    """Write a label from Plotly, without its escapes and its one tag."""
    bold = re.fullmatch(r"<b>(.*)</b>", label)
    plain = html.unescape(label if bold is None else bold[1])
    return text(at, plain, size=font["size"], colour=font["color"], anchor=anchor, bold=bold)


# -- a file -----------------------------------------------------------------------------------------------------------


def _head_height(figure: Figure, width: int) -> int:
    return MARGIN + LINE * (len(_wrapped(figure, width)) + 1)


def _document(size: tuple[int, int], figure: Figure, foot: Sequence[str], parts: Sequence[str]) -> str:
    """Return a whole file: a drawing of a size in pixels, with its head and, below it, the lines of its foot."""
    width, height, muted = size[0], size[1] + SMALL * len(foot) + 6, LIGHT["muted"]
    lines = _wrapped(figure, width)
    head = [
        *(text((MARGIN, MARGIN + LINE * (row + 0.7)), line, size=16, bold=True) for row, line in enumerate(lines)),
        text((MARGIN, MARGIN + LINE * (len(lines) + 0.6)), figure.unit, colour=muted),
    ]
    below = (
        text((MARGIN, size[1] + SMALL * (row + 0.7)), textwrap.shorten(line, width // 6, placeholder=" …"), size=11,
             colour=muted)
        for row, line in enumerate(foot)
    )  # fmt: skip
    body = "\n".join((*head, *parts, *below))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="title desc" font-family="{FONT}">\n'
        f'<title id="title">{_escaped(figure.title)}</title>\n<desc id="desc">{_escaped(figure.alt)}</desc>\n'
        f'<rect width="{width}" height="{height}" fill="{LIGHT["page"]}"/>\n{body}\n</svg>\n'
    )


def _wrapped(figure: Figure, width: int) -> list[str]:
    return textwrap.wrap(figure.title, int(width / 9.5))


def _tag(name: str, words: str | None = None, **attributes: str | float | None) -> str:
    """Return an element; pixels have at most one digit, and None values are left out."""
    written = "".join(
        f' {key.replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}/>" if words is None else f"<{name}{written}>{_escaped(words)}</{name}>"


def _escaped(words: str) -> str:
    return html.escape(seen(words), quote=False)


def text(at: Point, words: str, *, size: float = 13, colour: str = LIGHT["ink"], **style: Any) -> str:
    """Return a line of text starting at a point; `style` may have `anchor` and `bold`."""
    anchor, weight = style.get("anchor"), "bold" if style.get("bold") else None
    return _tag("text", words, x=at[0], y=at[1], font_size=size, fill=colour, text_anchor=anchor, font_weight=weight)


def _segment(start: Point, end: Point, colour: str, dash: str = "solid") -> str:
    """Return a straight line, one pixel wide."""
    dashes = _DASHES.get(dash)
    return _tag("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], stroke=colour, stroke_dasharray=dashes)


def _fill(colour: str) -> dict[str, str]:
    """Return fill and opacity separately, as older SVG viewers need them."""
    match = re.fullmatch(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)", colour)
    if match is None:
        return {"fill": colour}
    return {"fill": "#{:02x}{:02x}{:02x}".format(*map(int, match.groups()[:3])), "fill_opacity": match[4]}


def number(value: float) -> str:
    """Write a pixel with at most one digit."""
    written = f"{value:.1f}".removesuffix(".0").replace("-0.", "-.")
    return written.removeprefix("0") or "0"


def path(points: Sequence[Point]) -> str:
    """Return a path through points; each step starts from the rounded end of the last, so that errors do not add up."""
    tenths = [(round(10 * x), round(10 * y)) for x, y in thinned(points)]
    pieces = [f"M{number(tenths[0][0] / 10)} {number(tenths[0][1] / 10)}l"]
    for before, after in pairwise(tenths):
        for old, new in zip(before, after, strict=True):
            step = number((new - old) / 10)
            pieces.append(step if pieces[-1].endswith("l") or step.startswith("-") else f" {step}")
    return "".join(pieces)


def thinned(points: Sequence[Point]) -> list[Point]:
    """Leave out points that the path would pass within the tolerance (Ramer 1972, Douglas & Peucker 1973)."""
    kept = {0, len(points) - 1}
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        strays = [_stray(points[place], points[first], points[last]) for place in range(first + 1, last)]
        if strays and max(strays) > TOLERANCE:
            far = first + 1 + strays.index(max(strays))
            kept.add(far)
            parts += [(first, far), (far, last)]
    return [points[place] for place in sorted(kept)]


def _stray(point: Point, start: Point, end: Point) -> float:
    """Return the distance of a point from the line between two others, or from the first if they coincide."""
    (x, y), (x0, y0), (x1, y1) = point, start, end
    length = math.hypot(x1 - x0, y1 - y0)
    if length == 0:
        return math.hypot(x - x0, y - y0)
    return abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length


# -- ticks, as Plotly would find them in the browser ------------------------------------------------------------------


def number_of(value: Any) -> float:
    """Return a coordinate as a number: a date or moment as days since year 1."""
    if isinstance(value, str):
        return (datetime.datetime.fromisoformat(value) - datetime.datetime.min) / datetime.timedelta(days=1) + 1
    return float(value)


def ticks_of(axis: Spec) -> list[Tick]:
    """Return place and label of each tick of an axis of shares, dates or given values; a label may have two lines."""
    if "tickvals" in axis:
        texts = axis.get("ticktext") or [f"{value:g}" for value in axis["tickvals"]]
        return [(number_of(value), text) for value, text in zip(axis["tickvals"], texts, strict=True)]
    low, high = (number_of(edge) for edge in axis["range"])
    if axis.get("type") == "date":
        return list(_dated(low, high, axis))
    return _shares(low, high, axis)


def _shares(low: float, high: float, axis: Spec) -> list[Tick]:
    """Return round per cents, 1, 2 or 5 times a power of ten apart."""
    least = (high - low) / axis["nticks"]
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * unit for unit in (1, 2, 5, 10) if power * unit >= least * (1 - 1e-9))
    digits = int(axis["tickformat"].strip(".%"))
    places = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    return [(place * step, f"{100 * place * step:.{digits}f}%") for place in places]


def _dated(low: float, high: float, axis: Spec) -> Iterator[Tick]:
    """Label days, with the year below the first of each year if the format has one."""
    line, _, second = axis["tickformat"].partition("\n")
    year = None
    for day in _days([datetime.date.fromordinal(day) for day in range(math.ceil(low), math.floor(high) + 1)], axis):
        text = line.replace("%-d", str(day.day)).replace("%b", MONTHS[day.month - 1][:3])
        yield day.toordinal(), f"{text}\n{day.year}" if second and day.year != year else text
        year = day.year


def _every(step: int, days: Sequence[datetime.date], number: Callable[[datetime.date], int]) -> list[datetime.date]:
    return [day for day in days if number(day) % step == 0]


def _days(days: Sequence[datetime.date], axis: Spec) -> list[datetime.date]:
    """Return whole days, weeks or months, at most as many as the axis may have."""
    months = list(filter(lambda day: day.day == 1, days))
    by_day = (_every(step, days, datetime.date.toordinal) for step in _DAY_STEPS)
    by_month = (_every(step, months, lambda day: day.month - 1) for step in _MONTH_STEPS)
    steps, most = (by_month, 40) if axis.get("dtick") == "M1" else (chain(by_day, by_month), axis["nticks"])
    return next((kept for kept in steps if len(kept) <= most), months)
