"""Markdown: a document with compact tables and no figures.

Text is escaped so that it reads as written, and HTML or Markdown in it has no effect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

from sim.report.document import Block, Document, Figure, Group, List, Part, Section, Table, Text, said
from sim.wording import seen

_SPECIAL = re.compile(r"[\\`*_\[\]#|~$<>&]")
_BULLET = re.compile(r"^(\d*)([-+=.)])(?=\s|$|[-=])")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_STRONG = ("banner", "lead", "strong")


def escape(text: str) -> str:
    """Escape text for use inside a line of Markdown: special characters lose their meaning, hidden ones are shown."""
    return _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), seen(" ".join(text.split())))


def paragraph(text: str) -> str:
    """Escape text that begins a line, so that no dash, plus or number at its start makes it a list."""
    return _BULLET.sub(r"\1\\\2", escape(text))


def markdown_table(table: Table) -> str:
    """Return a table without its caption."""
    rule = "|".join("---:" if letter == "r" else "---" for letter in table.align)
    lines = [table.columns, *table.rows]
    header, *body = ("| " + " | ".join(_link(text, getattr(text, "url", "")) for text in line) + " |" for line in lines)
    return "\n".join((header, f"|{rule}|", *body))


def _link(text: str, url: str) -> str:
    return f"[{escape(text)}](<{quote(url, safe=':/?#@!$&*+,;=%~-._')}>)" if url else escape(text)


def to_markdown(document: Document) -> str:
    """Return a document as Markdown."""
    blocks = (
        f"# {escape(document.title)}",
        f"{escape(document.kicker)}.",
        *_parts(document.about),
        f"## {escape(document.heading)}",
        f"**{escape(document.line)}** {escape(document.says)}.",
        *_parts(document.head),
        *_parts(document.below),
        *_parts(document.sections),
    )
    return "\n\n".join(blocks) + "\n"


def _parts(parts: tuple[Part | None, ...], above: str = "") -> Iterator[str]:
    """Yield the blocks of parts; `above` is the heading over them, which a table does not repeat."""
    for part in said(parts):
        yield from _part(part, above)


def _part(part: Part, above: str) -> Iterator[str]:
    match part:
        case Text():
            yield _text(part)
        case Table():
            yield from _table(part, part.shortest.caption, above)
        case Figure(table=table):
            yield from _table(table, part.title, above, f"{escape(table.caption)}:")
            yield from _parts(part.parts)
        case List():
            yield "\n".join(_list(part))
        case Block():
            yield from _parts(part.parts, above)
        case Section(title=title):
            yield f"## {escape(title)}"
            yield from _parts(part.parts, title)
        case _:
            yield from _group(part)


def _text(part: Text) -> str:
    line = f"**{escape(part.text)}**" if part.role in _STRONG else paragraph(part.text)
    return f"> {line}" if part.role == "banner" else line


def _table(table: Table, title: str, above: str, *lead: str) -> Iterator[str]:
    """Yield a table, as short as it can be, below its title, unless the title is already above it."""
    shown = table.shortest
    if not shown.rows:
        return
    yield from [f"### {escape(title)}"] if title and title != above else []
    yield from (*lead, markdown_table(shown))


def _group(group: Group) -> Iterator[str]:
    """Yield a group below its title; one with a number, or a folded one that begins with text, begins with it in bold.

    A folded group that something links to keeps its heading.
    """
    title, inner = escape(group.title), list(_parts(group.parts, group.title))
    if group.number:
        yield from (f"**{title}: {escape(group.number)}.** {inner[0]}", *inner[1:])
    elif group.role == "folded" and not group.id and isinstance(said(group.parts)[0], Text):
        yield from (f"**{title}.** {inner[0]}", *inner[1:])
    else:
        small = f" ({escape(group.small)})" if group.small else ""
        yield from [f"### {title}{small}"] if title else []
        yield from inner


def _list(part: List) -> Iterator[str]:
    """Yield the lines of a list, with bullets or with the names of its entries as their numbers."""
    named = "{}. " if part.role == "marks" else "- **{}**: "
    for one in part.items:
        lead = named.format(escape(one.name)) if one.name else "- "
        text = escape(one.text) if one.name or one.link else paragraph(one.text)
        yield f"{lead}{_link(one.link, one.url)}{text}"
        yield from (f"  - {escape(line)}" for line in one.lines)
