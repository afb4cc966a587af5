"""Figures as SVG files: they draw the numbers of the record, stand alone, and hold no markup from outside."""

import datetime
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report import write_report
from sim.report.charts import LIGHT, share_axis, time_axis
from sim.report.pages.history import largest
from sim.report.sections.outcomes import weeks
from sim.report.svg import TOLERANCE, number, number_of, path, thinned, ticks_of
from sim.report.values import Calendar
from tests.report.conftest import PAYLOAD

pytestmark = pytest.mark.slow

SVG = "{http://www.w3.org/2000/svg}"
FILES = ["incidence.svg", "states.svg", "hazard.svg", "dots.svg"]
NUMBER = re.compile(r"-?\d*\.?\d+")
POINTS = st.lists(st.tuples(st.floats(0, 800), st.floats(0, 400)), min_size=2, max_size=60, unique=True)


def parsed(file: Path) -> ElementTree.Element:
    return ElementTree.parse(file).getroot()  # noqa: S314 - our own file


@pytest.fixture
def drawn(record, written) -> dict[str, ElementTree.Element]:
    return {file.name: parsed(file) for file in written(record, figures=True)[3:]}


@pytest.fixture
def drawn_history(past, written_history) -> ElementTree.Element:
    return parsed(written_history(past, figures=True)[3])


def steps(text: str) -> list[tuple[float, float]]:
    """Follow a path, `M` and then steps, and return its points."""
    start, _, rest = text.removesuffix("z").partition("l")
    (x, y), moves = map(float, NUMBER.findall(start)), [float(one) for one in NUMBER.findall(rest)]
    points = [(x, y)]
    for dx, dy in zip(moves[::2], moves[1::2], strict=True):
        points.append((points[-1][0] + dx, points[-1][1] + dy))
    return points


def height_at(points: list[tuple[float, float]], x: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 - 0.051 <= x <= x1 + 0.051:
            return y0 + (y1 - y0) * min(1.0, max(0.0, (x - x0) / (x1 - x0)))
    raise AssertionError(f"{x} is not on the path")


class Frame:
    """Reads values off a drawing by its own axes: the labels of its ticks."""

    def __init__(self, root: ElementTree.Element) -> None:
        texts = {element.text: element for element in root.iter(f"{SVG}text")}
        percents = sorted(
            (float(text.rstrip("%")) / 100, float(one.get("y")) - 4)
            for text, one in texts.items()
            if one.get("text-anchor") == "end" and one.get("font-size") == "12"
        )
        (self.low, self.floor), (self.high, self.top) = percents[0], percents[-1]
        axis = next(one for one in root.iter(f"{SVG}line") if one.get("stroke") == LIGHT["muted"])
        self.left, self.right = float(axis.get("x1")), float(axis.get("x2"))

    def y(self, share: float) -> float:
        return self.floor + (share - self.low) / (self.high - self.low) * (self.top - self.floor)


def lines(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    return (one for one in root.iter(f"{SVG}path") if one.get("fill") == "none")


def areas(root: ElementTree.Element) -> list[list[tuple[float, float]]]:
    return [steps(one.get("d")) for one in root.iter(f"{SVG}path") if one.get("fill-opacity")]


def day_places(frame: Frame, horizon: int) -> list[float]:
    """Where "within n days" stands, for n from 0; a second before midnight is midnight here."""
    return [frame.left + n / horizon * (frame.right - frame.left) for n in range(horizon + 1)]


def test_only_figures_asked_for_are_written(record, written):
    assert [path.name for path in written(record, figures=True)[3:]] == FILES
    assert len(written(record)) == 3


def test_lines_of_first_events_lie_where_the_record_has_them(record, drawn):
    frame = Frame(drawn["incidence.svg"])
    places = day_places(frame, record["horizon"])
    drawn_lines = {one.get("stroke"): steps(one.get("d")) for one in lines(drawn["incidence.svg"])}
    for outcome in ("strikes", "agreement", "offensive", "limited", "full"):
        points = drawn_lines[LIGHT[outcome]]
        for x, p in zip(places, record["incidence"][outcome]["p"], strict=True):
            assert height_at(points, x) == pytest.approx(frame.y(p), abs=0.3), (outcome, x)


def test_bands_reach_from_the_low_to_the_high_bound(record, drawn):
    frame = Frame(drawn["incidence.svg"])
    outlines = areas(drawn["incidence.svg"])
    for outcome, outline in zip(
        ("strikes", "agreement", "terms", "offensive", "limited", "full"), outlines, strict=True
    ):
        curve = record["incidence"][outcome]
        turn = max(range(len(outline)), key=lambda place: outline[place][0])
        upper, lower = outline[: turn + 1], list(reversed(outline[turn + 1 :]))
        for n in (10, 30, 50):
            x = day_places(frame, record["horizon"])[n]
            assert height_at(upper, x) == pytest.approx(frame.y(curve["mc_high"][n]), abs=0.4), outcome
            assert height_at(lower, x) == pytest.approx(frame.y(curve["mc_low"][n]), abs=0.4), outcome


def test_areas_of_states_stand_on_one_another(record, drawn):
    frame = Frame(drawn["states.svg"])
    base = [0.0] * (record["horizon"] + 1)
    for state, outline in zip(("offensive", "terms", "agreement", "standoff"), areas(drawn["states.svg"]), strict=True):
        base = [below + share for below, share in zip(base, record["states"][state], strict=True)]
        for n, x in enumerate(day_places(frame, record["horizon"])[:-1]):
            assert height_at(outline, x) == pytest.approx(frame.y(base[n]), abs=0.4), (state, n)


def test_bars_are_as_high_as_the_weekly_hazard(record, drawn):
    frame = Frame(drawn["hazard.svg"])
    bars = [one for one in drawn["hazard.svg"].iter(f"{SVG}rect") if one.get("fill-opacity")]
    for bar, week in zip(bars, weeks(record), strict=True):
        assert float(bar.get("y")) == pytest.approx(frame.y(week.hazard.p), abs=0.15)
        assert float(bar.get("height")) == pytest.approx(frame.floor - frame.y(week.hazard.p), abs=0.15)


def test_dots_are_as_many_as_runs_of_each_end(record, drawn):
    shapes = {end: len(drawn["dots.svg"].findall(f".//*[@class='{end}']")) for end in record["ends"]}
    counts = {end: sum(dot["end"] == end for dot in record["dots"]) for end in record["ends"]}
    assert shapes == {end: count + 1 for end, count in counts.items()}, "one more in the key"
    texts = " ".join(one.text for one in drawn["dots.svg"].iter(f"{SVG}text"))
    assert f"{counts['standoff']} Standoff" in texts


def test_the_curve_of_a_history_lies_where_the_record_has_it(past, drawn_history):
    frame = Frame(drawn_history)
    dots = [(float(one.get("cx")), float(one.get("cy"))) for one in drawn_history.iter(f"{SVG}circle")]
    size = len(past["points"])
    for rank, days in enumerate(("180", "90", "30")):
        for (_, y), point in zip(dots[rank * size : (rank + 1) * size], past["points"], strict=True):
            assert y == pytest.approx(frame.y(point["by"][days]["p"]), abs=0.1)
    dates = [datetime.date.fromisoformat(point["date"]) for point in past["points"]]
    width = (dots[size - 1][0] - dots[0][0]) / (dates[-1] - dates[0]).days
    for (x, _), date in zip(dots[:size], dates, strict=True):
        assert x == pytest.approx(dots[0][0] + width * (date - dates[0]).days, abs=0.1)


def test_every_file_has_message_unit_description_and_source(record, past, drawn, drawn_history):
    drawn["history.svg"] = drawn_history
    for name, root in drawn.items():
        title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert (title.get("id"), desc.get("id"), root.get("aria-labelledby")) == ("title", "desc", "title desc"), name
        assert desc.text
        texts = [one.text for one in root.iter(f"{SVG}text")]
        assert " ".join(texts).startswith(title.text), "the message stands at the top"
        assert texts[-1].startswith(f"offramp, {record['scenario']['id']}") or name == "dots.svg"
    first = largest(past)[0]
    assert any(text.startswith(f"▼ {first[0]}. ") and first[4] in text for text in texts)


def test_scheduled_changes_are_told_beneath_the_figure(record, written):
    record["schedule"][0] |= {"start": 5.0, "end": 40.0}
    texts = [one.text for one in parsed(written(record, figures=True)[3]).iter(f"{SVG}text")]
    assert texts[-3].startswith("▼ 1. 24 Aug 2018: ")
    assert texts[-2].startswith("▼ 2. 28 Sep 2018: ")


def test_hostile_text_makes_no_elements(hostile, hostile_past, written, tmp_path):
    known = {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "line", "path", "circle", "text", "g", "style")
    }
    for file in [*written(hostile, figures=True)[3:], write_report(hostile_past, tmp_path, figures=True)[3]]:
        root = parsed(file)
        assert {one.tag for one in root.iter()} <= known
        assert not [name for one in root.iter() for name in one.attrib if name.startswith("on") or "href" in name]
        assert root.findall(f"{SVG}style") == [] or PAYLOAD not in root.find(f"{SVG}style").text


def test_what_cannot_be_in_xml_is_left_out(record, written):
    record["scenario"]["title"] = "a\x00b\x1b[31m\ud800c"
    for file in written(record, figures=True)[3:]:
        parsed(file)


def test_figures_without_data_are_left_out(record, written):
    record |= {"dots": []}
    for part in ("offensive", "limited", "full"):
        record["incidence"][part] = {key: [0.0] * 64 for key in ("p", "mc_low")} | {"mc_high": [0.0003] * 64}
    assert [path.name for path in written(record, figures=True)[3:]] == ["incidence.svg", "states.svg"]


@given(POINTS)
def test_points_left_out_of_a_path_lie_on_it(points):
    kept = thinned(points)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    places = [points.index(point) for point in kept]
    for (first, last), (start, end) in zip(pairwise(places), pairwise(kept), strict=True):
        for x, y in points[first + 1 : last] if first < last else ():
            length = ((end[0] - start[0]) ** 2 + (end[1] - start[1]) ** 2) ** 0.5
            cross = abs((end[0] - start[0]) * (start[1] - y) - (start[0] - x) * (end[1] - start[1]))
            assert length == 0 or cross / length <= TOLERANCE + 1e-6


@given(POINTS)
def test_a_path_does_not_drift(points):
    kept = thinned(points)
    for (x, y), (wanted_x, wanted_y) in zip(steps(path(points)), kept, strict=True):
        assert (x, y) == (pytest.approx(wanted_x, abs=0.0501), pytest.approx(wanted_y, abs=0.0501))


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (10, "10"), (0.25, ".2"), (-0.5, "-.5"), (100.04, "100"), (-12.34, "-12.3")]
)
def test_pixels_are_written_short(value, text):
    assert number(value) == text


def test_shares_are_ticked_in_round_steps():
    assert ticks_of(share_axis(0.5)) == [(pytest.approx(n / 10), f"{10 * n}%") for n in range(6)]
    assert [label for _, label in ticks_of(share_axis(0.02))] == ["0.0%", "0.5%", "1.0%", "1.5%", "2.0%"]


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (180, ["Sep\n2018", "Oct", "Nov", "Dec", "Jan\n2019", "Feb"]),
        (25, ["19 Aug\n2018", "26 Aug", "2 Sep", "9 Sep"]),
        (5, ["19 Aug\n2018", "20 Aug", "21 Aug", "22 Aug", "23 Aug", "24 Aug"]),
        (730, ["Jan\n2019", "Jul", "Jan\n2020", "Jul"]),
    ],
)
def test_dates_are_ticked_in_whole_days_weeks_or_months(days, labels):
    ticks = ticks_of(time_axis(Calendar(datetime.date(2018, 8, 19), days)))
    assert [label for _, label in ticks] == labels
    assert len(ticks) <= 7
    assert all(place == int(place) for place, _ in ticks)


def test_moments_are_days_with_their_part_of_the_day():
    assert number_of("2018-08-19T12:00:00") - number_of("2018-08-18") == 1.5


@pytest.mark.browser
def test_no_text_of_a_drawing_is_cut_or_covered(record, past, written, written_history, browser):
    files = [*written(record, figures=True)[3:], *written_history(past, figures=True)[3:]]
    for file in files:
        page = browser.new_page(viewport={"width": 1000, "height": 700})
        page.goto(file.as_uri())
        boxes = page.evaluate(
            """[...document.querySelectorAll('text')].map(one => {
                const box = one.getBBox();
                return [box.x, box.y, box.x + box.width, box.y + box.height, one.textContent];
            })"""
        )
        root = parsed(file)
        width, height = float(root.get("width")), float(root.get("height"))
        page.close()
        for left, top, right, bottom, text in boxes:
            assert min(left, top) >= 0, (file.name, text)
            assert right <= width, (file.name, text)
            assert bottom <= height, (file.name, text)
        for place, (left, top, right, bottom, text) in enumerate(boxes):
            for other in boxes[place + 1 :]:
                across, down = min(right, other[2]) - max(left, other[0]), min(bottom, other[3]) - max(top, other[1])
                assert across <= 1 or down <= 4, (file.name, text, other[4])
