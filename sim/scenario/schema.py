"""The language of a scenario file, as frozen pydantic models: one class per map.

These models are the only definition of the language: the loader validates with them, and the JSON Schema for editors
is generated from them. Meanings and defaults follow the model's reference (docs/model.md); `Document` is a whole file
after `extends` has been followed.
"""

import datetime
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StringConstraints, Tag

from sim.distributions import Distribution, Fixed, LogNormal, Normal
from sim.scenario.gates import MAX_GATES, between
from sim.scenario.gates import Gate as Gate
from sim.scenario.quantities import (
    AnyNumber,
    AttackStrength,
    CalendarDate,
    Days,
    Delay,
    Horizon,
    NonNegative,
    OutcomeDate,
    Positive,
    PositiveOrEvidence,
    Probability,
    Quantity,
    Sample,
    Share,
    Support,
    SupportOrEvidence,
    When,
)
from sim.scenario.quantities import Id as Id
from sim.scenario.quantities import Part as Part
from sim.scenario.quantities import Text as Text
from sim.scenario.quantities import Title as Title

FORMAT = "offramp/scenario/1"
MAX_ACTORS = 32
MAX_PRESSURES = 128
MAX_EVENTS = 32
MAX_OPTIONS = 32
MAX_CHANGES = 16
TRIGGERS = ("strikes", "agreement", "breakdown")
"""First events of a run that pressures and events may wait for, in addition to the events of the scenario."""
SHIFTS = {
    "initiator": ("stance", "salience", "strength", "posture", "self_reliance"),
    "patron": ("stance", "salience", "posture"),
    "guarantor": ("stance", "salience", "strength", "posture", "air_denial"),
    "defender": ("stance", "salience", "strength", "posture"),
    "mediator": ("stance", "salience", "posture"),
}
"""Fields that an event may shift, by role of the actor: those that the model reads every day."""
STRIKES = "heavy bombing"
"""Default name of a strike in the theatre."""
LEAST = 1e-6  # draws at or below an open end at 0 become this
OUTCOME_KEYS = ("case", "resolution", "hindsight")
"""Keys of a file that say what happened; only scoring uses them."""
OUTSIDE_THE_MODEL = ("gates", "menu", "forecasts", *OUTCOME_KEYS)
"""Keys of a file that concern its forecast and not the model: not part of the resolved document, its hash or records,
and not inherited by variants."""
UNHASHED = (*OUTSIDE_THE_MODEL, "allow")
"""All keys that are not part of the resolved document; unlike the others, `allow` is inherited by variants."""

Mark = Annotated[bool, AfterValidator(lambda value: value or None)]
"""True or None: false becomes None, so it is left out of the resolved document and does not change its hash."""
DottedPath = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*$", max_length=200)]


class Question(Part):
    """What is asked: the as-of date, the window, and how the question resolves."""

    as_of: CalendarDate = Field(description="Day 0: the last day of news the forecast may use")
    horizon: Horizon = Field(description="Length of the window in days")
    milestones: tuple[Horizon, ...] = Field(
        default=(), max_length=12, strict=False, description="Days to report in addition to the horizon"
    )
    resolves: Text = Field(description="What makes the answer yes")
    does_not_resolve: Text = Field(description="What looks like it but does not")


class Confidence(Part):
    """The analyst's own confidence in words; it is never computed."""

    level: Literal["low", "moderate", "high"]
    basis: Text


class Start(Part):
    """The phase at the as-of date."""

    phase: Literal["standoff", "agreement"] = "standoff"


class Bargaining(Part):
    """Who negotiates, if the default rule (largest patron, strongest guarantor) is wrong."""

    principal: Id | None = None
    counterpart: Id | None = None


class Actor(Part):
    """Fields shared by all roles."""

    role: Literal["initiator", "patron", "guarantor", "defender", "mediator"]
    name: Title | None = Field(default=None, description="Name in reports; made from the id by default")
    stance: SupportOrEvidence = Field(
        description="Support for an offensive, or `evidence` to read it from the evidence file"
    )
    resolve: Share = Field(default=Fixed(0.7), description="How firmly it keeps its own view")
    salience: Share = Field(default=Fixed(0.8), description="How much the question matters to it")
    ambiguity: PositiveOrEvidence = Field(
        default=Fixed(0.3), description="Sd of the noise in its public signals, or `evidence`"
    )
    strength: NonNegative = Field(
        default=Fixed(0.0), description="Military weight in the theatre, relative to the initiator's, which is about 1"
    )
    held: Mark | None = Field(default=None, description="Whether its posture stays where it starts, whatever happens")
    basis: Text | None = Field(default=None, description="Why these numbers")


class Initiator(Actor):
    """Would launch the offensive. Posture: readiness."""

    role: Literal["initiator"]
    strength: AttackStrength = Field(
        default=Fixed(1.0), description="Military weight in the theatre, the scale for all others; above 0"
    )
    posture: Share = Field(default=Fixed(0.4), description="Readiness at the start")
    self_reliance: Share | None = Field(
        default=None, description="What it can do without backing; required with a patron, 1 without one"
    )
    momentum: Share = Field(default=Fixed(0.0), description="Recent victories")


class Patron(Actor):
    """Backs the initiator. Posture: backing."""

    role: Literal["patron"]
    posture: Share = Field(default=Fixed(0.3), description="Backing at the start")
    share: Positive = Field(default=Fixed(1.0), description="Its share of the backing, before normalising over patrons")
    exposure: Share = Field(default=Fixed(0.5), description="How much displacement costs it")


class Guarantor(Actor):
    """Deters. Posture: deterrence."""

    role: Literal["guarantor"]
    posture: Share = Field(default=Fixed(0.4), description="Deterrence at the start")
    air_denial: Share = Field(default=Fixed(0.0), description="How far its air defences can blunt the backing")


class Defender(Actor):
    """Holds the ground. Posture: provocation."""

    role: Literal["defender"]
    posture: Share = Field(default=Fixed(0.1), description="Provocation at the start")
    militancy: Share = Field(default=Fixed(0.2), description="Readiness to provoke")


class Mediator(Actor):
    """Speaks, offers, appeals. Posture: engagement."""

    role: Literal["mediator"]
    posture: Share = Field(default=Fixed(0.0), description="Engagement at the start")
    attention: Share = Field(default=Fixed(0.1), description="Engagement without bad news")


AnyActor = Annotated[Initiator | Patron | Guarantor | Defender | Mediator, Field(discriminator="role")]
ROLES: dict[str, type[Actor]] = {
    one.__name__.lower(): one for one in (Initiator, Patron, Guarantor, Defender, Mediator)
}


class Pressure(Part):
    """Diplomatic pressure of one actor on another over time."""

    source: Id = Field(alias="from")
    target: Id = Field(alias="on")
    aim: Literal["restrain", "encourage"]
    channel: Literal["persuasion", "conditional"] = "persuasion"
    intensity: Share
    name: Title | None = Field(default=None, description="Name in reports, such as the Turkish refusal")
    start: When = Field(default=Fixed(0.0), description="Date or day count; before day 0 if it is already in force")
    after: Title | None = Field(
        default=None,
        description="What it responds to, in place of `start`: strikes, agreement, breakdown or the id of an event",
    )
    delay: Delay | None = Field(default=None, description="Days from `after` to its start; 0 by default")
    end: When | None = Field(default=None, description="First day without it; the horizon by default")
    ramp: Days | None = Field(default=None, description="Days to full strength; at once by default")
    half_life: Days | None = Field(default=None, description="Days in which it fades to half; no fading by default")
    basis: Text | None = None


class Talks(Part):
    """A scheduled meeting that makes an agreement more likely on its days."""

    name: Title | None = Field(default=None, description="Name in reports, such as the summit of Tehran")
    start: When
    end: When | None = Field(default=None, description="First day after it; the day after `start` by default")
    boost: NonNegative
    basis: Text | None = None


class TieEnds(Part):
    """A tie, given by its two ends."""

    source: Id = Field(alias="from", description="The actor that has the leverage")
    target: Id = Field(alias="to", description="The actor that it has leverage over")


def _end_kind(value: Any) -> str:
    return "tie" if isinstance(value, Mapping | TieEnds) else "actor"


class Event(Part):
    """Something that happens, or may happen, on a day and permanently shifts one number of an actor or a tie."""

    name: Title | None = Field(default=None, description="Name in reports, such as the Turkish election")
    target: Annotated[Annotated[Id, Tag("actor")] | Annotated[TieEnds, Tag("tie")], Discriminator(_end_kind)] = Field(
        alias="on", description="The actor, or a tie as {from: russia, to: assad-regime}"
    )
    field: Literal["stance", "salience", "strength", "posture", "air_denial", "self_reliance", "leverage"]
    add: AnyNumber = Field(description="Number added to the field; the sum is kept within the range of the field")
    date: When | None = Field(default=None, description="The day on which it happens")
    start: When | None = Field(default=None, alias="from", description="First day on which it may happen (not `date`)")
    until: When | None = Field(default=None, description="Last day on which it may happen; all days are equally likely")
    probability: Probability = Field(default=Fixed(1.0), description="Probability that it happens")
    condition: Title | None = Field(
        default=None,
        alias="if",
        description="What must have happened before its day: strikes, agreement, breakdown or the id of another event; "
        "with `no ` in front, what must not have happened",
    )
    basis: Text | None = None

    @property
    def days(self) -> dict[str, datetime.date | Distribution]:
        """The written dates, by key: `date`, or `from` and `until`."""
        written = {"date": self.date, "from": self.start, "until": self.until}
        return {key: value for key, value in written.items() if value is not None}

    @property
    def waits_for(self) -> str | None:
        """What its condition names, without the `no`."""
        return None if self.condition is None else self.condition.removeprefix("no ")


class Option(Part):
    """What an actor could do: add pressure or talks, or change numbers; `offramp advise` compares the effects."""

    by: Id = Field(description="The actor that could do it")
    name: Title | None = Field(default=None, description="Name in reports; made from the id by default")
    cost: Annotated[float, between(0.0, 1e9, open=True)] = Field(description="Its cost, in units shared by all options")
    pressure: Pressure | None = Field(default=None, description="A pressure to add, under the option's id")
    talks: Talks | None = Field(default=None, description="Talks to add, under the option's id")
    change: dict[DottedPath, AnyNumber] | None = Field(
        default=None, min_length=1, max_length=MAX_CHANGES, description="New numbers of the scenario, by dotted path"
    )
    basis: Text | None = Field(default=None, description="Why it is possible, and why at this cost")


class Together(Part):
    """Uncertain inputs that are correlated, every pair with the same rank correlation."""

    inputs: tuple[DottedPath, ...] = Field(
        min_length=2, max_length=32, strict=False, description="Dotted paths of numbers of the scenario"
    )
    rank: Annotated[float, between(-1.0, 1.0, open=True)] = Field(
        description="Rank correlation (Spearman) of their draws; above 0, they are high together"
    )
    basis: Text | None = Field(default=None, description="Why they are correlated")


def _lognormal(median: float, log_sd: float, description: str) -> Any:
    return Field(default=LogNormal(median, log_sd), description=description)


class Parameters(Part):
    """Structural parameters; the defaults are the priors (docs/model.md, section 7)."""

    precision: Positive = _lognormal(7.0, 0.3, "Precision of the quantal response")
    inertia: NonNegative = _lognormal(0.2, 0.5, "Price of acting")
    launch_rate: NonNegative = _lognormal(0.25, 0.6, "Launches per day at full imminence, if the initiator is willing")
    agreement_rate: NonNegative = _lognormal(0.06, 0.5, "Agreements per day at full gain")
    contest: Positive = _lognormal(2.0, 0.15, "Decisiveness of the contest success function")
    rift_cost: NonNegative = _lognormal(0.8, 0.6, "Cost to a patron or initiator of a rift with a guarantor")
    defeat_cost: NonNegative = _lognormal(0.3, 0.4, "Cost to the initiator of a failed offensive")
    provocation_pull: NonNegative = _lognormal(0.6, 0.6, "Pull of attacks on a patron")
    humanitarian_cost: NonNegative = _lognormal(0.4, 0.6, "Cost to a patron of displacement")
    clash_cost: NonNegative = _lognormal(0.4, 0.6, "Cost to a guarantor of a clash with a patron")
    agreement_gain: NonNegative = _lognormal(0.15, 0.6, "Value of an agreement in itself")
    press_effect: NonNegative = _lognormal(2.0, 0.5, "Effect of persuasion on stances")
    condition_effect: NonNegative = _lognormal(1.0, 0.5, "Effect of conditional pressure on payoffs")
    incident_rate: NonNegative = _lognormal(0.4, 0.4, "Incidents per day at full provocation")
    strike_rate: NonNegative = _lognormal(0.12, 0.4, "Days of heavy bombing per day")
    restraint: NonNegative = _lognormal(0.4, 0.5, "Share of the launch hazard left under a credible agreement")
    break_rate: NonNegative = _lognormal(0.02, 0.6, "Breakdowns per day under full violence")
    troop_weight: NonNegative = _lognormal(1.0, 0.5, "Weight of a guarantor's troops in defence")
    commit_effect: NonNegative = _lognormal(0.7, 0.5, "Effect on the initiator of how credible agreements are")
    terms_rate: NonNegative = _lognormal(0.04, 0.7, "Surrenders on terms per day if all is lost")
    frailty: NonNegative = _lognormal(0.12, 0.4, "Sd of the unobserved difference of each actor")
    patron_bias: AnyNumber = Field(default=Normal(0.0, 0.15), description="Common shift of all patrons")
    guarantor_bias: AnyNumber = Field(default=Normal(0.0, 0.15), description="Common shift of all guarantors")
    agreement_position: Support = Field(default=Fixed(-0.35), description="Where an agreement lies on the axis")
    terms_position: Share = Field(default=Fixed(0.7), description="How far terms of surrender go towards defeat")


class OtherForecast(Part):
    """Somebody else's forecast of the same question."""

    name: Title = Field(description="Name of the forecaster")
    date: CalendarDate = Field(description="Date of the forecast, not after the as-of date")
    by: CalendarDate = Field(description="Last day of its window")
    p: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = Field(description="Probability of an offensive")
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)] | None = None
    note: Text | None = Field(default=None, description="How it differs from this question")


class Case(Part):
    """How a past decision point is classified (docs/cases.md)."""

    tier: Literal["A", "B", "C"] = Field(description="How close the case is to the one that the model is built for")
    area: Id = Field(description="The ground; cases on the same ground share it")
    target: bool = Field(default=False, description="Whether it is the case that the others are compared with")


class Resolution(Part):
    """What happened. A date is None if the file says `none`."""

    offensive: OutcomeDate = Field(description="First day of the offensive; `none` if none came within the horizon")
    agreement: OutcomeDate = Field(description="Day of the first agreement before it; `none` if there was none")
    source: Text = Field(description="Source of the dates")
    confidence: Literal["high", "moderate", "low"] = Field(description="How certain the dates are")
    note: Text | None = Field(default=None, description="What is disputed about the dates")


def _named(written: Any) -> Any:
    """Read a bare warning name as an entry without `why`."""
    return {"warning": written} if isinstance(written, str) else written


class Allowed(Part):
    """A warning that a scenario silences because the input is intended."""

    warning: str = Field(max_length=64, description="Name of the warning, as `offramp validate` prints it")
    why: Text | None = Field(default=None, description="Why the input is intended")


class Document(Part):
    """A whole scenario file after `extends` has been followed."""

    format: Literal["offramp/scenario/1"] = Field(alias="schema")
    id: Id
    title: Title
    question: Question
    confidence: Confidence | None = None
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = Field(
        default=None, description="Evidence file, relative to this one"
    )
    population: Positive | None = Field(default=None, description="People at risk")
    credibility: Share = Field(
        default=Fixed(0.5), description="Credibility of agreements in this conflict; 0.5 is neutral"
    )
    start: Start = Start()
    strikes: Title = Field(
        default=STRIKES, description="What a day of heavy bombing is called here, such as shelling; `off` for none"
    )
    terms: Literal["on", "off"] = Field(
        default="on", description="Whether defenders may give up the ground on terms; off for a state's own core"
    )
    bargaining: Bargaining = Bargaining()
    actors: dict[Id, AnyActor] = Field(min_length=1, max_length=MAX_ACTORS)
    ties: dict[Id, dict[Id, Share]] = Field(default={}, description="source: {target: leverage of source over target}")
    pressures: dict[Id, Pressure] = Field(default={}, max_length=MAX_PRESSURES)
    talks: dict[Id, Talks] = Field(default={}, max_length=MAX_PRESSURES)
    events: dict[Id, Event] = Field(
        default={}, max_length=MAX_EVENTS, description="Events that happen, or may happen, on a day and shift a number"
    )
    calibration: Annotated[str, StringConstraints(min_length=1, max_length=300)] | None = Field(
        default=None,
        description="Where parameters not written below come from: `prior`, a posterior shipped with offramp, such as "
        "calibrated-2018-08, or the CSV file of one, relative to this file; by default the latest one shipped with "
        "offramp that the as-of date allows",
    )
    sample: Sample | None = Field(
        default=None,
        description="Which sample of past cases the question belongs to: `crises`, an assault on ground under siege or "
        "fire; `threats`, a threat between states at peace with one another; or weights for both; half and half by "
        "default",
    )
    parameters: Parameters = Parameters()
    together: Annotated[tuple[Together, ...] | None, AfterValidator(lambda value: value or None)] = Field(
        default=None, max_length=64, strict=False, description="Rank correlations between uncertain inputs"
    )
    notes: dict[Id, Text] = Field(default={}, max_length=64, description="Assumptions that reports show")
    forecasts: tuple[OtherForecast, ...] = Field(
        default=(), max_length=32, strict=False, description="Others' forecasts of the same question by the as-of date"
    )
    allow: tuple[Annotated[Allowed, BeforeValidator(_named)], ...] | None = Field(
        default=None, max_length=64, strict=False, description="Warnings that this scenario silences"
    )
    case: Case | None = Field(default=None, description="How a past case is classified")
    resolution: Resolution | None = Field(default=None, description="What happened; no forecast or report shows it")
    hindsight: dict[DottedPath, Text] = Field(
        default={}, description="Codings that knowledge of the outcome may have influenced, by dotted path"
    )
    menu: dict[Id, Option] = Field(
        default={}, max_length=MAX_OPTIONS, description="Options of actors, which `offramp advise` compares"
    )
    gates: dict[Id, Gate] = Field(
        default={}, max_length=MAX_GATES, description="Claims about the forecast that `offramp check` verifies"
    )


@cache
def attributes_of(model: type[Part]) -> Mapping[str, str]:
    """Return the attributes of a part by the key that each has in a file."""
    return {field.alias or name: name for name, field in model.model_fields.items()}


@cache
def field_range(model: type[Part], name: str) -> tuple[float, float]:
    """Return the range to which draws of a field are clipped; infinite if it has none."""
    field = model.model_fields[name]
    inner = [
        mark for choice in getattr(field.annotation, "__args__", ()) for mark in getattr(choice, "__metadata__", ())
    ]
    for mark in (*field.metadata, *inner):
        if isinstance(mark, Quantity):
            return (mark.low + LEAST if mark.open_low else mark.low), mark.high
    return float("-inf"), float("inf")
