"""YAML text to plain values with the place of every key: the first step of loading.

ruamel.yaml parses; the tree is built here from its events, without recursion, because the language needs three
things no constructor gives together: the line and column of every key, a refusal of what makes files dangerous or
ambiguous (anchors, tags, duplicate keys, deep nesting, sheer size), and all such faults at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from sim.errors import Fault, ScenarioError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12
MAX_NODES = 10_000  # so that even a file of nothing but values is refused well within a second
MAX_FAULTS = 100  # of YAML itself, after which reading stops

Path = tuple[str | int, ...]

_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def value_at(value: Any, path: Path) -> Any:
    """Return what stands at a path; KeyError, IndexError or TypeError where nothing does."""
    for key in path:
        value = value[key]
    return value


def map_at(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the map under a key; an empty one where something else or nothing stands there."""
    inner = value.get(key)
    return inner if isinstance(inner, Mapping) else {}


@dataclass(frozen=True)
class Place:
    """Where a key or item stands: file as the user named it, line and column from 1."""

    file: str
    line: int
    column: int


@dataclass
class Tree:
    """The plain value of a file and the place of each of its paths."""

    value: Any
    places: dict[Path, Place] = field(default_factory=dict)


def read_tree(file: FilePath, shown: str, format_: str = "offramp/scenario/1") -> Tree:
    """Read one YAML file.

    Parameters
    ----------
    file
        Where it is.
    shown
        How messages name it.
    format_
        What its key `schema` should say, for the message about a file that is no map.

    Raises
    ------
    ScenarioError
        Where it cannot be read, is not YAML, or uses what the language leaves out; all faults together.
    """
    text = _read_text(file, shown)
    builder = _Builder(shown)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except _TooMuch:
        pass
    except (YAMLError, ValueError) as error:
        builder.faults.append(_syntax_fault(error, shown, text, builder.line))
    if builder.faults:
        raise ScenarioError(builder.faults)
    if not isinstance(builder.root, dict):
        raise ScenarioError([Fault(shown, 1, 1, "", f"expected a map of keys, as in `schema: {format_}`")])
    return Tree(builder.root, builder.places)


def read_schema(file: FilePath) -> str | None:
    """Return what a file's key `schema` says, reading no further than it; None where there is none to be read."""
    depth, key = 0, None
    try:
        events = YAML(typ="safe", pure=True).parse(_read_text(file, str(file)))
        for event in islice(events, MAX_NODES):
            if isinstance(event, MappingStartEvent | SequenceStartEvent):
                depth, key = depth + 1, None
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                depth -= 1
            elif isinstance(event, ScalarEvent) and depth == 1:
                if key == "schema":
                    return str(event.value)
                key = event.value if key is None else None
    except (ScenarioError, YAMLError, ValueError):
        return None
    return None


def _read_text(file: FilePath, shown: str) -> str:
    try:
        with file.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise ScenarioError([Fault(shown, 0, 0, "", f"cannot read the file: {reason}")]) from None
    if len(raw) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024} kB; split it with `extends`"
        raise ScenarioError([Fault(shown, 0, 0, "", message)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = "the file is not UTF-8 text; save it as UTF-8"
        raise ScenarioError([Fault(shown, line, 1, "", message)]) from None


def _syntax_fault(error: Exception, shown: str, text: str, last_line: int) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    line, column = (mark.line + 1, mark.column + 1) if mark else _line_of(error, text, last_line)
    return Fault(shown, line, column, "", f"not valid YAML: {problem}")


def _line_of(error: Exception, text: str, last_line: int) -> tuple[int, int]:
    """Return line and column of an error that knows only its position; else the line that parsing had reached."""
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        position = next((at for at, char in enumerate(text) if not (char.isprintable() or char in "\n\r\t")), None)
    if position is None:
        return last_line, 1
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


class _TooMuch(Exception):  # noqa: N818 - a jump out of the event loop, never seen outside
    """A size limit was passed: go no further."""


@dataclass
class _Frame:
    """An open map or list."""

    value: dict[str, Any] | list[Any]
    path: Path
    key: str | None = None  # of a map: the key that waits for its value


class _Builder:
    """Builds the plain value from parse events."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.root: Any = None
        self.places: dict[Path, Place] = {}
        self.faults: list[Fault] = []
        self._stack: list[_Frame] = []
        self._nodes = 0
        self._documents = 0
        self.line = 1  # that the last event ended on

    def take(self, event: Any) -> None:
        """Take one event of ruamel's parser."""
        self.line = event.end_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._fault(event, "", "a second document starts here; a file holds one")
                raise _TooMuch
        elif isinstance(event, AliasEvent):
            self._count(event)
            self._fault(event, self._key(), f"aliases (*{event.anchor}) are not part of the language; use `extends`")
            self._place_value(event, None)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self._stack.pop()
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent, ScalarEvent)):
            self._check(event)
            self._node(event)

    def _node(self, event: Any) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._take_key(frame, event)
        elif isinstance(event, ScalarEvent):
            self._place_value(event, _scalar(event))
        else:
            value: dict[str, Any] | list[Any] = {} if isinstance(event, MappingStartEvent) else []
            self._stack.append(_Frame(value, self._place_value(event, value)))
            if len(self._stack) > MAX_DEPTH:
                self._fault(event, self._key(), f"nested deeper than {MAX_DEPTH} levels")
                raise _TooMuch

    def _take_key(self, frame: _Frame, event: Any) -> None:
        if not isinstance(event, ScalarEvent):
            self._fault(event, self._key(), "expected a plain word as a key")
            raise _TooMuch
        key = event.value
        assert isinstance(frame.value, dict)  # noqa: S101 - for the type checker
        if key in frame.value:
            first = self.places[(*frame.path, key)].line
            self._fault(event, ".".join(map(str, (*frame.path, key))), f"the key stands twice (first on line {first})")
        frame.key = key
        self.places[(*frame.path, key)] = self._place(event)

    def _place_value(self, event: Any, value: Any) -> Path:
        """Put a value into the open map or list; return its path."""
        if not self._stack:
            self.root = value
            return ()
        frame = self._stack[-1]
        if isinstance(frame.value, list):
            path: Path = (*frame.path, len(frame.value))
            frame.value.append(value)
            self.places[path] = self._place(event)
            return path
        if frame.key is None:  # an alias in the place of a key
            raise _TooMuch
        path = (*frame.path, frame.key)
        frame.value[frame.key] = value
        frame.key = None
        return path

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._fault(event, "", f"more than {MAX_NODES:,} values in one file")
            raise _TooMuch
        if len(self.faults) >= MAX_FAULTS:
            self._fault(event, "", f"more than {MAX_FAULTS} faults; the rest of the file was not read")
            raise _TooMuch

    def _check(self, event: Any) -> None:
        self._count(event)
        if event.anchor is not None:
            self._fault(event, self._key(), f"anchors (&{event.anchor}) are not part of the language; use `extends`")
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            self._fault(event, self._key(), f"tags ({tag}) are not part of the language; write the plain value")

    def _key(self) -> str:
        if not self._stack:
            return ""
        frame = self._stack[-1]
        return ".".join(map(str, frame.path if frame.key is None else (*frame.path, frame.key)))

    def _place(self, event: Any) -> Place:
        return Place(self.shown, event.start_mark.line + 1, event.start_mark.column + 1)

    def _fault(self, event: Any, key: str, message: str) -> None:
        place = self._place(event)
        self.faults.append(Fault(place.file, place.line, place.column, key, message))


def _scalar(event: ScalarEvent) -> Any:
    """Resolve a scalar as YAML 1.2 does, but for octal and hexadecimal numbers, which stay text.

    Dates stay text too, read later by the field they are for.
    """
    text: str = event.value
    if event.style is not None:  # quoted or block text
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if _INT.fullmatch(text) and len(text) <= 300:
        return int(text)
    if _FLOAT.fullmatch(text) or _SPECIAL.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
