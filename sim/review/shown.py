"""The content of the page as plain values: items with their fields, paragraphs, progress, what is left to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.draft.rules.acts import roots
from sim.draft.schema import DraftItem, left
from sim.review.form import BLANK, FIELDS, values_of
from sim.wording import all_seen, counted, long_date

if TYPE_CHECKING:
    from sim.review.sheet import Sheet, Text

CAUTION = (
    "Nothing here can tell a false sentence in an article from a true one. Weigh who says it: that is what reliability "
    "is for."
)
FOUND_BY = {
    "rules": "proposed by rules", "model": "proposed by a language model", "both": "proposed by rules and by a model",
    "analyst": "added in review",
}  # fmt: skip
DATED = {
    "stated": "stated in the text", "carried": "carried over from a sentence before", "article": "the article's own",
    "standing": "a standing fact",
}  # fmt: skip


def frame(sheet: Sheet) -> dict[str, Any]:
    """Return the content that answers do not change: the cast, the fields and the articles with their texts."""
    draft = sheet.draft
    told: dict[str, Any] = all_seen({
        "file": str(sheet.path),
        "cast": [{"id": name, "name": member.name, "role": member.role} for name, member in draft.cast.items()],
        "fields": [vars(one) | {"choices": list((one.choices or {}).items())} for one in FIELDS],
        "articles": [_article(sheet, source) for source in draft.articles],
        "caution": CAUTION,
    })  # fmt: skip
    return told


def state(sheet: Sheet) -> dict[str, Any]:
    """Return the content that answers change: items, ticks, progress."""
    draft = sheet.draft
    texts = {source: sheet.text(source) for source in draft.articles}
    todo = left(draft)
    paragraphs = sum(article.paragraphs for article in draft.articles.values())
    ticked = paragraphs - sum(map(len, todo.unread.values()))
    answered = len(draft.items) - len(todo.proposed)
    told: dict[str, Any] = all_seen({
        "revision": sheet.revision,
        "items": [_item(name, item, texts[item.source]) for name, item in draft.items.items()],
        "done": {source: list(numbers) for source, numbers in draft.done.items()},
        "last": sheet.last,
        "progress": {
            "said": f"{answered} of {counted(len(draft.items), 'item')}, "
            f"{ticked} of {counted(paragraphs, 'paragraph')}",
            "share": (answered + ticked) / max(1, len(draft.items) + paragraphs),
        },
        "left": list(todo.sentences),
        "occasions": sorted({item.occasion for item in draft.items.values()}),
    })  # fmt: skip
    return told


def place_of(item: DraftItem) -> int:
    """Return the paragraph at which an item is shown: that of its anchor, else its own, else 0."""
    return item.anchor.paragraph if item.anchor is not None else item.paragraph or 0


def lines_of(item: DraftItem, cast: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the non-empty fields of an item, one label and value per line."""
    values = values_of(item)
    return [(field.label, _words(field.key, values[field.key], cast)) for field in FIELDS if values[field.key]]


def _words(key: str, value: Any, cast: Mapping[str, str]) -> str:
    if isinstance(value, list):
        return ", ".join(cast.get(one, one) for one in value)
    if key == "cameo":
        return ", ".join(filter(None, (value, roots().get(value[:2]))))
    return "yes" if value is True else str(value)


def _article(sheet: Sheet, source: str) -> dict[str, Any]:
    drafted, text = sheet.draft.articles[source], sheet.text(source)
    return {
        "id": source,
        "title": drafted.title or source,
        "from": ", ".join(filter(None, (drafted.publisher, long_date(drafted.date)))),
        "date": drafted.date.isoformat(),
        "count": drafted.paragraphs,
        "paragraphs": None if text.article is None else list(text.article.paragraphs),
        "missing": text.missing,
        "blank": {**BLANK, "date": drafted.date.isoformat()},
    }


def _item(name: str, item: DraftItem, text: Text) -> dict[str, Any]:
    unmarked = "" if item.anchor is None else text.unmarked(item.anchor)
    is_marked = item.anchor is not None and text.article is not None and not unmarked
    return {
        "id": name,
        "source": item.source,
        "place": place_of(item),
        "span": list(item.anchor.span) if item.anchor is not None and is_marked else None,
        "unmarked": unmarked,
        "status": item.status,
        "values": values_of(item),
        "small": small_of(item),
    }


def small_of(item: DraftItem) -> str:
    """Return the small print on where an item comes from."""
    found, dated = FOUND_BY[item.found_by], DATED[item.date_from]
    adopted = "" if item.adopted is None else f"; in the evidence as {item.adopted}"
    return f"{found}; rule {item.rule}; confidence {item.confidence:.2f}; date: {dated}{adopted}"
