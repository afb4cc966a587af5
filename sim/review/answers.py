"""The answers that a person may give, on the page or in the terminal: each leads from one draft to the next.

An answer is JSON: the `revision` of the draft that the person saw, what to `do`, and what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
Change = tuple[str, str, DraftFile]
"""What was done, in words, the id of the resulting item, and the draft after it."""


def answered(sheet: Sheet, asked: Any) -> dict[str, str]:
    """Carry out an answer; return what was done, in words, and the id of the resulting item.

    Raises StaleError if the page shows an outdated draft, UsageError or ScenarioError if the answer is invalid, or the
    item not valid as evidence (it names the keys at fault), and ReportError if the draft cannot be written.
    """
    if not isinstance(asked, dict):
        raise UsageError("expected an answer as a map of keys")
    revision, do = _text(asked, "revision"), _text(asked, "do")
    if do == "undo":
        return {"said": f"Taken back: {sheet.undo(revision)}.", "item": ""}
    if do not in ACTS:
        raise UsageError(f"there is no answer {do!r} ({', '.join([*ACTS, 'undo'])})")
    sheet.check(revision)
    words, item, draft = ACTS[do](sheet, asked)
    sheet.take(draft, words)
    return {"said": f"Saved: {words}.", "item": item}


def _accept(sheet: Sheet, asked: Asked) -> Change:
    """Accept an item as it is; an edited or added item keeps that status."""
    name, item = _item(sheet, asked)
    status = item.status if item.status in ("edited", "added") else _own(item) or "accepted"
    return f"{name} accepted", name, _with(sheet, name, plain_of(item) | {"status": status}, item.bearing)


def _reject(sheet: Sheet, asked: Asked) -> Change:
    name, item = _item(sheet, asked)
    return f"{name} rejected", name, sheet.draft.with_item(name, item.model_copy(update={"status": "rejected"}))


def _edit(sheet: Sheet, asked: Asked) -> Change:
    """Keep an item with the values typed into its fields; if nothing differs, accept it."""
    values, (name, item) = _values(asked), _item(sheet, asked)
    typed = changed(item, values)
    if not typed:
        return f"{name} saved", name, _accept(sheet, asked)[2]
    plain = written(plain_of(item) | {"status": _own(item) or "edited"}, typed)
    if typed.keys() & {"date", "start", "standing"}:
        plain["date_from"] = _date_from(sheet.draft, plain)
    return f"{name} saved", name, _with(sheet, name, _scored(plain) if "cameo" in typed else plain, item.bearing)


def _add(sheet: Sheet, asked: Asked) -> Change:
    """Add an item at a paragraph or, with a span, at some of its characters."""
    draft, (source, number), span, values = sheet.draft, _place(sheet, asked), _span(asked), _values(asked)
    if len(draft.items) >= MOST_ITEMS:
        raise UsageError(f"a draft holds at most {MOST_ITEMS:,} items; split it by article")
    name = f"D{last_number(draft.items) + 1:02}"
    plain = written({"source": source, "paragraph": number}, {**BLANK, **values})
    plain |= {"status": "added", "confidence": 1.0, "rule": ANALYST, "found_by": ANALYST}
    plain |= _anchor(number, span, sheet.text(source))
    plain["date_from"] = _date_from(draft, plain)
    return f"{name} added", name, _with(sheet, name, _scored(plain))


def _tick(sheet: Sheet, asked: Asked) -> Change:
    """Tick a paragraph as having nothing more, or untick it."""
    draft, (source, number), on = sheet.draft, _place(sheet, asked), asked.get("on") is True
    numbers = set(draft.done.get(source, ())) - {number} | ({number} if on else set())
    done = {name: draft.done[name] for name in draft.done if name != source}
    after = draft.model_copy(update={"done": done | ({source: tuple(sorted(numbers))} if numbers else {})})
    return f"paragraph {number} {'has nothing more' if on else 'may have more'}", "", after


ACTS: Mapping[str, Callable[[Sheet, Asked], Change]] = {
    "accept": _accept, "reject": _reject, "edit": _edit, "add": _add, "tick": _tick,
}  # fmt: skip


def _with(sheet: Sheet, name: str, plain: Mapping[str, Any], bearing: float = 0.0) -> DraftFile:
    """Return the draft with an item, once it is checked; its old bearing may be off the grid."""
    item = checked(sheet.draft, name, plain, sheet.text(plain["source"]), bearing)
    return sheet.draft.with_item(name, item)


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


def _item(sheet: Sheet, asked: Asked) -> tuple[str, DraftItem]:
    """Return the id and the item that an answer is about."""
    name = _text(asked, "item")
    if name not in sheet.draft.items:
        raise UsageError(f"there is no item {name!r} in the draft")
    item = sheet.draft.items[name]
    if item.adopted is not None:
        raise UsageError(f"{name} is in the evidence already, as {item.adopted}; change it in evidence.yaml")
    return name, item


def _own(item: DraftItem) -> str:
    """Return the permanent status of an item added by the person; empty for a proposal."""
    return "added" if item.found_by == ANALYST else ""


def _place(sheet: Sheet, asked: Asked) -> tuple[str, int]:
    """Return the source and the paragraph that an answer is about."""
    source, paragraph = _text(asked, "source"), _number(asked.get("paragraph"), "paragraph")
    article = sheet.draft.articles.get(source)
    if article is None:
        raise UsageError(f"there is no article {source!r} in the draft")
    if not 1 <= paragraph <= article.paragraphs:
        raise UsageError(f"{source} has {counted(article.paragraphs, 'paragraph')} (got {paragraph})")
    return source, paragraph


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
