"""A language model beside the rules, where `draft --llm` asks for one: its options, its key, what it is told of."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.console import note
from sim.errors import UsageError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from sim.articles.article import Article
    from sim.draft.drafting import Propose
    from sim.draft.schema import DraftItem, Member


def with_model(
    rules: Propose, llm: str | None, model: str | None, replay: Path | None
) -> tuple[Propose, dict[str, str]]:
    """Return what proposes, and what the head of a draft says of the model; without `llm` the rules alone.

    Raises
    ------
    UsageError
        Where an option is missing or cannot be used.
    """
    if llm is None:
        if model is not None or replay is not None:
            raise UsageError("--model and --replay say how to ask a language model; name its server with --llm")
        return rules, {}
    if model is None:
        raise UsageError("--llm needs the name of the model too; give it with --model")
    from sim.draft.agreement import merged
    from sim.draft.language_model.endpoint import KEY, Endpoint
    from sim.draft.language_model.propose import Account, propose

    endpoint = Endpoint.of(llm, model, os.environ.get(KEY, ""), replay)

    def both(article: Article, source: str, cast: Mapping[str, Member], as_of: datetime.date) -> tuple[DraftItem, ...]:
        account = Account()
        found = rules(article, source, cast, as_of)
        more = propose(article, source, cast, as_of, endpoint, account)
        for line in account.lines():
            note(f"{source}: {line}")
        return merged(found, more)

    return both, endpoint.made_with
