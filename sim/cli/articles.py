"""`check --articles`: compare evidence with the articles it was coded from, and print what no longer matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import typer

from sim.cli.console import Exit, Format, note, print_json, say_all
from sim.cli.files import files_of
from sim.cli.output import shown
from sim.draft.held import HeldItem, counts, hold_evidence, read_articles
from sim.errors import Fault, UsageError
from sim.report.columns import aligned
from sim.scenario.evidence import Evidence
from sim.scenario.evidence_files import read_evidence
from sim.scenario.kinds import kind_of
from sim.scenario.load import load
from sim.wording import counted

HEADS = ("evidence", "items", "held", "moved", "differ", "no anchor", "no article", "copied")


def check_articles(paths: Iterable[Path], folder: Path, format_: Format) -> None:
    """Check the evidence in files and folders against the articles in a folder.

    Exit with 1 if any item fails, and with 2 if none could be checked: a mistyped folder must not pass.
    """
    articles = read_articles(folder)
    files: list[dict[str, Any]] = []
    faults: list[Fault] = []
    items: list[HeldItem] = []
    for file, evidence in _evidence(paths):
        held = hold_evidence(evidence, articles)
        files.append(_plain(file, held))
        faults += [fault for one in held for fault in _faults(file, evidence, one)]
        items += held
    failing, were_checked = sum(item.fails for item in items), any(item.state in ("held", "moved") for item in items)
    if format_ is Format.JSON:
        print_json({"holds": not failing, "files": files})
    else:
        _say(files, faults)
        note(_verdict(failing, were_checked=were_checked))
    if failing:
        raise typer.Exit(Exit.GATE)
    if not were_checked:
        raise typer.Exit(Exit.USAGE)


def _say(files: Iterable[dict[str, Any]], faults: Iterable[Fault]) -> None:
    """Print a table of the files, and the faults."""
    rows = [[str(value) for name, value in row.items() if name != "told"] for row in files]
    say_all(aligned(HEADS, rows, words="l"))
    for fault in faults:
        note(str(fault))


def _plain(file: str, items: tuple[HeldItem, ...]) -> dict[str, Any]:
    told = [{"item": one.name, "state": one.state, "messages": list(one.messages)} for one in items if one.messages]
    return {"file": file, "items": len(items), **counts(items), "told": told}


def _faults(file: str, evidence: Evidence, item: HeldItem) -> Iterator[Fault]:
    """Yield the messages about an item, with its place."""
    path = ("items", item.name)
    place = evidence.places[path]
    for message in item.messages:
        yield Fault(file, place.line, place.column, ".".join(path), message)


def _evidence(paths: Iterable[Path]) -> Iterator[tuple[str, Evidence]]:
    """Yield each evidence file once, given directly or named by a scenario, with its shown path."""
    seen: set[Path] = set()
    for file in files_of("evidence", paths):
        if kind_of(file) == "evidence":
            found: Evidence | None = read_evidence(file)
        else:
            found = load(file).evidence
        if found is None:
            raise UsageError(f"{file} names no evidence; name a scenario that does, or a file of evidence")
        path = Path(found.places[("items",)].file)
        if path.resolve() not in seen:
            seen.add(path.resolve())
            yield shown(path), found


def _verdict(failing: int, *, were_checked: bool) -> str:
    if failing:
        return f"{counted(failing, 'item fails', 'items fail')}; code them again, or find the original article"
    if were_checked:
        return "every item with its article here passes"
    return "nothing was checked: no item has both an anchor and its article here"
