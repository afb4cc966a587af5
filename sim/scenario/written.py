"""Write scenarios and other plain values as YAML: maps over several lines; distributions, lists, deep maps on one.

Three kinds of text are made: a document, a resolved scenario with the origin of each value in a comment, and a
scenario file based on another (one that extends a base with changes, or one started from a past case).

`Kept` changes a hand-written file: it adds entries to a map, or a single key, without touching any other line. Parsing
and rewriting would lose the layout even if comments survive, so lines are inserted as text; the loader checks
whether the result is valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.emitter import Emitter
from ruamel.yaml.representer import RoundTripRepresenter

from sim.distributions import is_distribution
from sim.errors import UsageError
from sim.scenario.evidence_files import LARGER
from sim.scenario.levels import meant
from sim.scenario.load import load
from sim.scenario.merge import read_merged
from sim.scenario.schema import FORMAT, OUTSIDE_THE_MODEL, Document, attributes_of
from sim.scenario.yamltree import Tree, is_word, read_tree, value_at
from sim.wholefiles import read_whole
from sim.wording import counted

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.yamltree import Path

EVERY = 99  # deeper than any file may be
_BREAK = re.compile("[\x85\u2028\u2029]")
_INDENT = re.compile(r"^  ", re.MULTILINE)
_OPENING = re.compile(r"[^#]*:\s*(#.*)?")


def yaml_of(document: Mapping[str, Any], head: str = "", *, levels: int = EVERY) -> str:
    """Return a document as YAML.

    `head` is the comment at the top; maps nested up to `levels` deep, not counting the outermost, take several lines.
    """
    laid = CommentedMap({key: _laid_out(value, levels) for key, value in document.items()})
    if head:
        laid.yaml_set_start_comment(head)
    return _dumped(laid, 110)


class _Emitter(Emitter):
    """Never folds a text in double quotes, because ruamel may do so within an escape."""

    def write_double_quoted(self, text: Any, split: bool = False) -> None:
        """Write a text in double quotes on one line."""
        super().write_double_quoted(text, split=False)


class _Texts(RoundTripRepresenter):
    """Quotes texts that ruamel would write plain and the loader would read as something else."""

    def represent_str(self, data: str) -> Any:
        """Represent a text."""
        style = '"' if _BREAK.search(data) else "'" if data.startswith((":", "?")) or is_word(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Texts.add_representer(str, _Texts.represent_str)


class _Nulls(_Texts):
    """Writes removed values as `null`; ruamel would leave them empty."""


_Nulls.add_representer(type(None), lambda one, _: one.represent_scalar("tag:yaml.org,2002:null", "null"))


def _dumped(node: CommentedMap, width: int, representer: type[RoundTripRepresenter] = _Texts) -> str:
    writer, stream = YAML(), StringIO()
    writer.width = width
    writer.Emitter = _Emitter
    writer.Representer = representer
    writer.dump(node, stream)
    return stream.getvalue()


def _laid_out(value: Any, levels: int) -> Any:
    if isinstance(value, Mapping) and levels > 1 and not is_distribution(value):
        return CommentedMap({key: _laid_out(one, levels - 1) for key, one in value.items()})
    return on_one_line(value)


def resolved_yaml(scenario: Scenario) -> str:
    """Return the resolved scenario as YAML; each value is followed by `# file:line`, `# default` or how it was read."""
    laid = _laid_out(scenario.plain(), EVERY)
    for path, _ in _leaves(scenario.plain()):
        value_at(laid, path[:-1]).yaml_add_eol_comment(origin(scenario, path), path[-1], column=0)
    return _dumped(laid, 100)


def origins(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Return the value and origin of every leaf of the resolved scenario, keyed by dotted path."""
    leaves = _leaves(scenario.plain())
    return {".".join(map(str, path)): {"value": value, "origin": origin(scenario, path)} for path, value in leaves}


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and not is_distribution(value):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    else:
        yield path, value


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


def overlay_yaml(extends: str, changes: Mapping[str, Any], head: str) -> str:
    """Return the text of a file that extends a base, named from the same folder, below the comment `head`.

    The changes are plain values by dotted path; None removes.
    """
    document = CommentedMap({"schema": FORMAT, "extends": extends})
    for dotted, value in changes.items():
        *parents, last = dotted.split(".")
        node: Any = document
        for key in parents:
            node = node.setdefault(key, CommentedMap())
        node[last] = value
    document.yaml_set_start_comment(head)
    return _dumped(document, 100, _Nulls)


LEFT = (*OUTSIDE_THE_MODEL, "calibration", "confidence")
"""Keys of a past case that a new scenario does not take over: what happened, what it was coded for, and how sure."""


def started_from(file: FilePath, name: str) -> str:
    """Return the text of a scenario file, with an id, that says what a past case and its bases do except the outcome.

    Raises ScenarioError if the case cannot be read, UsageError if it has evidence, which a copy would not find.
    """
    scenario = load(file)
    value = read_merged(file).value
    if "evidence" in value:
        raise UsageError(f"{file} has evidence of its own; write a file next to it with `extends: ./{file.name}`")
    value |= {"schema": FORMAT, "id": name}
    kept = [key for key in attributes_of(Document) if key in value and key not in LEFT]
    head = (
        f"Started from the past case {scenario.id}: {scenario.document.title}\n"
        "Change title and question first, then levels and texts one by one; docs/cases.md says when each level is\n"
        "meant. Parameters are those of the latest calibration that the as-of date allows.\n"
    )
    return yaml_of({key: value[key] for key in kept}, head)


@dataclass(frozen=True)
class Edit:
    """The lines from `start` up to `end`, counted from 0, and the text that replaces them."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Kept:
    """A file as it is: its lines with their line endings, and the places of its keys."""

    path: FilePath
    lines: tuple[str, ...]
    tree: Tree

    @classmethod
    def read(cls, path: FilePath, format_: str) -> Kept:
        """Read a file of the language, else ScenarioError; UsageError if its lines end with a carriage return alone."""
        tree = read_tree(path, str(path), format_, larger=LARGER)
        text = read_whole(path, 1 << 30).decode("utf-8")
        if re.search(r"\r(?!\n)", text):
            raise UsageError(f"{path}: lines end with a carriage return alone; save it with usual line ends")
        return cls(path, tuple(re.findall(r"[^\n]*\n|[^\n]+", text)), tree)

    def entries(self, key: str, added: Mapping[str, Any]) -> Edit:
        """Return the edit that appends entries to the map under a top-level key.

        Raises UsageError if the key does not hold a map with each entry on its own lines.
        """
        inner = self.tree.value.get(key)
        start, end = self._span(key)
        if not isinstance(inner, dict) or not inner or not _OPENING.fullmatch(self.lines[start].rstrip("\r\n")):
            raise UsageError(
                f"{self.path}: expected `{key}` as a map with each entry on lines of its own, to add to it"
            )
        column = self.tree.places[key, next(iter(inner))].column - 1
        body = yaml_of({key: added}, levels=3).partition("\n")[2] if added else ""
        return Edit(end, end, _INDENT.sub(" " * column, body))

    def key(self, key: str, value: Any, *, before: str) -> Edit:
        """Return the edit that writes a top-level key on one line, replacing it or else inserting it before another."""
        start, end = self._span(key) if key in self.tree.value else (self._span(before)[0],) * 2
        return Edit(start, end, yaml_of({key: value}, levels=1))

    def edited(self, *edits: Edit) -> str:
        """Return the text with the edits applied; they must not overlap."""
        lines = list(self.lines)
        ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
        if not lines[-1].endswith("\n"):
            lines[-1] += ending
        for edit in sorted(edits, key=lambda one: -one.start):
            lines[edit.start : edit.end] = [edit.text.replace("\n", ending)]
        return "".join(lines)

    def _span(self, key: str) -> tuple[int, int]:
        """Return a key's first line and the line after its last one, ignoring trailing blanks and margin comments."""
        starts = sorted(self.tree.places[name,].line - 1 for name in self.tree.value)
        start = self.tree.places[key,].line - 1
        end = next((line for line in starts if line > start), len(self.lines))
        while end > start + 1 and (not self.lines[end - 1].strip() or self.lines[end - 1].startswith("#")):
            end -= 1
        return start, end
