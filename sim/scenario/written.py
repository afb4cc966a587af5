"""Write plain values as YAML: maps over several lines; distributions, lists and deep maps on one line."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from sim.distributions import is_distribution
from sim.scenario.show import on_one_line

EVERY = 99  # deeper than any file may be


def yaml_of(document: Mapping[str, Any], head: str = "", *, levels: int = EVERY) -> str:
    """Return a document as YAML.

    Parameters
    ----------
    head
        Comment at the top, if any.
    levels
        Depth up to which nested maps are written over several lines, not counting the outermost level.
    """
    laid = CommentedMap({key: _laid_out(value, levels) for key, value in document.items()})
    if head:
        laid.yaml_set_start_comment(head)
    writer = YAML()
    writer.width = 110
    stream = StringIO()
    writer.dump(laid, stream)
    return stream.getvalue()


def _laid_out(value: Any, levels: int) -> Any:
    if isinstance(value, Mapping) and levels > 1 and not is_distribution(value):
        return CommentedMap({key: _laid_out(one, levels - 1) for key, one in value.items()})
    return on_one_line(value)
