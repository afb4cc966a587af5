"""The table of cases: what could be known when, and that it survives its own file."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.recalibrate import row_of
from sim.baselines.cases import Case, digest, known_by, read_cases, table_text
from sim.errors import UsageError
from sim.evaluation.calibration.parameters import sample_of
from sim.evaluation.cases import as_case
from tests import worlds

DAY = datetime.date(2016, 9, 12)
CASE = Case("aleppo", "A", "aleppo", DAY, 180, False, 40, None, 0.6, 0, -0.1, 0.2, 0.15, -0.02)
FILED = {
    "question.horizon": 180,
    "question.milestones": [30, 90],
    "case": {"tier": "B", "area": "hills"},
    "resolution": {"offensive": "2020-02-10", "agreement": "none", "source": "The gazette.", "confidence": "high"},
}


def after(days: int) -> datetime.date:
    return DAY + datetime.timedelta(days)


def test_a_label_is_known_once_the_window_is_over() -> None:
    """The offensive begins on day 40; that is no label of a window before a window without one could have one."""
    known = {
        day: [CASE.known_label(window, after(day)) for window in (30, 90, 180)] for day in (0, 29, 30, 40, 90, 400)
    }
    assert known == {
        0: [None, None, None],
        29: [None, None, None],
        30: [False, None, None],
        40: [False, None, None],
        90: [False, True, None],
        400: [False, True, True],
    }


def test_what_did_not_happen_is_known_at_the_end_of_the_window() -> None:
    quiet = replace(CASE, days_to_offensive=None)
    assert [quiet.known_label(180, after(day)) for day in (179, 180)] == [None, False]
    assert quiet.known_label(181, after(9999)) is None, "nobody watched that long"
    on_the_edge = replace(CASE, days_to_offensive=30)
    assert (on_the_edge.label(30), on_the_edge.label(31)) == (False, True), "day 30 is not within 30 days"


def with_an_offensive_after(today: datetime.date, case: Case) -> Case:
    """Let an offensive begin tomorrow where none has begun and the window of the case is open."""
    tomorrow = max(0, (today - case.as_of).days + 1)
    begun = case.days_to_offensive is not None and case.days_to_offensive < tomorrow
    return case if begun or tomorrow >= case.horizon else replace(case, days_to_offensive=tomorrow)


@given(
    st.lists(st.tuples(st.integers(0, 900), st.none() | st.integers(0, 179)), max_size=12),
    st.integers(0, 1200),
    st.sampled_from([30, 90, 180]),
)
def test_nothing_known_depends_on_what_came_later(rows: list[tuple[int, int | None]], today: int, window: int) -> None:
    """Whatever happens after today, the known cases and their labels are the same."""
    cases = [replace(CASE, as_of=after(start), days_to_offensive=days) for start, days in rows]
    told_later = [with_an_offensive_after(after(today), case) for case in cases]
    known, other = (known_by(one, after(today), window) for one in (cases, told_later))
    assert [(case.as_of, label) for case, label in known] == [(case.as_of, label) for case, label in other]
    assert all(case.as_of <= after(today) for case, _ in known)


def test_a_row_says_what_the_scenario_says(tmp_path: Path) -> None:
    row = row_of(as_case(worlds.load(tmp_path, **FILED), tmp_path))
    assert (row.id, row.tier, row.area, row.as_of.isoformat(), row.horizon) == (
        "crisis",
        "B",
        "hills",
        "2020-01-01",
        180,
    )
    assert (row.days_to_offensive, row.days_to_agreement, row.target) == (40, None, False)
    assert (row.expected_support, row.troops_inside, row.median) == (0.64, 1, 0.2)


def test_a_scenario_that_is_no_past_case_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a case needs the key `case`"):
        as_case(worlds.load(tmp_path), tmp_path)
    with pytest.raises(UsageError, match="a case needs the key `resolution`"):
        as_case(worlds.load(tmp_path, **{**FILED, "resolution": None}), tmp_path)


def test_the_table_reads_back_as_it_was_written(tmp_path: Path) -> None:
    table = (CASE, replace(CASE, id="x", target=True, mean=None, median=None, days_to_offensive=None))
    (tmp_path / "cases.csv").write_text(table_text(table), encoding="utf-8", newline="\n")
    assert read_cases(tmp_path / "cases.csv") == table
    assert (tmp_path / "cases.csv").read_text().splitlines()[1] == (
        "aleppo,A,aleppo,2016-09-12,180,0,40,,0.6,0,-0.1,0.2,0.15,-0.02"
    )
    assert digest(table) == digest(read_cases(tmp_path / "cases.csv"))
    assert digest(table) != digest(table[:1])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2016-09-12", "yesterday", r":2:4: as_of: expected a date such as 2018-08-19 \(got yesterday\)"),
        (",180,", ",-3,", r":2:5: horizon: expected a whole number of 0 or more"),
        (",0.6,", ",nan,", ":2:9: expected_support: expected a number from -1 to 1"),
        (",180,0,", ",180,yes,", ":2:6: target: expected 1 or 0"),
        ("aleppo,A", ",A", ":2:1: id: expected text"),
        (",A,", ",", ":2:1: expected 14 cells"),
        ("tier", "rank", ":1: expected the columns id, tier"),
    ],
)
def test_a_damaged_table_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(table_text([CASE]).replace(old, new, 1))
    with pytest.raises(UsageError, match=told):
        read_cases(path)


def test_a_table_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.csv: cannot read the file: no such file"):
        read_cases(tmp_path / "none.csv")


def test_a_case_belongs_to_one_sample_and_without_a_word_to_the_crises(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    plain, crisis, threat = (
        as_case(worlds.load(tmp_path, **FILED, **more), file)
        for more in ({}, {"sample": "crises"}, {"sample": "threats"})
    )
    assert (plain.scenario.hash, sample_of(plain.scenario)) == (crisis.scenario.hash, "crises")
    assert sample_of(threat.scenario) == "threats"
    mixed = worlds.load(tmp_path, **FILED, sample={"crises": 0.9, "threats": 0.1})
    with pytest.raises(UsageError, match="a case belongs to one sample; write `sample: crises` or `sample: threats`"):
        as_case(mixed, file)
