"""Change since an earlier forecast: paired where it can be, honest where it cannot, and told down to the input."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.forecast.forecast import Forecast
from sim.forecast.plan import Plan
from sim.forecast.runner import run
from sim.runs.executors import Local
from sim.scenario.edit import rewind
from sim.scenario.scenario import Scenario
from sim.scenario.schema import OUTSIDE_THE_MODEL, Document
from sim.studies import bench, diff
from sim.studies.bench import Site
from sim.studies.compare import articles_added
from sim.studies.records import scenario_again
from tests import worlds
from tests.places import IDLIB, SHIPPED

Record = dict[str, Any]
FILES = SHIPPED


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("crisis"))


@pytest.fixture(scope="module")
def old(scenario: Scenario) -> Record:
    return as_stored(sim.run(scenario, runs=4096, seed=1).record())


@pytest.fixture(scope="module")
def firmer(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(
        tmp_path_factory.mktemp("crisis"),
        actors__shield__stance={"normal": [-0.8, 0.2]},
        pressures__appeal={"from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0.5, "start": "2020-01-05"},
    )


def as_stored(record: Record) -> Record:
    return dict(json.loads(json.dumps(record)))


def since(old: Record, forecast: Forecast) -> Record:
    return diff.since(old, forecast).part()


# -- the scenario in the record ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_the_document_of_a_record_is_the_scenario_again(file: Path) -> None:
    loaded = sim.load(file)
    again = scenario_again(as_stored(loaded.plain()))
    assert again.hash == loaded.hash
    nothing: Record = {key: Document.model_fields[key].default for key in OUTSIDE_THE_MODEL}
    # Said where it was left out: a later posterior must not slip in.
    nothing["allow"] = None
    nothing["calibration"] = "prior" if loaded.posterior is None else loaded.posterior.name
    assert again.document == loaded.document.model_copy(update=nothing)
    assert (again.principal, again.counterpart) == (loaded.principal, loaded.counterpart)


# -- paired -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_change_is_paired_run_by_run(scenario: Scenario, old: Record, firmer: Scenario) -> None:
    now = sim.run(firmer, runs=4096, seed=1)
    told = since(old, now)
    assert (told["paired_runs"], told["unpaired"]) == (4096, None)
    then = sim.run(scenario, runs=4096, seed=1)
    for outcome in ("offensive", "agreement", "strikes"):
        assert list(told["outcomes"][outcome]) == ["14", "30", "60"]
        for day, row in told["outcomes"][outcome].items():
            expected = then.difference(now, outcome, int(day))
            assert row["change"] == {
                "p": round(expected.p, 6), "mc_low": round(expected.low, 6), "mc_high": round(expected.high, 6),
            }  # fmt: skip
            assert row["old"] == {key: old["outcomes"][outcome][day][key] for key in ("p", "mc_low", "mc_high")}
            assert row["new"]["p"] == now.record()["outcomes"][outcome][day]["p"]


def test_the_smaller_number_of_runs_is_used(scenario: Scenario, old: Record, firmer: Scenario) -> None:
    now = sim.run(firmer, runs=1000, seed=1)
    told = since(old, now)
    assert told["paired_runs"] == 1000
    expected = sim.run(scenario, runs=1000, seed=1).difference(now, "offensive")
    assert told["outcomes"]["offensive"]["60"]["change"]["p"] == round(expected.p, 6)
    assert [one["name"] for one in told["settings"]] == ["runs"]


def test_only_runs_whose_records_are_kept_are_told_as_paired(scenario: Scenario, old: Record) -> None:
    """Of a forecast of more than a million runs, the records of the first million are kept."""
    now = run(scenario, Plan(runs=4096, seed=1))
    assert since(old, replace(now, records=now.records[:2048]))["paired_runs"] == 2048


def test_a_precision_is_not_sought_again(old: Record, scenario: Scenario) -> None:
    now = run(scenario, Plan(seed=2, precision=0.4))
    plan = diff.plan_of_rerun(old, now)
    assert (plan.runs, plan.precision, plan.seed) == (4096, None, 2)


def test_the_same_scenario_has_no_change_and_is_not_run_again(
    scenario: Scenario, old: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "run", lambda *_, **__: pytest.fail("it was run again"))
    told = since(old, sim.run(scenario, runs=4096, seed=1))
    assert {row["change"]["p"] for by_day in told["outcomes"].values() for row in by_day.values()} == {0.0}
    assert (told["inputs"], told["stances"], told["settings"]) == ([], [], [])
    assert told["paired_runs"] == 4096


@pytest.mark.slow
def test_the_same_comparison_is_the_same_bytes_for_any_workers(old: Record, firmer: Scenario) -> None:
    now = sim.run(firmer, runs=4096, seed=1)
    assert json.dumps(since(old, now)) == json.dumps(diff.since(old, now, Site(Local(2))).part())


# -- not paired -------------------------------------------------------------------------------------------------------

CHANGES: list[tuple[str, Any]] = [
    ("another version of the model", lambda old: old["environment"].update(model="x")),
    ("another kind of processor", lambda old: old["environment"].update(cpu="x")),
    ("cannot be read", lambda old: old["document"].update(credibility="x")),
    ("cannot be read", lambda old: old["document"]["actors"]["backer"].update(stance="evidence")),
    ("is faulty", lambda old: old["document"]["ties"].update(nobody={"backer": 0.5})),
    ("not the one it was made from", lambda old: old["document"].update(credibility=0.61)),
    ("too few draws", lambda old: old.update(runs=2)),
]


@pytest.mark.parametrize(("reason", "spoil"), CHANGES, ids=[f"{n}-{reason}" for n, (reason, _) in enumerate(CHANGES)])
def test_what_cannot_be_run_again_is_not_paired_and_says_why(
    old: Record, firmer: Scenario, reason: str, spoil: Any
) -> None:
    spoiled = copy.deepcopy(old)
    spoil(spoiled)
    now = sim.run(firmer, runs=4096, seed=1)
    told = since(spoiled, now)
    assert told["paired_runs"] is None
    assert reason in told["unpaired"]
    row = told["outcomes"]["offensive"]["60"]
    assert row["change"]["p"] == pytest.approx(row["new"]["p"] - row["old"]["p"], abs=1e-6)
    half = 1.96 * math.hypot(*(sim.run(one, runs=4096, seed=1).probability("offensive").se for one in (firmer, firmer)))
    width = row["change"]["mc_high"] - row["change"]["mc_low"]
    assert width == pytest.approx(2 * half, rel=0.15), "as wide as both standard errors make it"


def test_an_interruption_of_the_earlier_run_leaves_an_unpaired_change(
    old: Record, firmer: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = sim.run(firmer, runs=512, seed=1)

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bench, "run", interrupted)
    assert "interrupted" in since(old, now)["unpaired"]


def test_windows_beyond_the_earlier_horizon_are_left_out(tmp_path: Path, old: Record) -> None:
    longer = worlds.load(tmp_path, question__horizon=90, question__milestones=[20, 60])
    told = since(old, sim.run(longer, runs=512, seed=1))
    assert list(told["outcomes"]["offensive"]) == ["20", "60"]
    assert told["outcomes"]["offensive"]["20"]["old"]["p"] == old["incidence"]["offensive"]["p"][20]
    assert {"name": "horizon", "old": 60, "new": 90} in told["settings"]


# -- what differs -----------------------------------------------------------------------------------------------------


def test_inputs_are_told_as_changed_added_and_removed(scenario: Scenario, old: Record, firmer: Scenario) -> None:
    now = sim.run(firmer, runs=64)
    rows = {one["path"]: (one["old"], one["new"]) for one in since(old, now)["inputs"]}
    assert rows == {
        "actors.shield.stance": ({"normal": [-0.6, 0.2]}, {"normal": [-0.8, 0.2]}),
        "pressures.appeal.intensity": (None, 0.5),
        "pressures.appeal.start": (None, "2020-01-05"),
        "pressures.appeal.from": (None, "envoy"),
        "pressures.appeal.on": (None, "backer"),
        "pressures.appeal.aim": (None, "restrain"),
        "pressures.appeal.channel": (None, "persuasion"),
    }
    assert list(rows) == sorted(rows, key=lambda path: path.split(".")[:2]), "what belongs together stands together"
    back = since(as_stored(now.record()), sim.run(scenario, runs=64))["inputs"]
    assert {one["path"]: (one["new"], one["old"]) for one in back} == rows


def test_words_that_decide_how_a_run_goes_are_inputs_too(tmp_path: Path, firmer: Scenario) -> None:
    pressed = as_stored(sim.run(firmer, runs=64).record())
    other = worlds.load(
        tmp_path,
        actors__shield__stance={"normal": [-0.8, 0.2]},
        pressures__appeal={
            "from": "envoy",
            "on": "backer",
            "aim": "encourage",
            "intensity": 0.5,
            "start": "2020-01-05",
        },
        start={"phase": "agreement"},
        bargaining={"principal": "attacker"},
    )
    told = since(pressed, sim.run(other, runs=64))
    assert told["inputs"] == [{"path": "pressures.appeal.aim", "old": "restrain", "new": "encourage"}]
    assert told["settings"] == [
        {"name": "start.phase", "old": "standoff", "new": "agreement"},
        {"name": "bargaining.principal", "old": None, "new": "attacker"},
    ]


def test_a_later_as_of_date_alone_moves_no_pressure(tmp_path: Path, firmer: Scenario) -> None:
    pressed = as_stored(sim.run(firmer, runs=64).record())
    pressure = {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0.5, "start": "2020-01-05"}
    later = worlds.load(
        tmp_path,
        question__as_of="2020-01-04",
        actors__shield__stance={"normal": [-0.8, 0.2]},
        pressures__appeal=pressure,
    )
    told = since(pressed, sim.run(later, runs=64))
    assert told["inputs"] == []
    assert told["settings"] == [{"name": "as of", "old": "2020-01-01", "new": "2020-01-04"}]


def test_articles_that_the_earlier_evidence_did_not_cite_are_told_by_date() -> None:
    def record(**cited: str) -> Record:
        sources = {name: {"title": name.upper(), "date": f"2020-01-0{name[-1]}"} for name in ("a3", "a2", "a1")}
        return {"provenance": {"items": {id_: {"source": one} for id_, one in cited.items()}, "sources": sources}}

    told = articles_added(record(E1="a1"), record(E1="a1", E2="a3", E3="a2", E4="a3", E5="a1"))
    assert [(one["id"], one["items"], one["publisher"]) for one in told] == [
        ("a2", ["E3"], None),
        ("a3", ["E2", "E4"], None),
    ]
    assert articles_added(record(E1="a1"), record(E1="a1", E5="a1")) == []


@pytest.mark.slow
def test_stances_are_told_with_the_items_that_came_went_and_were_coded_anew() -> None:
    idlib = sim.load(IDLIB / "baseline.yaml")
    before = as_stored(sim.run(rewind(idlib, idlib.as_of.replace(day=12)), runs=64).record())
    now = sim.run(idlib, runs=64)
    told = {one["actor"]: one for one in since(before, now)["stances"]}
    assert set(told) == {"assad-regime", "russia", "turkey"}
    items = {one["id"]: one["says"] for one in told["assad-regime"]["items_added"]}
    assert idlib.evidence is not None
    assert items == {name: idlib.evidence.items[name].says for name in items}
    assert items
    stances = [record["provenance"]["stances"]["russia"] for record in (before, now.record())]
    for side, stance in zip(("old", "new"), stances, strict=True):
        assert told["russia"][side] == {key: stance[key] for key in ("from", "mean", "sd")}

    after = as_stored(now.record())
    backwards = since(after, sim.run(rewind(idlib, idlib.as_of.replace(day=12)), runs=64))
    removed = {one["actor"]: {item["id"] for item in one["items_removed"]} for one in backwards["stances"]}
    assert removed["assad-regime"] == set(items)
    assert {tuple(one["items_recoded"]) for one in backwards["stances"]} == {()}

    after["provenance"]["items"]["E23"]["bearing"] = 0.25
    (russia,) = since(after, now)["stances"]
    assert [one["id"] for one in russia["items_recoded"]] == ["E23"]


def test_actors_that_came_and_went_are_told(tmp_path: Path, old: Record) -> None:
    fewer = worlds.load(tmp_path, actors__envoy=None, ties__envoy=None)
    told = since(old, sim.run(fewer, runs=64))
    assert [(one["actor"], one["new"]) for one in told["stances"]] == [("envoy", None)]
    assert {"path": "actors.envoy.role", "old": "mediator", "new": None} in told["inputs"]


def test_the_earlier_forecast_is_named_and_nothing_of_its_file(old: Record, firmer: Scenario) -> None:
    told = since(old, sim.run(firmer, runs=64))
    assert told["forecast"] == {
        "id": "crisis", "title": "Does it begin?", "hash": old["scenario"]["hash"], "as_of": "2020-01-01",
        "horizon": 60, "seed": 1, "runs": 4096, "replicates": 2,
    }  # fmt: skip
