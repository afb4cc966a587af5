"""The answers that a person may give, on the page or in the terminal: each is a change from one draft to the next.

An answer is JSON: the `revision` of the draft that the person saw, what to `do`, and what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sim.articles.paragraphs import paragraph_hash
from sim.draft.gather import last_number
from sim.draft.rules.acts import goldstein
from sim.draft.schema import MOST_ITEMS, DraftFile, DraftItem
from sim.errors import UsageError
from sim.review.form import BLANK, KEYS, changed, checked, plain_of, written
from sim.wording import counted

if TYPE_CHECKING:
    from sim.review.sheet import Sheet, Text

ANALYST = "analyst"
Asked = Mapping[str, Any]
Change = Callable[[DraftFile], DraftFile]


def answered(sheet: Sheet, asked: Any) -> dict[str, str]:
    """Carry out an answer; return what was done, in words, and the id of the resulting item.

    Raises
    ------
    StaleError
        If the page shows an outdated draft.
    UsageError, ScenarioError
        If the answer is invalid, or the item not valid as evidence; it names the keys at fault.
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
    return f"{name} accepted", name, partial(_accepted, name=name, text=_text_of(sheet, name))


def _accepted(draft: DraftFile, name: str, text: Text) -> DraftFile:
    """Accept an item as it is; an edited or added item keeps that status."""
    item = _item(draft, name)
    status = item.status if item.status in ("edited", "added") else _own(item) or "accepted"
    return draft.with_item(name, checked(draft, name, plain_of(item) | {"status": status}, text, item.bearing))


def _reject(_: Sheet, asked: Asked) -> tuple[str, str, Change]:
    name = _text(asked, "item")

    def change(draft: DraftFile) -> DraftFile:
        return draft.with_item(name, _item(draft, name).model_copy(update={"status": "rejected"}))

    return f"{name} rejected", name, change


def _edit(sheet: Sheet, asked: Asked) -> tuple[str, str, Change]:
    """Keep an item with the values typed into its fields; if nothing differs, accept it."""
    name, values = _text(asked, "item"), _values(asked)
    text = _text_of(sheet, name)

    def change(draft: DraftFile) -> DraftFile:
        item = _item(draft, name)
        typed = changed(item, values)
        if not typed:
            return _accepted(draft, name, text)
        plain = written(plain_of(item) | {"status": _own(item) or "edited"}, typed)
        if typed.keys() & {"date", "start", "standing"}:
            plain["date_from"] = _date_from(draft, plain)
        if "cameo" in typed:
            plain = _scored(plain)
        return draft.with_item(name, checked(draft, name, plain, text, item.bearing))

    return f"{name} saved", name, change


def _add(sheet: Sheet, asked: Asked) -> tuple[str, str, Change]:
    """Add an item at a paragraph or, with a span, at some of its characters."""
    source, number = _text(asked, "source"), _number(asked.get("paragraph"), "paragraph")
    span, values, text = _span(asked), _values(asked), sheet.text(source)
    name = f"D{last_number(sheet.draft.items) + 1:02}"

    def change(draft: DraftFile) -> DraftFile:
        _check_place(draft, source, number)
        if len(draft.items) >= MOST_ITEMS:
            raise UsageError(f"a draft holds at most {MOST_ITEMS:,} items; split it by article")
        plain = written({"source": source, "paragraph": number}, {**BLANK, **values})
        plain |= {"status": "added", "confidence": 1.0, "rule": ANALYST, "found_by": ANALYST}
        plain |= _anchor(number, span, text)
        plain["date_from"] = _date_from(draft, plain)
        return draft.with_item(name, checked(draft, name, _scored(plain), text))

    return f"{name} added", name, change


def _tick(_: Sheet, asked: Asked) -> tuple[str, str, Change]:
    """Tick a paragraph as having nothing more, or untick it."""
    source, number, on = _text(asked, "source"), _number(asked.get("paragraph"), "paragraph"), asked.get("on") is True

    def change(draft: DraftFile) -> DraftFile:
        _check_place(draft, source, number)
        numbers = set(draft.done.get(source, ())) - {number} | ({number} if on else set())
        done = {name: draft.done[name] for name in draft.done if name != source}
        return draft.model_copy(update={"done": done | ({source: tuple(sorted(numbers))} if numbers else {})})

    return f"paragraph {number} {'has nothing more' if on else 'may have more'}", "", change


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
    if unknown := [key for key in values if key not in KEYS]:
        raise UsageError(f"there is no field {unknown[0]!r} in the form of an item")
    return values


def _span(asked: Asked) -> tuple[int, int] | None:
    span = asked.get("span")
    if span is None:
        return None
    if not isinstance(span, list) or len(span) != 2:
        raise UsageError("expected two numbers as `span` of an answer")
    return _number(span[0], "span"), _number(span[1], "span")


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


def _check_place(draft: DraftFile, source: str, paragraph: int) -> None:
    article = draft.articles.get(source)
    if article is None:
        raise UsageError(f"there is no article {source!r} in the draft")
    if not 1 <= paragraph <= article.paragraphs:
        raise UsageError(f"{source} has {counted(article.paragraphs, 'paragraph')} (got {paragraph})")


def _anchor(number: int, span: tuple[int, int] | None, text: Text) -> dict[str, Any]:
    """Return the key and anchor of the selected words or of the whole paragraph; empty without its text."""
    words = text.paragraph(number)
    if words is None:
        return {}
    start, end = span or (0, len(words))
    if not 0 <= start < end <= len(words):
        raise UsageError(f"the words selected lie outside the paragraph ({start} to {end} of {len(words)})")
    return {"anchor": {"paragraph": number, "span": [start, end], "sha256": paragraph_hash(words)}}


def _scored(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item with the Goldstein score of its CAMEO code, or without a score if the code has none."""
    score = goldstein().get(str(plain.get("cameo")))
    unscored = {key: value for key, value in plain.items() if key != "goldstein"}
    return unscored if score is None else {**unscored, "goldstein": score}


def _date_from(draft: DraftFile, plain: Mapping[str, Any]) -> str:
    if plain.get("standing"):
        return "standing"
    return "article" if plain.get("date") == draft.articles[plain["source"]].date.isoformat() else "stated"
