"""Check whether an item that a person keeps is valid as evidence.

Faults that reading the draft, adopting it or loading the evidence would find later are reported at once, by key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.articles.paragraphs import copies
from sim.draft.files import NAME, complaints
from sim.draft.gather import occasion
from sim.draft.schema import GRID, DraftFile, DraftItem
from sim.errors import Fault, ScenarioError
from sim.scenario.evidence_files import item_complaints
from sim.scenario.faults import Complaint, keys_of, model_complaints

if TYPE_CHECKING:
    from sim.review.sheet import Text

UNNAMED = "unnamed"
"""Temporary occasion of an item without one, while it is checked."""


def checked(draft: DraftFile, name: str, plain: Mapping[str, Any], text: Text, bearing: float = 0.0) -> DraftItem:
    """Validate an item given as plain values, in the form used in files, and return it.

    Parameters
    ----------
    bearing
        A bearing that is allowed even if it is off the grid.

    Raises
    ------
    ScenarioError
        If it is not valid as evidence; it holds the first complaint about each key.
    """
    value = {"occasion": UNNAMED, **plain}
    try:
        item = DraftItem.model_validate(value)
    except ValidationError as error:
        found = model_complaints(error, value, keys_of(DraftItem, value))
        _refuse([(("items", name, *path), message) for path, message in found])
    if item.occasion == UNNAMED:
        item = item.model_copy(update={"occasion": occasion(item)})
    _refuse([*_complaints(draft, name, item, bearing), *_copied(item, name, text)])
    return item


def _refuse(found: list[Complaint]) -> None:
    first: dict[str, str] = {}
    for path, message in found:
        first.setdefault(".".join(map(str, path)), message)
    if first:
        raise ScenarioError([Fault(NAME, 0, 0, key, message) for key, message in first.items()])


def _complaints(draft: DraftFile, name: str, item: DraftItem, bearing: float) -> Iterator[Complaint]:
    """Check an item against the draft for faults that reading, adopting or loading it would find."""
    of_item = ("items", name)
    items: dict[str, Any] = {name: plain_of(item)}
    original = draft.items.get(item.duplicate_of or "")
    if original is not None and item.duplicate_of != name:
        items[str(item.duplicate_of)] = {"duplicate_of": original.duplicate_of}
    cited = {source: {"date": article.date.isoformat()} for source, article in draft.articles.items()}
    found = (complaints(draft.with_item(name, item)), item_complaints({"items": items}, cited, draft.as_of, ()))
    yield from (one for one in chain(*found) if one[0][:2] == of_item)
    if item.bearing not in (*GRID, bearing):
        yield (*of_item, "bearing"), f"expected one of {', '.join(map('{:g}'.format, GRID))} (got {item.bearing:g})"
    if item.duplicate_of is not None:
        yield from _duplicate_complaints(draft, name, item.duplicate_of)


def _duplicate_complaints(draft: DraftFile, name: str, original: str) -> Iterator[Complaint]:
    path = ("items", name, "duplicate_of")
    if original in draft.items and draft.items[original].status == "rejected":
        yield path, f"{original} was rejected; name an item that counts, or none"
    others = [one for one, item in draft.items.items() if item.duplicate_of == name and item.status != "rejected"]
    if others:
        yield path, f"{others[0]} is a duplicate of this item; change that first"


def _copied(item: DraftItem, name: str, text: Text) -> Iterator[Complaint]:
    """Look for six consecutive words copied from the article, in the item's own paragraph first."""
    own = text.paragraph(item.paragraph)
    for paragraph in sorted(text.article.paragraphs if text.article is not None else (), key=lambda one: one != own):
        if (words := copies(item.says, paragraph)) is not None:
            message = f'these words are the article\'s: "{words}"; say it in your own (at most five in a row)'
            yield ("items", name, "says"), message
            return


def plain_of(item: DraftItem) -> dict[str, Any]:
    """Return an item as plain values in the form used in files."""
    return item.model_dump(mode="json", exclude_none=True)
