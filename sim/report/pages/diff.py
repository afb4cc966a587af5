"""What `offramp diff` finds: how far each probability moves between two forecasts, and what differs in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.chance import Chance, Shift
from sim.report.document import Document, Section, Table, Text
from sim.report.reading import OUTCOMES
from sim.report.sections.since import different
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record

ABOUT = "A change is real if its interval excludes 0; about one in twenty that are noise looks real."
VERDICTS = {"real": "real", "noise": "noise", "none": "no run differs"}


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    before, after = record["before"], record["after"]
    last = [one for one in record["outcomes"] if one["outcome"] == "offensive"][-1]
    old, new = (Chance.of(last[side]).text for side in ("before", "after"))
    how = (
        f"Not paired, {record['unpaired']}: every change includes the Monte Carlo error of both sides."
        if record["paired_runs"] is None
        else f"Paired over {counted(record['paired_runs'], 'run')}."
    )
    changes = (_outcomes(record), Text(ABOUT, "note"))
    return Document(
        kicker="offramp diff",
        title=f"From {before['id']} to {after['id']}",
        number=Shift.of(last["change"]).text,
        says=f"The probability of an offensive within {counted(last['day'], 'day')} goes from {old} to {new}",
        head=(Text(how),),
        sections=(
            Section("What moves", changes, id="changes"),
            Section("What is different", different(record), id="different"),
        ),
    )


def _outcomes(record: Record) -> Table:
    rows = tuple(
        (
            OUTCOMES[one["outcome"]],
            f"within {counted(one['day'], 'day')}",
            *(Chance.of(one[side]).text for side in ("before", "after")),
            *Shift.of(one["change"]).cells[:2],
            VERDICTS[one["verdict"]],
        )
        for one in record["outcomes"]
    )
    columns = ("Outcome", "Window", "Before", "After", "Change", "Interval", "Verdict")
    return Table("Before and after; the change and its 95% interval in points", columns, "llrrrrl", rows)
