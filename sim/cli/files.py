"""Find files by path, or all files of a kind in a folder, and detect the kind of a file from its content.

A file under two paths is one file. Anything but a regular file (a pipe, a device) is never read to detect its kind,
because it can be read only once.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sim.errors import Fault, ScenarioError, UsageError
from sim.scenario.load import load
from sim.scenario.merge import scenario_root
from sim.scenario.scenario import Scenario
from sim.scenario.yamltree import read_schema, top_keys
from sim.wholefiles import visible_files

KINDS = {
    "scenario": ({"id", "question"}, {"id", "actors"}, {"id", "extends"}),
    "sweep": ({"id", "base"}, {"id", "axes"}, {"id", "scenarios"}),
    "draft": ({"articles", "items"},),
    "evidence": ({"sources", "items"},),
    "cast": (),
    "sources": (),
}
"""Kinds of files, and sets of keys that identify a file without `schema`: one whole set must be present."""
OTHERS = {
    "evidence": "an evidence file",
    "sources": "a list of sources",
    "draft": "a draft of evidence",
    "cast": "a cast",
}
"""Kinds of files that belong to a scenario but are not one, as named in messages."""
MISSING = {
    "scenario": "there is no scenario file in the folder {}; a scenario begins `schema: offramp/scenario/1`",
    "evidence": "there is no file of evidence in {}; one begins `schema: offramp/evidence/1`",
}
"""Messages about folders without files of a kind."""
UNKNOWN = ""
SUFFIXES = (".yaml", ".yml")


def files_of(kind: str, paths: Iterable[Path]) -> list[Path]:
    """Return the given files and those of a kind in the given folders, each once whatever the paths to it.

    Raises
    ------
    UsageError
        If a folder contains none.
    """
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


def kind_of(file: Path) -> str:
    """Return the kind that a file declares, such as `sweep`, even if there is no such kind; `UNKNOWN` without one.

    An unreadable file counts as a scenario, since loading it reports what is wrong.
    """
    if not file.is_file() or not os.access(file, os.R_OK):
        return "scenario"
    name, _, kind = (read_schema(file) or "").partition("/")
    if name == "offramp":
        return kind.partition("/")[0]
    top = set(top_keys(file))
    return next((kind for kind, keys in KINDS.items() if any(map(top.issuperset, keys))), UNKNOWN)


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


def load_scenario(file: Path) -> Scenario:
    """Load a scenario for a command.

    Raises
    ------
    UsageError
        If the file is of another kind; the message says what to type.
    ScenarioError
        If the scenario is invalid.
    """
    with expecting_scenario(file):
        return load(file)


@contextmanager
def expecting_scenario(file: Path) -> Iterator[None]:
    """Tell the user what a file is that is loaded as a scenario, and cannot be, if it is of another kind.

    Raises
    ------
    UsageError
        If the file is of another kind; the message says what to type.
    """
    try:
        yield
    except ScenarioError:
        kind = kind_of(file)
        if kind == "sweep":
            raise UsageError(f"{file} is a sweep; run it with {command('sweep', 'run', str(file))}") from None
        if kind in OTHERS:
            what, check = OTHERS[kind], command("validate", str(file))
            raise UsageError(f"{file} is {what}, not a scenario; name a scenario, or check it with {check}") from None
        raise


def command(*words: str) -> str:
    """Return a command that can be pasted."""
    return shlex.join(["offramp", *words])
