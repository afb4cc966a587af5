"""JUnit XML, which nearly every CI service shows: a suite a scenario or sweep, a case a gate or cell and gate.

A gate that is missed is a failure, a crash an error, an undecided gate skipped. Times are 0: gates share their runs,
and the same check gives the same bytes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from sim.wording import seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.report.ci.findings import Finding

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS = {"fail": "failure", "error": "error", "undecided": "skipped"}
_TYPES = {"fail": "gate missed", "error": "crash", "undecided": "undecided"}


def to_junit(findings: Sequence[Finding]) -> str:
    """Return findings as JUnit XML."""
    root = Element("testsuites", {"name": "offramp", **_counts(findings)})
    for suite in dict.fromkeys(one.suite for one in findings):
        members = [one for one in findings if one.suite == suite]
        node = SubElement(root, "testsuite", {"name": _text(suite), **_counts(members)})
        for one in members:
            _case(node, one)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _counts(findings: Sequence[Finding]) -> dict[str, str]:
    verdicts = [one.verdict for one in findings]
    return {
        "tests": str(len(verdicts)),
        "failures": str(verdicts.count("fail")),
        "errors": str(verdicts.count("error")),
        "skipped": str(verdicts.count("undecided")),
        "time": "0",
    }


def _case(suite: Element, one: Finding) -> None:
    place = {"file": _text(one.file), "line": str(one.line)}
    case = SubElement(suite, "testcase", {"name": _text(one.name), "classname": _text(one.suite), "time": "0", **place})
    properties = SubElement(case, "properties")
    for name, value in (
        ("claim", one.says), ("gate", one.bound), ("interval", one.interval), ("runs", one.runs), ("seed", one.seed),
    ):  # fmt: skip
        SubElement(properties, "property", {"name": name, "value": _text(str(value))})
    if one.verdict not in _TAGS:
        return
    about = {"message": _text(one.line_text), "type": _TYPES[one.verdict]}
    finding = SubElement(case, _TAGS[one.verdict], about)
    if one.verdict != "undecided":
        finding.text = _text(f"{one.file}:{one.line}: {one.line_text}")


def _text(text: str) -> str:
    """Show hidden signs, and put a replacement character where XML allows none of what stands there."""
    return _NOT_XML.sub("\ufffd", seen(text))
