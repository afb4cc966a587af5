"""What a forecast's record says beside the simulation: baselines without leakage, track record, parameters."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

import sim
from sim.baselines.cases import TRACK_RECORD, read_cases, track_record
from sim.baselines.panel import baselines_for
from sim.errors import UsageError
from sim.forecast import forecast as forecasts
from sim.scenario.posterior import FORMAT, MODEL
from tests import worlds
from tests.places import ROOT

GHOUTA = {"question.as_of": "2018-02-10", "question.horizon": 180, "question.milestones": [30, 90]}


def test_a_forecast_of_february_2018_learns_only_from_cases_resolved_by_then(tmp_path, monkeypatch):
    scenario = worlds.load(tmp_path, **GHOUTA)
    record = sim.run(scenario, runs=64).record()["baselines"]
    for window in (30, 90, 180):
        resolved = [
            case
            for case in read_cases()
            if not case.target and case.as_of + datetime.timedelta(window) <= datetime.date(2018, 2, 10)
        ]
        assert record["windows"][str(window)]["cases"] == len(resolved) < 20
    cut = tuple(case for case in read_cases() if case.as_of < datetime.date(2018, 2, 10))
    assert len(cut) < len(read_cases())
    monkeypatch.setattr(forecasts, "_cases", lambda: cut)
    assert sim.run(scenario, runs=64).record()["baselines"]["windows"] == record["windows"]


def test_the_record_holds_the_panel_of_its_scenario(tmp_path):
    scenario = sim.load(ROOT / "scenarios" / "idlib-2018" / "baseline.yaml")
    record = sim.run(scenario, runs=64).record()
    assert record["baselines"] == baselines_for(scenario, read_cases()).record()


def test_baselines_are_made_once_a_forecast(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(forecasts, "baselines_for", lambda *args: made.append(1) or baselines_for(*args))
    forecast = sim.run(worlds.load(tmp_path), runs=64)
    assert made == []
    assert forecast.record("once") == forecast.record("again") | {"command": "once"}
    assert made == [1]


def test_new_keys_stand_in_the_order_of_the_page_on_the_format(tmp_path):
    keys = list(sim.run(worlds.load(tmp_path), runs=64).record())
    page = (ROOT / "docs" / "forecast.md").read_text(encoding="utf-8").split("## Keys")[1].split("###")[0]
    documented = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert keys == documented


def test_priors_are_recorded_as_such_with_the_parameters_that_a_scenario_writes(tmp_path):
    assert sim.run(worlds.load(tmp_path), runs=64).record()["parameters"] == {
        "calibration": "prior", "date": None, "cases": None, "threats": None, "draws": None,
        "seed_disagreement": None, "written": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "cases", "threats", "disagreement"),
    [
        ({"cases": 19, "seed_disagreement": 2.4}, 19, None, 2.4),
        ({"cases": ["a", "b"], "threats": {"cases": 403}}, 2, 403, None),
        ({"cases": "many", "threats": "some", "seed_disagreement": float("nan")}, None, None, None),
    ],
    ids=["numbers", "list", "nonsense"],
)
def test_a_posterior_is_recorded_with_what_it_was_made_from(tmp_path, said, cases, threats, disagreement):
    about = json.dumps({"schema": FORMAT, "name": "mine", "date": "2019-12-01", "model": MODEL, **said})
    (tmp_path / "mine.csv").write_text(f"# {about}\ninertia\n0.1\n0.2\n0.3\n", encoding="utf-8")
    scenario = worlds.load(tmp_path, calibration="mine.csv")
    assert sim.run(scenario, runs=64).record()["parameters"] == {
        "calibration": "mine", "date": "2019-12-01", "cases": cases, "threats": threats, "draws": 3,
        "seed_disagreement": disagreement,
        "written": [],
    }  # fmt: skip


def test_a_track_record_is_read_from_beside_the_table_of_cases(tmp_path):
    place = tmp_path / "track_record.json"
    assert track_record(place) is None
    place.write_text('{"schema": "offramp/track-record/1", "cases": 43}', encoding="utf-8")
    assert track_record(place) == {"schema": "offramp/track-record/1", "cases": 43}
    assert TRACK_RECORD.parent == Path(sim.__file__).parent / "baselines"


@pytest.mark.parametrize("text", ["{", "[]", '{"schema": "offramp/track-record/9"}'])
def test_a_faulty_track_record_is_refused_with_what_to_do(tmp_path, text):
    place = tmp_path / "track_record.json"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"track_record\.json.*make calibrations"):
        track_record(place)
