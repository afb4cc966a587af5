"""Add entries to a map, or a single key, in a hand-written YAML file without touching any other line.

Parsing and rewriting a file loses its layout even if comments survive, so lines are inserted as text here. The loader
checks whether the result is valid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from sim.errors import UsageError
from sim.scenario.evidence_files import LARGER
from sim.scenario.written import yaml_of
from sim.scenario.yamltree import Tree, read_tree
from sim.wholefiles import read_whole

_INDENT = re.compile(r"^  ", re.MULTILINE)
_OPENING = re.compile(r"[^#]*:\s*(#.*)?")


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
        """Read a file.

        Raises
        ------
        ScenarioError
            If it is not a file of the scenario language.
        UsageError
            If its lines end with a carriage return alone.
        """
        tree = read_tree(path, str(path), format_, larger=LARGER)
        text = read_whole(path, 1 << 30).decode("utf-8")
        if re.search(r"\r(?!\n)", text):
            raise UsageError(f"{path}: lines end with a carriage return alone; save it with usual line ends")
        return cls(path, tuple(re.findall(r"[^\n]*\n|[^\n]+", text)), tree)

    def entries(self, key: str, added: Mapping[str, Any]) -> Edit:
        """Return the edit that appends entries to the map under a top-level key.

        Raises
        ------
        UsageError
            If the key does not hold a map with each entry on its own lines.
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
