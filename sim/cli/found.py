"""Files by path: those named, and in a folder all that say they are scenarios, or sweeps where those count too."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sim.errors import UsageError

_SCHEMA = re.compile(rb"^(?:\xef\xbb\xbf)?schema:\s*[\"']?offramp/(\w+)/", re.MULTILINE)
_HEAD = 64 * 1024
SUFFIXES = (".yaml", ".yml")


def scenario_files(paths: Iterable[Path], *, sweeps: bool = False) -> list[Path]:
    """Return the files named and the scenario files in the folders named, each once.

    Parameters
    ----------
    sweeps
        Whether sweep files are looked for too.

    Raises
    ------
    UsageError
        Where a folder holds none.
    """
    kinds = (b"scenario", b"sweep") if sweeps else (b"scenario",)
    found: dict[Path, None] = {}
    for path in paths:
        inside = _files_in(path, kinds) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"there is no scenario file in the folder {path}; a scenario begins `schema: offramp/...`")
        found |= dict.fromkeys(inside)
    return list(found)


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
