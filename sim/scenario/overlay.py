"""A scenario file that extends another and writes only what was changed: the inverse of laying values over a base."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from sim.scenario.schema import FORMAT


def overlay_yaml(extends: str, changes: Mapping[str, Any], head: str) -> str:
    """Return the file; loaded from beside its base it is the base with the changes laid over.

    Parameters
    ----------
    extends
        The base, as the file names it.
    changes
        Dotted path to plain value; None removes.
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
    writer.representer.add_representer(type(None), lambda representer, _: _null(representer))
    stream = StringIO()
    writer.dump(document, stream)
    return stream.getvalue()


def _null(representer: Any) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")
