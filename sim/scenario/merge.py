"""`extends`: follow a scenario file to its bases and merge them key by key, keeping the place of every value.

Maps are merged; everything else, including lists and distributions, is replaced whole; null removes a base's value.
Bases must lie below the scenario root after resolving links, so that a file from elsewhere cannot make offramp read
a file that is not a scenario.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from sim.distributions import KINDS, is_distribution
from sim.errors import Fault, ScenarioError
from sim.scenario.schema import OUTSIDE_THE_MODEL
from sim.scenario.yamltree import Path, Place, Tree, map_at, read_tree, value_at
from sim.wording import suggestion

MAX_BASES = 8
REMOVABLE = {"actors", "ties", "pressures", "talks", "events", "notes", *OUTSIDE_THE_MODEL}


@dataclass
class Merged:
    """A scenario file merged with its bases.

    Attributes
    ----------
    value, places
        The merged value and the place of each of its paths.
    removals
        Every path that some file set to null, with its place.
    slips
        Faults for removals of entries that no base has.
    """

    value: dict[str, Any] = field(default_factory=dict, repr=False)
    places: dict[Path, Place] = field(default_factory=dict, repr=False)
    removals: dict[Path, Place] = field(default_factory=dict, repr=False)
    slips: list[Fault] = field(default_factory=list)


def read_merged(file: FilePath) -> Merged:
    """Read a scenario file and all files that it extends.

    Raises ScenarioError if one cannot be read, leaves the scenario root or extends itself.
    """
    root = scenario_root(file)
    merged = Merged()
    own, *bases = map(_spelled_out, _chain(file, root))
    trees = [own, *map(_inherited, bases)]
    for tree in reversed(trees):
        slips = [] if tree is trees[-1] else _slips(tree, merged.value)
        merged = Merged(
            value=_merge(merged.value, tree.value),
            places=_merge_places(merged.places, tree),
            removals=merged.removals
            | {path: at for path, at in tree.places.items() if value_at(tree.value, path) is None},
            slips=merged.slips + slips,
        )
    merged.places = {path: place for path, place in merged.places.items() if _holds(merged.value, path)}
    return merged


def _spelled_out(tree: Tree) -> Tree:
    """Expand a word in place of the map, as in `parameters: prior`, to that calibration without written parameters.

    Next to a written `calibration`, a word is refused like anything else that is no map.
    """
    word = tree.value.get("parameters")
    if not isinstance(word, str) or "calibration" in tree.value:
        return tree
    places = {**tree.places, ("calibration",): tree.places[("parameters",)]}
    return Tree({**tree.value, "calibration": word, "parameters": None}, places)


def _inherited(tree: Tree) -> Tree:
    """Return the part of a base that a variant inherits."""
    places = {path: place for path, place in tree.places.items() if path[0] not in OUTSIDE_THE_MODEL}
    return Tree({key: item for key, item in tree.value.items() if key not in OUTSIDE_THE_MODEL}, places)


def scenario_root(file: FilePath) -> FilePath:
    """Return the folder that must contain a scenario's files: the nearest `scenarios` above, or else its own folder."""
    try:
        folder = file.resolve().parent
    except (OSError, ValueError, RuntimeError) as error:  # a loop of links, a null character
        raise ScenarioError([Place(str(file), 0, 0).fault((), f"cannot read the file: {_reason(error)}")]) from None
    for parent in (folder, *folder.parents):
        if parent.name == "scenarios":
            return parent
    return folder


def named_file(root: FilePath, place: Place, key: Path, written: str) -> FilePath:
    """Resolve the path of a file that another names under a key. ScenarioError if it leaves the root or is no file."""
    target = FilePath(place.file).parent / written
    try:
        real = target.resolve()
        is_file = real.is_file()
    except (OSError, ValueError, RuntimeError) as error:
        raise ScenarioError([place.fault(key, f"no file can have this path: {_reason(error)}")]) from None
    wrong = None
    if not real.is_relative_to(root):
        wrong = f"{written!r} lies outside the scenario folder {root.name!r}; keep the file inside it"
    elif not is_file and ("\\" in written or not written.isprintable()):
        wrong = f"there is no file {written!r}; write / in place of \\"
    elif not is_file:
        wrong = f"there is no file {written!r}{suggestion(target.name, _neighbours(target))}"
    if wrong is not None:
        raise ScenarioError([place.fault(key, wrong)])
    plain = FilePath(os.path.normpath(target))
    return plain if plain.resolve() == real else real


def gate_file_faults(value: Mapping[str, Any], places: Mapping[Path, Place], file: FilePath) -> list[Fault]:
    """Check that the files that gates name exist, scenarios below the scenario root and forecasts below the project."""
    faults: list[Fault] = []
    root = scenario_root(file)
    project = root.parent if root.name == "scenarios" else root
    for name, gate in map_at(value, "gates").items():
        for key, below in (("compared_with", root), ("against", project)):
            written = gate.get(key) if isinstance(gate, dict) else None
            if isinstance(written, str):
                path = ("gates", name, key)
                try:
                    named_file(below, places[path], path, written)
                except ScenarioError as error:
                    faults += error.faults
    return faults


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _chain(file: FilePath, root: FilePath) -> list[Tree]:
    """Return the trees of a file and its bases, the file first."""
    trees: list[Tree] = []
    seen: list[FilePath] = []
    current: FilePath | None = file
    while current is not None:
        tree = read_tree(current, str(current))
        trees.append(tree)
        seen.append(current.resolve())
        current = _base(tree, root, seen)
    return trees


def _base(tree: Tree, root: FilePath, seen: list[FilePath]) -> FilePath | None:
    """Return the file that a tree extends; None if it extends nothing."""
    written = tree.value.get("extends")
    if written is None:
        return None
    key: Path = ("extends",)
    place = tree.places[key]
    if not isinstance(written, str):
        wrong = f"expected the path of a scenario file, as in ./baseline.yaml (got {written!r})"
        raise ScenarioError([place.fault(key, wrong)])
    base = named_file(root, place, key, written)
    if base.resolve() in seen:
        raise ScenarioError([place.fault(key, f"{written!r} extends this file in turn; break the circle")])
    if len(seen) > MAX_BASES:
        raise ScenarioError([place.fault(key, f"more than {MAX_BASES} files extend one another")])
    return base


def _neighbours(file: FilePath) -> list[str]:
    try:
        return sorted(path.name for path in file.parent.glob("*.yaml"))
    except (OSError, ValueError):
        return []


def _merge(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)) or is_distribution(base) or is_distribution(over):
        return _without_nulls(over)
    merged = dict(base)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merge(merged.get(key), value)
    return merged


def _without_nulls(value: Any) -> Any:
    """Return a value without entries that are null; a distribution keeps them, and is refused for them."""
    if isinstance(value, dict) and not _means_number(value):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def _means_number(value: dict[str, Any]) -> bool:
    """Return whether a map is a distribution, or one with a key too many."""
    return is_distribution(value) or any(isinstance(value.get(kind), list) for kind in KINDS)


def _merge_places(base: dict[Path, Place], over: Tree) -> dict[Path, Place]:
    """Return the place of every path of the merged value: the last file that wrote it."""
    replaced = {path for path in over.places if not isinstance(value_at(over.value, path), dict)}
    kept = {path: place for path, place in base.items() if not any(path[:n] in replaced for n in range(len(path)))}
    return kept | over.places


def _holds(value: Any, path: Path) -> bool:
    try:
        value_at(value, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _slips(over: Tree, base: Mapping[str, Any]) -> list[Fault]:
    """Return a fault for every removed entry that no base has, most likely a typo."""
    faults = []
    for path, place in over.places.items():
        if len(path) == 2 and path[0] in REMOVABLE and value_at(over.value, path) is None and not _holds(base, path):
            message = f"there is nothing to remove here{suggestion(str(path[1]), list(map_at(base, str(path[0]))))}"
            faults.append(place.fault(path, message))
    return faults
