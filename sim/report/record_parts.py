"""Parts of a forecast's record: probabilities, storylines, schedule, drivers, counterfactuals, indicators, sources."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict


def _of_the_calendar(date: str) -> str:
    datetime.date.fromisoformat(date)
    return date


Distribution = float | dict[str, list[float] | dict[str, float]]
Written = Distribution | dict[str, list[Distribution] | dict[str, float]]
"""A number of a scenario as written in its file: a number, or a map that names a distribution or a pool of them."""
Chance = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[str, Field(pattern=r"^[0-9]+$", description="Number of days, from the as-of date on")]
Day = Annotated[int, Field(ge=0)]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_of_the_calendar)]
Count = Annotated[int, Field(ge=0)]


class Interval(TypedDict):
    """A probability, or a difference of two, with its 95% Monte Carlo interval."""

    p: float
    mc_low: float
    mc_high: float


class Probability(Interval):
    """A probability, and its spread over the draws of the uncertain inputs."""

    input_sd: Annotated[float, Field(ge=0)] | None
    input_range: list[float] | None


class Index(TypedDict):
    """A share of the variance with its 95% interval."""

    value: float
    low: float
    high: float


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
    """Stances and postures by actor at one moment."""

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
    """The middle half of a cluster: the range of each actor's posture at the end of a run."""

    posture: dict[str, tuple[float, float]]


class Storyline(Course):
    """A run that represents a cluster of runs: its share, how many of how many, and how they end."""

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
"""A pressure with its median days; `after` is the event it answers."""


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
"""An event with its median days; `happens` is the share of runs in which it happened before the run was over."""
Scheduled = Annotated[PressureRecord | TalksRecord | EventRecord, Field(discriminator="kind")]


class Variance(TypedDict):
    """Variance of an outcome, variance of its probability over draws, and the share that is not chance."""

    outcome: float
    probability: float
    not_chance: Index | None


class Group(TypedDict):
    """The contribution of the inputs of one actor, or of correlated inputs."""

    group: str
    index: Index | None
    joint: bool
    inputs: Count


class Driver(TypedDict):
    """The contribution of one input; None if chance hides its index, or no draw is at that end."""

    path: str
    group: str
    index: Index | None
    direction: str
    at_low: Interval | None
    at_high: Interval | None
    fall: float
    sd_left: float
    no_effect: str | None
    can_be_looked_up: bool


class DriversBy(TypedDict):
    """Drivers of the outcome within a number of days."""

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
    """Two pressures withdrawn together, and the sum of each alone."""

    subjects: tuple[str, str]
    hash: str
    together: dict[Days, Interval]
    sum: dict[Days, Interval]
    interaction: dict[Days, Interval]


class Counterfactuals(TypedDict):
    """The forecast under each counterfactual change."""

    runs: Count
    draws: Count
    level: float
    base: dict[str, dict[Days, Interval]]
    worlds: list[World]
    interaction: Interaction | None


class Reading(TypedDict):
    """The forecast with an indicator unknown, seen and not seen; None if based on too few runs."""

    unknown: Interval
    if_seen: Interval | None
    if_not: Interval | None
    difference: Interval | None
    moves: float | None


class Indicator(TypedDict):
    """An indicator to watch for: an event, or an actor's posture above a level."""

    given: str | None
    event: NotRequired[str]
    actor: NotRequired[str]
    posture: NotRequired[str]
    above: NotRequired[float]
    day: Day
    date: Date
    seen: Interval
    by: dict[Days, Reading]


class Occasion(TypedDict):
    """Items of one occasion, their combined reading, and their weight in the stance."""

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
"""The origin of an actor's stance."""
Dyad = TypedDict("Dyad", {"from": str, "to": str, "items": Count, "goldstein": float})
"""Mean Goldstein score of the acts of one actor towards another."""


class InputRecord(TypedDict):
    """A number of the scenario, and the file and line where it is written."""

    path: str
    value: Written
    origin: str


class AnchorRecord(TypedDict):
    """The source of an item's coding: characters of a paragraph of its source, and the paragraph's hash."""

    paragraph: Count
    span: tuple[Count, Count]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class ItemRecord(TypedDict):
    """An item of evidence, as in its file."""

    actor: list[str]
    target: NotRequired[list[str]]
    start: NotRequired[Date]
    date: Date
    standing: bool
    source: str
    paragraph: NotRequired[Count]
    anchor: NotRequired[AnchorRecord]
    says: str
    kind: str
    informs: str
    bearing: Annotated[float, Field(ge=-1, le=1)]
    reliability: Chance
    occasion: str
    cameo: NotRequired[str]
    goldstein: NotRequired[float]
    conflicts: NotRequired[str]
    duplicate_of: NotRequired[str]


class SourceRecord(TypedDict):
    """A source of evidence, as in its file."""

    title: str
    publisher: NotRequired[str]
    date: Date
    url: NotRequired[str]
    sha256: NotRequired[Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]]
    note: NotRequired[str]


class DraftedRecord(TypedDict):
    """The fate of the proposals from which items were drafted, and how many items nothing proposed."""

    proposed: Count
    accepted: Count
    edited: Count
    rejected: Count
    added: Count


class Provenance(TypedDict):
    """The origin of the numbers; items and sources are as in their files."""

    stances: dict[str, Stance]
    items: dict[str, ItemRecord]
    sources: dict[str, SourceRecord]
    drafted: NotRequired[DraftedRecord]
    dyads: list[Dyad]
    inputs: list[InputRecord]
    notes: dict[str, str]
