"""The form for editing an item: its fields, their values, and the checked item that results from typed values.

One table serves both the page and the terminal. The value of a field is text, except that `actor` and `target` are
lists of texts and `standing` is a boolean. An empty field means that the item lacks the key.

An item that a person keeps must be valid as evidence: faults that reading the draft, adopting it or loading the
evidence would find later are reported at once, by key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import ValidationError

from sim.articles.paragraphs import copies, normalise
from sim.draft.files import NAME, complaints
from sim.draft.gather import occasion
from sim.draft.rules.acts import roots
from sim.draft.schema import GRID, DraftFile, DraftItem
from sim.errors import Fault, ScenarioError
from sim.scenario.evidence import Item, Kind
from sim.scenario.evidence_files import item_complaints
from sim.scenario.faults import Complaint, keys_of, model_complaints

if TYPE_CHECKING:
    from sim.review.sheet import Text

Value = str | bool | list[str]
UNNAMED = "unnamed"  # temporary occasion of an item without one, while it is checked


@dataclass(frozen=True)
class Field:
    """One field: `widget` says how it is filled in, `choices` maps its allowed values to their labels."""

    key: str
    label: str
    hint: str
    widget: Literal["cast", "date", "flag", "choice", "steps", "number", "long", "text", "item"]
    choices: Mapping[str, str] | None = None


def _words(values: tuple[str, ...]) -> dict[str, str]:
    return {value: value for value in values}


CODES = {code: f"{code} {name}" for code, name in roots().items()}
STEPS = {f"{step:g}": f"{step:g}" for step in GRID}
FIELDS: tuple[Field, ...] = (
    Field("actor", "Actor", "Who acts or speaks.", "cast"),
    Field("target", "Target", "Whom it is aimed at, if anybody.", "cast"),
    Field("date", "Date", "The day it happened, or its last day.", "date"),
    Field("start", "From", "The first day, if it is not the date.", "date"),
    Field("standing", "Standing fact", "It does not age.", "flag"),
    Field("kind", "Kind", "What it is; sets how much one reading counts.", "choice", _words(get_args(Kind))),
    Field(
        "informs", "Informs", "Only stance moves the stance of its actor.", "choice",
        _words(get_args(Item.model_fields["informs"].annotation)),
    ),
    Field("bearing", "Bearing", "From −1, against an offensive, to +1, for it.", "steps", STEPS),
    Field("reliability", "Reliability", "Above 0, up to 1; lower for hearsay and partisans.", "number"),
    Field("cameo", "CAMEO", "The root of the act.", "choice", {"": "none", **CODES}),
    Field("says", "Says", "The fact in your own words; at most five in a row from the article.", "long"),
    Field("occasion", "Occasion", "One meeting or raid; its items count once. Empty: by who, what and when.", "text"),
    Field("conflicts", "Conflict", "A name for items that contradict each other.", "text"),
    Field("duplicate_of", "Duplicate of", "The item that tells the same, if one does.", "item"),
)  # fmt: skip
KEYS = tuple(field.key for field in FIELDS)
NUMBERS = tuple(field.key for field in FIELDS if field.widget in ("steps", "number"))
BLANK: Mapping[str, Value] = {
    "actor": [], "target": [], "date": "", "start": "", "standing": False, "kind": "statement", "informs": "stance",
    "bearing": "0", "reliability": "0.7", "cameo": "", "says": "", "occasion": "", "duplicate_of": "", "conflicts": "",
}  # fmt: skip
"""Initial values of the form for a new item."""


def values_of(item: DraftItem) -> dict[str, Value]:
    """Return the values of an item's fields."""
    plain = plain_of(item)
    return {field.key: _shown(plain.get(field.key), field) for field in FIELDS}


def _shown(value: Any, field: Field) -> Value:
    if field.widget in ("cast", "flag"):
        return value or ([] if field.widget == "cast" else False)
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else normalise(str(value))


def changed(item: DraftItem, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the typed values that differ from the fields of an item; the order of lists does not matter."""
    before = values_of(item)
    return {key: value for key, value in values.items() if not _same(before.get(key), value)}


def _same(before: Any, value: Any) -> bool:
    if isinstance(before, list) and isinstance(value, list):
        return len(before) == len(value) and all(one in before for one in value)
    if isinstance(before, str) and isinstance(value, str):
        return before == normalise(value)
    return bool(before == value)


def written(plain: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as plain values, given its old plain values and the typed ones."""
    said = {**plain, **{key: _written(key, value) for key, value in typed.items()}}
    return {key: value for key, value in said.items() if not (value is None or value is False or value in ("", []))}


def _written(key: str, value: Any) -> Any:
    text = normalise(value) if isinstance(value, str) else value
    if key in NUMBERS and isinstance(text, str) and text:
        try:
            return float(text)
        except ValueError:
            return text  # validation by the schema reports it
    return text


def checked(draft: DraftFile, name: str, plain: Mapping[str, Any], text: Text, bearing: float = 0.0) -> DraftItem:
    """Validate an item given as plain values, in the form used in files, and return it.

    A `bearing` is allowed even if it is off the grid. Raises ScenarioError if the item is not valid as evidence, with
    the first complaint about each key.
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
