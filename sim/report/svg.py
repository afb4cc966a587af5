"""SVG files and the few elements that figures are drawn with: text, segments, circles, filled and open paths.

A file stands alone: message and unit at its top, title and description for those who cannot see it, light palette on
white, no script, no font but the system's. Whatever text comes in is escaped here.
"""

from __future__ import annotations

import html
import math
import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from sim.report.charts import FONT
from sim.report.palette import LIGHT
from sim.wording import seen

if TYPE_CHECKING:
    from sim.report.captions import Figure

Point = tuple[float, float]

MARGIN, LINE, SMALL = 16, 19, 16
TOLERANCE = 0.15
"""Pixels that a path may stray from a point that is left out of it."""
_DASHES = {"dash": "9 5", "dot": "2 4", "dashdot": "9 4 2 4", "longdash": "14 5", "longdashdot": "14 4 2 4"}


def head_height(figure: Figure, width: int) -> int:
    """Return the height of a figure's message and unit."""
    return MARGIN + LINE * (len(_wrapped(figure, width)) + 1)


def document(size: tuple[int, int], figure: Figure, foot: Sequence[str], parts: Sequence[str]) -> str:
    """Return a whole file.

    Parameters
    ----------
    size
        Width and height in pixels, without the foot.
    figure
        Its message, unit and description.
    foot
        Lines beneath it: what its marks stand for, what it was drawn from.
    parts
        What is drawn, below `head_height`.
    """
    width, height = size[0], size[1] + SMALL * len(foot) + 6
    body = "\n".join((*_heading(figure, width), *parts, *_foot(size, foot)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="title desc" font-family="{FONT}">\n'
        f'<title id="title">{_escaped(figure.title)}</title>\n<desc id="desc">{_escaped(figure.alt)}</desc>\n'
        f'<rect width="{width}" height="{height}" fill="{LIGHT["page"]}"/>\n{body}\n</svg>\n'
    )


def _wrapped(figure: Figure, width: int) -> list[str]:
    return textwrap.wrap(figure.title, int(width / 9.5))


def _heading(figure: Figure, width: int) -> Iterator[str]:
    lines = _wrapped(figure, width)
    for row, line in enumerate(lines):
        yield text((MARGIN, MARGIN + LINE * (row + 0.7)), line, size=16, bold=True)
    yield text((MARGIN, MARGIN + LINE * (len(lines) + 0.6)), figure.unit, colour=LIGHT["muted"])


def _foot(size: tuple[int, int], lines: Sequence[str]) -> Iterator[str]:
    for row, line in enumerate(lines):
        at = (MARGIN, size[1] + SMALL * (row + 0.7))
        yield text(at, textwrap.shorten(line, size[0] // 6, placeholder=" …"), size=11, colour=LIGHT["muted"])


def text(
    at: Point,
    words: str,
    *,
    size: float = 13,
    colour: str = LIGHT["ink"],
    anchor: str = "start",
    bold: bool = False,
) -> str:
    """Return a line of text from a point on."""
    style = f'font-size="{size:g}" fill="{colour}"'
    style += f' text-anchor="{anchor}"' if anchor != "start" else ""
    style += ' font-weight="bold"' if bold else ""
    return f'<text x="{number(at[0])}" y="{number(at[1])}" {style}>{_escaped(words)}</text>'


def _escaped(words: str) -> str:
    return html.escape(seen(words), quote=False)


def segment(start: Point, end: Point, colour: str, dash: str = "solid") -> str:
    """Return a straight line, one pixel wide."""
    (x1, y1), (x2, y2) = ([number(pixel) for pixel in point] for point in (start, end))
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{colour}"{_dashed(dash)}/>'


def circle(at: Point, radius: float, colour: str) -> str:
    """Return a filled circle."""
    return f'<circle cx="{number(at[0])}" cy="{number(at[1])}" r="{radius:g}" fill="{colour}"/>'


def box(corner: Point, size: Point, colour: str) -> str:
    """Return a filled rectangle from its upper left corner."""
    (x, y), (width, height) = ([number(pixel) for pixel in pair] for pair in (corner, size))
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" {_fill(colour)}/>'


def area(points: Sequence[Point], colour: str) -> str:
    """Return a filled outline."""
    return f'<path d="{path(points)}z" {_fill(colour)}/>'


def curve(points: Sequence[Point], colour: str, width: float, dash: str) -> str:
    """Return a line through points."""
    style = f'fill="none" stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round"{_dashed(dash)}'
    return f'<path d="{path(points)}" {style}/>'


def _dashed(dash: str) -> str:
    return f' stroke-dasharray="{_DASHES[dash]}"' if dash in _DASHES else ""


def _fill(colour: str) -> str:
    """Return fill and opacity, apart, as older readers of SVG need them."""
    match = re.fullmatch(r"rgba\((\d+),(\d+),(\d+),([\d.]+)\)", colour)
    if match is None:
        return f'fill="{colour}"'
    red, green, blue = (int(match[place]) for place in (1, 2, 3))
    return f'fill="#{red:02x}{green:02x}{blue:02x}" fill-opacity="{match[4]}"'


def number(value: float) -> str:
    """Write a pixel with one digit at most."""
    written = f"{value:.1f}".removesuffix(".0").replace("-0.", "-.")
    return written.removeprefix("0") or "0"


def path(points: Sequence[Point]) -> str:
    """Return a path through points; each step starts from the rounded end of the last, so that none drifts."""
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
    """Return how far a point lies from the line between two others, or from the first where they are one."""
    (x, y), (x0, y0), (x1, y1) = point, start, end
    length = math.hypot(x1 - x0, y1 - y0)
    if length == 0:
        return math.hypot(x - x0, y - y0)
    return abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length
