"""What a history says, before any layout: how the probability moved over the dates and which news moved it by how much.

`history_of` reads the record of `offramp history`; page, Markdown and figure are made from what it returns.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from sim.report.captions import Figure
from sim.report.chance import Chance
from sim.report.curves import history_curve
from sim.report.dates import long_date, short_date
from sim.report.html import page
from sim.report.markdown import escape, markdown_table, section
from sim.report.reading import Record, reading
from sim.report.shift import Shift
from sim.report.tables import Table, with_interval
from sim.report.values import NONE
from sim.report.words import scale_of
from sim.wording import counted

FORMAT = "offramp/history/1"
PLACE = "history"
"""Where the figure stands on the page."""
GUARD = (
    "Each date is forecast from only the evidence known by then; pressures and talks that began later are left out and "
    "readings age as they would have. All dates share one seed, so the curve moves by the news and not by the dice."
)
ABOUT_MOVES = (
    "All news of a date: the forecast of that date, less the same forecast without any of its new items, paired. "
    "Below it, each item left out alone. An item counts by the stance it reads. Items of one date overlap, so their "
    "changes do not add up to that of the date; nor do the dates add up to the curve, for readings age and pressures "
    "begin."
)


@dataclass(frozen=True)
class History:
    """A history's content; strings are plain text, some of it from the scenario, and not yet escaped."""

    title: str
    first: str
    last: str
    days: int
    start: Chance
    end: Chance
    word: str
    lead: str
    windows: tuple[tuple[str, str], ...]
    figure: Figure
    marks: tuple[tuple[datetime.date, int], ...]
    news: Table
    moves: Table
    no_moves: str
    rises: bool
    rerun: tuple[tuple[str, str], ...]

    @property
    def largest(self) -> tuple[tuple[str, ...], ...]:
        """The rows of the moves that are clear and go the way of the curve, the first few."""
        against = "−" if self.rises else "+"
        return tuple(row for row in self.moves.rows if not row[-1] and not row[4].startswith(against))[:4]


def history_of(record: Record, words: str) -> History:
    """Read a record into the content of its report.

    Parameters
    ----------
    record
        The content of history.json.
    words
        The scale of words.

    Raises
    ------
    ReportError
        Where the record has another format or lacks a part, or there is no such scale.
    """
    scale_of(words)
    with reading(record, FORMAT):
        return _history_of(record, words)


def _history_of(record: Record, words: str) -> History:
    days = record["horizon"]
    start, end = (Chance.of(record["points"][place]["by"][str(days)]) for place in (0, -1))
    first, last = (long_date(_date(record["points"][place]["date"])) for place in (0, -1))
    numbered = _numbered(record)
    return History(
        title=record["scenario"]["title"],
        first=first,
        last=last,
        days=days,
        start=start,
        end=end,
        word=end.word(words),
        lead=_lead(start, end, first, last, days),
        windows=tuple(_windows(record, words)),
        figure=_figure(record, _lead(start, end, first, last, days)),
        marks=tuple((_marked(record, move), number) for number, move in numbered),
        news=_news(record),
        moves=_moves(record, numbered),
        rises=end.p >= start.p,
        no_moves="" if numbered else "Between these dates no item came that a stance is read from: no news moved it.",
        rerun=tuple(_rerun(record)),
    )


def _date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _lead(start: Chance, end: Chance, first: str, last: str, days: int) -> str:
    subject = f"The probability of an offensive within {counted(days, 'day')}"
    if first == last:
        return f"{subject} is {end.text} on {last}"
    if start.text == end.text:
        return f"{subject} is {end.text} on {last}, as on {first}"
    verb = "rises" if end.p > start.p else "falls"
    return f"{subject} {verb} from {start.text} on {first} to {end.text} on {last}"


def _windows(record: Record, words: str) -> Iterator[tuple[str, str]]:
    """Yield each window with its probability on the last date."""
    for days in record["milestones"]:
        yield f"Within {counted(days, 'day')}", Chance.of(record["points"][-1]["by"][str(days)]).line(words)


def _numbered(record: Record) -> list[tuple[int, Record]]:
    """Return the moves numbered in the order of their marks."""
    ordered = sorted(record["moves"], key=lambda move: _marked(record, move))
    return list(enumerate(ordered, 1))


def _marked(record: Record, move: Record) -> datetime.date:
    """Return the day on which news is marked: its own, within the dates shown."""
    return max(_date(record["points"][0]["date"]), min(_date(move["item_date"]), _date(move["date"])))


def _news(record: Record) -> Table:
    """Return what all news of each date moved."""
    rows = [
        (
            short_date(_date(point["date"])), ", ".join(point["new_items"]),
            Shift.of(point["news"]).number, Shift.of(point["news"]).interval,
            "" if Shift.of(point["news"]).is_clear else "no clear change",
        )
        for point in record["points"] if point["news"] is not None
    ]  # fmt: skip
    caption = f"What all news of a date moved within {counted(record['horizon'], 'day')}, in points"
    return Table(caption, ("As of", "New items", "Change", "Interval, 95%", "Remark"), "llrrl", tuple(rows))


def _moves(record: Record, numbered: list[tuple[int, Record]]) -> Table:
    largest = sorted(numbered, key=lambda one: -abs(one[1]["p"]))
    rows = [
        (
            str(number), move["id"], short_date(_date(move["item_date"])), move["says"],
            Shift.of(move).number, Shift.of(move).interval, "" if Shift.of(move).is_clear else "no clear change",
        )
        for number, move in largest
    ]  # fmt: skip
    caption = f"What each item moved within {counted(record['horizon'], 'day')}, in points, largest first"
    columns = ("Mark", "Item", "Date", "What happened", "Change", "Interval, 95%", "Remark")
    return Table(caption, columns, "rlllrrl", tuple(rows))


def _figure(record: Record, lead: str) -> Figure:
    rows = [
        (
            short_date(_date(point["date"])),
            *(with_interval(Chance.of(point["by"][str(days)])) for days in record["milestones"]),
            (", ".join(point["new_items"]) or NONE) if point["known_items"] else "no evidence yet",
        )
        for point in record["points"]
    ]
    columns = ("As of", *(f"Within {counted(days, 'day')}" for days in record["milestones"]), "Items new on that date")
    caption = "Probability of an offensive by as-of date, with its 95% Monte Carlo interval"
    table = Table(caption, columns, "l" + "r" * len(record["milestones"]) + "l", tuple(rows))
    windows = ", ".join(str(days) for days in record["milestones"])
    alt = (
        f"Line chart over {counted(len(rows), 'as-of date')}, a line for each window ({counted(windows, 'day')}). "
        f"{lead}."
    )
    unit = "Probability of an offensive within so many days of each date, with 95% Monte Carlo bands"
    return Figure(PLACE, lead, unit, alt, table)


def _rerun(record: Record) -> Iterator[tuple[str, str]]:
    yield "Scenario", record["scenario"]["id"]
    yield "Scenario hash", record["scenario"]["hash"]
    yield "Seed", f"{record['seed']}, the same for every date"
    yield "Runs a date", f"{record['runs']:,}"


def history_page(record: Record, history: History) -> str:
    """Return history.html."""
    figures = {PLACE: history_curve(record, history.marks)}
    return page("history.html", figures, history=history, guard=GUARD, about_moves=ABOUT_MOVES)


def history_markdown(history: History) -> str:
    """Return history.md."""
    parts = (
        f"# {escape(history.title)}",
        f"offramp history, {history.first} to {history.last}.",
        f"**{history.lead}.**",
        markdown_table(Table("", ("Window", f"As of {history.last}"), "ll", history.windows)),
        GUARD,
        "## What moved it",
        history.no_moves,
        *((ABOUT_MOVES, *section(history.news), *section(history.moves)) if history.moves.rows else ()),
        "## Over time",
        *section(history.figure.table),
        "## Rerun",
        markdown_table(Table("", ("What", "Value"), "ll", history.rerun)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"
