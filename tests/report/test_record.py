"""The record of a forecast has the type that is published, whatever the forecast."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import ReportError
from sim.report.record import FORMAT, read_record, record_schema
from tests.places import IDLIB, ROOT
from tests.report.trim import PLACE

REFERENCES = sorted((ROOT / "reports").rglob("forecast.json"))
EVENTFUL = ROOT / "tests" / "docking" / "scenarios" / "eventful.yaml"
RUNS = 512


def stored(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as it comes back from its file."""
    again: dict[str, Any] = json.loads(json.dumps(record))
    return again


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return stored(sim.run(EVENTFUL, runs=RUNS).record())


def test_every_reference_has_the_type() -> None:
    assert len(REFERENCES) > 10
    for file in (*REFERENCES, PLACE):
        record = json.loads(file.read_text(encoding="utf-8"))
        assert stored(dict(read_record(record))) == record, file  # no key is unknown


def test_a_forecast_with_events_has_the_type(record: dict[str, Any]) -> None:
    assert {one["kind"] for one in record["schedule"]} >= {"event", "pressure"}
    assert stored(dict(read_record(record))) == record


@pytest.mark.slow
@pytest.mark.parametrize("given", [["strikes"], []], ids=["given", "counterfactuals"])
def test_what_is_given_and_what_is_asked_have_the_type(given: list[str]) -> None:
    forecast = sim.run(IDLIB / "german-offer.yaml", runs=2048, given=[f"{one} by 14" for one in given])
    record = stored(forecast.record())
    if not given:
        record["counterfactuals"] = stored({"": forecast.counterfactuals().part()})[""]
    assert stored(dict(read_record(record))) == record


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (("outcomes", "offensive", "30", "p"), "high", "outcomes.offensive.30.p: input should be a valid number"),
        (("states", "day"), None, "states.day: input should be a valid list"),
        (("breakdowns_per_run",), float("nan"), "breakdowns_per_run: input should be a finite number"),
    ],
)
def test_a_complaint_names_the_place_and_what_belongs_there(
    record: dict[str, Any], place: tuple[str, ...], value: Any, message: str
) -> None:
    wrong = copy.deepcopy(record)
    *way, last = place
    inner = wrong
    for key in way:
        inner = inner[key if key != "30" else min(inner, key=int)]
    inner[last] = value
    message = message.replace(".30.", f".{min(record['outcomes']['offensive'], key=int)}.")
    with pytest.raises(ReportError, match="does not have its form") as caught:
        read_record(wrong)
    assert message in str(caught.value)


@pytest.mark.parametrize("other", [None, [], {"schema": "offramp/sweep-result/1"}, "text"])
def test_what_is_no_forecast_is_called_none(other: Any) -> None:
    with pytest.raises(ReportError, match=f"expected a record of format {FORMAT}"):
        read_record(other)


def test_the_schema_that_is_published_is_that_of_the_type() -> None:
    published = Path(ROOT / "docs" / "schema" / "forecast.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == record_schema(), "write it anew: make schema"
