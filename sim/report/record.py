"""The type of a forecast's record, forecast.json: what `offramp run --out` writes and every report is made from.

`ForecastRecord` is the type; `read_record` validates any record against it, with one kind of error, and `record_schema`
is its JSON Schema, published as docs/schema/forecast.schema.json. Keys such as "30" are numbers of days; "p" is a
probability with its 95% Monte Carlo interval from "mc_low" to "mc_high".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from sim.errors import ReportError
from sim.report import record_parts as parts

MOST_FAULTS = 5
FORMAT = "offramp/forecast/1"
Length = Annotated[int, Field(ge=1, le=3650, description="Number of days")]
CONFIG = ConfigDict(extra="ignore", allow_inf_nan=False)  # version 1 may gain keys


class Names(TypedDict):
    """The scenario of the forecast: its id and title, and the digest of its content."""

    id: str
    title: str
    hash: str


class Question(TypedDict):
    """The question, and when it resolves."""

    as_of: parts.Date
    horizon: parts.Day
    milestones: list[parts.Day]
    resolves: str
    does_not_resolve: str


class Confidence(TypedDict):
    """The author's own confidence, in words."""

    level: str
    basis: str | None


class Parameters(TypedDict):
    """The source of the structural parameters; numbers are None for priors."""

    calibration: str
    date: parts.Date | None
    cases: float | None
    threats: float | None
    draws: parts.Count | None
    seed_disagreement: float | None
    written: list[str]


class Theatre(TypedDict):
    """The term for a strike, and whether defenders may surrender on terms; "off" if absent."""

    strikes: str
    terms: str


class Given(TypedDict):
    """The conditions that the runs meet, and how many runs were made to find those that do."""

    conditions: list[str]
    day: parts.Day
    waiting: parts.Date
    runs_made: parts.Count
    draws_made: parts.Count


class PastShare(TypedDict):
    """A share of past cases with its 95% interval."""

    p: parts.Chance
    low: parts.Chance
    high: parts.Chance
    happened: parts.Count


class OutsideView(TypedDict):
    """How often threats between states were followed by force."""

    source: str
    cases: parts.Count
    pairs: parts.Count
    windows: dict[parts.Days, dict[str, PastShare]]


class Curve(TypedDict):
    """A probability day by day, with its interval."""

    p: list[float]
    mc_low: list[float]
    mc_high: list[float]


class Incidence(TypedDict):
    """Cumulative incidence of first events; at day n it is that within n days."""

    day: list[parts.Day]
    strikes: Curve
    agreement: Curve
    terms: Curve
    offensive: Curve
    limited: Curve
    full: Curve


class States(TypedDict):
    """Share of runs in each state, day by day."""

    day: list[parts.Day]
    standoff: list[float]
    agreement: list[float]
    terms: list[float]
    offensive: list[float]


class ActorRecord(TypedDict):
    """An actor, and weekly quantiles of its stance and posture; None if no run is left."""

    name: str
    role: str
    posture_name: str
    basis: str | None
    day: list[parts.Day]
    stance: dict[str, list[float | None]]
    posture: dict[str, list[float | None]]


class Dot(TypedDict):
    """One of a hundred runs that represent all; `day` is None if nothing ended it."""

    run: parts.Count
    end: str
    day: parts.Day | None


class Point(parts.Interval):
    """The headline after a number of runs."""

    runs: parts.Count


class WarningRecord(TypedDict):
    """Something in the scenario that is legal but probably not intended."""

    warning: str
    key: str
    place: str
    message: str


@with_config(ConfigDict(extra="allow"))
class ScenarioRecord(TypedDict):
    """The scenario that was run, as in its document."""

    start: NotRequired[dict[str, str]]
    bargaining: NotRequired[dict[str, str]]


class Environment(TypedDict):
    """Versions that the bytes of a result depend on."""

    offramp: str
    model: str
    python: str
    numpy: str
    scipy: str
    mesa: str
    llvmlite: str
    cpu: NotRequired[str]


@with_config(CONFIG)
class ForecastRecord(TypedDict):
    """The whole content of a forecast."""

    schema: Literal["offramp/forecast/1"]
    scenario: Names
    parameters: Parameters
    question: Question
    confidence: Confidence | None
    as_of: parts.Date
    horizon: Length
    theatre: Theatre
    milestones: list[Length]
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    runs: Annotated[int, Field(ge=1)]
    draws: parts.Count
    replicates: Annotated[int, Field(ge=1)]
    given: Given | None
    precision: float | None
    status: str
    outcomes: dict[str, dict[parts.Days, parts.Probability]]
    samples: dict[str, dict[parts.Days, parts.Probability]] | None
    outside_view: OutsideView | None
    pooled: dict[parts.Days, parts.Chance] | None
    others: list[dict[str, Any]]
    baselines: dict[str, Any] | None
    track_record: dict[str, Any] | None
    incidence: Incidence
    states: States
    ends: dict[str, parts.Probability]
    after_agreement: parts.Probability
    breakdowns_per_run: float
    actors: dict[str, ActorRecord]
    dots: list[Dot]
    storylines: list[parts.Storyline]
    convergence: list[Point]
    schedule: list[parts.Scheduled]
    drivers: parts.Drivers | None
    counterfactuals: parts.Counterfactuals | None
    indicators: list[parts.Indicator]
    provenance: parts.Provenance
    warnings: list[WarningRecord]
    document: ScenarioRecord
    since: dict[str, Any] | None
    environment: Environment
    command: str | None


@cache
def _adapter() -> TypeAdapter[ForecastRecord]:
    return TypeAdapter(ForecastRecord)


def read_record(record: Any) -> ForecastRecord:
    """Return a record validated as a forecast's, without keys unknown to this version.

    If it is not one, a `ReportError` names the first places that are wrong, and what was expected there.
    """
    if not isinstance(record, Mapping) or record.get("schema") != FORMAT:
        found = record.get("schema") if isinstance(record, Mapping) else type(record).__name__
        raise ReportError(f"expected a record of format {FORMAT} (got {found!r})")
    try:
        return _adapter().validate_python(record)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg'].lower()}" for one in faults[:MOST_FAULTS])
        more = "" if len(faults) <= MOST_FAULTS else f"; and {len(faults) - MOST_FAULTS} more"
        told = f"the record does not have its form: {told}{more}. Was it written by another version?"
        raise ReportError(told) from error


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_adapter().json_schema()}
