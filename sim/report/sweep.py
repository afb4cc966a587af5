"""What a sweep says, before any layout: from where to where the probability runs, what moves it, every cell.

`sweep_of` reads the record of `offramp sweep run`; page and Markdown are made from what it returns.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.chance import Chance
from sim.report.charts import HEAT_DARK
from sim.report.dates import long_date
from sim.report.html import page
from sim.report.markdown import escape, markdown_table, section
from sim.report.reading import Record, reading
from sim.report.sweep_reading import chance, change_of, done, short, written
from sim.report.sweep_sampled import CELL_FIGURE, upright_key
from sim.report.sweep_shape import figures
from sim.report.sweep_verdicts import Verdicts, verdicts_of
from sim.report.tables import Table
from sim.report.values import NONE
from sim.report.words import scale_of
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.captions import Figure
    from sim.report.charts import Spec

FORMAT = "offramp/sweep-result/1"
SHOWN_AXES = 4
MOST_CELLS = 2000
"""Cells in the table of the page; all of them are in the CSV."""
WIDEST = 12
"""Columns of a table that the Markdown still shows."""
FEW = 20
"""Cells at either end that the Markdown shows."""
CONDITIONAL = "All of it is conditional on this model and on what each scenario supposes."
ABOUT = (
    "All cells share one seed: run by run they differ only by what the cell changes, so cells can be compared more "
    "closely than their own intervals say."
)
DESIGNS = {
    "grid": "grid",
    "one-at-a-time": "one at a time",
    "latin-hypercube": "Latin hypercube",
    "sobol": "scrambled Sobol’ sequence",
    "table": "table",
    "scenarios": "list of scenarios",
}


@dataclass(frozen=True)
class CellRow:
    """A row of the table of cells; `values` are text and sort key of each column after the id."""

    id: str
    page: str | None
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SweepReport:
    """A sweep's content; strings are plain text, some of it from the scenario, and not yet escaped."""

    title: str
    about: str
    kicker: str
    as_of: str
    range_text: str
    lead: str
    windows: tuple[tuple[str, str], ...]
    drawn: tuple[tuple[Figure, Spec], ...]
    uprights: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    rows: tuple[CellRow, ...]
    left_out: int
    remarks: tuple[str, ...]
    verdicts: Verdicts | None
    extremes: Table
    failures: Table
    rerun: tuple[tuple[str, str], ...]


def sweep_of(record: Record, words: str) -> SweepReport:
    """Read a record into the content of its report.

    Parameters
    ----------
    record
        The content of sweep.json.
    words
        The scale of words.

    Raises
    ------
    ReportError
        Where the record has another format or lacks a part, or there is no such scale.
    """
    scale_of(words)
    with reading(record, FORMAT):
        return _sweep_of(record, words)


def _sweep_of(record: Record, words: str) -> SweepReport:
    as_of = long_date(datetime.date.fromisoformat(record["as_of"]))
    count = counted(record["cells"], "cell") if record["cells"] != 1 else "1 cell"
    drawn = tuple(figures(record))
    uprights = next((upright_key(figure) for figure, _ in drawn if figure.id == CELL_FIGURE), [])
    return SweepReport(
        title=record["sweep"]["title"],
        about=record["sweep"]["about"] or "",
        kicker=f"offramp sweep, as of {as_of}: {DESIGNS[record['design']]}, {count}",
        as_of=as_of,
        range_text=_range(record),
        lead=_lead(record),
        windows=tuple(_windows(record, words)),
        drawn=drawn,
        uprights=tuple(uprights),
        columns=_columns(record),
        rows=tuple(_row(record, row) for row in record["rows"][:MOST_CELLS]),
        left_out=max(0, len(record["rows"]) - MOST_CELLS),
        remarks=tuple(_remarks(record)),
        verdicts=verdicts_of(record),
        extremes=_extremes(record),
        failures=_failures(record),
        rerun=tuple(_rerun(record)),
    )


def _ends(record: Record, day: int) -> tuple[Record, Record] | None:
    rows = sorted(done(record), key=lambda row: chance(row, day).p)
    return (rows[0], rows[-1]) if rows else None


def _range(record: Record) -> str:
    day = record["horizon"]
    ends = _ends(record, day)
    if ends is None:
        return "no result"
    low, high = (chance(row, day).label for row in ends)
    return low if low == high else f"{low}–{high}"


def _lead(record: Record) -> str:
    day = record["horizon"]
    ends = _ends(record, day)
    if ends is None:
        return "No cell has a result"
    low, high = ends
    subject = f"The probability of an offensive within {counted(day, 'day')}"
    if chance(low, day).text == chance(high, day).text:
        return f"{subject} is {chance(low, day).text} in all {counted(len(done(record)), 'cell')}"
    return (
        f"{subject} runs from {chance(low, day).text} ({low['label']}) to {chance(high, day).text} ({high['label']}) "
        f"over {counted(len(done(record)), 'cell')}"
    )


def _windows(record: Record, words: str) -> Iterator[tuple[str, str]]:
    """Yield the lowest and the highest probability of each window, in words."""
    for day in record["milestones"]:
        ends = _ends(record, day)
        if ends is None:
            continue
        low, high = (_worded(chance(row, day), words) for row in ends)
        yield f"Within {counted(day, 'day')}", low if low == high else f"{low} to {high}"


def _worded(one: Chance, words: str) -> str:
    word = one.word(words)
    return f"{one.text} ({word})" if word else one.text


def _columns(record: Record) -> tuple[tuple[str, str], ...]:
    """Return the columns of the table after the id, with their alignment."""
    axes = list(record["axes"])
    named = [(short(path), "r") for path in axes] if 1 <= len(axes) <= SHOWN_AXES else [("Cell", "l")]
    windows = [(f"Within {counted(day, 'day')}", "r") for day in record["milestones"]]
    change = [(f"Change within {counted(record['horizon'], 'day')}", "r")] if record["reference"] is not None else []
    return (
        *named,
        *windows,
        ("Interval, 95%", "r"),
        ("Input sd", "r"),
        *change,
        (f"Agreement within {counted(record['horizon'], 'day')}", "r"),
        ("Runs", "r"),
        ("Status", "l"),
    )


def _row(record: Record, row: Record) -> CellRow:
    axes, day = list(record["axes"]), record["horizon"]
    if 1 <= len(axes) <= SHOWN_AXES:
        values = [(written(row["inputs"][path]), _key(row["inputs"][path])) for path in axes]
    else:
        values = [(row["label"], row["label"])]
    empty = (NONE, "")
    if row["outcomes"] is None:
        change = [empty] if record["reference"] is not None else []
        blank = [*[empty] * len(record["milestones"]), empty, empty, *change, empty]
        return CellRow(row["cell"], row["page"], (*values, *blank, ("0", "0"), ("failed", "failed")))
    chances = [chance(row, one) for one in record["milestones"]]
    last, agreement = chances[-1], Chance.of(row["outcomes"]["agreement"][str(day)])
    spread = empty if last.input_sd is None else (f"{100 * last.input_sd:.0f} points", f"{last.input_sd}")
    change = []
    if record["reference"] is not None:
        shift = change_of(row, day)
        change = [empty if shift is None else (f"{shift.number} ({shift.interval})", f"{shift.p}")]
    return CellRow(
        row["cell"],
        row["page"],
        (
            *values,
            *((one.text, f"{one.p}") for one in chances),
            (last.interval, f"{last.p}"),
            spread,
            *change,
            (agreement.text, f"{agreement.p}"),
            (f"{row['runs']:,}", f"{row['runs']}"),
            (row["status"], row["status"]),
        ),
    )


def _key(value: object) -> str:
    return "" if value is None else f"{value}"


def _remarks(record: Record) -> Iterator[str]:
    """Yield what a reader must know before trusting the numbers."""
    statuses = [row["status"] for row in record["rows"]]
    if "failed" in statuses:
        yield (
            f"{statuses.count('failed')} of {counted(len(statuses), 'cell')} failed and have no numbers; the table "
            "says why."
        )
    if "imprecise" in statuses:
        yield (
            f"{statuses.count('imprecise')} of {counted(len(statuses), 'cell')} did not reach the precision of "
            f"{record['precision']:g} within {counted(record['runs'], 'run')}."
        )
    labels = {row["cell"]: row["label"] for row in record["rows"]}
    for cells in record["without_effect"][:FEW]:
        names = "; ".join(labels[cell] for cell in cells[:4]) + ("; and more" if len(cells) > 4 else "")
        yield (
            f"No effect: in {counted(len(cells), 'cell')} every single run went the same, although their inputs differ "
            f"({names}). Does a pressure lack its tie, or lie outside the window?"
        )
    if len(record["environment"]["cpu"]) > 1:
        levels = ", ".join(record["environment"]["cpu"])
        yield f"The shards ran on processors of different levels ({levels}); last digits may differ between them."


def _extremes(record: Record) -> Table:
    """Return all cells by probability, or where there are many the lowest and the highest."""
    day = record["horizon"]
    rows = sorted(done(record), key=lambda row: -chance(row, day).p)
    shown = rows if len(rows) <= 2 * FEW else [*rows[:FEW], *rows[-FEW:]]
    caption = f"Probability of an offensive within {counted(day, 'day')}, highest first"
    if len(shown) < len(rows):
        caption += f": the {FEW} highest and the {FEW} lowest of {len(rows):,}"
    changes = [change_of(row, day) for row in shown]
    with_change = any(shift is not None for shift in changes)
    body = tuple(
        (
            row["cell"], row["label"], chance(row, day).text, chance(row, day).interval,
            *([NONE if shift is None else shift.line] if with_change else []),
        )
        for row, shift in zip(shown, changes, strict=True)
    )  # fmt: skip
    columns = ("Id", "Cell", "Probability", "Monte Carlo interval, 95%", *(["Change"] if with_change else []))
    return Table(caption, columns, "llrr" + ("r" if with_change else ""), body)


def _failures(record: Record) -> Table:
    rows = tuple((row["cell"], row["label"], row["error"]) for row in record["rows"] if row["error"] is not None)
    return Table("Cells that failed", ("Id", "Cell", "Why"), "lll", rows)


def _rerun(record: Record) -> Iterator[tuple[str, str]]:
    precision = "" if record["precision"] is None else f" at most, to a precision of {record['precision']:g}"
    yield "Command", record["command"]
    yield "Base", f"{record['base']['id']}, {record['base']['hash']}"
    yield "Sweep", record["sweep"]["identity"]
    yield "Seed", f"{record['seed']}, the same for all cells"
    yield "Runs a cell", f"{record['runs']:,}{precision}, {record['replicates']} a draw"
    versions = ", ".join(f"{name} {text}" for name, text in record["environment"].items() if isinstance(text, str))
    yield "Versions", f"{versions}; {', '.join(record['environment']['cpu'])}"


def sweep_page(record: Record, sweep: SweepReport) -> str:
    """Return sweep.html."""
    specs = {figure.id: spec for figure, spec in sweep.drawn}
    content = {"sweep": sweep, "note": ABOUT, "conditional": CONDITIONAL, "parallel_id": CELL_FIGURE}
    return page("sweep.html", specs, script="sweep.js", dark=HEAT_DARK, **content)


def _gates_section(verdicts: Verdicts | None) -> Iterator[str]:
    if verdicts is None:
        return
    yield "## Gates"
    yield verdicts.line
    yield from section(verdicts.table)
    if verdicts.left_out:
        yield f"{verdicts.left_out:,} more are in sweep.json."


def sweep_markdown(sweep: SweepReport) -> str:
    """Return sweep.md."""
    first = sweep.drawn[0][0] if sweep.drawn else None
    parts = (
        f"# {escape(sweep.title)}",
        f"{sweep.kicker}.",
        escape(sweep.about),
        f"**{escape(sweep.lead)}.**",
        markdown_table(Table("", ("Window", "Lowest to highest probability of an offensive"), "ll", sweep.windows)),
        *(f"> {escape(remark)}" for remark in sweep.remarks),
        f"{ABOUT} {CONDITIONAL}",
        *_gates_section(sweep.verdicts),
        *(section(first.table) if first is not None and len(first.table.columns) <= WIDEST else ()),
        "## Cells",
        *section(sweep.extremes),
        *(section(sweep.failures) if sweep.failures.rows else ()),
        "## Rerun",
        markdown_table(Table("", ("What", "Value"), "ll", sweep.rerun)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"
