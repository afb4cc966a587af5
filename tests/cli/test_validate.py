"""`validate` on folders: every file is checked as what it is, by what it says and by the keys it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Offramp
from tests.places import IDLIB, ROOT
from tests.scenario.files import FULL, MINIMAL, Folder, edit

SWEEP = "schema: offramp/sweep/1\nid: s\ntitle: T?\nbase: crisis.yaml\naxes: {actors.attacker.salience: [0.2, 0.4]}\n"
FORMATS = (
    "offramp/scenario/1, offramp/sweep/1, offramp/evidence/1, offramp/sources/1, offramp/draft/1 or offramp/cast/1"
)
GATED = FULL + "gates:\n  g: {compared_with: ./other.yaml, change_below: 0.1}\n"
CASE = edit(MINIMAL, ("60 days", "30 days")) + "case: {area: here}\nresolution: {}\n"


def test_files_of_every_kind_are_counted_and_the_unknown_is_named(offramp: Offramp, folder: Folder) -> None:
    crisis = folder.write(FULL)
    folder.evidence()
    folder.write("schema: offramp/scenario/1\nid: part\n" + "population: 1000\n", "part.yaml")
    folder.write(edit(MINIMAL, ("id: crisis", "id: whole\nextends: ./part.yaml")), "whole.yaml")
    folder.write(SWEEP, "sweep.yaml")
    folder.write(GATED, "gated.yaml")
    folder.write(MINIMAL, "other.yaml")
    foreign = folder.write("services:\n  web: {image: x}\n", "compose.yaml")
    answer = offramp("validate", crisis.parent)
    assert answer.code == 0, answer.err
    assert (
        answer.out.splitlines()[-1]
        == "4 scenarios, 1 shared base, 1 sweep, 1 evidence file, 1 list of sources: all valid"
    )
    assert answer.err.splitlines()[0] == (
        f"{foreign}: unknown kind of file, not checked; expected a key `schema`, which is {FORMATS}"
    )
    assert str(foreign) not in answer.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (edit(FULL, ("schema: offramp/scenario/1\n", "")), "schema: this key is required"),
        (
            edit(FULL, ("offramp/scenario/1", "offramp/scenaro/1")),
            f"1:1: schema: expected a key `schema`, which is {FORMATS} (got",
        ),
        (edit(FULL, ("stance: 0.8", "stance: 8")), "actors.attacker.stance: expected a number from -1 to 1"),
        (GATED, "gates.g.compared_with: there is no file './other.yaml'"),
        (CASE, "case"),
        (edit(SWEEP, ("schema: offramp/sweep/1\n", "")), "schema: this key is required"),
        (edit(SWEEP, ("salience", "salienc")), "axes.actors.attacker.salienc: "),
        (
            SWEEP + "gates:\n  g: {compared_with: ./other.yaml, change_below: 0.1}\n",
            "gates.g.compared_with: there is no file './other.yaml'",
        ),
        ("schema: offramp/evidence/1\nitems: {}\n", "sources: this key is required"),
        ("sources: ./s.yaml\nitems: {}\n", "schema: this key is required"),
        ("schema: offramp/sources/1\nsources: {}\n", "sources: "),
        ("schema: offramp/scenario/1\nid: [", "not valid YAML"),
    ],
    ids=[
        "scenario",
        "kind",
        "actor",
        "gate",
        "case",
        "sweep",
        "axis",
        "sweep-gate",
        "evidence",
        "items",
        "sources",
        "yaml",
    ],
)
def test_a_broken_file_of_any_kind_is_a_fault_in_a_folder_as_by_name(
    offramp: Offramp, folder: Folder, text: str, said: str
) -> None:
    crisis = folder.write(FULL)
    broken = folder.write(text, "broken.yaml")
    for path in (broken, crisis.parent):
        answer = offramp("validate", path)
        assert answer.code == 2
        assert said in answer.err
        assert "no scenario" not in answer.err
    assert answer.err.splitlines()[-1].endswith(" in 1 of 2 files")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("services: {}\n", f"schema: expected a key `schema`, which is {FORMATS} (there is none)"),
        ("- a\n", "expected a map of keys"),
        ("{", "not valid YAML"),
    ],
)
def test_a_file_of_no_kind_that_is_named_says_what_was_expected(
    offramp: Offramp, folder: Folder, text: str, said: str
) -> None:
    answer = offramp("validate", folder.write(text, "foreign.yaml"))
    assert answer.code == 2
    assert said in answer.err


def test_a_folder_without_anything_to_check_is_no_success(offramp: Offramp, tmp_path: Path) -> None:
    answer = offramp("validate", tmp_path)
    assert answer.code == 2
    assert f"there is no YAML file in {tmp_path}" in answer.err
    (tmp_path / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    answer = offramp("validate", tmp_path)
    assert answer.code == 2
    assert "unknown kind of file" in answer.err


@pytest.mark.slow
def test_the_shipped_scenarios_are_valid_and_all_of_them_are_counted(offramp: Offramp) -> None:
    idlib = sorted(IDLIB.glob("*.yaml"))
    folders = [ROOT / "scenarios" / "cases", ROOT / "scenarios" / "east-ghouta-2018"]
    answer = offramp("validate", *folders, *idlib)
    assert (answer.code, "unknown" in answer.err) == (0, False)
    *each, counts = answer.out.splitlines()
    assert len(each) == len(idlib) + sum(len(list(folder.rglob("*.yaml"))) for folder in folders)
    assert counts == "15 scenarios, 44 cases, 6 shared bases, 1 evidence file, 1 list of sources: all valid"
