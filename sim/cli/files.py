"""Find files by path, or all files of a kind in a folder; a file under two paths is one file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from sim.errors import Fault, ScenarioError, UsageError
from sim.scenario.kinds import kind_of
from sim.scenario.merge import scenario_root
from sim.scenario.yamltree import top_keys
from sim.wholefiles import visible_files

MISSING = {
    "scenario": "there is no scenario file in the folder {}; a scenario begins `schema: offramp/scenario/1`",
    "evidence": "there is no file of evidence in {}; one begins `schema: offramp/evidence/1`",
}
"""Messages about folders without files of a kind."""
SUFFIXES = (".yaml", ".yml")


def files_of(kind: str, paths: Iterable[Path]) -> list[Path]:
    """Return given files and those of a kind in given folders, each once. Raises UsageError if a folder has none."""
    found: list[Path] = []
    for path in paths:
        inside = [file for file in visible_files(path, SUFFIXES) if kind_of(file) == kind] if path.is_dir() else [path]
        if not inside:
            raise UsageError(MISSING[kind].format(path))
        found += inside
    return once(found)


def once(files: Iterable[Path]) -> list[Path]:
    """Return files without repeats of the same file under another path."""
    single: dict[str, Path] = {}
    for file in files:
        single.setdefault(os.path.realpath(file), file)
    return list(single.values())


def beyond_missing(file: Path, error: ScenarioError) -> list[Fault]:
    """Return the faults of a file, except for keys missing from a base, which files that extend it may write."""
    wrong = [fault for fault in error.faults if not fault.message.startswith("this key is required")]
    is_base = len(wrong) < len(error.faults) and os.path.realpath(file) in _extended(scenario_root(file))
    return wrong if is_base else list(error.faults)


@cache
def _extended(root: Path) -> frozenset[str]:
    """Return the files that others in a scenario root extend; other folders may be large, so subfolders are skipped."""
    files = visible_files(root, SUFFIXES) if root.name == "scenarios" else root.glob("*.y*ml")
    named = ((file, top_keys(file).get("extends")) for file in files)
    return frozenset(os.path.realpath(file.parent / written) for file, written in named if written)
