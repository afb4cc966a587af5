"""Get a model's proposals for an article, one question at a time, from cached replies or the server, and check them."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sim.draft.language_model.claims import Claims
from sim.draft.language_model.question import LONGEST, Question, batches, schema
from sim.draft.language_model.reply import UnusableReplyError, items_in, keep, kept
from sim.draft.language_model.server import Server
from sim.errors import EndpointError
from sim.wording import counted, noun

if TYPE_CHECKING:
    from sim.articles.article import Article
    from sim.draft.language_model.endpoint import Endpoint
    from sim.draft.schema import DraftItem, Member

TOO_LONG = f"longer than {LONGEST:,} characters"


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
    account: Account | None = None,
) -> tuple[DraftItem, ...]:
    """Return the items that the model finds in an article and that pass the checks.

    Parameters
    ----------
    source
        Id of the article's source.
    account
        Records what became of each question and claim.

    Raises
    ------
    EndpointError
        If the server fails before its first answer; a later failure ends the questions and is noted in the account.
    UsageError
        If a cached reply is invalid, or the client is not installed.
    ReportError
        If a reply cannot be cached.
    """
    account = account or Account()
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
