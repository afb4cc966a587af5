"""The commands of `offramp`, put together. Each command lives in a module of its own, imported when it is called."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.console import Exit, Format, note
from sim.cli.declare import Annotations, JUnit, Output, Panels, Summary, Words, declare
from sim.cli.machines import Machines
from sim.cli.ranges import BLOCKS, PORT, REPEATS, REPLICATES, RUNS, SEED
from sim.cli.store_app import store
from sim.cli.streams import failure_of, hold
from sim.cli.surroundings import check_words
from sim.cli.sweep_app import DEFAULT_STORE, MACHINES, AnyStore, NoStore, StoreFolder, sweep
from sim.cli.what_if_app import add_commands as add_what_if
from sim.cli.why_app import add_commands as add_why
from sim.errors import UsageError

PANELS = {
    "Write a scenario": ("init", "validate", "show", "schema"),
    "Run it": ("run", "history", "explore"),
    "Ask why": ("drivers", "discover", "explain"),
    "Ask what if": ("counterfactuals", "tip", "advise", "diff"),
    "Sweep and check": ("sweep", "check"),
    "Keep score": ("record", "resolve", "score", "backtest", "calibrate"),
    "Set up": ("doctor", "store"),
}
"""The commands by job, as the help lists them."""


class _Panels(Panels):
    panels = PANELS


app = typer.Typer(
    cls=_Panels,
    name="offramp",
    help="Forecast a crisis: from a scenario in YAML to a probability report.",
    epilog="Start with: offramp run scenarios/idlib-2018/baseline.yaml --out reports/idlib-2018",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode=None,  # boxes around a help page take half of its time
    pretty_exceptions_enable=False,
)

_command = declare(app)
app.add_typer(sweep, name="sweep")
app.add_typer(store, name="store")
ScenarioPath = Annotated[Path, typer.Argument(help="Scenario file (YAML).", show_default=False)]
LedgerPath = Annotated[Path, typer.Option("--ledger", help="Ledger file (JSON lines).")]
At = Annotated[
    str | None, typer.Option("--at", help="Time of the entry, in UTC.", show_default="now, or SOURCE_DATE_EPOCH")
]
LEDGER = Path("offramp-ledger.jsonl")


def main() -> None:
    """Run the command line; where its output was lost to a full disk, say so, unless there is worse to say."""
    out, _ = hold("stdout"), hold("stderr")
    code: Any = Exit.OK
    try:
        check_words(sys.argv[1:])
        _leave_only(sys.argv[1:2])
        app()
    except SystemExit as leaving:
        code = leaving.code
    except UsageError as error:
        note(f"error: {error}")
        code = Exit.USAGE
    sys.stdout.flush()
    lost = failure_of(out)
    if lost is not None and not code:
        note(f"error: {lost}")
        code = Exit.INTERNAL
    sys.exit(code)


def _leave_only(name: list[str]) -> None:
    """Take out every command but the one named, if there is one of that name: to put them together takes a while."""
    named = [one for one in app.registered_commands if one.callback and [one.callback.__name__] == name]
    if named:
        app.registered_commands, app.registered_groups = named, []


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        from sim.environment import version as version_of

        print(f"offramp {version_of()}")
        raise typer.Exit
    del context


@_command
def validate(
    scenarios: Annotated[
        list[Path], typer.Argument(help="Scenario or sweep files, or folders of them.", show_default=False)
    ],
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 2 on a warning too.")] = False,
    format_: Output = Format.TEXT,
) -> None:
    """Check files: print all their faults, and warnings of what was probably not meant.

    offramp validate scenarios/idlib-2018/baseline.yaml
    offramp validate scenarios --strict
    offramp validate scenarios --format json
    """
    from sim.cli.scenario_commands import validate as call

    call(scenarios, format_, strict=strict)


@_command
def show(
    scenario: ScenarioPath,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print every value and its origin.")] = False,
    format_: Output = Format.TEXT,
) -> None:
    """Show the question, the actors and their starting values.

    offramp show scenarios/idlib-2018/baseline.yaml
    offramp show scenarios/idlib-2018/german-offer.yaml --resolved
    """
    from sim.cli.scenario_commands import show as call

    call(scenario, format_, resolved=resolved)


@_command
def run(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    runs: Annotated[
        int | None, typer.Option(help="Number of runs (an upper limit with --precision).", show_default="20000"), RUNS
    ] = None,
    precision: Annotated[
        float | None, typer.Option(help="Stop when the 95% interval is this narrow, as in 0.01.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed; the same seed gives the same bytes."), SEED] = 0,
    replicates: Annotated[int, typer.Option(help="Runs per draw of the uncertain inputs."), REPLICATES] = 2,
    machines: Machines = MACHINES,
    out: Annotated[Path | None, typer.Option(help="Folder for report.html, report.md and forecast.json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    words: Annotated[Words, typer.Option(help="Words for probabilities: US ICD 203, UK PHIA or none.")] = Words.ICD203,
    since: Annotated[
        Path | None, typer.Option(help="Earlier forecast.json: report what has moved since, and why.")
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="With --out: write the main figures as SVG files too.")
    ] = False,
    counterfactuals: Annotated[
        bool, typer.Option("--counterfactuals", help="Add what the forecast would be if one thing changed.")
    ] = False,
    store: Annotated[
        str | None,
        typer.Option(
            help="Cache of finished runs: a folder or s3://BUCKET/PREFIX.",
            show_default=f"none; {DEFAULT_STORE} with --counterfactuals",
        ),
    ] = None,
    given: Annotated[
        list[str] | None, typer.Option(help='Condition on what has been seen since, as in "strikes by 2018-09-04".')
    ] = None,
) -> None:
    """Run a scenario; with --out write its report.

    offramp run scenarios/idlib-2018/baseline.yaml --out reports/idlib-2018
    offramp run scenarios/idlib-2018/german-offer.yaml --precision 0.01
    offramp run scenarios/idlib-2018/baseline.yaml --runs 100000 --workers 2 --format json > forecast.json
    offramp run scenarios/idlib-2018/german-offer.yaml --since reports/idlib-2018/forecast.json
    offramp run scenarios/idlib-2018/baseline.yaml --counterfactuals --out reports/idlib-2018
    offramp run scenarios/idlib-2018/baseline.yaml --given "strikes by 2018-09-04"
    offramp run scenarios/idlib-2018/baseline.yaml --executor dask --address tcp://127.0.0.1:8786
    """
    from sim.cli.run_command import Options
    from sim.cli.run_command import run as call

    options = Options(scenario, runs, precision, seed, replicates, machines, out, format_, quiet)
    kept = DEFAULT_STORE if store is None and counterfactuals else store
    options = replace(options, words=words.value, since=since, figures=figures, counterfactuals=counterfactuals)
    call(replace(options, store=kept, given=tuple(given or ())))


@_command
def explore(
    scenario: ScenarioPath,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one."), PORT] = 8765,
    host: Annotated[str, typer.Option(help="Address to listen on; any but loopback needs a token.")] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address; open no browser.")] = False,
) -> None:
    """Open a live page: move a pressure, see the probability.

    offramp explore scenarios/idlib-2018/baseline.yaml
    offramp explore scenarios/idlib-2018/german-offer.yaml --port 9000 --no-browser
    """
    from sim.cli.explore_command import explore as call

    call(scenario, host, port, browser=not no_browser)


@_command
def check(  # noqa: PLR0913 - one parameter an option
    paths: Annotated[list[Path], typer.Argument(help="Scenario files, or folders of them.", show_default=False)],
    max_runs: Annotated[
        int, typer.Option(help="Upper limit of runs per scenario while a gate is undecided."), RUNS
    ] = 200_000,
    alpha: Annotated[float, typer.Option(help="Upper limit of the chance that any verdict is false.")] = 0.05,
    seed: Annotated[int, typer.Option(help="Random seed; the same seed gives the same verdicts."), SEED] = 0,
    machines: Machines = MACHINES,
    store: AnyStore = None,
    format_: Output = Format.TEXT,
    junit: JUnit = None,
    summary: Summary = None,
    annotations: Annotations = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Test forecasts against the gates in their scenario files.

    offramp check scenarios/idlib-2018/baseline.yaml
    offramp check scenarios --max-runs 1000000
    offramp check scenarios --junit gates.xml --summary "$GITHUB_STEP_SUMMARY" --annotations
    """
    from sim.cli.check_command import Options
    from sim.cli.check_command import run as call
    from sim.cli.ci_output import CiOutput
    from sim.studies.gates.check import Budget

    budget = Budget(alpha=alpha, max_runs=max_runs, seed=seed)
    call(Options(paths, budget, machines, format_, quiet, CiOutput(junit, summary, annotations), store))


@_command
def diff(  # noqa: PLR0913 - one parameter an option
    before: Annotated[Path, typer.Argument(help="Scenario file, or a forecast.json.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="Scenario file, or a forecast.json.", show_default=False)],
    runs: Annotated[
        int | None, typer.Option(help="Runs of each side.", show_default="as a forecast has it, or 20000"), RUNS
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Random seed.", show_default="as a forecast has it, or 0"), SEED
    ] = None,
    machines: Machines = MACHINES,
    store: AnyStore = None,
    format_: Output = Format.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Compare two scenarios or forecasts; tell change from noise.

    offramp diff scenarios/idlib-2018/baseline.yaml scenarios/idlib-2018/german-offer.yaml
    offramp diff reports/idlib-2018/baseline/forecast.json scenarios/idlib-2018/baseline.yaml
    """
    from sim.cli.diff_command import Options
    from sim.cli.diff_command import run as call

    call(Options(before, after, runs, seed, machines, format_, quiet, store))


add_what_if(_command)
add_why(_command)


@_command
def schema(
    sweep_: Annotated[bool, typer.Option("--sweep", help="Print the schema of sweep files.")] = False,
) -> None:
    """Print the JSON Schema of scenario or sweep files.

    offramp schema > docs/schema/scenario.schema.json
    offramp schema --sweep > docs/schema/sweep.schema.json
    """
    from sim.cli.scenario_commands import schema as call

    call(of_sweeps=sweep_)


@_command
def history(  # noqa: PLR0913 - one parameter an option
    scenario: ScenarioPath,
    start: Annotated[str, typer.Option("--from", help="First date, as in 2018-07-25.", show_default=False)],
    every: Annotated[str, typer.Option(help='Step between dates, as in "3 days".')] = "7 days",
    runs: Annotated[int, typer.Option(help="Runs per date."), RUNS] = 8192,
    seed: Annotated[int, typer.Option(help="Random seed, the same for every date."), SEED] = 0,
    store: AnyStore = None,
    out: Annotated[Path | None, typer.Option(help="Folder for history.html, history.md and history.json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
    words: Annotated[Words, typer.Option(help="Words for probabilities: US ICD 203, UK PHIA or none.")] = Words.ICD203,
    figures: Annotated[bool, typer.Option("--figures", help="With --out: write the curve as an SVG file too.")] = False,
) -> None:
    """Recompute the forecast for earlier dates as known then.

    offramp history scenarios/idlib-2018/baseline.yaml --from 2018-07-25 --every "3 days"
    offramp history scenarios/idlib-2018/baseline.yaml --from 2018-07-25 --out reports/history --figures
    """
    from sim.cli.history_command import Options
    from sim.cli.history_command import run as call

    call(Options(scenario, start, every, runs, seed, out, format_, quiet, words.value, figures, store))


CasesPath = Annotated[Path, typer.Argument(help="Folder of cases, one YAML file each.", show_default=False)]
ThreatsPath = Annotated[
    Path | None,
    typer.Option("--threats", help="CSV of threats between states, as a second sample.", show_default=False),
]
Known = Annotated[
    str | None, typer.Option("--known", help="Use only outcomes known by this date.", show_default="all outcomes")
]
Blocks = Annotated[int | None, typer.Option(help="Blocks of 4,096 runs per case.", show_default="8"), BLOCKS]


@_command
def calibrate(  # noqa: PLR0913 - one parameter an option
    cases: CasesPath,
    name: Annotated[str, typer.Option(help="Name by which scenarios refer to the posterior.")] = "calibrated",
    threats: ThreatsPath = None,
    known: Known = None,
    target: Annotated[Path | None, typer.Option(help="Scenario on which to compare two seeds.")] = None,
    recovery: Annotated[int, typer.Option(help="Simulated calibrations with a known truth, as a check."), REPEATS] = 0,
    seed: Annotated[int, typer.Option(help="Random seed; the same seed gives the same posterior."), SEED] = 0,
    blocks: Blocks = None,
    machines: Machines = MACHINES,
    store: StoreFolder = DEFAULT_STORE,
    no_store: NoStore = False,
    out: Annotated[Path | None, typer.Option(help="Folder for the posterior and calibration.html, .md, .json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Calibrate the structural parameters on past cases.

    offramp calibrate scenarios/cases --known 2018-08-19 --name calibrated-2018-08 --out reports/calibration
    offramp calibrate scenarios/cases --target scenarios/idlib-2018/baseline.yaml --recovery 100
    """
    from sim.cli.study_commands import Options
    from sim.cli.study_commands import calibrate as call

    kept = None if no_store else store
    call(Options(cases, threats, known, seed, blocks, machines, kept, out, format_, quiet), name, target, recovery)


@_command
def backtest(  # noqa: PLR0913 - one parameter an option
    cases: CasesPath,
    threats: ThreatsPath = None,
    known: Known = None,
    variants: Annotated[Path | None, typer.Option(help="Folder of scenarios to forecast next to the skill.")] = None,
    train: Annotated[
        Path | None, typer.Option(help="Folder of other cases to train on.", show_default="the cases themselves")
    ] = None,
    posterior: Annotated[
        str | None, typer.Option(help="Score this posterior (name or CSV file) without fitting.", show_default=False)
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed; the same seed gives the same scores."), SEED] = 0,
    blocks: Blocks = None,
    machines: Machines = MACHINES,
    store: StoreFolder = DEFAULT_STORE,
    no_store: NoStore = False,
    out: Annotated[Path | None, typer.Option(help="Folder for backtest.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Score the model on past cases against simple baselines.

    offramp backtest scenarios/cases --out reports/backtest
    offramp backtest my-cases --posterior calibrated-all
    offramp backtest my-cases --train scenarios/cases
    offramp backtest scenarios/cases --variants scenarios/idlib-2018 --format json > backtest.json
    """
    from sim.cli.study_commands import Options, score, score_with

    kept = None if no_store else store
    options = Options(cases, threats, known, seed, blocks, machines, kept, out, format_, quiet)
    if posterior is None:
        score(options, variants, train)
        return
    score_with(options, posterior, {"--train": train, "--variants": variants})


@_command
def record(
    forecast: Annotated[Path, typer.Argument(help="A forecast.json.", show_default=False)],
    ledger: LedgerPath = LEDGER,
    at: At = None,
    format_: Output = Format.TEXT,
) -> None:
    """Enter a forecast in the ledger before its outcome.

    offramp record reports/idlib-2018/forecast.json
    offramp record forecast.json --ledger forecasts/2026.jsonl
    """
    from sim.cli.ledger_commands import record as call

    call(forecast, ledger, at, format_)


@_command
def resolve(  # noqa: PLR0913 - one parameter an option
    question: Annotated[str, typer.Argument(help="Question: ID@DATE, or ID.", show_default=False)],
    outcome: Annotated[str, typer.Option(help="Date on which it began, or yes, or no.", show_default=False)],
    event: Annotated[str, typer.Option(help="Event asked about: offensive or agreement.")] = "offensive",
    source: Annotated[str | None, typer.Option(help="Source of the outcome.")] = None,
    correct: Annotated[bool, typer.Option("--correct", help="Replace an earlier outcome by a new entry.")] = False,
    ledger: LedgerPath = LEDGER,
    at: At = None,
    format_: Output = Format.TEXT,
) -> None:
    """Enter the outcome of a question in the ledger.

    offramp resolve idlib-2018@2018-08-19 --outcome no
    offramp resolve idlib-2018 --outcome 2019-04-30 --source "The ministry's statement"
    offramp resolve idlib-2018 --outcome 2018-09-17 --event agreement
    offramp resolve idlib-2018 --outcome no --correct
    """
    from sim.cli.ledger_commands import Outcome
    from sim.cli.ledger_commands import resolve as call

    call(Outcome(question, ledger, outcome, event, source, correct, at, format_))


@_command
def score(
    ledger: LedgerPath = LEDGER,
    expect: Annotated[str | None, typer.Option(help="Head noted earlier, which the ledger must still contain.")] = None,
    late: Annotated[
        bool, typer.Option("--late", help="Also score forecasts entered after their window closed.")
    ] = False,
    format_: Output = Format.TEXT,
) -> None:
    """Verify the ledger and score its resolved forecasts.

    offramp score
    offramp score --ledger forecasts/2026.jsonl --expect 3f9c01d2ab45
    offramp score --format json
    """
    from sim.cli.ledger_commands import score as call

    call(ledger, expect, format_, late=late)


@_command
def init(
    path: Annotated[Path, typer.Argument(help="File to write, such as my-crisis.yaml.", show_default=False)],
    start: Annotated[
        Path | None, typer.Option("--from", help="Past case to start from.", metavar="CASE", show_default=False)
    ] = None,
) -> None:
    """Write a commented scenario with its evidence, ready to run.

    offramp init my-crisis.yaml
    offramp init my-crisis.yaml --from scenarios/cases/s17-idlib-2019-08.yaml
    """
    from sim.cli.setup_commands import init as call

    call(path, start)


@_command
def doctor(format_: Output = Format.TEXT) -> None:
    """Check versions, machine and a small forecast.

    offramp doctor
    """
    from sim.cli.setup_commands import doctor as call

    call(format_)
