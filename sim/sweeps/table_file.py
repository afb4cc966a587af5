"""The user's own table: a CSV whose columns are dotted paths and whose rows are cells.

An empty field means "as in the base"; `null` removes; a distribution is written as JSON, `{"uniform": [0, 1]}`. The
column `label`, where there is one, names the cells. Faults name row and column.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim.errors import Fault, ScenarioError
from sim.scenario.merge import is_distribution
from sim.scenario.yamltree import Place
from sim.sweeps.axes import BASE
from sim.sweeps.schema import MAX_AXES, MAX_CELLS
from sim.sweeps.words import shown

if TYPE_CHECKING:
    from sim.sweeps.variants import Base

MAX_BYTES = 8 * 1024 * 1024
MAX_FAULTS = 50
LABEL = "label"
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Row:
    """One row: what it changes, where each value stands, and its label; empty where it has none."""

    changes: dict[str, Any]
    places: dict[str, Place]
    label: str


def read_table(file: FilePath, base: Base) -> tuple[tuple[str, ...], list[Row]]:
    """Read a table.

    Returns
    -------
    tuple
        The dotted paths in the order of the columns, and the rows.

    Raises
    ------
    ScenarioError
        Where anything is wrong with it; all faults together, up to `MAX_FAULTS`.
    """
    lines = _lines(file)
    header = lines[0][1] if lines else []
    faults = list(_header_faults(header, file, base))
    if not faults and len(lines) - 1 > MAX_CELLS:
        faults = [Fault(str(file), 0, 0, "", f"more than {MAX_CELLS:,} rows; split the table")]
    if not faults and len(lines) < 2:
        faults = [Fault(str(file), 0, 0, "", "expected a row for each cell below the header")]
    rows: list[Row] = []
    for number, fields in lines[1:] if not faults else ():
        rows.append(_row(number, fields, header, file, faults))
        if len(faults) >= MAX_FAULTS:
            break
    if faults:
        raise ScenarioError(faults)
    return tuple(name for name in header if name != LABEL), rows


def _lines(file: FilePath) -> list[tuple[int, list[str]]]:
    """Return the rows that are not empty, with the line each ends on."""
    try:
        with file.open("rb") as handle:
            raw = handle.read(MAX_BYTES + 1)
    except OSError as error:
        raise ScenarioError([Fault(str(file), 0, 0, "", f"cannot read the file: {error.strerror}")]) from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError([Fault(str(file), 0, 0, "", f"the table is larger than {MAX_BYTES >> 20} MB")])
    reader = csv.reader(io.StringIO(_decoded(raw, file), newline=""), strict=True)
    lines = []
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                lines.append((reader.line_num, [field.strip() for field in fields]))
    except csv.Error as error:
        raise ScenarioError([Fault(str(file), reader.line_num, 1, "", f"not valid CSV: {error}")]) from None
    return lines


def _decoded(raw: bytes, file: FilePath) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ScenarioError([Fault(str(file), line, 1, "", "the file is not UTF-8 text")]) from None


def _header_faults(header: list[str], file: FilePath, base: Base) -> Iterator[Fault]:
    if not [name for name in header if name != LABEL]:
        yield Fault(str(file), 1, 1, "", "expected a header of dotted paths, such as pressures.appeal.intensity")
    if len(header) > MAX_AXES:
        yield Fault(str(file), 1, 1, "", f"more than {MAX_AXES} columns")
        return
    for column, name in enumerate(header, 1):
        if header.index(name) != column - 1:
            yield Fault(str(file), 1, column, shown(name), "the column stands twice")
        elif name != LABEL and (complaint := base.path_complaint(name)) is not None:
            yield Fault(str(file), 1, column, shown(name), complaint)


def _row(number: int, fields: list[str], header: list[str], file: FilePath, faults: list[Fault]) -> Row:
    if len(fields) != len(header):
        faults.append(Fault(str(file), number, 1, "", f"expected {len(header)} fields in this row (got {len(fields)})"))
        return Row({}, {}, "")
    changes: dict[str, Any] = {}
    places: dict[str, Place] = {}
    label = ""
    for column, (name, text) in enumerate(zip(header, fields, strict=True), 1):
        if name == LABEL:
            label = text[:200]
        elif text not in ("", BASE):
            try:
                changes[name] = _value(text)
            except ValueError as error:
                faults.append(Fault(str(file), number, column, name, f"{error} (got {shown(text)})"))
            places[name] = Place(str(file), number, column)
    return Row(changes, places, label)


def _value(text: str) -> Any:
    if text == "null":
        return None
    if _NUMBER.fullmatch(text) and len(text) < 300:
        number = float(text)
        if not math.isfinite(number):
            raise ValueError("expected a finite number")
        return number
    if not text.startswith(("{", "[")):
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError('expected a distribution as JSON, as in {"uniform": [0, 1]}') from None
    if not is_distribution(value):
        raise ValueError('expected a distribution as JSON, as in {"uniform": [0, 1]}')
    return value
