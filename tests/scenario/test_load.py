"""Loading: what a scenario may say, and each rule's fault with its file, line, column and key."""

# ruff: noqa: E501 - tables of messages, one a line

from __future__ import annotations

import datetime
import difflib
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.errors import Fault, ScenarioError
from sim.scenario.schema import MAX_ACTORS, MAX_PRESSURES, ROLES, AnyActor, Document
from tests.places import SHIPPED
from tests.scenario.files import CAST, EVIDENCE, FULL, MINIMAL, OVER, READING, WITH_FOLDER, Folder, edit

ROLE_LIST = "initiator, patron, guarantor, defender, mediator"
NEEDS_RELIANCE = (
    "crisis.yaml:10:3: actors.attacker.self_reliance: this key is required if there is a patron (town): write what "
    "attacker can do without backing, from 0, nothing, to 1, everything; for example 0.1"
)
NO_INITIATOR = "crisis.yaml:9:1: actors: expected one actor with `role: initiator`: who would launch the offensive?"
NO_DEFENDER = "crisis.yaml:9:1: actors: expected at least one actor with `role: defender`: who holds the ground?"


# -- what loads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_scenario_of_the_project_is_valid(path: Path) -> None:
    scenario = sim.load(path)
    assert scenario.id == f"{path.parent.name}-{path.stem}"
    assert scenario.counterpart is not None


def test_the_project_has_scenarios() -> None:
    assert len(SHIPPED) >= 6


def test_the_least_scenario_loads_with_its_defaults(folder: Folder) -> None:
    scenario = folder.load(MINIMAL)
    plain = scenario.plain()
    assert (scenario.id, scenario.horizon, scenario.milestones) == ("crisis", 60, (60,))
    assert scenario.as_of.isoformat() == "2020-01-01"
    assert plain["credibility"] == 0.5
    assert (plain["strikes"], plain["terms"]) == ("heavy bombing", "on")
    assert plain["start"] == {"phase": "standoff"}
    assert "population" not in plain
    assert (plain["ties"], plain["pressures"], plain["talks"], plain["notes"]) == ({}, {}, {}, {})
    common = {"resolve": 0.7, "salience": 0.8, "ambiguity": 0.3, "strength": 0}
    attacker = {"stance": 0.8, **common, "strength": 1, "role": "initiator", "posture": 0.4}
    attacker |= {"self_reliance": 1, "momentum": 0}
    assert plain["actors"]["attacker"] == attacker
    assert plain["actors"]["town"] == {"stance": -0.9, **common, "role": "defender", "posture": 0.1, "militancy": 0.2}


@pytest.mark.parametrize(
    ("role", "own"),
    [
        ("patron", {"posture": 0.3, "share": 1, "exposure": 0.5}),
        ("guarantor", {"posture": 0.4, "air_denial": 0}),
        ("mediator", {"posture": 0, "attention": 0.1}),
    ],
)
def test_each_role_has_the_defaults_of_the_model(folder: Folder, role: str, own: dict[str, float]) -> None:
    least = edit(MINIMAL, ("0.8", "0.8, self_reliance: 0.1"))
    actor = folder.load(least + f"  other: {{role: {role}, stance: 0}}\n").plain()["actors"]["other"]
    assert {key: actor[key] for key in own} == own
    assert actor.keys() - own.keys() == {"role", "stance", "resolve", "salience", "ambiguity", "strength"}


def test_an_empty_section_is_an_absent_one(folder: Folder) -> None:
    sections = (
        "population",
        "credibility",
        "start",
        "bargaining",
        "ties",
        "pressures",
        "talks",
        "parameters",
        "notes",
        "confidence",
    )
    plain = folder.load(MINIMAL).plain()
    for section in (*sections, "evidence"):
        assert folder.load(MINIMAL + f"{section}:\n").plain() == plain
        assert folder.load(MINIMAL + f"{section}: null\n").plain() == plain


def test_milestones_are_sorted_once_each_with_the_horizon_last(folder: Folder) -> None:
    text = edit(MINIMAL, ("60 days", "60 days\n  milestones: [30, 7 days, 2 weeks, 30, 60]"))
    assert folder.load(text).milestones == (7, 14, 30, 60)


def test_an_actor_may_be_called_like_a_role(folder: Folder) -> None:
    text = edit(MINIMAL, ("attacker:", "patron:"), ("town:", "initiator:"))
    assert list(folder.load(text).actors) == ["patron", "initiator"]
    text = edit(text, ("stance: 0.8", "stance: 8, defender: 1"))
    assert folder.faults(text) == [
        "crisis.yaml:10:29: actors.patron.stance: expected a number from -1 to 1 (got 8)",
        "crisis.yaml:10:40: actors.patron.defender: there is no such key",
    ]


def test_names_default_to_the_id_in_capitals(folder: Folder) -> None:
    scenario = folder.load(
        edit(MINIMAL, ("attacker:", "far-attacker:"), ("stance: -0.9", "stance: -0.9, name: The Town"))
    )
    assert (scenario.name_of("far-attacker"), scenario.name_of("town")) == ("Far Attacker", "The Town")


def test_what_happened_may_be_told(folder: Folder) -> None:
    told = folder.load(FULL + f"{outcome('2020-02-29', '2020-01-01')}\ncase: {{tier: B, area: town}}\n").document
    assert told.case is not None
    assert told.resolution is not None
    assert (told.case.tier, told.case.area, told.case.target) == ("B", "town", False)
    assert told.resolution.offensive == datetime.date(2020, 2, 29)
    assert told.resolution.agreement == datetime.date(2020, 1, 1)
    nothing = folder.load(FULL + outcome("none", "none")).document.resolution
    assert nothing is not None
    assert (nothing.offensive, nothing.agreement) == (None, None)


def test_hindsight_names_anything_that_is_written_in_a_file_or_its_base(folder: Folder) -> None:
    folder.write(FULL, "base.yaml")
    over = OVER + "talks: {t: {start: 1, boost: 1}}\nhindsight:\n"
    paths = ["actors.town.stance", "actors.shield", "question.as_of", "talks.t.boost"]
    over += "".join(f"  {path}: A reason.\n" for path in paths)
    assert list(folder.load(over).document.hindsight) == paths


def test_a_path_may_be_text(folder: Folder) -> None:
    assert sim.load(str(folder.write(MINIMAL))).id == "crisis"


# -- one example of each fault --------------------------------------------------------------------------------------

QUESTION = "crisis.yaml:4:1: question"
APPEAL = "pressures:\n  p: {from: envoy, on: backer, aim: restrain, intensity: 0.5}\n"
BOUNDS = [
    # what stands in the file instead, and its faults
    ("schema: offramp/scenario/1", "schema: offramp/scenario/2", ['crisis.yaml:1:1: schema: expected \'offramp/scenario/1\' (got "offramp/scenario/2"); did you mean offramp/scenario/1?']),
    ("schema: offramp/scenario/1\n", "", ["crisis.yaml:1:1: schema: this key is required"]),
    ("id: crisis", "id: Crisis", ['crisis.yaml:2:1: id: expected text like assad-regime (small letters, digits and hyphens, 64 at most) (got "Crisis")']),
    ("id: crisis", "id: -crisis", ['crisis.yaml:2:1: id: expected text like assad-regime (small letters, digits and hyphens, 64 at most) (got "-crisis")']),
    ("id: crisis", 'id: "crisis\\n"', ['crisis.yaml:2:1: id: expected text like assad-regime (small letters, digits and hyphens, 64 at most) (got "crisis\\n")']),
    ("id: crisis", "id: 5", ["crisis.yaml:2:1: id: expected text (got 5); put it in quotes to make it text"]),
    ("title: Does it begin?", "title: ''", ['crisis.yaml:3:1: title: expected some text (got "")']),
    ("title: Does it begin?", "title: '  '", ['crisis.yaml:3:1: title: expected some text (got "  ")']),
    ("title: Does it begin?", "title: [x]", ['crisis.yaml:3:1: title: expected text (got ["x"])']),
    ("title: Does it begin?", f"title: {'x' * 301}", [f'crisis.yaml:3:1: title: expected at most 300 characters (got "{"x" * 56}...)']),
    ("title: Does it begin?", "title: null", ["crisis.yaml:3:1: title: this key is required, and has no value; put null in quotes if it is meant as text"]),
    ("resolves: It begins.", "resolvs: It begins.", [f"{QUESTION}.resolves: this key is required", "crisis.yaml:7:3: question.resolvs: there is no such key; did you mean resolves?"]),
    ("{role: initiator, stance: 0.8}", "{stance: 0.8}", [f"crisis.yaml:10:3: actors.attacker.role: this key is required: one of {ROLE_LIST}"]),
    ("{role: initiator, stance: 0.8}", "{role: null, stance: 0.8}", [f"crisis.yaml:10:14: actors.attacker.role: this key is required: one of {ROLE_LIST}"]),
    ("{role: initiator, stance: 0.8}", "5", ["crisis.yaml:10:3: actors.attacker: expected a map of keys (got 5)"]),
    ("{role: initiator, stance: 0.8}", "[]", ["crisis.yaml:10:3: actors.attacker: expected a map of keys (got [])"]),
    ("{role: initiator, stance: 0.8}", "{role: initiator}", ["crisis.yaml:10:3: actors.attacker.stance: this key is required"]),
    ("{role: initiator, stance: 0.8}", "{role: patron, stance: 0.8}", [NO_INITIATOR]),
    ("{role: defender, stance: -0.9}", "{role: patron, stance: -0.9}", [NO_DEFENDER, NEEDS_RELIANCE]),
    ("{role: defender, stance: -0.9}", "{role: initiator, stance: -0.9}", [NO_DEFENDER, "crisis.yaml:11:10: actors.town.role: expected only one initiator; attacker already has this role"]),
    ("  town:", "  Town:", ['crisis.yaml:11:3: actors.Town: expected text like assad-regime (small letters, digits and hyphens, 64 at most) (got "Town")']),
    ("  town:", "  'the town':", ['crisis.yaml:11:3: actors.the town: expected text like assad-regime (small letters, digits and hyphens, 64 at most) (got "the town")']),
    ("stance: 0.8", "stance: evidence", ["crisis.yaml:10:31: actors.attacker.stance: the scenario names no evidence file; add `evidence: ./evidence.yaml`"]),
    ("stance: 0.8", "stance: 0, militancy: 1", ["crisis.yaml:10:42: actors.attacker.militancy: there is no such key"]),
    ("60 days", "60 days\n  milestones: 30", ["crisis.yaml:7:3: question.milestones: expected a list (got 30)"]),
    ("60 days", "60 days\n  milestones: [30, 61, 60, 90]", ["crisis.yaml:7:20: question.milestones.1: expected a day within the horizon of 60 days", "crisis.yaml:7:28: question.milestones.3: expected a day within the horizon of 60 days"]),
    ("60 days", "60 days\n  milestones: [30, soon]", ['crisis.yaml:7:20: question.milestones.1: expected a duration such as "120 days" (got "soon")']),
    ("60 days", f"60 days\n  milestones: [{', '.join('1' * 13)}]", ["crisis.yaml:7:3: question.milestones: expected at most 12 entries (got [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), BOUNDS, ids=[f"{new[:40]!r}" for _, new, _ in BOUNDS])
def test_a_fault_is_told_with_its_place_and_key(folder: Folder, old: str, new: str, expected: list[str]) -> None:
    assert folder.faults(edit(MINIMAL, (old, new))) == expected


def outcome(offensive: str, agreement: str) -> str:
    return f"resolution: {{offensive: {offensive}, agreement: {agreement}, source: x, confidence: low}}"


APPENDED = [
    # what follows the 14 lines of a scenario with all roles, and its faults
    ("start: {phase: standof}", ["15:9: start.phase: expected 'standoff' or 'agreement' (got \"standof\"); did you mean standoff?"]),
    ("start: {phase: offensive}", ["15:9: start.phase: expected 'standoff' or 'agreement' (got \"offensive\")"]),
    ("start: standoff", ['15:1: start: expected a map of keys (got "standoff")']),
    ("confidence: {level: hgih, basis: x}", ["15:14: confidence.level: expected 'low', 'moderate' or 'high' (got \"hgih\"); did you mean high?"]),
    ("confidence: {level: low}", ["15:1: confidence.basis: this key is required"]),
    ("confidence: low", ['15:1: confidence: expected a map of keys (got "low")']),
    ("population: 0", ["15:1: population: expected a number above 0 (got 0)"]),
    ("credibility: 1.1", ["15:1: credibility: expected a number from 0 to 1 (got 1.1)"]),
    ("notes: {One: x}", ['15:9: notes.One: expected text like assad-regime (small letters, digits and hyphens, 64 at most) (got "One")']),
    ("notes: {one: 5}", ["15:9: notes.one: expected text (got 5); put it in quotes to make it text"]),
    ("notes: [x]", ['15:1: notes: expected a map of keys (got ["x"])']),
    ("ties: {backr: {attacker: 0.5}}", ["15:8: ties.backr: there is no actor 'backr'; did you mean backer?"]),
    ("ties: {backer: {atacker: 0.5}}", ["15:17: ties.backer.atacker: there is no actor 'atacker'; did you mean attacker?"]),
    ("ties: {backer: {nobody: 0.5}}", ["15:17: ties.backer.nobody: there is no actor 'nobody'"]),
    ("ties: {backer: {backer: 0.5}}", ["15:17: ties.backer.backer: an actor has no leverage over itself; remove the line"]),
    ("ties: {backer: {attacker: 1.5}}", ["15:17: ties.backer.attacker: expected a number from 0 to 1 (got 1.5)"]),
    ("ties: {backer: 5}", ["15:8: ties.backer: expected a map of keys (got 5)"]),
    ("ties: {backer: [attacker]}", ['15:8: ties.backer: expected a map of keys (got ["attacker"])']),
    ("ties: [backer]", ['15:1: ties: expected a map of keys (got ["backer"])']),
    ("bargaining: {principal: bcker}", ["15:14: bargaining.principal: there is no actor 'bcker'; did you mean backer?"]),
    ("bargaining: {counterpart: nobody}", ["15:14: bargaining.counterpart: there is no actor 'nobody'"]),
    ("bargaining: {principal: backer, counterpart: backer}", ["15:33: bargaining.counterpart: expected an actor other than the principal"]),
    ("bargaining: {principal: [backer]}", ['15:14: bargaining.principal: expected text (got ["backer"])']),
    ("parameters: {precision: 0}", ["15:14: parameters.precision: expected a number above 0 (got 0)"]),
    ("parameters: {inertia: -1}", ["15:14: parameters.inertia: expected a number of 0 or more (got -1)"]),
    ("parameters: {agreement_position: 2}", ["15:14: parameters.agreement_position: expected a number from -1 to 1 (got 2)"]),
    ("parameters: 5", ["15:1: parameters: expected a map of keys (got 5)"]),
    ("pressures: {p: 5}", ["15:13: pressures.p: expected a map of keys (got 5)"]),
    ("pressures: {p: {}}", ["15:13: pressures.p.aim: this key is required", "15:13: pressures.p.from: this key is required", "15:13: pressures.p.intensity: this key is required", "15:13: pressures.p.on: this key is required"]),
    ("case: {tier: D, area: x}", ["15:8: case.tier: expected 'A', 'B' or 'C' (got \"D\")"]),
    ("case: {tier: A, area: The Town}", ['15:17: case.area: expected text like assad-regime (small letters, digits and hyphens, 64 at most) (got "The Town")']),
    ("case: {tier: A, area: x, target: yes}", ['15:26: case.target: expected true or false (got "yes")']),
    ("case: {tier: A}", ["15:1: case.area: this key is required"]),
    ("resolution: {}", [f"15:1: resolution.{key}: this key is required" for key in ("agreement", "confidence", "offensive", "source")]),
    (outcome("5", "none"), ["15:14: resolution.offensive: expected a date such as 2018-08-19, or `none` (got 5)"]),
    (outcome("never", "none"), ['15:14: resolution.offensive: expected a date such as 2018-08-19 (got "never")']),
    (outcome("2019-12-31", "none"), ["15:14: resolution.offensive: lies before the as-of date 2020-01-01"]),
    (outcome("2020-03-01", "none"), ["15:14: resolution.offensive: lies after the horizon of 60 days; write `none` and mention it in a `note`"]),
    (outcome("2020-01-09", "2020-01-09"), ["15:37: resolution.agreement: expected a day before the offensive; a later agreement is `none`"]),
    (outcome("none", "2019-12-31"), ["15:31: resolution.agreement: lies before the as-of date 2020-01-01"]),
    ("hindsight: {actors.backr.stance: x}", ["15:13: hindsight.actors.backr.stance: nothing is written at 'actors.backr.stance'; did you mean actors.backer.stance?"]),
    ("hindsight: {actors.backer.stance.normal.mean: x}", ["15:13: hindsight.actors.backer.stance.normal.mean: nothing is written at 'actors.backer.stance.normal.mean'"]),
    ("hindsight: {population: x}", ["15:13: hindsight.population: nothing is written at 'population'"]),
    ("hindsight: {hindsight: x}", ["15:13: hindsight.hindsight: nothing is written at 'hindsight'"]),
    ("hindsight: {.: x}", ['15:13: hindsight..: expected text like actors.patron.stance (the keys on the way to a value) (got ".")', "15:13: hindsight..: nothing is written at '.'"]),
    ("talks: {t: {start: 5}}", ["15:9: talks.t.boost: this key is required"]),
    ("talks: {t: {start: 5, boost: -1}}", ["15:23: talks.t.boost: expected a number of 0 or more (got -1)"]),
    ("talks: {t: {boost: 1, start: 60}}", ["15:23: talks.t.start: begins on day 60, after the horizon of 60 days"]),
    ("talks: {t: {boost: 1, start: 5, end: 5}}", ["15:33: talks.t.end: expected a day after `start`"]),
    ("talks: {t: {boost: 1, start: {uniform: [10, 20]}, end: 2020-01-15}}", ["15:51: talks.t.end: expected a day after `start`"]),
]  # fmt: skip


@pytest.mark.parametrize(("more", "expected"), APPENDED, ids=[more for more, _ in APPENDED])
def test_a_fault_of_a_section_is_told_with_its_place_and_key(folder: Folder, more: str, expected: list[str]) -> None:
    assert folder.faults(f"{FULL}{more}\n") == [f"crisis.yaml:{fault}" for fault in expected]


PRESSURES = [
    ("from: envoy", "from: envoi", ["7: pressures.p.from: there is no actor 'envoi'; did you mean envoy?"]),
    ("on: backer", "on: nobody", ["20: pressures.p.on: there is no actor 'nobody'"]),
    ("on: backer", "on: envoy", ["20: pressures.p.on: expected an actor other than the one it comes from"]),
    ("on: backer", "on: [backer]", ['20: pressures.p.on: expected text (got ["backer"])']),
    ("aim: restrain", "aim: restrian", ["32: pressures.p.aim: expected 'restrain' or 'encourage' (got \"restrian\"); did you mean restrain?"]),
    ("intensity: 0.5", "intensity: 2", ["47: pressures.p.intensity: expected a number from 0 to 1 (got 2)"]),
    ("0.5", "0.5, channel: words", ["63: pressures.p.channel: expected 'persuasion' or 'conditional' (got \"words\")"]),
    ("0.5", "0.5, start: 60", ["63: pressures.p.start: begins on day 60, after the horizon of 60 days"]),
    ("0.5", "0.5, start: 2020-03-01", ["63: pressures.p.start: begins on day 60, after the horizon of 60 days"]),
    ("0.5", "0.5, start: 5, end: 5", ["73: pressures.p.end: expected a day after `start`"]),
    ("0.5", "0.5, end: 2020-01-01", ["63: pressures.p.end: expected a day after `start`"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), PRESSURES, ids=[new for _, new, _ in PRESSURES])
def test_a_fault_of_a_pressure_is_told_with_its_place_and_key(
    folder: Folder, old: str, new: str, expected: list[str]
) -> None:
    told = folder.faults(FULL + edit(APPEAL, (old, new)))
    assert [fault.removeprefix("crisis.yaml:16:") for fault in told] == expected


@pytest.mark.parametrize(
    "times", ["start: 59", "start: -400", "start: -5, end: 0", "start: 2019-12-01, end: 2020-01-01", "end: 500"]
)
def test_a_pressure_may_begin_before_day_0_and_end_after_the_horizon(folder: Folder, times: str) -> None:
    folder.load(FULL + edit(APPEAL, ("0.5", f"0.5, {times}")))


@pytest.mark.parametrize("role", ["[x]", "{a: b}", "5", "true", "[[[]]]", "''", "Initiator", "initiatr"])
def test_a_role_may_be_anything_and_is_told(folder: Folder, role: str) -> None:
    (one,) = folder.faults(edit(MINIMAL, ("role: initiator", f"role: {role}")))
    assert one.startswith(f"crisis.yaml:10:14: actors.attacker.role: expected one of {ROLE_LIST} (got ")
    assert one.endswith("; did you mean initiator?") == ("nitiat" in role)


def test_32_actors_are_taken_and_no_more(folder: Folder) -> None:
    def more(count: int) -> str:
        return "".join(f"  m{number}: {{role: mediator, stance: 0}}\n" for number in range(count))

    assert len(folder.load(MINIMAL + more(MAX_ACTORS - 2)).actors) == 32
    (told,) = folder.faults(MINIMAL + more(MAX_ACTORS - 1))
    assert told.startswith("crisis.yaml:9:1: actors: expected at most 32 entries (got ")


def test_128_pressures_are_taken_and_no_more(folder: Folder) -> None:
    def more(count: int) -> str:
        lines = (f"  p{number}: {{from: envoy, on: backer, aim: restrain, intensity: 0}}\n" for number in range(count))
        return "pressures:\n" + "".join(lines)

    assert len(folder.load(FULL + more(MAX_PRESSURES)).pressures) == 128
    (told,) = folder.faults(FULL + more(MAX_PRESSURES + 1))
    assert told.startswith("crisis.yaml:15:1: pressures: expected at most 128 entries (got ")


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_initiator_but_the_first_is_one_too_many(folder: Folder, count: int) -> None:
    more = "".join(f"  extra{number}: {{role: initiator, stance: 0}}\n" for number in range(count))
    told = folder.faults(MINIMAL + more)
    assert told == [
        f"crisis.yaml:{12 + number}:12: actors.extra{number}.role: expected only one initiator; attacker already has this role"
        for number in range(count)
    ]


# -- did you mean ---------------------------------------------------------------------------------------------------

MISSPELT = [
    (MINIMAL + "populaton: 5\n", "crisis.yaml:12:1: populaton", "population"),
    (MINIMAL + "extend: ./x.yaml\n", "crisis.yaml:12:1: extend", "extends"),
    (edit(MINIMAL, ("60 days", "60 days\n  milestone: [5]")), "crisis.yaml:7:3: question.milestone", "milestones"),
    (MINIMAL + "confidence: {level: low, basis: x, bases: y}\n", "crisis.yaml:12:36: confidence.bases", "basis"),
    (MINIMAL + "start: {phse: standoff}\n", "crisis.yaml:12:9: start.phse", "phase"),
    (MINIMAL + "bargaining: {principle: town}\n", "crisis.yaml:12:14: bargaining.principle", "principal"),
    (MINIMAL + "parameters: {precison: 5}\n", "crisis.yaml:12:14: parameters.precison", "precision"),
    (edit(MINIMAL, ("0.8", "0.8, momentm: 1")), "crisis.yaml:10:44: actors.attacker.momentm", "momentum"),
    (edit(MINIMAL, ("-0.9", "-0.9, milltancy: 1")), "crisis.yaml:11:40: actors.town.milltancy", "militancy"),
    (edit(MINIMAL, ("0.8", "0.8, Resolve: 1")), "crisis.yaml:10:44: actors.attacker.Resolve", "resolve"),
    (FULL + edit(APPEAL, ("0.5", "0.5, half-life: 5")), "crisis.yaml:16:63: pressures.p.half-life", "half_life"),
    (FULL + "talks: {t: {start: 5, boost: 1, ends: 6}}\n", "crisis.yaml:15:33: talks.t.ends", "end"),
    (
        MINIMAL + "forecasts: [{name: Crowd, date: 2020-01-01, by: 2020-02-29, p: 0.3, nots: x}]\n",
        "crisis.yaml:12:69: forecasts.0.nots",
        "note",
    ),
]


@pytest.mark.parametrize(
    ("text", "place", "meant"), MISSPELT, ids=[place.rpartition(" ")[2] for _, place, _ in MISSPELT]
)
def test_a_misspelt_key_is_told_with_what_was_meant(folder: Folder, text: str, place: str, meant: str) -> None:
    assert folder.faults(text) == [f"{place}: there is no such key; did you mean {meant}?"]


def test_a_key_like_no_other_is_told_without_a_guess(folder: Folder) -> None:
    assert folder.faults(MINIMAL + "zzzzzz: 5\n") == ["crisis.yaml:12:1: zzzzzz: there is no such key"]


# -- all at once ----------------------------------------------------------------------------------------------------


def test_all_faults_are_told_at_once_in_the_order_of_the_file(folder: Folder) -> None:
    text = edit(
        FULL,
        ("title:", "titel:"),
        ("60 days", "soon"),
        ("stance: 0.2", "stance: 2"),
        ("strength: 0.4", "strenth: 0.4"),
    )
    text += "ties: {backr: {attacker: 5}}\nstart: {phase: war}\n" + edit(APPEAL, ("on: backer", "on: bakcer"))
    assert folder.faults(text) == [
        "crisis.yaml:1:1: title: this key is required",
        "crisis.yaml:3:1: titel: there is no such key; did you mean title?",
        'crisis.yaml:6:3: question.horizon: expected a duration such as "120 days" (got "soon")',
        "crisis.yaml:12:26: actors.backer.stance: expected a number from -1 to 1 (got 2)",
        "crisis.yaml:13:43: actors.shield.strenth: there is no such key; did you mean strength?",
        "crisis.yaml:15:8: ties.backr: there is no actor 'backr'; did you mean backer?",
        "crisis.yaml:15:16: ties.backr.attacker: expected a number from 0 to 1 (got 5)",
        "crisis.yaml:16:9: start.phase: expected 'standoff' or 'agreement' (got \"war\")",
        "crisis.yaml:18:20: pressures.p.on: there is no actor 'bakcer'; did you mean backer?",
    ]


def test_faults_sort_and_print_as_compilers_do() -> None:
    second, first = Fault("b.yaml", 2, 10, "a.b", "wrong"), Fault("b.yaml", 2, 9, "", "worse")
    error = ScenarioError([second, first, second])
    assert str(error) == "b.yaml:2:9: worse\nb.yaml:2:10: a.b: wrong"
    assert str(Fault("b.yaml", 0, 0, "", "gone")) == "b.yaml: gone"


def test_faults_of_time_are_told_with_the_others(folder: Folder) -> None:
    text = edit(MINIMAL, ("60 days", "60 days\n  milestones: [61]"), ("title:", "titel:"))
    assert len(folder.faults(text)) == 3


def test_a_misspelt_role_hides_no_other_fault_of_the_actor(folder: Folder) -> None:
    told = folder.faults(edit(MINIMAL, ("role: initiator, stance: 0.8", "role: initiatr, stance: 8")))
    assert any("stance" in fault for fault in told)


# -- any value in any place ------------------------------------------------------------------------------------------

plain = st.recursive(
    st.sampled_from(
        ["null", "true", "0", "-1", "0.5", "1e400", ".nan", "x", "''", "evidence", "2020-01-05", "5 days", "town"]
    ),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
        | st.dictionaries(st.sampled_from(["normal", "role", "start", "a", "from", "5"]), inner, max_size=2).map(
            lambda items: "{" + ", ".join(f"{key}: {value}" for key, value in items.items()) + "}"
        )
    ),
    max_leaves=4,
)
keys = st.sampled_from([*Document.model_fields, "schema", "extends", "zz"])


@pytest.mark.slow
@given(st.dictionaries(keys, plain, max_size=4), st.sampled_from([*ROLES, "x"]), plain)
@settings(WITH_FOLDER, max_examples=150)
def test_any_value_in_any_place_is_taken_or_refused_with_a_place(
    folder: Folder, sections: dict[str, str], role: str, value: str
) -> None:
    """No input may raise anything but a ScenarioError."""
    head = {"schema": "offramp/scenario/1", "id": "x", "title": "x", **sections}
    head.setdefault(
        "actors", f"{{a: {{role: initiator, stance: {value}}}, b: {{role: {role}, stance: 0, posture: {value}}}}}"
    )
    head.setdefault("question", "{as_of: 2020-01-01, horizon: 9, resolves: x, does_not_resolve: x}")
    text = "".join(f"{key}: {value}\n" for key, value in head.items())
    file = folder.write(text)
    try:
        sim.load(file)
    except ScenarioError as caught:
        error = caught
    else:
        return
    assert all(fault.line >= 1 for fault in error.faults)


# -- known faults of the loader -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        edit(MINIMAL, ("schema:", "format:")),
        FULL + edit(APPEAL, ("from: envoy", "source: envoy")),
        FULL + edit(APPEAL, ("from: envoy, on: backer", "source: nobody, target: nobody")),
    ],
    ids=["format", "source", "nobody"],
)
def test_a_key_has_one_name_only(folder: Folder, text: str) -> None:
    assert folder.faults(text)


@pytest.mark.parametrize(
    "more",
    ["bargaining: {counterpart: backer}\n", "bargaining: {principal: shield}\n"],
    ids=["counterpart", "principal"],
)
def test_nobody_bargains_with_itself(folder: Folder, more: str) -> None:
    try:
        scenario = folder.load(FULL + more)
    except ScenarioError:
        return
    assert scenario.principal != scenario.counterpart


def test_bounds_of_plain_numbers_are_told_as_expectations(folder: Folder) -> None:
    folder.evidence(edit(EVIDENCE, ("bearing: 0.5", "bearing: 1.5")))
    (told,) = folder.faults(READING)
    assert told.startswith("evidence.yaml:11:5: items.E1.bearing: expected ")


def test_null_in_a_list_is_told_where_it_stands(folder: Folder) -> None:
    (told,) = folder.faults(edit(MINIMAL, ("60 days", "60 days\n  milestones: [null]")))
    assert told.startswith("crisis.yaml:7:16: question.milestones.0: ")


def test_missing_evidence_is_told_where_it_is_named(folder: Folder) -> None:
    folder.evidence()
    told = folder.faults(MINIMAL + "evidence: ./evidnce.yaml\n")
    assert told == ["crisis.yaml:12:1: evidence: there is no file './evidnce.yaml'; did you mean evidence.yaml?"]


def test_thousands_of_unknown_names_do_not_take_minutes(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """4,000 of each fit into a file and take many minutes; here 250 of each, and the comparisons are counted."""
    compared: list[int] = []
    monkeypatch.setattr(difflib, "get_close_matches", lambda word, known, **_: compared.append(len(known)) or [])
    actors = ", ".join(f"actor-number-{number}: 1" for number in range(250))
    ties = ", ".join(f"actor-numbr-{number}x: 1" for number in range(250))
    folder.faults(f"schema: offramp/scenario/1\nactors: {{{actors}}}\nties: {{{ties}}}\n")
    assert sum(compared) < 20_000


def test_the_cast_covers_every_role() -> None:
    assert set(ROLES.values()) == set(get_args(get_args(AnyActor)[0]))
    assert all(f"role: {role}" in MINIMAL + CAST for role in ROLES)


# -- forecasts of others -------------------------------------------------------------------------------------------

PANEL = "{name: %s, date: 2019-12-30, by: %s, p: 0.4}"


@pytest.mark.parametrize("name", ["pooled", "Base rate", "base_rate", "logistic regression", "Model", "median"])
def test_a_forecast_of_others_may_not_take_the_name_of_ours(folder: Folder, name: str) -> None:
    (told,) = folder.faults(MINIMAL + f"forecasts: [{PANEL % (name, '2020-02-01')}]\n")
    assert told.endswith(f"forecasts.0.name: '{name}' is the name of another forecast; name this forecaster")


def test_one_forecaster_may_speak_of_two_windows_and_of_each_once(folder: Folder) -> None:
    first, later = PANEL % ("A panel", "2020-02-01"), PANEL % ("A panel", "2020-02-20")
    assert len(folder.load(MINIMAL + f"forecasts: [{first}, {later}]\n").document.forecasts) == 2
    (told,) = folder.faults(MINIMAL + f"forecasts: [{first}, {first}]\n")
    assert "forecasts.1.name" in told


@pytest.mark.parametrize("word", ["007", "1e5", "true"])
def test_an_id_that_yaml_takes_for_something_else_is_told_of_quotes(folder: Folder, word: str) -> None:
    (told,) = folder.faults(edit(MINIMAL, ("id: crisis", f"id: {word}")))
    assert told.endswith("; put it in quotes to make it text")
    folder.load(edit(MINIMAL, ("id: crisis", f'id: "{word}"')))


def test_an_id_that_is_null_is_told_of_quotes(folder: Folder) -> None:
    (told,) = folder.faults(edit(MINIMAL, ("id: crisis", "id: null")))
    assert (
        told == "crisis.yaml:2:1: id: this key is required, and has no value; put null in quotes if it is meant as text"
    )


@pytest.mark.parametrize(
    "text", ["confidence: {level: low, basis: a, eight items}", "pressures: {p: {from: town, note: a, b}}"]
)
def test_a_text_with_a_comma_is_told_of_quotes(folder: Folder, text: str) -> None:
    told = folder.faults(f"{MINIMAL}{text}\n")
    assert any("there is no such key; a text with a comma needs quotes between { and }" in fault for fault in told)
