"""A made-up article, its cast, claims about it, and a call that works beside the browser of other tests."""

from __future__ import annotations

import datetime
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sim.articles.article import Article
from sim.draft.language_model.endpoint import Endpoint
from sim.draft.language_model.propose import Account, propose
from sim.draft.schema import DraftItem, Member
from tests.draft.language_model.loopback import Loopback

ARTICLE = Article(
    (
        "On Tuesday the Veldanian army moved two brigades to the river that marks the border with Orsk.",
        "Sorrel said it would not accept an attack on Orsk. Its minister said it would not accept a blockade either.",
        "The harvest was good this year.",
    ),
    date=datetime.date(2031, 5, 4),
)
CAST = {
    "veldania": Member(role="initiator", name="Veldania", aliases=("the Veldanian army",)),
    "orsk": Member(role="defender", name="Orsk"),
    "sorrel": Member(role="guarantor", name="Sorrel"),
}
AS_OF = datetime.date(2031, 5, 5)
KEY = "canary-7f3a91c24be8d605"
MOVE: dict[str, Any] = {
    "paragraph": 1,
    "quote": "moved two brigades to the river",
    "actor": ["veldania"],
    "target": ["orsk"],
    "date": "2031-04-29",
    "standing": False,
    "says": "Troops of Veldania massed at the frontier.",
    "kind": "deployment",
    "informs": "stance",
    "bearing": 0.75,
    "reliability": 0.9,
    "cameo": "15",
}
WARNING: dict[str, Any] = MOVE | {
    "paragraph": 2,
    "quote": "would not accept an attack on Orsk",
    "actor": ["sorrel"],
    "target": None,
    "date": None,
    "says": "An offensive is unacceptable to Sorrel.",
    "kind": "refusal",
    "bearing": -0.75,
    "cameo": None,
}


def endpoint(server: Loopback | str, replies: Path | None = None, **limits: Any) -> Endpoint:
    """Return an endpoint that waits for nothing between tries."""
    from dataclasses import replace

    made = Endpoint.of(server if isinstance(server, str) else server.address, "small-1", KEY, replies)
    return replace(made, **{"waits": (0.0, 0.0), "seconds": 20.0, **limits})


def asked(
    endpoint: Endpoint, article: Article = ARTICLE, as_of: datetime.date = AS_OF
) -> tuple[tuple[DraftItem, ...], Account]:
    """Propose in a thread: the main one may have an event loop already."""
    account = Account()
    with ThreadPoolExecutor(1) as pool:
        items = pool.submit(propose, article, "ledger", CAST, as_of, endpoint, account).result()
    return items, account
