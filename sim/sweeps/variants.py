"""Variants: a base scenario with values laid over its dotted paths, checked as fully as any scenario file.

Laying a value over works as a file that extends the base would: it replaces what is there, and null removes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim.model.inputs import Input, inputs_of, is_key
from sim.scenario.faults import document_keys
from sim.scenario.load import scenario_of
from sim.scenario.merge import Merged, read_merged
from sim.scenario.schema import OUTSIDE_THE_MODEL
from sim.scenario.suggest import suggestion

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.yamltree import Place

ENTRIES = ("actors", "pressures", "talks")
PARTS = ("start", "bargaining", "parameters")
KEYS = ("population", "credibility", "strikes", "terms")
HEADS = (*KEYS, *PARTS, *ENTRIES, "ties")


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

    @cached_property
    def inputs(self) -> Mapping[str, Input]:
        """The numbers of the base by dotted path, as far as a file can write them."""
        return {one.path: one for one in inputs_of(self.scenario) if is_key(one.path)}

    def vary(self, changes: Mapping[str, Any], places: Mapping[str, Place]) -> Scenario:
        """Return the base with values laid over it.

        Parameters
        ----------
        changes
            Dotted path to plain value; None removes.
        places
            Where each value is written, for messages.

        Raises
        ------
        ScenarioError
            Where the whole is no valid scenario.
        """
        value = {key: one for key, one in self.merged.value.items() if key not in OUTSIDE_THE_MODEL}
        removals = dict(self.merged.removals)
        where = dict(self.merged.places)
        for dotted, new in changes.items():
            path = tuple(dotted.split("."))
            value = _laid(value, path, new)
            if dotted in places:
                (removals if new is None else where)[path] = places[dotted]
        return scenario_of(Merged(value, where, removals), self.file, known=self.scenario.evidence)

    def value_at(self, path: str) -> Any:
        """Return the base's value at a dotted path, defaults included; None where there is none."""
        return value_at(self.scenario.plain(), path)

    def path_complaint(self, dotted: str) -> str | None:
        """Say what is wrong with a dotted path as an axis; None where nothing is."""
        return next(self._path_complaints(dotted.split(".")), None)

    def _path_complaints(self, path: list[str]) -> Iterator[str]:
        head, value = path[0], self.merged.value
        if head not in HEADS:
            yield f"no axis can begin with {head!r}; expected one of {', '.join(HEADS)}{suggestion(head, HEADS)}"
            return
        length = 1 if head in KEYS else 2 if head in PARTS else 3
        shorter = head in ENTRIES and len(path) == 2
        if len(path) != length and not shorter:
            forms = {1: head, 2: f"{head}.key", 3: f"{head}.name.key"}
            yield f"expected a path of the form {forms[length] if head != 'ties' else 'ties.source.target'}"
            return
        yield from self._name_complaints(head, path[1:], value)

    def _name_complaints(self, head: str, names: list[str], value: Mapping[str, Any]) -> Iterator[str]:
        if head == "ties":
            for name in names:
                if name not in value["actors"]:
                    yield f"the base has no actor {name!r}{suggestion(name, list(value['actors']))}"
        elif head in ENTRIES and names[0] not in value.get(head, {}):
            kind = {"actors": "actor", "pressures": "pressure", "talks": "talks"}[head]
            yield f"the base has no {kind} {names[0]!r}{suggestion(names[0], list(value.get(head, {})))}"
        elif head not in KEYS and names:
            known = document_keys(value)((head, *names[:-1]))
            if known and names[-1] not in known and not (head in ENTRIES and len(names) == 1):
                yield f"there is no such key{suggestion(names[-1], known)}"


def _laid(value: Mapping[str, Any], path: tuple[str, ...], new: Any) -> dict[str, Any]:
    """Return a copy of a map with a value at a path, sharing all that is not on the way."""
    copy = dict(value)
    if len(path) > 1:
        below = copy.get(path[0])
        copy[path[0]] = _laid(below if isinstance(below, Mapping) else {}, path[1:], new)
    elif new is None:
        copy.pop(path[0], None)
    else:
        copy[path[0]] = new
    return copy


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
