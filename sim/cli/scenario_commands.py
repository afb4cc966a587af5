"""`validate`, `show` and `schema`: commands about a scenario file that run nothing."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path

import typer

from sim.cli.console import Exit, Format, errors_as_plain, note, print_json, say
from sim.cli.found import kind_of, load_scenario, scenario_files
from sim.errors import Fault, ScenarioError
from sim.scenario.doubts import Doubt, doubts_of
from sim.scenario.evidence import SOURCES_FORMAT, Source, SourceFile
from sim.scenario.evidence_files import check_part, load_evidence
from sim.scenario.faults import Places
from sim.scenario.load import load
from sim.scenario.merge import scenario_root
from sim.scenario.scenario import Scenario
from sim.scenario.yamltree import Place, read_tree
from sim.wording import counted


def validate(paths: list[Path], format_: Format, *, strict: bool = False) -> None:
    """Check files, and all that folders hold of scenarios, sweeps, evidence and sources; exit 2 where any is faulty.

    Parameters
    ----------
    strict
        Whether to exit with 2 where there is a warning too.
    """
    files = scenario_files(paths, every_kind=True)
    doubts: dict[Doubt, None] = {}  # of shared bases: once
    errors = {str(file): error for file in files if (error := _check(file, doubts)) is not None}
    if format_ is Format.JSON:
        faults = [plain for error in errors.values() for plain in errors_as_plain(error)]
        warnings = [{**asdict(one.fault), "warning": one.name} for one in doubts]
        print_json({"valid": not errors, "errors": faults, "warnings": warnings})
    else:
        for file in files:
            if str(file) not in errors:
                say(f"{file}: valid")
        for doubt in doubts:
            note(str(doubt))
        seen = {fault: None for error in errors.values() for fault in error.faults}  # shared bases: once
        for fault in seen:
            note(str(fault))
        if errors:
            note(f"{counted(len(seen), 'fault')} in {len(errors)} of {counted(len(files), 'file')}")
        else:
            _next(files)
    if errors or (strict and doubts):
        raise typer.Exit(Exit.USAGE)


def _next(files: list[Path]) -> None:
    """Say how to run the first of the files that can be run."""
    commands = {"": ["run"], "scenario": ["run"], "sweep": ["sweep", "run"]}
    runnable = ((file, commands[kind]) for file in files if file.is_file() and (kind := kind_of(file)) in commands)
    for file, command in runnable:
        note(f"next: {shlex.join(['offramp', *command, str(file)])}")
        return


def _check(file: Path, doubts: dict[Doubt, None]) -> ScenarioError | None:
    """Return what is wrong with a file; add to the doubts what is legal there and was probably not meant."""
    kind = kind_of(file)
    try:
        if kind == "sweep":
            from sim.studies.sweep.load import load_sweep  # late: it brings in the model

            load_sweep(file)
        elif kind == "evidence":
            _check_evidence(file)
        elif kind == "sources":
            _check_sources(file)
        else:
            doubts.update(dict.fromkeys(doubts_of(load(file))))
    except ScenarioError as error:
        return error
    return None


def _check_evidence(file: Path) -> None:
    """Check an evidence file by itself, with the sources it cites but without the date of a scenario."""
    faults: list[Fault] = []
    load_evidence(file.name, Place(str(file), 0, 0), scenario_root(file), None, faults)
    if faults:
        raise ScenarioError(faults)


def _check_sources(file: Path) -> None:
    """Check a list of sources by itself."""
    faults: list[Fault] = []
    tree = read_tree(file, str(file), SOURCES_FORMAT)
    check_part(SourceFile, tree, Places(tree.places, str(file)), faults, {"sources": Source})
    if faults:
        raise ScenarioError(faults)


def show(file: Path, format_: Format, *, resolved: bool) -> None:
    """Print a scenario."""
    from sim.scenario.show import origins, resolved_yaml

    scenario = load_scenario(file)
    if format_ is Format.JSON:
        warnings = [one.plain() for one in doubts_of(scenario)]
        print_json({"id": scenario.id, "hash": scenario.hash, "values": origins(scenario), "warnings": warnings})
    elif resolved:
        for line in resolved_yaml(scenario).splitlines():
            say(line)
    else:
        _summary(scenario)
        for doubt in doubts_of(scenario):
            note(str(doubt))
        name = shlex.quote(str(file))
        note(f"next: offramp run {name}, or offramp show {name} --resolved for every value and its origin")


def _summary(scenario: Scenario) -> None:
    from sim.report.values import on_scale

    document = scenario.document
    say(document.title)
    say(f"as of {scenario.as_of}, {counted(scenario.horizon, 'day')}; {scenario.id}, {scenario.hash[:12]}")
    say()
    width = max(map(len, scenario.actors))
    say(f"{'actor':<{width}}  {'role':<9}  stance at the start")
    for name, actor in scenario.actors.items():
        how = "evidence" if (name, "stance") in scenario.read_fields else "assumption"
        prior = scenario.distribution(name, "stance")
        stance = f"{on_scale(prior.mean)}, sd {prior.sd:.2f} ({how})"
        say(f"{name:<{width}}  {actor.role:<9}  {stance}")
    say()
    say(f"parameters: {_parameters(scenario)}")
    counterpart = scenario.counterpart or "nobody: no agreement can be concluded"
    say(f"bargaining: {scenario.principal} with {counterpart}")
    for name, pressure in scenario.pressures.items():
        say(f"pressure {name}: {pressure.source} on {pressure.target}, to {pressure.aim} ({pressure.channel})")
    for name in scenario.talks:
        say(f"talks {name}")
    for entry in document.together or ():
        say(f"together: {' and '.join(entry.inputs)}, rank {entry.rank:g}")
    for text in document.notes.values():
        say(f"note: {' '.join(text.split())}")


def _parameters(scenario: Scenario) -> str:
    """Say where the structural parameters come from, and of which sample they are."""
    draws = scenario.posterior
    if draws is None:
        chosen = "named in the file" if scenario.document.calibration is not None else "no posterior is early enough"
        return f"at their priors ({chosen})"
    how = "named in the file" if scenario.document.calibration is not None else "the latest that the as-of date allows"
    threats = scenario.threats_weight
    mixed = f"; crises {1 - threats:.0%}, threats {threats:.0%}" if scenario.sampled_parameters else ""
    return f"{draws.name}, which knows {draws.about['date']} ({how}){mixed}"


def schema(*, of_sweeps: bool = False) -> None:
    """Print the JSON Schema."""
    from sim.scenario.jsonschema import scenario_schema
    from sim.studies.sweep.schema import sweep_schema

    print_json(sweep_schema() if of_sweeps else scenario_schema())
