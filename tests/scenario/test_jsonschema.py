"""The JSON Schema for editors: it agrees with the loader on what a file may say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from sim.distributions import KINDS
from sim.scenario.doubts import DOUBTS
from sim.scenario.jsonschema import scenario_schema
from sim.scenario.schema import ROLES, Document, Parameters, field_range
from sim.scenario.yamltree import read_tree
from tests.places import ROOT, SHIPPED
from tests.scenario.files import FULL, MINIMAL, OVER, Folder, edit

FILE = ROOT / "docs" / "schema" / "scenario.schema.json"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    return Draft202012Validator(scenario_schema())


def complaints(validator: Draft202012Validator, folder: Folder, text: str) -> list[str]:
    return [error.message for error in validator.iter_errors(folder.tree(text).value)]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(scenario_schema())
    assert scenario_schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_schema_in_the_docs_is_the_one_the_models_give() -> None:
    """Renew it with `make schema`."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(scenario_schema()))


def test_every_scenario_names_the_schema_for_editors() -> None:
    for path in SHIPPED:
        first = path.read_text(encoding="utf-8").splitlines()[0]
        relative = first.removeprefix("# yaml-language-server: $schema=")
        assert (path.parent / relative).resolve() == FILE


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_scenario_of_the_project_fits_the_schema(validator: Draft202012Validator, path: Path) -> None:
    assert list(validator.iter_errors(read_tree(path, path.name).value)) == []


@pytest.mark.parametrize(
    "text",
    [
        MINIMAL,
        FULL,
        OVER,
        OVER + "actors: {shield: null, town: {strength: 0.5}}\n",
        OVER + "population: null\nparameters: {precision: null, inertia: {uniform: [0, 1]}}\n",
        OVER + "actors: {town: {stance: null, name: null}}\n",
        FULL
        + "pressures: {p: {from: envoy, on: backer, aim: restrain, intensity: 1, start: 2020-01-05, ramp: 2 weeks}}\n",
        FULL + "talks: {t: {start: -5, end: {uniform: [1, 9]}, boost: 1}}\nties: {envoy: {backer: {beta: [2, 5]}}}\n",
        MINIMAL.replace("60 days", "60").replace("stance: 0.8", "stance: evidence, ambiguity: evidence"),
    ],
    ids=[
        "minimal",
        "full",
        "variant",
        "removed actor",
        "removed numbers",
        "removed fields",
        "pressure",
        "talks",
        "evidence",
    ],
)
def test_what_the_language_allows_fits_the_schema(validator: Draft202012Validator, folder: Folder, text: str) -> None:
    assert complaints(validator, folder, text) == []


WRONG = [
    MINIMAL + "populaton: 5\n",
    edit(MINIMAL, ("resolves: It begins.", "resolves: It begins.\n  horizn: 5")),
    edit(MINIMAL, ("0.8", "0.8, momentm: 1")),
    MINIMAL + "parameters: {precison: 5}\n",
    MINIMAL + "start: {phse: standoff}\n",
    MINIMAL + "confidence: {levl: low}\n",
    MINIMAL + "bargaining: {principle: town}\n",
    FULL + "pressures: {p: {from: envoy, on: backer, aim: restrain, intensty: 1}}\n",
    FULL + "talks: {t: {start: 5, bost: 1}}\n",
    edit(MINIMAL, ("offramp/scenario/1", "offramp/scenario/2")),
    edit(MINIMAL, ("schema: offramp/scenario/1\n", "")),
    edit(MINIMAL, ("id: crisis\n", "")),
    edit(MINIMAL, ("id: crisis", "id: Crisis")),
    edit(MINIMAL, ("role: initiator", "role: initiatr")),
    edit(MINIMAL, ("stance: 0.8", "stance: 2")),
    edit(MINIMAL, ("stance: 0.8", "stance: '0.8'")),
    edit(MINIMAL, ("stance: 0.8", "stance: {norml: [0, 1]}")),
    edit(MINIMAL, ("stance: 0.8", "stance: {normal: [0, 1], beta: [1, 1]}")),
    edit(MINIMAL, ("stance: 0.8", "stance: {normal: [a, b]}")),
    edit(MINIMAL, ("stance: 0.8", "stance: {normal: []}")),
    edit(MINIMAL, ("60 days", "60 months")),
    edit(MINIMAL, ("60 days", "4000")),
    edit(MINIMAL, ("60 days", "1.5")),
    edit(MINIMAL, ("60 days", "60 days\n  milestones: 5")),
    edit(MINIMAL, ("2020-01-01", "1 January")),
    MINIMAL + "population: 0\n",
    MINIMAL + "credibility: 1.5\n",
    MINIMAL + "start: {phase: war}\n",
    MINIMAL + "notes: {a: 5}\n",
    MINIMAL + "extends: [x]\n",
    MINIMAL + "ties: {town: 5}\n",
    MINIMAL + "ties: {town: {attacker: 5}}\n",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_the_schema_finds_wrong_the_loader_does_too(
    validator: Draft202012Validator, folder: Folder, text: str
) -> None:
    assert complaints(validator, folder, text)
    assert folder.faults(text)


def test_the_schema_knows_every_key_with_a_description_of_each_parameter() -> None:
    schema = scenario_schema()
    assert set(schema["properties"]) == {field.alias or name for name, field in Document.model_fields.items()} | {
        "extends"
    }
    assert set(schema["$defs"]["Parameters"]["properties"]) == set(Parameters.model_fields)
    for name, field in Parameters.model_fields.items():
        (entry,) = [part for part in schema["$defs"]["Parameters"]["properties"][name]["anyOf"] if "anyOf" in part]
        assert entry["description"] == field.description
        assert entry["default"] == field.default.to_plain()
    alone, pool = schema["$defs"]["Distribution"]["anyOf"]
    assert set(alone["properties"]) | set(pool["properties"]) == {*KINDS, "weights"}
    assert schema["$defs"]["Allowed"]["properties"]["warning"]["enum"] == list(DOUBTS)
    assert schema["$defs"]["Actor"]["properties"]["role"]["enum"] == list(ROLES)
    own = {key for role in ROLES.values() for key in role.model_fields}
    assert set(schema["$defs"]["Actor"]["properties"]) == own


def test_ranges_of_fields_are_those_draws_are_clipped_to() -> None:
    low, high = field_range(Parameters, "precision")
    assert 0 < low < 1e-3, "an open end is never reached"
    assert high == float("inf")
    assert field_range(Parameters, "inertia") == (0, float("inf"))
    assert field_range(Parameters, "patron_bias") == (float("-inf"), float("inf"))
    assert field_range(Parameters, "agreement_position") == (-1, 1)
    assert field_range(ROLES["initiator"], "self_reliance") == (0, 1)
    assert field_range(ROLES["patron"], "stance") == (-1, 1)


@pytest.mark.parametrize(
    "text", ["pressures: {a: null}", "talks: {a: null}", "notes: {a: null}", "ties: {a: {b: null}}", "ties: {a: null}"]
)
def test_what_a_variant_removes_fits_the_schema(validator: Draft202012Validator, folder: Folder, text: str) -> None:
    assert complaints(validator, folder, OVER + text) == []


@pytest.mark.parametrize(
    "text", ["notes: {One: x}", "pressures: {One: x}", "ties: {One: x}", "actors: {One: {role: mediator, stance: 0}}"]
)
def test_a_name_that_is_none_does_not_fit_the_schema(
    validator: Draft202012Validator, folder: Folder, text: str
) -> None:
    assert complaints(validator, folder, OVER + text)


def test_the_schema_is_made_anew_each_time() -> None:
    first = scenario_schema()
    first["properties"].clear()
    assert scenario_schema()["properties"]
