"""Turn a draft into evidence: assign ids to kept items and add them to the folder's files, leaving old lines as is."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.draft.drafting import EVIDENCE, Folder
from sim.draft.gather import last_number
from sim.draft.schema import KEPT, Drafted, DraftFile, DraftItem
from sim.scenario.appended import Kept
from sim.scenario.evidence import FORMAT, SOURCES_FORMAT, DraftCounts, Item
from sim.scenario.written import yaml_of

SOURCES = "sources.yaml"
HEAD = "What articles say about the crisis, item by item: drafted by `offramp draft`, judged by a person.\n"
SOURCES_HEAD = "The sources that evidence.yaml cites.\n"


def numbered(draft: DraftFile, old: Mapping[str, Item]) -> dict[str, str]:
    """Return the evidence id of each kept item: its existing one, or else the next free one.

    An item that was adopted before and is now missing from the evidence was removed by a person, and stays out.
    """
    kept = draft.having(*KEPT)
    ids = {name: there for name, item in kept.items() if (there := _id_there(item, old)) is not None}
    last = last_number((*old, *ids.values()), "E")
    new = sorted((name for name in kept if name not in ids), key=lambda name: _place(kept[name], draft.articles))
    return ids | {name: f"E{last + nth:02}" for nth, name in enumerate(new, 1)}


def _id_there(item: DraftItem, old: Mapping[str, Item]) -> str | None:
    if item.adopted is not None:
        return item.adopted
    return next((name for name, one in old.items() if _content(item) == _content(one)), None)


def _content(item: Item) -> tuple[Any, ...]:
    """Return what distinguishes two items; `duplicate_of` does not, as ids differ between a draft and the evidence."""
    return tuple(getattr(item, key) for key in Item.model_fields if key != "duplicate_of")


def _place(item: DraftItem, articles: Mapping[str, Drafted]) -> tuple[datetime.date, str, int, tuple[int, int]]:
    span = item.anchor.span if item.anchor is not None else (0, 0)
    return articles[item.source].date, item.source, item.paragraph or 0, span


def new_of(draft: DraftFile, ids: Mapping[str, str], old: Mapping[str, Item]) -> dict[str, str]:
    """Return the evidence ids of those kept items (`numbered`) that are new to the evidence."""
    return {name: id_ for name, id_ in ids.items() if id_ not in old and draft.items[name].adopted is None}


def texts(there: Folder, draft: DraftFile, ids: Mapping[str, str], counts: DraftCounts) -> dict[Path, str]:
    """Return the new texts of the sources file and the evidence file, in that order.

    Parameters
    ----------
    there
        Contents of the folder; without evidence, both files are created.
    ids
        Evidence ids of all kept items (`numbered`).

    Raises
    ------
    UsageError
        If the layout of an existing file does not allow adding lines.
    """
    new = sorted(new_of(draft, ids, there.coded).items(), key=lambda one: int(one[1][1:]))
    items = {id_: _plain_item(draft.items[name], ids) for name, id_ in new}
    heads = draft.articles.items()
    sources = {name: _plain_source(name, head) for name, head in heads if name not in there.sources}
    path = there.path / EVIDENCE
    if there.evidence is None:
        head = {"schema": FORMAT, "sources": f"./{SOURCES}", "drafted": counts.model_dump()}
        return {
            there.path / SOURCES: yaml_of({"schema": SOURCES_FORMAT, "sources": sources}, SOURCES_HEAD, levels=3),
            path: yaml_of(head, HEAD, levels=1) + yaml_of({"items": items}, levels=3),
        }
    found = Kept.read(path, FORMAT)
    listed = Kept.read(there.path / str(found.tree.value["sources"]), SOURCES_FORMAT)
    edits = [found.entries("items", items)] if items else []
    return {
        listed.path: listed.edited(*([listed.entries("sources", sources)] if sources else [])),
        path: found.edited(*edits, found.key("drafted", counts.model_dump(), before="items")),
    }


def _plain_item(item: DraftItem, ids: Mapping[str, str]) -> dict[str, Any]:
    """Return an item as plain values without draft fields; dates stay dates, and a single actor is plain text."""
    plain = item.model_dump(include=set(Item.model_fields), exclude_none=True, exclude_defaults=True)
    for key in {"actor", "target"} & plain.keys():
        plain[key] = plain[key][0] if len(plain[key]) == 1 else list(plain[key])
    for key in {"start", "date"} & plain.keys():
        plain[key] = getattr(item, key)
    if item.anchor is not None:
        plain["anchor"] = item.anchor.model_dump(mode="json")
    if item.duplicate_of is not None:
        plain["duplicate_of"] = ids[item.duplicate_of]
    return plain


def _plain_source(name: str, head: Drafted) -> dict[str, Any]:
    plain = {
        "title": head.title or name, "publisher": head.publisher, "date": head.date, "url": head.url,
        "sha256": head.sha256,
    }  # fmt: skip
    return {key: value for key, value in plain.items() if value is not None}
