"""What a page says, before any layout: a head and sections of sentences, tables, figures and lists.

A page module turns a record into a `Document`; `html`, `markdown` and `terminal` lay it out and escape it. All strings
are plain text, some of it from a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sim.report.charts import Spec

STEP = 4
"""Rows of a time table of which Markdown keeps one."""


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Attributes
    ----------
    role
        How it stands on the page: `note`, `lead`, `banner`, `strong`, `assumed` or nothing.
    """

    text: str
    role: str = ""
    kind: ClassVar[str] = "text"


def is_of_web(url: object) -> bool:
    """Whether an address is one of the web, which alone is linked."""
    return str(url).lower().startswith(("http://", "https://"))


class Linked(str):
    """Text of a cell that leads to a web address; where nothing can be followed, it is text."""

    __slots__ = ("url",)
    url: str

    @classmethod
    def to(cls, url: object, text: str) -> str:
        """Return text that leads to an address; as it is where the address is none of the web."""
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
        One letter a column, `l` or `r`.
    folded
        Words under which the page folds it away; empty: it is open.
    style
        `narrow`: it fits a phone, for cells break, and what is in brackets goes below the number; `facts`: names with
        their values.
    brief
        A shorter table that stands in for it outside the page.
    """

    caption: str
    columns: tuple[str, ...]
    align: str
    rows: tuple[tuple[str, ...], ...]
    folded: str = ""
    style: str = ""
    brief: Table | None = None
    kind: ClassVar[str] = "table"

    @classmethod
    def facts(cls, rows: Iterable[tuple[str, str]], columns: tuple[str, str] = ("What", "Value")) -> Table:
        """Return names with their values."""
        return cls("", columns, "ll", tuple(rows), style="facts")

    @property
    def shortest(self) -> Table:
        """What stands for it outside the page."""
        return self.brief or self

    def fold(self, summary: str = "") -> Table:
        """Return it folded away under some words, by default its caption."""
        return replace(self, folded=summary or self.caption)

    def of_columns(self, *places: int) -> Table:
        """Return it with some of its columns alone."""
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        columns, align = (tuple(one[place] for place in places) for one in (self.columns, self.align))
        return replace(self, columns=columns, align="".join(align), rows=rows)

    def page_only(self) -> Table:
        """Return it with nothing that stands in for it outside the page."""
        return replace(self, brief=replace(self, rows=()))

    def thin(self, keep: Sequence[str] = ()) -> Table:
        """Return it with a brief form: one row in `STEP`, the last, and those whose first cell is to be kept."""
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
        What it measures.
    alt
        What a reader who cannot see it should know.
    table
        Its numbers.
    parts
        What stands between the figure and its table.
    chart
        Draws it on the page: Plotly's data and layout.
    block
        What draws it on the page, where that is no chart.
    small
        Whether it stands in a card.
    """

    id: str
    title: str
    unit: str
    alt: str
    table: Table
    chart: Callable[[], Spec] | None = field(default=None, compare=False)
    parts: tuple[Part | None, ...] = ()
    small: bool = False
    block: Block | None = None
    kind: ClassVar[str] = "figure"

    def with_parts(self, *parts: Part | None) -> Figure:
        """Return it with parts between figure and table."""
        return replace(self, parts=parts)

    def thin(self, keep: Sequence[str] = ()) -> Figure:
        """Return it with a brief form of its table, as `Table.thin` makes it."""
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
    kind: ClassVar[str] = "list"

    @classmethod
    def of(cls, texts: Iterable[str], role: str = "") -> List:
        """Return a list of plain texts."""
        return cls(tuple(map(Entry, texts)), role)


@dataclass(frozen=True)
class Group:
    """Parts that belong together.

    Attributes
    ----------
    role
        Its class on the page; `folded`: it is folded away under its title.
    number
        What it says first, in large letters.
    short
        Its name in the contents; empty: it is not there.
    """

    title: str
    parts: tuple[Part | None, ...]
    role: str = ""
    id: str = ""
    small: str = ""
    number: str = ""
    short: str = ""
    kind: ClassVar[str] = "group"

    @property
    def listed(self) -> str:
        """Its name in the contents; empty: it is not there."""
        return self.short if self.id else ""


@dataclass(frozen=True)
class Section(Group):
    """A group that the contents name, whether it has a short name or not."""

    kind: ClassVar[str] = "section"

    @property
    def listed(self) -> str:
        """Its name in the contents: the short one, else its title."""
        return (self.short or self.title) if self.id else ""


@dataclass(frozen=True)
class Block:
    """A piece that the page draws in a way of its own, by the macro of this name; elsewhere `parts` stand for it."""

    name: str
    content: Any = None
    parts: tuple[Part | None, ...] = ()
    kind: ClassVar[str] = "block"


Part = Text | Table | Figure | List | Group | Block


@dataclass(frozen=True)
class Document:
    """What a page says.

    Attributes
    ----------
    kicker
        What it is, in small letters over the title.
    number, word, frequency
        The figure to remember, its word with a range, and how often that is; the two last may be missing.
    says
        What the number is.
    head
        What goes with the number.
    about
        What stands between the title and the number.
    below
        What stands below the number, before the sections.
    heading, short
        What the part with the number is called, there and in the contents.
    last
        Ids of figures that are drawn after all others, in this order.
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
    last: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The number in a line: `8% (very unlikely, 05-20%): about 1 in 12`."""
        word = f"{self.number} ({self.word})" if self.word else self.number
        return f"{word}: {self.frequency}" if self.frequency else word

    @property
    def contents(self) -> list[tuple[str, str]]:
        """Place and short name of all that the contents list, after question and headline."""
        return [(one.id, one.listed) for one in walk(self) if isinstance(one, Group) and one.listed]

    @property
    def charts(self) -> dict[str, Callable[[], Spec]]:
        """What draws each figure, by its id."""
        drawn = {one.id: one.chart for one in walk(self) if isinstance(one, Figure) and one.chart}
        last = {name: drawn.pop(name) for name in self.last if name in drawn}
        return drawn | last

    @property
    def blocks(self) -> set[str]:
        """Names of the blocks in it."""
        return {one.name for one in walk(self) if isinstance(one, Block)}


def rerun(rows: Iterable[tuple[str, str]], *parts: Part | None) -> Section:
    """Return the section that says how to make the document again."""
    return Section("Rerun", (Table.facts(rows), *parts), id="rerun")


def rerun_of(record: Mapping[str, Any], **more: str) -> Section:
    """Return that section of a study of one scenario; `more` are further rows, `Runs_of_each_mix` by their names."""
    rows = [("Scenario", record["scenario"]["id"]), ("Scenario hash", record["scenario"]["hash"])]
    rows += [("Seed", str(record["seed"])), *((name.replace("_", " "), value) for name, value in more.items())]
    return rerun([*rows, ("Command", record["command"])] if record["command"] else rows)


def said(parts: Iterable[Part | None]) -> list[Part]:
    """Return the parts that say something: no empty text, no table or list without rows, nothing missing."""
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
    """Yield all parts of a document or of a part, in order; a part itself first."""
    if isinstance(one, Document):
        inner: Iterable[Part | None] = (*one.about, *one.head, *one.below, *one.sections)
    else:
        yield one
        inner = getattr(one, "parts", ())
    for part in said(inner):
        yield from walk(part)
