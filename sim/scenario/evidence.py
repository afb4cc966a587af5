"""Evidence: coded facts from sources, and the stance priors derived from them.

Each item is a noisy reading, in [-1, 1], of its actor's support for an offensive. Items of one occasion (one meeting,
one raid) count as one reading; readings are combined with the prior of the actor's role by precision weighting, and
the sd is widened if they contradict each other (Birge 1932). The Goldstein score of an item says how friendly the act
was between source and target; it is shown as context and never enters a stance.
"""

import datetime
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field

from sim.distributions import Fixed, Normal
from sim.scenario.quantities import CalendarDate, Days, Part, fault
from sim.scenario.schema import Id, Text, Title
from sim.scenario.yamltree import Path, Place

FORMAT = "offramp/evidence/1"
SOURCES_FORMAT = "offramp/sources/1"
PRIOR_MEANS: Mapping[str, float] = {
    "initiator": 0.3, "patron": 0.0, "guarantor": -0.4, "defender": -0.7, "mediator": -0.4,
}  # fmt: skip
"""Prior mean of the stance by role: casting somebody as guarantor is already informative."""
PRIOR_SD = 0.5
NO_PRECISION = 1e-9  # readings weaker than this are dropped; the prior's precision is 4
UNREAD_AMBIGUITY = 0.3  # the default of the language

Kind = Literal[
    "strike", "deployment", "casualties",
    "structural", "stance", "pattern",
    "statement", "visit", "consultation", "demand", "refusal", "threat", "accusation", "criticism",
    "proposal", "assurance", "meta", "summary",
    "omission", "inference",
]  # fmt: skip
READING_SD: Mapping[str, float] = {
    **dict.fromkeys(("strike", "deployment", "casualties"), 0.35),
    **dict.fromkeys(("structural", "stance", "pattern"), 0.4),
    **dict.fromkeys(("omission", "inference"), 0.8),
}
"""Sd of one reading by kind: material act, structural fact or declared aim, silence or inference; 0.6 for the rest."""

Ids = Annotated[
    tuple[Id, ...],
    Field(min_length=1, max_length=8, strict=False),
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
]
Character = Annotated[int, Field(ge=0)]
ItemId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")]


def _in_order(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] >= span[1]:
        raise fault("expected a span of at least one character, such as [0, 12]")
    return span


class Anchor(Part):
    """The words that an item was coded from: characters `span[0]` up to `span[1]` of one paragraph of its article.

    The paragraph is normalised (`sim.articles.paragraphs`), and `sha256` is its `paragraph_hash`. The words themselves
    are not kept, but `offramp check --articles` can check the item against the article.
    """

    paragraph: int = Field(ge=1)
    span: Annotated[tuple[Character, Character], Field(strict=False), AfterValidator(_in_order)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Source(Part):
    """A source that items come from."""

    title: Title
    publisher: Title | None = None
    date: CalendarDate
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="Hash of the article's text, which identifies its file"
    )
    note: Text | None = None


class SourceFile(Part):
    """`sources.yaml`."""

    format: Literal["offramp/sources/1"] = Field(alias="schema")
    sources: dict[Id, Source] = Field(min_length=1)


class Item(Part):
    """One coded fact."""

    actor: Ids
    target: Ids | None = None
    start: CalendarDate | None = Field(default=None, description="First day, if it is not `date`")
    date: CalendarDate = Field(description="The day it happened, or its last day")
    standing: bool = Field(default=False, description="A standing fact, which does not age")
    source: Id
    paragraph: int | None = Field(default=None, ge=1)
    anchor: Anchor | None = None
    says: Text = Field(description="The fact in our own words")
    kind: Kind
    informs: Literal["stance", "ambiguity", "momentum", "credibility", "constraint", "displacement", "none"]
    bearing: float = Field(ge=-1, le=1, allow_inf_nan=False, description="Bearing on the offensive")
    reliability: float = Field(gt=0, le=1, allow_inf_nan=False)
    occasion: Id
    cameo: Annotated[str, Field(pattern=r"^[0-9]{2,4}$")] | None = None
    goldstein: float | None = Field(default=None, ge=-10, le=10, allow_inf_nan=False)
    conflicts: Id | None = Field(default=None, description="Group of items that contradict each other")
    duplicate_of: ItemId | None = None

    @property
    def reads_stance(self) -> bool:
        """Whether the item counts as a reading of its actor's stance."""
        return self.informs == "stance" and self.duplicate_of is None and self.bearing != 0

    @property
    def known_from(self) -> datetime.date:
        """First day on which the item may be used: a standing fact's `start` if it has one, else its date."""
        return self.start if self.standing and self.start is not None else self.date

    def precision(self, as_of: datetime.date, half_life: float) -> float:
        """Return its weight as a reading: reliability, halved every `half_life` days, over the variance of its kind."""
        age = 0 if self.standing else max(0, (as_of - self.date).days)
        fading: float = 2.0 ** (-age / half_life)
        return self.reliability * fading / READING_SD.get(self.kind, 0.6) ** 2


Count = Annotated[int, Field(ge=0)]


class DraftCounts(Part):
    """What became of the proposals from which items were drafted, over all adoptions (counted by `offramp adopt`)."""

    proposed: Count = Field(default=0, description="Proposals, each accepted, edited or rejected by a person")
    accepted: Count = Field(default=0, description="Kept as they were")
    edited: Count = Field(default=0, description="Kept with changes")
    rejected: Count = 0
    added: Count = Field(default=0, description="Items that nothing proposed")

    def __add__(self, other: Self) -> Self:
        """Return the sum of both counts."""
        return type(self)(**{name: getattr(self, name) + getattr(other, name) for name in type(self).model_fields})


def _adding_up(counts: DraftCounts) -> DraftCounts:
    judged = counts.accepted + counts.edited + counts.rejected
    if counts.proposed != judged:
        raise fault(f"expected `proposed` to be {judged}: what was accepted, edited or rejected")
    return counts


class EvidenceFile(Part):
    """`evidence.yaml`."""

    format: Literal["offramp/evidence/1"] = Field(alias="schema")
    sources: Annotated[str, Field(min_length=1, max_length=300)]
    half_life: Days = Field(default=Fixed(21.0), description="Days in which a dated reading loses half its weight")
    drafted: Annotated[DraftCounts, AfterValidator(_adding_up)] | None = None
    items: dict[ItemId, Item] = Field(min_length=1, max_length=300)


@dataclass(frozen=True)
class Occasion:
    """One reading of a stance: the combined items of one meeting, press conference or raid."""

    id: str
    items: tuple[str, ...]
    reading: float
    precision: float


@dataclass(frozen=True)
class StanceReading:
    """A stance prior and the readings behind it; `birge` is the factor by which the sd was widened."""

    mean: float
    sd: float
    ambiguity: float
    birge: float
    occasions: tuple[Occasion, ...]

    @property
    def prior(self) -> Normal:
        """The stance prior as a distribution."""
        return Normal(round(self.mean, 6), round(self.sd, 6))


@dataclass(frozen=True)
class Evidence:
    """All items and sources by id, how the items were drafted, and the places of the keys in both files."""

    items: Mapping[str, Item] = field(repr=False)
    sources: Mapping[str, Source] = field(repr=False)
    half_life: float = 21.0
    drafted: DraftCounts | None = None
    places: Mapping[Path, Place] = field(default_factory=dict, repr=False, compare=False)
    _read: dict[tuple[str, str, datetime.date], StanceReading | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def known_by(self, day: datetime.date, without: Collection[str]) -> Self:
        """Return the items known by a day, without some of them."""
        names = (name for name, item in self.items.items() if item.known_from <= day)
        return replace(self, items={name: self.items[name] for name in names if name not in without})

    def stance(self, actor: str, role: str, as_of: datetime.date) -> StanceReading | None:
        """Return the stance of one actor as of a date, computed once; None if no item reads it."""
        asked = actor, role, as_of
        if asked not in self._read:
            occasions = self._occasions(actor, as_of)
            self._read[asked] = combine(occasions, role) if occasions else None
        return self._read[asked]

    def stance_or_prior(self, actor: str, role: str, as_of: datetime.date) -> StanceReading:
        """Return the stance of one actor as of a date, or the prior of its role if no item reads it yet."""
        unread = StanceReading(PRIOR_MEANS[role], PRIOR_SD, UNREAD_AMBIGUITY, 1.0, ())
        return self.stance(actor, role, as_of) or unread

    def _occasions(self, actor: str, as_of: datetime.date) -> tuple[Occasion, ...]:
        groups: dict[str, list[tuple[str, Item]]] = {}
        for name, item in self.items.items():
            counts = item.reads_stance and item.known_from <= as_of and not self._has_faded(item, as_of)
            if actor in item.actor and counts:
                groups.setdefault(item.occasion, []).append((name, item))
        return tuple(self._occasion(name, group, as_of) for name, group in groups.items())

    def _has_faded(self, item: Item, as_of: datetime.date) -> bool:
        """Return whether an item is so old that it is uninformative (and its weight nears the smallest float)."""
        return item.precision(as_of, self.half_life) < NO_PRECISION

    def _occasion(self, name: str, group: list[tuple[str, Item]], as_of: datetime.date) -> Occasion:
        weights = [item.precision(as_of, self.half_life) for _, item in group]
        reading = _weighted_mean(((w, item.bearing) for w, (_, item) in zip(weights, group, strict=True)))
        return Occasion(name, tuple(item for item, _ in group), reading, max(weights))


def combine(occasions: tuple[Occasion, ...], role: str) -> StanceReading:
    """Combine the readings of at least one occasion with the prior of the role, sd 0.5.

    Posterior mean and sd come from precision weighting; with n > 1 occasions the sd is multiplied by the Birge ratio
    max(1, sqrt(chi2 / (n - 1))), where chi2 is the weighted squared deviation of the readings from their own mean
    (Birge 1932). `ambiguity` is the weighted sd of the readings.
    """
    total = math.fsum(o.precision for o in occasions)
    centre = _weighted_mean((o.precision, o.reading) for o in occasions)
    chi2 = math.fsum(o.precision * (o.reading - centre) ** 2 for o in occasions)
    birge = max(1.0, math.sqrt(chi2 / (len(occasions) - 1))) if len(occasions) > 1 else 1.0
    posterior = total + PRIOR_SD**-2
    return StanceReading(
        mean=(total * centre + PRIOR_MEANS[role] * PRIOR_SD**-2) / posterior,
        sd=posterior**-0.5 * birge,
        ambiguity=math.sqrt(chi2 / total),
        birge=birge,
        occasions=occasions,
    )


def _weighted_mean(weighted: Iterable[tuple[float, float]]) -> float:
    pairs = list(weighted)
    return math.fsum(w * x for w, x in pairs) / math.fsum(w for w, _ in pairs)
