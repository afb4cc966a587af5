"""A made-up crisis for tests of drafts: a cast, articles, proposals, and a folder with a judged draft."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from sim.articles.article import Article, read_article
from sim.articles.paragraphs import paragraph_hash
from sim.draft.drafting import Folder, Reader, draft_of
from sim.draft.files import NAME, read_draft, write_draft
from sim.draft.schema import DraftFile, DraftItem, Member

AS_OF = datetime.date(2031, 5, 10)
CAST = {
    "veldania": Member(role="initiator", name="Veldania"),
    "orsk": Member(role="defender", name="Orsk"),
    "the-league": Member(role="guarantor", name="the League"),
}
CAST_FILE = """schema: offramp/cast/1
cast:
  veldania: {role: initiator, name: Veldania}
  orsk: {role: defender, name: Orsk}
  the-league: {role: guarantor, name: the League}
"""
LEDGER = (
    "Veldania moved two brigades to the river on Monday.",
    "Orsk said it would never leave the towns to anybody.",
    "The League called for calm.",
)
GAZETTE = ("Two Veldanian brigades stood at the river on Monday.", "The League will keep its observers in Orsk.")


def item(actor: str | list[str] = "veldania", number: int = 1, **changes: Any) -> DraftItem:
    """Return a proposal from a paragraph of the ledger, with changes."""
    source = changes.get("source", "ledger")
    text = (LEDGER if source == "ledger" else GAZETTE)[number - 1]
    given: dict[str, Any] = {
        "actor": actor, "date": datetime.date(2031, 5, 5), "source": source, "paragraph": number,
        "anchor": {"paragraph": number, "span": (0, 12), "sha256": paragraph_hash(text)},
        "says": "Something was done.", "kind": "deployment", "informs": "stance", "bearing": 0.5, "reliability": 0.8,
        "occasion": "unset", "cameo": "154", "confidence": 0.6, "rule": "verb:move", "date_from": "stated",
    }  # fmt: skip
    return DraftItem.model_validate(given | changes)


def texts(folder: Path) -> dict[Path, Article]:
    """Write the two articles and read them, by file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ledger.txt").write_text(
        "title: Brigades at the river\ndate: 2031-05-06\n\n" + "\n\n".join(LEDGER), encoding="utf-8"
    )
    (folder / "gazette.txt").write_text("date: 2031-05-08\n\n" + "\n\n".join(GAZETTE), encoding="utf-8")
    return {path: read_article(path) for path in (folder / "ledger.txt", folder / "gazette.txt")}


PROPOSALS = {
    "ledger": (item(), item("orsk", 2, kind="refusal", cameo="12", bearing=-0.5), item("the-league", 3, kind="demand",
               cameo="10", bearing=-0.5)),
    "gazette": (item(source="gazette"), item("the-league", 2, source="gazette", kind="assurance", cameo="07",
                standing=True, bearing=-0.75)),
}  # fmt: skip


def propose(article: Article, source: str, cast: Any, as_of: datetime.date) -> tuple[DraftItem, ...]:
    """Stand in for the rules."""
    assert article.date is not None
    assert article.date <= as_of
    return PROPOSALS[source]


READER = Reader(propose, CAST, AS_OF, made_with={"offramp": "0.0.0"})


def drafted(folder: Path, *names: str) -> DraftFile:
    """Draft the articles of these names into a folder, its texts beside it; write and return the draft."""
    every = texts(folder.parent / "texts")
    chosen = {path: one for path, one in every.items() if not names or path.stem in names}
    folder.mkdir(parents=True, exist_ok=True)
    draft, _ = draft_of(Folder.read(folder), chosen, READER)
    write_draft(folder / NAME, draft)
    return draft


def judged(folder: Path, **statuses: str) -> DraftFile:
    """Judge the draft in a folder: each item by its id, the others accepted; every paragraph ticked."""
    draft = read_draft(folder / NAME)
    items = {
        name: one if one.status != "proposed" else one.model_copy(update={"status": statuses.get(name, "accepted")})
        for name, one in draft.items.items()
    }
    done = {name: tuple(range(1, head.paragraphs + 1)) for name, head in draft.articles.items()}
    after = draft.model_copy(update={"items": items, "done": done})
    write_draft(folder / NAME, after)
    return after
