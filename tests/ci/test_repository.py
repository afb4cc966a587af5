"""How this repository tests and releases itself: workflows, hooks and make targets that agree with each other."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.ci.workflow import ACTION, WORKFLOW, expressions, read
from tests.places import ROOT
from tests.test_project import PYTHONS

TEST = ROOT / ".github" / "workflows" / "test.yml"
RELEASE = ROOT / ".github" / "workflows" / "release.yml"
ALL = [TEST, RELEASE, WORKFLOW, ACTION]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, flags=re.MULTILINE))


def steps(path: Any) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job["steps"]]


def recipe(target: str) -> list[str]:
    """Return the commands of a make target."""
    lines = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", MAKEFILE, flags=re.MULTILINE)
    assert lines is not None, target
    return [line.strip().replace("$(PY)", ".venv/bin/python") for line in lines[1].splitlines()]


def test_every_workflow_is_known_here() -> None:
    assert set((ROOT / ".github" / "workflows").iterdir()) == {TEST, RELEASE, WORKFLOW}


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_commit_with_its_version_beside_it(path: Any) -> None:
    used = re.findall(r"uses: (?!\./)(.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert used
    for one in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one


def test_an_action_has_one_version_in_all_workflows() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in ALL)
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"uses: ([\w-]+/[\w-]+)@(.*)$", text, flags=re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("path", [TEST, RELEASE], ids=lambda path: path.stem)
def test_a_workflow_runs_make_targets_that_there_are(path: Any) -> None:
    run = [word for step in steps(path) for word in re.findall(r"^make ([a-z-]+)$", step.get("run", ""))]
    assert {"lint", "test", "dist"} <= set(run) <= TARGETS


def test_the_tests_run_on_every_python_that_the_package_supports() -> None:
    (matrix,) = (job["strategy"]["matrix"] for job in read(TEST)["jobs"].values() if "strategy" in job)
    assert matrix == {"python": list(PYTHONS)}
    run = [step["run"] for step in steps(TEST) if "run" in step]
    assert {"make lint", "make test", "make test-slow", "make docs", "make dist"} == set(run)


def test_a_job_has_no_permission_that_it_does_not_need() -> None:
    for path in (TEST, RELEASE):
        assert read(path)["permissions"] == {}
        for name, job in read(path)["jobs"].items():
            wanted = {"id-token": "write"} if name == "publish" else {"contents": "read"}
            assert job["permissions"] == wanted, f"{path.name}: {name}"


def test_a_release_needs_no_secret_and_builds_apart_from_publishing() -> None:
    jobs = read(RELEASE)["jobs"]
    assert not [one for one in expressions(read(RELEASE)) if one.startswith("secrets")]
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["environment"] == "release"
    assert all("run" not in step for step in jobs["publish"]["steps"]), "nothing of ours runs with that identity"
    assert read(RELEASE)["on"] == {"push": {"tags": ["v*"]}}


def test_the_commit_hooks_run_what_make_lint_runs() -> None:
    (local,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    assert local["repo"] == "local"
    assert {hook["language"] for hook in local["hooks"]} == {"system"}
    entries = [hook["entry"].replace(" --force-exclude", "") for hook in local["hooks"]]
    assert entries == [re.sub(r" --check| \.$", "", command) for command in recipe("lint")]
