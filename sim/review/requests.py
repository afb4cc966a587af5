"""Apply the JSON requests of a page to a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sim.draft.schema import DraftFile
from sim.errors import UsageError
from sim.review import answers

if TYPE_CHECKING:
    from sim.review.sheet import Sheet
    from sim.review.texts import Text

Asked = Mapping[str, Any]
Change = Callable[[DraftFile], DraftFile]


def answered(sheet: Sheet, asked: Any) -> dict[str, str]:
    """Carry out a request; return what was done, in words, and the id of the resulting item.

    Raises
    ------
    StaleError
        If the page shows an outdated draft.
    UsageError, ScenarioError
        If the request is invalid; it names the keys at fault.
    ReportError
        If the draft cannot be written.
    """
    if not isinstance(asked, dict):
        raise UsageError("expected an answer as a map of keys")
    revision, do = _text(asked, "revision"), _text(asked, "do")
    if do == "undo":
        return {"said": f"Taken back: {sheet.undo(revision)}.", "item": ""}
    if do not in ACTS:
        raise UsageError(f"there is no answer {do!r} ({', '.join([*ACTS, 'undo'])})")
    words, item, change = ACTS[do](sheet, asked)
    sheet.answer(revision, words, change)
    return {"said": f"Saved: {words}.", "item": item}


def _accept(sheet: Sheet, asked: Asked) -> tuple[str, str, Change]:
    name = _text(asked, "item")
    return f"{name} accepted", name, partial(answers.accept, name=name, text=_text_of(sheet, name))


def _reject(_: Sheet, asked: Asked) -> tuple[str, str, Change]:
    name = _text(asked, "item")
    return f"{name} rejected", name, partial(answers.reject, name=name)


def _edit(sheet: Sheet, asked: Asked) -> tuple[str, str, Change]:
    name, values = _text(asked, "item"), _values(asked)
    return f"{name} saved", name, partial(answers.edit, name=name, values=values, text=_text_of(sheet, name))


def _add(sheet: Sheet, asked: Asked) -> tuple[str, str, Change]:
    source, name = _text(asked, "source"), answers.next_id(sheet.draft)
    at = answers.Place(source, _number(asked.get("paragraph"), "paragraph"), _span(asked))
    return f"{name} added", name, partial(answers.add, at=at, values=_values(asked), text=sheet.text(source))


def _tick(_: Sheet, asked: Asked) -> tuple[str, str, Change]:
    source, number, on = _text(asked, "source"), _number(asked.get("paragraph"), "paragraph"), asked.get("on") is True
    said = f"paragraph {number} {'has nothing more' if on else 'may have more'}"
    return said, "", partial(answers.tick, source=source, paragraph=number, on=on)


ACTS: Mapping[str, Callable[[Sheet, Asked], tuple[str, str, Change]]] = {
    "accept": _accept, "reject": _reject, "edit": _edit, "add": _add, "tick": _tick,
}  # fmt: skip


def _text_of(sheet: Sheet, name: str) -> Text:
    item = sheet.draft.items.get(name)
    return sheet.text(item.source if item is not None else "")


def _text(asked: Asked, key: str) -> str:
    value = asked.get(key)
    if not isinstance(value, str):
        raise UsageError(f"expected a text as `{key}` of an answer")
    return value


def _number(value: Any, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise UsageError(f"expected a whole number as `{what}` of an answer")
    return value


def _values(asked: Asked) -> dict[str, Any]:
    values = asked.get("values")
    if not isinstance(values, dict):
        raise UsageError("expected the fields of an item as `values` of an answer")
    return values


def _span(asked: Asked) -> tuple[int, int] | None:
    span = asked.get("span")
    if span is None:
        return None
    if not isinstance(span, list) or len(span) != 2:
        raise UsageError("expected two numbers as `span` of an answer")
    return _number(span[0], "span"), _number(span[1], "span")
