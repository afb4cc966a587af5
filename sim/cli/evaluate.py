"""`backtest` and `calibrate`: how well the model would have done on past cases, and what they say about parameters."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import Format, epoch, note
from sim.cli.declare import command
from sim.cli.machines import MACHINES, Machines
from sim.cli.machines import SPAWNING_PAYS as MANY
from sim.cli.options import BLOCKS, REPEATS, USUAL_CACHE, Output, Seed, UsualCache
from sim.cli.output import check_output, show, written
from sim.errors import UsageError
from sim.report import lines_of, write_files, write_report
from sim.report.columns import aligned, paragraph
from sim.report.values import skill_text
from sim.wording import counted

if TYPE_CHECKING:
    from sim.evaluation.calibration.calibrate import Seen, Study
    from sim.evaluation.cases import HistoricalCase
    from sim.evaluation.threats import Threats
    from sim.runs.store import Store
    from sim.scenario.scenario import Scenario

NEVER = datetime.date(9999, 12, 31)

CasesPath = Annotated[Path, typer.Argument(help="Folder of cases, one YAML file each.", show_default=False)]
ThreatsPath = Annotated[
    Path | None,
    typer.Option("--threats", help="CSV of threats between states, as a second sample.", show_default=False),
]
Known = Annotated[
    str | None, typer.Option("--known", help="Use only outcomes known by this date.", show_default="all outcomes")
]
Blocks = Annotated[int | None, typer.Option(help="Blocks of 4,096 runs per case.", show_default="8"), BLOCKS]


@dataclass(frozen=True)
class _Designs:
    """Plays the designs behind a calibration, resuming from cached blocks."""

    blocks: int
    machines: Machines
    store: Store | None

    @classmethod
    def of(cls, blocks: int | None, machines: Machines, cache: UsualCache) -> _Designs:
        """Return what the options ask for."""
        from sim.evaluation.calibration.calibrate import BLOCKS as USUAL

        return cls(USUAL if blocks is None else blocks, machines, cache.open())

    def study(self, cases: Sequence[HistoricalCase], threats: Threats, seed: int) -> Study:
        """Play the design of all cases and threats."""
        from sim.evaluation.calibration.calibrate import points_of, study
        from sim.evaluation.calibration.design import BLOCK_POINTS
        from sim.evaluation.calibration.parameters import sample_of

        scenarios = _played(cases, threats)
        total = sum(points_of(self.blocks, sample_of(one)) // BLOCK_POINTS for one in scenarios.values())
        with self.machines.site(f"design, seed {seed}", total, self.store, blocks=MANY) as site:
            made = study(scenarios, seed=seed, site=site, blocks=self.blocks)
        return replace(made, coded={one.name: one.scenario for one in threats.cases})

    def refined(self, made: Study, seen: Seen) -> Study:
        """Play every case once more around the posterior."""
        from sim.evaluation.calibration.calibrate import refined

        label = f"design at the posterior, seed {made.seed}"
        with self.machines.site(label, len(made.cases), self.store, unit="case", blocks=MANY) as site:
            return refined(made, seen, site)


@command
def calibrate(  # noqa: PLR0913 - one parameter an option
    cases: CasesPath,
    name: Annotated[str, typer.Option(help="Name by which scenarios refer to the posterior.")] = "calibrated",
    threats: ThreatsPath = None,
    known: Known = None,
    target: Annotated[Path | None, typer.Option(help="Scenario on which to compare two seeds.")] = None,
    recovery: Annotated[int, typer.Option(help="Simulated calibrations with a known truth, as a check."), REPEATS] = 0,
    seed: Seed = 0,
    blocks: Blocks = None,
    machines: Machines = MACHINES,
    cache: UsualCache = USUAL_CACHE,
    out: Annotated[Path | None, typer.Option(help="Folder for the posterior and calibration.html, .md, .json.")] = None,
    format_: Output = Format.TEXT,
) -> None:
    """Calibrate the structural parameters on past cases.

    offramp calibrate scenarios/cases --known 2018-08-19 --name calibrated-2018-08 --out reports/calibration
    offramp calibrate scenarios/cases --target scenarios/idlib-2018/baseline.yaml --recovery 100
    """
    from sim.evaluation.calibration import result as results
    from sim.evaluation.calibration.calibrate import points_of
    from sim.evaluation.calibration.parameters import sample_of
    from sim.evaluation.calibration.recovery import check_repeats
    from sim.evaluation.cases import load_cases
    from sim.scenario.load import load

    check_output(out, figures=False)
    _check_name(name)
    past, others = load_cases(cases), _threats(threats)
    day, designs = _known(known), _Designs.of(blocks, machines, cache)
    scenario = None if target is None else load(target)
    crises = _known_outcomes(past, day)
    second = results.informative({one.name: one.seen(day) for one in others.cases})
    check_repeats(recovery, min(points_of(designs.blocks, sample_of(one)) for one in _played(past, others).values()))
    studies = [designs.study(past, others, seed + number) for number in range(2)]
    recovered = _recovered(studies[0], recovery, machines)
    studies = [designs.refined(one, crises | second) for one in studies]
    about = _about(past, crises, day, seed, designs.blocks) | _about_threats(others, second)
    asked = results.Request(name, day, crises | second, frozenset(second), scenario, about)
    with machines.site("posterior", asked.steps(studies[0]), unit="step", blocks=MANY) as site:
        posterior, record = results.calibration(asked, studies, recovered, site)
    show(record, format_, lines_of(record, f"seed {seed}"))
    if out is not None:
        written(write_report(record, out, others={f"{name}.csv": posterior.text()}))
        note(f"next: put the file next to a scenario, and write there `calibration: {name}.csv`")


def _check_name(name: str) -> None:
    if not name.replace("-", "").isalnum() or name != name.lower():
        raise UsageError(f"expected a name of small letters, digits and hyphens (got {name!r})")


def _known_outcomes(past: Sequence[HistoricalCase], day: datetime.date) -> dict[str, frozenset[int]]:
    """Return the outcomes known by a day, of all cases except those to be forecast."""
    from sim.evaluation.calibration.result import informative

    crises = informative({one.name: one.seen(day) for one in past if not one.filed.target})
    if not crises:
        raise UsageError(f"no outcome of any case was known by {day}; name a later date with --known")
    return crises


@command
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
    seed: Seed = 0,
    blocks: Blocks = None,
    machines: Machines = MACHINES,
    cache: UsualCache = USUAL_CACHE,
    out: Annotated[Path | None, typer.Option(help="Folder for backtest.html, .md and .json.")] = None,
    format_: Output = Format.TEXT,
) -> None:
    """Score the model on past cases against simple baselines.

    offramp backtest scenarios/cases --out reports/backtest
    offramp backtest my-cases --posterior calibrated-all
    offramp backtest my-cases --train scenarios/cases
    offramp backtest scenarios/cases --variants scenarios/idlib-2018 --format json > backtest.json
    """
    machines.warm_up(is_long=True)
    from sim.evaluation.backtest import backtest as backtests
    from sim.evaluation.backtest.forecasts import Training, check_enough
    from sim.evaluation.cases import load_cases

    check_output(out, figures=False)
    if posterior is not None:
        _check_fixed({"train": train, "variants": variants, "threats": threats, "known": known, "blocks": blocks})
        fixed = _score_fixed(cases, posterior, seed, machines)
        show(fixed, format_, _fixed_lines(fixed))
        if out is not None:
            written(write_files(out, {"backtest.json": json.dumps(fixed, indent=1) + "\n"}))
        return
    past = load_cases(cases)
    pool = past if train is None else load_cases(train)
    _check_apart(past, pool if train is not None else ())
    scenarios, others, day = _variants(variants), _threats(threats), _known(known)
    check_enough(past, pool, day, others.cases)
    designs = _Designs.of(blocks, machines, cache)
    trained = Training(pool, designs.study(pool, others, seed), day, others.cases)
    trained = replace(trained, study=designs.refined(trained.study, trained.seen))
    steps = backtests.steps(past, trained, len(scenarios))
    with machines.site("backtest", steps, unit="step", blocks=MANY) as site:
        record = backtests.backtest(past, trained, site, variants=scenarios)
    show(record, format_, lines_of(record, f"seed {seed}"))
    if out is not None:
        from sim.report.files import to_json

        today = (epoch() or datetime.datetime.now(datetime.UTC)).date()
        kept = {"track_record.json": to_json(backtests.track_record(record, today))}
        written(write_report(record, out, others=kept))


def _check_fixed(fitted: Mapping[str, Any]) -> None:
    for option, value in fitted.items():
        if value is not None:
            raise UsageError(
                f"--posterior fits nothing, so --{option} cannot be combined with it; leave one of them out"
            )


def _score_fixed(cases: Path, name: str, seed: int, machines: Machines) -> dict[str, Any]:
    from sim.evaluation.backtest.fixed import score_fixed
    from sim.evaluation.cases import load_cases
    from sim.scenario.posterior import names, posterior, read_posterior

    if not name.endswith(".csv") and name not in names():
        raise UsageError(f"expected {', '.join(names())} or a CSV file after --posterior (got {name!r})")
    past = load_cases(cases)
    draws = read_posterior(Path(name)) if name.endswith(".csv") else posterior(name)
    with machines.site("scored", len(past), unit="case", blocks=len(past)) as site:
        return score_fixed(past, draws, seed=seed, site=site)


def _fixed_lines(record: Mapping[str, Any]) -> Iterator[str]:
    count = counted(len(record["cases"]), "case")
    fitted = f"{record['posterior']}, fitted to outcomes known by {record['known']}"
    yield from paragraph(f"{count} scored with {fitted}; mean Brier score, 0 is best")
    if record["not_scored"]:
        names = ", ".join(record["not_scored"])
        yield from paragraph(f"not scored, because the posterior was fitted to them: {names}")
    yield ""
    columns = ("", *(counted(window, "day") for window in record["windows"]))
    rows = [(name, *(f"{value:.3f}" for value in values)) for name, values in record["brier"].items()]
    yield from aligned(columns, rows, words="l" + "r" * len(record["windows"]))
    yield ""
    for reference, windows in record["against"].items():
        yield from paragraph(f"within 90 days {_better(reference, windows[record['windows'].index(90)])}")


def _better(reference: str, row: Mapping[str, Any]) -> str:
    """Return a sentence on how much better than a reference the model was within a window."""
    better = f"better than the {reference} in {row['better']} of {counted(row['cases'], 'case')}"
    if (row["skill"] or [None])[0] is None:
        return f"{better}; too few for a skill score"
    basis = "" if row["skill"][1] is None else ", 95% over areas"
    return f"{better}: skill {skill_text(row['skill'])}{basis}"


def _check_apart(cases: Sequence[HistoricalCase], pool: Sequence[HistoricalCase]) -> None:
    """Refuse to train on scored cases, whatever their names."""
    hashes = {one.scenario.hash: one.name for one in pool} | {one.name: one.name for one in pool}
    for one in cases:
        for key in (one.scenario.hash, one.name):
            if key in hashes:
                raise UsageError(
                    f"{one.name} is among the cases to train on as {hashes[key]}; leave it out of one folder"
                )


def _known(text: str | None) -> datetime.date:
    from sim.scenario.windows import date_of

    return NEVER if text is None else date_of(text, "--known")


def _threats(file: Path | None) -> Threats:
    from sim.evaluation.threats import Threats, load_threats

    return Threats((), {}) if file is None else load_threats(file)


def _played(cases: Sequence[HistoricalCase], threats: Threats) -> dict[str, Scenario]:
    """Return the scenarios to play: each case at its priors, and the coded threats."""
    return {one.name: one.scenario for one in cases} | dict(threats.scenarios)


def _recovered(made: Study, repeats: int, machines: Machines) -> dict[str, Any] | None:
    from sim.evaluation.calibration.recovery import recovery

    if repeats == 0:
        return None
    with machines.site("simulated cases", repeats, unit="calibration", blocks=MANY) as site:
        return recovery(made, repeats=repeats, site=site)


def _about(cases: Sequence[HistoricalCase], seen: Seen, known: datetime.date, seed: int, blocks: int) -> dict[str, Any]:
    from sim.evaluation.calibration.design import BLOCK_POINTS

    last = max(day for one in cases if one.name in seen for day in one.news_until(known))
    return {
        "date": (last if known == NEVER else known).isoformat(),
        "cases": sorted(seen),
        "left_out": sorted(one.name for one in cases if one.name not in seen),
        "seed": seed,
        "runs_per_case": blocks * BLOCK_POINTS,
    }


def _about_threats(threats: Threats, seen: Seen) -> dict[str, Any]:
    """Return how many threats a posterior was made from, without naming any."""
    from sim.evaluation.threats import SOURCE

    if not seen:
        return {}
    pairs = {one.pair for one in threats.cases if one.name in seen}
    return {"threats": {"cases": len(seen), "pairs": len(pairs), "source": SOURCE}}


def _variants(folder: Path | None) -> list[Scenario]:
    from sim.evaluation.cases import scenario_files
    from sim.scenario.load import load

    if folder is None:
        return []
    files = scenario_files(folder) if folder.is_dir() else []
    if not files:
        raise UsageError(f"expected a folder with scenarios after --variants (got {folder})")
    return [load(path) for path in files]
