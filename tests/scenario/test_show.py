"""A scenario shown: every value with the place it comes from, as a file that loads again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import sim
from sim.scenario.merge import is_distribution
from sim.scenario.written import origin, origins, resolved_yaml
from tests.places import GHOUTA, IDLIB, SHIPPED
from tests.scenario.files import FULL, OVER, READING, Folder, edit


def leaves(value: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    if isinstance(value, dict) and not is_distribution(value):
        return {key: leaf for name, item in value.items() for key, leaf in leaves(item, (*path, name)).items()}
    return {path: value}


def comments(text: str) -> dict[tuple[str, ...], str]:
    """The comment behind each leaf of a YAML text, by ruamel's round trip."""
    found = {}

    def walk(node: Any, path: tuple[str, ...]) -> None:
        for key, item in node.items():
            mark = node.ca.items.get(key)
            if mark is not None and mark[2] is not None:
                found[(*path, key)] = mark[2].value.strip().removeprefix("# ")
            if isinstance(item, dict):
                walk(item, (*path, key))

    walk(YAML().load(text), ())
    return found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_resolved_scenario_loads_again_as_the_same_scenario(path: Path, tmp_path: Path) -> None:
    scenario = sim.load(path)
    shutil.copytree(path.parent, tmp_path / "scenarios")
    copy = tmp_path / "scenarios" / "resolved.yaml"
    copy.write_text(resolved_yaml(scenario), encoding="utf-8")
    again = sim.load(copy)
    assert again.plain() == scenario.plain()
    assert again.hash == scenario.hash


def test_every_leaf_has_its_origin_beside_it() -> None:
    scenario = sim.load(IDLIB / "german-offer.yaml")
    told = comments(resolved_yaml(scenario))
    assert set(told) == set(leaves(scenario.plain()))
    assert len(told) > 150
    for path, text in told.items():
        assert text == origin(scenario, path)
        place = text.partition(",")[0]
        assert place == "default" or Path(place.rpartition(":")[0]).is_file()


def test_the_line_named_holds_the_key() -> None:
    scenario = sim.load(IDLIB / "turkey-stands-aside.yaml")
    for path, place in scenario.places.items():
        line = Path(place.file).read_text(encoding="utf-8").splitlines()[place.line - 1]
        assert isinstance(path[-1], int) or line[place.column - 1 :].startswith(str(path[-1]))


def test_origins_of_overridden_values_name_the_overriding_file(folder: Folder) -> None:
    folder.write(FULL + "population: 5\n", "base.yaml")
    scenario = folder.load(OVER + "actors: {shield: {strength: 0.9}}\npopulation: {uniform: [1, 2]}\n")
    base, over = folder.path / "base.yaml", folder.path / "crisis.yaml"
    told = comments(resolved_yaml(scenario))
    assert told["actors", "shield", "strength"] == f"{over}:4"
    assert told["actors", "shield", "stance"] == f"{base}:13"
    assert told["actors", "shield", "posture"] == "default"
    assert told["population",] == f"{over}:5"
    assert told["id",] == f"{over}:2"


def test_files_are_named_as_the_user_named_them(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write(FULL, "base.yaml")
    folder.write(edit(OVER, ("./base", "../base")), "deep/variant.yaml")
    monkeypatch.chdir(folder.path)
    told = comments(resolved_yaml(sim.load(os.path.join("deep", "variant.yaml"))))  # noqa: PTH118 - as typed
    assert told["id",] == "deep/variant.yaml:2"
    assert told["title",] == "base.yaml:3"


def test_what_is_read_from_evidence_says_from_how_many_occasions() -> None:
    scenario = sim.load(IDLIB / "baseline.yaml")
    told = comments(resolved_yaml(scenario))
    assert told["actors", "russia", "stance"].endswith(", read from 5 occasions of the evidence")
    assert told["actors", "russia", "ambiguity"].endswith(", read from 5 occasions of the evidence")
    assert "read from" not in told["actors", "germany", "stance"]
    assert "read from" not in told["actors", "assad-regime", "ambiguity"]


def test_one_occasion_is_told_in_the_singular(folder: Folder) -> None:
    folder.evidence()
    told = comments(resolved_yaml(folder.load(READING)))
    assert (
        told["actors", "attacker", "stance"]
        == f"{folder.path / 'crisis.yaml'}:10, read from 1 occasion of the evidence"
    )


def test_an_override_of_evidence_is_an_assumption_again() -> None:
    scenario = sim.load(IDLIB / "russia-restrains.yaml")
    told = comments(resolved_yaml(scenario))
    assert told["actors", "russia", "stance"].partition(":")[0].endswith("russia-restrains.yaml")
    assert "read from" not in told["actors", "russia", "stance"]
    assert "read from" in told["actors", "russia", "ambiguity"]


def test_origins_hold_every_leaf_by_dotted_path() -> None:
    scenario = sim.load(GHOUTA / "baseline.yaml")
    told = origins(scenario)
    assert {tuple(path.split(".")): one["value"] for path, one in told.items()} == leaves(
        {key: value for key, value in scenario.plain().items() if value != {}}
    )
    assert told["parameters.precision"] == {"value": {"lognormal": [7.0, 0.3]}, "origin": "default"}


@pytest.mark.parametrize(
    "title", ["a # b", "- a", "a: b", "'", '"', "no", "5", "2020-01-01", "%", "é ş 🙂", "x " * 149 + "y", "{a}", "&a"]
)
def test_text_of_any_kind_survives_the_showing(folder: Folder, title: str) -> None:
    quoted = '"' + title.replace('"', '\\"') + '"'
    scenario = folder.load(edit(FULL, ("Does it begin?", quoted)))
    assert folder.load(resolved_yaml(scenario), "again.yaml").document.title == scenario.document.title == title.strip()
