"""Show a resolved scenario as YAML, with the origin of each value in a comment."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from sim.distributions import is_distribution
from sim.scenario.levels import meant
from sim.wording import counted

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.yamltree import Path


def resolved_yaml(scenario: Scenario) -> str:
    """Return the resolved scenario as YAML; each value is followed by `# file:line`, `# default` or how it was read."""
    stream = StringIO()
    writer = YAML()
    writer.width = 100
    writer.dump(_commented(scenario, scenario.plain(), ()), stream)
    return stream.getvalue()


def origins(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Return the value and origin of every leaf of the resolved scenario, keyed by dotted path."""
    return dict(_leaves(scenario, scenario.plain(), ()))


def _leaves(scenario: Scenario, value: Any, path: Path) -> Any:
    if isinstance(value, dict) and not is_distribution(value):
        for key, item in value.items():
            yield from _leaves(scenario, item, (*path, key))
    else:
        yield ".".join(map(str, path)), {"value": value, "origin": origin(scenario, path)}


def origin(scenario: Scenario, path: Path) -> str:
    """Return where a value comes from: `file:line` or `default`, with the evidence or level behind it if any."""
    reading = scenario.readings.get(str(path[1])) if len(path) == 3 and path[0] == "actors" else None
    place = scenario.places.get(path)
    where = "default" if place is None else f"{place.file}:{place.line}"
    if reading is not None and (path[1], path[2]) in scenario.read_fields:
        count = len(reading.occasions)
        return f"{where}, read from {counted(count, 'occasion')} of the evidence"
    words = meant(scenario.levels, path)
    return f"{where}, {words}" if words else where


def _commented(scenario: Scenario, value: dict[str, Any], path: Path) -> CommentedMap:
    node = CommentedMap()
    for key, item in value.items():
        here = (*path, key)
        if isinstance(item, dict) and not is_distribution(item):
            node[key] = _commented(scenario, item, here)
            continue
        node[key] = on_one_line(item)
        node.yaml_add_eol_comment(origin(scenario, here), key, column=0)
    return node


def on_one_line(value: Any) -> Any:
    """Write distributions and lists on one line."""
    if isinstance(value, dict):
        node = CommentedMap({int(key) if key.isdigit() else key: on_one_line(item) for key, item in value.items()})
        node.fa.set_flow_style()
        return node
    if isinstance(value, list):
        sequence = CommentedSeq(map(on_one_line, value))
        sequence.fa.set_flow_style()
        return sequence
    return value
