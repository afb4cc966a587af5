"""Files by path: those named, and in a folder all that say they are scenarios, or of any kind where all kinds count.

A file under two paths is one file. What is no plain file (a pipe, a device) is never looked into beforehand: it can be
read only once.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterable
from pathlib import Path

from sim.errors import ScenarioError, UsageError
from sim.scenario.load import load
from sim.scenario.scenario import Scenario
from sim.scenario.yamltree import read_schema

_SCHEMA = re.compile(rb"^(?:\xef\xbb\xbf)?schema:\s*[\"']?offramp/(\w+)/", re.MULTILINE)
_HEAD = 64 * 1024
SUFFIXES = (".yaml", ".yml")


def scenario_files(paths: Iterable[Path], *, every_kind: bool = False) -> list[Path]:
    """Return the files named and the scenario files in the folders named, each once, whatever the paths to it.

    Parameters
    ----------
    every_kind
        Whether sweeps, evidence and sources are looked for too.

    Raises
    ------
    UsageError
        Where a folder holds none.
    """
    kinds = (b"scenario", b"sweep", b"evidence", b"sources") if every_kind else (b"scenario",)
    found: dict[Path, None] = {}
    for path in paths:
        inside = _files_in(path, kinds) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"there is no scenario file in the folder {path}; a scenario begins `schema: offramp/...`")
        found |= dict.fromkeys(inside)
    single: dict[str, Path] = {}
    for path in found:
        single.setdefault(os.path.realpath(path), path)
    return list(single.values())


def kind_of(file: Path) -> str:
    """Return what a file says it is, such as `sweep`; empty where it says nothing or is no plain file."""
    said = (read_schema(file) or "").split("/")
    return said[1] if len(said) > 1 and said[0] == "offramp" else ""


def load_scenario(file: Path) -> Scenario:
    """Load a scenario for a command.

    Raises
    ------
    UsageError
        Where the file is sound as something else; it says what to type then.
    ScenarioError
        Where it is at fault.
    """
    try:
        return load(file)
    except ScenarioError:
        kind = kind_of(file)
        if kind == "sweep":
            raise UsageError(f"{file} is a sweep; run it with {command('sweep', 'run', str(file))}") from None
        if kind in ("evidence", "sources"):
            what = "an evidence file" if kind == "evidence" else "a list of sources"
            check = command("validate", str(file))
            raise UsageError(f"{file} is {what}, not a scenario; name a scenario, or check it with {check}") from None
        raise


def command(*words: str) -> str:
    """Return a command as it can be pasted."""
    return shlex.join(["offramp", *words])


def _files_in(folder: Path, kinds: tuple[bytes, ...]) -> list[Path]:
    files = (file for file in folder.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    return sorted(file for file in files if not _is_hidden(file.relative_to(folder)) and _says_kind(file, kinds))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _says_kind(file: Path, kinds: tuple[bytes, ...]) -> bool:
    try:
        with file.open("rb") as handle:
            said = _SCHEMA.search(handle.read(_HEAD))
    except OSError:
        return True  # it may be one: loading it tells what is wrong
    return said is not None and said[1] in kinds
