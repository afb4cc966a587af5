"""The content of a page, before any layout: a head and sections of sentences, tables, figures and lists.

A page module turns a record into a `Document`; `html`, `markdown` and `terminal` lay it out and escape it. All strings
are plain text, some of it from a scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

STEP = 4
"""Markdown keeps one of this many rows of a time table."""


@dataclass(frozen=True)
class Text:
    """A paragraph; its role on the page is `note`, `lead`, `banner`, `strong`, `assumed` or none."""

    text: str
    role: str = ""


def is_of_web(url: object) -> bool:
    """Whether an address is a web address; only those are linked."""
    return str(url).lower().startswith(("http://", "https://"))


class Linked(str):
    """Text of a cell that links to a web address; plain text where links are impossible."""

    __slots__ = ("url",)
    url: str

    @classmethod
    def to(cls, url: object, text: str) -> str:
        """Return text that links to an address; unchanged if that is not a web address."""
        if not is_of_web(url):
            return text
        linked = cls(text)
        linked.url = str(url)
        return linked


@dataclass(frozen=True)
class Table:
    """A table of text; the first column names the row.

    Attributes
    ----------
    align
        One letter per column, `l` or `r`.
    folded
        Caption under which the page folds it away; if empty, it is open.
    style
        `narrow`: it fits a phone, because cells wrap and text in brackets goes below the number; `facts`: names with
        their values.
    brief
        A shorter table that replaces it outside the page.
    """

    caption: str
    columns: tuple[str, ...]
    align: str
    rows: tuple[tuple[str, ...], ...]
    folded: str = ""
    style: str = ""
    brief: Table | None = None

    @classmethod
    def facts(cls, rows: Iterable[tuple[str, str]], columns: tuple[str, str] = ("What", "Value")) -> Table:
        """Return a table of names and their values."""
        return cls("", columns, "ll", tuple(rows), style="facts")

    @property
    def shortest(self) -> Table:
        """The table that represents it outside the page."""
        return self.brief or self

    def fold(self, summary: str = "") -> Table:
        """Return it folded away under a summary, by default its caption."""
        return replace(self, folded=summary or self.caption)

    def of_columns(self, *places: int) -> Table:
        """Return it with only some of its columns."""
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        columns, align = (tuple(one[place] for place in places) for one in (self.columns, self.align))
        return replace(self, columns=columns, align="".join(align), rows=rows)

    def page_only(self) -> Table:
        """Return it without a replacement outside the page."""
        return replace(self, brief=replace(self, rows=()))

    def thin(self, keep: Sequence[str] = ()) -> Table:
        """Return it with a brief form: one row in `STEP`, the last, and those whose first cell is in `keep`."""
        shown, last = self.shortest, len(self.rows) - 1
        rows = tuple(r for place, r in enumerate(shown.rows) if place % STEP == 0 or place == last or r[0] in keep)
        return replace(self, brief=replace(shown, rows=rows))


@dataclass(frozen=True)
class Figure:
    """A figure; `id` is its place on the page.

    Attributes
    ----------
    title
        Its message.
    unit
        The quantity it measures.
    alt
        Text for a reader who cannot see it.
    table
        Its numbers.
    parts
        Parts between the figure and its table.
    chart
        Draws it on the page: Plotly's data and layout.
    block
        Block that draws it on the page, if it is not a chart.
    small
        Whether it is inside a card.
    """

    id: str
    title: str
    unit: str
    alt: str
    table: Table
    chart: Callable[[], dict[str, Any]] = field(default=dict, compare=False)
    parts: tuple[Part | None, ...] = ()
    small: bool = False
    block: Block | None = None

    def with_parts(self, *parts: Part | None) -> Figure:
        """Return it with parts between figure and table."""
        return replace(self, parts=parts)

    def thin(self, keep: Sequence[str] = ()) -> Figure:
        """Return it with a brief form of its table, as made by `Table.thin`."""
        return replace(self, table=self.table.thin(keep))


@dataclass(frozen=True)
class Entry:
    """An entry of a list: a name, a linked text, a text, and lines below it; all but the text may be missing."""

    text: str
    name: str = ""
    link: str = ""
    url: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class List:
    """A list; `role` is its class on the page, `notes` names above texts, `marks` numbers as names."""

    items: tuple[Entry, ...]
    role: str = ""

    @classmethod
    def of(cls, texts: Iterable[str], role: str = "") -> List:
        """Return a list of plain texts."""
        return cls(tuple(map(Entry, texts)), role)


@dataclass(frozen=True)
class Group:
    """Parts that belong together; `number` opens it in large letters.

    `role` is its class on the page: if `folded`, it is folded away under its title. `short` is its name in the
    contents; if empty, it is not listed.
    """

    title: str
    parts: tuple[Part | None, ...]
    role: str = ""
    id: str = ""
    small: str = ""
    number: str = ""
    short: str = ""

    @property
    def listed(self) -> str:
        """Its name in the contents; if empty, it is not listed."""
        return self.short if self.id else ""


class Section(Group):
    """A group listed in the contents, whether or not it has a short name."""

    @property
    def listed(self) -> str:
        """Its name in the contents: the short one, or its title."""
        return (self.short or self.title) if self.id else ""


@dataclass(frozen=True)
class Block:
    """A piece that the page draws with the macro of this name; elsewhere it is replaced by `parts`."""

    name: str
    content: Any = None
    parts: tuple[Part | None, ...] = ()


Part = Text | Table | Figure | List | Group | Block


@dataclass(frozen=True)
class Document:
    """The content of a page.

    Attributes
    ----------
    kicker
        Its kind, in small letters above the title.
    number, word, frequency
        The figure to remember, its word with a range, and its frequency; the last two may be missing.
    says
        Description of the number.
    head
        Parts that accompany the number.
    about
        Parts between the title and the number.
    below
        Parts below the number, before the sections.
    heading, short
        Heading of the part with the number, there and in the contents.
    """

    kicker: str
    title: str
    number: str
    says: str
    head: tuple[Part | None, ...]
    sections: tuple[Section | None, ...]
    word: str = ""
    frequency: str = ""
    about: tuple[Part | None, ...] = ()
    below: tuple[Part | None, ...] = ()
    heading: str = "Finding"
    short: str = "Finding"

    @property
    def line(self) -> str:
        """The number in a line: `8% (very unlikely, 05-20%): about 1 in 12`."""
        word = f"{self.number} ({self.word})" if self.word else self.number
        return f"{word}: {self.frequency}" if self.frequency else word

    @property
    def contents(self) -> list[tuple[str, str]]:
        """Place and short name of everything in the contents, after question and headline."""
        return [(one.id, one.listed) for one in walk(self) if isinstance(one, Group) and one.listed]

    @property
    def charts(self) -> dict[str, Callable[[], dict[str, Any]]]:
        """The functions that draw the figures, by id."""
        return {one.id: one.chart for one in walk(self) if isinstance(one, Figure) and one.block is None}

    @property
    def blocks(self) -> set[str]:
        """Names of its blocks."""
        return {one.name for one in walk(self) if isinstance(one, Block)}


def rerun(rows: Iterable[tuple[str, str]], *parts: Part | None) -> Section:
    """Return the section that says how to reproduce the document."""
    return Section("Rerun", (Table.facts(rows), *parts), id="rerun")


def rerun_of(record: Mapping[str, Any], **more: str) -> Section:
    """Return that section for a study of one scenario; `more` are further rows, named like `Runs_of_each_mix`."""
    rows = [("Scenario", record["scenario"]["id"]), ("Scenario hash", record["scenario"]["hash"])]
    rows += [("Seed", str(record["seed"])), *((name.replace("_", " "), value) for name, value in more.items())]
    return rerun([*rows, ("Command", record["command"])] if record["command"] else rows)


def said(parts: Iterable[Part | None]) -> list[Part]:
    """Return the parts with content: no empty texts, no tables or lists without rows, none that are missing."""
    return [part for part in parts if part is not None and not _is_empty(part)]


def _is_empty(part: Part) -> bool:
    match part:
        case Text(text=text):
            return not text
        case Table(rows=rows):
            return not rows
        case List(items=items):
            return not items
        case Group(parts=parts, number=number):
            return not number and not said(parts)
    return False


def walk(one: Document | Part) -> Iterator[Part]:
    """Yield all parts of a document or of a part, in order; a part itself comes first."""
    if isinstance(one, Document):
        inner: Iterable[Part | None] = (*one.about, *one.head, *one.below, *one.sections)
    else:
        yield one
        inner = getattr(one, "parts", ())
    for part in said(inner):
        yield from walk(part)
