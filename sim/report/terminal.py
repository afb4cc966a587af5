"""The terminal: a document as paragraphs and aligned tables.

Parts that a page folds away are left out when the whole document is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice

from sim.report.columns import aligned, paragraph
from sim.report.document import Block, Document, Entry, Figure, Group, List, Part, Section, Table, Text, said


def to_lines(document: Document, basis: str, sections: Iterable[str] | None = None) -> Iterator[str]:
    """Yield the lines of a document: its title, its basis in runs and seed, its number with the parts around it.

    Then come the sections with these ids, including their folded parts; by default all except how to reproduce it.
    """
    yield document.title
    yield basis
    stop = "." if document.says[0].isupper() else ""
    number = Text(f"{document.line}{stop} {document.says}.")
    shown = {one.id: one for one in said(document.sections) if isinstance(one, Section)}
    wanted = shown.keys() - {"rerun"} if sections is None else set(sections)
    yield from _lines((*document.about, number, *document.head, *document.below), folded=False)
    yield from _lines((one for name, one in shown.items() if name in wanted), folded=sections is not None)


def _lines(parts: Iterable[Part | None], *, folded: bool) -> Iterator[str]:
    """Yield the lines of parts, with a blank one before each that is not a paragraph after another."""
    last: type | None = None
    for part in said(parts):
        if not folded and _is_folded(part):
            continue
        if lines := list(_part(part, folded=folded)):
            if not (last is Text and isinstance(part, Text)):
                yield ""
            yield from lines
            last = type(part)


def _part(part: Part, *, folded: bool) -> Iterator[str]:
    match part:
        case Text(text=text):
            yield from paragraph(text)
        case Figure(table=table, parts=inner):
            yield from aligned(table.columns, table.rows, words=table.align)
            yield from _lines(inner, folded=folded)
        case Table():
            yield from aligned(part.columns, part.rows, words=part.align)
        case List(items=items):
            yield from chain.from_iterable(map(_entry, items))
        case Group():
            yield from _titled(part, folded=folded)
        case Block(parts=inner):
            yield from islice(_lines(inner, folded=folded), 1, None)


def _entry(one: Entry) -> list[str]:
    return paragraph(": ".join(filter(None, (one.name, f"{one.link}{one.text}"))), hang="  ")


def _is_folded(part: Part) -> bool:
    return bool(part.folded) if isinstance(part, Table) else getattr(part, "role", "") == "folded"


def _titled(part: Group, *, folded: bool) -> Iterator[str]:
    """Yield the lines of a titled part, with the title right above them; nothing if there are none."""
    lines = list(_lines(part.parts, folded=folded))[1:]
    yield from [f"{part.title[:1].lower()}{part.title[1:]}"] if part.title and lines else []
    yield from lines
