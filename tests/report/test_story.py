"""A run told in sentences, and the storylines of a report: they say what the values say, no more."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.report.reading import name_in_text
from sim.report.sections.story import explain_command, possessive, story_of, title_of, titles_of
from sim.report.values import spelled
from tests.report.conftest import PAYLOAD, Record
from tests.report.said import charts, figures, markdown_of, section

Write = Callable[..., list[Path]]
LEVELS = {"russia": 0.31}


def course(**changes: Any) -> dict[str, Any]:
    return {
        "end": "standoff", "day": None, "days": 63, "parties": ["russia", "turkey"],
        "start": {"stance": {"assad-regime": 0.8, "russia": -0.05}, "posture": {"russia": 0.3}},
        "turns": [], "finish": {"stance": {}, "posture": {"russia": 0.2}}, "strikes": [], "phases": [[0, "standoff"]],
        "agreements": 0, "breakdowns": 0, **changes,
    }  # fmt: skip


def turn(day: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"day": day, "kind": kind, "levels": {}, **more}


def test_a_run_is_told_with_dates_and_names(record: Record) -> None:
    told = story_of(
        record,
        course(
            end="full", day=21, days=22, strikes=[5, 20],
            turns=[
                turn(5, "strike", levels=LEVELS), turn(7, "rise", actor="russia", levels={"turkey": 0.5}),
                turn(7, "agreement", count=1), turn(20, "breakdown", count=1, lasted=13),
                turn(21, "full", levels=LEVELS),
            ],
            phases=[[0, "standoff"], [8, "agreement"], [21, "standoff"]], agreements=1, breakdowns=1,
        ),
    )  # fmt: skip
    assert told == [
        "On 19 August 2018 this future begins in a standoff, with support for an offensive at +0.80 for the Assad "
        "regime and −0.05 for Russia on a scale from −1 to +1.",
        "Russia’s backing starts at 0.30, on a scale from 0 to 1.",
        "Five days later, on 24 August, there is heavy bombing for the first time, with Russia’s backing at 0.31.",
        "Two days later, on 26 August, Russia’s backing rises past one half, with Turkey’s deterrence at 0.50.",
        "The same day Russia and Turkey conclude an agreement.",
        "On 8 September the agreement breaks down after 13 days, and the standoff resumes.",
        "The next day, 9 September, a full offensive begins, with Russia’s backing at 0.31.",
        "It comes on day 22 of the window, after two days of heavy bombing.",
        "In all, there are two days of heavy bombing and one agreement, and one agreement breaks down.",
        "This future ends with the offensive, and the question resolves as yes.",
        "It counts as full: imminence (readiness times support) is 0.3 or more on its first day.",
    ]


@pytest.mark.parametrize(
    ("changes", "last"),
    [
        (
            {},
            "The window closes on 20 October 2018 in a standoff: no offensive has begun, and the question resolves as "
            "no.",
        ),
        (
            {"end": "agreement", "agreements": 1, "phases": [[0, "standoff"], [9, "agreement"]]},
            "The window closes on 20 October 2018 under an agreement: no offensive has begun, and the question "
            "resolves as no.",
        ),
    ],
)
def test_the_last_sentence_says_what_the_end_means(record: Record, changes: dict[str, Any], last: str) -> None:
    assert story_of(record, course(**changes))[-1] == last


def test_nothing_is_said_to_be_caused(record: Record) -> None:
    text = " ".join(sentence for one in record["storylines"] for sentence in story_of(record, one))
    assert not re.search(r"caus|because|led to|due to|result", text)


@pytest.mark.parametrize(
    ("name", "inside", "owned"),
    [
        ("Russia", "Russia", "Russia’s"),
        ("Assad regime", "the Assad regime", "the Assad regime’s"),
        ("Moderate rebels", "the Moderate rebels", "the Moderate rebels’"),
        ("The union", "the union", "the union’s"),
        ("United States", "United States", "United States’"),
    ],
)
def test_names_stand_in_a_sentence(name: str, inside: str, owned: str) -> None:
    assert (name_in_text(name), possessive(name)) == (inside, owned)


def test_small_numbers_are_words() -> None:
    assert [spelled(n, "day") for n in (0, 1, 2, 11)] == ["no days", "one day", "two days", "11 days"]


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, "A standoff to the end"),
        (
            {"breakdowns": 1, "phases": [[0, "agreement"], [9, "standoff"]]},
            "An agreement that breaks down, then a standoff",
        ),
        ({"end": "agreement"}, "An agreement that holds"),
        ({"end": "agreement", "breakdowns": 1}, "An agreement at the end, after one that broke down"),
        ({"end": "limited", "day": 14, "days": 15}, "A limited offensive in September 2018"),
        (
            {"end": "full", "day": 14, "days": 15, "phases": [[0, "agreement"]]},
            "A full offensive in September 2018 under an agreement",
        ),
    ],
)
def test_the_title_says_how_it_ends(record: Record, changes: dict[str, Any], title: str) -> None:
    assert title_of(record, course(**changes)) == title


def test_an_agreement_in_force_at_the_start_is_not_counted_as_new(record: Record) -> None:
    told = story_of(record, course(end="agreement", phases=[[0, "agreement"]]))
    assert told[0].startswith("On 19 August 2018 this future begins with an agreement in force")
    assert told[-2] == "In all, there are no days of heavy bombing and no new agreements."


@pytest.mark.slow
def test_every_storyline_stands_on_page_and_in_markdown(record: Record, written: Write) -> None:
    page, markdown, _ = written(record)
    assert len(record["storylines"]) >= 3
    html, text = page.read_text(encoding="utf-8"), markdown.read_text(encoding="utf-8")
    for title, told in zip(titles_of(record), record["storylines"], strict=True):
        assert title in html
        assert f"run {told['run']:,}" in html
        assert title in text
        assert all(sentence in html for sentence in story_of(record, told))


def test_the_table_behind_the_timeline_has_every_turning_point(record: Record) -> None:
    table = figures(section(record, "storylines"))["timelines"].table
    assert len(table.rows) == sum(len(one["turns"]) for one in record["storylines"])


@pytest.mark.slow
def test_the_timeline_has_a_lane_a_storyline_and_its_marks_on_their_days(record: Record) -> None:
    figure = charts(record)["timelines"]
    marked = sum(len(trace["x"]) for trace in figure["data"] if trace["mode"] == "markers")
    kinds = {"rise", "fall", "agreement", "breakdown", "limited", "full"}
    turns = sum(turn["kind"] in kinds for one in record["storylines"] for turn in one["turns"])
    assert marked == turns + sum(len(one["strikes"]) for one in record["storylines"])
    lanes = {y for trace in figure["data"] if trace["mode"] == "lines" for y in trace["y"][::3]}
    assert lanes == {-place for place in range(len(record["storylines"]))}


def test_titles_that_would_be_alike_say_where_they_differ(record: Record) -> None:
    record["storylines"] = [record["storylines"][0], copy.deepcopy(record["storylines"][0])]
    for one, level in zip(record["storylines"], (0.11, 0.22), strict=True):
        one["finish"]["posture"]["russia"] = level
    titles = titles_of(record)
    assert [title.rpartition(", ")[2] for title in titles] == ["Russia’s backing at 0.11", "Russia’s backing at 0.22"]


def test_they_name_the_posture_in_which_they_differ_most(record: Record) -> None:
    record["storylines"] = [record["storylines"][0], copy.deepcopy(record["storylines"][0])]
    for one, (backing, deterrence) in zip(record["storylines"], ((0.2, 0.9), (0.3, 0.4)), strict=True):
        one["finish"]["posture"] |= {"russia": backing, "turkey": deterrence}
    assert [title.rpartition(", ")[2] for title in titles_of(record)] == [
        "Turkey’s deterrence at 0.90",
        "Turkey’s deterrence at 0.40",
    ]


def test_a_storyline_that_is_not_typical_says_in_what(record: Record) -> None:
    one = record["storylines"][0]
    one["finish"]["posture"]["russia"] = 0.8
    one["cluster"] = {"posture": {"russia": [0.2, 0.4], "turkey": [0.0, 1.0]}}
    said = "Russia’s backing ends at 0.80; in half of these futures it ends between 0.20 and 0.40."
    assert said in markdown_of(record)
    one["finish"]["posture"]["russia"] = 0.45
    assert "not typical" not in markdown_of(record)


def test_the_command_replays_a_run_of_the_same_forecast(record: Record) -> None:
    assert explain_command(record, 7).endswith(f"--run 7 --seed {record['seed']}")
    record["command"] = None
    assert explain_command(record, 7).startswith("offramp explain SCENARIO ")


@pytest.mark.slow
def test_a_forecast_without_storylines_has_no_such_section(record: Record, written: Write) -> None:
    record["storylines"] = []
    page, *_ = written(record)
    assert 'id="storylines"' not in page.read_text(encoding="utf-8")
    assert "## Storylines" not in markdown_of(record)


@pytest.mark.slow
def test_hostile_names_stay_text(record: Record, written: Write) -> None:
    named = {one["name"] for one in record["actors"].values()}
    for actor in record["actors"].values():
        actor["name"] += PAYLOAD
    page, markdown, _ = written(record)
    html = page.read_text(encoding="utf-8")
    section = html.split('<section id="storylines"')[1].split("</section>")[0]
    assert "<script" not in section
    assert "<img" not in section
    assert any(name in section for name in named)
    stories = markdown.read_text(encoding="utf-8").split("## Storylines")[1].split("## Provenance")[0]
    assert "<script" not in stories
