"""Reads workflow files and runs their commands as GitHub would: each job in a folder of its own, each step a process.

Only steps that call offramp are run. What stands between double braces is looked up in a table of what the test gives;
anything else is an error, so that no expression slips by.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.places import ROOT

WORKFLOW = ROOT / ".github" / "workflows" / "offramp-sweep.yml"
ACTION = ROOT / ".github" / "actions" / "offramp-sweep" / "action.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def read(path: Path) -> Any:
    """Read a YAML file."""
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def evaluated(text: str, values: Mapping[str, str]) -> str:
    """Replace every expression by its value; KeyError where the test gives none."""
    return _EXPRESSION.sub(lambda match: values[match[1]], text)


def expressions(node: Any) -> Iterator[str]:
    """Yield every expression in a tree of YAML."""
    if isinstance(node, str):
        yield from _EXPRESSION.findall(node)
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from expressions(value)
    elif isinstance(node, list):
        for value in node:
            yield from expressions(value)


def steps_that_call_offramp(steps: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the steps that run a command of offramp."""
    return [step for step in steps if re.search(r"(^|\s|\()offramp ", step.get("run", ""), flags=re.MULTILINE)]


@dataclass(frozen=True)
class Ran:
    """What a step printed, how it left, what it set and what it wrote into the summary."""

    code: int
    out: str
    err: str
    outputs: dict[str, str]
    summary: str


def run_step(step: Mapping[str, Any], folder: Path, values: Mapping[str, str]) -> Ran:
    """Run one step with bash as GitHub does, in the folder of its job."""
    set_, summary = folder / ".outputs", folder / ".summary.md"
    for file in (set_, summary):
        file.write_text("", encoding="utf-8")
    given = {name: evaluated(str(value), values) for name, value in step.get("env", {}).items()}
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_OUTPUT": str(set_),
        "GITHUB_STEP_SUMMARY": str(summary),
        **given,
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", evaluated(step["run"], values)]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    lines = set_.read_text(encoding="utf-8").splitlines()
    outputs = dict(line.split("=", 1) for line in lines)
    return Ran(ran.returncode, ran.stdout, ran.stderr, outputs, summary.read_text(encoding="utf-8"))
