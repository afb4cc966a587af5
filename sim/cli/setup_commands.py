"""`init` and `doctor`: start a scenario, look at the machine."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
import time
from importlib import resources
from pathlib import Path

import typer

from sim.cli.console import Exit, Format, note, print_json, say
from sim.environment import cpu_level, package_versions, version
from sim.errors import ReportError, UsageError

LEAST_DISK = 100_000_000  # bytes free that a report and the blocks it keeps may need, with room to spare


def init(path: Path, start: Path | None = None) -> None:
    """Write a scenario with its evidence and sources, or one that starts from a past case; never over what exists.

    Raises
    ------
    UsageError
        Where the name is no YAML file's, one of the files exists, or the case to start from has evidence of its own.
    ScenarioError
        Where the case cannot be read.
    """
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"expected a name that ends in .yaml (got {path})")
    files = _starter(path) if start is None else {path: _started(start, _id(path))}
    for file in files:
        if file.exists():
            raise UsageError(f"{file} exists already; name another file, or remove it first")
    for file, text in files.items():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("x", encoding="utf-8", newline="\n") as new:
                new.write(text)
        except OSError as error:
            raise ReportError(f"cannot write {file}: {(error.strerror or '').lower()}") from None
        say(f"wrote {file}")
    note(f"next: {shlex.join(['offramp', 'run', str(path)])}")


def _started(case: Path, name: str) -> str:
    """Return a scenario that starts from a past case."""
    from sim.scenario.overlay import started_from

    return started_from(case, name)


def _starter(path: Path) -> dict[Path, str]:
    """Return the starter's three files, by the path that each is to have; the others are named after the first."""
    folder = resources.files("sim.scenario").joinpath("starter")
    names = {kind: f"{path.stem}-{kind}{path.suffix}" for kind in ("evidence", "sources")}
    written = {kind: name if re.fullmatch(r"[\w.-]+", name) else json.dumps(name) for kind, name in names.items()}
    files = {}
    for kind in ("scenario", "evidence", "sources"):
        text = folder.joinpath(f"{kind}.yaml").read_text(encoding="utf-8")
        text = text.replace("id: starter\n", f"id: {_id(path)}\n")
        for other, name in written.items():
            text = text.replace(f"{other}: ./{other}.yaml", f"{other}: {name}")
        files[path if kind == "scenario" else path.with_name(names[kind])] = text
    return files


def _id(path: Path) -> str:
    """Make an id of a file name."""
    letters = "".join(char if char.isascii() and char.isalnum() else "-" for char in path.stem.lower()).strip("-")
    return letters[:64] or "starter"


def doctor(format_: Format) -> None:
    """Look at what results and speed depend on, and run a small forecast."""
    findings = {"offramp": version(), **package_versions(), **_machine()}
    try:
        findings["speed"] = f"{_speed():,.0f} runs/s a core (starter scenario)"
        healthy = True
    except Exception as error:  # a doctor reports what is broken, whatever it is
        findings["speed"] = f"failed: {type(error).__name__}: {error}"
        healthy = False
    if format_ is Format.JSON:
        print_json({"healthy": healthy, **findings})
    else:
        for name, value in findings.items():
            say(f"{name:<14}{value}")
        note("all well" if healthy else "a small forecast failed: reinstall offramp, or report what is above")
    if not healthy:
        raise typer.Exit(Exit.INTERNAL)


def _machine() -> dict[str, str]:
    free = shutil.disk_usage(Path.cwd()).free
    return {
        "cpu": cpu_level(),
        "cores": str(os.cpu_count()),
        "free disk": f"{free / 1e9:.1f} GB" + ("" if free > LEAST_DISK else " (little: reports may not fit)"),
        "executable": Path(sys.executable).name,
    }


def _speed() -> float:
    """Return how many runs a second one block of the starter scenario makes."""
    from sim.runs.block.blocks import BLOCK_RUNS, BlockTask, run_block
    from sim.scenario.load import load

    with resources.as_file(resources.files("sim.scenario").joinpath("starter")) as folder:
        scenario = load(folder / "scenario.yaml")
    run_block(BlockTask(scenario, 0, 0, 2))
    start = time.perf_counter()
    run_block(BlockTask(scenario, 0, 0, 2))
    return BLOCK_RUNS / (time.perf_counter() - start)
