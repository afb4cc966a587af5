"""Stored forecasts, read back: what is not one is refused with its place, whatever stands in the file."""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.errors import UsageError
from sim.report.files import to_json
from sim.studies import records
from sim.studies.records import read_forecast
from tests import worlds
from tests.places import ROOT
from tests.report.conftest import stored as kept

Record = dict[str, Any]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    made: Record = json.loads(to_json(sim.run(worlds.load(tmp_path_factory.mktemp("crisis")), runs=256).record()))
    return made


def read(folder: Path, text: str | bytes) -> Record:
    path = folder / "forecast.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    again: Record = json.loads(to_json(read_forecast(path)))  # pairs are lists, as in the file
    return again


def test_a_forecast_comes_back_as_it_was(tmp_path: Path, record: Record) -> None:
    assert read(tmp_path, to_json(record)) == record


def test_every_reference_is_read() -> None:
    files = sorted((ROOT / "reports").rglob("forecast.json"))
    assert {file.parts[-3] for file in files} >= {"idlib-2018", "ukraine-2022"}
    for file in files:
        read_forecast(file)


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        (0.5, True),
        ({"normal": [0, 1]}, True),
        ({"quantiles": {"10": 0.1, "90": 0.5}}, True),
        ({"experts": [{"normal": [0, 1]}, {"quantiles": {"50": 1}}, 0.2], "weights": [1, 2, 1]}, True),
        ({"experts": [{"normal": [0, 1]}, "x"]}, False),
        ({"normal": [0, "a"]}, False),
        ({"normal": 1}, False),
        (float("nan"), False),
    ],
)
def test_inputs_are_numbers_or_distributions_of_any_kind(
    tmp_path: Path, record: Record, value: Any, is_one: bool
) -> None:
    made = copy.deepcopy(record)
    made["provenance"]["inputs"][0]["value"] = value
    if is_one:
        assert read(tmp_path, to_json(made)) == made
    else:
        with pytest.raises(UsageError, match="number"):
            read(tmp_path, json.dumps(made))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected the forecast.json"),
        ("{", "expected the forecast.json"),
        (b"\xff\xfe{}", "expected the forecast.json"),
        ("[" * 100_000, "expected the forecast.json"),
        ('{"schema": NaN}', "NaN is no number"),
        ("[]", "(got 'list')"),
        ("3", "(got 'int')"),
        ("{}", "expected a record of format offramp/forecast/1 (got None)"),
        ('{"schema": "offramp/history/1"}', "(got 'offramp/history/1')"),
        ('{"schema": ["x"]}', "(got ['x'])"),
        ('{"schema": "offramp/forecast/1"}', "scenario: field required"),
    ],
)
def test_what_is_no_forecast_is_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
    assert str(tmp_path / "forecast.json") in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"none\.json: no such file"):
        read_forecast(tmp_path / "none.json")
    with pytest.raises(UsageError, match="directory"):
        read_forecast(tmp_path)
    monkeypatch.setattr(records, "MOST_BYTES", 10)
    with pytest.raises(UsageError, match="larger than 10 bytes"):
        read(tmp_path, "[" + "1," * 20 + "1]")


WRONG: list[tuple[tuple[Any, ...], Any]] = [
    (("as_of",), "soon"),
    (("as_of",), "2018-02-30"),
    (("horizon",), 10.5),
    (("runs",), 0),
    (("seed",), 2**64),
    (("outcomes", "offensive", "60", "p"), "x"),
    (("outcomes", "offensive", "60"), None),
    (("incidence", "strikes", "p", 3), "x"),
    (("provenance", "inputs", 0, "path"), 3),
    (("provenance", "inputs", 0, "value"), {"normal": ["x"]}),
    (("provenance", "stances", "backer", "mean"), 10**400),
    (("schedule",), {}),
    (("document", "start", "phase"), 1),
    (("environment", "cpu"), None),
]


@pytest.mark.parametrize(("place", "value"), WRONG, ids=[".".join(map(str, one[0])) for one in WRONG])
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, record: Record, place: tuple[Any, ...], value: Any
) -> None:
    spoiled = copy.deepcopy(record)
    node = spoiled
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    with pytest.raises(UsageError, match="is not a forecast: ") as caught:
        read(tmp_path, json.dumps(spoiled))
    assert ".".join(map(str, place)) in str(caught.value)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_in_any_place_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    record = copy.deepcopy(kept("forecast.json"))
    node, key = record, data.draw(st.sampled_from(sorted(record)))
    while isinstance(node[key], (dict, list)) and node[key] and data.draw(st.booleans()):
        node = node[key]
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
    node[key] = data.draw(st.none() | st.text(max_size=4) | st.floats(allow_nan=False) | st.just({}) | st.just([]))
    with suppress(UsageError):  # any other error fails
        read(tmp_path, json.dumps(record))


def test_a_mark_of_the_byte_order_in_front_is_no_fault(tmp_path: Path, record: Record) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + to_json(record).encode()) == record
