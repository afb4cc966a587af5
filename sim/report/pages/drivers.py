"""What `offramp drivers` finds: what an outcome within some days rests on, from counts or from a Sobol design."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sim.report.chance import share_text
from sim.report.document import Document, Section, Table, Text, rerun_of
from sim.report.reading import OUTCOMES, as_of, group_name, input_name
from sim.report.sections.drivers import (
    caution_text,
    groups_table,
    if_known,
    index_interval,
    index_text,
    inert_text,
    inputs_table,
    split_text,
)
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record

MOST_SHOWN = 20
ABOUT_TOTALS = (
    "The first index of an input is the share of the variance of the probability that goes with it alone, the total "
    "that which goes with it alone or together with others."
)


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    inputs = record["inputs"]
    if record["study"] == "sobol":
        how = f"{ABOUT_TOTALS} From a design of {counted(record['base'], 'base row')}. {inert_text(record, inputs)}"
        parts: tuple[Table | Text, ...] = (*_first(_totals(record)), Text(how.rstrip(), "note"))
    else:
        caution = caution_text(record, inputs, record["runs"] // record["replicates"])
        parts = (groups_table(record, record), *_first(inputs_table(record, record)), Text(caution, "note"))
    return Document(
        kicker=f"offramp drivers, as of {as_of(record)}",
        title=record["scenario"]["title"],
        number=share_text(record["p"]),
        says=f"is the probability of the {OUTCOMES[record['outcome']].lower()} within {counted(record['by'], 'day')}",
        head=(Text(split_text(record, record)),),
        sections=(Section("Drivers", parts, id="drivers"), rerun_of(record)),
    )


def _first(table: Table) -> tuple[Table, Text]:
    """Return the first rows of a table, and how many more there are."""
    more = len(table.rows) - MOST_SHOWN
    return replace(table, rows=table.rows[:MOST_SHOWN]), Text(
        f"And {more} more, with --format json." if more > 0 else ""
    )


def _totals(record: Record) -> Table:
    """Return the first and the total index of each input, or of all inputs of an actor."""
    rows = tuple(
        (
            group_name(record, one["group"]) if record["by_actor"] else input_name(record, one["path"]),
            *(text(one[kind]) for kind in ("first", "total") for text in (index_text, index_interval)),
            "no effect" if one.get("no_effect") else if_known(one, ""),
        )
        for one in record["inputs"]
    )
    first = "Inputs of" if record["by_actor"] else "Input"
    columns = (first, "First", "95%", "Total", "95%", "Remark")
    return Table("Share of the variance of the probability that goes with each", columns, "lrrrrl", rows)
