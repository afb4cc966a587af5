"""A history's three files: the curve, what moved it, and by how much."""

import datetime
import json
import re
from itertools import pairwise

import pytest

from sim.errors import ReportError
from sim.report import document_of
from sim.report.chance import Chance, Shift
from sim.report.pages.history import GUARD, PLACE, marks
from tests.places import ROOT
from tests.report import said
from tests.report.conftest import PAYLOAD
from tests.report.test_markdown import rendered
from tests.report.test_report import Text


@pytest.fixture
def files(past, written_history):
    page, markdown, stored = (path.read_text(encoding="utf-8") for path in written_history(past))
    return {"page": page, "text": Text(page).text, "markdown": markdown, "record": json.loads(stored)}


def moves_of(past):
    return next(
        one for caption, one in said.tables(document_of(past)).items() if caption.startswith("Change with each item")
    )


def test_it_writes_page_markdown_and_record(past, written_history):
    paths = written_history(past)
    assert [path.name for path in paths] == ["history.html", "history.md", "history.json"]
    assert json.loads(paths[2].read_text(encoding="utf-8")) == past


def test_the_same_record_is_the_same_bytes(past, written_history):
    first = [path.read_bytes() for path in written_history(past, figures=True)]
    assert [path.read_bytes() for path in written_history(past, figures=True)] == first


def test_the_lead_goes_from_the_first_date_to_the_last(past, files):
    start, end = (Chance.of(past["points"][place]["by"]["180"]).text for place in (0, -1))
    lead = f"within 180 days rises from {start} on 25 July 2018 to {end} on 19 August 2018"
    assert lead in files["text"]
    assert lead in files["markdown"]


def test_each_window_has_its_line_on_the_last_date(past, files):
    for days, entry in past["points"][-1]["by"].items():
        line = Chance.of(entry).line("icd203")
        assert f"Within {days} days {line}" in files["text"]
        assert f"| Within {days} days | {line} |" in files["markdown"]


def test_the_guard_against_hindsight_is_said(files):
    assert "only the evidence known by its date" in GUARD
    assert GUARD in files["text"]
    assert GUARD in files["markdown"]


def test_the_largest_move_comes_first_and_unclear_ones_are_named(past):
    rows = moves_of(past).rows
    moves = {move["id"]: move for move in past["moves"]}
    assert len(rows) == len(moves)
    sizes = [abs(moves[row[1]]["p"]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    for _, name, _, says, change, interval, remark in rows:
        shift = Shift.of(moves[name])
        assert (says, change, interval) == (moves[name]["says"], shift.number, shift.interval)
        assert remark == ("" if shift.is_clear else "no clear change")
    assert rows[-1][-1] == "no clear change"


def test_marks_are_numbered_in_order_of_time_and_keyed_to_the_table(past):
    assert [number for _, number in marks(past)] == list(range(1, 23))
    assert all(before[0] <= after[0] for before, after in pairwise(marks(past)))
    number = next(row[0] for row in moves_of(past).rows if row[1] == "E24")
    assert {number: date for date, number in marks(past)}[int(number)] == datetime.date(2018, 8, 10)


def test_the_curve_draws_the_numbers_of_the_record(past):
    spec = said.charts(past)[PLACE]
    bands, lines = spec["data"][::2], spec["data"][1::2]
    for days, band, line in zip(("180", "90", "30"), bands, lines, strict=True):
        points = [point["by"][days] for point in past["points"]]
        assert list(line["x"]) == [point["date"] for point in past["points"]]
        assert list(line["y"]) == [one["p"] for one in points]
        assert list(band["y"]) == [one["mc_high"] for one in points] + [one["mc_low"] for one in reversed(points)]
    texts = [one["text"] for one in spec["layout"]["annotations"]]
    assert texts[-3:] == ["<b>180 days 44%</b>", "90 days 29%", "30 days 16%"]
    assert [text for text in texts if text.startswith("▼")] == ["▼ 1", "▼ 2-4", "▼ 5-13", "▼ 14-22"]


def test_the_table_behind_the_figure_has_every_date(past):
    table = said.figures(document_of(past))[PLACE].table
    assert [len(row) for row in table.rows] == [5] * len(past["points"])
    for row, point in zip(table.rows, past["points"], strict=True):
        assert [cell.split(" ")[0] for cell in row[1:4]] == [Chance.of(one).text for one in point["by"].values()]
        assert row[4] == (", ".join(point["new_items"]) or "–")


def test_where_nothing_new_came_it_is_said(past, written_history):
    past["moves"] = []
    for path in written_history(past)[:2]:
        assert "no news moved it" in path.read_text(encoding="utf-8")


def test_a_single_date_is_a_dot_and_no_change(past, written_history):
    past["points"], past["moves"] = past["points"][-1:], []
    page, markdown, _ = (path.read_text(encoding="utf-8") for path in written_history(past))
    assert "is 44% on 19 August 2018" in Text(page).text
    assert "rises" not in markdown


@pytest.mark.parametrize(
    ("start", "words"), [(0.6, "falls from 60%"), (0.4413, "is 44% on 19 August 2018, as on 25 July")]
)
def test_a_fall_and_no_change_are_told_as_they_are(past, start, words):
    past["points"][0]["by"]["180"] |= {"p": start, "mc_low": start - 0.01, "mc_high": start + 0.01}
    assert words in said.figures(document_of(past))[PLACE].title


@pytest.mark.parametrize(("scale", "words"), [("phia", "realistic possibility, 40-50%"), ("none", "44%: about 2 in 5")])
def test_another_scale_of_words_may_be_chosen(past, written_history, scale, words):
    for path in written_history(past, words=scale)[:2]:
        text = path.read_text(encoding="utf-8")
        assert words in (Text(text).text if path.suffix == ".html" else text)
        assert "very unlikely" not in text


def test_hostile_text_makes_no_html_and_no_links_in_markdown(hostile_past, written_history):
    text = written_history(hostile_past)[1].read_text(encoding="utf-8")
    tokens = rendered(text)
    assert [token.content for token in tokens if token.type.startswith("html")] == []
    assert [token.attrs for token in tokens if token.type in ("link_open", "image")] == []
    for block in re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.strip().splitlines()}) == 1


def test_hostile_text_is_escaped_on_the_page(hostile_past, written_history):
    page = written_history(hostile_past)[0].read_text(encoding="utf-8")
    assert PAYLOAD in Text(page).text.replace("\n", " ")
    assert "<img" not in page.split("<script")[0]


def test_records_of_another_format_or_with_holes_are_refused(past, written_history):
    with pytest.raises(ReportError, match="offramp/history/1"):
        written_history(past | {"schema": "offramp/history/2"})
    with pytest.raises(ReportError, match="no scale of words"):
        written_history(past, words="kent")
    del past["moves"]
    with pytest.raises(ReportError, match="lacks 'moves'"):
        written_history(past)


def test_the_format_reference_names_every_key(past):
    text = (ROOT / "docs" / "forecast.md").read_text(encoding="utf-8").split("## The history file")[1]
    named = set(re.findall(r"`(\w+)`", text))
    assert set(past) <= named
    assert set(past["points"][0]) | set(past["moves"][0]) <= named
