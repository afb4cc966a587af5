"""Evidence items as the report shows them: codes and use, conflicts side by side, duplicates named, tone, sources."""

from __future__ import annotations

from dataclasses import dataclass

from sim.report.names import heading
from sim.report.reading import Record, name_of
from sim.report.tables import Table
from sim.report.values import NONE, goldstein, on_scale, plain


@dataclass(frozen=True)
class Source:
    """A source; `url` is empty unless it may be linked."""

    id: str
    title: str
    details: str
    url: str
    note: str


@dataclass(frozen=True)
class Conflict:
    """Items that contradict each other; `sides` lists them by bearing, (item, whether it is a duplicate) each."""

    name: str
    sides: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]
    table: Table


def evidence_table(record: Record) -> Table:
    """One row an item of evidence, with its codes and what became of it."""
    provenance = record["provenance"]
    counted = {
        name for stance in provenance["stances"].values() for one in stance["occasions"] for name in one["items"]
    }
    rows = [
        (
            name, item["says"], _paragraph(item), _item_date(item), _who(record, item), item["kind"],
            item["informs"], on_scale(item["bearing"]), plain(item["reliability"]), item["occasion"],
            item.get("cameo", NONE), goldstein(item.get("goldstein")), _remark(name, item, name in counted),
        )
        for name, item in provenance["items"].items()
    ]  # fmt: skip
    columns = (
        "Item", "What happened", "Source", "Date", "Who", "Kind", "Informs", "Bearing", "Reliability", "Occasion",
        "CAMEO", "Goldstein", "In a stance",
    )  # fmt: skip
    return Table("Evidence items", columns, "lllllllrrlrrl", tuple(rows))


def _paragraph(item: Record) -> str:
    paragraph = item.get("paragraph")
    return str(item["source"]) if paragraph is None else f"{item['source']}, P{paragraph}"


def _item_date(item: Record) -> str:
    span = f"{item['start']} to {item['date']}" if "start" in item else str(item["date"])
    return f"{span}, standing" if item.get("standing") else span


def _who(record: Record, item: Record) -> str:
    actors, targets = ([name_of(record, one) for one in item.get(role) or ()] for role in ("actor", "target"))
    return f"{', '.join(actors)} → {', '.join(targets)}" if targets else ", ".join(actors)


def _remark(name: str, item: Record, counted: bool) -> str:
    remarks = ["counted" if counted else "not counted"]
    if "duplicate_of" in item:
        remarks.append(f"duplicate of {item['duplicate_of']}")
    if "conflicts" in item:
        remarks.append(f"in conflict: {item['conflicts']}")
    return "; ".join(remarks)


def conflicts(record: Record) -> list[Conflict]:
    """Group the items that contradict each other, each from against the offensive to for it."""
    return [
        _conflict(group, sorted(items, key=lambda one: one[1]["bearing"]))
        for group, items in _groups(record).items()
        if len(items) > 1
    ]


def contested_sentence(record: Record) -> str:
    """Name the items that other accounts contradict, which are not among the items."""
    alone = [f"{items[0][0]} ({group})" for group, items in _groups(record).items() if len(items) == 1]
    return f"Contested by accounts that are not among the items: {', '.join(alone)}." if alone else ""


def _groups(record: Record) -> dict[str, list[tuple[str, Record]]]:
    groups: dict[str, list[tuple[str, Record]]] = {}
    for name, item in record["provenance"]["items"].items():
        if "conflicts" in item:
            groups.setdefault(item["conflicts"], []).append((name, item))
    return groups


def _conflict(group: str, items: list[tuple[str, Record]]) -> Conflict:
    columns = ("Item", "Bearing", "Reliability", "Date", "What happened", "Duplicate of")
    sides: dict[str, list[tuple[str, bool]]] = {}
    for name, item in items:
        sides.setdefault(on_scale(item["bearing"]), []).append((name, "duplicate_of" in item))
    table = Table(group, columns, "lrrlll", tuple(_conflict_row(*one) for one in items))
    return Conflict(heading(group), tuple((bearing, tuple(names)) for bearing, names in sides.items()), table)


def _conflict_row(name: str, item: Record) -> tuple[str, ...]:
    duplicate = str(item.get("duplicate_of", NONE))
    return name, on_scale(item["bearing"]), plain(item["reliability"]), _item_date(item), item["says"], duplicate


def duplicates_sentence(record: Record) -> str:
    """Name the items that repeat others and are left out."""
    pairs = [
        f"{name} (of {item['duplicate_of']})"
        for name, item in record["provenance"]["items"].items()
        if "duplicate_of" in item
    ]
    return f"Duplicates, shown but not counted: {', '.join(pairs)}." if pairs else ""


def dyads_table(record: Record) -> Table:
    """Mean Goldstein score by directed pair."""
    rows = [
        (name_of(record, row["from"]), name_of(record, row["to"]), str(row["items"]), goldstein(row["goldstein"]))
        for row in record["provenance"]["dyads"]
    ]
    return Table("Mean Goldstein score by pair", ("From", "To", "Items", "Goldstein"), "llrr", tuple(rows))


def sources(record: Record) -> list[Source]:
    """List the sources; only web addresses are linked."""
    return [
        Source(
            name, source["title"], ", ".join(str(source[key]) for key in ("publisher", "date") if key in source),
            url if (url := str(source.get("url", ""))).lower().startswith(("http://", "https://")) else "",
            source.get("note", ""),
        )
        for name, source in record["provenance"]["sources"].items()
    ]  # fmt: skip
