"""The past cases are coded by their codebook: every number is a level of docs/cases.md, written as that word."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import sim
from reports import renew
from sim.distributions import Distribution, parse
from sim.errors import ScenarioError
from sim.scenario.levels import LEVELS as BOOK
from sim.scenario.levels import level
from sim.scenario.merge import read_merged
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Case, Parameters, Resolution
from tests import worlds
from tests.docs.markdown import section, tables
from tests.places import CASES, ROOT, cases

CODEBOOK = (ROOT / "docs" / "cases.md").read_text(encoding="utf-8")
EACH = pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
BESIDE = {"role", "name", "stance", "basis"}
"""Fields of a mediator that a case writes; its one number is fixed."""


def number(text: str) -> Distribution:
    return parse(YAML(typ="safe").load(text))


def levels() -> dict[str, dict[str, Distribution]]:
    """The levels of the codebook by role and field, such as `patron.stance`."""
    found: dict[str, dict[str, Distribution]] = {}
    for table in tables(section(CODEBOOK, "2. Levels")):
        for column in table[0]:
            for path in re.findall(r"`([a-z_.]+)`", column):
                rows = {row["level"].strip("`"): number(row[column]) for row in table}
                assert found.setdefault(path, rows) is rows, f"two tables for {path}"
    return found


def fixed() -> dict[str, dict[str, Distribution]]:
    """The fixed values of the codebook by role and field."""
    (table,) = tables(section(CODEBOOK, "3. Fixed values"))
    pair = re.compile(r"(\w+) (\{[^}]*\}|[0-9.]+)")
    return {row["role"]: {key: number(value) for key, value in pair.findall(row["fixed"])} for row in table}


LEVELS = levels()
FIXED = fixed()
LISTED = {row["case"].partition("]")[0][1:]: row for row in next(tables(section(CODEBOOK, "6. The cases")))}


@cache
def load(path: Path) -> Scenario:
    return sim.load(path)


def told(path: Path) -> tuple[Case, Resolution]:
    document = load(path).document
    assert document.case is not None
    assert document.resolution is not None
    return document.case, document.resolution


def named(scenario: Scenario, *path: str) -> str:
    """The level that a file writes for a value."""
    place = scenario.places[path]
    assert path in scenario.levels, f"{place.file}:{place.line} names no level"
    return scenario.levels[path].word


def test_the_codebook_has_the_levels_of_every_role() -> None:
    assert {path.partition(".")[0] for path in LEVELS} == {
        "initiator",
        "patron",
        "guarantor",
        "defender",
        "ties",
        "credibility",
    }
    assert len(LEVELS) >= 20
    for path, rows in LEVELS.items():
        assert len(set(rows.values())) == len(rows), f"two levels of {path} have the same number"


def test_the_levels_of_the_language_are_those_of_the_codebook() -> None:
    """Words, numbers and definitions: docs/cases.md shows to people what the loader takes."""
    assert {field: {word: level(field, word).distribution for word in table} for field, table in BOOK.items()} == LEVELS
    text = " ".join(CODEBOOK.split())
    for field, table in BOOK.items():
        for word in table:
            definition = " ".join(level(field, word).definition.split())
            assert definition in text, f"{field} {word}"


def test_a_word_stands_for_its_distribution_by_role(tmp_path: Path) -> None:
    """The same draws as with the numbers, and the word is kept."""
    words = {"stance": "threatened", "posture": "massed", "momentum": "none"}
    numbers = {key: BOOK[f"initiator.{key}"][word][0] for key, word in words.items()}
    found = []
    for values in (words, numbers):
        changes = {f"actors__attacker__{key}": value for key, value in values.items()}
        found.append(worlds.load(tmp_path, **changes))
    assert found[0].hash == found[1].hash
    assert found[0].levels["actors", "attacker", "stance"].word == "threatened"
    assert not found[1].levels
    tied = worlds.load(tmp_path, ties__backer__attacker="decisive", credibility="monitored")
    assert tied.document.ties["backer"]["attacker"] == level("ties.patron.initiator", "decisive").distribution
    assert tied.document.credibility == level("credibility", "monitored").distribution


def test_a_word_that_is_no_level_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r'aim, paused, no-aim \(got "threatend"\); did you mean threatened'
    ) as caught:
        worlds.load(tmp_path, actors__attacker__stance="threatend", ties__shield__backer="strongly")
    assert len(caught.value.faults) == 2, "each once, and nothing else"


def test_the_codebook_lists_every_case() -> None:
    assert list(LISTED) == [path.stem for path in cases()]
    assert len(LISTED) == 44


@EACH
def test_every_coded_number_is_the_level_that_the_file_names(path: Path) -> None:
    scenario = load(path)
    for name, actor in scenario.actors.items():
        for coded, rows in LEVELS.items():
            role, _, field = coded.partition(".")
            if role != actor.role or (field == "self_reliance" and ("actors", name, field) not in scenario.places):
                continue
            assert getattr(actor, field) == rows[named(scenario, "actors", name, field)], f"{name}.{field}"
    assert scenario.document.credibility == LEVELS["credibility"][named(scenario, "credibility")]


@EACH
def test_every_tie_is_the_level_that_the_file_names(path: Path) -> None:
    scenario = load(path)
    for source, targets in scenario.document.ties.items():
        for target, leverage in targets.items():
            rows = LEVELS[f"ties.{scenario.actors[source].role}.{scenario.actors[target].role}"]
            assert leverage == rows[named(scenario, "ties", source, target)], f"{source} over {target}"


@EACH
def test_a_patron_has_one_level_for_stance_and_backing(path: Path) -> None:
    scenario = load(path)
    if "patron" in scenario.actors:
        assert named(scenario, "actors", "patron", "stance") == named(scenario, "actors", "patron", "posture")


@EACH
def test_self_reliance_is_coded_where_there_is_a_patron_and_only_there(path: Path) -> None:
    scenario = load(path)
    assert (("actors", "initiator", "self_reliance") in scenario.places) == ("patron" in scenario.actors)


@EACH
def test_nothing_but_levels_and_fixed_values_is_written(path: Path) -> None:
    scenario = load(path)
    coded = {name for name in LEVELS if not name.startswith("ties.")}
    for key, actor in scenario.actors.items():
        values = FIXED[actor.role]
        assert {field: getattr(actor, field) for field in values} == values, key
        written = {where[2] for where in scenario.places if len(where) == 3 and where[:2] == ("actors", key)}
        allowed = {field.partition(".")[2] for field in coded if field.startswith(f"{actor.role}.")}
        assert written <= allowed | set(values) | {"role", "name", "basis"}, key
        assert actor.role != "mediator" or written == BESIDE
    document = scenario.document
    assert document.parameters == Parameters()
    assert (document.pressures, document.evidence) == ({}, None)
    boost = re.search(r"boost of\s+(\{uniform: [^}]*\})", CODEBOOK)
    assert boost is not None
    assert {talks.boost for talks in scenario.talks.values()} <= {number(boost[1])}


@EACH
def test_every_case_asks_over_the_same_days_and_gives_its_reasons(path: Path) -> None:
    scenario = load(path)
    assert scenario.id == path.stem
    assert (scenario.horizon, scenario.milestones) == (180, (30, 90, 180))
    assert scenario.document.question.resolves == load(cases()[0]).document.question.resolves
    assert scenario.document.population is not None
    assert all(actor.basis is not None and len(actor.basis) <= 300 for actor in scenario.actors.values())
    assert {actor.role for actor in scenario.actors.values() if actor.name is None} == set()
    assert list(scenario.document.notes) == ["start"]


@EACH
def test_somebody_can_agree_with_somebody(path: Path) -> None:
    scenario = load(path)
    assert scenario.counterpart is not None
    assert scenario.document.ties[scenario.counterpart][scenario.principal].median > 0


@EACH
def test_a_case_is_filed_as_the_codebook_lists_it(path: Path) -> None:
    case, _ = told(path)
    row = LISTED[path.stem]
    assert (case.tier, f"`{case.area}`") == (row["tier"], row["area"])
    assert load(path).as_of.isoformat() == row["as of"]
    assert path.stem.endswith(row["as of"][:7])
    marks = [f"`{name.removeprefix('actors.')}`" for name in load(path).document.hindsight]
    assert ", ".join(marks) == row["marked"].replace("nothing", "")
    assert f"(../scenarios/cases/{path.name})" in row["case"]


def test_cases_on_the_same_ground_share_their_area() -> None:
    areas: dict[str, list[str]] = {}
    for path in cases():
        areas.setdefault(told(path)[0].area, []).append(path.stem.partition("-")[0])
    assert len(areas["greater-idlib"]) == 11
    shared = {area: rows for area, rows in areas.items() if len(rows) > 1 and area != "greater-idlib"}
    assert shared == {
        "eastern-aleppo": ["s01", "s02"],
        "tell-rifaat": ["t03", "t09", "t11"],
        "east-of-euphrates": ["t04", "t06"],
        "hodeidah": ["x03", "x04"],
        "nagorno-karabakh": ["x06", "x08"],
    }


def test_idlib_on_19_august_2018_is_the_target() -> None:
    targets = [path for path in cases() if told(path)[0].target]
    assert [path.stem for path in targets] == ["s12-idlib-2018-08"]
    assert load(targets[0]).as_of.isoformat() == "2018-08-19"


def test_some_offensives_came_and_some_did_not_in_every_tier() -> None:
    for tier in "ABC":
        came = [told(path)[1].offensive is not None for path in cases() if told(path)[0].tier == tier]
        assert 0 < sum(came) < len(came)


def test_every_archetype_is_used_and_is_no_scenario_by_itself() -> None:
    used = {Path(place.file).resolve() for path in cases() for place in load(path).places.values()}
    archetypes = set((CASES / "archetypes").glob("*.yaml"))
    assert archetypes <= used
    assert used - archetypes == set(cases())
    for path in archetypes:
        assert "as_of" not in read_merged(path).value["question"]


def test_cases_get_no_reference_report() -> None:
    assert renew.scenario_files()
    assert not [file for file in renew.scenario_files() if "cases" in file.parts]


def keys(value: Any) -> set[str]:
    """All keys of nested maps."""
    return set(value) | {key for inner in value.values() for key in keys(inner)} if isinstance(value, dict) else set()


@EACH
def test_the_outcome_of_a_case_is_not_in_what_a_forecast_is_made_from(path: Path) -> None:
    assert not keys(load(path).plain()) & {"case", "resolution", "hindsight", "offensive", "tier", "area"}
