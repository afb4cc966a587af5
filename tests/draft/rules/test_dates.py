"""Dates in sentences, read relative to Thursday, 16 May 2024."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.draft.rules.dates import Context, find

TODAY = date(2024, 5, 16)
BEFORE = Context(TODAY, before=date(2024, 5, 3))

EXPRESSIONS = [
    ("on 3 May", "2024-05-03", "2024-05-03"),
    ("on May 3, 2023", "2023-05-03", "2023-05-03"),
    ("on Feb. 9", "2024-02-09", "2024-02-09"),
    ("from 5 to 7 May", "2024-05-05", "2024-05-07"),
    ("between 2 and 4 April", "2024-04-02", "2024-04-04"),
    ("on 2024-04-30", "2024-04-30", "2024-04-30"),
    ("on 20 December", "2023-12-20", "2023-12-20"),
    ("on the second of May", "2024-05-02", "2024-05-02"),
    ("on the 9th", "2024-05-09", "2024-05-09"),
    ("on the 28th", "2024-04-28", "2024-04-28"),
    ("on Monday", "2024-05-13", "2024-05-13"),
    ("late on Thursday", "2024-05-16", "2024-05-16"),
    ("last Thursday", "2024-05-09", "2024-05-09"),
    ("on Friday", "2024-05-10", "2024-05-10"),
    ("since Sunday", "2024-05-12", "2024-05-16"),
    ("next Tuesday", "2024-05-21", "2024-05-21"),
    ("yesterday", "2024-05-15", "2024-05-15"),
    ("this morning", "2024-05-16", "2024-05-16"),
    ("last week", "2024-05-06", "2024-05-12"),
    ("this week", "2024-05-13", "2024-05-16"),
    ("last month", "2024-04-01", "2024-04-30"),
    ("last year", "2023-01-01", "2023-12-31"),
    ("at the weekend, last weekend", "2024-05-11", "2024-05-12"),
    ("in recent weeks", "2024-04-16", "2024-05-16"),
    ("over the past two weeks", "2024-05-02", "2024-05-16"),
    ("three days ago", "2024-05-13", "2024-05-13"),
    ("a week ago", "2024-05-09", "2024-05-09"),
    ("ten years ago", "2014-01-01", "2014-12-31"),
    ("two days later", "2024-05-05", "2024-05-05"),
    ("the next day", "2024-05-04", "2024-05-04"),
    ("a day earlier", "2024-05-02", "2024-05-02"),
    ("at the end of April", "2024-04-30", "2024-04-30"),
    ("in early April", "2024-04-01", "2024-04-10"),
    ("in the first week of May", "2024-05-01", "2024-05-07"),
    ("in late April", "2024-04-21", "2024-04-30"),
    ("in mid-April", "2024-04-10", "2024-04-20"),
    ("in March last year", "2023-03-01", "2023-03-31"),
    ("in April", "2024-04-01", "2024-04-30"),
    ("in May", "2024-05-01", "2024-05-16"),
    ("in November", "2023-11-01", "2023-11-30"),
    ("in June 2019", "2019-06-01", "2019-06-30"),
    ("in 2016", "2016-01-01", "2016-12-31"),
    ("since 2021", "2021-01-01", "2024-05-16"),
    ("between 2011 and 2014", "2011-01-01", "2014-12-31"),
    ("in the spring of 2022", "2022-03-01", "2022-05-31"),
    ("last winter", "2023-12-01", "2024-02-29"),
    ("this spring", "2024-03-01", "2024-05-16"),
]


@pytest.mark.parametrize(("text", "first", "last"), EXPRESSIONS, ids=[row[0] for row in EXPRESSIONS])
def test_an_expression_means_these_days(text: str, first: str, last: str) -> None:
    days = [(one.first.isoformat(), one.last.isoformat()) for one in find(f"It began {text}, they said.", BEFORE)]
    assert (first, last) in days


def test_last_week_is_the_week_that_a_sunday_ends() -> None:
    (found,) = find("last week", Context(date(2018, 8, 19)))
    assert (found.first, found.last) == (date(2018, 8, 13), date(2018, 8, 19))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("by Friday", "by"),
        ("until midnight on Monday", "until"),
        ("before 6 p.m. on Sunday", "before"),
        ("by the end of June", "by"),
        ("no later than 1 September", "later than"),
        ("a deadline of Friday", "deadline of"),
        ("planned for Monday", "for"),
        ("by last Friday", ""),
        ("for Monday's attack", ""),
        ("on Friday", ""),
    ],
)
def test_a_deadline_is_marked_as_one(text: str, word: str) -> None:
    assert [one.deadline for one in find(f"It was {text}, they said.", Context(TODAY))] == [word]


@pytest.mark.parametrize(
    "text",
    ["They may march in step.", "two days later", "a 2,019-strong unit", "flight 370", "the 3,000 men"],
)
def test_no_date_is_read_where_there_is_none(text: str) -> None:
    assert find(text, Context(TODAY)) == []


@settings(max_examples=50)
@given(st.text(max_size=80), st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_any_text_is_read_without_a_fault_and_days_are_in_order(text: str, today: date) -> None:
    assert all(one.first <= one.last and 0 <= one.start < one.end for one in find(text, Context(today, before=today)))
