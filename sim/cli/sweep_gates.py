"""The gates of a sweep on the command line: judging them after its cells, telling and writing what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.cli.check_command import CODES
from sim.cli.ci_output import CiOutput
from sim.cli.console import Exit, note, say
from sim.cli.machines import Machines
from sim.cli.output import shown
from sim.progress import progress
from sim.report.ci.findings import WORDS, WORST_FIRST, counts_in_words, false_verdicts, findings_of, worst_first
from sim.runs.store import Store
from sim.studies.gates.check import ALPHA, MAX_RUNS, Budget, check
from sim.studies.gates.sweeps import Dealt, sweep_trials
from sim.studies.sweep.sweep import Cell, Sweep
from sim.wording import counted

Record = dict[str, Any]
MOST_SHOWN = 20


@dataclass(frozen=True)
class GateOptions:
    """How the gates of a sweep are judged and where that is written."""

    max_runs: int = MAX_RUNS
    alpha: float = ALPHA
    output: CiOutput = field(default_factory=CiOutput)

    @property
    def words(self) -> list[str]:
        """The options that change a verdict, as a command line writes them, where they are not the usual ones."""
        runs = [] if self.max_runs == MAX_RUNS else ["--max-runs", str(self.max_runs)]
        return runs + ([] if self.alpha == ALPHA else ["--alpha", f"{self.alpha:g}"])

    def budget(self, sweep: Sweep) -> Budget:
        """Return the budget of the gates: the sweep's own seed and replicates.

        Raises
        ------
        UsageError
            Where it is out of range.
        """
        return Budget(self.alpha, self.max_runs, sweep.plan.seed, sweep.plan.replicates)


@dataclass(frozen=True)
class Gates:
    """The gates of a sweep, ready to be judged."""

    dealt: Sequence[Dealt]
    budget: Budget

    @classmethod
    def of(cls, sweep: Sweep, options: GateOptions) -> Gates:
        """Prepare the gates of a sweep.

        Raises
        ------
        ScenarioError, UsageError
            Where a file that one names is at fault, or the budget is.
        """
        return cls(sweep_trials(sweep), options.budget(sweep))

    @property
    def head(self) -> Record | None:
        """How they are judged, for the record of the sweep; None where there are none."""
        if not self.dealt:
            return None
        return {"alpha": self.budget.alpha, "max_runs": self.budget.max_runs, "count": len(self.dealt)}

    def judge(self, cells: Sequence[Cell], store: Store | None, machines: Machines, *, quiet: bool) -> list[Record]:
        """Judge the gates that fall to some cells.

        Raises
        ------
        KeyboardInterrupt
            Where it came.
        """
        wanted = {cell.index for cell in cells}
        mine = [one for one in self.dealt if one.cell.index in wanted]
        if not mine:
            return []
        executor = machines.make()
        with progress("gates", len(mine), quiet=quiet, unit="gates decided") as decided:
            trials = [one.trial for one in mine]
            checked = check(trials, self.budget, executor=executor, store=store, decided=decided, of=len(self.dealt))
        if checked.interrupted:
            raise KeyboardInterrupt
        return [
            {"index": one.index, **(found := result.record()), "file": shown(Path(found["file"]))}
            for one, result in zip(mine, checked.results, strict=True)
        ]


def tell(record: Record) -> None:
    """Print the gates of a sweep that did not pass, worst first, and a count of all."""
    if record["gates"] is None:
        return
    findings = findings_of(record)
    missed = [one for one in worst_first(findings) if one.verdict != "pass"]
    say()
    for one in missed[:MOST_SHOWN]:
        say(f"{WORDS[one.verdict]:<11}{one.name}: {one.line_text}")
    if len(missed) > MOST_SHOWN:
        say(f"... and {len(missed) - MOST_SHOWN:,} more gates that did not pass")
    say(f"gates: {counts_in_words(findings)}; {false_verdicts(record)}")


def write(record: Record, output: CiOutput) -> None:
    """Write what CI services read.

    Raises
    ------
    ReportError
        Where a file cannot be written.
    """
    findings = findings_of(record)
    notes = [f"{counted(record['cells'], 'cell')} of the sweep {record['sweep']['id']}, seed {record['seed']}."]
    if record["gates"] is not None:
        said = false_verdicts(record)
        notes.append(f"{said[0].upper()}{said[1:]}.")
    output.write(findings, record["sweep"]["title"], notes)


def exit_code(verdicts: Sequence[Record]) -> Exit:
    """Return the code of the worst verdict, and say what it means."""
    found = {one["verdict"] for one in verdicts}
    worst = next((verdict for verdict in WORST_FIRST if verdict in found), "pass")
    if worst == "undecided":
        note("next: allow the gates more runs with --max-runs, or move them off the truth")
    return CODES[worst]
