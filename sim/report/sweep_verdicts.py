"""The gates of a sweep, judged: as findings for the terminal and CI, and as a table for its report.

A sweep without gates has no verdicts; a cell that crashed is a finding of its own everywhere but in the report, which
lists such cells with their errors.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.ci.findings import WORDS, Finding, counts_in_words, worst_first
from sim.report.tables import Table
from sim.report.values import NONE

if TYPE_CHECKING:
    from sim.report.reading import Record

OWN = "runs"
"""What a case is called that stands for the runs of a cell, where a sweep has no gates."""
MOST_SHOWN = 100
COLUMNS = ("Verdict", "Gate", "Cell", "Claim", "Interval that holds at any time", "Held to", "Runs")


@dataclass(frozen=True)
class Verdicts:
    """How the gates of a sweep came out: a sentence, and the verdicts, worst first."""

    line: str
    table: Table
    left_out: int


def findings_of(record: Record) -> list[Finding]:
    """Return the verdicts of a sweep as findings, and the cells that crashed; without gates, all cells."""
    crashed = [row for row in record["rows"] if row["error"] is not None]
    rows = record["rows"] if record["gates"] is None else crashed
    return [*_judged(record), *(_cell_finding(record, row) for row in rows)]


def false_verdicts(record: Record) -> str:
    """Say how often verdicts are wrong."""
    return f"the chance that any verdict is false is at most {100 * record['gates']['alpha']:g}%"


def verdicts_of(record: Record) -> Verdicts | None:
    """Return the verdicts for the report; None where the sweep has no gates."""
    if record["gates"] is None:
        return None
    findings = _judged(record)
    counts = counts_in_words(findings)
    line = f"Gates: {counts}; {false_verdicts(record)}, however many runs were looked at."
    rows = tuple(map(_row, worst_first(findings)[:MOST_SHOWN]))
    return Verdicts(
        line, Table("Gates of this sweep, worst first", COLUMNS, "llllllr", rows), len(findings) - len(rows)
    )


def _judged(record: Record) -> Sequence[Finding]:
    return [Finding.of(one) for one in record["verdicts"]]


def _row(one: Finding) -> tuple[str, ...]:
    found = one.message or one.interval or NONE
    return (WORDS[one.verdict], one.gate, one.cell or NONE, one.says, found, one.bound, f"{one.runs:,}")


def _cell_finding(record: Record, row: Record) -> Finding:
    return Finding(
        suite=record["sweep"]["id"], cell=row["label"], gate=OWN,
        verdict="pass" if row["error"] is None else "error", says="the cell can be run",
        above=None, below=None, low=None, high=None, estimate=None, between="",
        runs=row["runs"], seed=record["seed"], message=row["error"] or "",
        file=shlex.split(record["command"])[3], line=1,  # offramp sweep run FILE
    )  # fmt: skip
