"""Parse YAML text into plain values with the place of every key: the first step of loading.

PyYAML parses; the tree is built here from its events, without recursion, because the language needs three things that
no constructor offers together: the line and column of every key, a refusal of whatever makes files dangerous or
ambiguous (anchors, tags, duplicate keys, deep nesting, sheer size), and all such faults at once. `_scalar` interprets
words as in YAML 1.2; the YAML 1.1 parser only finds where they begin and end.

Files are parsed by libyaml, which takes a tenth of the time. If it finds a fault, or PyYAML was built without it, the
parser in Python reads the file, so that messages have the same words everywhere.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path as FilePath
from typing import Any

import yaml
from yaml import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    YAMLError,
)

from sim.errors import Fault, ScenarioError
from sim.wholefiles import read_whole
from sim.wording import counted

MAX_BYTES = 256 * 1024
MAX_LARGER = 16  # times the size of a scenario, for files that may be larger, such as a draft of evidence
MAX_DEPTH = 12
MAX_NODES = 10_000  # so that even a file that is all values is refused well within a second
MAX_FAULTS = 100  # faults of the YAML itself, after which reading stops

Path = tuple[str | int, ...]

_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_SURROGATE = re.compile(r"[\ud800-\udfff]")

_PYTHON = yaml.SafeLoader
_FASTEST = getattr(yaml, "CSafeLoader", _PYTHON)
_BREAKS = {ord(char): 0xF0000 + ord(char) for char in "\x85\u2028\u2029"}
"""Characters that break lines in YAML 1.1 but not in 1.2 or in editors, and their private-use replacements."""
_BREAKS_AGAIN = {other: char for char, other in _BREAKS.items()}


def value_at(value: Any, path: Path) -> Any:
    """Return the value at a path; raise KeyError, IndexError or TypeError if there is none."""
    for key in path:
        value = value[key]
    return value


def map_at(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the map under a key; an empty map if there is none or the value is something else."""
    inner = value.get(key)
    return inner if isinstance(inner, Mapping) else {}


def list_at(value: Mapping[str, Any], key: str) -> list[Any]:
    """Return the list under a key; an empty list if there is none or the value is something else."""
    inner = value.get(key)
    return inner if isinstance(inner, list) else []


def is_below(path: Path, others: Collection[Path]) -> bool:
    """Return whether a path is one of some others, or lies below one."""
    return any(path[: len(other)] == other for other in others)


@dataclass(frozen=True)
class Place:
    """The place of a key or item: the file as the user named it, and line and column from 1."""

    file: str
    line: int
    column: int

    def fault(self, path: Path, message: str) -> Fault:
        """Return a fault at this place about the key at a path."""
        return Fault(self.file, self.line, self.column, ".".join(map(str, path)), message)


@dataclass
class Tree:
    """The plain value of a file and the place of each of its paths."""

    value: Any
    places: dict[Path, Place] = field(default_factory=dict)


def read_tree(file: FilePath, shown: str, format_: str = "offramp/scenario/1", *, larger: int = 1) -> Tree:
    """Read one YAML file.

    Raises ScenarioError, with all faults, if it cannot be read, is not YAML, or uses features outside the language.

    Parameters
    ----------
    file
        Path of the file.
    shown
        Name of the file in messages.
    format_
        Expected value of its key `schema`, for the message about a file that is not a map.
    larger
        Size limit as a multiple of a scenario's, in bytes and in values.
    """
    text = _read_text(file, shown, MAX_BYTES * larger)
    builder = _built(text, shown, _FASTEST, MAX_NODES * larger)
    if builder.faults:
        raise ScenarioError(builder.faults)
    if not isinstance(builder.root, dict):
        raise ScenarioError([Fault(shown, 1, 1, "", f"expected a map of keys, as in `schema: {format_}`")])
    return Tree(builder.root, builder.places)


def read_schema(file: FilePath) -> str | None:
    """Return the value of a file's key `schema`, parsing no further; None if it cannot be read.

    Only regular files are opened, because a pipe can be read only once.
    """
    return next((value for key, value in _top(file) if key == "schema"), None)


def top_keys(file: FilePath) -> dict[str, str | None]:
    """Return the top-level keys of a file and their values, None for non-scalars, as far as it can be read."""
    return dict(_top(file))


def _top(file: FilePath) -> Iterator[tuple[str, str | None]]:
    """Yield the top-level keys with their values, None for non-scalars."""
    nodes = _top_nodes(file)
    yield from ((key, value) for key, value in zip(nodes, nodes, strict=False) if key is not None)


def _top_nodes(file: FilePath) -> Iterator[str | None]:
    """Yield the top-level keys and values in turn, None for non-scalars."""
    if not file.is_file():
        return
    depth = 0
    try:
        text = _read_text(file, str(file), MAX_BYTES * MAX_LARGER)
        for event in islice(yaml.parse(text, Loader=_FASTEST), MAX_NODES):
            if depth == 1 and isinstance(event, NodeEvent):
                yield getattr(event, "value", None)
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
    except (ScenarioError, YAMLError, ValueError):
        return


def _read_text(file: FilePath, shown: str, most: int) -> str:
    try:
        raw = read_whole(file, most)
    except OSError as error:
        message = f"cannot read the file: {(error.strerror or str(error)).lower()}"
        if error.errno == errno.EFBIG:
            message = f"the file is larger than {most >> 10} kB; split it with `extends`"
        raise ScenarioError([Fault(shown, 0, 0, "", message)]) from None
    try:
        text = raw.decode("utf-8-sig").translate(_BREAKS)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = "the file is not UTF-8 text; save it as UTF-8"
        raise ScenarioError([Fault(shown, line, 1, "", message)]) from None
    if text.lstrip()[:1] == "{":  # JSON, which may be indented by tabs; the parser in Python refuses them
        return _INDENT.sub(lambda found: " " * len(found[0]), text)
    return text


def _built(text: str, shown: str, loader: Any, most: int) -> _Builder:
    builder = _Builder(shown, most)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except _TooMuch:
        pass
    except (YAMLError, ValueError) as error:
        if loader is not _PYTHON:
            return _built(text, shown, _PYTHON, most)
        builder.faults.append(_syntax_fault(error, shown, text, builder.line))
    return builder


def _syntax_fault(error: Exception, shown: str, text: str, last_line: int) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    line, column = (mark.line + 1, mark.column + 1) if mark else _line_of(error, text, last_line)
    return Fault(shown, line, column, "", f"not valid YAML: {problem}")


def _line_of(error: Exception, text: str, last_line: int) -> tuple[int, int]:
    """Return line and column of an error that has only a position; without one, the line that parsing had reached."""
    position = getattr(error, "position", None)
    if position is None:
        return last_line, 1
    before = text[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


class _TooMuch(Exception):  # noqa: N818 - a jump out of the event loop, never seen outside
    """Parsing cannot go on, as after a size limit is passed."""


@dataclass
class _Open:
    """An open map or list; for a map, also the key that waits for its value."""

    value: Any
    path: Path
    key: str | None = None

    @property
    def here(self) -> Path:
        """The path that messages name, including the open key if there is one."""
        return self.path if self.key is None else (*self.path, self.key)


class _Builder:
    """Builds the plain value from parse events."""

    def __init__(self, shown: str, most: int) -> None:
        self.shown = shown
        self._most = most
        self.root: Any = None
        self.places: dict[Path, Place] = {}
        self.faults: list[Fault] = []
        self._stack: list[_Open] = []
        self._nodes = 0
        self._documents = 0
        self.line = 1  # on which the last event ended

    def take(self, event: Any) -> None:
        """Process one parser event."""
        self.line = event.end_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._fault(event, "a second document starts here; a file holds one", ())
                raise _TooMuch
        elif isinstance(event, AliasEvent):
            self._count(event)
            self._fault(event, f"aliases (*{event.anchor}) are not part of the language; use `extends`")
            self._place_value(event, None)
        elif isinstance(event, CollectionEndEvent):
            self._stack.pop()
        elif isinstance(event, NodeEvent):
            self._check(event)
            self._node(event)

    def _node(self, event: Any) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and isinstance(frame.value, dict) and frame.key is None:
            self._take_key(frame, event)
        elif isinstance(event, ScalarEvent):
            self._place_value(event, _scalar(self._text(event), plain=not event.style))
        else:
            self._open(event)

    def _open(self, event: Any) -> None:
        value: Any = {} if isinstance(event, MappingStartEvent) else []
        self._stack.append(_Open(value, self._place_value(event, value)))
        if len(self._stack) > MAX_DEPTH:
            self._fault(event, f"nested deeper than {MAX_DEPTH} levels")
            raise _TooMuch

    def _take_key(self, frame: _Open, event: Any) -> None:
        if not isinstance(event, ScalarEvent):
            self._fault(event, "expected a plain word as a key")
            raise _TooMuch
        key = self._text(event)
        if key == "<<" and not event.style:
            self._fault(event, "merge keys (<<) are not part of the language; use `extends`")
        if key in frame.value:
            first = self.places[(*frame.path, key)].line
            self._fault(event, f"the key appears twice (first on line {first})", (*frame.path, key))
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
        if frame.key is None:  # an alias used as a key
            raise _TooMuch
        path = frame.here
        frame.value[frame.key] = value
        frame.key = None
        return path

    def _text(self, event: Any) -> str:
        """Return the text of a scalar; JSON may write a character as two surrogates (RFC 8259, section 7)."""
        text: str = event.value
        if text.isascii():
            return text
        text = text.translate(_BREAKS_AGAIN)
        if not _SURROGATE.search(text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            half = next(iter(_SURROGATE.findall(text)))
            self._fault(event, f"\\u{ord(half):04x} is half of a character; write the character itself")
            return ""

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > self._most:
            self._fault(event, f"more than {counted(self._most, 'value')} in one file", ())
            raise _TooMuch
        if len(self.faults) >= MAX_FAULTS:
            self._fault(event, f"more than {MAX_FAULTS} faults; the rest of the file was not read", ())
            raise _TooMuch

    def _check(self, event: Any) -> None:
        self._count(event)
        if event.anchor is not None:
            self._fault(event, f"anchors (&{event.anchor}) are not part of the language; use `extends`")
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            self._fault(event, f"tags ({tag}) are not part of the language; write the plain value")

    def _place(self, event: Any) -> Place:
        return Place(self.shown, event.start_mark.line + 1, event.start_mark.column + 1)

    def _fault(self, event: Any, message: str, path: Path | None = None) -> None:
        """Record a fault at a path, by default at the open key."""
        if path is None:
            path = self._stack[-1].here if self._stack else ()
        self.faults.append(self._place(event).fault(path, message))


def is_word(text: str) -> bool:
    """Return whether a text without quotes would be read as a number, true, false or null."""
    return not isinstance(_scalar(text, plain=True), str)


def _scalar(text: str, *, plain: bool) -> Any:
    """Resolve a scalar as in YAML 1.2, except for octal and hexadecimal numbers, which stay text.

    Dates stay text too; the field they belong to reads them later.
    """
    if not plain:  # quoted or block text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text) and len(text) <= 300:
        return int(text)
    if _FLOAT.fullmatch(text) or _SPECIAL.fullmatch(text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text
