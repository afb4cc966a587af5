"""`check --articles`: compare evidence with the articles it was coded from, and print what no longer matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
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


@dataclass(frozen=True)
class _Checked:
    """An evidence file and the results for its items."""

    file: str
    evidence: Evidence
    items: tuple[HeldItem, ...]

    @property
    def faults(self) -> Iterator[Fault]:
        """Messages about its items, with their places."""
        for item in self.items:
            path = ("items", item.name)
            place = self.evidence.places[path]
            for message in item.messages:
                yield Fault(self.file, place.line, place.column, ".".join(path), message)

    def plain(self) -> dict[str, Any]:
        """Return it as plain values."""
        told = [
            {"item": item.name, "state": item.state, "messages": list(item.messages)}
            for item in self.items
            if item.messages
        ]
        return {"file": self.file, "items": len(self.items), **counts(self.items), "told": told}


def check_articles(paths: Iterable[Path], folder: Path, format_: Format) -> None:
    """Check the evidence in files and folders against the articles in a folder.

    Exit with 1 if any item fails, and with 2 if none could be checked: a mistyped folder must not pass.
    """
    articles = read_articles(folder)
    checked = [_Checked(file, one, hold_evidence(one, articles)) for file, one in _evidence(paths)]
    items = list(chain.from_iterable(one.items for one in checked))
    failing, were_checked = sum(item.fails for item in items), any(item.state in ("held", "moved") for item in items)
    if format_ is Format.JSON:
        print_json({"holds": not failing, "files": [one.plain() for one in checked]})
    else:
        _say(checked, failing, were_checked=were_checked)
    if failing:
        raise typer.Exit(Exit.GATE)
    if not were_checked:
        raise typer.Exit(Exit.USAGE)


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


def _say(checked: Iterable[_Checked], failing: int, *, were_checked: bool) -> None:
    """Print one line per file, then messages about items and the next step."""
    rows = [(one.file, str(len(one.items)), *map(str, counts(one.items).values())) for one in checked]
    say_all(aligned(HEADS, rows, words="l"))
    for fault in chain.from_iterable(one.faults for one in checked):
        note(str(fault))
    if failing:
        note(f"{counted(failing, 'item fails', 'items fail')}; code them again, or find the original article")
    elif were_checked:
        note("every item with its article here passes")
    else:
        note("nothing was checked: no item has both an anchor and its article here")
