"""Records as files: JSON with readable diffs, and the results of a sweep as one table in CSV and Parquet.

The same record gives the same bytes. In JSON, whatever fits is on one line, as are long lists of plain values. The
table has one row per cell: the cell, each axis by its dotted path, then `outcome.days.quantity`; in the CSV, text that
a spreadsheet would take for a formula is prefixed with a quote.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from sim.errors import ReportError
from sim.report.values import is_number
from sim.wording import formula_free, seen

FITS = 1000
"""Most characters of a map or a list that is kept on one line."""


def to_json(record: Mapping[str, Any]) -> str:
    """Return a record as JSON text with a newline at its end; a value that has no JSON, as NaN, is a `ReportError`."""
    try:
        return "".join(_entries(record, "\n")) + "\n"
    except (TypeError, ValueError) as error:
        raise ReportError(f"the record cannot be written as JSON: {error}") from error


def _pieces(value: Any, indent: str) -> Iterator[str]:
    inner = list(value.values() if isinstance(value, Mapping) else value) if _is_container(value) else []
    text = _plain(value)
    if len(text) <= FITS or not (isinstance(value, Mapping) or any(map(_is_container, inner))):
        yield text
    else:
        yield from _entries(value, indent)


def _entries(value: Any, indent: str) -> Iterator[str]:
    """Write a map or a list with one entry per line."""
    deeper = f"{indent} "
    named = isinstance(value, Mapping)
    opening, closing = "{}" if named else "[]"
    for index, entry in enumerate(value.items() if named else value):
        yield f"{opening if index == 0 else ','}{deeper}"
        if named:
            yield f"{_plain(str(entry[0]))}: "
        yield from _pieces(entry[1] if named else entry, deeper)
    yield f"{indent}{closing}"


def _is_container(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


QUANTITIES = ("p", "mc_low", "mc_high", "input_sd")
CHANGES = {"p": "change", "mc_low": "change_low", "mc_high": "change_high"}
Columns = dict[str, list[Any]]


def columns_of(record: Mapping[str, Any]) -> Columns:
    """Return the table by column."""
    rows = record["rows"]
    table = _columns(rows, "cell", "label")
    for path in record["axes"]:
        table[path] = _input_column([row["inputs"].get(path) for row in rows])
    table |= _columns(rows, "status", "runs")
    table |= dict(_outcome_columns(record))
    return table | _columns(rows, "scenario_hash", "error")


def _columns(rows: Sequence[Mapping[str, Any]], *names: str) -> Columns:
    return {name: [row[name] for row in rows] for name in names}


def _input_column(values: list[Any]) -> list[Any]:
    """Return numbers if all values are numbers or missing, else text, with distributions as JSON."""
    if all(value is None or is_number(value) for value in values):
        return [None if value is None else float(value) for value in values]
    return list(map(_as_text, values))


def _as_text(value: Any) -> str | None:
    return value if isinstance(value, str | None) else json.dumps(value)


def _outcome_columns(record: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """Yield the probabilities by outcome and day, and the changes if any cell has them."""
    whens = list(product(record["outcomes"], map(str, record["milestones"])))
    for (outcome, day), quantity in product(whens, QUANTITIES):
        yield f"{outcome}.{day}.{quantity}", _values(record, "outcomes", outcome, day, quantity)
    for outcome, day in whens if record["reference"] is not None else ():
        if any(value is not None for value in _values(record, "changes", outcome, day, "p")):
            for quantity, name in CHANGES.items():
                yield f"{outcome}.{day}.{name}", _values(record, "changes", outcome, day, quantity)


def _values(record: Mapping[str, Any], part: str, outcome: str, day: str, quantity: str) -> list[float | None]:
    return [((row[part] or {}).get(outcome) or {}).get(day, {}).get(quantity) for row in record["rows"]]


def to_csv(record: Mapping[str, Any]) -> str:
    """Return the table as CSV, with an empty field for a missing value."""
    table = columns_of(record)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([_harmless(name) for name in table])
    for row in zip(*table.values(), strict=True):
        writer.writerow(["" if value is None else _harmless(value) for value in row])
    return stream.getvalue()


def _harmless(value: Any) -> Any:
    """Prevent text from being run as a formula, or from breaking the row."""
    return formula_free(seen(value)) if isinstance(value, str) else value


def to_parquet(record: Mapping[str, Any]) -> bytes:
    """Return the table as Parquet: numbers as doubles, runs as a whole number, everything else as text."""
    import pyarrow as pa
    import pyarrow.json
    import pyarrow.parquet

    table = columns_of(record)
    texts = [name for name, values in table.items() if any(isinstance(value, str) for value in values)]
    texts += ("cell", "label", "status", "error", "scenario_hash")
    schema = pa.schema(dict.fromkeys(table, pa.float64()) | dict.fromkeys(texts, pa.string()) | {"runs": pa.int64()})
    rows = "\n".join(json.dumps(dict(zip(table, row, strict=True))) for row in zip(*table.values(), strict=True))
    given, stream = rows.encode(), io.BytesIO()
    read = pyarrow.json.read_json(  # making arrays of lists would import pandas, half a second of work
        io.BytesIO(given),
        read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(given) + 1),
        parse_options=pyarrow.json.ParseOptions(explicit_schema=schema),
    )
    pyarrow.parquet.write_table(read, stream)
    return stream.getvalue()
