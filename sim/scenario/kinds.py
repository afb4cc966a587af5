"""What kind of file a YAML file is, by its key `schema` or by the keys that only such a file has.

Anything but a regular file (a pipe, a device) is never read to detect its kind, because it can be read only once.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sim.errors import Fault, ScenarioError
from sim.scenario.yamltree import read_schema, top_keys

KINDS = {
    "scenario": ({"id", "question"}, {"id", "actors"}, {"id", "extends"}),
    "sweep": ({"id", "base"}, {"id", "axes"}, {"id", "scenarios"}),
    "draft": ({"articles", "items"},),
    "evidence": ({"sources", "items"},),
    "cast": (),
    "sources": (),
}
"""Kinds of files, and sets of keys that identify a file without `schema`: one whole set must be present."""
OTHERS = {
    "sweep": ("a sweep", "run it with", ("sweep", "run")),
    "evidence": ("an evidence file", "check it with", ("validate",)),
    "sources": ("a list of sources", "check it with", ("validate",)),
    "draft": ("a draft of evidence", "check it with", ("validate",)),
    "cast": ("a cast", "check it with", ("validate",)),
}
"""Kinds of files that are no scenarios: their name in messages, and the command that takes them."""
UNKNOWN = ""


def kind_of(file: Path) -> str:
    """Return the kind that a file declares, such as `sweep`, even if there is no such kind; `UNKNOWN` without one.

    An unreadable file counts as a scenario, since loading it reports what is wrong.
    """
    if not file.is_file() or not os.access(file, os.R_OK):
        return "scenario"
    name, _, kind = (read_schema(file) or "").partition("/")
    if name == "offramp":
        return kind.partition("/")[0]
    top = set(top_keys(file))
    return next((kind for kind, keys in KINDS.items() if any(map(top.issuperset, keys))), UNKNOWN)


@contextmanager
def expecting_scenario(file: Path) -> Iterator[None]:
    """Turn a ScenarioError, if the file is of another kind, into one that says what it is and what to type instead."""
    try:
        yield
    except ScenarioError as error:
        if (kind := kind_of(file)) in OTHERS:
            what, advice, command = OTHERS[kind]
            typed = shlex.join(["offramp", *command, str(file)])
            message = f"this is {what}, not a scenario; {advice} {typed}"
            line, column = next(((one.line, one.column) for one in error.faults if one.key == "schema"), (1, 1))
            raise ScenarioError([Fault(str(file), line, column, "", message)]) from None
        raise
