"""The form for editing an item: its fields, their values, and the item that results from typed values.

One table serves both the page and the terminal. The value of a field is text, except that `actor` and `target` are
lists of texts and `standing` is a boolean. An empty field means that the item lacks the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from sim.articles.paragraphs import normalise
from sim.draft.rules.acts import roots
from sim.draft.schema import GRID
from sim.scenario.evidence import Item, Kind

if TYPE_CHECKING:
    from sim.draft.schema import DraftItem

Value = str | bool | list[str]


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
    plain = item.model_dump(mode="json", exclude_none=True)
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
