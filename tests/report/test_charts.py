"""What the figures share: labels that do not touch, text that is no markup, one colour map for the dark."""

import datetime
import json
from itertools import pairwise

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.report.charts import DARK, safe, spread, time_axis, top_of
from sim.report.html import embedded
from sim.report.rows import Bar, Row, Words, rows_chart, shares_axis
from sim.report.svg import ticks_of
from sim.report.values import Calendar
from tests.report.conftest import PAYLOAD
from tests.report.said import charts

PLACES = st.lists(st.floats(0, 300), min_size=1, max_size=8)


@given(PLACES)
def test_labels_keep_their_order_and_distance_inside_the_plot(places):
    moved = spread(places, 17, 300)
    order = sorted(range(len(places)), key=lambda index: (places[index], index))
    assert all(moved[after] - moved[before] >= 17 - 1e-6 for before, after in pairwise(order))
    assert min(moved) >= -1e-6
    assert max(moved) <= 300 + 1e-6


def test_labels_with_room_stay_where_they_are():
    assert spread([200.0, 10.0, 100.0], 17, 300) == [200.0, 10.0, 100.0]


def test_two_labels_in_one_place_part_evenly():
    assert spread([100.0, 100.0], 20, 300) == [90.0, 110.0]


def test_axes_end_above_what_they_show():
    assert [top_of([value]) for value in (0.0, 0.011, 0.43, 0.91, 1.0)] == [0.01, 0.02, 0.5, 1.0, 1.0]


@pytest.mark.parametrize("small", [False, True])
def test_an_axis_of_few_days_labels_each_of_them_once(small):
    for days in range(1, 3 if small else 7):
        axis = time_axis(Calendar(datetime.date(2026, 2, 12), days), small=small)
        assert axis["dtick"] == 86_400_000
        assert [text.split("\n")[0] for _, text in ticks_of(axis)] == [f"{12 + day} Feb" for day in range(days + 1)]


def test_a_fan_of_one_week_shows_its_median(record):
    for actor in record["actors"].values():
        for kind in ("stance", "posture"):
            actor[kind] = {name: [values[0], *(None for _ in values[1:])] for name, values in actor[kind].items()}
    assert [trace["mode"] for trace in charts(record)["actor-1"]["data"]].count("markers") == 2


def test_text_of_a_scenario_is_no_markup_in_a_figure(hostile):
    text = json.dumps(charts(hostile), ensure_ascii=False)
    assert "<script" not in text
    assert "<a " not in text
    assert "<" not in safe(PAYLOAD)


def test_quotes_in_a_name_stay_quotes_in_a_figure():
    assert safe('the "Big" island\'s') == 'the "Big" island\'s'  # Plotly draws `&quot;` letter by letter


def test_embedded_values_cannot_end_their_script():
    text = embedded({"a": "</script><!-- &\u2028x", "b": [1.5, None]})  # a separator of lines becomes a space
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!-- & x", "b": [1.5, None]}


def test_a_bar_says_what_it_is_wherever_it_is_pointed_at():
    (bar,) = rows_chart([Row("a", [Bar(0, 1, "#000000", 8, said="b")])], shares_axis([1.0]))["data"]
    assert [after - before for before, after in pairwise(bar["x"][:-1])] == pytest.approx([0.05] * 20)
    assert set(bar["text"]) == {"b"}


def test_text_on_a_row_is_no_markup():
    row = Row(PAYLOAD, words=[Words(PAYLOAD, strong=PAYLOAD)], head=PAYLOAD, tail=PAYLOAD)
    for shift in (8, None):
        text = json.dumps(rows_chart([row], shares_axis([1.0]), name_shift=shift)["layout"], ensure_ascii=False)
        assert "<" not in text.replace("<b>", "").replace("</b>", "")


@pytest.mark.slow
def test_plotly_knows_every_property_of_every_chart(record, past):
    for name, chart in (charts(record) | charts(past)).items():
        assert go.Figure(chart).layout.height == chart["layout"]["height"], name


@pytest.mark.slow
def test_every_colour_of_a_figure_has_a_dark_version(record):
    found = set(_colours(charts(record)))
    assert found
    assert found <= set(DARK)


def _colours(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from _colours(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _colours(one)
    elif isinstance(value, str) and value.startswith(("#", "rgba(")) and value != "rgba(0,0,0,0)":
        yield value
