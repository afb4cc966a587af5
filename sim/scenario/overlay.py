"""Write scenario files based on others: a file that extends a base with changes, or one started from a past case."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.representer import RoundTripRepresenter

from sim.errors import UsageError
from sim.scenario.faults import field_names
from sim.scenario.load import load
from sim.scenario.merge import read_merged
from sim.scenario.schema import FORMAT, OUTSIDE_THE_MODEL, Document
from sim.scenario.written import yaml_of


class _Nulls(RoundTripRepresenter):
    """Writes removed values as `null`; ruamel would leave them empty."""


_Nulls.add_representer(type(None), lambda one, _: one.represent_scalar("tag:yaml.org,2002:null", "null"))


def overlay_yaml(extends: str, changes: Mapping[str, Any], head: str) -> str:
    """Return the text of a file that extends a base with changes, to be saved in the folder of the base.

    Parameters
    ----------
    extends
        Path of the base, as written in the file.
    changes
        Plain values by dotted path; None removes.
    head
        Comment at the top.
    """
    document = CommentedMap({"schema": FORMAT, "extends": extends})
    for dotted, value in changes.items():
        *parents, last = dotted.split(".")
        node: Any = document
        for key in parents:
            node = node.setdefault(key, CommentedMap())
        node[last] = value
    document.yaml_set_start_comment(head)
    writer = YAML()
    writer.width = 100
    writer.Representer = _Nulls
    stream = StringIO()
    writer.dump(document, stream)
    return stream.getvalue()


LEFT = (*OUTSIDE_THE_MODEL, "calibration", "confidence")
"""Keys of a past case that a new scenario does not take over: what happened, what it was coded for, and how sure."""


def started_from(file: Path, name: str) -> str:
    """Return the text of a scenario file with everything that a past case and its bases say except the outcome.

    Parameters
    ----------
    name
        Id of the new scenario.

    Raises
    ------
    ScenarioError
        If the case cannot be read.
    UsageError
        If the case has its own evidence, which a copy elsewhere would not find.
    """
    scenario = load(file)
    value = read_merged(file).value
    if "evidence" in value:
        raise UsageError(f"{file} has evidence of its own; write a file next to it with `extends: ./{file.name}`")
    value |= {"schema": FORMAT, "id": name}
    kept = [key for key in field_names(Document) if key in value and key not in LEFT]
    head = (
        f"Started from the past case {scenario.id}: {scenario.document.title}\n"
        "Change title and question first, then levels and texts one by one; docs/cases.md says when each level is\n"
        "meant. Parameters are those of the latest calibration that the as-of date allows.\n"
    )
    return yaml_of({key: value[key] for key in kept}, head)
