"""What a report says of counterfactuals: words, figure and tables agree with the record, and claim no more than it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.report import write_report
from sim.report.pages.counterfactuals import SHOWN, section_of
from tests.report.conftest import PAYLOAD
from tests.report.said import charts, figures, markdown_of, page_of, texts

Record = dict[str, Any]
DAYS = ("30", "63")


def row(p: float, half: float = 0.01) -> dict[str, float]:
    return {"p": p, "mc_low": p - half, "mc_high": p + half}


def world(kind: str, subject: str, change: float, **more: Any) -> Record:
    """One world in which the probability moves so far, from 20%."""
    by_day = {day: row(change) for day in DAYS}
    averts, brings = max(0.0, -change), max(0.0, change)
    return {
        "kind": kind,
        "subject": subject,
        "hash": "0",
        "outcomes": {"offensive": {day: row(0.2 + change) for day in DAYS}},
        "changes": {"offensive": by_day, "agreement": {day: row(0.001) for day in DAYS}},
        "averts": {day: row(averts, 0.005 * (averts > 0)) for day in DAYS},
        "brings_about": {day: row(brings, 0.005 * (brings > 0)) for day in DAYS},
        "differing_runs": 500,
        "variance_ratio": dict.fromkeys(DAYS, 4.0),
        **more,
    }


@pytest.fixture
def otherwise(record: Record) -> Record:
    """The record with four changes, the second of them the largest."""
    nothing = world("full", "turkish-refusal", 0.0, differing_runs=0, variance_ratio=dict.fromkeys(DAYS))
    nothing["changes"]["offensive"] = {day: row(0.0, 0.0) for day in DAYS}
    worlds = [
        world("withdrawn", "german-appeal", 0.05),
        world("full", "german-appeal", -0.08),
        world("held", "turkey", 0.002),
        nothing,
    ]
    interaction = {
        "subjects": ["german-appeal", "turkish-refusal"], "hash": "0",
        "together": {day: row(0.1) for day in DAYS}, "sum": {day: row(0.08) for day in DAYS},
        "interaction": {day: row(0.02) for day in DAYS},
    }  # fmt: skip
    base = {"offensive": {day: row(0.2) for day in DAYS}}
    part = {"runs": 8192, "draws": 4096, "level": 0.95, "base": base, "worlds": worlds, "interaction": interaction}
    return record | {"counterfactuals": part}


def test_a_record_without_them_has_no_section(record: Record) -> None:
    assert section_of(record) is None
    assert 'id="counterfactuals"' not in page_of(record)
    assert "If one thing changed" not in markdown_of(record)
    assert "counterfactuals-figure" not in charts(record)


def test_the_largest_change_leads_and_rows_follow_by_size(otherwise: Record) -> None:
    said = section_of(otherwise)
    assert said is not None
    assert "German Appeal at full strength: to 12%, −8.0 points (−9.0 to −7.0). 2 of 4 changes" in texts(said)[0]
    assert [(one[0], *one[2:5]) for one in figures(said)["counterfactuals-figure"].table.rows] == [
        ("German Appeal at full strength", "12%", "−8.0", "−9.0 to −7.0"),
        ("German Appeal withdrawn", "25%", "+5.0", "+4.0 to +6.0"),
        ("Deterrence of Turkey held at its start", "20%", "+0.2", "−0.8 to +1.2"),
        ("Turkish Refusal at full strength", "20%", "0", "no run differs"),
    ]
    drawn = figures(said)["counterfactuals-figure"]
    assert drawn.title == "If one thing changed: 1 change raises the probability, 1 change lowers it"


def test_averted_and_brought_about_are_told_with_what_they_rest_on(otherwise: Record) -> None:
    said = section_of(otherwise)
    assert said is not None
    first, second = figures(said)["counterfactuals-figure"].table.rows[:2]
    assert (first[5][:2], first[6]) == ("8%", "no run")
    assert (second[5], second[6][:2]) == ("no run", "5%")
    assert "depend on how the two worlds are paired" in texts(said)[3]
    assert "The change in the probability does not." in texts(said)[3]
    assert "4.0 to 4 times" in texts(said)[4]


def test_the_interaction_tells_sum_and_distance(otherwise: Record) -> None:
    said = section_of(otherwise)
    assert said is not None
    assert "sum to +8.0 points" in texts(said)[2]
    assert "lie +2.0 points (+1.0 to +3.0) from that sum" in texts(said)[2]
    otherwise["counterfactuals"]["interaction"]["interaction"] = {day: row(0.0) for day in DAYS}
    again = section_of(otherwise)
    assert again is not None
    assert "no clear interaction" in texts(again)[2]


def test_nothing_claims_a_cause(otherwise: Record) -> None:
    for text in (page_of(otherwise).partition("<script")[0], markdown_of(otherwise)):
        assert "caused" not in text.lower()


def test_the_figure_shows_the_largest_and_each_where_the_record_has_it(otherwise: Record) -> None:
    part = otherwise["counterfactuals"]
    part["worlds"] += [world("withdrawn", f"p{number}", 0.01) for number in range(20)]
    spec = charts(otherwise)["counterfactuals-figure"]
    lines = [trace for trace in spec["data"] if trace["mode"] == "lines"]
    ends = {
        trace["y"][place]: trace["x"][place : place + 2] for trace in lines for place in range(0, len(trace["x"]), 3)
    }
    assert len(ends) == SHOWN
    assert ends[0] == pytest.approx([0.2, 0.12])
    assert ends[-1] == pytest.approx([0.2, 0.25])


def test_page_and_markdown_have_the_section_and_hold_hostile_ids(otherwise: Record) -> None:
    otherwise["counterfactuals"]["worlds"][0]["subject"] = PAYLOAD
    page = page_of(otherwise)
    assert page.count('id="counterfactuals"') == 1
    for text in (page, markdown_of(otherwise)):
        assert "<script>window.hit" not in text
        assert "<img src=x" not in text


def test_a_page_of_its_own(otherwise: Record, tmp_path: Path) -> None:
    keys = ("scenario", "as_of", "horizon", "milestones", "seed", "actors", "counterfactuals", "environment", "command")
    own = {"schema": "offramp/counterfactuals/1", "replicates": 2, **{key: otherwise[key] for key in keys}}
    page, markdown, record = write_report(own, tmp_path)
    assert (page.name, record.name) == ("counterfactuals.html", "counterfactuals.json")
    text = markdown.read_text(encoding="utf-8")
    assert "−8.0 points" in text
    assert "depend on how the two worlds are paired" in text


@pytest.mark.slow
def test_the_page_draws_the_figure_on_a_phone(
    otherwise: Record, written: Callable[..., list[Path]], browser: Any
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(written(otherwise)[0].as_uri())
    page.wait_for_selector("#counterfactuals-figure svg.main-svg")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "−8" in page.inner_text("#counterfactuals-figure")
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_names_of_rows_are_whole_at_every_width(
    otherwise: Record, written: Callable[..., list[Path]], browser: Any, width: int
) -> None:
    long = "a-proposal-to-separate-the-radicals-from-the-others-before-the-summit-of-the-guarantors-in-september"
    otherwise["counterfactuals"]["worlds"][0]["subject"] = long
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(written(otherwise)[0].as_uri())
    page.wait_for_selector("#counterfactuals-figure svg.main-svg")
    assert "September" in page.inner_text("#counterfactuals-figure")
    outside = page.evaluate(
        """() => { const box = document.querySelector("#counterfactuals-figure"), edge = box.getBoundingClientRect();
            return [...box.querySelectorAll("text.annotation-text")].map(one => one.getBoundingClientRect())
                .filter(one => one.right > edge.right || one.left < edge.left || one.top < edge.top).length; }"""
    )
    assert outside == 0
    page.close()
