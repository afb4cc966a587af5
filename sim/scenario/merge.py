"""`extends`: follow a scenario file to its bases and merge them key by key, keeping the place of every value.

Maps merge; everything else, lists and distributions included, is replaced whole; null removes what a base wrote.
Bases must lie below the scenario root, links resolved, so that a file from elsewhere cannot make offramp read one
that is not a scenario.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from sim.distributions import KINDS
from sim.errors import Fault, ScenarioError
from sim.scenario.yamltree import Path, Place, Tree, read_tree

MAX_BASES = 8
REMOVABLE = {"actors", "ties", "pressures", "talks", "notes"}


def read_merged(file: FilePath) -> Tree:
    """Read a scenario file and all it extends.

    Raises
    ------
    ScenarioError
        Where a file cannot be read, leaves the scenario root or extends itself.
    """
    root = scenario_root(file)
    chain = _chain(file, root)
    merged = Tree({}, {})
    for tree in reversed(chain):
        faults = [] if tree is chain[-1] else _removal_faults(tree, merged)
        if faults:
            raise ScenarioError(faults)
        merged = Tree(_merge(merged.value, tree.value), _merge_places(merged, tree))
    merged.places = {path: place for path, place in merged.places.items() if _holds(merged.value, path)}
    return merged


def scenario_root(file: FilePath) -> FilePath:
    """Return the folder that a scenario's files may not leave: the nearest `scenarios` above, else its own folder."""
    folder = file.resolve().parent
    for parent in (folder, *folder.parents):
        if parent.name == "scenarios":
            return parent
    return folder


def resolve_inside(root: FilePath, place: Place, key: str, written: str) -> FilePath:
    """Turn a path written in a file into one on disk.

    Raises
    ------
    ScenarioError
        Where it leaves the root.
    """
    if "\x00" in written:
        raise ScenarioError([Fault(place.file, place.line, place.column, key, "expected the path of a file")])
    target = FilePath(place.file).parent / written
    if not target.resolve().is_relative_to(root):
        message = f"{written!r} lies outside the scenario folder {root.name!r}; keep the file inside it"
        raise ScenarioError([Fault(place.file, place.line, place.column, key, message)])
    return FilePath(os.path.normpath(target))


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
    """Return the file that a tree extends; None where it extends nothing."""
    written = tree.value.get("extends")
    if written is None:
        return None
    place = tree.places[("extends",)]

    def complain(message: str) -> ScenarioError:
        return ScenarioError([Fault(place.file, place.line, place.column, "extends", message)])

    if not isinstance(written, str):
        raise complain(f"expected the path of a scenario file, as in ./baseline.yaml (got {written!r})")
    base = resolve_inside(root, place, "extends", written)
    if base.resolve() in seen:
        raise complain(f"{written!r} extends this file in turn; break the circle")
    if len(seen) > MAX_BASES:
        raise complain(f"more than {MAX_BASES} files extend one another")
    if not base.is_file():
        raise complain(f"there is no file {written!r}{suggestion(base.name, _neighbours(base))}")
    return base


def _neighbours(file: FilePath) -> list[str]:
    return sorted(p.name for p in file.parent.glob("*.yaml")) if file.parent.is_dir() else []


def suggestion(word: str, known: list[str]) -> str:
    """Return "; did you mean X?" where a known word is close, else nothing."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def is_distribution(value: object) -> bool:
    """Tell `{normal: [0, 1]}` from a map of the language."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in KINDS


def _merge(base: Any, over: Any) -> Any:
    """Return `over` laid over `base`."""
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
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return value


def _merge_places(base: Tree, over: Tree) -> dict[Path, Place]:
    """Return the place of every path of the merged value: the last file that wrote it."""
    replaced = {path for path in over.places if not isinstance(_at(over.value, path), dict)}
    kept = {
        path: place for path, place in base.places.items() if not any(path[:n] in replaced for n in range(len(path)))
    }
    return {**kept, **over.places}


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _holds(value: Any, path: Path) -> bool:
    try:
        _at(value, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _removal_faults(over: Tree, base: Tree) -> list[Fault]:
    """Return a fault for every entry removed that no base has: most likely a slip of the pen."""
    faults = []
    for path, place in over.places.items():
        if len(path) == 2 and path[0] in REMOVABLE and _at(over.value, path) is None and not _holds(base.value, path):
            known = list(base.value.get(path[0], {})) if isinstance(base.value.get(path[0]), dict) else []
            message = f"there is nothing to remove here{suggestion(str(path[1]), known)}"
            faults.append(Fault(place.file, place.line, place.column, ".".join(map(str, path)), message))
    return faults
