"""Text fitted to the width of the terminal: paragraphs, and tables in columns.

It is separate from documents so that commands without a report need not load them.
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TypeVar

from sim.wording import GLUE, glued

READABLE = 100
"""Most columns of a paragraph."""
NARROWEST = 16
"""Fewest columns left for words."""
ENDLESS = 10_000
Value = TypeVar("Value")


def width() -> int:
    """Return the columns of the terminal: COLUMNS if set, else the actual width; unlimited if not a terminal."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or ENDLESS
    except (OSError, ValueError):
        return ENDLESS


def paragraph(text: str, *, indent: str = "", hang: str = "") -> list[str]:
    """Return the lines of a paragraph, at a readable width that the terminal allows."""
    return _broken(text, min(READABLE, width()), initial_indent=indent, subsequent_indent=hang or indent)


def aligned(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: str = "l", indent: str = "") -> Iterator[str]:
    """Yield the lines of a table, with columns as wide as they need to be and the whole as wide as the terminal allows.

    If it is too wide, heads and words wrap, but numbers never do. If that is not enough, or wraps first cells into more
    lines, the first cell of a row gets its own line, and the others as many lines as they need. `words` has one letter
    per column: `l` for words, `r` for numbers, aligned right; further columns hold numbers.
    """
    grid, room = [head, *rows], width() - len(indent)
    words = words.ljust(len(head), "-")[: len(head)]
    widths = _widths(grid, words, room)
    lines = [line.rstrip() for row in grid for line in _side_by_side(row, widths, words)]
    if len(head) > 1 and (_whole(widths) > room or widths[0] < max(len(row[0]) for row in grid)):
        stacked = list(_stacked(grid, words, room))
        lines = stacked if _whole(widths) > room or len(stacked) < len(lines) else lines
    yield from (f"{indent}{line}" for line in lines)


def _stacked(grid: Sequence[Sequence[str]], words: str, room: int) -> Iterator[str]:
    """Yield the lines of a table whose rows have one line for their first cell and indented lines for the others."""
    widths = [0, *_widths([row[1:] for row in grid], words[1:], room - 2)]
    groups = list(_groups(widths, room - 2))
    for row in grid:
        yield from _broken(row[0], room)
        for places in groups:
            shown = _side_by_side(_at(places, row), _at(places, widths), _at(places, words))
            yield from (f"  {line}".rstrip() for line in shown if line.strip())


def _at(places: Sequence[int], line: Sequence[Value]) -> list[Value]:
    return [line[place] for place in places]


def _groups(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """Yield the indices of columns after the first, as many at a time as there is room for."""
    group: list[int] = []
    for place in range(1, len(widths)):
        if group and _whole([widths[one] for one in (*group, place)]) > room:
            yield group
            group = []
        group.append(place)
    yield group


def _widths(grid: Sequence[Sequence[str]], words: str, room: int) -> list[int]:
    """Return the widths of columns: as much as their cells need or, if that is too much, less for heads and words."""
    columns = [list(column) for column in zip(*grid, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    least = list(map(_least, columns, words))
    while _whole(widths) > room and widths != least:
        widest = max(range(len(widths)), key=lambda place: (widths[place] > least[place], widths[place]))
        widths[widest] -= 1
    return widths


def _least(column: Sequence[str], kind: str) -> int:
    """Return the minimum width of a column: it fits each word of the head and, unless it holds words, its cells."""
    head, *cells = column
    whole = max(map(len, column))
    need = NARROWEST if kind == "l" else max(map(len, cells), default=0)
    return max(min(whole, need), *map(len, head.split() or [""]))


def _whole(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _side_by_side(row: Sequence[str], widths: Sequence[int], words: Sequence[str]) -> Iterator[str]:
    """Yield the lines of one row, with its cells wrapped to the widths of their columns."""
    cells = [[cell] if len(cell) <= wide else _broken(cell, wide) for cell, wide in zip(row, widths, strict=True)]
    sides = ["<>"[kind == "r"] for kind in words]
    for parts in zip_longest(*cells, fillvalue=""):
        yield "  ".join(f"{part:{side}{wide}}" for part, side, wide in zip(parts, sides, widths, strict=True))


def _broken(text: str, room: int, **indents: str) -> list[str]:
    """Wrap text between words, never between a number and what belongs to it."""
    lines = textwrap.wrap(glued(text), room, **indents)  # type: ignore[arg-type]
    return [line.replace(GLUE, " ") for line in lines] or [""]
