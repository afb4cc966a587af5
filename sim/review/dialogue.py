"""The review in a terminal: one item or paragraph after another, answered by single letters and saved at once."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.articles.paragraphs import normalise
from sim.draft.schema import left
from sim.errors import ScenarioError, UsageError
from sim.review.answers import answered
from sim.review.form import BLANK, FIELDS, Field, values_of
from sim.review.shown import CAUTION, lines_of, place_of, small_of
from sim.wording import long_date

if TYPE_CHECKING:
    from sim.review.sheet import Sheet

WIDTH = 78
OF_ITEM = "a accept, r reject, e edit, n new item, s skip, u undo, q quit"
OF_PARAGRAPH = "x nothing more here, n new item, s skip, u undo, q quit"


@dataclass(frozen=True)
class Stop:
    """A place to stop at: an item, or a whole paragraph if `item` is empty."""

    source: str
    place: int
    item: str = ""


@dataclass
class Dialogue:
    """A conversation about a sheet; `ask` shows a prompt and returns the typed line."""

    sheet: Sheet
    say: Callable[[str], None]
    ask: Callable[[str], str]
    _skipped: set[Stop] = field(default_factory=set, repr=False)

    def run(self) -> None:
        """Go through everything open until all is answered or skipped, or the person leaves."""
        while stop := next((one for one in self._open() if one not in self._skipped), None):
            self._show(stop)
            if not self._answered(stop):
                break
        todo = left(self.sheet.draft)
        self._wrapped(*(todo.sentences or ("Nothing is left.",)), CAUTION)

    def _open(self) -> Iterator[Stop]:
        """Yield the items without an answer and the paragraphs not ticked, in the order of the articles."""
        draft = self.sheet.draft
        proposed = draft.having("proposed").items()
        for source, article in draft.articles.items():
            done = {0, *draft.done.get(source, ())}
            for place in range(article.paragraphs + 1):
                here = [name for name, item in proposed if (item.source, place_of(item)) == (source, place)]
                yield from (Stop(source, place, name) for name in here)
                if place not in done:
                    yield Stop(source, place)

    def _answered(self, stop: Stop) -> bool:
        """Ask about a stop until a valid letter is typed; return whether the person stays."""
        acts = self._acts(stop)
        prompt = OF_ITEM if stop.item else OF_PARAGRAPH
        while (letter := self.ask(f"{prompt}: ").strip().lower()[:1]) != "q":
            if letter in acts:
                try:
                    acts[letter]()
                except (ScenarioError, UsageError) as error:
                    self._refused(error)
                return True
            self.say("Type one of these letters.")
        return False

    def _acts(self, stop: Stop) -> dict[str, Callable[[], None]]:
        acts: dict[str, Callable[[], None]] = {
            "s": lambda: self._skipped.add(stop), "n": lambda: self._add(stop), "u": lambda: self._do("undo"),
        }  # fmt: skip
        if not stop.item:
            return acts | {"x": lambda: self._do("tick", source=stop.source, paragraph=stop.place, on=True)}
        return acts | {
            "a": lambda: self._do("accept", item=stop.item), "r": lambda: self._do("reject", item=stop.item),
            "e": lambda: self._edit(stop),
        }  # fmt: skip

    def _refused(self, error: Exception) -> None:
        faults = [fault.message for fault in error.faults] if isinstance(error, ScenarioError) else [str(error)]
        self._wrapped(*(f"Not saved: {one}" for one in faults))

    def _do(self, do: str, **asked: Any) -> None:
        """Give an answer as the page would, to the current revision of the draft."""
        self.say(answered(self.sheet, {"revision": self.sheet.revision, "do": do, **asked})["said"])

    def _edit(self, stop: Stop) -> None:
        values = dict(values_of(self.sheet.draft.items[stop.item]))
        self._typed(values, lambda typed: self._do("edit", item=stop.item, values=typed))

    def _add(self, stop: Stop) -> None:
        if not stop.place:
            self.say("These items name no paragraph; add an item at one.")
            return
        at = {"source": stop.source, "paragraph": stop.place}
        span = self._span(self.sheet.text(stop.source).paragraph(stop.place))
        values = {**BLANK, "date": self.sheet.draft.articles[stop.source].date.isoformat()}
        self._typed(values, lambda typed: self._do("add", **at, span=span, values=typed))

    def _span(self, text: str | None) -> list[int] | None:
        """Ask which words of a paragraph an item is coded from."""
        while text is not None and (words := normalise(self.ask("Its words, copied from above (empty for all): "))):
            start = text.find(words)
            if start >= 0:
                return [start, start + len(words)]
            self.say("These words are not in the paragraph.")
        return None

    def _typed(self, values: dict[str, Any], save: Callable[[dict[str, Any]], None]) -> None:
        """Ask for the fields and save them; ask again for invalid ones until they are valid or the person gives up."""
        fields: Sequence[Field] = FIELDS
        self.say("Enter keeps what is in brackets, - empties it, ? lists what may be typed.")
        while True:
            values |= {one.key: self._field(one, values[one.key]) for one in fields}
            if self.ask("Save? (y/n): ").strip().lower()[:1] != "y":
                self.say("Left as it was.")
                return
            try:
                save(values)
            except ScenarioError as error:
                keys = {part for fault in error.faults for part in fault.key.split(".")[2:3]}
                fields = [one for one in FIELDS if one.key in keys]
                if not fields:
                    raise
                self._refused(error)
            else:
                return

    def _field(self, one: Field, value: Any) -> Any:
        shown = ", ".join(value) if isinstance(value, list) else "yes" if value is True else str(value or "")
        while (typed := self.ask(f"{one.label} [{shown}]: ").strip()) == "?":
            choices = self.sheet.draft.cast if one.widget == "cast" else one.choices or {}
            self._wrapped(one.hint, ", ".join(choices))
        if not typed:
            return value
        if one.widget == "flag":
            return typed.lower()[:1] == "y"
        typed = typed if typed != "-" else ""
        return typed.replace(",", " ").split() if one.widget == "cast" else typed

    def _show(self, stop: Stop) -> None:
        draft, text = self.sheet.draft, self.sheet.text(stop.source)
        article = draft.articles[stop.source]
        where = f"Paragraph {stop.place} of {article.paragraphs}" if stop.place else "Items of no paragraph"
        self.say("")
        self._wrapped(f"--- {where}, {article.title or stop.source} ({long_date(article.date)})", text.missing)
        self._wrapped(self._marked(stop))
        if not stop.item:
            self.say("Is there anything more? About half of what an article says is missed.")
            return
        item = draft.items[stop.item]
        self.say(f"{stop.item} ({item.status})")
        for label, words in lines_of(item, {name: member.name for name, member in draft.cast.items()}):
            self._wrapped(f"  {label + ':':<15}{words}", indent=17)
        self._wrapped(f"  ({small_of(item)})", indent=2)

    def _marked(self, stop: Stop) -> str:
        """Return the paragraph with the item's words between >> and <<."""
        text = self.sheet.text(stop.source)
        words = text.paragraph(stop.place) or ""
        anchor = self.sheet.draft.items[stop.item].anchor if stop.item else None
        if anchor is None or not words or text.unmarked(anchor):
            return words if anchor is None else f"{words} {text.unmarked(anchor)}".strip()
        start, end = anchor.span
        return f"{words[:start]}>>{words[start:end]}<<{words[end:]}"

    def _wrapped(self, *texts: str, indent: int = 0) -> None:
        for text in filter(None, texts):
            for line in textwrap.wrap(text, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False):
                self.say(line)
