"""Outputs for CI: the shape of JUnit XML, the limit of the summary, the escapes of annotations."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report.ci import (
    Finding,
    bound_of,
    counts_in_words,
    interval_of,
    line_of,
    to_annotations,
    to_junit,
    to_summary,
    worst_first,
)
from sim.wording import seen

PASSED: Finding = {
    "suite": "crisis", "cell": "", "gate": "unlikely", "verdict": "pass",
    "says": "P(offensive within 90 days) below 0.45", "above": None, "below": 0.45, "low": 0.261634, "high": 0.327712,
    "between": "", "runs": 4096, "seed": 3, "message": "", "file": "scenarios/crisis.yaml", "line": 12,
}  # fmt: skip


def replace(one: Finding, **parts: Any) -> Finding:
    return {**one, **parts}


FAILED = replace(PASSED, gate="matters", verdict="fail", line=13)
UNDECIDED = replace(PASSED, gate="close", verdict="undecided", line=14, above=-0.1, between="0 to 0.5")
CRASHED = replace(
    PASSED, suite="other", gate="broken", verdict="error", low=None, high=None, runs=0, line=15,
    message="block 0 of other failed: ZeroDivisionError: x",
)  # fmt: skip
ALL = [PASSED, FAILED, UNDECIDED, CRASHED]


def test_findings_word_what_was_measured() -> None:
    assert line_of(FAILED) == (
        "P(offensive within 90 days) below 0.45 is false: the interval is 0.2616 to 0.3277 after 4,096 runs, "
        "the gate below 0.45"
    )
    assert interval_of(UNDECIDED) == "0.2616 to 0.3277 (from 0 to 0.5)"
    assert bound_of(UNDECIDED) == "above -0.1 and below 0.45"
    assert line_of(CRASHED) == CRASHED["message"]
    assert [one["gate"] for one in worst_first(ALL)] == ["broken", "matters", "close", "unlikely"]
    assert counts_in_words(ALL) == "1 crashed, 1 failed, 1 undecided, 1 passed"


# -- JUnit ----------------------------------------------------------------------------------------------------------

COUNTS = {"tests", "failures", "errors", "skipped", "time"}
SHAPE: dict[str, tuple[set[str], list[str]]] = {
    # element: the attributes it must have, the children it may have, in this order
    "testsuites": ({"name", *COUNTS}, ["testsuite"]),
    "testsuite": ({"name", *COUNTS}, ["testcase"]),
    "testcase": ({"name", "classname", "time", "file", "line"}, ["properties", "skipped", "error", "failure"]),
    "properties": (set(), ["property"]),
    "property": ({"name", "value"}, []),
    "failure": ({"message", "type"}, []),
    "error": ({"message", "type"}, []),
    "skipped": ({"message", "type"}, []),
}
"""What the schemas of JUnit files in use have in common, of the elements that are written."""


def check_shape(node: Element) -> None:
    attributes, children = SHAPE[node.tag]
    assert set(node.attrib) == attributes
    places = [children.index(child.tag) for child in node]
    assert places == sorted(places)
    for child in node:
        check_shape(child)


def test_junit_has_the_shape_that_readers_of_it_expect() -> None:
    root = fromstring(to_junit(ALL))  # noqa: S314 - our own
    check_shape(root)
    for counted in (root, *root.iter("testsuite")):
        inside = {tag: str(len(list(counted.iter(tag)))) for tag in ("testcase", "failure", "error", "skipped")}
        told = [counted.get(name) for name in ("tests", "failures", "errors", "skipped")]
        assert told == list(inside.values())
    assert [suite.get("name") for suite in root] == ["crisis", "other"]


def test_a_missed_gate_is_a_failure_a_crash_an_error_and_an_undecided_gate_skipped() -> None:
    root = fromstring(to_junit(ALL))  # noqa: S314 - our own
    outcome = {case.get("name"): [child.tag for child in case][1:] for case in root.iter("testcase")}
    assert outcome == {"unlikely": [], "matters": ["failure"], "close": ["skipped"], "broken": ["error"]}
    failure = next(root.iter("failure"))
    assert failure.get("message") == line_of(FAILED)
    assert failure.text == f"scenarios/crisis.yaml:13: {line_of(FAILED)}"
    assert {one.get("name"): one.get("value") for one in next(root.iter("properties"))} == {
        "claim": PASSED["says"], "gate": "below 0.45", "interval": "0.2616 to 0.3277", "runs": "4096", "seed": "3",
    }  # fmt: skip


def test_a_case_of_a_sweep_names_cell_and_gate() -> None:
    (case,) = fromstring(to_junit([replace(FAILED, cell="offer 0.5")])).iter("testcase")  # noqa: S314 - our own
    assert case.get("name") == "offer 0.5: matters"


@given(st.text())
def test_any_text_is_valid_xml_and_reads_back_as_it_is_seen(text: str) -> None:
    root = fromstring(to_junit([replace(FAILED, says=text, cell=text)]).encode("utf-8"))  # noqa: S314 - our own
    told = next(one.get("value") for one in root.iter("property") if one.get("name") == "claim")
    assert told == re.sub("[\ufffe\uffff]", "\ufffd", seen(text)), "XML has no place for these two"


# -- summary --------------------------------------------------------------------------------------------------------


def test_the_summary_counts_and_lists_worst_first() -> None:
    text = to_summary(ALL, "Gates of <crisis>", notes=["At most 5% | false."])
    lines = text.splitlines()
    assert lines[0] == "## Gates of &lt;crisis&gt;"
    assert "**1 crashed, 1 failed, 1 undecided, 1 passed**" in lines
    assert "At most 5% \\| false." in lines
    rows = [line for line in lines if line.startswith("| ")][1:]
    assert [row.split(" | ")[2] for row in rows] == ["broken", "matters", "close", "unlikely"]
    assert rows[1].startswith("| **failed** | crisis | matters | P(offensive within 90 days) below 0.45 | 0.2616 to ")


@pytest.mark.parametrize("most", [2_000, 20_000])
def test_a_summary_keeps_within_its_bytes_and_drops_the_best(most: int) -> None:
    many = [replace(PASSED, cell=f"cell {n} ü|") for n in range(300)]
    many[150] = replace(FAILED, cell="the bad one")
    text = to_summary(many, "Gates", most=most)
    assert len(text.encode()) <= most
    assert text.count("the bad one") == 1
    left = re.search(r"^([0-9,]+) more gates? left out", text, flags=re.MULTILINE)
    assert left is not None
    assert int(left[1]) == 300 - len(re.findall(r"^\| (?:passed|\*\*failed)", text, flags=re.MULTILINE))


def test_a_summary_of_very_many_long_cells_keeps_within_what_is_shown_of_a_step() -> None:
    many = [replace(FAILED, cell="|" * 500, says="<" * 500) for _ in range(2000)]
    assert 900_000 < len(to_summary(many, "Gates").encode()) <= 1024 * 1024


def test_no_gates_give_a_summary_that_says_so() -> None:
    assert "**No gates**" in to_summary([], "Gates")


# -- annotations ----------------------------------------------------------------------------------------------------


def test_an_annotation_points_at_the_line_of_the_gate() -> None:
    assert to_annotations(ALL) == [
        "::error file=scenarios/crisis.yaml,line=15,title=gate broken crashed::"
        "block 0 of other failed: ZeroDivisionError: x",
        f"::error file=scenarios/crisis.yaml,line=13,title=gate matters failed::{line_of(FAILED)}",
        f"::warning file=scenarios/crisis.yaml,line=14,title=gate close is undecided::{line_of(UNDECIDED)}",
    ]


def test_properties_and_messages_are_escaped() -> None:
    odd = replace(FAILED, file="a,b:c%d\\e.yaml", cell="x\n::error::y", says="100%\r\n::set-output name=a::b")
    (line,) = to_annotations([odd])
    assert line.startswith("::error file=a%2Cb%3Ac%25d/e.yaml,line=13,title=gate matters failed in cell "
                           "x%0A%3A%3Aerror%3A%3Ay::100%25%0D%0A::set-output name=a::b is false")  # fmt: skip


@given(st.text(), st.text())
def test_no_text_breaks_out_of_its_annotation(cell: str, says: str) -> None:
    (line,) = to_annotations([replace(FAILED, cell=cell, says=says, file=cell)])
    assert "\n" not in line
    assert "\r" not in line
    head = line.removeprefix("::error ").partition("::")[0]
    assert [part.partition("=")[0] for part in head.split(",")] == ["file", "line", "title"]


def test_after_ten_the_rest_is_counted() -> None:
    lines = to_annotations([replace(FAILED, line=n) for n in range(1, 38)])
    assert len(lines) == 11
    assert lines[-1] == "::notice::and 27 more gates did not pass"
    assert len(to_annotations([replace(FAILED, line=n) for n in range(1, 11)])) == 10


def test_a_gate_missed_in_many_cells_is_one_annotation() -> None:
    (line,) = to_annotations([replace(FAILED, cell=f"c{n}") for n in range(441)])
    assert "title=gate matters failed in cell c0%2C and in 440 more cells::" in line
