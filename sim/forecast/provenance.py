"""Origin of a scenario's numbers, as plain values: stances and their readings, evidence, inputs, notes.

Part of the record of a forecast (`sim.forecast.record`); docs/forecast.md describes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

from sim.model.inputs import inputs_of, is_unseen
from sim.scenario.levels import meant

if TYPE_CHECKING:
    from sim.distributions import Distribution
    from sim.scenario.evidence import Item, Source
    from sim.scenario.scenario import Scenario


def provenance_of(scenario: Scenario) -> dict[str, Any]:
    """Return the part `provenance` of a record."""
    evidence = scenario.evidence
    inputs = {one.path: one.distribution for one in inputs_of(scenario)}
    items, sources, drafted = (
        ({}, {}, None) if evidence is None else (evidence.items, evidence.sources, evidence.drafted)
    )
    return {
        "stances": {name: _stance(scenario, name, inputs) for name in scenario.actors},
        "items": _plain(items),
        "sources": _plain(sources),
        **({"drafted": drafted.model_dump()} if drafted is not None else {}),
        "dyads": list(_dyads(items)),
        "inputs": [
            {"path": path, "value": distribution.to_plain(), "origin": _origin(scenario, path)}
            for path, distribution in inputs.items()
            if not is_unseen(path)
        ],
        "notes": dict(scenario.document.notes),
    }


def _plain(parts: Mapping[str, Item] | Mapping[str, Source]) -> dict[str, Any]:
    """Return items or sources in the form of their files."""
    return {name: one.model_dump(mode="json", exclude_none=True) for name, one in parts.items()}


def _stance(scenario: Scenario, name: str, inputs: Mapping[str, Distribution]) -> dict[str, Any]:
    """Explain how an actor's stance prior was obtained."""
    stance, ambiguity = inputs[f"actors.{name}.stance"], inputs[f"actors.{name}.ambiguity"]
    reading = scenario.readings.get(name)
    row: dict[str, Any] = {
        "from": _from(scenario, name, "stance"),
        "mean": round(stance.mean, 4),
        "sd": round(stance.sd, 4),
        "value": stance.to_plain(),
        "ambiguity": ambiguity.to_plain(),
        "ambiguity_from": _from(scenario, name, "ambiguity"),
        "origin": _origin(scenario, f"actors.{name}.stance"),
        "occasions": [],
    }
    if reading is not None and row["from"] == "evidence":
        total = sum(occasion.precision for occasion in reading.occasions)
        row["birge"] = round(reading.birge, 4)
        row["occasions"] = [
            {"id": one.id, "items": list(one.items), "reading": round(one.reading, 4),
             "weight": round(one.precision / total, 4)}
            for one in reading.occasions
        ]  # fmt: skip
    return row


def _from(scenario: Scenario, actor: str, field: str) -> str:
    """Return whether a field was read from evidence or written by the author."""
    return "evidence" if (actor, field) in scenario.read_fields else "assumption"


def _dyads(items: Mapping[str, Item]) -> Iterator[dict[str, Any]]:
    """Yield the mean Goldstein score by directed dyad: how friendly the acts were, as context for the ties."""
    scores: dict[tuple[str, str], list[float]] = {}
    for item in items.values():
        if item.goldstein is not None and item.duplicate_of is None:
            for dyad in product(item.actor, item.target or ()):
                scores.setdefault(dyad, []).append(item.goldstein)
    for (source, target), values in scores.items():
        yield {"from": source, "to": target, "items": len(values), "goldstein": round(sum(values) / len(values), 2)}


def _origin(scenario: Scenario, path: str) -> str:
    """Return the file and line of a value, with its level and what that means, or `default`."""
    key = tuple(path.split("."))
    key = (*key[:2], {"source": "from", "target": "on"}.get(key[2], key[2])) if len(key) == 3 else key
    place = scenario.places.get(key)
    if place is None:
        return "default"
    where = f"{place.file.replace(chr(92), '/').rpartition('/')[2]}:{place.line}"
    words = meant(scenario.levels, key)
    return f"{where}, {words}" if words else where
