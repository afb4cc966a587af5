"""The page of a sweep: the range of the probability, what moves it, every cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from sim.report.ci import WORDS, verdicts_of
from sim.report.document import Block, Document, Entry, Group, List, Section, Table, Text, rerun
from sim.report.pages import forecast
from sim.report.pages.sweep_figures import (
    by_chance,
    chance,
    change_of,
    done,
    figures_of,
    has_result,
    range_text,
    result_cells,
    written,
)
from sim.report.reading import Record, as_of, capital, input_name
from sim.report.sections.outcomes import outcomes_table
from sim.report.values import NONE
from sim.wording import counted

Cell = tuple[str, str | float]
"""Text and sort key; a cell that sorts nowhere has an empty one."""
Column = tuple[str, str, Callable[[Record], Cell]]
"""The head and the side of a column of the page's table, and what it shows of a row."""
Value = TypeVar("Value")
SHOWN_AXES = 4
MOST_CELLS = 2000
"""Most cells in the table of the page; the CSV has all of them."""
WIDEST = 12
"""Most columns of a figure's table that Markdown still shows."""
FEW = 20
"""Number of cells at either end that the Markdown shows."""
CONDITIONAL = "Every number is conditional on this model and on the assumptions of each scenario."
ABOUT = (
    "All cells share one seed and differ run by run only in what the cell changes, so differences between cells are "
    "more precise than their own intervals suggest."
)
DESIGNS = {
    "grid": "grid",
    "one-at-a-time": "one at a time",
    "latin-hypercube": "Latin hypercube",
    "sobol": "scrambled Sobol’ sequence",
    "table": "table",
    "scenarios": "list of scenarios",
}


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    windows = Table.facts(_windows(record, words), ("Window", "Lowest to highest probability of an offensive"))
    return Document(
        kicker=f"offramp sweep, as of {as_of(record)}: {DESIGNS[record['design']]}, {counted(record['cells'], 'cell')}",
        title=record["sweep"]["title"],
        number=_range(record),
        says=_lead(record),
        about=(Text(record["sweep"]["about"] or "", "note"),),
        heading="Probability of an offensive",
        short="Probability",
        head=(Group("", (windows, Text(ABOUT, "note"), Text(CONDITIONAL, "conditional"))),),
        below=tuple(Text(remark, "banner") for remark in _remarks(record)),
        sections=(_gates(record), _across(record), _cells(record), rerun(_rerun(record))),
    )


def brief(record: Record, words: str) -> Document:
    """Read a record into what the terminal shows: the gates that did not pass, and its cells."""
    return replace(document(record, words), sections=(_gates(record, missed=True), _cells(record)))


def _gates(record: Record, *, missed: bool = False) -> Section | None:
    verdicts = verdicts_of(record)
    if verdicts is None:
        return None
    line, table, left_out = verdicts
    if missed:
        table = replace(table, rows=tuple(row for row in table.rows if row[0] != WORDS["pass"]))
    more = Text(f"{left_out:,} more are in sweep.json." if left_out else "", "note")
    return Section("Gates", (Text(line), table, more), id="gates")


def _across(record: Record) -> Section | None:
    shown = tuple(
        replace(one, table=one.table.page_only()) if len(one.table.columns) > WIDEST else one
        for one in figures_of(record)
    )
    return Section("Across the cells", shown, id="figures") if shown else None


def _cells(record: Record) -> Section:
    rows = record["rows"]
    how = (
        "The id of a cell opens its forecast."
        if rows and rows[0]["page"]
        else "The full report of a cell is written by offramp sweep cell FILE ID --out FOLDER."
    )
    left_out = len(rows) - MOST_CELLS
    more = f" sweep.csv has {counted(left_out, 'more cell')}." if left_out > 0 else ""
    caption = "Probability of an offensive in each cell"
    table = {"caption": caption, "columns": list(_columns(record)), "rows": rows[:MOST_CELLS]}
    failed = tuple((row["cell"], row["label"], row["error"]) for row in rows if row["error"] is not None)
    return Section("Cells", (
        Table("Cells that failed", ("Id", "Cell", "Why"), "lll", failed),
        Block("note", f"Click a heading to sort. {how}{more}"),
        Block("cells", table, (_extremes(record),)),
    ), id="cells")  # fmt: skip


def _range(record: Record) -> str:
    chances = [chance(row, record["horizon"]).label for row in by_chance(record, record["horizon"])]
    if not chances:
        return "no result"
    return chances[0] if chances[0] == chances[-1] else f"{chances[0]}–{chances[-1]}"


def _lead(record: Record) -> str:
    day = record["horizon"]
    rows = by_chance(record, day)
    if not rows:
        return "No cell has a result"
    cells = counted(len(rows), "cell")
    how = range_text(rows, day, cells, over=f" over {cells}")
    return f"The probability of an offensive within {counted(day, 'day')} {how}"


def _windows(record: Record, words: str) -> Iterator[tuple[str, str]]:
    for day in record["milestones"] if done(record) else ():
        rows = by_chance(record, day)
        low, high = (chance(rows[end], day).worded(words) for end in (0, -1))
        yield f"Within {counted(day, 'day')}", low if low == high else f"{low} to {high}"


def _columns(record: Record) -> Iterator[Column]:
    """Yield the columns after the id."""
    axes, day = list(record["axes"]), record["horizon"]

    def result(head: str, value: Callable[[Record], Value | None], cell: Callable[[Value], Cell]) -> Column:
        def known(row: Record) -> Cell:
            one = value(row) if has_result(row) else None
            return (NONE, "") if one is None else cell(one)

        return head, "r", known

    def window(head: str, day: int, outcome: str = "offensive") -> Column:
        return result(head, lambda row: chance(row, day, outcome), lambda one: (one.text, one.p))

    if 1 <= len(axes) <= SHOWN_AXES:
        yield from ((input_name(record, path), "r", partial(_input_cell, path)) for path in axes)
    else:
        yield "Cell", "l", lambda row: (row["label"], row["label"])
    yield from (window(f"Within {counted(one, 'day')}", one) for one in record["milestones"])
    yield result("Interval, 95%", lambda row: chance(row, day), lambda one: (one.interval, one.p))
    yield result("Input sd", lambda row: chance(row, day).input_sd, lambda sd: (f"{100 * sd:.0f} points", sd))
    if record["reference"] is not None:
        head = f"Change within {counted(day, 'day')}"
        yield result(head, lambda row: change_of(row, day), lambda one: (one.with_interval, one.p))
    yield window(f"Agreement within {counted(day, 'day')}", day, "agreement")
    yield "Runs", "r", lambda row: (f"{row['runs']:,}", row["runs"])
    yield "Status", "l", lambda row: (row["status"], row["status"])


def _input_cell(path: str, row: Record) -> Cell:
    value = row["inputs"][path]
    return written(value), "" if value is None else str(value)


def _remarks(record: Record) -> Iterator[str]:
    """Yield the caveats to read before trusting the numbers."""
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
    for cells in record["without_effect"][:FEW]:
        yield (
            f"No effect: in {counted(len(cells), 'cell')} every single run went the same way, although their inputs "
            f"differ ({_some_of(record, cells)}). Is a pressure missing its tie or outside the window?"
        )
    if len(record["environment"]["cpu"]) > 1:
        levels = ", ".join(record["environment"]["cpu"])
        yield f"The shards ran on processors of different levels ({levels}); last digits may differ between them."


def _some_of(record: Record, cells: list[str]) -> str:
    """Return the first of some cells, by their labels."""
    labels = {row["cell"]: row["label"] for row in record["rows"]}
    return "; ".join(labels[cell] for cell in cells[:4]) + ("; and more" if len(cells) > 4 else "")


def _extremes(record: Record) -> Table:
    """Return all cells by probability or, if there are many, the lowest and the highest."""
    day = record["horizon"]
    rows = sorted(done(record), key=lambda row: -chance(row, day).p)
    shown = rows if len(rows) <= 2 * FEW else [*rows[:FEW], *rows[-FEW:]]
    caption = f"Probability of an offensive within {counted(day, 'day')}, highest first"
    if len(shown) < len(rows):
        caption += f": the {FEW} highest and the {FEW} lowest of {len(rows):,}"
    body = tuple((row["cell"], row["label"], *result_cells(row, day)) for row in shown)
    columns = ("Id", "Cell", "Probability", "Monte Carlo interval, 95%", "Change")
    table = Table(caption, columns, "llrrr", body)
    return table if any(row[-1] != NONE for row in body) else table.of_columns(0, 1, 2, 3)


def _rerun(record: Record) -> Iterator[tuple[str, str]]:
    precision = "" if record["precision"] is None else f" at most, to a precision of {record['precision']:g}"
    yield "Command", record["command"]
    yield "Base", f"{record['base']['id']}, {record['base']['hash']}"
    yield "Sweep", record["sweep"]["identity"]
    yield "Seed", f"{record['seed']}, the same for all cells"
    yield "Runs per cell", f"{record['runs']:,}{precision}, {record['replicates']} per draw"
    versions = ", ".join(f"{name} {text}" for name, text in record["environment"].items() if isinstance(text, str))
    yield "Versions", f"{versions}; {', '.join(record['environment']['cpu'])}"


def cell_document(
    record: Record, label: str, changes: Mapping[str, Any], names: Mapping[str, Any], words: str
) -> Document:
    """Return the small page of a cell from the input of `write_cell`: probabilities and changes, without figures."""
    whole, windows = forecast.document(record, words), forecast.windows_of(record, words)
    facts = Table.facts((f"Within {counted(one.days, 'day')}", one.line) for one in windows)
    rows = tuple((input_name({**record, **names}, path), written(value)) for path, value in changes.items())
    changed = Table("What this cell sets in its base", ("Input", "Value"), "lr", rows)
    link = List((Entry("", link="The whole forecast of this cell, as JSON", url="forecast.json"),))
    return replace(
        whole,
        kicker=f"A cell of an offramp sweep, as of {as_of(record)}",
        title=label if label == record["scenario"]["id"] else capital(label),
        about=(Text(whole.title, "note"),),
        head=(Group("", (facts, Text(CONDITIONAL, "note"))),),
        below=(),
        sections=(
            Section("All outcomes", (outcomes_table(record), changed, link), id="outcomes"),
            rerun(forecast.rerun_rows(record)),
        ),
    )
