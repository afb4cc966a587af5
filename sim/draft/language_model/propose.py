"""Get a model's proposals for an article, one question at a time, from cached replies or the server, and check them.

An item without a verbatim quote is refused. A quote is looked up in its paragraph and replaced by its position. All
else that a model writes is a word of the language, an id of the cast, a number, a date, or one sentence in its own
words. Nothing detects a false article.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.articles.paragraphs import copies, normalise, paragraph_hash
from sim.draft.language_model.endpoint import Endpoint, Server
from sim.draft.language_model.question import LONGEST, Question, batches, schema
from sim.draft.language_model.reply import UnusableReplyError, items_in, keep, kept
from sim.draft.schema import GRID, DraftItem, Member, parties_of
from sim.errors import EndpointError
from sim.wording import counted, noun

if TYPE_CHECKING:
    from sim.articles.article import Article

TOO_LONG = f"longer than {LONGEST:,} characters"
LEAST_QUOTE = 8  # minimum length of a quote, in characters
MOST_PER_PARAGRAPH = 12  # maximum number of items in a reply per paragraph of the question
LONGEST_SENTENCE = 300
CONFIDENCE = 0.5  # confidence of every item; how often a model is right has not been measured
RULE = "language model"
NO_FORM = "not an item of the language"
NO_PARAGRAPH = "a paragraph that was not asked about"
NO_QUOTE = "a quote that is not in its paragraph"
SHORT_QUOTE = f"a quote of fewer than {LEAST_QUOTE} characters"
VAGUE_QUOTE = "a quote that occurs twice in its paragraph"
NO_ACTOR = "somebody who is not in the cast"
LATE = "a date after the article or the as-of date"
NO_DATE = "no date, as the article has none"
OFF_GRID = "a bearing off the nine steps"
TWICE = "an item twice"
TOO_MANY = f"more than {MOST_PER_PARAGRAPH} items a paragraph"
COPY_KEYS = ("actor", "target", "standing", "kind", "informs", "bearing", "reliability", "cameo")
"""Keys copied unchanged, to be validated by the schema of drafts; other keys of a claim are ignored."""


@dataclass
class Account:
    """What became of the questions: refused claims and unanswered paragraphs, each by reason."""

    proposed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unanswered: dict[str, list[int]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Return a summary, one line per matter."""
        lines = [f"the language model proposed {counted(self.proposed, 'item')}"]
        if self.refused:
            reasons = "; ".join(f"{count} for {reason}" for reason, count in sorted(self.refused.items()))
            count = self.refused.total()
            lines.append(
                f"{counted(count, 'claim')} of the language model {noun(count, 'was', 'were')} refused: {reasons}"
            )
        for reason, numbers in self.unanswered.items():
            listed = ", ".join(map(str, numbers))
            lines.append(f"the language model did not answer on {noun(len(numbers), 'paragraph')} {listed}: {reason}")
        return lines


def propose(
    article: Article,
    source: str,
    cast: Mapping[str, Member],
    as_of: datetime.date,
    endpoint: Endpoint,
    account: Account,
) -> tuple[DraftItem, ...]:
    """Return the items that the model finds in an article and that pass the checks.

    The account records what became of each question and claim.

    Raises EndpointError if the server fails before its first answer (a later failure ends the questions and is noted in
    the account), UsageError if a cached reply is invalid or the client is not installed, and ReportError if a reply
    cannot be cached.
    """
    asked = {number: words for number, words in enumerate(article.paragraphs, 1) if len(words) <= LONGEST}
    if too_long := [number for number in range(1, len(article.paragraphs) + 1) if number not in asked]:
        account.unanswered[TOO_LONG] = too_long
    model = _Model(endpoint, cast)
    found: list[DraftItem] = []
    for group in batches(asked):
        question = Question(group, cast, as_of, article.date)
        try:
            claims = model.claims(question)
        except UnusableReplyError as reason:
            account.unanswered.setdefault(str(reason), []).extend(group)
            continue
        items, refused = Claims(question, source, endpoint).checked(claims)
        found += items
        account.refused.update(refused)
    account.proposed = len(found)
    return tuple(found)


class _Model:
    """Answers questions; after a failure that follows some answers, the server is not asked again."""

    def __init__(self, endpoint: Endpoint, cast: Mapping[str, Member]) -> None:
        self._endpoint = endpoint
        self._server = Server(endpoint, schema(cast))
        self._answered = False
        self._failed = ""

    def claims(self, question: Question) -> list[Any]:
        name = question.name(self._endpoint.host, self._endpoint.model)
        claims = kept(self._endpoint, name)
        if claims is None:
            if self._failed:
                raise UnusableReplyError(self._failed)
            try:
                body = self._server.ask(question.messages())
            except EndpointError as error:
                if not self._answered:
                    raise
                self._failed = str(error)
                raise UnusableReplyError(self._failed) from None
            self._answered = True
            claims = items_in(body)
            keep(self._endpoint, name, claims)
        self._answered = True
        return claims


class RefusedClaimError(ValueError):
    """A refused claim; the message is one of the reasons above."""


@dataclass(frozen=True)
class Claims:
    """Checks the claims of one reply against its question."""

    question: Question
    source: str
    endpoint: Endpoint

    def checked(self, claims: Sequence[Any]) -> tuple[list[DraftItem], list[str]]:
        """Return the accepted items, and a reason for each refused claim."""
        most = MOST_PER_PARAGRAPH * len(self.question.paragraphs)
        items: dict[tuple[Any, ...], DraftItem] = {}
        refused = [TOO_MANY] * max(0, len(claims) - most)
        for claim in claims[:most]:
            try:
                item = self._item(claim)
            except RefusedClaimError as reason:
                refused.append(str(reason))
                continue
            same = (item.paragraph, frozenset(item.actor), item.kind, item.bearing, item.anchor and item.anchor.span)
            if same in items:
                refused.append(TWICE)
            items.setdefault(same, item)
        return list(items.values()), refused

    def _item(self, claim: Any) -> DraftItem:
        if not isinstance(claim, dict):
            raise RefusedClaimError(NO_FORM)
        number = claim.get("paragraph")
        words = self.question.paragraphs.get(number) if type(number) is int else None
        if words is None:
            raise RefusedClaimError(NO_PARAGRAPH)
        begin, end = _span(claim.get("quote"), words)
        given = {key: claim.get(key) for key in COPY_KEYS}
        given["standing"] = given["standing"] or False
        anchor = {"paragraph": number, "span": (begin, end), "sha256": paragraph_hash(words)}
        ours = {"source": self.source, "paragraph": number, "anchor": anchor, "occasion": f"paragraph-{number}"}
        made = {"confidence": CONFIDENCE, "rule": RULE, "found_by": "model", "says": "."}
        try:
            item = DraftItem.model_validate({**given, **ours, **made, **self._date(claim)})
        except ValidationError:
            raise RefusedClaimError(NO_FORM) from None
        self._hold(item)
        return item.model_copy(update={"says": self._sentence(claim.get("says"), item)})

    def _date(self, claim: Mapping[str, Any]) -> dict[str, Any]:
        date = claim.get("date") or self.question.date
        if date is None:
            raise RefusedClaimError(NO_DATE)
        stated = "stated" if claim.get("date") else "article"
        return {"date": date, "date_from": "standing" if claim.get("standing") is True else stated}

    def _hold(self, item: DraftItem) -> None:
        if not parties_of(item) <= self.question.cast.keys():
            raise RefusedClaimError(NO_ACTOR)
        if item.date > min(self.question.as_of, self.question.date or datetime.date.max):
            raise RefusedClaimError(LATE)
        if item.bearing not in GRID:
            raise RefusedClaimError(OFF_GRID)

    def _sentence(self, says: Any, item: DraftItem) -> str:
        """Return the model's sentence; a template if it is missing, copied, too long or reveals the key."""
        sentence = normalise(says) if isinstance(says, str) else ""
        if not 1 <= len(sentence) <= LONGEST_SENTENCE or self.endpoint.tells_key(sentence):
            return template(item, self.question.cast)
        if any(copies(sentence, one) for one in self.question.paragraphs.values()):
            return template(item, self.question.cast)
        return sentence


def template(item: DraftItem, cast: Mapping[str, Member]) -> str:
    """Return a sentence made only from coded values, such as `Corvania: threat, towards Belmark.`."""
    actors, target = (" and ".join(cast[one].name for one in ids) for ids in (item.actor, item.target or ()))
    return f"{actors}: {item.kind}" + (f", towards {target}." if target else ".")


def _span(quote: Any, words: str) -> tuple[int, int]:
    if not isinstance(quote, str):
        raise RefusedClaimError(NO_FORM)
    quoted = normalise(quote)
    if len(quoted) < LEAST_QUOTE:
        raise RefusedClaimError(SHORT_QUOTE)
    begin = words.find(quoted)
    if begin < 0:
        raise RefusedClaimError(NO_QUOTE)
    if words.find(quoted, begin + 1) >= 0:
        raise RefusedClaimError(VAGUE_QUOTE)
    return begin, begin + len(quoted)
