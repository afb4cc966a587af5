"""The page of a history: how the probability moved over the dates, and how far each item of news moved it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from sim.report.chance import Chance, Shift, with_interval
from sim.report.charts import Curve, Spec, curves, label_ends, number_days, ranked, time_axis
from sim.report.document import Block, Document, Figure, Group, Section, Table, Text, rerun
from sim.report.values import NONE, Calendar, dated, day_of, short_date
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record


PLACE = "history"
"""Place of the figure on the page."""
GUARD = (
    "Each forecast uses only the evidence known by its date; pressures and talks that began later are left out and "
    "readings age as they would have. All dates share one seed, so the curve moves with the news and not by chance."
)
ABOUT_MOVES = (
    "All news of a date: the forecast of that date minus the same forecast without its new items, paired. Below it, "
    "each item left out alone. An item counts through the stance it informs. Items of one date overlap, so their "
    "changes do not add up to the date's; nor do the dates add up to the curve: readings age and pressures begin."
)
ABOUT_ARTICLES = (
    "The forecast as of the date of each article, without it and with it, using nothing published later. Both share "
    "all random numbers, so the change is the article’s. Articles of one date are taken in the order of the list of "
    "sources."
)


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    days = record["horizon"]
    start, end = ends(record)
    first, last = (dated(record["points"][place]["date"]) for place in (0, -1))
    since = f"; {start.text} as of {first}" if first != last else ""
    windows = (
        (f"Within {counted(days, 'day')}", Chance.of(record["points"][-1]["by"][str(days)]).line(words))
        for days in record["milestones"]
    )
    by_article = None
    if "articles" in record:
        table = articles_table(record)
        none = Text("No article that the evidence cites was published between these dates.")
        parts = (Text(ABOUT_ARTICLES, "note"), table) if table.rows else (none,)
        by_article = Section("Article by article", parts, id="articles")
    about, moves = "Each dot is a forecast, its window counted from its own date.", _moves(record)
    news: tuple[Text | Table, ...] = (
        Text("No item that informs a stance came between these dates: no news moved it."),
    )
    if moves.rows:
        about += (
            " ▼ marks news by its number in the table below, on the day it was made; the first dot from that day on "
            "includes it."
        )
        news = (Text(ABOUT_MOVES, "note"), _news(record), moves)
    return Document(
        kicker=f"offramp history, {first} to {last}",
        title=record["scenario"]["title"],
        number=end.text,
        word=end.word(words),
        frequency=end.frequency,
        says=f"that an offensive begins within {counted(days, 'day')}, as of {last}{since}",
        heading="Probability of an offensive",
        short="Probability",
        head=(Group("", (Table.facts(windows, ("Window", f"As of {last}")), Text(GUARD, "note"))),),
        sections=(
            Section("Over time", (figure_of(record).with_parts(Block("note", about)),), id="dates"),
            Section("What moved it", news, id="news"),
            by_article,
            rerun((
                ("Scenario", record["scenario"]["id"]),
                ("Scenario hash", record["scenario"]["hash"]),
                ("Seed", f"{record['seed']}, the same for every date"),
                ("Runs of each date", f"{record['runs']:,}"),
            )),
        ),
    )  # fmt: skip


def ends(record: Record) -> tuple[Chance, Chance]:
    """Return the probability within the horizon on the first and the last date."""
    first, last = (Chance.of(record["points"][place]["by"][str(record["horizon"])]) for place in (0, -1))
    return first, last


def largest(record: Record) -> tuple[tuple[str, ...], ...]:
    """Return the rows of the first few moves that are clear and go in the direction of the curve."""
    start, end = ends(record)
    against = "−" if end.p >= start.p else "+"
    return tuple(row for row in _moves(record).rows if not row[-1] and not row[4].startswith(against))[:4]


def marks(record: Record) -> tuple[tuple[datetime.date, int], ...]:
    """Return the day and the number of each mark, in order."""
    return tuple((_marked(record, move), number) for number, move in _numbered(record))


def _lead(record: Record) -> str:
    days = record["horizon"]
    start, end = ends(record)
    first, last = (dated(record["points"][place]["date"]) for place in (0, -1))
    subject = f"The probability of an offensive within {counted(days, 'day')}"
    if first == last:
        return f"{subject} is {end.text} on {last}"
    if start.text == end.text:
        return f"{subject} is {end.text} on {last}, as on {first}"
    verb = "rises" if end.p > start.p else "falls"
    return f"{subject} {verb} from {start.text} on {first} to {end.text} on {last}"


def _numbered(record: Record) -> list[tuple[int, Record]]:
    """Return the moves numbered in the order of their marks."""
    return list(enumerate(sorted(record["moves"], key=lambda move: _marked(record, move)), 1))


def _marked(record: Record, move: Record) -> datetime.date:
    """Return the day at which news is marked: its own, within the dates shown."""
    return max(day_of(record["points"][0]["date"]), min(day_of(move["item_date"]), day_of(move["date"])))


def _news(record: Record) -> Table:
    """Return how far all news of each date moved the probability."""
    rows = [
        (short_date(day_of(point["date"])), ", ".join(point["new_items"]), *Shift.of(point["news"]).cells)
        for point in record["points"]
        if point["news"] is not None
    ]
    caption = f"Change with all news of each date, within {counted(record['horizon'], 'day')}, in points"
    return Table(caption, ("As of", "New items", "Change", "Interval, 95%", "Note"), "llrrl", tuple(rows))


def articles_table(record: Record) -> Table:
    """Return one row per article: the probability on its date before and after it, and the paired change."""
    days = str(record["horizon"])
    rows = [
        (
            short_date(day_of(one["date"])), Chance.of(one["before"][days]).text, Chance.of(one["after"][days]).text,
            *Shift.of(one["change"]).cells[:2],
            one["title"], ", ".join(one["items"]) or NONE,
        )
        for one in record["articles"]
    ]  # fmt: skip
    caption = (
        f"Before and after each article: an offensive within {counted(record['horizon'], 'day')}, change in points"
    )
    columns = ("Published", "Before", "After", "Change", "Interval, 95%", "Article", "Items")
    return Table(caption, columns, "lrrrrll", tuple(rows))


def _moves(record: Record) -> Table:
    rows = [
        (str(number), move["id"], short_date(day_of(move["item_date"])), move["says"], *Shift.of(move).cells)
        for number, move in sorted(_numbered(record), key=lambda one: -abs(one[1]["p"]))
    ]
    caption = f"Change with each item, within {counted(record['horizon'], 'day')}, in points, largest first"
    columns = ("Mark", "Item", "Date", "What happened", "Change", "Interval, 95%", "Note")
    return Table(caption, columns, "rlllrrl", tuple(rows))


def figure_of(record: Record) -> Figure:
    """Return the figure of the curve, with its text and its table."""
    lead = _lead(record)
    rows = [
        (
            short_date(day_of(point["date"])),
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
    unit = "Probability of an offensive within each window of each date, with 95% Monte Carlo bands"
    return Figure(PLACE, lead, unit, alt, table, lambda: _curve(record))


def _curve(record: Record) -> Spec:
    """Draw the probability of an offensive by as-of date, one line per window, with news marked above."""
    dates, marked = [point["date"] for point in record["points"]], marks(record)
    first, last = day_of(dates[0]), day_of(dates[-1])
    calendar, drawn = Calendar(first, max(1, (last - first).days)), []
    for rank, days in enumerate(sorted(record["milestones"], reverse=True)):
        chances, window = [Chance.of(point["by"][str(days)]) for point in record["points"]], counted(days, "day")
        texts = [f"within {window}: {with_interval(one)}" for one in chances]
        drawn.append(Curve(f"{window} {chances[-1].label}", chances, texts, **ranked(rank)))
    # The axis begins early enough to keep the first dots clear of the other axis.
    early = datetime.datetime.combine(first, datetime.time()) - datetime.timedelta(hours=round(0.4 * calendar.horizon))
    xaxis = time_axis(calendar) | {"range": [early.isoformat(), calendar.at(calendar.horizon)]}
    fig = curves(dates, drawn, xaxis, height=410, top=30 if marked else 14)
    number_days(fig, calendar, [((date - first).days, number) for date, number in marked], calendar.horizon / 9, 4)
    label_ends(fig, drawn)
    return fig
