"""A sweep's report: the right figure for its design, every number from the record, hostile text harmless."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.errors import ReportError
from sim.report import charts, document_of, write_report
from sim.report.chance import Chance, Shift
from sim.report.document import Block, walk
from sim.report.files import columns_of, to_csv
from sim.report.maps import contour_levels
from sim.report.pages.sweep import FEW, MOST_CELLS
from sim.report.pages.sweep_figures import figures_of, rank_correlations, shape_of
from sim.studies.sweep.runner import Row, head_of, record_of
from tests.places import ROOT
from tests.report import said
from tests.report.conftest import PAYLOAD
from tests.report.test_markdown import rendered
from tests.report.test_page import PHONE, SIGHTS, opened, overflow
from tests.report.test_report import Text
from tests.studies.sweep.worlds import sweep

Write = Callable[..., list[Path]]
BODIES = {
    "map": """
        base: crisis.yaml
        axes:
          pressures.appeal.intensity: {from: 0, to: 1, steps: 21}
          actors.shield.posture: {from: 0, to: 1, steps: 21}
    """,
    "lines": "base: crisis.yaml\naxes:\n  actors.shield.posture: {from: 0, to: 1, steps: 5}\n",
    "tornado": """
        base: crisis.yaml
        design: one-at-a-time
        axes:
          pressures.appeal.intensity: [0, 1]
          actors.shield.posture: [0.2, 0.8]
          pressures.appeal.half_life: [10]
    """,
    "list": "base: crisis.yaml\naxes:\n  pressures.appeal.aim: [restrain, encourage]\n",
    "parallel": "base: crisis.yaml\ndesign: {sobol: 32}\naxes: uncertain\n",
}


def outcome(p: float) -> dict[str, float]:
    low, high = max(0.0, p - 0.01), min(1.0, p + 0.01)
    return {"p": round(p, 6), "mc_low": round(low, 6), "mc_high": round(high, 6), "input_sd": 0.1}


def stand_in(cells: list[Any], inputs: list[dict[str, Any]], *, changes: bool) -> list[Row]:
    """Rows with a probability made from their inputs instead of runs: falls with the appeal, rises with all else."""
    rows = []
    for cell, values in zip(cells, inputs, strict=True):
        weight = {"pressures.appeal.intensity": -0.2, "actors.shield.posture": 0.1}
        numbers = {path: value for path, value in values.items() if isinstance(value, (int, float))}
        p = 0.4 + sum(weight.get(path, 0.0) * value for path, value in numbers.items())
        if values.get("pressures.appeal.aim") == "encourage":
            p += 0.1
        by = {day: outcome(p * share) for day, share in (("5", 0.5), ("10", 1.0))}
        change = {
            day: {"p": 0.03 * cell.index, "mc_low": 0.02 * cell.index, "mc_high": 0.04 * cell.index} for day in by
        }
        rows.append({
            "index": cell.index, "cell": cell.id, "label": cell.label, "changed": list(cell.changes), "inputs": values,
            "scenario_hash": cell.hash, "status": "complete", "error": None, "runs": 4096,
            "runs_digest": f"{cell.index}", "outcomes": dict.fromkeys(
                ("strikes", "agreement", "offensive", "limited", "full"), by), "page": None,
            "changes": dict.fromkeys(("strikes", "agreement", "offensive"), change) if changes else None,
        })  # fmt: skip
    return rows


@pytest.fixture(scope="session")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """A record for each kind of figure."""
    made = {}
    for name, body in BODIES.items():
        loaded = sweep(tmp_path_factory.mktemp(name), body)
        inputs = [loaded.inputs(cell, loaded.scenario(cell)) for cell in loaded.cells]
        rows = stand_in(list(loaded.cells), inputs, changes=loaded.has_reference)
        made[name] = record_of(head_of(loaded, "offramp sweep run sweep.yaml"), rows)
    return made


@pytest.fixture
def record(records: dict[str, dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
    """A record of one's own."""
    return lambda name: copy.deepcopy(records[name])


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a sweep into a folder of its own and return its paths: page, Markdown, record, CSV, Parquet."""
    return lambda record, **options: write_report(record, tmp_path / "sweep", **options)


def spoiled(record: dict[str, Any]) -> dict[str, Any]:
    """The record with hostile text in every place that a user's file can reach."""
    record["sweep"]["title"] += PAYLOAD
    record["sweep"]["about"] = PAYLOAD
    record["command"] += PAYLOAD
    for row in record["rows"]:
        row["label"] = f"=1+1 {row['label']} {PAYLOAD}"
    if len(record["rows"]) < 100:
        record["axes"] = {f"{path}{PAYLOAD}": value for path, value in record["axes"].items()}
        for row in record["rows"]:
            row["inputs"] = {f"{path}{PAYLOAD}": value for path, value in row["inputs"].items()}
            row["changed"] = [f"{path}{PAYLOAD}" for path in row["changed"]]
        record["rows"][-1] |= {
            "status": "failed",
            "error": f"ValueError: {PAYLOAD}\n",
            "outcomes": None,
            "changes": None,
        }
        record["without_effect"] = [[record["rows"][0]["cell"], record["rows"][1]["cell"]]]
    return record


# -- figures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BODIES)
def test_each_design_has_its_figure(record, name):
    assert shape_of(record(name)) == name


def test_a_map_has_every_cell_in_its_place(record):
    one = record("map")
    figure = next(iter(figures_of(one)))
    spec = figure.chart()
    heat = spec["data"][0]
    assert figure.id == "map-10"
    for row in one["rows"]:
        column = list(heat["x"]).index(row["inputs"]["pressures.appeal.intensity"])
        line = list(heat["y"]).index(row["inputs"]["actors.shield.posture"])
        assert heat["z"][line][column] == row["outcomes"]["offensive"]["10"]["p"]
        assert heat["customdata"][line][column] == row["cell"]
        assert Chance.of(row["outcomes"]["offensive"]["10"]).text in heat["text"][line][column]
        assert figure.table.rows[line][1 + column] == Chance.of(row["outcomes"]["offensive"]["10"]).text


def test_a_map_has_a_contour_at_each_chosen_probability_within_it(record):
    one = record("map")
    one["contours"] = [0.25, 0.3, 0.9]
    spec = next(iter(figures_of(one))).chart()
    assert [trace["contours"]["start"] for trace in spec["data"][1:]] == [0.25, 0.3]
    assert contour_levels([0.1, 0.62], None) == [0.2, 0.3, 0.4, 0.5, 0.6]
    assert contour_levels([0.31, 0.42], None) == [0.35, 0.4]


def test_a_failed_cell_is_a_hole_in_the_map(record):
    one = record("map")
    one["rows"][0] |= {"status": "failed", "error": "ValueError: x", "outcomes": None}
    figure = next(iter(figures_of(one)))
    spec = figure.chart()
    assert spec["data"][0]["z"][0][0] is None
    assert spec["data"][0]["text"][0][0] == "failed"
    assert figure.table.rows[0][1] == "–"


def test_a_tornado_is_sorted_by_size_and_draws_the_paired_changes(record):
    one = record("tornado")
    figure = next(iter(figures_of(one)))
    spec = figure.chart()
    rows = [row for row in one["rows"] if row["changed"]]
    dots = spec["data"][-1]
    drawn = dict(zip(dots["customdata"], dots["x"], strict=True))
    for row in rows:
        assert drawn[row["cell"]] == pytest.approx(100 * row["changes"]["offensive"]["10"]["p"])
    assert [line[2] for line in figure.table.rows] == [
        Shift.of(row["changes"]["offensive"]["10"]).number for row in (rows[4], rows[2], rows[3], rows[0], rows[1])
    ]
    assert figure.title.endswith(rows[4]["label"])


def test_lines_draw_each_window_with_its_band(record):
    one = record("lines")
    figure = next(iter(figures_of(one)))
    spec = figure.chart()
    bands, lines = spec["data"][::2], spec["data"][1::2]
    for day, band, line in zip(("10", "5"), bands, lines, strict=True):
        points = [row["outcomes"]["offensive"][day] for row in one["rows"]]
        assert list(line["y"]) == [point["p"] for point in points]
        assert list(band["y"]) == [p["mc_high"] for p in points] + [p["mc_low"] for p in reversed(points)]
    assert len(figure.table.rows) == 5


def test_rank_correlations_find_what_moves_it_and_hold_what_does_not(record):
    one = record("parallel")
    found = rank_correlations(one)
    assert (found[0].path, found[0].value) == ("pressures.appeal.intensity", pytest.approx(-1, abs=1e-3))
    assert all(-1 <= other.low <= other.value <= other.high <= 1 for other in found)
    others = [other for other in found[1:] if other.low <= 0 <= other.high]
    assert len(others) > 0.8 * len(found[1:])


def test_parallel_coordinates_have_a_line_for_each_cell_and_a_key(record, write):
    one = record("parallel")
    *_, figure = figures_of(one)
    spec = figure.chart()
    points = sum(sum(value is None for value in trace["x"]) for trace in spec["data"])
    assert points == len(one["rows"]) == 32
    page = Text(write(one)[0].read_text(encoding="utf-8")).text
    for number, path, *_ in figure.table.rows:
        assert re.search(rf"\b{number}\s+{re.escape(path)}", page)


# -- page, Markdown, table ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BODIES)
def test_the_same_record_is_the_same_bytes_and_all_numbers_are_in_page_and_markdown(record, write, name):
    one = record(name)
    paths = write(one)
    first = [path.read_bytes() for path in paths]
    assert [path.read_bytes() for path in write(record(name))] == first
    assert json.loads(paths[2].read_text(encoding="utf-8")) == one
    page, markdown = Text(first[0].decode()).text, first[1].decode()
    low, high = (
        min(one["rows"], key=lambda row: row["outcomes"]["offensive"]["10"]["p"]),
        max(one["rows"], key=lambda row: row["outcomes"]["offensive"]["10"]["p"]),
    )
    for row in (low, high):
        text = Chance.of(row["outcomes"]["offensive"]["10"]).text
        assert f"{text} ({row['label']})" in page
        assert text in markdown
        assert row["cell"] in page
        assert row["cell"] in markdown
    for figure in figures_of(one):
        assert figure.title in page
        assert figure.alt in first[0].decode().replace("&#34;", '"').replace("&#39;", "'").replace("&amp;", "&")


def test_many_cells_are_cut_in_the_markdown_and_whole_in_the_table(record, write):
    one = record("map")
    paths = write(one)
    assert len(list(csv.reader(io.StringIO(paths[3].read_text(encoding="utf-8"))))) == 442
    markdown = paths[1].read_text(encoding="utf-8")
    assert f"the {FEW} highest and the {FEW} lowest of 441" in markdown
    assert sum(row["cell"] in markdown for row in one["rows"]) == 2 * FEW


def test_the_page_holds_a_bounded_number_of_cells(record):
    one = record("map")
    one["rows"] = [{**row, "cell": f"{n}-{row['cell']}"} for n in range(5) for row in one["rows"]]
    blocks = {part.name: part.content for part in walk(document_of(one)) if isinstance(part, Block)}
    note, cells = blocks["note"], blocks["cells"]
    assert len(cells["rows"]) == MOST_CELLS
    assert f"sweep.csv has {5 * 441 - MOST_CELLS} more cells" in note


def test_a_spread_of_nothing_is_a_number_and_an_unknown_one_a_dash(record):
    one = record("lines")
    for row, sd in zip(one["rows"], (0.0, None), strict=False):
        row["outcomes"]["offensive"][str(one["horizon"])]["input_sd"] = sd
    table = next(part.content for part in walk(document_of(one)) if isinstance(part, Block) and part.name == "cells")
    spread = next(cell for head, _, cell in table["columns"] if head == "Input sd")
    assert [spread(row) for row in table["rows"][:2]] == [("0 points", 0.0), ("–", "")]


def test_remarks_tell_of_failures_missed_precision_and_inputs_without_effect(record, write):
    one = record("lines")
    one["rows"][0] |= {"status": "failed", "error": "ValueError: boom", "outcomes": None}
    one["rows"][1]["status"] = "imprecise"
    one["precision"] = 0.01
    one["without_effect"] = [[one["rows"][2]["cell"], one["rows"][3]["cell"]]]
    one["environment"]["cpu"] = ["x86_64-AVX2", "x86_64-AVX512_SKX"]
    page, markdown = (path.read_text(encoding="utf-8") for path in write(one)[:2])
    for words in (
        "1 of 5 cells failed",
        "1 of 5 cells did not reach the precision of 0.01",
        "No effect: in 2 cells every single run went the same way",
        "processors of different levels",
        "ValueError: boom",
    ):
        assert words in Text(page).text
        assert words in markdown.replace("\\", "")


def verdict(number: int, verdict: str, gate: str = "falls") -> dict[str, Any]:
    return {
        "index": number, "suite": "sweep", "cell": f"cell {number}", "gate": gate, "verdict": verdict,
        "says": "an offensive comes within 10 days", "above": None, "below": 0.4, "low": 0.31234, "high": 0.35678,
        "estimate": 0.33, "between": "", "runs": 8192, "seed": 0, "message": "", "file": "sweep.yaml", "line": 3,
    }  # fmt: skip


def test_verdicts_stand_in_page_and_markdown_worst_first(record, write):
    one = record("lines")
    one["gates"] = {"alpha": 0.05, "max_runs": 200_000, "count": 3}
    one["verdicts"] = [verdict(0, "pass"), verdict(1, "fail", PAYLOAD), verdict(2, "undecided")]
    page, markdown = (path.read_text(encoding="utf-8") for path in write(one)[:2])
    table = said.tables(document_of(one))["Gates of this sweep, worst first"]
    assert [row[0] for row in table.rows] == ["failed", "undecided", "passed"]
    assert "<img" not in page.split("<script")[0]
    for text in (Text(page).text.replace("\n", " "), markdown.replace("\\", "")):
        assert "Gates: 1 failed, 1 undecided, 1 passed; the chance that any verdict is false is at most 5%" in text
        assert text.index("cell 1") < text.rindex("cell 2")
        for words in ("0.3123 to 0.3568", "below 0.4", "8,192", "an offensive comes within 10 days"):
            assert words in text


def test_more_verdicts_than_a_page_shows_are_counted_and_a_sweep_without_gates_has_none(record, write):
    one = record("lines")
    assert said.section(one, "gates") is None
    assert "Gates" not in write(one)[1].read_text(encoding="utf-8")
    one["gates"] = {"alpha": 0.05, "max_runs": 200_000, "count": 150}
    one["verdicts"] = [verdict(n, "pass") for n in range(150)]
    (shown,) = said.tables(said.section(one, "gates")).values()
    assert len(shown.rows) == 100
    assert "50 more are in sweep.json" in write(one)[1].read_text(encoding="utf-8")


def test_a_sweep_of_failed_cells_only_has_a_report_too(record, write):
    one = record("tornado")
    for row in one["rows"]:
        row |= {"status": "failed", "error": "ValueError: boom", "outcomes": None, "changes": None}
    page, markdown = (path.read_text(encoding="utf-8") for path in write(one)[:2])
    assert "No cell has a result" in Text(page).text
    assert "ValueError: boom" in markdown


def test_text_that_a_spreadsheet_would_run_gets_a_quote_before_it(record):
    one = record("list")
    one["rows"][0] |= {"label": "=HYPERLINK(1)", "error": "@x\r\ny"}
    one["rows"][1] |= {"label": "-2+3"}
    rows = list(csv.DictReader(io.StringIO(to_csv(one))))
    assert [row["label"] for row in rows] == ["'=HYPERLINK(1)", "'-2+3"]
    assert rows[0]["error"] == "'@x y"


def test_a_column_of_numbers_and_distributions_is_text_and_of_numbers_is_numbers(record):
    one = record("tornado")
    table = columns_of(one)
    assert table["pressures.appeal.intensity"][0] == '{"uniform": [0.2, 0.8]}'
    assert table["actors.shield.posture"] == [0.4, 0.4, 0.4, 0.2, 0.8, 0.4]
    assert table["offensive.10.change"][1:3] == [0.03, 0.06]


def test_hostile_text_makes_no_html_and_no_links(record, write):
    for name in BODIES:
        one = spoiled(record(name))
        page, markdown = (path.read_text(encoding="utf-8") for path in write(one)[:2])
        assert "<img" not in page.split("<script")[0]
        assert PAYLOAD in Text(page).text.replace("\n", " ")
        tokens = rendered(markdown)
        assert [token.content for token in tokens if token.type.startswith("html")] == []
        assert [token.attrs for token in tokens if token.type in ("link_open", "image")] == []


def test_records_of_another_format_or_with_holes_are_refused(record, write):
    with pytest.raises(ReportError, match="offramp/sweep-result/1"):
        write({"schema": "x"})
    with pytest.raises(ReportError, match="no scale of words"):
        write(record("lines"), words="kent")
    one = record("lines")
    del one["axes"]
    with pytest.raises(ReportError, match="lacks 'axes'"):
        write(one)


def test_the_heat_colours_are_no_colours_of_lines():
    """Else repainting for the dark scheme would take one for the other."""
    assert not set(charts.HEAT) & set(charts.LIGHT.values())


def test_the_guide_names_every_key_of_the_record(record):
    text = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+)`", text))
    one = record("tornado")
    assert set(one) <= named
    assert set(one["rows"][0]) <= named


# -- in a browser -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.browser
@SIGHTS
@pytest.mark.parametrize("name", BODIES)
def test_it_opens_offline_without_errors_or_overflow(record, write, browser, name, viewport, schemes):
    path = write(record(name))[0]
    with opened(browser, path, viewport=viewport, color_scheme=schemes[0], offline=True) as seen:
        for scheme in schemes:
            assert overflow(seen.page) <= 0
            assert seen.messages == []
            assert seen.requests == [path.as_uri()]
            if scheme == schemes[0]:
                seen.change_to(schemes[1])


@pytest.mark.slow
@pytest.mark.browser
def test_hostile_text_does_nothing_in_a_browser(record, write, browser):
    for name in BODIES:
        one = record(name)
        if name == "map":  # nine cells of it, again a whole grid, are quicker to open
            one["rows"] = [row for row in one["rows"] if set(row["inputs"].values()) <= {0.0, 0.5, 1.0}]
        with opened(browser, write(spoiled(one))[0], viewport=PHONE) as seen:
            assert seen.page.evaluate("window.hit") is None
            assert seen.dialogs == []
            assert seen.page.evaluate("document.querySelectorAll('img').length") == 0
            assert overflow(seen.page) <= 0


@pytest.fixture(scope="module")
def wide(records, browser, tmp_path_factory):
    """The map of 441 cells, opened once for the tests of what is done to it."""
    with opened(browser, write_report(records["map"], tmp_path_factory.mktemp("wide"))[0]) as seen:
        yield seen


@pytest.mark.slow
@pytest.mark.browser
def test_a_heading_sorts_up_and_down_and_numbers_as_numbers(records, wide):
    column = "[...document.querySelectorAll('#cell-table tbody tr')].map(row => row.cells[4].dataset.v)"
    button = wide.page.get_by_role("button", name=re.compile("^Within 10 days"))
    button.click()
    values = list(map(float, wide.page.evaluate(column)))
    assert values == sorted(row["outcomes"]["offensive"]["10"]["p"] for row in records["map"]["rows"])
    assert button.evaluate("one => one.closest('th').getAttribute('aria-sort')") == "ascending"
    button.press("Enter")
    assert list(map(float, wide.page.evaluate(column))) == values[::-1]


@pytest.mark.slow
@pytest.mark.browser
def test_a_click_on_the_map_goes_to_the_row_of_the_cell(records, wide):
    plot = wide.page.locator("#map-10 .nsewdrag")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    wide.page.mouse.move(box["x"] + 8, box["y"] + box["height"] - 8)
    wide.page.mouse.click(box["x"] + 3, box["y"] + box["height"] - 3)  # the cell at the lower left
    wide.wait_for("location.hash !== ''")
    wanted = next(row for row in records["map"]["rows"] if set(row["inputs"].values()) == {0.0})
    assert wide.page.evaluate("location.hash") == f"#c-{wanted['cell']}"


@pytest.mark.slow
@pytest.mark.browser
def test_a_report_of_441_cells_draws_hardly_more_than_one_of_five(record, write, wide, browser):
    """How long a page takes depends on the machine; what it has to lay out outside of folded tables does not."""
    drawn = "document.querySelectorAll('.plot *').length"
    with opened(browser, write(record("lines"))[0]) as few:
        assert 0 < wide.page.evaluate(drawn) < 3 * few.page.evaluate(drawn)


@pytest.mark.parametrize("text", [";=1", "x;=1", " ;\t+1", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201", '"=1', "a; '@x"])
def test_no_cell_of_the_table_is_a_formula_whichever_sign_parts_its_columns(record, text):
    one = record("list")
    one["rows"][0] |= {"label": text}
    label = next(csv.DictReader(io.StringIO(to_csv(one))))["label"]
    assert not any(re.match('[\\s"]*[=+\\-@\uff1d\uff0b\uff0d\uff20]', cell) for cell in label.split(";"))


def test_control_signs_do_not_reach_the_table_or_the_markdown(record, write):
    one = record("list")
    for row in one["rows"]:
        row["label"] = "a\x1b[31m b\u202ec\u2066 سال\u200cها"
    markdown = write(one)[1].read_text(encoding="utf-8")
    for text in (to_csv(one), markdown):
        assert not set(text) & set("\x1b\u202e\u2066")
        assert "x1b" in text
        assert "سال\u200cها" in text
