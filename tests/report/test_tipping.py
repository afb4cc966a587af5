"""What a report says of tipping points: the answer, how sure, and where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.errors import ReportError
from sim.report import document_of, write_report
from sim.report.pages.tipping import to_error
from tests.report.said import charts, tables, texts

Record = dict[str, Any]
PATH = "pressures.offer.intensity"


def row(value: Any, p: float) -> Record:
    return {"value": value, "p": p, "mc_low": p - 0.01, "mc_high": p + 0.01}


def crossing(value: float, **more: Any) -> Record:
    return {
        "value": value, "along": PATH, "low": value - 0.1, "high": value + 0.1, "low_open": False, "high_open": False,
        "direction": "falling", "searched": 0.004, "probability": row(value, 0.1), **more,
    }  # fmt: skip


def answer(**more: Any) -> Record:
    points = [row(value / 4, 0.2 - value / 20) for value in range(5)]
    return {
        "schema": "offramp/tipping/1", "scenario": {"id": "x", "title": "Does it <begin>?", "hash": "0"},
        "as_of": "2020-01-01", "outcome": "offensive", "within": 90, "target": 0.1,
        "inputs": [{"path": PATH, "low": 0.0, "high": 1.0, "base": {"uniform": [0.0, 1.0]}}],
        "seed": 0, "runs": 8192, "replicates": 2, "level": 0.95, "verdict": "reached", "grid": [[0.0, 0.5, 1.0]],
        "crossings": [crossing(0.5)], "apart": True, "nearest": points[2], "points": points,
        "environment": {}, "command": None, **more,
    }  # fmt: skip


def test_a_crossing_is_told_with_interval_and_precision() -> None:
    said = document_of(answer())
    assert texts(said)[0] == (
        "The probability of the offensive within 90 days falls through 10% where the intensity of Offer is 0.50 "
        "(0.40 to 0.60, 95%)."
    )
    assert said.number == "0.50"
    assert "searched to ±0.004" in texts(said)[2]
    assert "two crossings between neighbours would be missed" in texts(said)[3]


def test_an_open_end_is_told() -> None:
    said = document_of(answer(crossings=[crossing(0.1, low_open=True)]))
    assert "the lower end is that of the range, and the crossing may lie beyond" in texts(said)[0]


def test_several_crossings_are_all_told() -> None:
    two = [crossing(0.2, direction="rising"), crossing(0.8)]
    said = document_of(answer(crossings=two, apart=False))
    assert "rises through" in texts(said)[0]
    assert "falls through" in texts(said)[0]
    assert any(
        "not monotone here: it crosses the target 2 times. Their intervals overlap" in text for text in texts(said)
    )


@pytest.mark.parametrize(
    ("verdict", "begins"), [("not reached", "No value of"), ("undecided", "These runs leave open whether any value of")]
)
def test_none_is_told_plainly(verdict: str, begins: str) -> None:
    said = document_of(answer(verdict=verdict, crossings=[]))
    assert texts(said)[0].startswith(begins)
    assert "the nearest tried is 10% (9.0% to 11.0%), at 0.5" in texts(said)[0]


@pytest.mark.parametrize(
    ("value", "half", "text"), [(0.4321, 0.05, "0.43"), (12.34, 3, "12"), (-0.001, 0.2, "0.0"), (0.5, 0, "0.500")]
)
def test_no_digits_beyond_the_error(value: float, half: float, text: str) -> None:
    assert to_error(value, half) == text


def plane(**more: Any) -> Record:
    axes = [[0.0, 1.0], [0.0, 2.0]]
    cells = [row([x, y], 0.2 - 0.1 * x - 0.05 * y) for y in axes[1] for x in axes[0]]
    inputs = [{"path": path, "low": 0.0, "high": 1.0, "base": None} for path in (PATH, "actors.a.posture")]
    return answer(inputs=inputs, grid=axes, points=cells, nearest=cells[0], **more)


def test_a_plane_without_a_crossing_shows_all_pairs_tried() -> None:
    said = tables(document_of(plane(verdict="not reached", crossings=[])))
    tried = said["Probability of the offensive within 90 days at each value tried"].rows
    assert [one[:2] for one in tried] == [("0", "0"), ("1", "0"), ("0", "2"), ("1", "2")]
    assert tried[0][2] == "20%"


def test_a_contour_has_a_map_with_its_points(tmp_path: Path) -> None:
    place = crossing(1.0) | {"value": [0.5, 1.0], "along": "actors.a.posture", "low": 0.8, "high": 1.2}
    record = plane(crossings=[place])
    drawn = charts(record)["tipping-figure"]["data"][-1]
    assert (drawn["x"], drawn["y"]) == ([0.5], [1.0])
    assert drawn["error_y"]["array"] == pytest.approx([0.2])
    page, markdown, _ = write_report(record, tmp_path)
    assert texts(document_of(record))[-1].startswith("Tried first: 2 by 2 pairs; two crossings")
    assert "Does it &lt;begin&gt;?" in page.read_text(encoding="utf-8")
    assert "0.8 to 1.2" in markdown.read_text(encoding="utf-8")


def test_another_format_is_refused() -> None:
    with pytest.raises(ReportError, match="offramp/tipping/1"):
        document_of({"schema": "x"})
