"""Pages of studies on past cases: sections of sentences, figures and tables, as one page and as Markdown.

What a study says (`backtest_study`, `calibration_study`) is a `StudyReport`; layout and escaping are here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.html import page
from sim.report.markdown import escape, markdown_table, section
from sim.report.tables import Table

if TYPE_CHECKING:
    from sim.report.captions import Figure
    from sim.report.charts import Spec


@dataclass(frozen=True)
class Part:
    """A part of a section: a sentence or two, then a figure or a table; either may be missing.

    Attributes
    ----------
    folded
        Words under which the table is folded away on the page; empty: it stands open.
    """

    text: str = ""
    figure: Figure | None = None
    table: Table | None = None
    folded: str = ""


@dataclass(frozen=True)
class Section:
    """A section; `id` is its place on the page."""

    id: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class StudyReport:
    """What a study says; strings are plain text and not yet escaped.

    Attributes
    ----------
    kicker
        What it is, in small letters over the title.
    number, says
        The figure to remember, and what it is.
    lead
        The finding in a sentence or two.
    """

    kicker: str
    title: str
    number: str
    says: str
    lead: str
    sections: tuple[Section, ...]
    rerun: tuple[tuple[str, str], ...]


def study_page(report: StudyReport, figures: Mapping[str, Spec], dark: Mapping[str, str] | None = None) -> str:
    """Return the page; `figures` by their place, `dark` as `page` takes it."""
    return page("study.html", figures, dark=dark, report=report)


def study_markdown(report: StudyReport) -> str:
    """Return the same content as Markdown."""
    parts = [
        f"# {escape(report.title)}",
        f"{escape(report.kicker)}.",
        f"**{escape(report.number)}** {escape(report.says)}",
    ]
    parts.append(escape(report.lead))
    for one in report.sections:
        parts.append(f"## {escape(one.title)}")
        for part in one.parts:
            parts.append(escape(part.text))
            table = part.table or (part.figure.table if part.figure is not None else None)
            parts += list(section(table)) if table is not None else []
    parts += ["## Rerun", markdown_table(Table("", ("What", "Value"), "ll", report.rerun))]
    return "\n\n".join(part for part in parts if part) + "\n"
