"""`validate`, `show` and `schema`: commands about a scenario file that run nothing."""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

from sim.cli.console import Exit, Format, errors_as_plain, note, print_json, say
from sim.cli.found import kind_of, load_scenario, scenario_files
from sim.errors import Fault, ScenarioError
from sim.scenario.evidence import SOURCES_FORMAT, Source, SourceFile
from sim.scenario.evidence_files import check_part, load_evidence, unread
from sim.scenario.faults import Places
from sim.scenario.load import load
from sim.scenario.merge import scenario_root
from sim.scenario.scenario import Scenario
from sim.scenario.yamltree import Place, read_tree
from sim.wording import counted


def validate(paths: list[Path], format_: Format) -> None:
    """Check files, and all that folders hold of scenarios, sweeps, evidence and sources; exit 2 where any is faulty."""
    files = scenario_files(paths, every_kind=True)
    told: set[str] = set()
    errors = {str(file): error for file in files if (error := _check(file, told)) is not None}
    if format_ is Format.JSON:
        faults = [plain for error in errors.values() for plain in errors_as_plain(error)]
        print_json({"valid": not errors, "errors": faults})
    else:
        for file in files:
            if str(file) not in errors:
                say(f"{file}: valid")
        seen = {fault: None for error in errors.values() for fault in error.faults}  # shared bases: once
        for fault in seen:
            note(str(fault))
        if errors:
            note(f"{counted(len(seen), 'fault')} in {len(errors)} of {counted(len(files), 'file')}")
        else:
            _next(files)
    if errors:
        raise typer.Exit(Exit.USAGE)


def _next(files: list[Path]) -> None:
    """Say how to run the first of the files that can be run."""
    commands = {"": ["run"], "scenario": ["run"], "sweep": ["sweep", "run"]}
    runnable = ((file, commands[kind]) for file in files if file.is_file() and (kind := kind_of(file)) in commands)
    for file, command in runnable:
        note(f"next: {shlex.join(['offramp', *command, str(file)])}")
        return


def _check(file: Path, told: set[str]) -> ScenarioError | None:
    """Return what is wrong with a file; note what is merely odd and has not been told yet."""
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
            _tell_unread(load(file), told)
    except ScenarioError as error:
        return error
    return None


def _tell_unread(scenario: Scenario, told: set[str]) -> None:
    """Note what the evidence says to nobody: no fault, but seldom meant."""
    for one in () if scenario.evidence is None else unread(scenario.evidence, scenario.actors):
        if one not in told:
            note(f"note: {one}")
        told.add(one)


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
        print_json({"id": scenario.id, "hash": scenario.hash, "values": origins(scenario)})
    elif resolved:
        for line in resolved_yaml(scenario).splitlines():
            say(line)
    else:
        _summary(scenario)
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
        tied = pressure.target in document.ties.get(pressure.source, {})
        idle = "" if tied else f"; does nothing without a tie {pressure.source}: {{{pressure.target}: ...}}"
        say(f"pressure {name}: {pressure.source} on {pressure.target}, to {pressure.aim} ({pressure.channel}){idle}")
    for name in scenario.talks:
        say(f"talks {name}")
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
