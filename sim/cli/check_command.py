"""`check`: hold scenarios to the gates they write, print a line a gate, write what CI services read."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from sim.cli.ci_output import CiOutput
from sim.cli.console import Exit, Format, note, print_json, say
from sim.cli.found import scenario_files
from sim.cli.machines import Machines
from sim.cli.output import shown
from sim.errors import Fault, ScenarioError, UsageError
from sim.progress import progress
from sim.report.ci.findings import WORDS, Finding, counts_in_words
from sim.runs.store import store_at
from sim.studies.gates.check import Budget, Checked, check
from sim.studies.gates.trials import Trial, trials_of
from sim.studies.sweep.schema import is_sweep
from sim.wording import counted

CODES = {"pass": Exit.OK, "fail": Exit.GATE, "error": Exit.INTERNAL, "undecided": Exit.INCOMPLETE}


@dataclass(frozen=True)
class Options:
    """The options of `check` as given."""

    paths: list[Path]
    budget: Budget
    machines: Machines
    format_: Format
    quiet: bool
    output: CiOutput
    store: str | None = None


def run(options: Options) -> None:
    """Load, judge, print, write; leave with the code that fits."""
    files = scenario_files(options.paths)
    trials = _trials(files)
    options.output.check()
    executor, store = options.machines.make(), store_at(options.store)
    with progress("check", len(trials), quiet=options.quiet, unit="gates decided") as decided:
        checked = check(trials, options.budget, executor=executor, store=store, decided=decided)
    findings = [Finding.of(record) for record in _records(checked)]
    if options.format_ is Format.JSON:
        print_json(_plain(checked))
    else:
        print_findings(findings)
    chances = alpha_in_words(checked)
    options.output.write(findings, "Gates", [chances])
    note(f"{counts_in_words(findings)}; {chances}")
    _finish(checked, findings)


def _trials(files: Sequence[Path]) -> list[Trial]:
    """Return the trials of all files; all their faults together."""
    faults: list[Fault] = []
    trials: list[Trial] = []
    for file in files:
        if is_sweep(file):
            raise UsageError(f"{file} is a sweep; its gates are judged by offramp sweep run {shlex.quote(str(file))}")
        try:
            trials += trials_of(file)
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    if not trials:
        where = files[0] if len(files) == 1 else counted(len(files), "scenario")
        raise UsageError(f"there is nothing to check: no gates in {where}; docs/gates.md says how to write them")
    return trials


def _records(checked: Checked) -> list[dict[str, Any]]:
    return [{**(one := result.record()), "file": shown(Path(one["file"]))} for result in checked.results]


def _plain(checked: Checked) -> dict[str, Any]:
    budget = checked.budget
    return {
        "verdict": checked.verdict,
        "interrupted": checked.interrupted,
        "alpha": budget.alpha,
        "max_runs": budget.max_runs,
        "seed": budget.seed,
        "replicates": budget.replicates,
        "gates": _records(checked),
    }


def alpha_in_words(checked: Checked) -> str:
    """Say how sure the verdicts are."""
    share = f", shared by {counted(len(checked.results), 'gate')}" if len(checked.results) > 1 else ""
    return f"the chance that any verdict is false is at most {100 * checked.budget.alpha:g}%{share}"


def print_findings(findings: Sequence[Finding]) -> None:
    """Print a line a gate, below the file that writes it."""
    width = max(4, *(len(one.name) for one in findings)) if findings else 4
    measured = max(len("interval"), *(len(one.interval) for one in findings)) if findings else 0
    bound = max(len("held to"), *(len(one.bound) for one in findings)) if findings else 0
    head = f"{'':<11}{'gate':<{width}}  {'interval':<{measured}}  {'held to':<{bound}}  {'runs':>9}"
    for file in dict.fromkeys(one.file for one in findings):
        say(file)
        say(head.rstrip())
        for one in findings:
            if one.file == file:
                row = f"{one.interval:<{measured}}  {one.bound:<{bound}}  {one.runs:>9,}"
                say(f"{WORDS[one.verdict]:<11}{one.name:<{width}}  {one.message or row}")
        say()


def _finish(checked: Checked, findings: Sequence[Finding]) -> None:
    """Say the next step; leave with the code that fits."""
    if checked.interrupted:
        note("interrupted; what is undecided was not run to its end")
        raise typer.Exit(Exit.INTERRUPTED)
    missed = next((one for one in findings if one.verdict == checked.verdict), None)
    if checked.verdict == "undecided":
        note(f"next: allow more runs, as in --max-runs {10 * checked.budget.max_runs}, or move a gate off the truth")
    elif checked.verdict == "fail" and missed is not None:
        file = shlex.quote(missed.file)
        note(f"next: offramp show {file}, and correct the scenario or the gate on {missed.file}:{missed.line}")
    elif checked.verdict == "error" and missed is not None:
        note(f"next: offramp run {shlex.quote(missed.file)} shows the crash alone")
    if checked.verdict != "pass":
        raise typer.Exit(CODES[checked.verdict])
