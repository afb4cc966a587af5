"""`history`: the forecast remade on earlier days from only what was known by then."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sim.cli.console import Format, note, print_json, say
from sim.cli.found import load_scenario
from sim.cli.output import check_output
from sim.forecast.plan import Plan
from sim.progress import progress
from sim.report.chance import Shift, decimal_text
from sim.report.terminal import aligned
from sim.runs.store import store_at
from sim.scenario.windows import date_of, length_of
from sim.studies.history import History, dates_between, history
from sim.wording import counted


@dataclass(frozen=True)
class Options:
    """The options of `history` as given."""

    scenario: Path
    start: str
    every: str
    runs: int
    seed: int
    out: Path | None
    format_: Format
    quiet: bool
    words: str = "icd203"
    figures: bool = False
    store: str | None = None


def run(options: Options) -> None:
    """Remake, print, write."""
    check_output(options.out, figures=options.figures)
    scenario = load_scenario(options.scenario)
    days = dates_between(date_of(options.start, "--from"), scenario.as_of, length_of(options.every, "--every"))
    plan = Plan(runs=options.runs, seed=options.seed)
    with progress(scenario.id, len(days), quiet=options.quiet, unit="days") as finished:
        result = history(scenario, days, plan, store=store_at(options.store), finished=finished)
    if options.format_ is Format.JSON:
        print_json(result.record())
    else:
        _print(result)
    if options.out is not None:
        from sim.report import write_report

        for path in write_report(result.record(), options.out, words=options.words, figures=options.figures):
            note(f"wrote {path}")


def _print(result: History) -> None:
    scenario = result.scenario
    say(scenario.document.title)
    say(f"probability of an offensive within so many days of each date; {counted(result.plan.most_runs, 'run')} a date")
    say()
    milestones = scenario.milestones
    head = ("as of", *(counted(day, "day") for day in milestones), "news since the date before")
    rows = [
        (
            str(point.date),
            *(decimal_text(point.probabilities[day].p) for day in milestones),
            " ".join(point.new_items) if point.known_items else "no evidence yet",
        )
        for point in result.points
    ]
    for line in aligned(head, rows, words=f"-{'r' * len(milestones)}l"):
        say(line)
    say()
    items = {} if scenario.evidence is None else scenario.evidence.items
    if not items:
        say("the scenario has no evidence, so no news can have moved it")
        return
    say(f"what moved it, within {counted(scenario.horizon, 'day')} (paired, 95%)")
    for point in result.points:
        if point.news is not None:
            shift = Shift(point.news.p, point.news.low, point.news.high)
            say(f"{point.date!s:<12}{shift.number:>6} points ({shift.interval})  all news of that date")
    for move in sorted(result.moves, key=lambda move: -abs(move.change.p)):
        shift = Shift(move.change.p, move.change.low, move.change.high)
        if shift.is_clear:
            say(f"{move.date!s:<12}{shift.number:>6} points ({shift.interval})  {move.id}: {items[move.id].says}")
