"""Where the structural parameters of a forecast come from, in words: priors, or a calibration on past cases.

Reads the part `parameters` of a record; forecasts of earlier versions have none, and nothing is said of theirs.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from sim.report.chance import points_text
from sim.report.dates import long_date
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record


def is_calibrated(record: Record) -> bool:
    """Whether a posterior gives the parameters: that has a date, which priors have not."""
    return (record.get("parameters") or {}).get("date") is not None


def conditional_sentence(record: Record) -> str:
    """Tell what the probability is conditional on: the model, and its parameters as priors or calibrated."""
    said = "Both are conditional on this model: neither covers what it leaves out or gets wrong."
    if record.get("parameters") is None:
        return said
    if is_calibrated(record):
        return f"{said} Its parameters are {_calibrated(record)}.{_written(record)}"
    return f"{said} Its parameters are priors, not calibrated to past cases.{_written(record)}"


def disagreement_sentence(record: Record) -> str:
    """Tell how far calibrations under other seeds lie apart; empty where that is not known."""
    points = (record.get("parameters") or {}).get("seed_disagreement")
    if points is None:
        return ""
    return (
        f"Calibrations of the parameters under other seeds differ in it by {points_text(points / 100)}, which comes on "
        "top."
    )


def parameters_line(record: Record) -> str:
    """Return the entry beside seed and runs; empty where the record does not say."""
    parameters = record.get("parameters")
    if parameters is None:
        return ""
    line = f"{_calibrated(record)}, {counted(parameters['draws'], 'draw')}" if is_calibrated(record) else "priors"
    written = parameters["written"]
    return f"{line}; the scenario writes {', '.join(written)}" if written else line


def _calibrated(record: Record) -> str:
    parameters = record["parameters"]
    until = long_date(datetime.date.fromisoformat(parameters["date"]))
    cases = "past cases" if parameters["cases"] is None else counted(parameters["cases"], "past case")
    threats = parameters.get("threats")  # forecasts of earlier versions do not say
    cases += "" if threats is None else f" and {counted(threats, 'threat')} between states"
    return f"calibrated on {cases} as known on {until} ({parameters['calibration']})"


def _written(record: Record) -> str:
    count = len(record["parameters"]["written"])
    if count == 0:
        return ""
    return f" The scenario itself sets {'one' if count == 1 else count} of them."
