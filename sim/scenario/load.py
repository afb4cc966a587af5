"""From a path to a `Scenario`: read, merge, check, read the evidence, resolve.

`load` raises one `ScenarioError` that holds every fault of the scenario and of the evidence it names.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from os import PathLike
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.errors import CalibrationError, Fault, ScenarioError
from sim.scenario.crosscheck import complaints_of, removal_complaints
from sim.scenario.doubts import allow_complaints
from sim.scenario.evidence_files import load_evidence
from sim.scenario.faults import Complaint, Places, document_keys, model_complaints
from sim.scenario.gates import gate_complaints
from sim.scenario.kinds import expecting_scenario
from sim.scenario.levels import spell_out
from sim.scenario.merge import Merged, gate_file_faults, named_file, read_merged, scenario_root
from sim.scenario.numbers import number_range
from sim.scenario.posterior import PRIOR, SAMPLED, SAMPLES, Posterior, names, posterior, read_posterior
from sim.scenario.quantities import in_words
from sim.scenario.scenario import Scenario, evidence_fields, negotiators, resolve
from sim.scenario.schema import Document, Parameters, field_range
from sim.scenario.together import group_complaints, named_inputs
from sim.scenario.yamltree import Path, Place, is_below, map_at
from sim.wording import suggestion

if TYPE_CHECKING:
    from sim.scenario.evidence import Evidence

CALIBRATION = ("calibration",)
MOST = 1e6
"""Largest meaningful magnitude of any parameter."""


def load(path: str | PathLike[str]) -> Scenario:
    """Load a scenario file with the files it extends and the evidence it names.

    Raises ScenarioError if anything is wrong; its `faults` list every problem with file, line and key.
    """
    file = FilePath(path)
    with expecting_scenario(file):
        return scenario_of(read_merged(file), file)


def scenario_of(
    merged: Merged, file: FilePath, *, known: Evidence | None = None, draws: Posterior | None = None
) -> Scenario:
    """Build a scenario from what was read from a file and merged, or raise ScenarioError, as in `load`.

    `known` is the evidence it names and `draws` its posterior, if they have already been read.
    """
    merged.value.pop("extends", None)
    faults = list(merged.slips)
    places = Places(merged.places | merged.removals, str(file))
    levels, unknown = spell_out(merged.value)
    faults += places.faults(unknown)
    document = _document(merged, places, faults)
    evidence = _evidence(merged, file, faults) if known is None else known
    if draws is None:
        draws = _posterior(merged.value.get("calibration"), merged.places, scenario_root(file), places, faults)
        if document is not None and draws is not None:
            faults += places.faults(_knowledge_complaints(document, draws))
    if document is not None:
        faults += places.faults(_whole_complaints(document, evidence, evidence_failed=bool(faults)))
        faults += places.faults(_axis_complaints(document))
        faults += places.faults(_change_complaints(document))
        faults += places.faults(_together_complaints(document, merged.removals))
    faults += gate_file_faults(merged.value, merged.places, file)
    if faults or document is None:
        raise ScenarioError(faults)
    scenario = resolve(document, evidence, merged.places, draws=draws, levels=levels)
    faults = places.faults(_drawn_complaints(scenario))
    if faults:
        raise ScenarioError(faults)
    return scenario


def _document(merged: Merged, places: Places, faults: list[Fault]) -> Document | None:
    """Validate the merged value; on failure append to `faults` and return None."""
    value = merged.value
    keys = document_keys(value)
    faults += places.faults(removal_complaints(merged.removals, keys))
    for check in (complaints_of, gate_complaints, allow_complaints):
        faults += places.faults(check(value))
    try:
        return Document.model_validate(value)
    except ValidationError as error:
        faults += places.faults(model_complaints(error, value, keys, merged.removals))
        return None


def _evidence(merged: Merged, file: FilePath, faults: list[Fault]) -> Evidence | None:
    """Load the evidence that a scenario names; on failure append to `faults` and return None."""
    written = merged.value.get("evidence")
    if not isinstance(written, str):
        return None
    as_of = map_at(merged.value, "question").get("as_of")
    removed = (str(path[1]) for path in merged.removals if path[0] == "actors" and len(path) > 1)
    named = [*map_at(merged.value, "actors"), *removed]
    return load_evidence(written, merged.places[("evidence",)], scenario_root(file), as_of, faults, named)


def _posterior(
    written: Any, where: Mapping[Path, Place], root: FilePath, places: Places, faults: list[Fault]
) -> Posterior | None:
    """Return the posterior of which a scenario writes the name, or the path of a CSV file below `root`.

    None if it uses the priors, or after adding to `faults` what is wrong.
    """
    if not isinstance(written, str) or written == PRIOR:
        return None
    shipped = not written.endswith(".csv")
    try:
        if shipped:
            return posterior(written)
        draws = read_posterior(named_file(root, where[CALIBRATION], CALIBRATION, written))
    except ScenarioError as error:
        faults += error.faults
        return None
    except CalibrationError as error:
        close = suggestion(written, [PRIOR, *names()]) if shipped else ""
        faults.append(places.fault(CALIBRATION, f"{error}{close}"))
        return None
    faults += [places.fault(CALIBRATION, f"{written}{wrong}") for wrong in _column_complaints(draws)]
    return draws


def _column_complaints(draws: Posterior) -> Iterator[str]:
    """Check every column: its name, and its draws against the language and what the model can compute with."""
    known = {name: name for name in Parameters.model_fields}
    known |= {f"{name}_{sample}": name for name in SAMPLED for sample in SAMPLES}
    for column in draws.parameters:
        if column not in known:
            close = suggestion(column, list(Parameters.model_fields))
            yield f" has a column {column!r}, which is not a parameter{close}"
            continue
        low, high = field_range(Parameters, known[column])
        low, high = max(low, -MOST), min(high, MOST)
        values = draws.column(column)
        wrong = values[(values < low) | (values > high)]
        if len(wrong):
            yield f": expected {in_words(low, high)} for {column} in every draw (got {wrong[0]:g})"


def _knowledge_complaints(document: Document, draws: Posterior) -> list[Complaint]:
    """Refuse a posterior that has seen outcomes from after the as-of date."""
    known, as_of = str(draws.about["date"]), document.question.as_of.isoformat()
    if known <= as_of:
        return []
    seen = f"{draws.name} has seen outcomes up to {known}, after the as-of date {as_of}"
    return [(CALIBRATION, f"{seen}; name an earlier one, or prior")]


def _whole_complaints(document: Document, evidence: Evidence | None, *, evidence_failed: bool) -> list[Complaint]:
    """Check what needs a whole document: that every `evidence` has readings, and who bargains by default."""
    complaints: list[Complaint] = []
    if evidence is not None or document.evidence is None or not evidence_failed:
        for name, key in evidence_fields(document):
            if said := reading_complaint(document, evidence, name, key):
                complaints.append((("actors", name, key), said))
    return complaints or _bargaining_complaints(document)


def _axis_complaints(document: Document) -> Iterator[Complaint]:
    """Check that the input a gate varies is a number of the scenario, and that the gate's ends are in its range."""
    for name, gate in document.gates.items():
        if gate.along is None:
            continue
        try:
            ends = number_range(document, gate.along)
        except ValueError as error:
            yield ("gates", name, "along"), str(error)
            continue
        for key, value, end in (("from", gate.start, ends[0]), ("to", gate.to, ends[1])):
            if value is None and not math.isfinite(end):
                yield ("gates", name), f"{gate.along} has no end on this side; add `{key}`"
            elif value is not None and not ends[0] <= value <= ends[1]:
                yield ("gates", name, key), f"expected a number from {ends[0]:g} to {ends[1]:g} (got {value:g})"


def _change_complaints(document: Document) -> Iterator[Complaint]:
    """Check that menu options change existing numbers of the scenario, to values within their ranges."""
    for name, option in document.menu.items():
        for path, number in (option.change or {}).items():
            try:
                low, high = number_range(document, path)
            except ValueError as error:
                yield ("menu", name, "change", path), str(error)
                continue
            if not low <= number.mean <= high:
                message = f"expected a number from {low:g} to {high:g} (got {number.mean:g})"
                yield ("menu", name, "change", path), message


def _together_complaints(document: Document, removed: Collection[Path]) -> Iterator[Complaint]:
    """Check that entries of `together` name numbers of the scenario, and that their ranks are jointly possible.

    An input that a variant removes, by a null at one of the paths in `removed`, leaves its group without a fault.
    """
    for place, path in named_inputs(document.together):
        if is_below(tuple(path.split(".")), removed):
            continue
        try:
            number_range(document, path)
        except ValueError as error:
            yield place, str(error)
    yield from group_complaints(document.together)


def _drawn_complaints(scenario: Scenario) -> Iterator[Complaint]:
    """Refuse parameters drawn from the posterior, which defines their joint distribution itself."""
    drawn = () if scenario.posterior is None else (*scenario.posterior.parameters, *scenario.sampled_parameters)
    for place, path in named_inputs(scenario.document.together):
        name = path.removeprefix("parameters.")
        if name != path and name in drawn and name not in scenario.written_parameters:
            why = f"{name} is drawn together with other parameters by the calibration"
            yield place, f"{why}; write it under `parameters`, or `calibration: prior`"


def reading_complaint(document: Document, evidence: Evidence | None, name: str, key: str) -> str | None:
    """Return why an actor's stance or ambiguity cannot be read from the evidence; None if it can."""
    if evidence is None:
        return "the scenario names no evidence file; add `evidence: ./evidence.yaml`"
    reading = evidence.stance(name, document.actors[name].role, document.question.as_of)
    if reading is None:
        return f"no item of the evidence reads the stance of {name}; write a distribution"
    if key == "ambiguity" and len(reading.occasions) < 2:
        return "one occasion does not show how signals vary; write a number"
    return None


def _bargaining_complaints(document: Document) -> list[Complaint]:
    """Refuse a party that bargains with itself, by name or by default."""
    written: dict[str, Any] = document.bargaining.model_dump()
    named = {*written.values()}
    attacks = any(actor.role == "initiator" for actor in document.actors.values())
    if None not in named or not named - {None} <= document.actors.keys() or not attacks:
        return []  # both are written, and compared elsewhere, or what is wrong is already reported
    principal, counterpart = negotiators(document)
    if principal != counterpart:
        return []
    sides = ("principal", "counterpart") if written["counterpart"] is None else ("counterpart", "principal")
    return [(("bargaining", sides[0]), f"{principal} is the {sides[1]} already; name another, or both")]
