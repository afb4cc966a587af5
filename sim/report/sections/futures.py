"""The futures: a grid of runs that stand for all, each by how it ends."""

from __future__ import annotations

from dataclasses import replace

from sim.report.chance import Chance
from sim.report.document import Block, Figure, Section, Table, Text
from sim.report.reading import ENDS, Record, without_off
from sim.report.sections.storylines import explain_command
from sim.report.values import NONE
from sim.wording import counted


def section_of(record: Record) -> Section | None:
    """Read the futures of a record; None where there are too few."""
    shown = figure_of(record)
    if shown is None:
        return None
    content = {"dots": record["dots"], "ends": without_off(record, ENDS), "alt": shown.alt, "rows": shown.table.rows}
    replay = f"To see one of them day by day: {explain_command(record, 'RUN')}"
    return Section("100 futures", (replace(shown, block=Block("dots", content)), Text(replay, "note")), id="futures")


def figure_of(record: Record) -> Figure | None:
    """Say what the grid shows, with run ids in its table; None where there are too few runs."""
    dots, rows, told = record["dots"], [], []
    for end, name in without_off(record, ENDS).items():
        own = [dot for dot in dots if dot["end"] == end]
        runs = ", ".join(str(dot["run"]) if dot["day"] is None else f"{dot['run']} (day {dot['day']})" for dot in own)
        rows.append((name, str(len(own)), Chance.of(record["ends"][end]).text, runs or NONE))
        told.append(f"{len(own)} {name.lower()}")
    if not dots:
        return None
    columns = ("End state", "Dots", "Share of all runs", "Run ids")
    return Figure(
        "dots",
        f"{len(dots)} of the {counted(record['runs'], 'future')}, by how they end",
        "Each mark is one run; the number of marks of a kind follows its share of all runs",
        f"Grid of {len(dots)} dots, each a run: {', '.join(told)}.",
        Table("The futures shown, by end state", columns, "lrrl", tuple(rows)),
    )
