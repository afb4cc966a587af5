"""What commands that read or write files share: paths as they are told, checks before the start, what a study gives.

No run is made in vain: that the output can be written is seen to first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.cli.console import Format, note, print_json, say
from sim.errors import UsageError
from sim.report import lines_of, write_report


def check_output(folder: Path | None, *, figures: bool) -> None:
    """Make the folder for files, where one is asked for, and see that it can be written to.

    Raises
    ------
    UsageError
        Where it cannot be, or figures are asked for without one.
    """
    if folder is None:
        if figures:
            raise UsageError("--figures needs a folder to write them to; name one with --out")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder {folder}: {(error.strerror or '').lower()}") from None
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"cannot write to the folder {folder}: {(error.strerror or '').lower()}") from None


def check_file(file: Path | None) -> None:
    """See that a file, where one is asked for, can be written.

    Raises
    ------
    UsageError
        Where it cannot be.
    """
    if file is None:
        return
    if file.is_dir():
        raise UsageError(f"{file} is a folder; name a file in it")
    check_output(file.parent, figures=False)


def shown(path: Path) -> str:
    """Return a path relative to the working folder where it lies below it, so that no machine's folders are told."""
    absolute = path.resolve()
    here = Path.cwd()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else path.name


def deliver(
    record: dict[str, Any],
    format_: Format,
    out: Path | None,
    *,
    basis: str,
    then: str,
    sections: Iterable[str] | None = None,
) -> None:
    """Print the record of a study, write its files where a folder is given, and say the next step.

    Parameters
    ----------
    basis
        What the record rests on: as-of date, runs and seed.
    then
        The next step where no folder is given.
    sections
        The sections of its page that are printed as text, by default all that it does not fold away.
    """
    if format_ is Format.JSON:
        print_json(record)
    else:
        for line in lines_of(record, basis, sections):
            say(line)
    if out is None:
        note(f"next: {then}")
        return
    paths = write_report(record, out)
    for path in paths:
        note(f"wrote {path}")
    note(f"next: open {paths[0]}")
