"""The main figures of a report as SVG files: by name of file, what stands in it.

Lines, areas and bars are drawn from the Plotly specifications of the page, the dots in the page's own shapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.curve import curve
from sim.report.figures import specifications
from sim.report.html import drawing
from sim.report.palette import LIGHT
from sim.report.reading import ENDS, Record, without_off
from sim.report.redraw import redrawn
from sim.report.svg import MARGIN, document, head_height, text

if TYPE_CHECKING:
    from sim.report.captions import Figure
    from sim.report.content import Report
    from sim.report.history import History

_STEP, _KEY, _WIDTH = 24, 300, 640


def drawings(record: Record, report: Report) -> dict[str, str]:
    """Draw the main figures that the record has data for: incidence, states, hazard and dots."""
    specs = specifications(record)
    source = f"offramp, {report.scenario}, as of {report.question['as_of']}: {report.title}"
    key = tuple(f"▼ {mark.number}. {mark.date}: {mark.label}" for mark in report.marks)
    drawn = {
        "incidence.svg": redrawn(specs["incidence"], report.incidence, (*key, source)),
        "states.svg": redrawn(specs["states"], report.states, (source,)),
    }
    if report.hazard is not None:
        drawn["hazard.svg"] = redrawn(specs["hazard"], report.hazard, (source,))
    if report.dots is not None:
        drawn["dots.svg"] = _dots(record, report.dots, source)
    return drawn


def history_drawing(record: Record, history: History) -> dict[str, str]:
    """Draw the curve of a history, with what moved it most at its foot."""
    source = f"offramp, {record['scenario']['id']}: {history.title}"
    key = tuple(f"▼ {number}. {date}: {says} {change} points" for number, _, date, says, change, *_ in history.largest)
    return {"history.svg": redrawn(curve(record, history.marks), history.figure, (*key, source))}


def _dots(record: Record, figure: Figure, source: str) -> str:
    """Draw the grid of runs with its key."""
    top = head_height(figure, _WIDTH) + 12
    shapes = drawing(
        "dots.svg",
        dots=record["dots"],
        ends=list(without_off(record, ENDS)),
        left=MARGIN,
        top=top,
        step=_STEP,
        key=_KEY,
        colours=LIGHT,
    )
    key = (
        text((_KEY + 32, top + 21 + 34 * place), f"{row[1]} {row[0]}, {row[2]} of all runs", size=14)
        for place, row in enumerate(figure.table.rows)
    )
    return document((_WIDTH, top + 10 * _STEP + 12), figure, (source,), (shapes.strip(), *key))
