"""The Python face: what a user of `import sim` meets."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import doctest
import html
import importlib
import json
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.distributions import Uniform
from sim.errors import OfframpError, ScenarioError, UsageError
from sim.face import SweepResult
from sim.scenario import edit
from sim.scenario.edit import rewind
from sim.scenario.yamltree import read_schema
from tests import worlds
from tests.docs.markdown import blocks
from tests.places import IDLIB, ROOT
from tests.played import replace_play

RUNS = 1024
LONGEST_REPR = 600
PUBLIC = ("sim", "sim.face", "sim.forecast.forecast", "sim.scenario.scenario", "sim.estimates", "sim.errors")
FILES = sorted(
    path
    for path in (ROOT / "scenarios").rglob("*.yaml")
    if read_schema(path) == "offramp/scenario/1" and path.parent.name != "archetypes"  # those are parts of others
)


@pytest.fixture(scope="module")
def scenario() -> sim.Scenario:
    return sim.load(IDLIB / "german-offer.yaml")


@pytest.fixture(scope="module")
def forecast(scenario: sim.Scenario) -> sim.Forecast:
    return sim.run(scenario, runs=RUNS, seed=1)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> sim.Forecast:
    """Return a forecast of a small scenario over 20 days, for studies that play it many times."""
    appeal = {"from": "backer", "on": "attacker", "aim": "restrain", "channel": "persuasion", "intensity": 0.5}
    small = worlds.load(tmp_path_factory.mktemp("answers"), pressures__appeal=appeal | {"start": "2020-01-01"})
    return sim.run(small.with_({"question.horizon": 20, "question.milestones": [14]}), runs=RUNS, seed=1)


@pytest.fixture(scope="module")
def answers(forecast: sim.Forecast, short: sim.Forecast) -> dict[str, Any]:
    """Return what every public method gives, studies of the small scenario."""
    offer = "pressures.appeal.intensity"
    return {
        "scenario": forecast.scenario,
        "forecast": forecast,
        "probability": forecast.probability("offensive"),
        "drivers": forecast.drivers(),
        "counterfactuals": short.counterfactuals(runs=64),
        "tip": short.tip(offer, to=0.25, by=5, runs=64),
        "contour": short.tip([offer, "actors.shield.strength"], to=0.25, by=5, span=[None, (0, 1)], runs=64),
        "sweep": sim.sweep(short.scenario, {offer: [0.2, 0.8]}, runs=64),
        "baselines": forecast.baselines,
    }


def within(value: Any, depth: int = 4) -> Iterator[Any]:
    """Yield an object of ours and those that its attributes hold."""
    if isinstance(value, Mapping):
        inner: Any = value.values()
    elif isinstance(value, (tuple, list)):
        inner = value
    elif type(value).__module__.startswith("sim.") and not isinstance(value, type):
        yield value
        names = [one.name for one in dataclasses.fields(value)] if dataclasses.is_dataclass(value) else []
        names += list(getattr(type(value), "model_fields", ()))
        inner = [getattr(value, name) for name in names]
    else:
        return
    for one in list(inner)[:20] if depth else ():
        yield from within(one, depth - 1)


@pytest.mark.slow
def test_doctests_of_public_modules_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    tried = 0
    for name in PUBLIC:
        found = doctest.testmod(importlib.import_module(name), optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
        assert found.failed == 0, name
        tried += found.attempted
    assert tried >= 20


@pytest.mark.slow
def test_python_of_its_page_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sim.Forecast, "counterfactuals", lambda self, **_: self)  # slow, and tried above on a small one
    code = "\n".join(blocks((ROOT / "docs" / "api.md").read_text(encoding="utf-8"), "python"))
    assert "import sim" in code
    exec(re.sub(r"20_000|4096", "512", code), {"__name__": "__main__"})  # noqa: S102 - our own page
    assert (tmp_path / "reports" / "mine" / "report.html").is_file()


def test_importing_sim_and_asking_for_help_import_nothing_heavy() -> None:
    heavy = "[name for name in ('numpy', 'scipy', 'pandas', 'pydantic', 'mesa', 'plotly') if name in sys.modules]"
    code = f"import sys, sim; sim.errors, sim.__version__, sim.run; assert not {heavy}, {heavy}"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_every_public_name_is_listed_and_has_a_docstring() -> None:
    assert set(sim.__all__) <= set(dir(sim))
    for name in set(sim.__all__) - {"__version__"}:
        assert getattr(sim, name).__doc__, name
    assert sim.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="has no attribute 'forecasts'"):
        _ = sim.forecasts  # type: ignore[attr-defined]


def test_no_public_object_has_a_repr_above_600_characters(answers: dict[str, Any]) -> None:
    seen = {}
    for name, answer in answers.items():
        for one in within(answer):
            seen.setdefault(type(one), (name, len(repr(one)), len(str(one))))
    long = {kind.__name__: sizes for kind, sizes in seen.items() if max(sizes[1:]) > LONGEST_REPR}
    assert not long
    assert len(seen) > 15


def test_answers_are_frames_where_they_are_tables(answers: dict[str, Any]) -> None:
    for name in ("forecast", "drivers", "counterfactuals", "tip", "contour", "sweep"):
        frame = answers[name].to_frame()
        assert len(frame) > 0, name
        assert frame.columns.is_unique, name


def test_answers_give_the_plain_values_that_their_page_promises(answers: dict[str, Any]) -> None:
    given = {name: answers[name].record() for name in ("forecast", "counterfactuals", "tip", "contour")}
    given |= {"drivers": answers["drivers"].plain(), "sweep": answers["sweep"].record}
    assert all(json.loads(json.dumps(one)) for one in given.values())


def test_public_objects_can_be_compared_and_hashed(answers: dict[str, Any], scenario: sim.Scenario) -> None:
    for name, one in answers.items():
        assert one == one, name
        assert (one == copy.copy(one)) in (True, False), name
        assert {one: 1}[one] == 1, name
    again = sim.load(IDLIB / "german-offer.yaml")
    assert again == scenario
    assert hash(again) == hash(scenario)


def test_what_is_no_scenario_and_no_store_is_refused(scenario: sim.Scenario) -> None:
    with pytest.raises(UsageError, match=r"expected a scenario, or the path of its file \(got 3\)"):
        sim.run(3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"expected a folder or an address for a store \(got 3\)"):
        sim.run(scenario, runs=64, store=3)  # type: ignore[arg-type]


def test_what_is_no_map_no_forecast_no_number_and_no_condition_is_refused(short: sim.Forecast) -> None:
    wrong: Any = [3]
    with pytest.raises(UsageError, match=r"expected a map from dotted paths to values.*got \[3\]"):
        short.scenario.with_(wrong)
    with pytest.raises(UsageError, match=r"expected another forecast to compare with \(got \[3\]\)"):
        short.difference(wrong, "offensive")
    with pytest.raises(UsageError, match=r"expected a probability between 0 and 1, as in 0.10 \(got \[3\]\)"):
        short.tip("credibility", to=wrong)
    with pytest.raises(UsageError, match=r"cannot read the condition 3: expected"):
        sim.run(short.scenario, runs=256, given=wrong)


def test_one_condition_may_be_given_as_text(scenario: sim.Scenario) -> None:
    by = "strikes by 30 days"
    one, listed = (sim.run(scenario, runs=1024, given=given) for given in (by, [by]))
    assert one.plan == listed.plan
    assert len(one.plan.given) == 1


def test_a_forecast_shows_six_lines(forecast: sim.Forecast) -> None:
    lines = repr(forecast).splitlines()
    assert len(lines) == 6
    assert lines == str(forecast).splitlines()
    assert lines[0] == forecast.scenario.document.title
    assert lines[1].startswith("as of 2018-08-19")
    assert lines[2].startswith("1,024 runs of 512 draws, seed 1")
    assert lines[3].count("%") >= 3 * 3
    assert "posterior calibrated-2018-08" in lines[5]
    assert max(map(len, lines)) <= 96


def test_the_card_of_a_notebook_is_self_contained_and_escapes_what_a_scenario_says(tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script> & "quotes"'
    forecast = sim.run(worlds.load(tmp_path, title=hostile), runs=256)
    card = forecast._repr_html_()
    assert html.escape(hostile, quote=False)[:20] in card
    for wrong in ("<script", "http:", "https:", "url(", "@import", "onload"):
        assert wrong not in card.replace("&lt;script", ""), wrong
    assert card.count('class="strip"') == len(forecast.scenario.milestones)
    assert len(card) < 10_000
    short = sim.run(worlds.load(tmp_path, question__horizon=2, question__milestones=[1]), runs=256)._repr_html_()
    assert "Within 1 day:" in short
    assert "within 2 days of" in short
    assert len(repr(sim.run(worlds.load(tmp_path, title="a\nb" * 90), runs=256)).splitlines()) == 6


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_scenario_without_a_change_is_the_same_scenario(path: Path) -> None:
    scenario = sim.load(path)
    same = scenario.with_({})
    assert same.hash == scenario.hash
    assert (same.readings, same.posterior, same.levels) == (scenario.readings, scenario.posterior, scenario.levels)
    assert same.places == scenario.places


def test_a_change_is_that_of_a_file_that_extends_the_scenario(tmp_path: Path) -> None:
    base = worlds.write(tmp_path, worlds.crisis())
    worlds.write(
        tmp_path,
        {
            "schema": "offramp/scenario/1",
            "id": "crisis",
            "title": "Does it begin?",
            "extends": "./crisis.yaml",
            "actors": {"shield": {"strength": 0.7}, "envoy": None},
            "ties": {"envoy": None, "shield": {"town": {"uniform": [0.1, 0.2]}}},
            "question": {"horizon": 45},
        },
        "variant.yaml",
    )
    changes = {
        "actors.shield.strength": np.float64(0.7),
        "actors.envoy": None,
        "ties.envoy.backer": None,
        "ties.envoy.shield": None,
        "ties.shield.town": Uniform(0.1, 0.2),
        "question.horizon": 45,
    }
    with pytest.raises(ScenarioError):
        sim.load(base).with_({"actors.envoy": None})  # its ties are left
    assert sim.load(base).with_(changes | {"ties.envoy": None}).hash == sim.load(tmp_path / "variant.yaml").hash


def test_a_changed_scenario_keeps_evidence_and_posterior_and_runs_pair_with_the_first(forecast: sim.Forecast) -> None:
    changed = forecast.scenario.with_({"actors.turkey.posture": 0.8, "id": "firm-turkey"})
    assert changed.evidence is forecast.scenario.evidence
    assert changed.posterior is forecast.scenario.posterior
    assert changed.readings == forecast.scenario.readings
    assert changed.id == "firm-turkey"
    other = sim.run(changed, runs=RUNS, seed=1)
    assert forecast.difference(other, "offensive", by="90 days").p < 0


def test_a_scenario_of_an_earlier_day_can_be_changed_too() -> None:
    earlier = rewind(sim.load(IDLIB / "baseline.yaml"), datetime.date(2018, 7, 1))
    assert edit.changed(earlier, {}).hash == earlier.hash
    assert edit.changed(earlier, {"actors.turkey.posture": 0.8}).hash != earlier.hash


def test_a_new_pressure_is_a_map_under_a_new_name(scenario: sim.Scenario) -> None:
    appeal = {"from": "germany", "on": "russia", "aim": "restrain", "channel": "persuasion", "intensity": 0.5}
    changed = scenario.with_({"pressures.second-appeal": appeal | {"start": scenario.as_of}})
    assert changed.pressures["second-appeal"].intensity.mean == 0.5


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"actors.turky.posture": 0.8}, "the scenario has no actor 'turky'; did you mean turkey?"),
        ({"actors.turkey.postre": 0.8}, "there is no such key; did you mean posture?"),
        ({"actor.turkey.posture": 0.8}, "no path can begin with 'actor'"),
        ({"actors.turkey.posture": 3}, "with_: actors.turkey.posture: expected"),
        ({"pressures.german-ofer": None}, "did you mean german-offer?"),
        ({"question.horizn": 30}, "did you mean horizon?"),
        ({"question.as_of": "2018-09-01"}, "the as-of date is fixed"),
        ({"population": {"uniform": [2]}}, "with_: population"),
        ({"gates.x": None}, "no path can begin with 'gates'"),
        ({"": 1}, "no path can begin with ''"),
    ],
)
def test_a_wrong_change_is_a_clear_value_error(scenario: sim.Scenario, changes: Any, message: str) -> None:
    with pytest.raises(ValueError, match="with_: ") as error:
        scenario.with_(changes)
    assert isinstance(error.value, ScenarioError)
    assert message in str(error.value)


def test_a_path_serves_wherever_a_scenario_does(forecast: sim.Forecast) -> None:
    for path in (IDLIB / "german-offer.yaml", str(IDLIB / "german-offer.yaml")):
        assert sim.run(path, runs=256, seed=1).records.tobytes() == forecast.records[:256].tobytes()
    found = sim.sweep(str(IDLIB / "german-offer.yaml"), {"actors.turkey.posture": [0.8]}, runs=256)
    assert len(found.to_frame()) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"runs": 0}, {"runs": 1.5}, {"runs": True}, {"seed": -1}, {"seed": 1.0}, {"seed": "1"}, {"replicates": 3},
        {"seed": None}, {"replicates": "2"}, {"replicates": 2.0}, {"replicates": True}, {"replicates": None},
        {"precision": 0.9}, {"precision": "0.1"}, {"precision": True}, {"precision": [0.1]}, {"precision": np.nan},
        {"workers": 0}, {"workers": 1.5}, {"workers": True}, {"workers": None}, {"given": ["nonsense"]}, {"given": [5]},
        {"given": None}, {"given": 5}, {"store": "ftp://x/y"}, {"store": ""}, {"store": b"x"},
    ],
    ids=str,
)  # fmt: skip
def test_a_bad_argument_is_our_error_and_a_value_error(scenario: sim.Scenario, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        sim.run(scenario, **{"runs": 256, **settings})
    assert isinstance(error.value, OfframpError)


@pytest.mark.parametrize("path", [None, 3, b"crisis.yaml", ["crisis.yaml"]], ids=repr)
def test_what_is_no_path_is_refused(path: Any) -> None:
    with pytest.raises(UsageError, match="expected the path of a scenario file"):
        sim.load(path)


def test_numbers_of_numpy_serve_as_those_of_python_do(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path)
    settings = {"runs": 256, "seed": 3, "replicates": 4, "precision": 0.25, "workers": 1}
    numbers = {name: np.array([value])[0] for name, value in settings.items()}
    plain, theirs = (sim.run(scenario, **given).record() for given in (settings, numbers))
    assert json.dumps(theirs) == json.dumps(plain)
    short = sim.run(scenario, runs=256)
    assert short.counterfactuals(runs=numbers["runs"]).record() == short.counterfactuals(runs=256).record()
    with pytest.raises(UsageError, match="whole number for runs"):
        short.counterfactuals(runs="256")  # type: ignore[arg-type]


def test_errors_of_arguments_survive_pickling() -> None:
    assert str(pickle.loads(pickle.dumps(UsageError("a")))) == "a"  # noqa: S301 - our own


@pytest.mark.parametrize("by", [14, np.int64(14), "14", "14 days", "2 weeks", "2020-01-14", datetime.date(2020, 1, 14)])
def test_a_window_may_be_written_in_any_way_wherever_one_is_asked_for(short: sim.Forecast, by: Any) -> None:
    assert short.probability("offensive", by=by) == short.probability("offensive", by=14)
    assert short.difference(short, "offensive", by=by).p == 0
    assert short.drivers(by=by) == short.drivers(by=14)
    assert short.draws(by=by)["offensive"].mean() == pytest.approx(short.probability("offensive", by=14).p)
    assert short.tip("pressures.appeal.intensity", to=0.25, by=by, runs=64).asked.day == 14


@pytest.mark.parametrize("by", [0, 181, "x", "2018-08-18", True, 30.5])
def test_a_window_that_is_none_is_a_value_error_wherever_one_is_asked_for(forecast: sim.Forecast, by: Any) -> None:
    for asked in (
        lambda: forecast.probability("offensive", by=by),
        lambda: forecast.difference(forecast, "offensive", by=by),
        lambda: forecast.drivers(by=by),
        lambda: forecast.draws(by=by),
        lambda: forecast.tip("actors.turkey.posture", to=0.2, by=by),
    ):
        with pytest.raises(ValueError, match="for by"):
            asked()


def test_draws_are_the_inputs_of_the_runs_and_their_shares(forecast: sim.Forecast) -> None:
    frame = forecast.draws()
    assert len(frame) == forecast.draw_count
    assert list(frame.columns) == [*forecast.inputs, *("strikes", "agreement", "terms", "offensive", "limited", "full")]
    assert frame.notna().all(axis=None)
    assert frame["offensive"].mean() == pytest.approx(forecast.probability("offensive").p)
    assert (frame["offensive"] == frame["limited"] + frame["full"]).all()
    assert frame["actors.russia.stance"].between(-1, 1).all()
    first = forecast.drivers().inputs[0]
    sign = {"rises": 1, "falls": -1}[first.direction]
    assert sign * frame[first.path].corr(frame["offensive"]) > 0.2


def test_a_chart_of_the_report_is_a_plotly_figure_and_a_wrong_name_says_which_there_are(short: sim.Forecast) -> None:
    assert list(short.figure("incidence").data[0].y[:1]) == [0.0]
    with pytest.raises(UsageError, match=r"hazard, incidence.*got 'nothing'"):
        short.figure("nothing")


def test_draws_cross_blocks_as_runs_do(tmp_path: Path) -> None:
    scenario = worlds.load(tmp_path)
    long, short = (sim.run(scenario, runs=runs, replicates=4).draws() for runs in (4096 + 256, 256))
    assert len(long) == (4096 + 256) // 4
    assert long.iloc[:64].equals(short)
    assert not (long["actors.attacker.stance"][1024:].values == short["actors.attacker.stance"].values).any()


def test_draws_of_what_is_given_count_only_runs_that_meet_it(tmp_path: Path) -> None:
    forecast = sim.run(worlds.load(tmp_path), runs=4096, given=["strikes by 2020-01-20"])
    frame = forecast.draws()
    assert 0 < len(frame) < forecast.draw_count
    with pytest.raises(ValueError, match="without `given`"):
        forecast.drivers()


def test_drivers_of_a_day_that_is_no_milestone_are_those_of_a_run_with_it(forecast: sim.Forecast) -> None:
    found = forecast.drivers(by=45)
    assert (found.day, found.draws) == (45, forecast.draw_count)
    assert found.p == pytest.approx(forecast.probability("offensive", by=45).p)


def test_a_store_gives_the_same_forecast_and_plays_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = worlds.load(tmp_path)
    first = sim.run(scenario, runs=5000, store=tmp_path / "store")
    replace_play(monkeypatch, lambda task: pytest.fail(f"{task} was played again"))
    second = sim.run(scenario, runs=5000, store=str(tmp_path / "store"))
    monkeypatch.undo()
    plain = sim.run(scenario, runs=5000)
    assert first.record() == second.record() == plain.record()


def test_progress_is_told_to_a_function(scenario: sim.Scenario) -> None:
    told: list[tuple[int, int]] = []
    sim.run(scenario, runs=5000, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_a_sweep_in_python_is_that_of_a_file(tmp_path: Path) -> None:
    from sim.studies.sweep.load import load_sweep

    worlds.write(tmp_path, worlds.crisis())
    axes = {"actors.shield.strength": [0.2, 0.6], "credibility": [0.4, 0.7]}
    file = {"schema": "offramp/sweep/1", "id": "s", "title": "s", "base": "./crisis.yaml", "axes": axes, "runs": 256}
    written = load_sweep(worlds.write(tmp_path, file, "sweep.yaml"))
    found = sim.sweep(tmp_path / "crisis.yaml", {**axes, "credibility": np.array([0.4, 0.7])}, runs=256)
    assert isinstance(found, SweepResult)
    assert [cell.hash for cell in found.sweep.cells] == [cell.hash for cell in written.cells]
    frame = found.to_frame()
    assert len(frame) == 4
    assert list(frame["actors.shield.strength"]) == [0.2, 0.2, 0.6, 0.6]
    direct = sim.run(sim.load(tmp_path / "crisis.yaml").with_(dict(found.sweep.cells[2].changes)), runs=256)
    assert frame["offensive.30.p"][2] == pytest.approx(direct.probability("offensive", by=30).p, abs=1e-6)
    assert {path.name for path in found.write_report(tmp_path / "out")} >= {"sweep.html", "sweep.csv"}


@pytest.mark.parametrize(
    ("axes", "settings", "message"),
    [
        ({"actors.turky.posture": [0.2]}, {}, "did you mean turkey?"),
        ({"actors.turkey.posture": [0.2, 3]}, {}, "actors.turkey.posture"),
        ({}, {}, "axes"),
        ({"actors.turkey.posture": [0.2]}, {"design": "gird"}, "did you mean grid?"),
        ({"actors.turkey.posture": [0.2]}, {"runs": 0}, "runs"),
        ({"actors.turkey.posture": [0.2]}, {"seed": 1.0}, "seed"),
    ],
)
def test_a_wrong_sweep_is_a_clear_value_error(
    scenario: sim.Scenario, axes: Any, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        sim.sweep(scenario, axes, **settings)
    assert isinstance(error.value, ScenarioError)
    assert message in str(error.value)
    assert str(error.value).startswith("sweep: ")
