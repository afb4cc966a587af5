"""The inputs of two forecasts compared side by side: values, stances with their evidence, settings.

Days are compared as dates, so a later as-of date alone does not move a pressure.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sim.wording import heading

Record = Mapping[str, Any]

_MOMENT = re.compile(r"(?:pressures|talks|events)\.[^.]+\.(?:start|end|date|from|until)")
_CODES = ("kind", "bearing", "reliability", "occasion", "date", "start", "standing", "informs", "duplicate_of")


def inputs_changed(old: Record, new: Record) -> list[dict[str, Any]]:
    """List every value that differs, in the order of the new forecast; null if missing on a side.

    All values of one actor, pressure or meeting are adjacent.
    """
    before, after = _values(old), _values(new)
    owners: dict[str, list[str]] = {}
    for path in {**after, **before}:
        owners.setdefault(".".join(path.split(".")[:2]), []).append(path)
    return [
        {"path": path, "old": before.get(path), "new": after.get(path)}
        for paths in owners.values()
        for path in paths
        if before.get(path) != after.get(path)
    ]


def _values(record: Record) -> dict[str, Any]:
    """Return inputs by path, and the words that decide how a run goes."""
    as_of = datetime.date.fromisoformat(record["as_of"])
    values = {one["path"]: _dated(one["path"], one["value"], as_of) for one in record["provenance"]["inputs"]}
    for name, actor in record["actors"].items():
        values[f"actors.{name}.role"] = actor["role"]
    for one in record["schedule"]:
        group = {"pressure": "pressures", "event": "events"}.get(one["kind"], one["kind"])
        keys = ("from", "on", "aim", "channel", "after", "field", "if")
        words = {key: one[key] for key in keys if isinstance(one.get(key), str)}
        values |= {f"{group}.{one['id']}.{key}": word for key, word in words.items()}
    return values


def _dated(path: str, value: Any, as_of: datetime.date) -> Any:
    """Convert a number of days from the as-of date to its date; a prior over days stays unchanged."""
    if _MOMENT.fullmatch(path) and isinstance(value, (int, float)) and value == int(value):
        try:
            return (as_of + datetime.timedelta(days=int(value))).isoformat()
        except OverflowError:
            return value
    return value


def names_in(old: Record, new: Record) -> dict[str, Any]:
    """Return the names of actors, pressures, talks and events in either record; the new one takes precedence."""
    actors = {
        name: {"name": one.get("name") or heading(name)} for name, one in {**old["actors"], **new["actors"]}.items()
    }
    schedule = {
        one["id"]: {"id": one["id"], "kind": one["kind"], "name": one.get("name") or heading(one["id"])}
        for one in (*old["schedule"], *new["schedule"])
    }
    return {"actors": actors, "schedule": list(schedule.values())}


def articles_added(old: Record, new: Record) -> list[dict[str, Any]]:
    """List the articles cited by the new evidence and not by the old, by date, with their items."""
    cited = {item["source"] for item in old["provenance"]["items"].values()}
    items: dict[str, list[str]] = {}
    for name, item in new["provenance"]["items"].items():
        if item["source"] not in cited:
            items.setdefault(item["source"], []).append(name)
    sources = new["provenance"]["sources"]
    added = [
        {"id": name, **{key: sources[name].get(key) for key in ("title", "publisher", "date")}, "items": of_it}
        for name, of_it in items.items()
    ]
    return sorted(added, key=lambda one: one["date"])


def stances_changed(old: Record, new: Record) -> list[dict[str, Any]]:
    """List the actors whose initial stance, or the evidence it was read from, has changed."""
    before, after = (record["provenance"]["stances"] for record in (old, new))
    rows = []
    for actor in {**after, **before}:
        row = {
            "actor": actor,
            "old": _stance(before.get(actor)),
            "new": _stance(after.get(actor)),
            **_items_changed(old, new, _items(before.get(actor)), _items(after.get(actor))),
        }
        if row["old"] != row["new"] or any(row[key] for key in ("items_added", "items_removed", "items_recoded")):
            rows.append(row)
    return rows


def _stance(stance: Record | None) -> dict[str, Any] | None:
    return None if stance is None else {key: stance[key] for key in ("from", "mean", "sd")}


def _items(stance: Record | None) -> list[str]:
    return [] if stance is None else [item for occasion in stance["occasions"] for item in occasion["items"]]


def _items_changed(old: Record, new: Record, before: list[str], after: list[str]) -> dict[str, Any]:
    """Return the items that a stance gained, lost or read with other codes, each with its text."""
    told, tells = (record["provenance"]["items"] for record in (old, new))
    recoded = [name for name in after if name in before and _codes(told.get(name)) != _codes(tells.get(name))]
    return {
        "items_added": _quoted(after, tells, known=before),
        "items_removed": _quoted(before, told, known=after),
        "items_recoded": _quoted(recoded, tells),
    }


def _codes(item: Record | None) -> dict[str, Any]:
    return {} if item is None else {key: item[key] for key in _CODES if key in item}


def _quoted(names: list[str], items: Record, known: Collection[str] = ()) -> list[dict[str, str]]:
    return [{"id": name, "says": items[name]["says"] if name in items else ""} for name in names if name not in known]


def settings_changed(old: Record, new: Record) -> list[dict[str, Any]]:
    """List other differences: the question, seed and runs, the model, the machine."""
    before, after = dict(_settings(old)), dict(_settings(new))
    if old.get("document") is not None:
        before, after = before | dict(_written(old)), after | dict(_written(new))
    return [
        {"name": name, "old": before.get(name), "new": after.get(name)}
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _settings(record: Record) -> Iterator[tuple[str, Any]]:
    yield "scenario", record["scenario"]["id"]
    yield "as of", record["as_of"]
    yield "horizon", record["horizon"]
    yield "resolves", record["question"]["resolves"]
    yield "does not resolve", record["question"]["does_not_resolve"]
    for name in ("seed", "replicates", "runs"):
        yield name, record[name]
    for name in ("model", "cpu"):
        yield name, record["environment"][name]


def _written(record: Record) -> Iterator[tuple[str, str]]:
    """Yield the words of the scenario that no other part of the record holds."""
    for part, keys in (("start", ("phase",)), ("bargaining", ("principal", "counterpart"))):
        written = record["document"].get(part, {})
        yield from ((f"{part}.{key}", written[key]) for key in keys if key in written)
    for name, actor in record["document"].get("actors", {}).items():
        if isinstance(actor, Mapping) and "held" in actor:
            yield f"actors.{name}.held", str(actor["held"]).lower()
