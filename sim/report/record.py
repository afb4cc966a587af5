"""The type of a forecast's record, forecast.json: what `offramp run --out` writes and every report is made from.

`ForecastRecord` is the type; `read_record` holds any record to it, with one kind of complaint, and `record_schema` is
its JSON Schema, published as docs/schema/forecast.schema.json. Keys such as "30" are numbers of days; "p" is a
probability with its 95% Monte Carlo interval from "mc_low" to "mc_high".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from sim.errors import ReportError

MOST_FAULTS = 5
FORMAT = "offramp/forecast/1"
CONFIG = ConfigDict(extra="ignore", allow_inf_nan=False)  # version 1 may gain keys

Written = Any
"""A number of a scenario as its file may write it: a number, a text, or a map that names a distribution."""
Chance = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[str, Field(pattern=r"^[0-9]+$", description="Number of days, from the as-of date on")]
Day = Annotated[int, Field(ge=0)]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Count = Annotated[int, Field(ge=0)]


class Interval(TypedDict):
    """A probability, or a difference of two, with its 95% Monte Carlo interval."""

    p: float
    mc_low: float
    mc_high: float


class Probability(Interval):
    """A probability, and how far it spreads over the draws of the uncertain inputs."""

    input_sd: Annotated[float, Field(ge=0)] | None
    input_range: list[float] | None


class Index(TypedDict):
    """A share of the variance with its 95% interval."""

    value: float
    low: float
    high: float


class Names(TypedDict):
    """What was forecast: the scenario's id and title, and the digest of all that it says."""

    id: str
    title: str
    hash: str


class Question(TypedDict):
    """What is asked, and when it resolves."""

    as_of: Date
    horizon: Day
    milestones: list[Day]
    resolves: str
    does_not_resolve: str


class Confidence(TypedDict):
    """The author's own, in words."""

    level: str
    basis: str | None


class Parameters(TypedDict):
    """Where the structural parameters come from; numbers are None where they are priors."""

    calibration: str
    date: Date | None
    cases: float | None
    threats: float | None
    draws: Count | None
    seed_disagreement: float | None
    written: list[str]


class Theatre(TypedDict):
    """What a strike is called, and whether defenders may surrender on terms; "off" where there is none."""

    strikes: str
    terms: str


class Given(TypedDict):
    """The conditions that the runs meet, and how many were made to find those that do."""

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
    """An actor, and quantiles of its stance and posture week by week; None where no run is left."""

    name: str
    role: str
    posture_name: str
    basis: str | None
    day: list[Day]
    stance: dict[str, list[float | None]]
    posture: dict[str, list[float | None]]


class Dot(TypedDict):
    """One of the hundred runs that stand for all; `day` is None where nothing ended it."""

    run: Count
    end: str
    day: Day | None


class Point(Interval):
    """The headline as it stood after so many runs."""

    runs: Count


class Turn(TypedDict):
    """A turning point of a run."""

    day: Day
    kind: str
    actor: NotRequired[str]
    event: NotRequired[dict[str, Any]]
    count: NotRequired[Count]
    lasted: NotRequired[Count]
    levels: dict[str, float]


class Levels(TypedDict):
    """Stances and postures by actor, at one moment."""

    stance: dict[str, float]
    posture: dict[str, float]


class Course(TypedDict):
    """A run by its turning points."""

    run: Count
    end: str
    day: Day | None
    days: Day
    parties: list[str]
    start: Levels
    turns: list[Turn]
    finish: Levels
    strikes: list[Day]
    phases: list[tuple[Day, str]]
    agreements: Count
    breakdowns: Count


class Cluster(TypedDict):
    """Where the middle half of a cluster lies: the posture of each actor at the end of a run."""

    posture: dict[str, tuple[float, float]]


class Storyline(Course):
    """A run that stands for a cluster of runs: its share, how many of how many, and how they end."""

    share: Interval
    runs: Count
    of: Count
    ends: dict[str, Chance]
    cluster: Cluster


PressureRecord = TypedDict(
    "PressureRecord",
    {
        "id": str,
        "kind": Literal["pressure"],
        "name": str,
        "from": str,
        "on": str,
        "aim": str,
        "channel": str,
        "start": float | None,
        "after": str | None,
        "delay": float | None,
        "end": float | None,
        "intensity": Written,
        "basis": str | None,
    },
)
"""A pressure with its median days; `after` is what it answers."""


class TalksRecord(TypedDict):
    """Talks, with their median days."""

    id: str
    kind: Literal["talks"]
    name: str
    start: float | None
    end: float | None
    basis: str | None


EventRecord = TypedDict(
    "EventRecord",
    {
        "id": str,
        "kind": Literal["event"],
        "name": str,
        "on": str | dict[str, str],
        "field": str,
        "add": Written,
        "start": float | None,
        "end": float | None,
        "probability": Chance,
        "if": str | None,
        "happens": Probability,
        "basis": str | None,
    },
)
"""An event, with its median days; `happens` is in which share of runs it happened before the run was over."""
Scheduled = Annotated[PressureRecord | TalksRecord | EventRecord, Field(discriminator="kind")]


class Variance(TypedDict):
    """Of an outcome: its variance, that of its probability over draws, and the share that is not chance."""

    outcome: float
    probability: float
    not_chance: Index


class Group(TypedDict):
    """What the inputs of one actor, or those that go together, explain."""

    group: str
    index: Index
    joint: bool
    inputs: Count


class Driver(TypedDict):
    """What one input explains."""

    path: str
    group: str
    index: Index
    direction: str
    at_low: Interval
    at_high: Interval
    fall: float
    sd_left: float
    no_effect: str | None
    can_be_looked_up: bool


class DriversBy(TypedDict):
    """Drivers of the outcome within so many days."""

    p: Chance
    variance: Variance
    groups: list[Group]
    inputs: list[Driver]


class Drivers(TypedDict):
    """Which uncertain inputs an outcome depends on."""

    outcome: str
    draws: Count
    bins: Count
    by: dict[Days, DriversBy]


class World(TypedDict):
    """The forecast with one thing changed, compared run by run."""

    kind: str
    subject: str
    hash: str
    outcomes: dict[str, dict[Days, Interval]]
    changes: dict[str, dict[Days, Interval]]
    averts: dict[Days, Interval]
    brings_about: dict[Days, Interval]
    differing_runs: Count
    variance_ratio: dict[Days, float | None]


class Interaction(TypedDict):
    """Two pressures withdrawn together, beside the sum of each alone."""

    subjects: tuple[str, str]
    hash: str
    together: dict[Days, Interval]
    sum: dict[Days, Interval]
    interaction: dict[Days, Interval]


class Counterfactuals(TypedDict):
    """What each thing changed makes of the forecast."""

    runs: Count
    draws: Count
    level: float
    base: dict[str, dict[Days, Interval]]
    worlds: list[World]
    interaction: Interaction | None


class Reading(TypedDict):
    """The forecast with an indicator unknown, seen and not seen; None where too few runs tell."""

    unknown: Interval
    if_seen: Interval | None
    if_not: Interval | None
    difference: Interval | None
    moves: float | None


class Indicator(TypedDict):
    """What to watch for: an event, or an actor's posture above a level."""

    given: str
    event: NotRequired[str]
    actor: NotRequired[str]
    posture: NotRequired[str]
    above: NotRequired[float]
    day: Day
    date: Date
    seen: Interval
    by: dict[Days, Reading]


class Occasion(TypedDict):
    """Items of one occasion, what they read together, and their weight in the stance."""

    id: str
    items: list[str]
    reading: float
    weight: Chance


Stance = TypedDict(
    "Stance",
    {
        "from": str,
        "mean": float,
        "sd": float,
        "value": Written,
        "ambiguity": Written,
        "ambiguity_from": str,
        "origin": str,
        "occasions": list[Occasion],
        "birge": NotRequired[float],
    },
)
"""How an actor's stance came about."""
Dyad = TypedDict("Dyad", {"from": str, "to": str, "items": Count, "goldstein": float})
"""Mean Goldstein score of the acts of one actor towards another."""


class InputRecord(TypedDict):
    """A number of the scenario, and the file and line that wrote it."""

    path: str
    value: Written
    origin: str


class Provenance(TypedDict):
    """What the numbers rest on; items and sources are as their files have them."""

    stances: dict[str, Stance]
    items: dict[str, dict[str, Any]]
    sources: dict[str, dict[str, Any]]
    dyads: list[Dyad]
    inputs: list[InputRecord]
    notes: dict[str, str]


class WarningRecord(TypedDict):
    """What of the scenario is legal and probably not meant."""

    warning: str
    key: str
    place: str
    message: str


class Environment(TypedDict):
    """Versions that the bytes of a result depend on."""

    offramp: str
    model: str
    python: str
    numpy: str
    scipy: str
    mesa: str
    cpu: NotRequired[str]


@with_config(CONFIG)
class ForecastRecord(TypedDict):
    """All that a forecast says."""

    schema: Literal["offramp/forecast/1"]
    scenario: Names
    parameters: Parameters
    question: Question
    confidence: Confidence | None
    as_of: Date
    horizon: Day
    theatre: Theatre
    milestones: list[Day]
    seed: int
    runs: Count
    draws: Count
    replicates: Count
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
    document: dict[str, Any]
    since: dict[str, Any] | None
    environment: Environment
    command: str | None


@cache
def _adapter() -> TypeAdapter[ForecastRecord]:
    return TypeAdapter(ForecastRecord)


def read_record(record: Any) -> ForecastRecord:
    """Return a record as what it is, without keys that this version does not know.

    Raises
    ------
    ReportError
        Where it is none: the first places that are wrong, with what was expected there.
    """
    if not isinstance(record, Mapping) or record.get("schema") != FORMAT:
        found = record.get("schema") if isinstance(record, Mapping) else type(record).__name__
        raise ReportError(f"expected a record of format {FORMAT} (got {found!r})")
    try:
        return _adapter().validate_python(record)
    except ValidationError as error:
        raise ReportError(_complaint(error)) from error


def _complaint(error: ValidationError) -> str:
    """Name the places that are wrong; a record of another version is the usual cause."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    told = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg'].lower()}" for one in faults[:MOST_FAULTS]]
    more = "" if len(faults) <= MOST_FAULTS else f"; and {len(faults) - MOST_FAULTS} more"
    return f"the record does not have its form: {'; '.join(told)}{more}. Was it written by another version?"


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema of a record."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_adapter().json_schema()}
