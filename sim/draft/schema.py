"""The language of a draft (`evidence.draft.yaml`) and of a cast (`cast.yaml`), as frozen pydantic models.

A drafted item is an item of evidence that a person still has to judge: it records what proposed it, with what
confidence, and what became of it. A draft can be adopted when nothing is left to do in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field

from sim.scenario.evidence import DraftCounts, Item, ItemId
from sim.scenario.quantities import CalendarDate, Id, Part, Title
from sim.wording import counted

DRAFT_FORMAT = "offramp/draft/1"
CAST_FORMAT = "offramp/cast/1"
MOST_ITEMS = 1_000
MOST_LISTED = 12
Role = Literal["initiator", "defender", "patron", "guarantor", "mediator"]
Status = Literal["proposed", "accepted", "edited", "rejected", "added"]
KEPT: tuple[Status, ...] = ("accepted", "edited", "added")  # statuses of items that become evidence
GRID = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)
"""The allowed values of a bearing: -1 speaks against an offensive, 1 for it."""
List = Field(strict=False)  # a file writes a list where the model has a tuple
Number = Annotated[int, Field(ge=1)]


class Member(Part):
    """A member of the cast: an actor of the future scenario, with all the names that articles use for it."""

    role: Role
    name: Title
    aliases: Annotated[tuple[Title, ...], List] = ()


class CastFile(Part):
    """`cast.yaml`."""

    format: Literal["offramp/cast/1"] = Field(alias="schema")
    cast: dict[Id, Member] = Field(min_length=1, max_length=32)


class Drafted(Part):
    """One article that a draft was made from; `file` is its path relative to the draft."""

    file: Annotated[str, Field(min_length=1, max_length=500)]
    title: Title | None = None
    publisher: Title | None = None
    date: CalendarDate
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500)] | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    paragraphs: Number


class DraftItem(Item):
    """A drafted item of evidence."""

    status: Status = "proposed"
    confidence: float = Field(ge=0, le=1, allow_inf_nan=False, description="How often such a proposal is right")
    rule: Title = Field(description="Name of the rule that proposed it")
    date_from: Literal["stated", "carried", "article", "standing"]
    found_by: Literal["rules", "model", "both", "analyst"] = "rules"
    adopted: ItemId | None = Field(default=None, description="Its id in the evidence, once it is there")


def parties_of(item: Item) -> set[str]:
    """Return the ids of an item's actors and targets."""
    return {*item.actor, *(item.target or ())}


class DraftFile(Part):
    """`evidence.draft.yaml`."""

    format: Literal["offramp/draft/1"] = Field(alias="schema", default="offramp/draft/1")
    as_of: CalendarDate
    made_with: dict[str, Title] = Field(description="Versions of the software that made it")
    cast: dict[Id, Member] = Field(min_length=1, max_length=32)
    articles: dict[Id, Drafted] = Field(min_length=1, max_length=100)
    done: dict[Id, Annotated[tuple[Number, ...], List]] = Field(
        default={}, description="Paragraphs of each article that a person ticked as having nothing more"
    )
    before: DraftCounts | None = Field(default=None, description="Counts of the evidence when this draft began")
    items: dict[ItemId, DraftItem] = Field(default={}, max_length=MOST_ITEMS)

    def with_item(self, name: str, item: DraftItem) -> Self:
        """Return the draft with an item added or replaced."""
        return self.model_copy(update={"items": {**self.items, name: item}})

    def having(self, *statuses: Status) -> dict[str, DraftItem]:
        """Return the items that have one of some statuses, keyed by id."""
        return {name: item for name, item in self.items.items() if item.status in statuses}


@dataclass(frozen=True)
class Left:
    """What is left to do: items not judged, paragraphs not ticked, kept items (`stray`) that repeat a rejected one."""

    proposed: tuple[str, ...]
    unread: Mapping[str, tuple[int, ...]]
    stray: Mapping[str, str]

    def __bool__(self) -> bool:
        """Return whether anything is left to do."""
        return bool(self.proposed or self.unread or self.stray)

    @property
    def sentences(self) -> tuple[str, ...]:
        """What is left to do, one sentence per matter."""
        said = []
        if self.proposed:
            said.append(f"{counted(len(self.proposed), 'item')} without an answer: {listed(self.proposed)}.")
        for source, numbers in self.unread.items():
            what = counted(len(numbers), "paragraph")
            said.append(f"{what} of {source} not ticked as having nothing more: {listed(map(str, numbers))}.")
        said += [
            f"{name} is a duplicate of {original}, which was rejected: name an item that counts, or none."
            for name, original in self.stray.items()
        ]
        return tuple(said)


def listed(names: Iterable[str]) -> str:
    """List up to twelve names, and the number of any others."""
    every = tuple(names)
    more = len(every) - MOST_LISTED
    return ", ".join(every[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def left(draft: DraftFile) -> Left:
    """Return what is left to do in a draft."""
    unread = {source: numbers for source in draft.articles if (numbers := _unread(draft, source))}
    rejected = draft.having("rejected")
    original = {name: item.duplicate_of or "" for name, item in draft.having(*KEPT).items()}
    stray = {name: first for name, first in original.items() if first in rejected}
    return Left(tuple(draft.having("proposed")), unread, stray)


def _unread(draft: DraftFile, source: str) -> tuple[int, ...]:
    done = draft.done.get(source, ())
    return tuple(number for number in range(1, draft.articles[source].paragraphs + 1) if number not in done)
