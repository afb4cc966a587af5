"""What commands that read or write files share: paths as they are told, checks before the start, what a study gives.

No run is made in vain: that the output can be written is seen to first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sim.cli.console import Format, note, print_json, say_all
from sim.errors import UsageError, reason_of
from sim.report import lines_of, write_report
from sim.wording import counted


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
        raise UsageError(f"cannot make the folder {folder}: {reason_of(error)}") from None
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UsageError(f"cannot write to the folder {folder}: {reason_of(error)}") from None


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


def basis_of(record: Mapping[str, Any], counts: str) -> str:
    """Say what a result rests on: as-of date, how many runs, as `counts` says, and seed."""
    return f"as of {record['as_of']}; {counts}, seed {record['seed']}"


def runs_of(record: Mapping[str, Any], of: str = "") -> str:
    """Return how many runs and draws a result is from."""
    return f"{counted(record['runs'], 'run')} of {counted(record['draws'], 'draw')}{of}"


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
    show(record, format_, lines_of(record, basis, sections))
    if out is None:
        note(f"next: {then}")
        return
    paths = written(write_report(record, out))
    note(f"next: open {paths[0]}")


def show(record: Mapping[str, Any], format_: Format, lines: Iterable[str]) -> None:
    """Print a result: as JSON, or its lines, which are taken only then."""
    if format_ is Format.JSON:
        print_json(record)
    else:
        say_all(lines)


def written(paths: list[Path]) -> list[Path]:
    """Say which files were written; return them."""
    for path in paths:
        note(f"wrote {path}")
    return paths
