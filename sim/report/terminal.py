"""The terminal: a document as paragraphs and aligned tables, as wide as the terminal allows.

What a page folds away is left out where the whole is shown.
"""

from __future__ import annotations

import os
import sys
import textwrap
from itertools import zip_longest
from typing import TYPE_CHECKING

from sim.report.document import Block, Document, Facts, Figure, Group, List, Part, Section, Table, Text, said
from sim.wording import GLUE, glued

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

READABLE = 100
"""Columns of a paragraph at most."""
NARROWEST = 14
"""Columns that words are left with at the least."""
ENDLESS = 10_000


def to_lines(document: Document, basis: str, sections: Iterable[str] | None = None) -> Iterator[str]:
    """Yield the lines of a document: its title, what it rests on, what stands beside its number, its sections.

    Parameters
    ----------
    basis
        A line on runs and seed.
    sections
        The ids of the sections that are shown, with what they fold away; by default all but how to make it again.
    """
    yield document.title
    yield basis
    shown = [one for one in said(document.sections) if isinstance(one, Section)]
    wanted = {one.id for one in shown} - {"rerun"} if sections is None else set(sections)
    yield from _lines((*document.head, *(one for one in shown if one.id in wanted)), folded=sections is not None)


def _lines(parts: Iterable[Part | None], *, folded: bool) -> Iterator[str]:
    """Yield the lines of parts, a blank one before each that is no paragraph after another."""
    last: type | None = None
    for part in said(parts):
        lines = list(_part(part, folded=folded))
        if lines and not (last is Text and isinstance(part, Text)):
            yield ""
        yield from lines
        last = type(part) if lines else last


def _part(part: Part, *, folded: bool) -> Iterator[str]:
    match part:
        case Text(text=text):
            yield from paragraph(text)
        case Figure(table=table, parts=inner):
            yield from aligned(table.columns, table.rows, words=table.align)
            yield from _lines(inner, folded=folded)
        case Table() if folded or not part.folded:
            yield from aligned(part.columns, part.rows, words=part.align)
        case List(items=items):
            for one in items:
                yield from paragraph(": ".join(filter(None, (one.name, f"{one.link}{one.text}"))), hang="  ")
        case Facts(rows=rows, columns=columns):
            yield from aligned(columns, rows, words="ll")
        case Section(title=title, parts=inner) | Group(title=title, parts=inner) if folded or part.role != "folded":
            yield title.lower()
            lines = _lines(inner, folded=folded)
            next(lines, None)  # no blank line below the title
            yield from lines
        case Block(parts=inner):
            yield from _lines(inner, folded=folded)


def width() -> int:
    """Return the columns of the terminal: as COLUMNS says, else as it is; off a terminal a line has no end."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or ENDLESS
    except (OSError, ValueError):
        return ENDLESS


def paragraph(text: str, *, indent: str = "", hang: str = "") -> list[str]:
    """Return the lines of a paragraph, as wide as is good to read and the terminal allows."""
    return _broken(text, min(READABLE, width()), initial_indent=indent, subsequent_indent=hang or indent)


def aligned(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: str = "l", indent: str = "") -> Iterator[str]:
    """Yield the lines of a table, its columns as wide as they need to be and the whole as the terminal allows.

    Where it is too wide, heads and words break over lines, and numbers never do. Where that is not enough, the first
    cell of a row gets a line of its own, and the others as many lines as they need.

    Parameters
    ----------
    head, rows
        Cells as text.
    words
        A letter a column: `l` where it holds words, `r` where numbers, set to the right; further columns hold numbers.
    indent
        What every line begins with.
    """
    grid, room = [head, *rows], width() - len(indent)
    widths = _widths(grid, words, room)
    if _whole(widths) <= room or len(head) == 1:
        yield from (f"{indent}{line}".rstrip() for row in grid for line in _side_by_side(row, widths, words))
    else:
        yield from (f"{indent}{line}" for line in _stacked(grid, words, room))


def _stacked(grid: Sequence[Sequence[str]], words: str, room: int) -> Iterator[str]:
    """Yield the lines of a table whose rows have a line for their first cell and more for the others, set in."""
    widths = [0, *_widths([row[1:] for row in grid], words[1:], room - 2)]
    for row in grid:
        yield from _broken(row[0], room)
        for places in _groups(widths, room - 2):
            cells, kept = [row[place] for place in places], [widths[place] for place in places]
            side = "".join(words[place : place + 1] or "-" for place in places)
            yield from (f"  {line}".rstrip() for line in _side_by_side(cells, kept, side) if line.strip())


def _groups(widths: Sequence[int], room: int) -> Iterator[list[int]]:
    """Yield the places of columns after the first, as many at a time as there is room for."""
    group: list[int] = []
    for place in range(1, len(widths)):
        if group and _whole([widths[one] for one in (*group, place)]) > room:
            yield group
            group = []
        group.append(place)
    yield group


def _widths(grid: Sequence[Sequence[str]], words: str, room: int) -> list[int]:
    """Return the widths of columns: what their cells need; where that is too much, less for heads and for words."""
    columns = [list(column) for column in zip(*grid, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    least = [
        min(whole, NARROWEST if words[place : place + 1] == "l" else max(map(len, column[1:]), default=0))
        for place, (whole, column) in enumerate(zip(widths, columns, strict=True))
    ]
    least = [max(one, *map(len, column[0].split() or [""])) for one, column in zip(least, columns, strict=True)]
    while _whole(widths) > room and widths != least:
        widest = max(range(len(widths)), key=lambda place: (widths[place] > least[place], widths[place]))
        widths[widest] -= 1
    return widths


def _whole(widths: Sequence[int]) -> int:
    return sum(widths) + 2 * (len(widths) - 1)


def _side_by_side(row: Sequence[str], widths: Sequence[int], words: str) -> Iterator[str]:
    """Yield the lines of one row, its cells broken to the widths of their columns."""
    cells = [[cell] if len(cell) <= wide else _broken(cell, wide) for cell, wide in zip(row, widths, strict=True)]
    sides = ["<>"[words[place : place + 1] == "r"] for place in range(len(widths))]
    for parts in zip_longest(*cells, fillvalue=""):
        yield "  ".join(f"{part:{side}{wide}}" for part, side, wide in zip(parts, sides, widths, strict=True))


def _broken(text: str, room: int, **indents: str) -> list[str]:
    """Break text into lines between words, never within a number and what belongs to it."""
    lines = textwrap.wrap(glued(text), room, **indents)  # type: ignore[arg-type]
    return [line.replace(GLUE, " ") for line in lines] or [""]
