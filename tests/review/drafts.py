"""A made-up draft folder: an article of four paragraphs, three items proposed from it, and the cast."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.articles.article import read_article
from sim.articles.paragraphs import paragraph_hash
from sim.draft.files import NAME, write_draft
from sim.draft.schema import DraftFile

PARAGRAPHS = (
    "Tarvos sent two brigades to the Ilmen pass on Monday, the ministry of defence in Port Tarvos said.",
    "🛰️ Pictures from space show new bridges. Lissen's president called the move a threat and asked Oraia for help.",
    "The harvest was late this year, and bread costs more than in spring.",
    "Oraia, which has guaranteed the border since 1996, said it would answer an attack. Its envoy flew to Tarvos.",
)
CAST = {
    "tarvos": {"role": "initiator", "name": "Tarvos", "aliases": ["Port Tarvos"]},
    "lissen": {"role": "defender", "name": "Lissen"},
    "oraia": {"role": "guarantor", "name": "Oraia"},
}
ITEMS: dict[str, dict[str, Any]] = {
    "D01": {"paragraph": 1, "words": "sent two brigades to the Ilmen pass", "actor": "tarvos", "target": ["lissen"],
            "date": "2031-05-05", "kind": "deployment", "bearing": 0.75, "cameo": "154", "goldstein": -7.2,
            "says": "Tarvos moved troops towards the border.", "occasion": "tarvos-2031-05-05", "rule": "move"},
    "D02": {"paragraph": 2, "words": "called the move a threat", "actor": "lissen", "target": ["tarvos"],
            "date": "2031-05-06", "kind": "accusation", "bearing": -0.25, "cameo": "112",
            "says": "Lissen accused Tarvos.", "occasion": "lissen-2031-05-06", "rule": "accuse"},
    "D03": {"paragraph": 4, "words": "said it would answer an attack", "actor": "oraia", "target": ["tarvos"],
            "date": "2031-05-06", "kind": "threat", "bearing": -0.75, "cameo": "138",
            "says": "Oraia warned that it would respond.", "occasion": "oraia-2031-05-06", "rule": "threaten"},
}  # fmt: skip


def write(folder: Path, paragraphs: Sequence[str] = PARAGRAPHS, **changes: Any) -> Path:
    """Write an article and its draft to a folder and return it; `changes` are keys of every item."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ledger.txt").write_text(
        "Title: Brigades at the pass\nDate: 2031-05-06\n\n" + "\n\n".join(paragraphs) + "\n", encoding="utf-8"
    )
    article = read_article(folder / "ledger.txt")
    items = {name: _item(article.paragraphs, item) | changes for name, item in ITEMS.items()}
    draft = {
        "schema": "offramp/draft/1", "as_of": "2031-05-07", "made_with": {"offramp": "0.1.0"}, "cast": CAST,
        "articles": {"ledger": {
            "file": "ledger.txt", "title": article.title, "publisher": "The Ledger", "date": "2031-05-06",
            "sha256": article.sha256, "paragraphs": len(article.paragraphs),
        }},
        "items": items,
    }  # fmt: skip
    write_draft(folder / NAME, DraftFile.model_validate(draft))
    return folder


def _item(paragraphs: Sequence[str], given: dict[str, Any]) -> dict[str, Any]:
    item = {key: value for key, value in given.items() if key != "words"}
    text = paragraphs[item["paragraph"] - 1]
    start = text.find(given["words"])
    if start >= 0:
        span = [start, start + len(given["words"])]
        item["anchor"] = {"paragraph": item["paragraph"], "span": span, "sha256": paragraph_hash(text)}
    return {
        "status": "proposed", "confidence": 0.6, "date_from": "stated", "source": "ledger", "informs": "stance",
        "reliability": 0.8,
    } | item  # fmt: skip
