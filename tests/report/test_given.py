"""A forecast that was given something says so at its head, and tells of no window that is settled by it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.report.content import report_of
from sim.report.html import to_html
from sim.report.markdown import to_markdown

Record = dict[str, Any]


@pytest.fixture
def given(record: Record) -> Record:
    part = {"conditions": ["strikes by <b>2018</b>"], "day": 40, "waiting": "2018-09-27"}
    part |= {"runs_made": 80_000, "draws_made": 40_000}
    for by_day in record["outcomes"].values():
        for one in by_day.values():
            one |= {"input_sd": None, "input_range": None}
    return record | {"given": part, "drivers": None, "indicators": [], "storylines": []}


def test_it_says_so_at_its_head(given: Record) -> None:
    report = report_of(given, "icd203")
    assert report.given is not None
    assert report.given.conditions == ("strikes by <b>2018</b>", "no offensive by 27 September 2018")
    assert f"Of 80,000 runs made, {given['runs']:,}" in report.given.basis
    page = to_html(given, report)
    assert "strikes by &lt;b&gt;2018" in page
    assert "<b>2018" not in page
    assert "no offensive by 27 September 2018" in to_markdown(report)


def test_windows_that_are_settled_are_not_told(given: Record) -> None:
    assert [one.days for one in report_of(given, "icd203").milestones] == [63]


def test_the_rest_says_what_it_rests_on(given: Record) -> None:
    report = report_of(given, "icd203")
    assert report.uncertainty["input"] == "Not known"
    assert "given something" in report.uncertainty["input_is"]
    assert dict(report.rerun)["Runs"].startswith("80,000 made, of which")
    assert dict(report.rerun)["Draws"].endswith("of 40,000")
    assert (report.drivers, report.watch, report.storylines) == (None, None, None)


def test_nothing_given_says_nothing(record: Record) -> None:
    report = report_of(record, "icd203")
    assert report.given is None
    assert 'id="given"' not in to_html(record, report)
