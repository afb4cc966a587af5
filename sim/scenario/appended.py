"""Adding to a YAML file that a person keeps: entries of a map, or one key, every other line left as it is.

A file that is read and written anew loses its layout even where its comments are kept. Here lines are put between
lines; whether the result is sound, the loader says.
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
    """Lines `start` up to `end`, from 0, and what is to stand in their place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Kept:
    """A file as it is: its lines with their ends, and where its keys stand."""

    path: FilePath
    lines: tuple[str, ...]
    tree: Tree

    @classmethod
    def read(cls, path: FilePath, format_: str) -> Kept:
        """Read a file.

        Raises
        ------
        ScenarioError
            Where it is no file of the language.
        UsageError
            Where its lines end as no editor of today ends them.
        """
        tree = read_tree(path, str(path), format_, larger=LARGER)
        text = read_whole(path, 1 << 30).decode("utf-8")
        if re.search(r"\r(?!\n)", text):
            raise UsageError(f"{path}: lines end with a carriage return alone; save it with usual line ends")
        return cls(path, tuple(re.findall(r"[^\n]*\n|[^\n]+", text)), tree)

    def entries(self, key: str, added: Mapping[str, Any]) -> Edit:
        """Return the edit that adds entries at the end of the map under a key of the outermost map.

        Raises
        ------
        UsageError
            Where that is no map written by lines.
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
        """Return the edit that writes a key of the outermost map on one line: in its place, or else before another."""
        start, end = self._span(key) if key in self.tree.value else (self._span(before)[0],) * 2
        return Edit(start, end, yaml_of({key: value}, levels=1))

    def edited(self, *edits: Edit) -> str:
        """Return the text with edits made that do not overlap."""
        lines = list(self.lines)
        ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
        if not lines[-1].endswith("\n"):
            lines[-1] += ending
        for edit in sorted(edits, key=lambda one: -one.start):
            lines[edit.start : edit.end] = [edit.text.replace("\n", ending)]
        return "".join(lines)

    def _span(self, key: str) -> tuple[int, int]:
        """Return the first line of a key, and the line after its last that is not blank or a comment at the margin."""
        starts = sorted(self.tree.places[name,].line - 1 for name in self.tree.value)
        start = self.tree.places[key,].line - 1
        end = next((line for line in starts if line > start), len(self.lines))
        while end > start + 1 and (not self.lines[end - 1].strip() or self.lines[end - 1].startswith("#")):
            end -= 1
        return start, end
