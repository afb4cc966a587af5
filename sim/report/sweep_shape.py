"""Which figures a sweep gets, with what each says: by its design and the number of its axes.

Two axes on a full grid make a map, one axis lines, a reference cell a tornado of paired changes, a list intervals, and
anything larger parallel coordinates with the rank correlations of its axes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.report.captions import Figure
from sim.report.charts import Spec, safe
from sim.report.curves import Curve, curves, label_ends, ranked
from sim.report.maps import Scale, heat_map
from sim.report.reading import Record
from sim.report.rows import MOST_ROWS, Dot, Row, spanned_points, spanned_shares, strips
from sim.report.shift import Shift
from sim.report.sweep_reading import (
    chance,
    change_of,
    done,
    has_result,
    hover,
    is_number,
    short,
    span,
    values_of,
    written,
)
from sim.report.sweep_sampled import correlation_figure, parallel_figure, rank_correlations
from sim.report.tables import Table, with_interval
from sim.report.values import NONE
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.chance import Chance

NAME_WIDTH = 50
Drawn = tuple[Figure, Spec]
Changes = tuple[str, list[tuple[Record, Shift]]]
"""An input, and the rows that change it alone, with how far each moves the probability."""


def figures(record: Record) -> Iterator[Drawn]:
    """Yield the figures of a sweep in their order on the page."""
    if not done(record):
        return
    days = sorted(record["milestones"], reverse=True)
    shape = shape_of(record)
    if shape == "lines":
        yield _lines(record)
    elif shape == "map":
        yield from (_map(record, day) for day in days)
    elif shape == "tornado":
        yield from (_tornado(record, day) for day in days)
    elif shape == "list":
        yield from (_list(record, day) for day in days)
    else:
        correlations = rank_correlations(record)
        if correlations:
            yield correlation_figure(record, correlations)
        yield parallel_figure(record, correlations)


def shape_of(record: Record) -> str:
    """Name the kind of figure that fits: `lines`, `map`, `tornado`, `list` or `parallel`."""
    axes, rows = list(record["axes"]), record["rows"]
    if record["design"] == "one-at-a-time":
        return "tornado"
    if not axes:
        return "list"
    numeric = [all(is_number(row["inputs"][path]) for row in rows) for path in axes]
    if len(axes) == 1:
        return "lines" if numeric[0] and len(rows) > 1 else "list"
    if len(axes) == 2 and record["design"] == "grid" and min(len(values_of(record, path)) for path in axes) > 1:
        return "map"
    return "parallel" if any(numeric) and len(rows) > 2 else "list"


def _scale(record: Record, path: str) -> Scale:
    values = values_of(record, path)
    numeric = all(map(is_number, values))
    return Scale(short(path), tuple(values if numeric else map(written, values)))


def _map(record: Record, day: int) -> Drawn:
    x, y = record["axes"]
    rows = {(json.dumps(row["inputs"][x]), json.dumps(row["inputs"][y])): row for row in record["rows"]}
    grid = [[rows[json.dumps(left), json.dumps(low)] for left in values_of(record, x)] for low in values_of(record, y)]
    spec = heat_map(
        _scale(record, x), _scale(record, y),
        _each(grid, lambda row: chance(row, day).p if has_result(row) else None),
        _each(grid, lambda row: hover(row, day) if has_result(row) else "failed"),
        _each(grid, lambda row: row["cell"]),
        record["contours"],
    )  # fmt: skip
    texts = _each(grid, lambda row: chance(row, day).text if has_result(row) else NONE)
    table = Table(
        f"Probability of an offensive within {counted(day, 'day')}; down {short(y)}, across {short(x)}",
        (short(y), *map(written, values_of(record, x))),
        "r" * (1 + len(grid[0])),
        tuple((written(value), *line) for value, line in zip(values_of(record, y), texts, strict=True)),
    )
    alt = f"Heat map of the probability of an offensive over {short(x)} and {short(y)}. {span(record, day)}."
    unit = f"Probability of an offensive within {counted(day, 'day')}; lines join equal probabilities"
    return Figure(f"map-{day}", span(record, day), unit, alt, table), spec


def _each(grid: Sequence[Sequence[Record]], of: Callable[[Record], Any]) -> list[list[Any]]:
    return [[of(row) for row in line] for line in grid]


def _lines(record: Record) -> Drawn:
    (path,) = record["axes"]
    rows = sorted(done(record), key=lambda row: row["inputs"][path])
    days = sorted(record["milestones"], reverse=True)
    drawn = []
    for rank, day in enumerate(days):
        chances = [chance(row, day) for row in rows]
        texts = [
            f"{short(path)} {written(row['inputs'][path])}, within {counted(day, 'day')}: {with_interval(one)}"
            for row, one in zip(rows, chances, strict=True)
        ]
        drawn.append(Curve.of(f"{counted(day, 'day')} {chances[-1].label}", chances, texts, **ranked(rank)))
    across, cells = Scale(short(path), tuple(row["inputs"][path] for row in rows)), [row["cell"] for row in rows]
    first, last = across.places[0], across.places[-1]
    xaxis = across.axis() | {"range": [first - (0.03 * (last - first) or 1.0), last]}
    spec = curves(across.places, drawn, xaxis, height=410, cells=cells, top=14, bottom=56)
    across.name_below(spec)
    label_ends(spec, drawn)
    table = Table(
        f"Probability of an offensive by {short(path)}, with its 95% Monte Carlo interval",
        (short(path), *(f"Within {counted(day, 'day')}" for day in days)),
        "r" * (1 + len(days)),
        tuple((written(row["inputs"][path]), *(with_interval(chance(row, day)) for day in days)) for row in rows),
    )
    alt = f"Line chart of the probability of an offensive over {short(path)}. {span(record, days[0])}."
    unit = "Probability of an offensive, with 95% Monte Carlo bands"
    return Figure("lines", span(record, days[0]), unit, alt, table), spec


def _tornado(record: Record, day: int) -> Drawn:
    reference = next((row for row in done(record) if row["cell"] == record["reference"]), None)
    ordered = _changes_by_input(record, day)
    shown = ordered[:MOST_ROWS]
    drawn = [_tornado_row(path, group) for path, group in shown]
    title = _tornado_title(ordered, day, None if reference is None else chance(reference, day))
    unit = "Change from the base in points, each input alone, with 95% intervals of the paired difference"
    spec = strips(drawn, spanned_points(drawn), zero=True)
    alt = f"Tornado chart of {counted(len(drawn), 'input')}. {title}."
    return Figure(f"tornado-{day}", title, unit, alt, _tornado_table(ordered, day)), spec


def _changes_by_input(record: Record, day: int) -> list[Changes]:
    """Return the rows that change each input, with their shifts; the input that moves most first."""
    groups: dict[str, list[tuple[Record, Shift]]] = {}
    for row in done(record):
        shift = change_of(row, day)
        if shift is not None and row["changed"]:
            groups.setdefault(row["changed"][0], []).append((row, shift))
    return sorted(groups.items(), key=lambda item: -max(abs(shift.p) for _, shift in item[1]))


def _tornado_row(path: str, group: Sequence[tuple[Record, Shift]]) -> Row:
    dots = [
        Dot(
            100 * shift.p, "offensive", f"{safe(row['label'])}: {shift.line}", 100 * shift.low, 100 * shift.high,
            size=9, cell=row["cell"],
        )
        for row, shift in group
    ]  # fmt: skip
    return Row(_row_name(path, group), dots=dots)


def _tornado_table(ordered: Sequence[Changes], day: int) -> Table:
    rows = [(path, row, shift) for path, group in ordered for row, shift in group]
    return Table(
        f"Change of the probability of an offensive within {counted(day, 'day')} from the base, in points, paired "
        "run by run",
        ("Input", "Value", "Change", "Interval, 95%", "Remark"),
        "llrrl",
        tuple(
            (
                path,
                written(row["inputs"][path]),
                shift.number,
                shift.interval,
                "" if shift.is_clear else "not clear",
            )
            for path, row, shift in rows
        ),
    )


def _row_name(path: str, group: Sequence[tuple[Record, Shift]]) -> str:
    """Name a row of a tornado, what may be cut on a narrow screen last."""
    if len(group) == 1:
        ((row, shift),) = group
        text = f"{shift.number} {short(path)} {written(row['inputs'][path])}"
    else:
        text = ", ".join(f"{written(row['inputs'][path])} → {shift.number}" for row, shift in group)
        text = f"{short(path)}: {text}"
    return text if len(text) <= NAME_WIDTH else f"{text[: NAME_WIDTH - 1]}…"


def _tornado_title(ordered: Sequence[Changes], day: int, base: Chance | None) -> str:
    stands = "" if base is None else f" from {base.text}"
    if not ordered:
        return f"Within {counted(day, 'day')} nothing is there to compare"
    row, shift = max((one for _, group in ordered for one in group), key=lambda one: abs(one[1].p))
    if not shift.is_clear:
        return f"Within {counted(day, 'day')} no single change moves the probability clearly{stands}"
    return f"Within {counted(day, 'day')} the largest single change is {shift.text}{stands}: {row['label']}"


def _list(record: Record, day: int) -> Drawn:
    rows = sorted(done(record), key=lambda row: -chance(row, day).p)
    shown = rows[:MOST_ROWS]
    drawn = [
        Row(
            f"{one.text} {row['label']}",
            dots=[Dot(one.p, "offensive", hover(row, day), one.low, one.high, size=9, cell=row["cell"])],
        )
        for row in shown
        for one in (chance(row, day),)
    ]
    changes = [change_of(row, day) for row in rows]
    table = Table(
        f"Probability of an offensive within {counted(day, 'day')}",
        ("Cell", "Probability", "Monte Carlo interval, 95%", "Change from the first cell, points"),
        "lrrr",
        tuple(
            (row["label"], chance(row, day).text, chance(row, day).interval, NONE if shift is None else shift.line)
            for row, shift in zip(rows, changes, strict=True)
        ),
    )
    spec = strips(drawn, spanned_shares(drawn), zero=False)
    first = "" if len(shown) == len(rows) else f"; the {len(shown)} highest of {len(rows)}"
    unit = f"Probability of an offensive within {counted(day, 'day')}, with 95% Monte Carlo intervals{first}"
    alt = f"Dot chart of {counted(len(shown), 'cell')}. {span(record, day)}."
    return Figure(f"list-{day}", span(record, day), unit, alt, table), spec
