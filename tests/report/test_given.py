"""A forecast that was given something says so at its head, and tells of no window that is settled by it."""

from __future__ import annotations

from typing import Any

import pytest

from sim.report import document_of
from sim.report.document import Group, List, Table, walk
from sim.report.pages.forecast import windows_of
from tests.report.said import markdown_of, page_of, section, texts

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
    group = section(given, "given")
    assert group is not None
    (conditions,) = (one for one in walk(group) if isinstance(one, List))
    assert [one.text for one in conditions.items] == [
        "strikes by <b>2018</b>",
        "neither an offensive nor a surrender by 27 September 2018",
    ]
    assert f"Of 80,000 runs made, {given['runs']:,}" in texts(group)[1]
    page = page_of(given)
    assert "strikes by &lt;b&gt;2018" in page
    assert "<b>2018" not in page
    assert "neither an offensive nor a surrender by 27 September 2018" in markdown_of(given)


def test_windows_that_are_settled_are_not_told(given: Record) -> None:
    assert [one.days for one in windows_of(given, "icd203")] == [63]


def test_the_rest_says_what_it_rests_on(given: Record) -> None:
    document = document_of(given)
    spread = next(one for one in walk(document) if isinstance(one, Group) and one.title == "Input uncertainty")
    assert spread.number == "Not known"
    assert "A conditional forecast has none" in texts(spread)[0]
    facts = next(dict(one.rows) for one in walk(document) if isinstance(one, Table) and one.style == "facts")
    assert facts["Runs"].startswith("80,000 made, of which")
    assert facts["Draws"].endswith("of 40,000")
    assert [section(given, name) for name in ("drivers", "indicators", "storylines")] == [None] * 3


def test_nothing_given_says_nothing(record: Record) -> None:
    assert section(record, "given") is None
    assert 'id="given"' not in page_of(record)
