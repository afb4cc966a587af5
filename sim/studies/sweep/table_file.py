"""The user's own table: a CSV file whose columns are dotted paths and whose rows are cells.

An empty cell means "as in the base"; `null` removes a value; `true` and `false` may be in any case; a distribution is
written as JSON, `{"uniform": [0, 1]}`. The optional column `label` names the cells. Faults name row and column.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from sim import tables
from sim.distributions import is_distribution
from sim.errors import Fault, ScenarioError, TableError, refuse
from sim.scenario.edit import path_complaint
from sim.scenario.yamltree import Place
from sim.studies.sweep.designs import BASE
from sim.studies.sweep.schema import MAX_AXES, MAX_CELLS, shown
from sim.wording import counted

if TYPE_CHECKING:
    from sim.studies.sweep.sweep import Base

MAX_BYTES = 8_000_000
MAX_FAULTS = 50
LABEL = "label"


@dataclass(frozen=True)
class Row:
    """One row: its changes, the place of each value (under "" that of the row), and its label, if any."""

    changes: dict[str, Any]
    places: dict[str, Place]
    label: str = ""


def read_table(file: FilePath, base: Base) -> tuple[tuple[str, ...], list[Row]]:
    """Read a table; return the dotted paths in the order of the columns, and the rows.

    Raises ScenarioError if anything is wrong with the table, else with its header, else with all its cells.
    """
    try:
        table = tables.read_table(file, MAX_BYTES)
    except TableError as error:
        raise ScenarioError(error.faults) from None
    refuse(list(_header_faults(table.header, file, base)))
    if not 1 <= len(table.rows) <= MAX_CELLS:
        many = f"more than {MAX_CELLS:,} rows; split the table"
        wrong = many if table.rows else "expected a row for each cell below the header"
        raise ScenarioError([Fault(str(file), 0, 0, "", wrong)])
    faults: list[Fault] = []
    rows = [_row(row, faults) for row in table.rows]
    refuse(_told_once(faults))
    return tuple(name for name in table.header if name != LABEL), rows


def _told_once(faults: list[Fault]) -> list[Fault]:
    """Return each fault once, at its first place, with the number of rows that have it; `MAX_FAULTS` at most."""
    rows = Counter((fault.key, fault.message) for fault in faults)
    first = {(fault.key, fault.message): fault for fault in reversed(faults)}
    told = [
        replace(first[one], message=f"{one[1]}, in {counted(count, 'row')}" if count > 1 else one[1])
        for one, count in rows.items()
    ]
    return told[:MAX_FAULTS]


def _header_faults(header: tuple[str, ...], file: FilePath, base: Base) -> Iterator[Fault]:
    if header == (LABEL,):
        yield Fault(str(file), 1, 1, "", "expected a header of dotted paths, such as pressures.appeal.intensity")
    if len(header) > MAX_AXES:
        yield Fault(str(file), 1, 1, "", f"more than {MAX_AXES} columns")
        return
    for column, name in enumerate(header, 1):
        if name != LABEL and (complaint := path_complaint(base.merged.value, name)) is not None:
            yield Fault(str(file), 1, column, shown(name), complaint)


def _row(row: tables.Row, faults: list[Fault]) -> Row:
    changes: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for column, (name, text) in enumerate(row.cells.items(), 1):
        if name != LABEL and text not in ("", BASE):
            try:
                changes[name] = _value(text)
            except ValueError as error:
                faults += row.error(name, str(error)).faults
            places[name] = Place(row.file, row.line, column)
    return Row(changes, places or {"": Place(row.file, row.line, 1)}, row.cells.get(LABEL, "")[:200])


def _value(text: str) -> Any:
    if text == "null":
        return None
    if text.lower() in ("true", "false"):  # spreadsheets write them in capitals
        return text.lower() == "true"
    if (number := tables.number(text)) is not None:
        return number
    try:
        float(text)
    except ValueError:
        return _distribution(text) if text.startswith(("{", "[")) else text
    raise ValueError("expected a finite number, written with digits and a point")  # which Python takes for a number


def _distribution(text: str) -> Any:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not is_distribution(value):
        raise ValueError('expected a distribution as JSON, as in {"uniform": [0, 1]}')
    return value
