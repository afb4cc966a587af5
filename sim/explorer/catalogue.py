"""The explored scenario and the variants in its folder; the state of a page is one of them with changes.

A state is sent as plain values, in messages and in the page's address. It is untrusted input, so `State.of` checks all
of it. No file outside the folder of the scenario is ever opened, whatever name a page sends.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import OfframpError, ScenarioError, UsageError
from sim.explorer.controls import Slider, moved_changes, off_changes, sliders_of
from sim.scenario.written import overlay_yaml
from sim.scenario.yamltree import MAX_BYTES, read_tree
from sim.studies.sweep.sweep import Base

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

MOST_MOVED = 600
DIGITS = 6
MOST = 1e300
"""Largest magnitude of a control's value, which excludes infinity, NaN and integers too large for a float."""
MOST_FILES = 64
MAY_STAND = {"schema", "extends", "id", "title", "notes"}
"""Keys allowed in a dropped file that change no input."""


@dataclass(frozen=True)
class State:
    """The state of a page: the file name of a scenario, the values of moved inputs by dotted path, and what is off.

    All other inputs stay as written; pressures, talks and events are switched off by path, such as `pressures.appeal`.
    """

    scenario: str
    values: Mapping[str, float] = field(default_factory=dict)
    off: frozenset[str] = frozenset()

    @classmethod
    def of(cls, plain: object) -> State:
        """Parse a state from untrusted input. Raises UsageError if it is not a valid state."""
        if not isinstance(plain, dict) or not isinstance(plain.get("scenario"), str):
            raise UsageError("expected a state: a scenario, the inputs moved, what is off")
        values, off = plain.get("values", {}), plain.get("off", [])
        if not isinstance(values, dict) or not isinstance(off, list) or len(values) + len(off) > MOST_MOVED:
            raise UsageError(f"expected at most {MOST_MOVED} changes by path")
        if not all(isinstance(path, str) for path in off):
            raise UsageError("expected the paths of what is off")
        return cls(plain["scenario"], {path: _number(value) for path, value in values.items()}, frozenset(off))

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"scenario": self.scenario, "values": dict(self.values), "off": sorted(self.off)}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -MOST <= value <= MOST:
        raise UsageError("expected a finite number for each input that is moved")
    return round(float(value), DIGITS)


@dataclass
class Catalogue:
    """Scenarios of a folder that share a base with the first, by file name; variants are loaded when there is time."""

    file: Path
    _bases: dict[str, Base | None] = field(default_factory=dict)
    _sliders: dict[str, Mapping[str, Slider]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._bases[self.file.name] = Base.load(self.file)

    @property
    def first(self) -> str:
        """File name of the requested scenario."""
        return self.file.name

    def variants(self) -> list[dict[str, str]]:
        """Return the file name and title of each loaded scenario, beginning with the first."""
        loaded = {name: base for name, base in tuple(self._bases.items()) if base is not None}  # others are loading
        return [{"file": name, "title": base.scenario.document.title} for name, base in loaded.items()]

    def load_beside(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Load the other files in the folder while `wanted` returns true, skipping those that are not variants."""
        for path in sorted(self.file.parent.glob("*.yaml"))[:MOST_FILES]:
            if path.name not in self._bases and wanted():
                self._bases[path.name] = self._variant(path)

    def _variant(self, path: Path) -> Base | None:
        try:
            base = Base.load(path)
        except (OfframpError, OSError):
            return None
        return base if self._files(base) & self._files(self[self.first]) else None

    def _files(self, base: Base) -> set[str]:
        return {base.file.name, *(Path(place.file).name for place in base.merged.places.values())}

    def __getitem__(self, name: str) -> Base:
        """Return a scenario by its file name. Raises UsageError if the folder has no such variant."""
        if name not in self._bases and re.fullmatch(r"[\w.-]{1,200}\.yaml", name):
            path = self.file.parent / name
            if path.is_file() and len(self._bases) < MOST_FILES:
                self._bases[name] = self._variant(path)
        base = self._bases.get(name)
        if base is None:
            raise UsageError("there is no such scenario next to the one that is explored")
        return base

    def changes(self, state: State) -> dict[str, Any]:
        """Return a state's changes to its scenario, by dotted path. Raises UsageError if an input has no control."""
        scenario = self[state.scenario].scenario
        sliders = self._sliders_of(state.scenario)
        changes: dict[str, Any] = {}
        for path in sorted(state.off):
            if path not in _switches(scenario):
                raise UsageError("this scenario has no such pressure, talks or event to switch off")
            changes |= off_changes(scenario, path)
        for path, value in state.values.items():
            slider = sliders.get(path)
            if slider is None:
                raise UsageError("this scenario has no such input to move")
            if not slider.low <= value <= slider.high:
                raise UsageError(f"expected {path} from {slider.low:g} to {slider.high:g}")
            if path.rpartition(".")[0] not in state.off:  # the strength of a switched-off pressure does not matter
                changes |= moved_changes(scenario, path, value)
        return changes

    def _sliders_of(self, name: str) -> Mapping[str, Slider]:
        if name not in self._sliders:
            self._sliders[name] = sliders_of(self[name].scenario)
        return self._sliders[name]

    def scenario(self, state: State) -> Scenario:
        """Return the scenario described by a state. Raises OfframpError if it does not fit or is invalid."""
        changes = self.changes(state)
        base = self[state.scenario]
        return base.vary(changes, {})

    def export(self, state: State) -> str:
        """Return a state as the text of a scenario file, to be saved next to its base."""
        head = "Made in the explorer: keep it next to the file that it extends.\n"
        return overlay_yaml(f"./{state.scenario}", self.changes(state), head)

    def imported(self, text: str) -> State:
        """Return the state described by a dropped file. Raises OfframpError if no controls can make it."""
        value = _read(text)
        own = self._own(value)
        if own is not None:
            return State(own)
        extends = value.get("extends")
        if not isinstance(extends, str):
            raise UsageError("the file neither is nor extends a scenario of this folder; open it with offramp explore")
        return self._state(extends.removeprefix("./"), value)

    def _own(self, value: Mapping[str, Any]) -> str | None:
        """Return the file name of the loaded scenario with the same id and the same content; None if there is none."""
        alike = ((name, one) for name, one in tuple(self._bases.items()) if one and one.scenario.id == value.get("id"))
        return next((name for name, one in alike if _read(one.file.read_text(encoding="utf-8")) == value), None)

    def _state(self, name: str, value: Mapping[str, Any]) -> State:
        """Return the state whose controls make the changes in a file."""
        scenario = self[name].scenario
        left = dict(_leaves({key: item for key, item in value.items() if key not in MAY_STAND}, ""))
        values, off = {}, []
        for path in sliders_of(scenario):
            key = next(iter(reversed(moved_changes(scenario, path, 0.0))))
            number = left.get(key if key == path else f"{key}.intensity")
            if isinstance(number, (int, float)) and not isinstance(number, bool):
                left = _without(left, moved_changes(scenario, path, number))
                values[path] = float(number)
        for path in _switches(scenario):
            if set(off_changes(scenario, path)) <= set(left):
                left = _without(left, off_changes(scenario, path))
                off.append(path)
        if left:
            raise UsageError(f"the file changes {min(left)}, which has no control here; open it with offramp explore")
        state = State.of({"scenario": name, "values": values, "off": off})
        self.changes(state)
        return state


def _switches(scenario: Scenario) -> list[str]:
    groups = {"pressures": scenario.pressures, "talks": scenario.talks, "events": scenario.events}
    return [f"{group}.{name}" for group, entries in groups.items() for name in entries]


def _without(leaves: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the leaves of a file that some changes do not account for."""
    told = {leaf: item for path, value in changes.items() for leaf, item in _leaves(value, path)}
    return {path: item for path, item in leaves.items() if path not in told or told[path] != item}


def _read(text: str) -> dict[str, Any]:
    """Parse untrusted YAML with all of the loader's limits."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise UsageError(f"the file is too large for a scenario: {MAX_BYTES // 1024} KB at most")
    descriptor, name = tempfile.mkstemp(suffix=".yaml")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
        tree = read_tree(Path(name), "dropped file")
    except ScenarioError as error:
        raise UsageError("; ".join(str(fault) for fault in error.faults[:3])) from None
    finally:
        Path(name).unlink(missing_ok=True)
    return dict(tree.value)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield the path and value of everything that is not a map, and of empty maps below the top."""
    if not isinstance(value, dict) or (path and not value):
        yield path, value
        return
    for key, item in value.items():
        yield from _leaves(item, f"{path}.{key}" if path else str(key))
