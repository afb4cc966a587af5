"""`calibrate` and `backtest`: what past cases say of the parameters, and how well the model would have done on them."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.cli.console import Format, note, print_json, say
from sim.cli.machines import SPAWNING_PAYS as MANY
from sim.cli.machines import Machines
from sim.cli.output import check_output
from sim.cli.surroundings import epoch
from sim.errors import UsageError
from sim.evaluation.backtest.backtest import Backtest, backtest, steps
from sim.evaluation.backtest.fixed import score_fixed
from sim.evaluation.backtest.forecasts import BASE_RATE, FORECASTERS, LOGISTIC, MODEL, Training
from sim.evaluation.calibration import result as results
from sim.evaluation.calibration.calibrate import BLOCKS, Seen, Study, points_of, refined, study
from sim.evaluation.calibration.design import BLOCK_POINTS
from sim.evaluation.calibration.parameters import sample_of
from sim.evaluation.calibration.recovery import Recovery, check_repeats, recovery
from sim.evaluation.cases import HistoricalCase, at_priors, load_cases
from sim.evaluation.threats import SOURCE, Threats, load_threats
from sim.progress import progress
from sim.report.chance import decimal_text, share_text
from sim.runs.store import store_at
from sim.scenario.load import load
from sim.scenario.posterior import posterior, read_posterior
from sim.scenario.scenario import Scenario
from sim.scenario.windows import date_of
from sim.wording import counted

NEVER = datetime.date(9999, 12, 31)


@dataclass(frozen=True)
class Options:
    """The options that both commands share, as given."""

    cases: Path
    threats: Path | None
    known: str | None
    seed: int
    blocks: int | None
    machines: Machines
    store: str | None
    out: Path | None
    format_: Format
    quiet: bool


def calibrate(options: Options, name: str, target: Path | None, repeats: int) -> None:
    """Calibrate, print, write."""
    check_output(options.out, figures=False)
    if not name.replace("-", "").isalnum() or name != name.lower():
        raise UsageError(f"expected a name of small letters, digits and hyphens (got {name!r})")
    cases, threats = load_cases(options.cases), _threats(options)
    known = _known(options)
    scenario = None if target is None else load(target)
    crises = results.informative({one.name: one.seen(known) for one in cases if not one.filed.target})
    if not crises:
        raise UsageError(f"nothing is known of any case by {known}; name a later day with --known")
    others = results.informative({one.name: one.seen(known) for one in threats.cases})
    check_repeats(repeats, min(points_of(_blocks(options), sample_of(one)) for one in _played(cases, threats).values()))
    studies = [_study(cases, threats, options, options.seed + number) for number in range(2)]
    recovered = _recovered(studies[0], repeats, options)
    studies = [_refined(one, crises | others, options) for one in studies]
    about = _about(options, cases, crises, known) | _about_threats(threats, others)
    asked = results.Request(name, known, crises | others, frozenset(others), scenario, about)
    with progress("posterior", asked.steps(studies[0]), quiet=options.quiet, unit="steps") as finished:
        made = results.calibration(asked, studies, recovered, executor=options.machines.make(MANY), finished=finished)
    record = made.record()
    _show(record, options, _calibration_lines)
    if options.out is not None:
        from sim.report import write_report

        for path in write_report(record, options.out, others={f"{name}.csv": made.posterior.text()}):
            note(f"wrote {path}")
        note(f"next: write `calibration: {name}.csv` in a scenario, with the file beside it")


def score(options: Options, variants: Path | None, train: Path | None) -> None:
    """Backtest, print, write."""
    check_output(options.out, figures=False)
    cases = load_cases(options.cases)
    pool = cases if train is None else load_cases(train)
    _check_apart(cases, pool if train is not None else ())
    scenarios = _variants(variants)
    threats = _threats(options)
    trained = Training(pool, _study(pool, threats, options, options.seed), _known(options), threats.cases)
    trained = replace(trained, study=_refined(trained.study, trained.seen, options))
    with progress("backtest", steps(cases, trained, len(scenarios)), quiet=options.quiet, unit="steps") as finished:
        result = backtest(
            cases,
            trained,
            executor=options.machines.make(MANY),
            variants=scenarios,
            finished=finished,
        )
    record = result.record()
    _show(record, options, lambda one: _backtest_lines(result, one))
    if options.out is not None:
        from sim.report import write_report
        from sim.report.files import to_json

        others = {"track_record.json": to_json(result.track_record(_today()))}
        for path in write_report(record, options.out, others=others):
            note(f"wrote {path}")


def score_with(options: Options, name: str, others: Mapping[str, Any]) -> None:
    """Score a fixed posterior on cases it has not seen, print, write; options that fit something are refused."""
    given = {**others, "--threats": options.threats, "--known": options.known, "--blocks": options.blocks}
    for option, value in given.items():
        if value is not None:
            raise UsageError(f"--posterior fits nothing, so {option} cannot be combined with it; leave one of them out")
    check_output(options.out, figures=False)
    cases = load_cases(options.cases)
    draws = read_posterior(Path(name)) if name.endswith(".csv") else posterior(name)
    with progress("cases", len(cases), quiet=options.quiet) as finished:
        executor = options.machines.make(len(cases))
        record = score_fixed(cases, draws, seed=options.seed, executor=executor, finished=finished)
    _show(record, options, _fixed_lines)
    if options.out is not None:
        path = options.out / "backtest.json"
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        note(f"wrote {path}")


def _fixed_lines(record: Mapping[str, Any]) -> Iterator[str]:
    count = len(record["cases"])
    yield (
        f"{counted(count, 'case')} scored with {record['posterior']}, which knows {record['known']}; mean Brier "
        "score, 0 is best"
    )
    if record["not_scored"]:
        yield f"not scored, for it has seen them: {', '.join(record['not_scored'])}"
    yield ""
    yield f"{'':<26}" + "".join(f"{counted(window, 'day'):>10}" for window in record["windows"])
    for name, means in record["brier"].items():
        yield f"{name:<26}" + "".join(f"{value:>10.3f}" for value in means)
    yield ""
    for reference, rows in record["against"].items():
        row = rows[record["windows"].index(90)]
        if row["skill"] is None:
            better = f"{row['better']} of {counted(row['cases'], 'case')}"
            yield f"within 90 days better than the {reference} in {better}; too few for a skill"
        else:
            value, low, high = map(_share, row["skill"])
            yield f"skill of the model within 90 days against the {reference}: {value} ({low} to {high}), 95% by areas"


def _check_apart(cases: Sequence[HistoricalCase], pool: Sequence[HistoricalCase]) -> None:
    """Refuse to train on what is scored, under whatever name."""
    hashes = {one.scenario.hash: one.name for one in pool} | {one.name: one.name for one in pool}
    for one in cases:
        for key in (one.scenario.hash, one.name):
            if key in hashes:
                raise UsageError(
                    f"{one.name} is among the cases to train on as {hashes[key]}; leave it out of one folder"
                )


def _show(record: Mapping[str, Any], options: Options, lines: Any) -> None:
    if options.format_ is Format.JSON:
        print_json(record)
        return
    for line in lines(record):
        say(line)


def _known(options: Options) -> datetime.date:
    return NEVER if options.known is None else date_of(options.known, "--known")


def _today() -> datetime.date:
    """Return the day it is, or the one that SOURCE_DATE_EPOCH names."""
    return (epoch() or datetime.datetime.now(datetime.UTC)).date()


def _threats(options: Options) -> Threats:
    return Threats((), {}) if options.threats is None else load_threats(options.threats)


def _blocks(options: Options) -> int:
    return BLOCKS if options.blocks is None else options.blocks


def _played(cases: Sequence[HistoricalCase], threats: Threats) -> dict[str, Scenario]:
    """Return what is played: each case at its priors, and what threats are coded as."""
    return {one.name: at_priors(one.scenario) for one in cases} | dict(threats.scenarios)


def _study(cases: Sequence[HistoricalCase], threats: Threats, options: Options, seed: int) -> Study:
    """Play the design, or take up what was kept of it."""
    blocks, scenarios = _blocks(options), _played(cases, threats)
    total = sum(points_of(blocks, sample_of(one)) // BLOCK_POINTS for one in scenarios.values())
    with progress(f"design, seed {seed}", total, quiet=options.quiet) as finished:
        made = study(
            scenarios,
            seed=seed,
            executor=options.machines.make(MANY),
            blocks=blocks,
            store=store_at(options.store),
            finished=finished,
        )
    return replace(made, coded={one.name: one.scenario for one in threats.cases})


def _refined(made: Study, seen: Seen, options: Options) -> Study:
    """Play every case once more where the posterior lies."""
    with progress(f"design at the posterior, seed {made.seed}", len(made.cases), quiet=options.quiet) as finished:
        executor, store = options.machines.make(MANY), store_at(options.store)
        return refined(made, seen, executor=executor, store=store, finished=finished)


def _recovered(made: Study, repeats: int, options: Options) -> Recovery | None:
    if repeats == 0:
        return None
    with progress("simulated cases", repeats, quiet=options.quiet, unit="calibrations") as finished:
        return recovery(made, repeats=repeats, executor=options.machines.make(MANY), finished=finished)


def _about(
    options: Options,
    cases: Sequence[HistoricalCase],
    seen: Seen,
    known: datetime.date,
) -> dict[str, Any]:
    """Say what a posterior was made from."""
    last = max(day for one in cases if one.name in seen for day in one.news_until(known))
    return {
        "date": (last if options.known is None else known).isoformat(),
        "cases": sorted(seen),
        "left_out": sorted(one.name for one in cases if one.name not in seen),
        "seed": options.seed,
        "runs_per_case": (BLOCKS if options.blocks is None else options.blocks) * BLOCK_POINTS,
    }


def _about_threats(threats: Threats, seen: Seen) -> dict[str, Any]:
    """Say how many threats a posterior was made from; none of them is named."""
    if not seen:
        return {}
    pairs = {one.pair for one in threats.cases if one.name in seen}
    return {"threats": {"cases": len(seen), "pairs": len(pairs), "source": SOURCE}}


def _variants(folder: Path | None) -> list[Scenario]:
    if folder is None:
        return []
    files = [path for path in sorted(folder.glob("*.yaml")) if path.name not in ("evidence.yaml", "sources.yaml")]
    if not files:
        raise UsageError(f"expected a folder with scenarios after --variants (got {folder})")
    return [load(path) for path in files]


def _calibration_lines(record: Mapping[str, Any]) -> Iterator[str]:
    counts = " and ".join(f"{one['cases']} {name}" for name, one in record["samples"].items())
    known = "all outcomes known" if record["known"] == NEVER.isoformat() else f"known by {record['known']}"
    yield f"{record['name']}: {counts}, {known}"
    for name, one in record["samples"].items():
        yield f"mean log score of {name}: {one['prior']:.3f} at the priors, {one['posterior']:.3f} calibrated"
    yield ""
    yield f"{'parameter':<20}{'prior 5%':>10}{'median':>10}{'95%':>10}{'posterior 5%':>14}{'median':>10}{'95%':>10}"
    for one in record["parameters"]:
        prior = "".join(f"{value:>10.4g}" for value in one["prior"])
        low, middle, high = one["posterior"]
        yield f"{one['name']:<20}{prior}{low:>14.4g}{middle:>10.4g}{high:>10.4g}"
    if record["disagreement"] is not None:
        yield ""
        for window, first, second in zip(
            record["windows"], record["seeds"][0]["target"], record["seeds"][1]["target"], strict=True
        ):
            yield (
                f"target within {counted(window, 'day')}: {decimal_text(first)} and {decimal_text(second)} by two seeds"
            )
    worst = max(record["fits"], key=lambda one: abs(one["surface"] - one["model"]))
    yield f"surface against model: at most {abs(worst['surface'] - worst['model']):.3f} apart ({worst['case']})"
    if (one := record["threats_fit"]) is not None:
        said = f"{decimal_text(one['surface'])} by the surface, {decimal_text(one['model'])} by the model"
        yield f"force in threats within {counted(one['window'], 'day')}: {said}"


def _backtest_lines(result: Backtest, record: Mapping[str, Any]) -> Iterator[str]:
    from sim.report.pages.backtest import better_of

    table = result.tables["case"]["all"]
    how = "each left out in turn" if result.others is None else f"trained on {counted(result.others, 'other case')}"
    yield f"{counted(table.cases, 'case')}, {how}; mean Brier score, 0 is best"
    yield ""
    yield f"{'':<26}" + "".join(f"{counted(window, 'day'):>10}" for window in record["windows"]) + f"{'ranked':>10}"
    for name in FORECASTERS:
        means = [table.row(name, "brier", window).mean for window in record["windows"]]
        ranked = table.row(name, "rps", None).mean
        yield f"{name:<26}" + "".join(f"{value:>10.3f}" for value in (*means, ranked))
    yield ""
    for reference in (BASE_RATE, LOGISTIC):
        value, low, high = table.row(MODEL).against[reference].skill.plain()
        if value is None:
            better, count = better_of(record, reference)
            in_ = f"{better} of {counted(count, 'case')}"
            yield f"within 90 days better than the {reference} in {in_}; too few for a skill"
        else:
            skill = f"{_share(value)} ({_share(low)} to {_share(high)})"
            yield f"skill of the model within 90 days against the {reference}: {skill}, 95% by areas"
    if table.too_few:
        yield "too few cases to judge calibration by"
    if record["threats"] is not None:
        yield from _threat_lines(record["threats"])


def _threat_lines(threats: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield (
        f"{counted(threats['cases'], 'threat')} between {counted(threats['pairs'], 'pair')} of states, whole pairs "
        "left out"
    )
    for window, one in threats["windows"].items():
        came = one["happened"] / one["cases"]
        yield f"within {counted(window, 'day')}, force in {share_text(came)}: mean said, Brier score, AUC"
        for name, said in one["said"].items():
            area = one["auc"][name]
            ranked = "?" if area is None else f"{area:.2f}"
            yield f"  {name:<24}{share_text(said):>14}{one['brier'][name]:>10.3f}{ranked:>8}"


def _share(value: float | None) -> str:
    return "?" if value is None else f"{value:+.0%}"
