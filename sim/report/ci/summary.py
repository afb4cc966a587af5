"""The step summary: gates judged, as Markdown for the page of a CI run, worst first, within its limit of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.ci.findings import WORDS, Finding, counts_in_words, worst_first
from sim.report.markdown import escape
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_BYTES = 1024 * 1024
"""What GitHub shows of a step; a longer summary is dropped whole."""
LONGEST = 300
HEAD = "| verdict | {case} | gate | claim | interval | held to | runs |\n|---|---|---|---|---|---|---:|\n"
TAIL_BYTES = 200  # room for the line that says what was left out


def to_summary(findings: Sequence[Finding], title: str, *, notes: Iterable[str] = (), most: int = MOST_BYTES) -> str:
    """Return findings as Markdown.

    Parameters
    ----------
    title
        The heading.
    notes
        Paragraphs below the counts.
    most
        Bytes at most; rows that do not fit are left out, the best first, and counted.
    """
    lead = [f"## {escape(title)}", f"**{counts_in_words(findings) or 'No gates'}**", *map(escape, notes)]
    text = "\n\n".join(lead) + "\n\n"
    if not findings:
        return text
    text += HEAD.format(case="cell" if any(one.cell for one in findings) else "scenario")
    size, left = len(text.encode()), len(findings)
    for row in map(_row, worst_first(findings)):
        size += len(row.encode())
        if size > most - TAIL_BYTES:
            break
        text += row
        left -= 1
    return text + (f"\n{counted(left, 'more gate')} left out: the table would be too long.\n" if left else "")


def _row(one: Finding) -> str:
    verdict = WORDS[one.verdict] if one.verdict == "pass" else f"**{WORDS[one.verdict]}**"
    where = one.cell or one.suite
    found = one.message if one.verdict == "error" else one.interval
    cells = (where, one.gate, one.says, found, one.bound)
    return f"| {verdict} | " + " | ".join(escape(cell[:LONGEST]) for cell in cells) + f" | {one.runs:,} |\n"
