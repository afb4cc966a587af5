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
from sim.report.record_parts import (
    Chance,
    Count,
    Counterfactuals,
    Date,
    Day,
    Days,
    Drivers,
    Indicator,
    Interval,
    Probability,
    Provenance,
    Scheduled,
    Storyline,
)  # fmt: skip

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

    as_of: Date
    horizon: Day
    milestones: list[Day]
    resolves: str
    does_not_resolve: str


class Confidence(TypedDict):
    """The author's own confidence, in words."""

    level: str
    basis: str | None


class Parameters(TypedDict):
    """The source of the structural parameters; numbers are None for priors."""

    calibration: str
    date: Date | None
    cases: float | None
    threats: float | None
    draws: Count | None
    seed_disagreement: float | None
    written: list[str]


class Theatre(TypedDict):
    """The term for a strike, and whether defenders may surrender on terms; "off" if absent."""

    strikes: str
    terms: str


class Given(TypedDict):
    """The conditions that the runs meet, and how many runs were made to find those that do."""

    conditions: list[str]
    day: Day
    waiting: Date
    runs_made: Count
    draws_made: Count


class PastShare(TypedDict):
    """A share of past cases with its 95% interval."""

    p: Chance
    low: Chance
    high: Chance
    happened: Count


class OutsideView(TypedDict):
    """How often threats between states were followed by force."""

    source: str
    cases: Count
    pairs: Count
    windows: dict[Days, dict[str, PastShare]]


class Curve(TypedDict):
    """A probability day by day, with its interval."""

    p: list[float]
    mc_low: list[float]
    mc_high: list[float]


class Incidence(TypedDict):
    """Cumulative incidence of first events; at day n it is that within n days."""

    day: list[Day]
    strikes: Curve
    agreement: Curve
    terms: Curve
    offensive: Curve
    limited: Curve
    full: Curve


class States(TypedDict):
    """Share of runs in each state, day by day."""

    day: list[Day]
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
    day: list[Day]
    stance: dict[str, list[float | None]]
    posture: dict[str, list[float | None]]


class Dot(TypedDict):
    """One of a hundred runs that represent all; `day` is None if nothing ended it."""

    run: Count
    end: str
    day: Day | None


class Point(Interval):
    """The headline after a number of runs."""

    runs: Count


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
    as_of: Date
    horizon: Length
    theatre: Theatre
    milestones: list[Length]
    seed: Annotated[int, Field(ge=0, lt=2**63)]
    runs: Annotated[int, Field(ge=1)]
    draws: Count
    replicates: Annotated[int, Field(ge=1)]
    given: Given | None
    precision: float | None
    status: str
    outcomes: dict[str, dict[Days, Probability]]
    samples: dict[str, dict[Days, Probability]] | None
    outside_view: OutsideView | None
    pooled: dict[Days, Chance] | None
    others: list[dict[str, Any]]
    baselines: dict[str, Any] | None
    track_record: dict[str, Any] | None
    incidence: Incidence
    states: States
    ends: dict[str, Probability]
    after_agreement: Probability
    breakdowns_per_run: float
    actors: dict[str, ActorRecord]
    dots: list[Dot]
    storylines: list[Storyline]
    convergence: list[Point]
    schedule: list[Scheduled]
    drivers: Drivers | None
    counterfactuals: Counterfactuals | None
    indicators: list[Indicator]
    provenance: Provenance
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

    Raises
    ------
    ReportError
        If it is not one: the first places that are wrong, with what was expected there.
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
