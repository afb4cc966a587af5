"""Variants: a base that many scenarios vary, each by values laid over its dotted paths (`sim.scenario.edit`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim.model.inputs import Input, inputs_of, is_key
from sim.scenario.edit import path_complaint, vary, written
from sim.scenario.load import scenario_of
from sim.scenario.merge import Merged, read_merged

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.yamltree import Place


@dataclass(frozen=True)
class Base:
    """A scenario file and all that its variants share: the merged value, the evidence, the scenario itself."""

    file: FilePath
    merged: Merged
    scenario: Scenario

    @classmethod
    def load(cls, file: FilePath) -> Base:
        """Read a base.

        Raises
        ------
        ScenarioError
            Where the scenario is at fault.
        """
        merged = read_merged(file)
        return cls(file, merged, scenario_of(merged, file))

    @classmethod
    def of(cls, scenario: Scenario) -> Base:
        """Take a scenario that is at hand; messages name it by its id."""
        return cls(FilePath(scenario.id), written(scenario), scenario)

    @cached_property
    def inputs(self) -> Mapping[str, Input]:
        """The numbers of the base by dotted path, as far as a file can write them."""
        return {one.path: one for one in inputs_of(self.scenario) if is_key(one.path)}

    def vary(self, changes: Mapping[str, Any], places: Mapping[str, Place]) -> Scenario:
        """Return the base with values laid over it; see `sim.scenario.edit.vary`."""
        return vary(self.scenario, self.merged, self.file, changes, places)

    def value_at(self, path: str) -> Any:
        """Return the base's value at a dotted path, defaults included; None where there is none."""
        return value_at(self.scenario.plain(), path)

    def path_complaint(self, dotted: str) -> str | None:
        """Say what is wrong with a dotted path as an axis; None where nothing is."""
        return path_complaint(self.merged.value, dotted)


def value_at(plain: Mapping[str, Any], path: str) -> Any:
    """Return the plain value of a resolved scenario at a dotted path; None where there is none."""
    value: Any = plain
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def bare(scenario: Scenario) -> Scenario:
    """Return a scenario without what runs do not need, so that it travels light; its hash stays known."""
    light = replace(scenario, evidence=None, readings={}, read_fields=frozenset(), places={})
    light.__dict__["hash"] = scenario.hash
    return light
