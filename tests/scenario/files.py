"""Scenario files written as users write them, and their faults as users read them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import sim
from sim.errors import ScenarioError
from sim.scenario.scenario import Scenario
from sim.scenario.yamltree import Tree, read_tree

WITH_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
"""For Hypothesis: every example writes its file anew."""

MINIMAL = """\
schema: offramp/scenario/1
id: crisis
title: Does it begin?
question:
  as_of: 2020-01-01
  horizon: 60 days
  resolves: It begins.
  does_not_resolve: It does not.
actors:
  attacker: {role: initiator, stance: 0.8}
  town: {role: defender, stance: -0.9}
"""
"""The least that is a scenario: 11 lines, so that what a test appends begins on line 12."""

CAST = """\
  backer: {role: patron, stance: 0.2}
  shield: {role: guarantor, stance: -0.6, strength: 0.4}
  envoy: {role: mediator, stance: -0.6}
"""
FULL = MINIMAL.replace("initiator, stance: 0.8}", "initiator, stance: 0.8, self_reliance: 0.1}") + CAST
"""All roles: 14 lines."""

OVER = """\
schema: offramp/scenario/1
id: variant
extends: ./base.yaml
"""
"""The head of a variant: 3 lines."""

EVIDENCE = """\
schema: offramp/evidence/1
sources: ./sources.yaml
items:
  E1:
    actor: attacker
    date: 2019-12-11
    source: paper
    says: It said so.
    kind: statement
    informs: stance
    bearing: 0.5
    reliability: 0.8
    occasion: speech
"""
"""One item: 13 lines; the item's keys are on lines 5 to 13."""

SOURCES = """\
schema: offramp/sources/1
sources:
  paper: {title: A paper, date: 2019-12-31}
"""

READING = MINIMAL.replace("stance: 0.8", "stance: evidence") + "evidence: ./evidence.yaml\n"
"""A scenario whose initiator is read from evidence: 12 lines."""


def edit(text: str, *changes: tuple[str, str]) -> str:
    """Replace pieces of a text that stand in it once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


class Folder:
    """A scenario folder of its own; `scenarios` is its name, so it is its own root."""

    def __init__(self, path: Path) -> None:
        self.path = path / "scenarios"
        self.path.mkdir()

    def write(self, text: str | bytes, name: str = "crisis.yaml") -> Path:
        """Write a file."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        return file

    def evidence(self, evidence: str | bytes = EVIDENCE, sources: str | bytes = SOURCES) -> None:
        """Write an evidence file and its sources."""
        self.write(evidence, "evidence.yaml")
        self.write(sources, "sources.yaml")

    def load(self, text: str | bytes, name: str = "crisis.yaml") -> Scenario:
        """Write a file and load it."""
        return sim.load(self.write(text, name))

    def faults(self, text: str | bytes, name: str = "crisis.yaml") -> list[str]:
        """Write a file that is wrong and return its faults, without the folder: `file:line:col: key: message`."""
        return self.faults_of(self.write(text, name))

    def faults_of(self, file: Path) -> list[str]:
        """Return the faults of a file; fail where it has none."""
        with pytest.raises(ScenarioError) as caught:
            sim.load(file)
        return [str(fault).replace(f"{self.path}/", "") for fault in caught.value.faults]

    def tree(self, text: str | bytes) -> Tree:
        """Read a file as a tree."""
        return read_tree(self.write(text), "crisis.yaml")

    def tree_faults(self, text: str | bytes) -> list[str]:
        """Return what is wrong with a file as YAML."""
        with pytest.raises(ScenarioError) as caught:
            self.tree(text)
        return [str(fault).removeprefix("crisis.yaml").removeprefix(":") for fault in caught.value.faults]
