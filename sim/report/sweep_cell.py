"""The small page of one cell of a sweep: its probabilities and what it changes, without figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.report.content import report_of
from sim.report.html import page
from sim.report.sweep_reading import written
from sim.report.tables import Table, outcomes_table

if TYPE_CHECKING:
    from sim.report.reading import Record


def cell_page(record: Record, label: str, changes: Mapping[str, Any], words: str = "icd203") -> str:
    """Return the page.

    Parameters
    ----------
    record
        The content of the cell's forecast.json.
    label
        What the sweep calls the cell.
    changes
        Dotted path to what the cell sets there.
    """
    rows = tuple((path, written(value)) for path, value in changes.items())
    changed = Table("What this cell sets in its base", ("Input", "Value"), "lr", rows)
    report = report_of(dict(record), words)
    return page("cell.html", {}, report=report, label=label, changed=changed, outcomes=outcomes_table(record))
