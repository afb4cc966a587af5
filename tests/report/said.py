"""What a document says, taken apart: its texts, tables and figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.report import document_of
from sim.report.document import Document, Figure, Part, Section, Table, Text, walk
from sim.report.html import to_html
from sim.report.markdown import to_markdown


def texts(one: Document | Part) -> list[str]:
    """Return all paragraphs."""
    return [part.text for part in walk(one) if isinstance(part, Text)]


def figures(one: Document | Part) -> dict[str, Figure]:
    """Return the figures by their ids."""
    return {part.id: part for part in walk(one) if isinstance(part, Figure)}


def tables(one: Document | Part) -> dict[str, Table]:
    """Return all tables by their captions, those behind figures too."""
    return {table.caption: table for table in _tables(one)}


def _tables(one: Document | Part) -> Iterator[Table]:
    for part in walk(one):
        if isinstance(part, Table):
            yield part
        elif isinstance(part, Figure):
            yield part.table


def section(record: Mapping[str, Any], name: str) -> Section | None:
    """Return the section of a record's document with this id; None where it has none."""
    found = [one for one in walk(document_of(record)) if getattr(one, "id", None) == name]
    return found[0] if found else None  # type: ignore[return-value]


def charts(record: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the charts of a record by the ids of their figures, as its page draws them."""
    return {name: draw() for name, draw in document_of(record).charts.items()}


def page_of(record: Mapping[str, Any]) -> str:
    """Return the page of a record."""
    return to_html(document_of(record))


def markdown_of(record: Mapping[str, Any], words: str = "icd203") -> str:
    """Return the Markdown of a record."""
    return to_markdown(document_of(record, words))
