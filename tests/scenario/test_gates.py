"""Gates in scenario files: what they may say, where their faults stand, and that they are nothing to the model."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

import sim
from sim.scenario.jsonschema import scenario_schema
from sim.scenario.numbers import number_range, with_number
from sim.scenario.scenario import resolve
from sim.studies.gates.trials import trials_of
from tests.scenario.files import FULL, MINIMAL, OVER, Folder, edit

PRESSED = (
    FULL + "pressures: {push: {from: envoy, on: backer, aim: restrain, intensity: {uniform: [0, 1]}}}\n"
    "ties: {envoy: {backer: 0.3}}\n"
)
"""Sixteen lines; gates are appended from line 17 on."""


def gated(*gates: str) -> str:
    return PRESSED + "gates:\n" + "".join(f"  {gate}\n" for gate in gates)


def test_gates_are_read_with_their_defaults(folder: Folder) -> None:
    folder.write(MINIMAL, "other.yaml")
    (folder.path.parent / "forecast.json").write_text("{}", encoding="utf-8")
    gates = folder.load(
        gated(
            "unlikely: {by: 2 weeks, below: 0.45}",
            "apart: {outcome: agreement, compared_with: other.yaml, change_above: -0.02}",
            "steady: {against: ../forecast.json, change_within: 0.02}",
            "falls: {along: pressures.push.intensity, trend: not-rising, from: 0.2, steps: 3, tolerance: 0}",
        )
    ).document.gates
    assert list(gates) == ["unlikely", "apart", "steady", "falls"]
    assert (gates["unlikely"].outcome, gates["unlikely"].by, gates["unlikely"].below) == ("offensive", 14, 0.45)
    assert (gates["falls"].start, gates["falls"].to, gates["falls"].tolerance) == (0.2, None, 0.0)


@pytest.mark.parametrize("by", ["30", "30 days", "2020-01-30"])
def test_the_window_of_a_gate_is_a_number_a_length_or_its_last_date(folder: Folder, by: str) -> None:
    scenario = folder.load(gated(f"g: {{by: {by}, below: 0.4}}"))
    assert scenario.document.gates["g"].day(scenario.as_of, scenario.horizon) == 30
    (trial,) = trials_of(folder.path / "crisis.yaml")
    assert (trial.contrasts[0].day, trial.says) == (30, "P(offensive within 30 days) below 0.4")


def test_gates_are_no_part_of_the_resolved_document_or_its_hash(folder: Folder) -> None:
    without, scenario = folder.load(PRESSED), folder.load(gated("a: {below: 0.4}"))
    assert scenario.hash == without.hash
    assert scenario.plain() == without.plain()
    assert "gates" not in json.dumps(sim.run(scenario, runs=64).record())


def test_a_variant_does_not_inherit_gates_even_faulty_ones(folder: Folder) -> None:
    folder.write(gated("a: {below: 0.4}"), "base.yaml")
    assert folder.load(OVER).document.gates == {}
    assert list(folder.load(OVER + "gates: {b: {above: 0.1}}\n").document.gates) == ["b"]
    folder.write(gated("a: {below: 4}"), "base.yaml")
    folder.load(OVER)
    assert folder.faults(OVER + "gates: {a: null}\n") == ["crisis.yaml:4:9: gates.a: there is nothing to remove here"]


@pytest.mark.parametrize(
    ("gate", "fault"),
    [
        ("g: {outcome: ofensive, below: 0.4}", "18:7: gates.g.outcome: expected 'offensive', 'limited', 'full', "
         "'agreement', 'strikes' or 'terms' (got \"ofensive\"); did you mean offensive?"),
        ("g: {by: 61 days, below: 0.4}",
         "18:7: gates.g.by: expected a day within the horizon of 60 days, up to 2020-02-29"),
        ("g: {by: 2020-03-01, below: 0.4}",
         "18:7: gates.g.by: expected a day within the horizon of 60 days, up to 2020-02-29"),
        ("g: {by: 2019-12-31, below: 0.4}",
         "18:7: gates.g.by: expected a day within the horizon of 60 days, up to 2020-02-29"),
        ("g: {by: soon, below: 0.4}",
         '18:7: gates.g.by: expected a number of days, "90 days" or a date such as 2018-11-16 (got "soon")'),
        ("g: {bellow: 0.4, above: 0.1}", "18:7: gates.g.bellow: there is no such key; did you mean below?"),
        ("g: {below: 40}", "18:7: gates.g.below: expected a number between 0 and 1 (got 40)"),
        ("g: {below: 0}", "18:7: gates.g.below: expected a number between 0 and 1 (got 0)"),
        ("g: {below: yes}", '18:7: gates.g.below: expected a number between 0 and 1 (got "yes")'),
        ("g: {below: 0.2, above: 0.3}", "18:7: gates.g.below: expected a number above `above`, which is 0.3"),
        ("g: {by: 30}", "18:3: gates.g: this gate claims nothing; add one of `below`, `above`"),
        ("g: {below: 0.3, change_below: 0.1}", "18:19: gates.g.change_below: this does not apply to a probability "
         "alone; add `compared_with` or `against`"),
        ("g: {below: 0.3, trend: not-rising}", "18:19: gates.g.trend: this does not apply to a probability alone; "
         "add `along`"),
        ("g: {compared_with: crisis.yaml}", "18:3: gates.g: this gate claims nothing; add one of `change_below`, "
         "`change_above`, `change_within`"),
        ("g: {compared_with: crisis.yaml, change_above: 0, below: 0.4}", "18:52: gates.g.below: this does not apply "
         "with `compared_with`; leave out what it is compared with, or write `change_below` or `change_above`"),
        ("g: {compared_with: crisis.yaml, along: pressures.push.intensity, change_above: 0}",
         "18:35: gates.g.along: a gate is about one thing, and this one has `compared_with` already; write two gates"),
        ("g: {compared_with: crisis.yaml, change_within: 0.1, change_below: 0}",
         "18:35: gates.g.change_within: expected either this or `change_below` and `change_above`"),
        ("g: {compared_with: crisi.yaml, change_above: 0}",
         "18:7: gates.g.compared_with: there is no file 'crisi.yaml'; did you mean crisis.yaml?"),
        ("g: {compared_with: ../x.yaml, change_above: 0}",
         "18:7: gates.g.compared_with: '../x.yaml' lies outside the scenario folder 'scenarios'; keep the file inside "
         "it"),
        ("g: {against: ../none.json, change_within: 0.1}", "18:7: gates.g.against: there is no file '../none.json'"),
        ("g: {along: pressures.push.intensity}", "18:3: gates.g: this gate claims nothing; add `trend`"),
        ("g: {along: pressures.push.intensity, trend: falling}",
         "18:40: gates.g.trend: expected 'not-rising' or 'not-falling' (got \"falling\"); did you mean not-falling?"),
        ("g: {along: pressures.pushy.intensity, trend: not-rising}",
         "18:7: gates.g.along: there is no 'pushy' here in this scenario; did you mean push?"),
        ("g: {along: pressures.push.aim, trend: not-rising}",
         "18:7: gates.g.along: pressures.push.aim is not a number of this scenario"),
        ("g: {along: question.horizon, trend: not-rising}",
         "18:7: gates.g.along: no number has a path that begins with this; expected one of population, credibility, "
         "actors, ties, pressures, talks, events, parameters"),
        ("g: {along: parameters.inertia, trend: not-rising}",
         "18:3: gates.g: parameters.inertia has no end on this side; add `to`"),
        ("g: {along: ties.envoy.backer, trend: not-rising, to: 2}",
         "18:52: gates.g.to: expected a number from 0 to 1 (got 2)"),
        ("g: {along: ties.envoy.backer, trend: not-rising, from: 0.5, to: 0.5}",
         "18:63: gates.g.to: expected a number above `from`, which is 0.5"),
        ("g: {along: ties.envoy.backer, trend: not-rising, steps: 1}",
         "18:52: gates.g.steps: expected a number of 2 or more (got 1)"),
        ("g: 0.4", "18:3: gates.g: expected a map of keys (got 0.4)"),
    ],
)  # fmt: skip
def test_the_fault_of_a_gate_stands_at_its_key(folder: Folder, gate: str, fault: str) -> None:
    assert folder.faults(gated(gate)) == [f"crisis.yaml:{fault}"]


def test_faults_of_gates_are_told_beside_all_others(folder: Folder) -> None:
    text = edit(gated("g: {by: 61, below: 0.4}", "h: {against: none.json}"), ("stance: 0.8", "stance: 8"))
    assert [fault.split(": ")[1] for fault in folder.faults(text)] == [
        "actors.attacker.stance",
        "gates.g.by",
        "gates.h",
        "gates.h.against",
    ]


@pytest.mark.parametrize(
    ("gate", "fits"),
    [
        ("g: {outcome: offensive, by: 90 days, below: 0.45}", True),
        ("g: {along: pressures.push.intensity, by: 9, trend: not-rising, from: 0, to: 1, steps: 5}", True),
        ("g: {against: a.json, change_within: 0.02, basis: Because.}", True),
        ("g: {below: 1}", False),
        ("g: {outcome: peace, below: 0.4}", False),
        ("g: {belo: 0.4}", False),
        ("g: {along: a.b.c, trend: not-rising, steps: 1}", False),
    ],
)
def test_editors_know_gates(folder: Folder, gate: str, fits: bool) -> None:
    validator = Draft202012Validator(scenario_schema())
    assert validator.is_valid(folder.tree(gated(gate)).value) is fits


@pytest.mark.parametrize(
    ("path", "ends"),
    [
        ("pressures.push.intensity", (0, 1)),
        ("ties.envoy.backer", (0, 1)),
        ("actors.shield.stance", (-1, 1)),
        ("actors.shield.strength", (0, float("inf"))),
        ("credibility", (0, 1)),
        ("parameters.patron_bias", (float("-inf"), float("inf"))),
    ],
)
def test_a_number_is_found_by_its_path_and_replaced_alone(folder: Folder, path: str, ends: tuple[float, float]) -> None:
    scenario = folder.load(PRESSED)
    assert number_range(scenario.document, path) == ends
    changed = resolve(with_number(scenario.document, path, 0.25), None)
    *parents, last = path.split(".")
    expected = scenario.plain()
    node = expected
    for key in parents:
        node = node[key]
    node[last] = 0.25
    assert changed.plain() == expected
    assert changed.hash != scenario.hash
