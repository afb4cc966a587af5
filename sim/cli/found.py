"""Scenario files by path: those named, and in a folder all that say they are scenarios."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sim.errors import UsageError

_SCENARIO = re.compile(rb"^(?:\xef\xbb\xbf)?schema:\s*[\"']?offramp/scenario/", re.MULTILINE)
_HEAD = 64 * 1024
SUFFIXES = (".yaml", ".yml")


def scenario_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files named and the scenario files in the folders named, each once.

    Raises
    ------
    UsageError
        Where a folder holds none.
    """
    found: dict[Path, None] = {}
    for path in paths:
        inside = _scenarios_in(path) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"there is no scenario file in the folder {path}; a scenario begins `schema: offramp/...`")
        found |= dict.fromkeys(inside)
    return list(found)


def _scenarios_in(folder: Path) -> list[Path]:
    files = (file for file in folder.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    return sorted(file for file in files if not _is_hidden(file.relative_to(folder)) and _says_scenario(file))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _says_scenario(file: Path) -> bool:
    try:
        with file.open("rb") as handle:
            return _SCENARIO.search(handle.read(_HEAD)) is not None
    except OSError:
        return True  # it may be one: loading it tells what is wrong
