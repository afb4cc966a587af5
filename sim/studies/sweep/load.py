"""From a sweep file to a `Sweep`: read it, check it, choose the cells, build each of them once.

Every cell is checked as fully as a scenario file before anything runs, and its resolved hash must differ from that of
the base and of all other cells: a cell that would silently repeat another is a fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.errors import Fault, ScenarioError, UsageError, each, refuse
from sim.forecast.plan import MAX_WORK, Plan
from sim.scenario.edit import path_complaint, plain
from sim.scenario.faults import Complaint, Places, keys_of, model_complaints
from sim.scenario.gates import gate_complaints
from sim.scenario.merge import named_file, scenario_root
from sim.scenario.yamltree import Path, Place, Tree, read_tree
from sim.studies.gates.sweeps import gate_faults
from sim.studies.sweep.designs import (
    PRIOR,
    Axis,
    axis_complaints,
    cells_of,
    day_of,
    design_complaints,
    read_axis,
    same_day_complaints,
)
from sim.studies.sweep.schema import FORMAT, UNCERTAIN, Design, SweepDocument, canonical, shown
from sim.studies.sweep.sweep import DEFAULT_RUNS, Base, Cell, Sweep, cell_id, label_of, naming, value_at
from sim.studies.sweep.table_file import Row, read_table
from sim.wording import counted, suggestion

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

MAX_FAULTS = 20
"""Faults of cells that are reported; the rest most likely share the cause."""
MOST_WORK = 20 * MAX_WORK


def load_sweep(path: str | PathLike[str], *, runs: int | None = None, precision: float | None = None) -> Sweep:
    """Load a sweep file; runs and precision override the values in the file.

    Raises ScenarioError if the file, its base, its table or any cell is faulty: all faults that can be found are
    reported together. Raises UsageError if the requested runs or precision cannot be met.
    """
    file = FilePath(path)
    return _sweep(read_tree(file, str(file), FORMAT), file, runs=runs, precision=precision)


def sweep_of(scenario: Scenario, axes: Mapping[str, Any] | str, **settings: Any) -> Sweep:
    """Return a sweep of a scenario in memory, as a file with these axes would make it.

    An axis is a dotted path with a list of values, `{"from": 0, "to": 1, "steps": 5}`, a distribution or `prior`;
    instead of axes, `uncertain` takes all. The settings are further keys of a sweep file, such as `design` and `runs`;
    None means not written. Raises ScenarioError if an axis, a setting or a cell is wrong: all faults that can be found
    are reported together.
    """
    written = {"schema": FORMAT, "id": scenario.id, "title": scenario.document.title, "base": scenario.id}
    given = {key: plain(value) for key, value in settings.items() if value is not None}
    tree = Tree({**written, "axes": plain(axes), **given}, {})
    tree.places.update({(key,): Place("sweep", 0, 0) for key in tree.value})
    return _sweep(tree, FilePath("sweep"), (Base.of(scenario),))


def _sweep(
    tree: Tree, file: FilePath, bases: tuple[Base, ...] = (), *, runs: int | None = None, precision: float | None = None
) -> Sweep:
    """Check the document, choose the cells and build them; bases that are not in memory are loaded."""
    places = Places(tree.places, str(file))
    document = _document(tree, places)
    bases = bases or _bases(document, tree, file)
    paths, drafts = _drafts(document, bases, tree, places, file)
    refuse([
        places.fault(("names", path), f"expected a path that the sweep varies{suggestion(path, paths)}")
        for path in document.names if path not in paths
    ])  # fmt: skip
    plan = _plan(document, runs, precision)
    cells, milestones = _checked(drafts, bases, paths, places, sampled=document.design.is_sampled)
    refuse(gate_faults(document, tree, bases, cells, file))
    _check_work(plan, cells, bases[0].scenario)
    one_at_a_time = document.table is None and document.design.kind == "one-at-a-time"
    compared = document.scenarios is not None or one_at_a_time
    return Sweep(file, document, bases, paths, cells, plan, milestones, compared)


def _document(tree: Tree, places: Places) -> SweepDocument:
    faults = places.faults([*_source_complaints(tree.value), *gate_complaints(tree.value)])
    try:
        document = SweepDocument.model_validate(tree.value)
    except ValidationError as error:
        found = model_complaints(error, tree.value, keys_of(SweepDocument, tree.value))
        raise ScenarioError([*faults, *places.faults(found)]) from None
    refuse(faults)
    return document


def _source_complaints(value: Mapping[str, Any]) -> Iterator[tuple[tuple[str], str]]:
    """Check that the file defines its cells in exactly one way."""
    sources = [key for key in ("axes", "table", "scenarios") if value.get(key) is not None]
    if not sources:
        yield ("axes",), "expected `axes`, `table` or `scenarios`: what are the cells?"
    for extra in sources[1:]:
        yield (extra,), f"`{sources[0]}` says already what the cells are; keep one of them"
    yield from _base_complaints(sources, has_base=value.get("base") is not None)
    if "design" in value and "axes" not in sources:
        yield ("design",), "a design belongs to `axes`; remove it"


def _base_complaints(sources: list[str], *, has_base: bool) -> Iterator[tuple[tuple[str], str]]:
    """Check that axes and tables come with a base, and a list of scenarios without one."""
    if "scenarios" in sources and has_base:
        yield ("base",), "a list of scenarios needs no base; its first is what the others are compared with"
    if not has_base and {"axes", "table"} & set(sources):
        yield ("base",), "this key is required: the scenario that the cells vary"


def _plan(document: SweepDocument, runs: int | None, precision: float | None) -> Plan:
    precise = document.precision if precision is None else precision
    most = document.runs if runs is None else runs
    if most is None and precise is None:
        most = DEFAULT_RUNS
    return Plan(runs=most, seed=document.seed, replicates=document.replicates, precision=precise)


def _bases(document: SweepDocument, tree: Tree, file: FilePath) -> tuple[Base, ...]:
    """Load the base, or all scenarios of a list, reporting the faults of all of them together."""
    named: list[tuple[Path, str]] = (
        [(("base",), document.base)]
        if document.base is not None
        else [(("scenarios", place), name) for place, name in enumerate(document.scenarios or ())]
    )
    root, seen = scenario_root(file), set[FilePath]()

    def base(written: tuple[Path, str]) -> Base:
        path, name = written
        target = named_file(root, tree.places[path], path[:1], name)
        if target.resolve() in seen:
            raise ScenarioError([tree.places[path].fault(path, f"{name!r} appears twice")])
        seen.add(target.resolve())
        return Base.load(target)

    bases = tuple(each(base, named))
    refuse([tree.places[path].fault(path, said) for path, said in _id_complaints(named, bases)])
    return bases


def _id_complaints(named: list[tuple[Path, str]], bases: tuple[Base, ...]) -> Iterator[Complaint]:
    """Check that no two scenarios of a list have the same id, which names their cells."""
    first: dict[str, str] = {}
    for (path, name), base in zip(named, bases, strict=True):
        other = first.setdefault(base.scenario.id, name)
        if other != name:
            yield path, f"{name!r} has the id of {other!r}, {base.scenario.id}; give one of them another `id`"


def _drafts(
    document: SweepDocument, bases: tuple[Base, ...], tree: Tree, places: Places, file: FilePath
) -> tuple[tuple[str, ...], Iterator[Cell]]:
    """Return the dotted paths of the sweep and its cells, not yet built."""
    if document.scenarios is not None:
        cells = [Cell(n, cell_id(base.scenario.id, {}), base.scenario.id, {}, n) for n, base in enumerate(bases)]
        return (), iter(cells)
    if document.table is not None:
        table = named_file(scenario_root(file), tree.places[("table",)], ("table",), document.table)
        paths, rows = read_table(table, bases[0])
        changed: Iterable[Row] = rows
    else:
        axes = _axes(document, bases[0], places)
        paths, changed = tuple(axes), _designed(document, axes, tree)
    name, names = bases[0].scenario.id, naming(document, bases)
    return paths, (
        Cell(
            n, cell_id(name, row.changes), row.label or label_of(row.changes, n, names), row.changes, places=row.places
        )
        for n, row in enumerate(changed)
    )


def _designed(document: SweepDocument, axes: Mapping[str, Axis], tree: Tree) -> Iterator[Row]:
    """Yield the changes of each cell of a design, and the place of each value."""
    heads = {path: tree.places.get(("axes", path), tree.places[("axes",)]) for path in axes}
    items = {
        (path, shown(value)): tree.places[("axes", path, place)]
        for path, axis in axes.items()
        for place, value in enumerate(axis.values)
        if ("axes", path, place) in tree.places
    }
    for changes in cells_of(document.design, axes, document.seed):
        yield Row(changes, {path: items.get((path, shown(value)), heads[path]) for path, value in changes.items()})


def _axes(document: SweepDocument, base: Base, places: Places) -> dict[str, Axis]:
    """Read the axes; report all their faults together."""
    design: Design = document.design
    written: Mapping[str, Any] = document.axes
    if document.axes == UNCERTAIN:
        written = {path: PRIOR for path, one in base.inputs.items() if not one.distribution.is_fixed}
    complaints: list[Complaint] = [
        (("axes", path, *key), message)
        for path, value in written.items()
        for key, message in _axis_complaints(path, value, base, design)
    ]
    refuse(places.faults(complaints))
    axes = {path: read_axis(value, base.inputs.get(path)) for path, value in written.items()}
    refuse(places.faults(design_complaints(design, axes)))
    return axes


def _axis_complaints(path: str, value: Any, base: Base, design: Design) -> list[Complaint]:
    """Check that an input can vary, that its values are readable and suit the design, and that no two are one day."""
    own = base.inputs.get(path)
    if (wrong := path_complaint(base.merged.value, path)) is not None:
        return [((), wrong)]
    if found := list(axis_complaints(value, own)) or list(same_day_complaints(value, base.scenario.as_of)):
        return found
    if design.kind == "grid" and not read_axis(value, own).values:
        return [((), "a grid needs values: write a list, or `steps` in the range; or take another `design`")]
    return []


def _checked(
    drafts: Iterator[Cell], bases: tuple[Base, ...], paths: tuple[str, ...], places: Places, *, sampled: bool
) -> tuple[tuple[Cell, ...], tuple[int, ...]]:
    """Build every cell once: check it, take its hash, and make sure that it repeats no other."""
    twins = _Twins(bases[0].scenario, paths, sampled=sampled)
    cells: list[Cell] = []
    milestones: set[tuple[int, ...]] = set()
    wrong: dict[tuple[str, str, str], list[tuple[Fault, Cell]]] = {}  # one that many cells have is reported once
    for cell in drafts:
        try:
            scenario = _built(cell, bases[cell.base], twins, places)
            cells.append(replace(cell, hash=scenario.hash))
            milestones.add(scenario.milestones)
        except ScenarioError as error:
            for fault in error.faults:
                key = fault.key, fault.message, canonical(cell.changes.get(fault.key))
                wrong.setdefault(key, []).append((fault, cell))
            if len(wrong) >= MAX_FAULTS:
                break
    refuse([_told(*found[0], len(found)) for found in wrong.values()])
    common = set.intersection(*map(set, milestones))
    if not common:
        raise ScenarioError([places.fault(("scenarios",), "the scenarios have no milestone in common")])
    return tuple(cells), tuple(sorted(common))


def _built(cell: Cell, base: Base, twins: _Twins, places: Places) -> Scenario:
    """Build the scenario of a cell, which must repeat no other."""
    scenario = base.vary(cell.changes, cell.places)
    complaint = twins.complaint(cell, scenario)
    if complaint is None:
        return scenario
    place = next(iter(cell.places.values()), None)
    if place is None:
        raise ScenarioError([places.fault(("scenarios", cell.base), complaint)])
    raise ScenarioError([place.fault((next(iter(cell.changes), ""),), complaint)])


def _told(fault: Fault, first: Cell, count: int) -> Fault:
    """Return a fault at its first place, with the cell, or with the number of cells and the first of them."""
    name = _numbered(first)
    where = name if count == 1 else f"{counted(count, 'cell')}, the first of them {name}"
    return replace(fault, message=f"{fault.message}, in {where}")


class _Twins:
    """Finds cells whose resolved scenario is that of another cell, or of the base although their inputs differ."""

    def __init__(self, base: Scenario, paths: tuple[str, ...], *, sampled: bool) -> None:
        self._paths = paths
        self._advice = (
            "take fewer cells, or axes with more values" if sampled else "leave it out, or give it another value"
        )
        self._base = (base.hash, self._inputs(base))
        self._as_of = base.as_of
        self._seen: dict[str, tuple[Cell, list[Any]]] = {}
        self._days: dict[str, Cell] = {}

    def complaint(self, cell: Cell, scenario: Scenario) -> str | None:
        """Return what a cell repeats; None if it is new."""
        inputs = self._inputs(scenario)
        first, others = self._seen.setdefault(scenario.hash, (cell, inputs))
        if first is not cell:
            same = "has the same inputs as" if inputs == others else "has other inputs but is the same scenario as"
            return f"it {same} {_numbered(first)}; {self._advice}"
        alike = self._days.setdefault(self._in_days(inputs), cell) if inputs else cell
        if alike is not cell:
            return f"it has the same days as {_numbered(alike)}, as dates or counts; leave it out"
        if cell.changes and scenario.hash == self._base[0] and inputs != self._base[1]:
            return "it has other inputs than the base but is the same scenario"
        return None

    def _in_days(self, inputs: list[Any]) -> str:
        """Write inputs with each date as its number of days."""
        days = [day_of(value, self._as_of) for value in inputs]
        return canonical([value if day is None else day for value, day in zip(inputs, days, strict=True)])

    def _inputs(self, scenario: Scenario) -> list[Any]:
        plain = scenario.plain()
        return [value_at(plain, path) for path in self._paths]


def _numbered(cell: Cell) -> str:
    return f"cell {cell.index + 1} ({shown(cell.label)})"


def _check_work(plan: Plan, cells: tuple[Cell, ...], scenario: Scenario) -> None:
    """Refuse a sweep whose runs, days, actors and cells are more than any machine should be given by mistake."""
    plan.check(scenario)
    runs = plan.most_runs if plan.precision is None else plan.replicates
    if runs * len(cells) * scenario.horizon * len(scenario.actors) > MOST_WORK:
        raise UsageError(
            f"{counted(len(cells), 'cell')} of {counted(runs, 'run')} would take days; make fewer cells, or fewer "
            "runs with --runs"
        )
