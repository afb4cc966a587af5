"""Annotations: workflow commands that make GitHub mark the line of a gate that did not pass.

Services show about ten a step, so there is one a gate, however many cells miss it, and after ten a count of the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.ci.findings import Finding, worst_first
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST = 10
_LEVELS = {"error": "error", "fail": "error", "undecided": "warning"}
_VERDICTS = {"error": "crashed", "fail": "failed", "undecided": "is undecided"}


def to_annotations(findings: Iterable[Finding], *, most: int = MOST) -> list[str]:
    """Return one line of output for each gate that did not pass, worst first, and after the most one that counts."""
    missed: dict[tuple[str, int, str, str], list[Finding]] = {}
    for one in worst_first(findings):
        if one.verdict in _LEVELS:
            missed.setdefault((one.file, one.line, one.gate, one.suite), []).append(one)
    lines = [_annotation(group) for group in list(missed.values())[:most]]
    if len(missed) > most:
        lines.append(f"::notice::and {counted(len(missed) - most, 'more gate')} did not pass")
    return lines


def _annotation(group: list[Finding]) -> str:
    worst = group[0]
    where = f" in cell {worst.cell}" if worst.cell else ""
    others = f", and in {counted(len(group) - 1, 'more cell')}" if len(group) > 1 else ""
    properties = {
        "file": worst.file.replace("\\", "/"),
        "line": str(worst.line),
        "title": f"gate {worst.gate} {_VERDICTS[worst.verdict]}{where}{others}",
    }
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{_LEVELS[worst.verdict]} {written}::{_data(worst.line_text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
