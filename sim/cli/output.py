"""Shared by commands that read or write files: how paths are shown, checks before the start, and output of studies.

Commands check first that their output can be written, so that no run is wasted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.console import Format, note, print_json, say_all
from sim.errors import UsageError, reason_of
from sim.report import lines_of, write_report
from sim.wording import counted

if TYPE_CHECKING:
    from sim.forecast.plan import Plan
    from sim.scenario.scenario import Scenario


def check_output(folder: Path | None, *, figures: bool) -> None:
    """Create the output folder, if any. Raises UsageError if it is not writable, or if figures lack one."""
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
    """Raise UsageError if an output file, if one is given, cannot be written."""
    if file is None:
        return
    if file.is_dir():
        raise UsageError(f"{file} is a folder; name a file in it")
    check_output(file.parent, figures=False)


def prepared(
    scenario: Path, runs: int | None, seed: int, out: Path | None, replicates: int = 2
) -> tuple[Scenario, Plan]:
    """Load a scenario and plan its runs; check the plan and the output folder."""
    from sim.forecast.plan import Plan
    from sim.scenario.load import load

    loaded, plan = load(scenario), Plan(runs, seed, replicates)
    plan.check(loaded)
    check_output(out, figures=False)
    return loaded, plan


def shown(path: Path) -> str:
    """Return a path relative to the working folder or, outside it, its bare name, so that no folders are revealed."""
    absolute = path.resolve()
    here = Path.cwd()
    return absolute.relative_to(here).as_posix() if absolute.is_relative_to(here) else path.name


def basis_of(record: Mapping[str, Any], counts: str) -> str:
    """Return what a result is based on: its as-of date, the number of runs as worded in `counts`, and the seed."""
    return f"as of {record['as_of']}; {counts}, seed {record['seed']}"


def runs_of(record: Mapping[str, Any], of: str = "") -> str:
    """Return the numbers of runs and draws of a result, in words."""
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
    """Print the record of a study and its basis, write its files if a folder is given, and print the next step.

    Without a folder, the next step is `then`. Sections of its page to print as text are by default all that it does not
    fold away.
    """
    show(record, format_, lines_of(record, basis, sections))
    if out is None:
        note(f"next: {then}")
        return
    paths = written(write_report(record, out))
    note(f"next: open {paths[0]}")


def show(record: Mapping[str, Any], format_: Format, lines: Iterable[str]) -> None:
    """Print a result as JSON or as lines of text; `lines` is only consumed for text."""
    if format_ is Format.JSON:
        print_json(record)
    else:
        say_all(lines)


def written(paths: list[Path]) -> list[Path]:
    """Report which files were written, and return them."""
    for path in paths:
        note(f"wrote {path}")
    return paths
