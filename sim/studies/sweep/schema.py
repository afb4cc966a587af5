"""The language of a sweep file: a frozen pydantic model, its JSON Schema for editors, and how sweeps write values.

Values are written in the same way in labels, messages and tables, and in the digests that make ids.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeGuard

from pydantic import Field, StringConstraints

from sim.scenario.gates import MAX_GATES, Gate
from sim.scenario.quantities import fault, written
from sim.scenario.schema import DottedPath, Id, Part, Text, Title
from sim.wording import suggestion

MOST = 60


def is_number(value: Any) -> TypeGuard[float]:
    """Whether a value is a finite number, and not true or false."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_whole(value: Any, least: int, most: int) -> bool:
    """Whether a value is a whole number from `least` to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def shown(value: Any) -> str:
    """Write a value as in a file, with whole numbers and others alike, in at most 60 characters."""
    text = canonical(value)
    return text if len(text) <= MOST else text[: MOST - 3] + "..."


def canonical(value: Any) -> str:
    """Write a value in the canonical form used in ids: JSON, keys in order, 1 and 1.0 the same."""
    if isinstance(value, str):
        return value
    return json.dumps(_even(value), sort_keys=True, ensure_ascii=False, separators=(", ", ": "), default=str)


def _even(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _even(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return list(map(_even, value))
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


FORMAT = "offramp/sweep/1"
SAMPLED = ("latin-hypercube", "sobol")
LISTED = ("grid", "one-at-a-time")
MAX_CELLS = 20_000
MAX_AXES = 256
MAX_SCENARIOS = 200
UNCERTAIN = "uncertain"
"""Used instead of axes: every uncertain input of the base, with its own distribution."""


@dataclass(frozen=True)
class Design:
    """How cells are chosen from the axes; `points` is the number of cells of a sampled design."""

    kind: str
    points: int = 0

    @property
    def is_sampled(self) -> bool:
        """Whether points are drawn rather than listed."""
        return self.kind in SAMPLED


def _read_design(value: Any) -> Design:
    """Check one value: `grid`, `one-at-a-time`, `{latin-hypercube: 200}` or `{sobol: 256}`."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, points),) = value.items()
        return _read_sampled(kind, points)
    if value in LISTED:
        return Design(value)
    if value in SAMPLED:
        raise fault(f"expected a number of cells, as in {{{value}: 256}}")
    if isinstance(value, str):
        raise fault(f"expected one of {', '.join((*LISTED, *SAMPLED))}{suggestion(value, (*LISTED, *SAMPLED))}")
    raise fault("expected `grid`, `one-at-a-time`, {latin-hypercube: 200} or {sobol: 256}")


def _read_sampled(kind: Any, points: Any) -> Design:
    if kind not in SAMPLED:
        raise fault(f"expected one of {', '.join(SAMPLED)} before a number{suggestion(str(kind), SAMPLED)}")
    if not is_whole(points, 2, MAX_CELLS):
        raise fault(f"expected 2 to {MAX_CELLS:,} cells (got {shown(points)})")
    if kind == "sobol" and points & (points - 1):
        below = 1 << (points.bit_length() - 1)
        raise fault(f"a Sobol' sequence is balanced only at powers of two; take {below} or {2 * below}")
    return Design(str(kind), points)


def _read_axes(value: Any) -> Any:
    """Check a map from dotted path to axis, or `uncertain`; each axis is checked when the base is known."""
    if value == UNCERTAIN:
        return value
    if not isinstance(value, Mapping):
        raise fault(f"expected a map from dotted paths to values, or `{UNCERTAIN}`")
    if not 1 <= len(value) <= MAX_AXES:
        raise fault(f"expected 1 to {MAX_AXES} axes (got {len(value):,})")
    return dict(value)


_CELLS = {"type": "integer", "minimum": 2, "maximum": MAX_CELLS}
DESIGN_SCHEMA = {
    "anyOf": [
        {"enum": list(LISTED)},
        *(
            {"type": "object", "properties": {kind: _CELLS}, "required": [kind], "additionalProperties": False}
            for kind in SAMPLED
        ),
    ]
}
_NUMBER = {"type": "number"}
_DISTRIBUTION = {
    "type": "object",
    "description": "A distribution, as in {uniform: [0, 1]}",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": {"type": "array", "items": _NUMBER},
}
_VALUE = {"anyOf": [_NUMBER, *({"type": kind} for kind in ("string", "boolean", "null")), _DISTRIBUTION]}
_SPAN = {
    "type": "object",
    "properties": {"from": _NUMBER, "to": _NUMBER, "steps": {"type": "integer", "minimum": 2, "maximum": 1000}},
    "required": ["from", "to"],
    "additionalProperties": False,
}
_AXIS = {"anyOf": [{"type": "array", "items": _VALUE, "minItems": 1}, _SPAN, _DISTRIBUTION, {"const": "prior"}]}
AXES_SCHEMA = {
    "anyOf": [
        {"type": "object", "minProperties": 1, "maxProperties": MAX_AXES, "additionalProperties": _AXIS},
        {"const": UNCERTAIN},
    ]
}
FileName = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class SweepDocument(Part):
    """A whole sweep file."""

    format: Literal["offramp/sweep/1"] = Field(alias="schema")
    id: Id
    title: Title
    about: Text | None = Field(default=None, description="What the sweep is for; the report shows it")
    base: FileName | None = Field(default=None, description="Scenario that the cells vary, relative to this file")
    axes: Annotated[Any, written(_read_axes, AXES_SCHEMA)] = Field(
        default=None, description="Dotted path: its values or their range"
    )
    names: dict[DottedPath, Title] = Field(
        default={}, max_length=MAX_AXES, description="Dotted path: how reports call what is varied there"
    )
    design: Annotated[Any, written(_read_design, DESIGN_SCHEMA)] = Field(
        default=Design("grid"), description="How cells are chosen from the axes"
    )
    table: FileName | None = Field(default=None, description="CSV with a row for each cell, columns are dotted paths")
    scenarios: tuple[FileName, ...] | None = Field(
        default=None, min_length=1, max_length=MAX_SCENARIOS, strict=False, description="Scenario files to compare"
    )
    runs: int | None = Field(
        default=None, ge=1, le=10_000_000, description="Runs a cell (4,096); with `precision` the most"
    )
    precision: float | None = Field(
        default=None, ge=0.0005, lt=0.5, description="Run each cell until its intervals are this narrow, either side"
    )
    seed: int = Field(default=0, ge=0, lt=2**63, description="The same for all cells")
    replicates: Literal[1, 2, 4, 8, 16, 32, 64] = Field(default=2, description="Runs that share a draw")
    contours: tuple[Annotated[float, Field(gt=0, lt=1)], ...] | None = Field(
        default=None, max_length=12, strict=False, description="Probabilities to draw as lines on a heat map"
    )
    gates: dict[Id, Gate] = Field(
        default={}, max_length=MAX_GATES, description="Claims that every cell is held to, or every line along an axis"
    )


def sweep_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a sweep file."""
    schema = SweepDocument.model_json_schema(by_alias=True)
    schema["properties"]["design"]["default"] = "grid"
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Sweep file, {FORMAT}",
        **{key: value for key, value in schema.items() if key != "title"},
    }
