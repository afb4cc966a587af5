"""The kit for CI: the workflow, the action, the hooks and the page about them say what the command line does."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from sim.cli.app import app
from sim.cli.console import Exit
from tests.ci.workflow import ACTION, HOOKS, WORKFLOW, expressions, read
from tests.docs.markdown import blocks, section, tables
from tests.places import IDLIB, ROOT

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
OFFRAMP = Path(sys.executable).parent / "offramp"


def inputs() -> dict[str, Any]:
    """Inputs of the workflow."""
    called: dict[str, Any] = read(WORKFLOW)["on"]["workflow_call"]["inputs"]
    return called


def test_the_workflow_plans_runs_and_merges_also_where_a_shard_failed() -> None:
    jobs = read(WORKFLOW)["jobs"]
    assert list(jobs) == ["plan", "shard", "merge"]
    assert jobs["merge"]["if"] == "${{ !cancelled() }}"
    assert jobs["merge"]["needs"] == ["plan", "shard"]
    assert jobs["shard"]["strategy"] == {"fail-fast": False, "matrix": "${{ fromJSON(needs.plan.outputs.matrix) }}"}


def test_the_workflow_takes_the_action_of_its_own_version() -> None:
    for job in read(WORKFLOW)["jobs"].values():
        own = [step for step in job["steps"] if step.get("with", {}).get("path") == ".offramp/source"]
        assert [(step["with"]["repository"], step["with"]["ref"]) for step in own] == [
            ("${{ job.workflow_repository }}", "${{ job.workflow_sha }}")
        ]
    (call,) = (step for step in read(WORKFLOW)["jobs"]["shard"]["steps"] if step["uses"].startswith("./"))
    assert (ROOT / call["uses"].removeprefix("./.offramp/source/") / "action.yml") == ACTION
    assert set(call["with"]) <= set(read(ACTION)["inputs"])


@pytest.mark.parametrize("path", [WORKFLOW, ACTION], ids=["workflow", "action"])
def test_no_command_holds_an_expression_so_that_no_input_is_run_as_one(path: Path) -> None:
    def runs(node: Any) -> list[str]:
        if isinstance(node, dict):
            return [value for key, value in node.items() if key == "run"] + [
                found for value in node.values() for found in runs(value)
            ]
        return [found for value in node for found in runs(value)] if isinstance(node, list) else []

    commands = [command for command in runs(read(path)) if isinstance(command, str)]
    assert commands
    assert [one for command in commands for one in expressions(command)] == []


def test_every_input_that_is_used_is_declared() -> None:
    for path, declared in ((WORKFLOW, inputs()), (ACTION, read(ACTION)["inputs"])):
        used = {found.removeprefix("inputs.") for found in expressions(read(path)) if found.startswith("inputs.")}
        assert used == set(declared)


def test_every_option_that_a_command_is_given_is_one_of_its_own() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    text = "\n".join(path.read_text(encoding="utf-8") for path in (WORKFLOW, ACTION, HOOKS)) + PAGE
    found = re.findall(r"offramp (check|validate|sweep (?:plan|run|merge))\b((?:[^\n#|`]|\n +--)*)", text)
    checked = 0
    for words, rest in found:
        command: Any = commands.get(words.split()[0])
        if command is None:
            pytest.skip("this version of offramp has no sweeps")
        for name in words.split()[1:]:
            command = command.commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        for option in re.findall(r"(?<![\w-])--[a-z-]+", rest):
            assert option in known, f"offramp {words} has no {option}"
            checked += 1
    assert checked >= 10


# -- the page -------------------------------------------------------------------------------------------------------


def test_the_page_tells_the_inputs_of_the_workflow() -> None:
    (table,) = (table for table in tables(section(PAGE, "GitHub Actions")) if "input" in table[0])
    told = {row["input"].strip("`"): row["default"] for row in table}
    assert list(told) == list(inputs())
    for name, one in inputs().items():
        default = "required" if one.get("required") else str(one["default"]) or "as in the sweep file"
        assert told[name] == default


def test_the_set_up_calls_the_workflow_with_its_inputs() -> None:
    called = read_text(blocks(PAGE, "yaml")[0])["jobs"]["sweep"]
    assert called["uses"].partition("@")[0].removeprefix("OWNER/offramp/") == WORKFLOW.relative_to(ROOT).as_posix()
    assert set(called["with"]) <= set(inputs())


def test_the_hooks_of_the_page_are_those_of_the_project() -> None:
    (repository,) = read_text(blocks(PAGE, "yaml")[2])["repos"]
    assert repository["hooks"] == [{"id": hook["id"]} for hook in read(HOOKS)]


def test_the_page_tells_every_exit_code() -> None:
    (table,) = (table for table in tables(section(PAGE, "What comes out")) if "exit code" in table[0])
    assert [int(row["exit code"]) for row in table] == sorted(map(int, Exit))


def read_text(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(text)


# -- hooks ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of scenarios as a user has one."""
    shutil.copytree(IDLIB, tmp_path / "scenarios" / "idlib-2018", ignore=shutil.ignore_patterns("sweeps"))
    return tmp_path


def run_hook(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does: its entry with its arguments."""
    (hook,) = (hook for hook in read(HOOKS) if hook["id"] == name)
    assert hook["pass_filenames"] is False
    words = [*shlex.split(hook["entry"]), *hook["args"]]
    command = [str(OFFRAMP), *words[1:]]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_hooks_pass_on_the_scenarios_of_the_project(repository: Path) -> None:
    valid, held = run_hook("validate", repository), run_hook("check", repository)
    assert (valid.returncode, held.returncode) == (0, 0), valid.stderr + held.stderr
    assert valid.stdout.count(": valid") == len(list(repository.rglob("*.yaml")))
    assert "5 passed" in held.stderr


@pytest.mark.slow
def test_the_hooks_stop_a_commit_that_breaks_a_file_or_a_claim(repository: Path) -> None:
    file = repository / "scenarios" / "idlib-2018" / "baseline.yaml"
    needed = {"baseline.yaml", "pressures-withdrawn.yaml", "evidence.yaml", "sources.yaml"}
    for other in file.parent.glob("*.yaml"):
        if other.name not in needed:
            other.unlink()
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("below: 0.45", "below: 0.05"), encoding="utf-8")
    assert run_hook("validate", repository).returncode == 0
    held = run_hook("check", repository)
    assert held.returncode == 1
    assert "1 failed, 2 passed" in held.stderr
    file.write_text(text.replace("below: 0.45", "bellow: 0.45"), encoding="utf-8")
    assert run_hook("validate", repository).returncode == 2
    assert run_hook("check", repository).returncode == 2
