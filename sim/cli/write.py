"""`init`, `validate`, `show` and `schema`: commands for scenario files that do not run them."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sim.cli.console import Exit, Format, errors_as_plain, note, print_json, say, say_all
from sim.cli.declare import command
from sim.cli.options import Output, ScenarioPath
from sim.errors import Fault, ReportError, ScenarioError, UsageError, reason_of
from sim.report.columns import aligned, paragraph
from sim.wording import counted, slug

if TYPE_CHECKING:
    from sim.scenario.doubts import Doubt
    from sim.scenario.scenario import Scenario

NAMES = {
    "scenario": ("scenario",),
    "case": ("case",),
    "base": ("shared base",),
    "sweep": ("sweep",),
    "evidence": ("evidence file",),
    "sources": ("list of sources", "lists of sources"),
    "draft": ("draft of evidence", "drafts of evidence"),
    "cast": ("cast",),
}
"""The kinds of checked files, as named in the last line of output."""
EXPECTED = (
    "expected a key `schema`, which is offramp/scenario/1, offramp/sweep/1, offramp/evidence/1, offramp/sources/1, "
    "offramp/draft/1 or offramp/cast/1"
)


@command
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
    from sim.scenario.written import started_from
    from sim.wholefiles import write_all

    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(f"expected a name that ends in .yaml (got {path})")
    files = _starter(path) if start is None else {path: started_from(start, slug(path.stem) or "starter")}
    if there := next((file for file in files if file.exists()), None):
        raise UsageError(f"{there} exists already; name another file, or remove it first")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_all({file: text.encode("utf-8") for file, text in files.items()})
    except OSError as error:
        raise ReportError(f"cannot write {path}: {reason_of(error)}") from None
    for file in files:
        say(f"wrote {file}")
    note(f"next: {shlex.join(['offramp', 'run', str(path)])}")


def _starter(path: Path) -> dict[Path, str]:
    """Return the starter's three files keyed by target path; evidence and sources are named after the scenario."""
    from importlib import resources

    from sim.scenario.written import yaml_of

    folder = resources.files("sim.scenario").joinpath("starter")
    names = {kind: f"{path.stem}-{kind}{path.suffix}" for kind in ("evidence", "sources")}
    written = {kind: name if re.fullmatch(r"[\w.-]+", name) else json.dumps(name) for kind, name in names.items()}
    files = {}
    for kind in ("scenario", "evidence", "sources"):
        text = folder.joinpath(f"{kind}.yaml").read_text(encoding="utf-8")
        text = text.replace("id: starter\n", yaml_of({"id": slug(path.stem) or "starter"}))  # quoted if it is a number
        for other, name in written.items():
            text = text.replace(f"{other}: ./{other}.yaml", f"{other}: {name}")
        files[path if kind == "scenario" else path.with_name(names[kind])] = text
    return files


@command
def validate(
    paths: Annotated[list[Path], typer.Argument(help="Files to check, or folders of them.", show_default=False)],
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 2 on a warning too.")] = False,
    format_: Output = Format.TEXT,
) -> None:
    """Check files: print all faults and likely slips.

    offramp validate scenarios/idlib-2018/baseline.yaml
    offramp validate scenarios --strict
    offramp validate scenarios --format json
    """
    files = _files_of(paths)
    found = _Findings([_Checked.of(file, inside=file not in paths) for file in files])
    if format_ is Format.JSON:
        print_json(found.plain())
    else:
        found.say()
    if not found.is_valid or (strict and found.doubts):
        raise typer.Exit(Exit.USAGE)


def _files_of(paths: Sequence[Path]) -> Sequence[Path]:
    """Return the given files and all YAML files in the given folders; raise UsageError if there are none."""
    from sim.cli.files import SUFFIXES, once
    from sim.wholefiles import visible_files

    files = once(file for path in paths for file in (visible_files(path, SUFFIXES) if path.is_dir() else [path]))
    if not files:
        raise UsageError(f"there is no YAML file in {', '.join(map(str, paths))}")
    return files


class _Findings:
    """The findings in files of known kinds, and all others; a fault or doubt of a shared base is reported once."""

    def __init__(self, checked: Sequence[_Checked]) -> None:
        self.known = [one for one in checked if one.kind]
        self.unknown = [one.file for one in checked if not one.kind]
        self.errors = list(filter(None, map(attrgetter("error"), self.known)))
        self.doubts = list(dict.fromkeys(chain.from_iterable(map(attrgetter("doubts"), self.known))))
        self.kinds = Counter(map(attrgetter("kind"), self.known))

    @property
    def is_valid(self) -> bool:
        """Whether there are files of known kinds and none has an error."""
        return bool(self.known) and not self.errors

    def plain(self) -> dict[str, Any]:
        """Return the findings as plain values."""
        return {
            "valid": self.is_valid,
            "errors": [plain for error in self.errors for plain in errors_as_plain(error)],
            "warnings": [{**asdict(one.fault), "warning": one.name} for one in self.doubts],
            "files": self.kinds,
            "unknown": list(map(str, self.unknown)),
        }

    def say(self) -> None:
        """Print the findings in each file, then the number of files and the next step."""
        for one in self.known:
            if one.error is None:
                say(f"{one.file}: valid")
        for file in self.unknown:
            note(f"{file}: unknown kind of file, not checked; {EXPECTED}")
        for doubt in self.doubts:
            note(str(doubt))
        if self.errors:
            self._say_faults()
        else:
            self._say_kinds()
            _next(self.known)

    def _say_faults(self) -> None:
        faults = dict.fromkeys(fault for error in self.errors for fault in error.faults)
        for fault in faults:
            note(str(fault))
        note(f"{counted(len(faults), 'fault')} in {len(self.errors)} of {counted(len(self.known), 'file')}")

    def _say_kinds(self) -> None:
        if len(self.known) > 1:
            parts = (counted(self.kinds[kind], *names) for kind, names in NAMES.items() if kind in self.kinds)
            say(f"{', '.join(parts)}: all valid")


def _next(files: Sequence[_Checked]) -> None:
    """Print how to run the first file that can be run."""
    commands = {"scenario": "run", "case": "run", "sweep": "sweep run"}
    for one in files:
        if one.kind in commands and one.file.is_file():  # not a pipe, which can be read only once
            note(f"next: offramp {commands[one.kind]} {shlex.quote(str(one.file))}")
            return


@dataclass(frozen=True)
class _Checked:
    """A checked file, its faults if any, and valid input in it that was probably not intended.

    `kind` is a key of `NAMES`, empty for a file of unknown kind found in a folder.
    """

    file: Path
    kind: str
    error: ScenarioError | None = None
    doubts: tuple[Doubt, ...] = ()

    @classmethod
    def of(cls, file: Path, *, inside: bool) -> _Checked:
        """Check a file according to its kind; `inside` means that it was found in a folder."""
        from sim.scenario.kinds import UNKNOWN, kind_of

        kind = kind_of(file)
        if kind == UNKNOWN and inside:
            return cls(file, "")
        try:
            if kind == "scenario":
                return cls._of_scenario(file)
            if kind not in _READERS:
                _check_unknown(file, kind)
            module, name = _READERS[kind]
            getattr(import_module(module), name)(file)
        except ScenarioError as error:
            return cls(file, kind or "unknown", error)
        return cls(file, kind)

    @classmethod
    def _of_scenario(cls, file: Path) -> _Checked:
        """Check a scenario; a case must also satisfy the backtest, and a base may lack required keys."""
        from sim.cli.files import beyond_missing
        from sim.scenario.doubts import doubts_of
        from sim.scenario.load import load

        try:
            loaded = load(file)
        except ScenarioError as error:
            left = beyond_missing(file, error)
            if len(left) == len(error.faults):
                raise
            return cls(file, "base", ScenarioError(left) if left else None)
        kind, wrong = "scenario" if loaded.document.case is None else "case", None
        if kind == "case":
            from sim.evaluation.cases import as_case  # late: it brings in the model

            try:
                as_case(loaded, file)
            except UsageError as error:
                wrong = ScenarioError([Fault(str(file), 0, 0, "", str(error).removeprefix(f"{file}: "))])
        return cls(file, kind, wrong, doubts_of(loaded))


_READERS = {
    "sweep": ("sim.studies.sweep.load", "load_sweep"),
    "evidence": ("sim.scenario.evidence_files", "read_evidence"),
    "sources": ("sim.scenario.evidence_files", "read_sources"),
    "draft": ("sim.draft.files", "read_draft"),
    "cast": ("sim.draft.files", "read_cast"),
}
"""The reader of each kind of file other than scenarios: a module, imported on demand, and its function."""


def _check_unknown(file: Path, kind: str) -> NoReturn:
    """Raise an error for a file of unknown kind, or for one that cannot be read."""
    from sim.scenario.yamltree import Place, read_tree

    tree = read_tree(file, str(file))
    place = tree.places.get(("schema",), Place(str(file), 1, 1))
    got = f"got {tree.value['schema']}" if kind else "there is none"
    raise ScenarioError([place.fault(("schema",), f"{EXPECTED} ({got})")])


@command
def show(
    file: ScenarioPath,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print every value and its origin.")] = False,
    format_: Output = Format.TEXT,
) -> None:
    """Show the question, the actors and their starting values.

    offramp show scenarios/idlib-2018/baseline.yaml
    offramp show scenarios/idlib-2018/german-offer.yaml --resolved
    """
    from sim.scenario.doubts import doubts_of
    from sim.scenario.load import load
    from sim.scenario.written import origins, resolved_yaml

    scenario = load(file)
    if format_ is Format.JSON:
        warnings = [one.plain() for one in doubts_of(scenario)]
        print_json({"id": scenario.id, "hash": scenario.hash, "values": origins(scenario), "warnings": warnings})
    elif resolved:
        say_all(resolved_yaml(scenario).splitlines())
    else:
        say_all(_summary(scenario))
        for doubt in doubts_of(scenario):
            note(str(doubt))
        name = shlex.quote(str(file))
        note(f"next: offramp run {name}, or offramp show {name} --resolved for every value and its origin")


def _summary(scenario: Scenario) -> Iterator[str]:
    """Yield lines that summarise a scenario."""
    document, counterpart = scenario.document, scenario.counterpart or "nobody: no agreement can be concluded"
    yield document.title
    yield f"as of {scenario.as_of}, {counted(scenario.horizon, 'day')}; {scenario.id}, {scenario.hash[:12]}"
    yield ""
    rows = [(name, actor.role, _stance(scenario, name)) for name, actor in scenario.actors.items()]
    yield from aligned(("actor", "role", "starting stance"), rows, words="lll")
    yield ""
    facts = (
        f"parameters: {_parameters(scenario)}",
        f"bargaining: {scenario.principal} with {counterpart}",
        *_scheduled(scenario),
        *(f"together: {' and '.join(entry.inputs)}, rank {entry.rank:g}" for entry in document.together or ()),
        *(f"note: {text}" for text in document.notes.values()),
    )
    for fact in facts:
        yield from paragraph(fact, hang="  ")


def _stance(scenario: Scenario, actor: str) -> str:
    """Return an actor's starting stance and its source, in words."""
    from sim.report.values import on_scale

    prior = scenario.distribution(actor, "stance")
    how = "evidence" if (actor, "stance") in scenario.read_fields else "assumption"
    return f"{on_scale(prior.mean)}, sd {prior.sd:.2f} ({how})"


def _scheduled(scenario: Scenario) -> Iterator[str]:
    """Yield one line per pressure, talks and event."""
    for name, pressure in scenario.pressures.items():
        after = "" if pressure.after is None else f", after {pressure.after}"
        what = f"{pressure.source} on {pressure.target}, to {pressure.aim} ({pressure.channel}){after}"
        yield f"pressure {name}: {what}"
    for name in scenario.talks:
        yield f"talks {name}"
    for name, event in scenario.events.items():
        on = event.target if isinstance(event.target, str) else f"{event.target.source} over {event.target.target}"
        yield f"event {name}: {event.field} of {on}"


def _parameters(scenario: Scenario) -> str:
    """Return where the structural parameters come from and how the samples are weighted, in words."""
    draws = scenario.posterior
    if draws is None:
        chosen = "named in the file" if scenario.document.calibration is not None else "no posterior is early enough"
        return f"at their priors ({chosen})"
    how = "named in the file" if scenario.document.calibration is not None else "the latest that the as-of date allows"
    threats = scenario.threats_weight
    mixed = f"; crises {1 - threats:.0%}, threats {threats:.0%}" if scenario.sampled_parameters else ""
    return f"{draws.name}, which knows {draws.about['date']} ({how}){mixed}"


@command
def schema(
    of_sweeps: Annotated[bool, typer.Option("--sweep", help="Print the schema of sweep files.")] = False,
    of_forecasts: Annotated[bool, typer.Option("--forecast", help="Print the schema of forecast.json.")] = False,
) -> None:
    """Print the JSON Schema of scenario or sweep files.

    offramp schema > docs/schema/scenario.schema.json
    offramp schema --sweep > docs/schema/sweep.schema.json
    offramp schema --forecast > docs/schema/forecast.schema.json
    """
    from sim.report.record import record_schema
    from sim.scenario.jsonschema import scenario_schema
    from sim.studies.sweep.schema import sweep_schema

    if of_sweeps and of_forecasts:
        raise UsageError("--sweep cannot be combined with --forecast: one schema at a time")
    print_json(sweep_schema() if of_sweeps else record_schema() if of_forecasts else scenario_schema())
