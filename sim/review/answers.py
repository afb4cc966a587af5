"""The answers that a person may give, each a function from one draft to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.articles.paragraphs import paragraph_hash
from sim.draft.gather import last_number
from sim.draft.rules.acts import goldstein
from sim.draft.schema import MOST_ITEMS, DraftFile, DraftItem
from sim.errors import UsageError
from sim.review.checks import checked, plain_of
from sim.review.form import BLANK, KEYS, changed, written
from sim.wording import counted

if TYPE_CHECKING:
    from sim.review.texts import Text

ANALYST = "analyst"


def accept(draft: DraftFile, name: str, text: Text) -> DraftFile:
    """Accept an item as it is; an edited or added item keeps that status.

    Raises
    ------
    ScenarioError
        If it is not valid as evidence; faults are given by key.
    UsageError
        If there is no such item.
    """
    item = _item(draft, name)
    status = item.status if item.status in ("edited", "added") else _own(item) or "accepted"
    return draft.with_item(name, checked(draft, name, plain_of(item) | {"status": status}, text, item.bearing))


def reject(draft: DraftFile, name: str) -> DraftFile:
    """Reject an item.

    Raises
    ------
    UsageError
        If there is no such item.
    """
    return draft.with_item(name, _item(draft, name).model_copy(update={"status": "rejected"}))


def edit(draft: DraftFile, name: str, values: Mapping[str, Any], text: Text) -> DraftFile:
    """Keep an item with the values typed into its fields; if nothing differs, accept it.

    Raises
    ------
    ScenarioError
        If it is not valid as evidence; faults are given by key.
    UsageError
        If there is no such item or field.
    """
    item = _item(draft, name)
    typed = changed(item, _fields(values))
    if not typed:
        return accept(draft, name, text)
    plain = written(plain_of(item) | {"status": _own(item) or "edited"}, typed)
    if typed.keys() & {"date", "start", "standing"}:
        plain["date_from"] = _date_from(draft, plain)
    if "cameo" in typed:
        plain = _scored(plain)
    return draft.with_item(name, checked(draft, name, plain, text, item.bearing))


@dataclass(frozen=True)
class Place:
    """Where an item is added: article, paragraph, and span of characters; None for the whole paragraph."""

    source: str
    paragraph: int
    span: tuple[int, int] | None = None


def add(draft: DraftFile, at: Place, values: Mapping[str, Any], text: Text) -> DraftFile:
    """Add an item written by the person, with the id `next_id`.

    Raises
    ------
    ScenarioError
        If it is not valid as evidence; faults are given by key.
    UsageError
        If there is no such paragraph, span or field, or the draft is full.
    """
    _check_place(draft, at.source, at.paragraph)
    if len(draft.items) >= MOST_ITEMS:
        raise UsageError(f"a draft holds at most {MOST_ITEMS:,} items; split it by article")
    plain = written({"source": at.source, "paragraph": at.paragraph}, {**BLANK, **_fields(values)})
    anchor = _anchor(at, text)
    plain |= {"status": "added", "confidence": 1.0, "rule": ANALYST, "found_by": ANALYST} | anchor
    plain["date_from"] = _date_from(draft, plain)
    name = next_id(draft)
    return draft.with_item(name, checked(draft, name, _scored(plain), text))


def tick(draft: DraftFile, source: str, paragraph: int, *, on: bool) -> DraftFile:
    """Tick a paragraph as having nothing more, or untick it.

    Raises
    ------
    UsageError
        If there is no such paragraph.
    """
    _check_place(draft, source, paragraph)
    numbers = set(draft.done.get(source, ())) - {paragraph} | ({paragraph} if on else set())
    done = {name: draft.done[name] for name in draft.done if name != source}
    return draft.model_copy(update={"done": done | ({source: tuple(sorted(numbers))} if numbers else {})})


def _item(draft: DraftFile, name: str) -> DraftItem:
    if name not in draft.items:
        raise UsageError(f"there is no item {name!r} in the draft")
    item = draft.items[name]
    if item.adopted is not None:
        raise UsageError(f"{name} is in the evidence already, as {item.adopted}; change it in evidence.yaml")
    return item


def _own(item: DraftItem) -> str:
    """Return the permanent status of an item added by the person; empty for a proposal."""
    return "added" if item.found_by == ANALYST else ""


def _fields(values: Mapping[str, Any]) -> Mapping[str, Any]:
    unknown = [key for key in values if key not in KEYS]
    if unknown:
        raise UsageError(f"there is no field {unknown[0]!r} in the form of an item")
    return values


def _check_place(draft: DraftFile, source: str, paragraph: int) -> None:
    article = draft.articles.get(source)
    if article is None:
        raise UsageError(f"there is no article {source!r} in the draft")
    if not 1 <= paragraph <= article.paragraphs:
        raise UsageError(f"{source} has {counted(article.paragraphs, 'paragraph')} (got {paragraph})")


def _anchor(at: Place, text: Text) -> dict[str, Any]:
    """Return the key and anchor of the selected words or of the whole paragraph; empty without its text."""
    words = text.paragraph(at.paragraph)
    if words is None:
        return {}
    start, end = at.span or (0, len(words))
    if not 0 <= start < end <= len(words):
        raise UsageError(f"the words selected lie outside the paragraph ({start} to {end} of {len(words)})")
    return {"anchor": {"paragraph": at.paragraph, "span": [start, end], "sha256": paragraph_hash(words)}}


def _scored(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item with the Goldstein score of its CAMEO code, or without a score if the code has none."""
    score = goldstein().get(str(plain.get("cameo")))
    unscored = {key: value for key, value in plain.items() if key != "goldstein"}
    return unscored if score is None else {**unscored, "goldstein": score}


def _date_from(draft: DraftFile, plain: Mapping[str, Any]) -> str:
    if plain.get("standing"):
        return "standing"
    return "article" if plain.get("date") == draft.articles[plain["source"]].date.isoformat() else "stated"


def next_id(draft: DraftFile) -> str:
    """Return the id for the next added item."""
    return f"D{last_number(draft.items) + 1:02}"
