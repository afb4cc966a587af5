"""`validate`, `show` and `schema`: what goes to stdout, what to stderr, and the exit code."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import sim
from sim.scenario.jsonschema import scenario_schema
from tests.cli.conftest import Offramp
from tests.places import IDLIB
from tests.scenario.files import EVIDENCE, FULL, MINIMAL, OVER, SOURCES, Folder, edit

# -- validate -----------------------------------------------------------------------------------------------------


def test_a_valid_file_is_said_to_be_valid_with_the_next_step(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("validate", crisis)
    assert answer.code == 0
    assert answer.out == f"{crisis}: valid\n"
    assert answer.err == f"next: offramp run {crisis}\n"


def test_all_faults_are_printed_at_once_on_stderr(offramp: Offramp, folder: Folder) -> None:
    file = folder.write(edit(MINIMAL, ("title:", "titel:"), ("stance: 0.8", "stance: 8")))
    answer = offramp("validate", file)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.splitlines() == [
        f"{file}:1:1: title: this key is required",
        f"{file}:3:1: titel: there is no such key; did you mean title?",
        f"{file}:10:31: actors.attacker.stance: expected a number from -1 to 1 (got 8)",
        "3 faults in 1 of 1 file",
    ]


def test_faults_are_printed_as_json_on_stdout(offramp: Offramp, folder: Folder) -> None:
    file = folder.write(edit(MINIMAL, ("stance: 0.8", "stance: 8")))
    answer = offramp("validate", file, "--format", "json")
    assert answer.code == 2
    assert answer.err == ""
    message = "expected a number from -1 to 1 (got 8)"
    fault = {"file": str(file), "line": 10, "column": 31, "key": "actors.attacker.stance", "message": message}
    assert answer.json == {"valid": False, "errors": [fault], "warnings": [], "files": {"scenario": 1}, "unknown": []}


def test_a_valid_file_is_valid_in_json_too(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("validate", crisis, "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    assert answer.json == {"valid": True, "errors": [], "warnings": [], "files": {"scenario": 1}, "unknown": []}


WARNING = "no defender or guarantor has a `strength`, so nobody stands in the way; write one, such as 0.4, or 0"


@pytest.mark.parametrize("command", ["validate", "show"])
def test_warnings_go_to_stderr_and_stop_nothing(offramp: Offramp, folder: Folder, command: str) -> None:
    file = folder.write(MINIMAL)
    answer = offramp(command, file)
    assert answer.code == 0
    assert f"{file}:11:3: actors.town: warning: {WARNING} [default-strengths]\n" in answer.err


def test_with_strict_a_warning_is_an_exit_code(offramp: Offramp, folder: Folder, crisis: Path) -> None:
    assert offramp("validate", crisis, "--strict").code == 0
    file = folder.write(MINIMAL, "other.yaml")
    assert offramp("validate", file, "--strict").code == 2
    answer = offramp("validate", file, "--strict", "--format", "json")
    warning = {"file": str(file), "line": 11, "column": 3, "key": "actors.town", "message": WARNING}
    assert answer.code == 2
    assert answer.json["warnings"] == [{**warning, "warning": "default-strengths"}]
    assert (answer.json["valid"], answer.json["errors"]) == (True, [])
    (shown,) = offramp("show", file, "--format", "json").json["warnings"]
    assert shown == {"warning": "default-strengths", "key": "actors.town", "place": "other.yaml:11", "message": WARNING}


def test_a_warning_of_a_shared_base_is_told_once(offramp: Offramp, folder: Folder) -> None:
    base, variant = folder.write(MINIMAL, "base.yaml"), folder.write(OVER)
    assert offramp("validate", base, variant).err.count("warning:") == 1


def test_several_files_are_checked_in_one_call(offramp: Offramp, folder: Folder) -> None:
    good, bad = folder.write(MINIMAL), folder.write(edit(MINIMAL, ("stance: 0.8", "stance: 8")), "bad.yaml")
    answer = offramp("validate", good, bad, folder.path / "none.yaml")
    assert answer.code == 2
    assert answer.out == f"{good}: valid\n"
    assert answer.err.splitlines()[-1] == "2 faults in 2 of 3 files"
    assert "none.yaml: cannot read the file: no such file or directory" in answer.err


def test_a_fault_of_a_shared_base_is_told_once(offramp: Offramp, folder: Folder) -> None:
    base = folder.write(edit(FULL, ("stance: 0.8", "stance: 8")), "base.yaml")
    variants = [folder.write(OVER, f"{name}.yaml") for name in "ab"]
    answer = offramp("validate", base, *variants)
    assert answer.err.splitlines() == [
        f"{base}:10:31: actors.attacker.stance: expected a number from -1 to 1 (got 8)",
        "1 fault in 3 of 3 files",
    ]


def test_without_a_file_the_usage_is_told(offramp: Offramp) -> None:
    answer = offramp("validate")
    assert (answer.code, answer.out) == (2, "")
    assert "Usage" in answer.err


# -- show ---------------------------------------------------------------------------------------------------------


def test_show_tells_question_actors_and_pressures(offramp: Offramp) -> None:
    answer = offramp("show", IDLIB / "baseline.yaml")
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert lines[0] == "Does a pro-government ground offensive on Idlib begin?"
    assert lines[1].startswith("as of 2018-08-19, 180 days; idlib-2018-baseline, ")
    assert "russia           patron     +0.05, sd 0.25 (evidence)" in lines
    assert "germany          mediator   −0.60, sd 0.20 (assumption)" in lines
    assert "bargaining: russia with turkey" in lines
    assert "pressure lavrov-line: russia on turkey, to encourage (persuasion)" in lines
    assert answer.err.startswith("next: offramp run ")


def test_show_says_where_nobody_can_agree(offramp: Offramp, folder: Folder) -> None:
    assert (
        "bargaining: attacker with nobody: no agreement can be concluded" in offramp("show", folder.write(MINIMAL)).out
    )


def test_resolved_is_yaml_with_an_origin_beside_every_value(offramp: Offramp, folder: Folder) -> None:
    folder.write(FULL, "base.yaml")
    file = folder.write(OVER + "actors: {shield: {strength: 0.9}}\n")
    answer = offramp("show", file, "--resolved")
    assert (answer.code, answer.err) == (0, "")
    assert YAML(typ="safe").load(answer.out) == sim.load(file).plain()
    assert f"    strength: 0.9 # {file}:4\n" in answer.out
    assert f"    stance: -0.6 # {folder.path / 'base.yaml'}:13\n" in answer.out
    assert "    resolve: 0.7 # default\n" in answer.out


def test_show_as_json_holds_every_value_and_its_origin(offramp: Offramp, crisis: Path) -> None:
    answer = offramp("show", crisis, "--format", "json")
    assert (answer.code, answer.err) == (0, "")
    scenario = sim.load(crisis)
    assert answer.json["id"] == "crisis"
    assert answer.json["hash"] == scenario.hash
    assert answer.json["values"]["actors.shield.strength"] == {"value": 0.4, "origin": f"{crisis}:14"}
    assert answer.json["values"]["question.milestones"] == {"value": [5], "origin": f"{crisis}:7"}


@pytest.mark.parametrize("command", ["show", "run"])
def test_an_invalid_scenario_leaves_with_2(offramp: Offramp, folder: Folder, command: str) -> None:
    file = folder.write(edit(MINIMAL, ("stance: 0.8", "stance: 8")))
    answer = offramp(command, file)
    assert (answer.code, answer.out) == (2, "")
    assert (
        answer.err == f"{file}:10:31: actors.attacker.stance: expected a number from -1 to 1 (got 8)\n1 fault found\n"
    )
    answer = offramp(command, file, "--format", "json")
    assert (answer.code, answer.err) == (2, "")
    assert [error["key"] for error in answer.json["errors"]] == ["actors.attacker.stance"]


# -- schema -------------------------------------------------------------------------------------------------------


def test_schema_prints_the_schema_for_editors(offramp: Offramp) -> None:
    answer = offramp("schema")
    assert (answer.code, answer.err) == (0, "")
    assert answer.json == json.loads(json.dumps(scenario_schema()))


# -- hostile text -------------------------------------------------------------------------------------------------

HOSTILE = edit(
    FULL,
    ("Does it begin?", '"a\\e[31mred\\a\\x9b31m\\u202e\\u2028 end"'),
    ("strength: 0.4", 'strength: 0.4, name: "A\\e[2J"'),
    ("It begins.", '"y\\e]0;x\\a"'),
) + 'notes: {n: "note \\e[31m x"}\n'  # fmt: skip


def drives_a_terminal(text: str) -> bool:
    return any(not char.isprintable() and char != "\n" for char in text)


@pytest.mark.parametrize(
    "arguments",
    [("show",), ("show", "--resolved"), ("validate",), ("run", "--runs", "64", "--quiet")],
    ids=["show", "resolved", "validate", "run"],
)
def test_control_characters_of_a_scenario_do_not_reach_the_terminal(
    offramp: Offramp, folder: Folder, arguments: tuple[str, ...]
) -> None:
    answer = offramp(arguments[0], folder.write(edit(HOSTILE, ("60 days", "5 days"))), *arguments[1:])
    assert answer.code == 0
    assert not drives_a_terminal(answer.out + answer.err)
    assert "red" in answer.out or arguments[0] == "validate"


def test_control_characters_of_faults_and_file_names_do_not_reach_the_terminal(
    offramp: Offramp, folder: Folder
) -> None:
    file = folder.write(MINIMAL + '"k\\e[31m": "v\\e[31m"\n', "c\x1b[31m.yaml")
    answer = offramp("validate", file)
    assert answer.code == 2
    assert "k\\x1b[31m: there is no such key" in answer.err
    assert not drives_a_terminal(answer.out + answer.err)


@pytest.mark.parametrize("arguments", [("show",), ("run", "--runs", "64", "--quiet")], ids=["show", "run"])
def test_control_characters_do_not_reach_the_terminal_as_json(
    offramp: Offramp, folder: Folder, arguments: tuple[str, ...]
) -> None:
    answer = offramp(
        arguments[0], folder.write(edit(HOSTILE, ("60 days", "5 days"))), *arguments[1:], "--format", "json"
    )
    assert answer.json
    assert not drives_a_terminal(answer.out)


@pytest.mark.parametrize("command", ["show", "run"])
def test_a_title_of_several_lines_cannot_pass_for_results(offramp: Offramp, folder: Folder, command: str) -> None:
    text = edit(FULL, ("60 days", "5 days"), ("Does it begin?", '"X\\noffensive   5 days    0.001"'))
    answer = offramp(command, folder.write(text))
    assert answer.code in (0, 2)
    assert "\noffensive   5 days    0.001" not in answer.out


def test_the_next_step_can_be_pasted_whatever_the_file_is_called(offramp: Offramp, folder: Folder) -> None:
    file = folder.write(MINIMAL, "my file.yaml")
    assert f"'{file}'" in offramp("validate", file).err


@pytest.mark.parametrize("command", ["validate", "show", "run"])
def test_a_lone_surrogate_is_a_fault_in_json_too(offramp: Offramp, folder: Folder, command: str) -> None:
    answer = offramp(command, folder.write(edit(MINIMAL, ("Does it begin?", '"a\\ud800"'))), "--format", "json")
    assert answer.code == 2
    assert [error["key"] for error in answer.json["errors"]] == ["title"]


def test_every_kind_of_file_of_a_scenario_folder_is_checked_as_what_it_is(
    offramp: Offramp, folder: Folder, crisis: Path
) -> None:
    folder.evidence()
    evidence, sources = crisis.with_name("evidence.yaml"), crisis.with_name("sources.yaml")
    named = offramp("validate", sources, evidence, crisis)
    counts = "1 scenario, 1 evidence file, 1 list of sources: all valid\n"
    assert (named.code, named.out) == (0, f"{sources}: valid\n{evidence}: valid\n{crisis}: valid\n{counts}")
    assert named.err == f"next: offramp run {crisis}\n"
    found = offramp("validate", crisis.parent)
    assert (found.code, sorted(found.out.splitlines())) == (0, sorted(named.out.splitlines()))
    folder.evidence(EVIDENCE.replace("actor:", "actr:", 1), SOURCES.replace("title:", "titel:", 1))
    for file, said in ((evidence, "did you mean actor?"), (sources, "did you mean title?")):
        answer = offramp("validate", file)
        assert answer.code == 2
        assert said in answer.err
        assert str(file) in answer.err


@pytest.mark.parametrize(
    "command",
    ["run", "show", "drivers", "discover", "explore", "counterfactuals", "check", "diff"],
)
def test_a_command_for_scenarios_says_what_another_file_is_and_what_to_type(
    offramp: Offramp, folder: Folder, crisis: Path, command: str
) -> None:
    sweep = "schema: offramp/sweep/1\nid: s\ntitle: T?\nbase: crisis.yaml\naxes: {pressures.appeal.intensity: [0, 1]}\n"
    folder.evidence()
    folder.write(sweep, "s.yaml")
    first = (crisis,) if command == "diff" else ()
    for name, said in (
        ("s.yaml", "this is a sweep, not a scenario; run it with offramp sweep run {}"),
        ("evidence.yaml", "this is an evidence file, not a scenario; check it with offramp validate {}"),
        ("sources.yaml", "this is a list of sources, not a scenario; check it with offramp validate {}"),
    ):
        file = crisis.with_name(name)
        answer = offramp(command, *first, file)
        assert (answer.code, answer.err) == (2, f"{file}:1:1: {said.format(file)}\n1 fault found\n")


def test_what_is_made_from_a_scenario_says_what_another_file_is(offramp: Offramp, folder: Folder) -> None:
    folder.evidence()
    evidence = folder.path / "evidence.yaml"
    sweep = (
        f"schema: offramp/sweep/1\nid: s\ntitle: T?\nbase: {evidence.name}\naxes: {{actors.regime.stance: [0, 1]}}\n"
    )
    for words in (
        ("init", folder.path / "new.yaml", "--from", evidence),
        ("sweep", "run", folder.write(sweep, "s.yaml")),
        ("tip", evidence, "--input", "actors.regime.stance", "--to", "0.5"),
        ("explain", evidence, "--run", "0"),
        ("history", evidence, "--from", "2018-08-01"),
    ):
        answer = offramp(*words)
        assert answer.code == 2
        assert f"{evidence}:1:1: this is an evidence file, not a scenario" in answer.err
    with pytest.raises(sim.errors.ScenarioError, match="an evidence file, not a scenario"):
        sim.load(evidence)


@pytest.mark.parametrize(
    ("command", "more"), [("run", ()), ("plan", ("--shards", 2)), ("cell", ("a-cell", "--out", "out"))]
)
def test_a_sweep_command_says_of_a_scenario_what_to_type(
    offramp: Offramp, crisis: Path, command: str, more: tuple[Any, ...]
) -> None:
    answer = offramp("sweep", command, crisis, *more)
    assert answer.code == 2
    assert answer.err == f"error: {crisis} is a scenario, not a sweep; run it with offramp run {crisis}\n"


def test_a_file_under_two_paths_is_checked_once(offramp: Offramp, crisis: Path) -> None:
    link = crisis.with_name("link.yaml")
    link.symlink_to(crisis)
    winding = crisis.parent / ".." / crisis.parent.name / crisis.name
    assert offramp("validate", crisis, winding, link, crisis.parent).out == f"{crisis}: valid\n"


def test_a_pipe_is_read_once_and_taken_for_what_it_holds(offramp: Offramp, crisis: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, f"{MINIMAL}allow: [default-strengths]\n".encode())
    os.close(writing)
    try:
        answer = offramp("validate", f"/dev/fd/{reading}")
    finally:
        os.close(reading)
    assert (answer.code, answer.out, answer.err) == (0, f"/dev/fd/{reading}: valid\n", "")


@pytest.mark.parametrize("command", ["drivers", "discover", "tip"])
def test_a_window_may_be_given_by_its_last_date_and_is_held_to_the_horizon(
    offramp: Offramp, crisis: Path, command: str
) -> None:
    rest = ("--input", "pressures.appeal.intensity", "--to", "0.5") if command == "tip" else ()
    answer = offramp(command, crisis, *rest, "--by", "2900-01-01")
    assert answer.code == 2
    assert "expected a window from 1 to 10 days, up to" in answer.err
