"""Findings: gates judged, as the outputs for CI, the terminal and the page of a sweep word them."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.report.document import Table
from sim.report.values import NONE
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sim.report.reading import Record


WORST_FIRST = ("error", "fail", "undecided", "pass")
WORDS = {"error": "crashed", "fail": "failed", "undecided": "undecided", "pass": "passed"}


@dataclass(frozen=True)
class Finding:
    """One gate judged on one scenario or cell.

    Attributes
    ----------
    suite, cell, gate
        Which scenario or sweep, which cell of it (empty without one), which gate.
    verdict
        `pass`, `fail`, `undecided`, or `error` where there was a crash.
    says
        The claim in words.
    above, below
        The ends that the measured number is held to.
    low, high, estimate
        Its anytime-valid interval and best guess; None where no run was made.
    between
        Between which values, where a gate is about several.
    runs, seed
        Runs of each scenario up to the verdict, and their seed.
    message
        What crashed.
    file, line
        Where the gate is written.
    """

    suite: str
    cell: str
    gate: str
    verdict: str
    says: str
    above: float | None
    below: float | None
    low: float | None
    high: float | None
    estimate: float | None
    between: str
    runs: int
    seed: int
    message: str
    file: str
    line: int

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Finding:
        """Read a plain record; keys that are not named here are left aside."""
        return cls(**{name: record[name] for name in cls.__dataclass_fields__})

    @property
    def name(self) -> str:
        """Cell and gate."""
        return f"{self.cell}: {self.gate}" if self.cell else self.gate

    @property
    def interval(self) -> str:
        """The interval, such as `0.2931 to 0.3104`, and between which values; empty without runs."""
        if self.low is None or self.high is None:
            return ""
        return f"{self.low:.4f} to {self.high:.4f}" + (f" (from {self.between})" if self.between else "")

    @property
    def bound(self) -> str:
        """What the interval is held to, such as `below 0.45`."""
        ends = (("above", self.above), ("below", self.below))
        return " and ".join(f"{word} {end:g}" for word, end in ends if end is not None)

    @property
    def line_text(self) -> str:
        """What was found, in a sentence."""
        if self.verdict == "error":
            return self.message
        measured = (
            f"the interval is {self.interval} after {counted(self.runs, 'run')}" if self.interval else "no run was made"
        )
        said = {"fail": "is false", "undecided": "is undecided", "pass": "holds"}[self.verdict]
        return f"{self.says} {said}: {measured}, the gate {self.bound}"


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order of how bad they are; among equals, as they came."""
    return sorted(findings, key=lambda one: WORST_FIRST.index(one.verdict))


def counts_in_words(findings: Sequence[Finding]) -> str:
    """Count verdicts, such as `1 failed, 3 passed`."""
    counts = Counter(one.verdict for one in findings)
    return ", ".join(f"{counts[verdict]:,} {WORDS[verdict]}" for verdict in WORST_FIRST if counts[verdict])


OWN = "runs"
"""What a case is called that stands for the runs of a cell, where a sweep has no gates."""
MOST_SHOWN = 100
COLUMNS = ("Verdict", "Gate", "Cell", "Claim", "Interval that holds at any time", "Held to", "Runs")


def findings_of(record: Record) -> list[Finding]:
    """Return the verdicts of a sweep as findings, and the cells that crashed; without gates, all cells."""
    crashed = [row for row in record["rows"] if row["error"] is not None]
    rows = record["rows"] if record["gates"] is None else crashed
    return [*_judged(record), *(_cell_finding(record, row) for row in rows)]


def false_verdicts(record: Record) -> str:
    """Say how often verdicts are wrong."""
    return f"the chance that any verdict is false is at most {100 * record['gates']['alpha']:g}%"


def verdicts_of(record: Record) -> tuple[str, Table, int] | None:
    """Return how the gates came out, worst first, and how many verdicts are left out; None where there are no gates."""
    if record["gates"] is None:
        return None
    findings = _judged(record)
    counts = counts_in_words(findings)
    line = f"Gates: {counts}; {false_verdicts(record)}, however many runs were looked at."
    rows = tuple(map(_row, worst_first(findings)[:MOST_SHOWN]))
    return (line, Table("Gates of this sweep, worst first", COLUMNS, "llllllr", rows), len(findings) - len(rows))


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
