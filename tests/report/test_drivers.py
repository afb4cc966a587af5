"""What a report says of drivers and indicators: words, figures and tables agree with the record and claim no cause."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sim.report.chance import Chance
from sim.report.document import Figure, Section
from sim.report.pages.drivers import clear_inputs
from sim.report.reading import group_name, input_name
from sim.report.sections.indicators import OBSERVED, signs
from sim.scenario.levels import level
from tests.report.conftest import PAYLOAD, spoil_record
from tests.report.said import charts, figures, markdown_of, page_of, section, texts

Record = dict[str, Any]
CAUSAL = re.compile(r"\b(caus\w+|because of|due to|leads? to|results? in|drives)\b", re.IGNORECASE)


def drawn(one: Section | None) -> Figure:
    assert one is not None
    (figure,) = figures(one).values()
    return figure


def test_the_first_driver_leads_with_both_its_ends(record: Record) -> None:
    said, first = section(record, "drivers"), record["drivers"]["by"]["63"]["inputs"][0]
    assert said is not None
    for end in ("at_low", "at_high"):
        assert Chance.of(first[end]).text in texts(said)[0]
    assert input_name(record, first["path"])[1:] in texts(said)[0]
    assert drawn(said).table.rows[0][0] == input_name(record, first["path"])
    assert len(drawn(said).table.rows) == len(record["drivers"]["by"]["63"]["inputs"])


@pytest.mark.slow
def test_the_figure_shows_only_what_is_clear(record: Record) -> None:
    assert clear_inputs(record)
    for one in record["drivers"]["by"]["63"]["inputs"]:
        one["index"]["low"] = -0.01
    assert clear_inputs(record) == []
    assert section(record, "drivers") is None
    assert "drivers-figure" not in charts(record)


def test_finding_out_is_recommended_only_of_what_can_be_looked_up(record: Record) -> None:
    inputs = record["drivers"]["by"]["63"]["inputs"]
    inputs[0]["can_be_looked_up"], inputs[1]["can_be_looked_up"] = False, True
    inputs[1]["index"]["low"] = 0.01
    said = section(record, "drivers")
    assert said is not None
    assert input_name(record, inputs[0]["path"])[1:] not in texts(said)[-2]
    assert f"{input_name(record, inputs[1]['path'])[1:]} is worth the most" in texts(said)[-2]
    assert drawn(said).table.rows[0][-1] == "cannot be looked up"
    for one in inputs:
        one["can_be_looked_up"] = False
    said = section(record, "drivers")
    assert said is not None
    assert "nothing here is worth finding out" in " ".join(texts(said))


def test_a_spread_that_stays_the_same_to_the_point_is_not_told_as_a_change(record: Record) -> None:
    by = record["drivers"]["by"]["63"]
    by["inputs"][0] |= {"can_be_looked_up": True, "sd_left": by["variance"]["probability"] ** 0.5 - 0.0001}
    said = section(record, "drivers")
    assert said is not None
    assert "leaves its standard deviation at" in " ".join(texts(said))
    by["inputs"][0]["sd_left"] = 0.1
    said = section(record, "drivers")
    assert said is not None
    assert "to 10 points" in " ".join(texts(said))


def test_an_input_without_any_effect_is_never_the_first_driver(record: Record) -> None:
    first, second = record["drivers"]["by"]["63"]["inputs"][:2]
    first |= {"no_effect": "the pressure does not act within the window", "direction": "no effect"}
    second["index"]["low"] = 0.01
    said = section(record, "drivers")
    assert said is not None
    assert input_name(record, second["path"])[1:] in texts(said)[0]
    assert input_name(record, first["path"]) not in [input_name(record, one["path"]) for one in clear_inputs(record)]
    assert drawn(said).table.rows[0][4] == "no effect"
    assert "No effect within the window:" in " ".join(texts(said))
    assert "the pressure does not act within the window" in " ".join(texts(said))


def test_an_index_below_zero_is_shown_as_nothing(record: Record) -> None:
    by = record["drivers"]["by"]["63"]
    by["inputs"][-1]["index"] = {"value": -0.004, "low": -0.01, "high": 0.002}
    said = section(record, "drivers")
    assert said is not None
    assert drawn(said).table.rows[-1][2:4] == ("<1%", "<1% to <1%")
    by["inputs"][-1]["index"] = None
    said = section(record, "drivers")
    assert said is not None
    assert drawn(said).table.rows[-1][2:4] == ("–", "–")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("actors.turkey.frailty", "Unobserved leaning of Turkey"),
        ("ties.germany.russia", "Leverage of Germany over Russia"),
        ("pressures.german-appeal.intensity", "Intensity of German Appeal"),
        ("parameters.launch_rate", "Launch rate (parameter)"),
        ("credibility", "Credibility"),
    ],
)
def test_inputs_have_names_for_readers(record: Record, path: str, name: str) -> None:
    assert input_name(record, path) == name


def test_groups_have_names_for_readers(record: Record) -> None:
    assert group_name(record, "structural") == "Structural parameters"
    assert group_name(record, "turkey") == "Turkey"


def test_the_first_indicator_leads_with_both_its_sides(record: Record) -> None:
    said, first = section(record, "indicators"), signs(record)[0]
    assert said is not None
    for one in (first.if_seen, first.if_not, first.unknown, first.seen):
        assert one.text in texts(said)[0]
    assert first.given in texts(said)[-1]
    assert record["indicators"][0]["given"] == first.given


def test_the_first_indicator_says_among_which_futures_it_is_seen(record: Record) -> None:
    assert "of the futures that have not ended by then" in texts(section(record, "indicators"))[0]  # type: ignore[arg-type]
    first = next(one for one in record["indicators"] if one["given"] == signs(record)[0].given)
    first["given"] = None  # as of terms of surrender, which end a future
    said = texts(section(record, "indicators"))  # type: ignore[arg-type]
    assert "of the futures without an offensive by then" in said[0]
    assert "for terms of surrender, all without an offensive by then" in said[1]


def test_the_title_of_the_drivers_claims_no_more_than_their_order(record: Record) -> None:
    shown = clear_inputs(record)
    shown[1] |= {
        "at_low": {"p": 0.0, "mc_low": 0.0, "mc_high": 0.01},
        "at_high": {"p": 1.0, "mc_low": 0.99, "mc_high": 1.0},
    }
    title = drawn(section(record, "drivers")).title
    assert title.startswith(f"{input_name(record, shown[0]['path'])} has the largest index")
    assert shown[0]["index"]["value"] == max(one["index"]["value"] for one in shown)


def test_of_each_thing_and_day_the_figure_shows_one_level(record: Record) -> None:
    labels = [one.label for one in signs(record)]
    assert len(labels) == len(set(labels)) == 10
    table = drawn(section(record, "indicators")).table
    assert len(table.rows) == len(record["indicators"]) == 18


def test_an_indicator_never_seen_has_a_row_and_no_bar(record: Record) -> None:
    for one in record["indicators"]:
        for by in one["by"].values():
            by |= {"if_seen": None, "difference": None, "moves": None}
    assert section(record, "indicators") is None
    assert "indicators-figure" not in charts(record)


def test_forecasts_without_them_have_neither(record: Record) -> None:
    record |= {"drivers": None, "indicators": []}
    assert section(record, "drivers") is None
    assert section(record, "indicators") is None
    assert 'id="drivers"' not in page_of(record)


def test_nothing_is_said_to_cause_anything(record: Record) -> None:
    drivers, watch = section(record, "drivers"), section(record, "indicators")
    assert drivers is not None
    assert watch is not None
    said = [*texts(drivers), *texts(watch)]
    for one in (drawn(drivers), drawn(watch)):
        said += [one.title, one.unit, one.alt, one.table.caption]
    assert not [text for text in said if CAUSAL.search(text)]


@pytest.mark.slow
def test_text_of_a_scenario_stays_text(record: Record) -> None:
    spoiled = spoil_record(record, PAYLOAD)
    page = page_of(spoiled)
    assert "<script>window.hit" not in page
    assert 'id="drivers"' in page
    assert 'id="indicators"' in page
    assert "<script>" not in markdown_of(spoiled)


@pytest.mark.slow
def test_page_and_markdown_have_both_sections(record: Record) -> None:
    markdown = markdown_of(record)
    assert "## Drivers" in markdown
    assert "## What to watch for" in markdown
    page = page_of(record)
    for place in ("drivers-figure", "indicators-figure"):
        assert f'id="{place}"' in page


@pytest.mark.parametrize(
    ("posture", "above", "role", "below", "at_least"),
    [
        ("readiness", 0.25, "initiator", "standing-down", "routine"),
        ("readiness", 0.5, "initiator", "routine", "moving"),
        ("readiness", 0.75, "initiator", "moving", "massed"),
        ("deterrence", 0.25, "guarantor", "weak", "in-place"),
        ("deterrence", 0.5, "guarantor", "weak", "in-place"),
        ("deterrence", 0.75, "guarantor", "in-place", "reinforcing"),
    ],
)
def test_what_would_be_seen_is_the_level_at_about_that_posture(
    posture: str, above: float, role: str, below: str, at_least: str
) -> None:
    """A threshold lies above the median of the level below it, and no higher than that of the level it stands for."""
    assert (posture, above) in OBSERVED
    medians = [level(f"{role}.posture", name).distribution.median for name in (below, at_least)]
    assert medians[0] < above <= medians[1]
