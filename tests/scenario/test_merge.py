"""`extends`: what a variant changes, what it leaves, where every value then stands, and which files it may read."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

import sim
from sim.errors import ScenarioError
from sim.scenario.merge import MAX_BASES, read_merged
from tests.scenario.files import FULL, MINIMAL, OVER, READING, Folder, edit

BASE = (
    FULL
    + """\
ties:
  backer: {attacker: 0.8, shield: 0.4}
  shield: {backer: 0.3}
pressures:
  appeal: {from: envoy, on: backer, aim: restrain, intensity: 0.5, half_life: 60 days}
population: {normal: [100000, 5000]}
parameters: {precision: 5, frailty: 0.2}
notes: {first: one, second: two}
"""
)
"""Lines 15 to 22 follow those of FULL."""


@pytest.fixture
def based(folder: Folder) -> Folder:
    folder.write(BASE, "base.yaml")
    return folder


def merged(folder: Folder, over: str) -> dict[str, object]:
    return read_merged(folder.write(OVER + over)).value


# -- values -------------------------------------------------------------------------------------------------------


def test_a_variant_that_changes_nothing_is_its_base_under_another_name(based: Folder) -> None:
    base, variant = sim.load(based.path / "base.yaml"), based.load(OVER)
    assert variant.id == "variant"
    assert {**variant.plain(), "id": "crisis"} == base.plain()


def test_an_override_touches_one_field_and_no_other(based: Folder) -> None:
    before, after = (
        sim.load(based.path / "base.yaml").plain(),
        based.load(OVER + "actors: {shield: {strength: 0.9}}\n").plain(),
    )
    assert after["actors"]["shield"].pop("strength") == 0.9
    assert before["actors"]["shield"].pop("strength") == 0.4
    assert {**after, "id": "crisis"} == before


def test_merging_keeps_the_order_of_the_base_and_appends_what_is_new(based: Folder) -> None:
    scenario = based.load(OVER + "actors:\n  second: {role: guarantor, stance: 0}\n  town: {strength: 1}\n")
    assert list(scenario.actors) == ["attacker", "town", "backer", "shield", "envoy", "second"]


@pytest.mark.parametrize(
    ("over", "key", "expected"),
    [
        ("population: {uniform: [1, 2]}\n", "population", {"uniform": [1, 2]}),
        ("population: 7\n", "population", 7),
        (
            "parameters: {precision: {lognormal: [6, 0.2]}}\n",
            "parameters",
            {"precision": {"lognormal": [6, 0.2]}, "frailty": 0.2},
        ),
        ("notes: {first: three}\n", "notes", {"first": "three", "second": "two"}),
        (
            "ties: {backer: {shield: 0.1}}\n",
            "ties",
            {"backer": {"attacker": 0.8, "shield": 0.1}, "shield": {"backer": 0.3}},
        ),
    ],
    ids=["distribution for distribution", "number for distribution", "distribution for number", "text", "tie"],
)
def test_maps_merge_and_all_else_is_replaced_whole(based: Folder, over: str, key: str, expected: object) -> None:
    assert merged(based, over)[key] == expected


def test_lists_are_replaced_whole(folder: Folder) -> None:
    folder.write(edit(MINIMAL, ("60 days", "60 days\n  milestones: [10, 20, 30]")), "base.yaml")
    assert folder.load(OVER + "question: {milestones: [5]}\n").milestones == (5, 60)


@pytest.mark.parametrize(
    ("over", "gone"),
    [
        ("pressures: {appeal: null}\n", ("pressures", "appeal")),
        ("pressures: {appeal: }\n", ("pressures", "appeal")),
        ("pressures: {appeal: {half_life: ~}}\n", ("pressures", "appeal", "half_life")),
        ("pressures: null\n", ("pressures",)),
        ("population: null\n", ("population",)),
        ("notes: {first: null}\n", ("notes", "first")),
        ("ties: {backer: {shield: null}}\n", ("ties", "backer", "shield")),
        ("parameters: {precision: null}\n", ("parameters", "precision")),
    ],
)
def test_null_removes_what_the_base_wrote(based: Folder, over: str, gone: tuple[str, ...]) -> None:
    tree = read_merged(based.write(OVER + over))
    value = tree.value
    for key in gone[:-1]:
        value = value[key]
    assert gone[-1] not in value
    assert gone not in tree.places


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("{quantiles: {10: 0.2, 50: 0.4, 90: }}", ".quantiles.90: expected a number at percentile 90 (got null)"),
        ("{uniform: [0.2, 0.4], about}", ": expected a number or a distribution such as {normal: [mean, sd]}"),
        ("{experts: [0.2, 0.4, null]}", ".experts.2: expected a number or a distribution"),
    ],
)
def test_null_inside_a_distribution_is_a_fault(based: Folder, number: str, expected: str) -> None:
    (fault,) = based.faults(OVER + f"actors: {{shield: {{strength: {number}}}}}\n")
    assert f"actors.shield.strength{expected}" in fault


def test_weights_that_are_null_are_the_default(based: Folder) -> None:
    scenario = based.load(OVER + "actors: {shield: {strength: {experts: [0.2, 0.4], weights: null}}}\n")
    assert scenario.actors["shield"].strength.mean == pytest.approx(0.3)


def test_what_is_removed_falls_back_to_its_default(based: Folder) -> None:
    scenario = based.load(OVER + "parameters: {precision: null}\n")
    assert scenario.parameters.precision.to_plain() == {"lognormal": [7.0, 0.3]}
    assert scenario.parameters.frailty.to_plain() == 0.2


def test_an_entry_may_be_removed_and_written_anew_further_down_the_chain(based: Folder) -> None:
    based.write(OVER + "notes: {first: null}\n", "middle.yaml")
    scenario = based.load(edit(OVER, ("base", "middle")) + "notes: {first: again}\n")
    assert dict(scenario.document.notes) == {"first": "again", "second": "two"}


def test_the_nearest_file_of_a_chain_wins(based: Folder) -> None:
    based.write(OVER + "actors: {shield: {strength: 0.6, stance: -0.5}}\n", "middle.yaml")
    scenario = based.load(edit(OVER, ("base", "middle")) + "actors: {shield: {strength: 0.7}}\n")
    shield = scenario.plain()["actors"]["shield"]
    assert (shield["strength"], shield["stance"], shield["role"]) == (0.7, -0.5, "guarantor")


def test_extends_is_no_key_of_the_result(based: Folder) -> None:
    assert "extends" not in based.load(OVER).plain()


# -- places -------------------------------------------------------------------------------------------------------


def test_places_point_to_the_file_that_wrote_the_value(based: Folder) -> None:
    scenario = based.load(OVER + "actors:\n  shield: {strength: 0.9}\npopulation: 7\n")

    def place(*path: str | int) -> str:
        one = scenario.places[path]
        return f"{Path(one.file).name}:{one.line}:{one.column}"

    assert place("id") == "crisis.yaml:2:1"
    assert place("title") == "base.yaml:3:1"
    assert place("actors", "shield", "strength") == "crisis.yaml:5:12"
    assert place("actors", "shield", "stance") == "base.yaml:13:29"
    assert place("population") == "crisis.yaml:6:1"
    assert ("population", "normal") not in scenario.places


def test_a_list_that_replaces_a_longer_one_leaves_no_places_behind(folder: Folder) -> None:
    folder.write(edit(MINIMAL, ("60 days", "60 days\n  milestones: [10, 20, 30]")), "base.yaml")
    scenario = folder.load(OVER + "question: {milestones: [5]}\n")
    items = {
        path: Path(place.file).name for path, place in scenario.places.items() if path[:2] == ("question", "milestones")
    }
    assert items == {("question", "milestones"): "crisis.yaml", ("question", "milestones", 0): "crisis.yaml"}


def test_faults_point_to_the_file_that_wrote_the_value(based: Folder) -> None:
    told = based.faults(OVER + "actors: {shield: {strength: -1}}\nnotes: {first: 5}\n")
    assert told == [
        "crisis.yaml:4:19: actors.shield.strength: expected a number of 0 or more (got -1)",
        "crisis.yaml:5:9: notes.first: expected text (got 5); put it in quotes to make it text",
    ]
    based.write(edit(BASE, ("precision: 5", "precision: -5")), "base.yaml")
    assert based.faults(OVER) == ["base.yaml:21:14: parameters.precision: expected a number above 0 (got -5)"]


# -- removing what is not there -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        (
            "actors: {shild: null}\n",
            "crisis.yaml:4:10: actors.shild: there is nothing to remove here; did you mean shield?",
        ),
        (
            "pressures: {appeals: null}\n",
            "crisis.yaml:4:13: pressures.appeals: there is nothing to remove here; did you mean appeal?",
        ),
        ("talks: {summit: null}\n", "crisis.yaml:4:9: talks.summit: there is nothing to remove here"),
        ("notes: {third: null}\n", "crisis.yaml:4:9: notes.third: there is nothing to remove here"),
        ("ties:\n  envoy: null\n", "crisis.yaml:5:3: ties.envoy: there is nothing to remove here"),
    ],
)
def test_removing_what_no_base_has_is_a_slip_of_the_pen(based: Folder, over: str, expected: str) -> None:
    assert based.faults(OVER + over) == [expected]


def test_removing_what_was_removed_already_is_a_slip_too(based: Folder) -> None:
    based.write(OVER + "notes: {first: null}\n", "middle.yaml")
    told = based.faults(edit(OVER, ("base", "middle")) + "notes: {first: null}\n")
    assert told == ["crisis.yaml:4:9: notes.first: there is nothing to remove here"]


@pytest.mark.parametrize(
    "over",
    ["populaton: null\n", "parameters: {precison: null}\n", "actors: {shield: {strenth: null}}\n"],
    ids=["top", "part", "actor"],
)
def test_removing_a_misspelt_key_is_a_slip_too(based: Folder, over: str) -> None:
    assert based.faults(OVER + over)


def test_a_variant_that_removes_all_actors_of_a_base_with_evidence_is_told_so(folder: Folder) -> None:
    folder.evidence()
    folder.write(READING, "base.yaml")
    empty = "this key is required, and has no value; put null in quotes if it is meant as text"
    assert folder.faults(OVER + "actors:\n") == [f"crisis.yaml:4:1: actors: {empty}"]


def test_a_removal_that_fails_hides_no_other_fault(based: Folder) -> None:
    assert len(based.faults(OVER + "notes: {third: null}\ntitel: x\n")) == 2


# -- maps that look like distributions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "key", "expected"),
    [
        ("notes: {uniform: three}\n", "notes", {"first", "second", "uniform"}),
        (
            "ties: {normal: {backer: 0.1}}\nactors: {normal: {role: guarantor, stance: 0}}\n",
            "ties",
            {"backer", "shield", "normal"},
        ),
    ],
    ids=["notes", "ties"],
)
def test_a_name_that_is_also_a_distribution_loses_nothing(
    based: Folder, over: str, key: str, expected: set[str]
) -> None:
    assert set(based.load(OVER + over).plain()[key]) == expected


# -- which files may be read ----------------------------------------------------------------------------------------


def outside(file: str) -> str:
    return f"crisis.yaml:3:1: extends: {file!r} lies outside the scenario folder 'scenarios'; keep the file inside it"


@pytest.mark.parametrize("file", ["../base.yaml", "..", "../../etc/passwd", "/etc/passwd", "./a/../../x.yaml", "/"])
def test_a_base_outside_the_scenario_folder_is_refused(folder: Folder, file: str) -> None:
    (folder.path.parent / "base.yaml").write_text(MINIMAL)
    assert folder.faults(edit(OVER, ("./base.yaml", file))) == [outside(file)]


def test_a_link_that_leads_outside_is_refused(folder: Folder) -> None:
    (folder.path.parent / "secret.yaml").write_text(MINIMAL)
    (folder.path / "base.yaml").symlink_to(folder.path.parent / "secret.yaml")
    assert folder.faults(OVER) == [outside("./base.yaml")]


def test_a_folder_that_is_a_link_outside_is_refused(folder: Folder) -> None:
    (folder.path.parent / "elsewhere").mkdir()
    (folder.path.parent / "elsewhere" / "base.yaml").write_text(MINIMAL)
    (folder.path / "in").symlink_to(folder.path.parent / "elsewhere")
    assert folder.faults(edit(OVER, ("./base.yaml", "in/base.yaml"))) == [outside("in/base.yaml")]


def test_a_link_followed_by_dots_does_not_lead_outside(folder: Folder) -> None:
    (folder.path.parent / "secret.yaml").write_text(MINIMAL)
    (folder.path / "a" / "b" / "c").mkdir(parents=True)
    (folder.path / "link").symlink_to(folder.path / "a" / "b" / "c")
    with pytest.raises(ScenarioError):
        sim.load(folder.write(edit(OVER, ("./base.yaml", "./link/../../secret.yaml"))))


def test_a_link_within_the_folder_is_followed(based: Folder) -> None:
    (based.path / "link.yaml").symlink_to("base.yaml")
    assert based.load(edit(OVER, ("./base", "./link"))).principal == "backer"


@pytest.mark.parametrize(
    "file", ["base.yaml", "./base.yaml", ".//base.yaml", "../scenarios/base.yaml", "deep/../base.yaml"]
)
def test_a_base_may_be_named_in_any_way_that_leads_to_it(based: Folder, file: str) -> None:
    scenario = based.load(edit(OVER, ("./base.yaml", file)))
    assert Path(scenario.places["title",].file) == based.path / "base.yaml"


def test_a_base_may_lie_in_another_folder_of_the_same_root(based: Folder) -> None:
    file = based.write(edit(OVER, ("./base.yaml", "../base.yaml")), "deep/variant.yaml")
    scenario = sim.load(file)
    assert Path(scenario.places["title",].file) == based.path / "base.yaml"


def test_without_a_folder_called_scenarios_the_files_own_folder_is_the_root(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "base.yaml").write_text(MINIMAL)
    file = tmp_path / "one" / "variant.yaml"
    file.write_text(edit(OVER, ("./base", "../base")))
    with pytest.raises(ScenarioError, match=r"'\.\./base\.yaml' lies outside the scenario folder 'one'"):
        sim.load(file)


def test_a_base_that_is_missing_is_told_with_the_nearest_name(based: Folder) -> None:
    told = based.faults(edit(OVER, ("./base.yaml", "./basse.yaml")))
    assert told == ["crisis.yaml:3:1: extends: there is no file './basse.yaml'; did you mean base.yaml?"]
    told = based.faults(edit(OVER, ("./base.yaml", "none/at-all.txt")))
    assert told == ["crisis.yaml:3:1: extends: there is no file 'none/at-all.txt'"]


@pytest.mark.parametrize("written", ["5", "true", "[./base.yaml]", "{file: ./base.yaml}"])
def test_extends_takes_the_path_of_a_file(based: Folder, written: str) -> None:
    (told,) = based.faults(edit(OVER, ("./base.yaml", written)))
    assert told.startswith(
        "crisis.yaml:3:1: extends: expected the path of a scenario file, as in ./baseline.yaml (got "
    )


def test_a_path_with_a_null_character_is_refused(based: Folder) -> None:
    (told,) = based.faults(edit(OVER, ("./base.yaml", '"a\\0b"')))
    assert told.startswith("crisis.yaml:3:1: extends: no file can have this path: ")


def test_extends_nothing_is_no_extension(folder: Folder) -> None:
    assert folder.load(MINIMAL + "extends: null\n").id == "crisis"


def test_a_file_that_extends_itself_is_refused(folder: Folder) -> None:
    told = folder.faults(edit(OVER, ("./base", "./crisis")))
    assert told == ["crisis.yaml:3:1: extends: './crisis.yaml' extends this file in turn; break the circle"]


def test_a_circle_is_refused_where_it_closes(folder: Folder) -> None:
    folder.write(edit(OVER, ("./base", "./crisis")), "base.yaml")
    assert folder.faults(OVER) == [
        "base.yaml:3:1: extends: './crisis.yaml' extends this file in turn; break the circle"
    ]


def test_a_circle_through_a_link_is_refused_too(folder: Folder) -> None:
    (folder.path / "base.yaml").symlink_to("crisis.yaml")
    assert folder.faults(OVER) == [
        "crisis.yaml:3:1: extends: './base.yaml' extends this file in turn; break the circle"
    ]


def test_a_chain_may_have_eight_bases(folder: Folder) -> None:
    for number in range(MAX_BASES - 1):
        folder.write(edit(OVER, ("./base", f"./c{number + 1}")), f"c{number}.yaml")
    folder.write(MINIMAL, f"c{MAX_BASES - 1}.yaml")
    assert folder.load(edit(OVER, ("./base", "./c0"))).id == "variant"
    folder.write(edit(OVER, ("./base", "./last")), f"c{MAX_BASES - 1}.yaml")
    folder.write(MINIMAL, "last.yaml")
    assert folder.faults(edit(OVER, ("./base", "./c0"))) == [
        "c7.yaml:3:1: extends: more than 8 files extend one another"
    ]


def test_a_fault_of_a_base_names_the_base(folder: Folder) -> None:
    folder.write("a: &x 1\nb: [\n", "base.yaml")
    assert folder.faults(OVER) == [
        "base.yaml:1:4: a: anchors (&x) are not part of the language; use `extends`",
        "base.yaml:3:1: not valid YAML: expected the node content, but found '<stream end>'",
    ]


ODD_PATHS = ["a" * 300, "a" * 5000, "./loop.yaml"]
odd = pytest.mark.parametrize("file", ODD_PATHS, ids=["long name", "long path", "loop of links"])


@odd
def test_a_path_that_no_file_can_have_is_a_fault_of_extends(folder: Folder, file: str) -> None:
    (folder.path / "loop.yaml").symlink_to("loop.yaml")
    (told,) = folder.faults(edit(OVER, ("./base.yaml", file)))
    assert told.startswith("crisis.yaml:3:1: extends: ")


@pytest.mark.parametrize("written", ["'..\\base.yaml'", '"..\\base.yaml"', ".\\evidence\\base.yaml"])
def test_a_path_with_backslashes_is_told_of_slashes(folder: Folder, written: str) -> None:
    (told,) = folder.faults(edit(OVER, ("./base.yaml", written)))
    assert told.startswith("crisis.yaml:3:1: extends: there is no file ")
    assert told.endswith("; write / in place of \\")


@pytest.mark.parametrize("name", ["loop.yaml", "a\0b"], ids=["loop of links", "null character"])
def test_a_scenario_that_no_file_can_be_is_a_fault(folder: Folder, name: str) -> None:
    (folder.path / "loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(ScenarioError):
        sim.load(folder.path / name)


def test_a_base_that_is_a_pipe_is_not_waited_for(folder: Folder) -> None:
    os.mkfifo(folder.path / "pipe")
    told = folder.faults(edit(OVER, ("./base.yaml", "./pipe")))
    assert told == ["crisis.yaml:3:1: extends: there is no file './pipe'"]


def test_evidence_that_is_a_pipe_is_not_waited_for(folder: Folder) -> None:
    os.mkfifo(folder.path / "pipe")
    done = threading.Event()

    def let_go() -> None:  # so that the reader does not hang where it opens the pipe after all
        while not done.is_set():
            try:
                os.close(os.open(folder.path / "pipe", os.O_WRONLY | os.O_NONBLOCK))
            except OSError:
                time.sleep(0.01)

    helper = threading.Thread(target=let_go)
    helper.start()
    try:
        told = folder.faults(MINIMAL + "evidence: ./pipe\n")
    finally:
        done.set()
        helper.join()
    assert told[0].startswith("crisis.yaml:12:1: evidence: ")
