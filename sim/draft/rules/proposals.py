"""Propose items of evidence from an article by combining the parse, the rules, the roles and the dates.

The result is a prefilled coding sheet: a good part of the items is missing and some are wrong, so a person has to
review all of it.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sim.articles.paragraphs import paragraph_hash
from sim.draft.rules.acts import FOR, NO_FORCE, STAY_OUT, Act, bearing, goldstein, own_words, says, words
from sim.draft.rules.cast import Known, Who
from sim.draft.rules.dates import Context, When, find, gap
from sim.draft.rules.events import read
from sim.draft.rules.grammar import child, is_in, is_open, is_present
from sim.draft.rules.names import Names
from sim.draft.rules.parser import parse, without_dateline
from sim.draft.schema import DraftItem, Member
from sim.errors import UsageError
from sim.wording import long_date

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from sim.articles.article import Article
    from sim.draft.rules.clause import Event

CAUTION = Act("warn", "0256", "statement")
PAST = 180  # days after which an act counts as a pattern of conduct and no longer as news
RELIABILITY = {"article": 0.9, "claim": 0.5, "hearsay": 0.6, "guess": 0.4}
CONFIDENCE = {"article": 0.7, "claim": 0.5, "hearsay": 0.6, "guess": 0.45}
FROM_NOUN = -0.1  # change of the confidence if a noun expresses the act
INFORMS = {"casualties": "displacement", "structural": "constraint", "pattern": "momentum", "meta": "ambiguity"}


def propose(article: Article, source: str, cast: Mapping[str, Member], as_of: datetime.date) -> tuple[DraftItem, ...]:
    """Propose items of evidence in text order, which cite a source and are not later than the as-of date.

    Raises UsageError if the parser is missing, or the article is dated after the as-of date.
    """
    today = article.date or as_of
    if today > as_of:
        raise UsageError(
            f"the article {source} is dated {long_date(today)}, after the as-of date {long_date(as_of)}; leave it out "
            "or choose a later date with --as-of"
        )
    names = Names.of(cast)
    docs = list(parse(article.paragraphs, names.known()))
    known = Known.of(docs, names, cast, _author(article, names))
    items: list[DraftItem] = []
    who: Who | None = None
    for number, (text, doc) in enumerate(zip(article.paragraphs, docs, strict=True), 1):
        who = Who.after(who, doc, known)
        items += _Sheet(source, number, text, today, cast).items(doc, _merged(read(who), cast))
    return tuple(items)


def _author(article: Article, names: Names) -> tuple[str, ...]:
    """Return the speaker of an article that is an address or a statement: the party named in its title."""
    title = article.title or ""
    if not words("address") & set(title.lower().replace(",", " ").split()):
        return ()
    found = [names.mentions(doc) for doc in parse((title,), names.known())]
    return tuple(dict.fromkeys(id_ for one in found for id_ in one.values()))[:1]


def _merged(events: Sequence[Event], cast: Mapping[str, Member]) -> list[Event]:
    """Keep the first event of each combination of actor, CAMEO root, kind and sign of the bearing in a paragraph."""
    kept: dict[tuple[Any, ...], Event] = {}
    for event in (one for joint in events for one in _parted(joint, cast)):
        met = [one for one in kept.values() if {one.act.way, event.act.way} <= words("ways-meeting")]
        if any(set(one.actor) & set(event.actor) and len(event.actor) > 1 for one in met):
            continue
        key = (event.actor, event.act.cameo[:2] or event.act.kind, event.act.kind, _bearing(event, cast) > 0)
        kept.setdefault(key, event)
    return list(kept.values())


def _by_role(event: Event, cast: Mapping[str, Member]) -> Event:
    """Adapt an act to the role: a guarantor who will not fight stays out; only those who resist warn to deter."""
    if event.act == NO_FORCE and cast[event.actor[0]].role == "guarantor":
        return replace(event, act=STAY_OUT)
    if event.act.way == "warn" and cast[event.actor[0]].role in (*FOR, "mediator"):
        return replace(event, act=CAUTION)
    return event


def _parted(event: Event, cast: Mapping[str, Member]) -> list[Event]:
    """Split a joint act that has different bearings for its actors."""
    alone = [replace(event, actor=(id_,)) for id_ in event.actor]
    parts = [event] if len({_bearing(one, cast) for one in alone}) == 1 else alone
    return [_by_role(one, cast) for one in parts if not _is_report(one, cast)]


def _is_report(event: Event, cast: Mapping[str, Member]) -> bool:
    """Return whether an actor that would not attack merely speaks of force: a report, which implies no stance."""
    return event.act.way == "say" and event.matter > 0 and cast[event.actor[0]].role not in FOR


def _bearing(event: Event, cast: Mapping[str, Member]) -> float:
    roles = [cast[id_].role for id_ in event.target]
    return bearing(event.act.way, event.matter, cast[event.actor[0]].role, roles)


@dataclass(frozen=True)
class _Sheet:
    """Builds the items of one paragraph."""

    source: str
    number: int
    text: str
    today: datetime.date
    cast: Mapping[str, Member]

    def items(self, doc: Doc, events: Sequence[Event]) -> list[DraftItem]:
        """Return the items for events, in order."""
        found, carried = [], None
        for event in events:
            dated = self._date(doc, event, carried)
            carried = dated if dated.known in ("stated", "carried") else carried
            found.append(self._item(doc, event, dated))
        return found

    def _date(self, doc: Doc, event: Event, carried: When | None) -> When:
        if event.standing:
            return When(self.today, self.today, known="standing")
        sentence = doc[event.head].sent
        context = Context(self.today, carried.last if carried else None)
        text = without_dateline(self.text)[sentence.start_char : min(sentence.end_char, len(self.text))]
        dates = [one for one in find(text, context) if one.first <= self.today]
        best = self._apart(doc, event, dates, sentence.start_char) or _nearest(doc, event, dates, sentence.start_char)
        if best is not None:
            return replace(best, last=min(best.last, self.today))
        if carried is not None and not event.ahead and doc[event.head].tag_ in ("VBD", "VBN", "NN"):
            return replace(carried, known="carried")
        return When(self.today, self.today, known="article")

    def _apart(self, doc: Doc, event: Event, dates: Sequence[When], offset: int) -> When | None:
        """Return the day of what lies a time apart from the main act: `a day after jets had bombed the camp`."""
        linked = _linked(doc[event.head]) if not event.ahead else None
        if linked is None:
            return None
        place, main = linked
        apart = gap(self.text[offset : place.idx + len(place)])
        if apart is None or any(date.start > place.idx - offset for date in dates):
            return None
        base = _nearest(doc, replace(event, head=main.i), dates, offset)
        day = min((base.last if base else self.today) - apart, self.today)
        return When(day, day)

    def _item(self, doc: Doc, event: Event, dated: When) -> DraftItem:
        past = (self.today - dated.last).days > PAST and not event.standing
        kind = "pattern" if past else _kind(event)
        actor, target = ([self.cast[id_].name for id_ in ids] for ids in (event.actor, event.target))
        sentence = says(event.act.way, actor, target, event.matter, event.told)
        span = doc[event.first].idx, doc[event.last].idx + len(doc[event.last])
        return DraftItem.model_validate({
            "actor": event.actor, "target": (event.target or self._supposed(event))[:8] or None,
            "date": dated.last, "start": dated.first if dated.first != dated.last else None,
            "standing": event.standing or past, "source": self.source, "paragraph": self.number,
            "says": own_words(sentence, kind, self.text), "kind": kind, "informs": INFORMS.get(kind, "stance"),
            "bearing": _bearing(event, self.cast), "reliability": RELIABILITY[event.told],
            "cameo": event.act.cameo or None, "goldstein": goldstein().get(event.act.cameo),
            "occasion": _occasion(event, dated), "rule": event.rule[:100], "date_from": dated.known,
            "confidence": round(CONFIDENCE[event.told] + FROM_NOUN * event.rule.startswith("noun:"), 2),
            "anchor": {"paragraph": self.number, "span": span, "sha256": paragraph_hash(self.text)},
        })  # fmt: skip

    def _supposed(self, event: Event) -> tuple[str, ...]:
        """Return the likely targets, by role, of force, threats and forces in place if the text names none."""
        wanted = "defender" if self.cast[event.actor[0]].role in FOR else "initiator"
        ids = (id_ for id_, member in self.cast.items() if member.role == wanted and id_ not in event.actor)
        return tuple(ids) if event.act.way in words("ways-armed") else ()


def _linked(head: Token) -> tuple[Token, Token] | None:
    """Return the `after` or `before` that joins a word, or one above it, to another, and that other word."""
    for one in (head, *head.ancestors):
        mark = child(one, "mark")
        place = mark if mark is not None else one.head
        if place.lower_ in ("after", "before") and (mark is not None or one.dep_ in ("pobj", "pcomp")):
            return place, one.head if mark is not None else place.head
    return None


def _nearest(doc: Doc, event: Event, dates: Sequence[When], offset: int) -> When | None:
    """Return the date attached to the event's verb or, failing that, to one above it; of several, the nearest one."""
    head, ranked = doc[event.head], []
    for one in dates:
        span = doc.char_span(offset + one.start, offset + one.end, alignment_mode="expand")
        far = _far(span.root if span is not None else head, head, event, one)
        if far is not None:
            ranked.append((far, abs(one.start - head.idx + offset), one))
    return min(ranked, key=lambda row: row[:2])[2] if ranked else None


def _far(place: Token, head: Token, event: Event, when: When) -> int | None:
    """Return 0 for a date at the event's verb, 1 for one at a verb above, else 2; None if it cannot date the event."""
    verb = next((part for part in (place, *place.ancestors) if part.pos_ in ("VERB", "AUX") or part == head), place)
    far = 0 if verb == head else 1 if verb in head.ancestors else 2
    announced = event.ahead and far != 1  # what is announced has the day of its announcement
    aside = verb.dep_ == "relcl" and verb.head != head and head in verb.ancestors  # a strike that killed two on Monday
    return None if announced or aside or _is_ahead(verb, event, when) else far


def _is_ahead(verb: Token, event: Event, when: When) -> bool:
    """Return whether a date at a verb is a deadline, or the day of something that has yet to be done or to begin."""
    if when.deadline:  # that of a deed may have passed: `by Friday they had taken it`, `they fought until Friday`
        done = verb.i == event.head and verb.tag_ in ("VBD", "VBN") and event.act.way in words(f"ways-{when.deadline}")
        return not done
    if is_present(verb) and is_in(verb, "scheduled"):
        return when.first == when.last  # the ultimatum expires on Friday
    aspect = verb.dep_ == "xcomp" and is_in(verb.head, "aspect")
    return verb.i != event.head and not aspect and verb.dep_ != "advcl" and is_open(verb)


def _kind(event: Event) -> str:
    """Return the kind of an act; a guess by the author is an inference."""
    guessed = event.told == "guess" and event.act.kind != "structural"
    return "inference" if guessed else event.act.kind


def _occasion(event: Event, dated: When) -> str:
    parties = "-".join(sorted((*event.actor, *event.target[:2])))[:45].strip("-")
    return f"standing-{parties}" if event.standing else f"{parties}-{dated.last.isoformat()}"
