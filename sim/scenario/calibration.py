"""Find, read and check the posterior that a scenario names as its calibration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim.errors import CalibrationError, Fault, ScenarioError
from sim.scenario.merge import named_file
from sim.scenario.posterior import PRIOR, SAMPLED, SAMPLED_COLUMNS, Posterior, names, posterior, read_posterior
from sim.scenario.quantities import in_words
from sim.scenario.schema import Document, Parameters, field_range
from sim.scenario.suggest import suggestion

if TYPE_CHECKING:
    from sim.scenario.faults import Complaint, Places
    from sim.scenario.yamltree import Path, Place

KEY = ("calibration",)
MOST = 1e6
"""Largest meaningful magnitude of any parameter."""


def load_posterior(
    written: Any, where: Mapping[Path, Place], root: FilePath, places: Places, faults: list[Fault]
) -> Posterior | None:
    """Return the posterior that a scenario names; None if it uses the priors or something is wrong.

    Parameters
    ----------
    written
        The value in the scenario: a name, or the path of a CSV file.
    root
        The folder that must contain the file.
    faults
        List to which faults are appended.
    """
    if not isinstance(written, str) or written == PRIOR:
        return None
    try:
        if not written.endswith(".csv"):
            return posterior(written)
        draws = read_posterior(named_file(root, where[KEY], KEY, written))
    except ScenarioError as error:
        faults += error.faults
        return None
    except CalibrationError as error:
        close = "" if written.endswith(".csv") else suggestion(written, [PRIOR, *names()])
        faults.append(places.fault(KEY, f"{error}{close}"))
        return None
    for name in draws.parameters:
        if name not in Parameters.model_fields and name not in SAMPLED_COLUMNS:
            close = suggestion(name, list(Parameters.model_fields))
            faults.append(places.fault(KEY, f"{written} has a column {name!r}, which is not a parameter{close}"))
    faults += [places.fault(KEY, f"{written}: {complaint}") for complaint in _range_complaints(draws)]
    return draws


def _range_complaints(draws: Posterior) -> Iterator[str]:
    """Check every draw against its parameter's range in the language and against what the model can compute with."""
    for column in draws.parameters:
        name = next((one for one in SAMPLED if column in SAMPLED_COLUMNS and column.startswith(f"{one}_")), column)
        if name not in Parameters.model_fields:
            continue
        low, high = field_range(Parameters, name)
        values = draws.column(column)
        wrong = values[(values < low) | (values > min(high, MOST)) | (values < -MOST)]
        if len(wrong):
            yield f"expected {in_words(max(low, -MOST), min(high, MOST))} for {column} in every draw (got {wrong[0]:g})"


def knowledge_complaints(document: Document, draws: Posterior) -> list[Complaint]:
    """Refuse a posterior that has seen outcomes from after the as-of date."""
    known, as_of = str(draws.about["date"]), document.question.as_of.isoformat()
    if known <= as_of:
        return []
    seen = f"{draws.name} has seen outcomes up to {known}, after the as-of date {as_of}"
    return [(KEY, f"{seen}; name an earlier one, or prior")]
