"""`check`: test scenarios against their gates, print one line per gate, and write files for CI services."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import Exit, Format, note, print_json, say, say_all
from sim.cli.declare import command
from sim.cli.machines import MACHINES, Machines
from sim.cli.options import CACHE, Alpha, Cache, MaxRuns, Output, Seed
from sim.cli.output import check_file, shown
from sim.errors import Fault, ReportError, ScenarioError, UsageError, refuse
from sim.report import write_files
from sim.report.columns import aligned, paragraph
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.ci import Finding
    from sim.studies.gates.check import Checked
    from sim.studies.gates.trials import Trial

Articles = Annotated[
    Path | None,
    typer.Option(
        help="Check evidence against the articles in this folder instead; test no gates.",
        show_default=False,
    ),
]  # fmt: skip
CODES = {"pass": Exit.OK, "fail": Exit.GATE, "error": Exit.INTERNAL, "undecided": Exit.INCOMPLETE}


@dataclass(frozen=True)
class CiOutput:
    """The options for output to CI services."""

    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")] = None
    summary: Annotated[Path | None, typer.Option(help="Write a Markdown summary to this file.")] = None
    annotations: Annotated[bool, typer.Option("--annotations", help="Annotate the gates' lines on GitHub.")] = False

    def check(self) -> None:
        """Raise UsageError if one of the files cannot be written, or both are the same file."""
        check_file(self.junit)
        check_file(self.summary)
        if self.junit is not None and self.summary is not None and self.junit.resolve() == self.summary.resolve():
            raise UsageError(f"--junit and --summary both name {self.junit}; write them to two files")

    def write(self, findings: Sequence[Finding], title: str, notes: Iterable[str] = ()) -> None:
        """Write the requested output. Raises ReportError if a file cannot be written."""
        from sim.report.ci import to_annotations, to_junit

        if self.junit is not None:
            write_files(self.junit.parent, {self.junit.name: to_junit(findings)})
            note(f"wrote {self.junit}")
        if self.summary is not None:
            self._write_summary(self.summary, findings, title, notes)
        if self.annotations:
            for line in to_annotations(findings):
                note(line)

    @staticmethod
    def _write_summary(path: Path, findings: Sequence[Finding], title: str, notes: Iterable[str]) -> None:
        """Write the summary; append it if the file is GitHub's step summary, which other commands write to as well."""
        from sim.report.ci import MOST_BYTES, to_summary

        shared = os.environ.get("GITHUB_STEP_SUMMARY")
        if shared is None or Path(shared).resolve() != path.resolve():
            write_files(path.parent, {path.name: to_summary(findings, title, notes=notes)})
            note(f"wrote {path}")
            return
        try:
            taken = path.stat().st_size if path.exists() else 0
            with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(to_summary(findings, title, notes=notes, most=max(0, MOST_BYTES - taken)))
        except OSError as error:
            raise ReportError(f"the summary cannot be written to {path}: {error.strerror or error}") from error


CI = CiOutput()


@command
def check(  # noqa: PLR0913 - one parameter an option
    paths: Annotated[
        list[Path], typer.Argument(help="Scenario or evidence files, or folders of them.", show_default=False)
    ],
    articles: Articles = None,
    max_runs: MaxRuns = 200_000,
    alpha: Alpha = 0.05,
    seed: Seed = 0,
    machines: Machines = MACHINES,
    cache: Cache = CACHE,
    format_: Output = Format.TEXT,
    ci: CiOutput = CI,
) -> None:
    """Test forecasts against gates, or evidence against articles.

    offramp check scenarios/idlib-2018/baseline.yaml
    offramp check scenarios --max-runs 1000000
    offramp check scenarios --junit gates.xml --summary "$GITHUB_STEP_SUMMARY" --annotations
    offramp check scenarios/idlib-2018 --articles my-articles
    """
    if articles is not None:
        from sim.cli.articles import check_articles

        if ci != CI:
            raise UsageError("--articles judges no gates; leave out --junit, --summary and --annotations")
        check_articles(paths, articles, format_)
        return
    from sim.cli.files import files_of
    from sim.report.ci import counts_in_words
    from sim.studies.gates import check as gates

    budget = gates.Budget(alpha=alpha, max_runs=max_runs, seed=seed)
    trials = _trials(files_of("scenario", paths))
    ci.check()
    with machines.site("check", len(trials), cache.open(), unit="gate") as site:
        checked = gates.check(trials, budget, site)
    records = [{**one, "file": shown(Path(one["file"]))} for one in checked.results]
    if format_ is Format.JSON:
        verdict = {"verdict": checked.verdict, "interrupted": checked.interrupted}
        print_json(verdict | asdict(budget) | {"gates": records})
    else:
        print_findings(records)
    shared = f", shared by {counted(len(records), 'gate')}" if len(records) > 1 else ""
    chances = f"the chance that any verdict is false is at most {100 * alpha:g}%{shared}"
    ci.write(records, "Gates", [f"{chances[:1].upper()}{chances[1:]}."])
    note(f"{counts_in_words(records)}; {chances}")
    _finish(checked)


def _trials(files: Sequence[Path]) -> list[Trial]:
    """Return the trials of all files, reporting all faults at once."""
    from sim.cli.files import beyond_missing
    from sim.studies.gates.trials import trials_of

    faults: list[Fault] = []
    trials: list[Trial] = []
    for file in files:
        try:
            trials += trials_of(file)
        except ScenarioError as error:
            faults += beyond_missing(file, error)
    refuse(faults)
    if not trials:
        where = files[0] if len(files) == 1 else counted(len(files), "scenario")
        raise UsageError(f"there is nothing to check: no gates in {where}; docs/gates.md says how to write them")
    return trials


def print_findings(findings: Sequence[Finding]) -> None:
    """Print one line per gate, below the name of its file."""
    from sim.report.ci import WORDS, bound_of, interval_of, name_of

    for file in dict.fromkeys(one["file"] for one in findings):
        mine = [one for one in findings if one["file"] == file]
        rows = [
            (name_of(one), WORDS[one["verdict"]], interval_of(one), bound_of(one), f"{one['runs']:,}") for one in mine
        ]
        say(file)
        say_all(aligned(("gate", "verdict", "interval", "held to", "runs"), rows, words="ll--r"))
        for one in filter(itemgetter("message"), mine):
            say_all(paragraph(f"{name_of(one)}: {one['message']}", hang="  "))
        say()


def with_more(max_runs: int) -> str:
    """Return what to do about a gate that this many runs left undecided."""
    from sim.forecast.plan import MAX_RUNS

    more = min(10 * max_runs, MAX_RUNS)
    if more == max_runs:
        return "loosen the gate: a check can make no more runs"
    return f"allow more runs, as in --max-runs {more}, or loosen the gate"


def _finish(checked: Checked) -> None:
    if checked.interrupted:
        note("interrupted; the undecided gates were not run to the end")
        raise typer.Exit(Exit.INTERRUPTED)
    if checked.verdict == "pass":
        return
    first = next(one for one in checked.results if one["verdict"] == checked.verdict)
    path = Path(first["file"])
    where = shown(path) if path.resolve().is_relative_to(Path.cwd()) else str(path)
    file = shlex.quote(where)
    following = {
        "undecided": with_more(checked.budget.max_runs),
        "fail": f"offramp show {file}, and correct the scenario or the gate on {where}:{first['line']}",
        "error": f"offramp run {file} shows the crash alone",
    }
    note(f"next: {following[checked.verdict]}")
    raise typer.Exit(CODES[checked.verdict])
