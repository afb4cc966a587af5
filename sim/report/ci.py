"""Output for CI services: JUnit XML, a step summary in Markdown, annotations on the lines of scenario files.

All are made from records of judged gates, of scenarios or of the cells of a sweep; the terminal and the page of a sweep
use the same wording. Services show about ten annotations per step, so there is one per gate, however many cells miss
it, and after ten a count of the rest. In JUnit XML a missed gate is a failure, a crash an error, and an undecided gate
skipped; times are 0, so that the same check gives the same bytes.
"""

from __future__ import annotations

import re
import shlex
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sim.report.document import Table
from sim.report.markdown import escape
from sim.report.values import NONE
from sim.wording import counted, seen

WORST_FIRST = ("error", "fail", "undecided", "pass")
WORDS = {"error": "crashed", "fail": "failed", "undecided": "undecided", "pass": "passed"}


Finding = Mapping[str, Any]
"""The verdict on a gate for one scenario or cell, as `offramp check --format json` has it (docs/gates.md)."""


def name_of(one: Finding) -> str:
    """Return cell and gate."""
    return f"{one['cell']}: {one['gate']}" if one["cell"] else str(one["gate"])


def interval_of(one: Finding) -> str:
    """Return the interval, such as `0.2931 to 0.3104`, and the values it compares; empty without runs."""
    if one["low"] is None or one["high"] is None:
        return ""
    return f"{one['low']:.4f} to {one['high']:.4f}" + (f" (from {one['between']})" if one["between"] else "")


def bound_of(one: Finding) -> str:
    """Return the bound that the interval is compared with, such as `below 0.45`."""
    return " and ".join(f"{word} {one[word]:g}" for word in ("above", "below") if one[word] is not None)


def line_of(one: Finding) -> str:
    """Return the finding in a sentence."""
    if one["verdict"] == "error":
        return str(one["message"])
    interval = interval_of(one)
    measured = f"the interval is {interval} after {counted(one['runs'], 'run')}" if interval else "no runs were made"
    said = {"fail": "is false", "undecided": "is undecided", "pass": "holds"}[one["verdict"]]
    return f"{one['says']} {said}: {measured}, the gate {bound_of(one)}"


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings from worst to best, keeping the order among equals."""
    return sorted(findings, key=lambda one: WORST_FIRST.index(one["verdict"]))


def counts_in_words(findings: Sequence[Finding]) -> str:
    """Count verdicts, such as `1 failed, 3 passed`."""
    counts = Counter(one["verdict"] for one in findings)
    return ", ".join(f"{counts[verdict]:,} {WORDS[verdict]}" for verdict in WORST_FIRST if counts[verdict])


OWN = "runs"
"""Name of a test case for the runs of a cell, if a sweep has no gates."""
MOST_SHOWN = 100
COLUMNS = ("Verdict", "Gate", "Cell", "Claim", "Interval, valid at any time", "Held to", "Runs")


def findings_of(record: Mapping[str, Any]) -> list[Finding]:
    """Return the verdicts of a sweep as findings, and the cells that crashed; without gates, all cells."""
    crashed = [row for row in record["rows"] if row["error"] is not None]
    rows = record["rows"] if record["gates"] is None else crashed
    return [*record["verdicts"], *(_cell_finding(record, row) for row in rows)]


def false_verdicts(record: Mapping[str, Any]) -> str:
    """Return a sentence on how often verdicts are wrong."""
    return f"the chance that any verdict is false is at most {100 * record['gates']['alpha']:g}%"


def verdicts_of(record: Mapping[str, Any]) -> tuple[str, Table, int] | None:
    """Return the verdicts on the gates, worst first, and how many are left out; None if there are no gates."""
    if record["gates"] is None:
        return None
    findings = record["verdicts"]
    counts = counts_in_words(findings)
    line = f"Gates: {counts}; {false_verdicts(record)}, however many runs were examined."
    rows = tuple(
        (
            WORDS[one["verdict"]], one["gate"], one["cell"] or NONE, one["says"],
            one["message"] or interval_of(one) or NONE, bound_of(one), f"{one['runs']:,}",
        )
        for one in worst_first(findings)[:MOST_SHOWN]
    )  # fmt: skip
    return (line, Table("Gates of this sweep, worst first", COLUMNS, "llllllr", rows), len(findings) - len(rows))


def _cell_finding(record: Mapping[str, Any], row: Mapping[str, Any]) -> Finding:
    return {
        "suite": record["sweep"]["id"], "cell": row["label"], "gate": OWN,
        "verdict": "pass" if row["error"] is None else "error", "says": "the cell can be run",
        "above": None, "below": None, "low": None, "high": None, "between": "",
        "runs": row["runs"], "seed": record["seed"], "message": row["error"] or "",
        "file": shlex.split(record["command"])[3], "line": 1,  # offramp sweep run FILE
    }  # fmt: skip


MOST = 10
_LEVELS = {"error": "error", "fail": "error", "undecided": "warning"}
_VERDICTS = {"error": "crashed", "fail": "failed", "undecided": "is undecided"}


def to_annotations(findings: Iterable[Finding]) -> list[str]:
    """Return one line of output for each gate that did not pass, worst first, and a count of those beyond `MOST`."""
    missed: dict[tuple[str, int, str, str], list[Finding]] = {}
    for one in worst_first(findings):
        if one["verdict"] in _LEVELS:
            missed.setdefault((one["file"], one["line"], one["gate"], one["suite"]), []).append(one)
    lines = [_annotation(group) for group in list(missed.values())[:MOST]]
    if len(missed) > MOST:
        lines.append(f"::notice::and {counted(len(missed) - MOST, 'more gate')} did not pass")
    return lines


def _annotation(group: list[Finding]) -> str:
    worst = group[0]
    where = f" in cell {worst['cell']}" if worst["cell"] else ""
    others = f", and in {counted(len(group) - 1, 'more cell')}" if len(group) > 1 else ""
    properties = {
        "file": worst["file"].replace("\\", "/"),
        "line": str(worst["line"]),
        "title": f"gate {worst['gate']} {_VERDICTS[worst['verdict']]}{where}{others}",
    }
    escaped = (f"{key}={_data(value).replace(':', '%3A').replace(',', '%2C')}" for key, value in properties.items())
    return f"::{_LEVELS[worst['verdict']]} {','.join(escaped)}::{_data(line_of(worst))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS = {"fail": "failure", "error": "error", "undecided": "skipped"}
_TYPES = {"fail": "gate missed", "error": "crash", "undecided": "undecided"}


def to_junit(findings: Sequence[Finding]) -> str:
    """Return findings as JUnit XML."""
    root = Element("testsuites", {"name": "offramp", **_counts(findings)})
    for suite in dict.fromkeys(one["suite"] for one in findings):
        members = [one for one in findings if one["suite"] == suite]
        node = SubElement(root, "testsuite", {"name": _text(suite), **_counts(members)})
        for one in members:
            _case(node, one)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _counts(findings: Sequence[Finding]) -> dict[str, str]:
    verdicts = [one["verdict"] for one in findings]
    return {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count("fail")),
        "errors": str(verdicts.count("error")),
        "skipped": str(verdicts.count("undecided")),
        "time": "0",
    }


def _case(suite: Element, one: Finding) -> None:
    place = {"file": _text(one["file"]), "line": str(one["line"])}
    case = SubElement(
        suite, "testcase", {"name": _text(name_of(one)), "classname": _text(one["suite"]), "time": "0", **place}
    )
    properties = SubElement(case, "properties")
    for name, value in (
        ("claim", one["says"]), ("gate", bound_of(one)), ("interval", interval_of(one)), ("runs", one["runs"]),
        ("seed", one["seed"]),
    ):  # fmt: skip
        SubElement(properties, "property", {"name": name, "value": _text(str(value))})
    verdict, said = one["verdict"], line_of(one)
    if verdict not in _TAGS:
        return
    finding = SubElement(case, _TAGS[verdict], {"message": _text(said), "type": _TYPES[verdict]})
    if verdict != "undecided":
        finding.text = _text(f"{one['file']}:{one['line']}: {said}")


def _text(text: str) -> str:
    """Show hidden characters, and replace those that XML does not allow."""
    return _NOT_XML.sub("\ufffd", seen(text))


MOST_BYTES = 1024 * 1024
"""Limit of GitHub for a step; a longer summary is dropped whole."""
LONGEST = 300
HEAD = "| verdict | {case} | gate | claim | interval | held to | runs |\n|---|---|---|---|---|---|---:|\n"
TAIL_BYTES = 200  # room for the line that says what was left out


def to_summary(findings: Sequence[Finding], title: str, *, notes: Iterable[str] = (), most: int = MOST_BYTES) -> str:
    """Return findings as Markdown under a title, with notes as paragraphs below the counts.

    It has at most `most` bytes: rows that do not fit are left out, the best first, and counted.
    """
    lead = [f"## {escape(title)}", f"**{counts_in_words(findings) or 'No gates'}**", *map(escape, notes)]
    text = "\n\n".join(lead) + "\n\n"
    if not findings:
        return text
    text += HEAD.format(case="cell" if any(one["cell"] for one in findings) else "scenario")
    rows = list(map(_summary_row, worst_first(findings)))
    kept = bisect_right(list(accumulate(len(row.encode()) for row in rows)), most - TAIL_BYTES - len(text.encode()))
    left = len(rows) - kept
    more = f"\n{counted(left, 'more gate')} left out: the table would be too long.\n" if left else ""
    return text + "".join(rows[:kept]) + more


def _summary_row(one: Finding) -> str:
    verdict = WORDS[one["verdict"]] if one["verdict"] == "pass" else f"**{WORDS[one['verdict']]}**"
    found = one["message"] if one["verdict"] == "error" else interval_of(one)
    cells = (one["cell"] or one["suite"], one["gate"], one["says"], found, bound_of(one))
    return f"| {verdict} | " + " | ".join(escape(cell[:LONGEST]) for cell in cells) + f" | {one['runs']:,} |\n"
