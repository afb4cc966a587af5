"""Which figures a sweep gets, with what each says: by its design and the number of its axes.

Two axes on a full grid make a map, one axis lines, a reference cell a tornado of paired changes, a list intervals, and
anything larger parallel coordinates with the rank correlations of its axes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sim.reporting.captions import Figure
from sim.reporting.chance import Chance
from sim.reporting.charts import Spec, safe
from sim.reporting.reading import Record
from sim.reporting.shift import Shift
from sim.reporting.sweep_figures import (
    Scale,
    Strip,
    correlation_scale,
    heat_map,
    lines,
    parallel,
    points_scale,
    share_scale,
    strips,
)
from sim.reporting.tables import Table, with_interval
from sim.reporting.values import NONE, quantity, signed

MOST_ROWS = 24
"""Rows that a figure of strips shows; the table beneath has all."""
NAME_WIDTH = 50
MOST_UPRIGHTS = 7
MOST_LINES = 600
CELL_FIGURE = "axes-parallel"
Drawn = tuple[Figure, Spec]


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation of an axis with the probability, and its 95% interval."""

    path: str
    value: float
    low: float
    high: float


def done(record: Record) -> list[Record]:
    """Return the rows that have results."""
    return [row for row in record["rows"] if row["outcomes"] is not None]


def chance(row: Record, day: int) -> Chance:
    """Return the chance of an offensive within so many days in a cell."""
    return Chance.of(row["outcomes"]["offensive"][str(day)])


def written(value: Any) -> str:
    """Write a value of an axis."""
    return "removed" if value is None else "true" if value is True else quantity(value)


def short(path: str) -> str:
    """Shorten a dotted path for a label: without its first part."""
    head, _, rest = path.partition(".")
    return rest or head


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
            yield _correlations(record, correlations)
        yield _parallel(record, correlations)


def shape_of(record: Record) -> str:
    """Name the kind of figure that fits: `lines`, `map`, `tornado`, `list` or `parallel`."""
    axes, rows = list(record["axes"]), record["rows"]
    if record["design"] == "one-at-a-time":
        return "tornado"
    if not axes:
        return "list"
    numeric = [all(_is_number(row["inputs"][path]) for row in rows) for path in axes]
    if len(axes) == 1:
        return "lines" if numeric[0] and len(rows) > 1 else "list"
    if len(axes) == 2 and record["design"] == "grid" and min(len(_values(record, path)) for path in axes) > 1:
        return "map"
    return "parallel" if any(numeric) and len(rows) > 2 else "list"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _values(record: Record, path: str) -> list[Any]:
    """Return the different values of an axis: numbers in their order, words in that of the cells."""
    found: dict[str, Any] = {}
    for row in record["rows"]:
        found.setdefault(json.dumps(row["inputs"][path]), row["inputs"][path])
    values = list(found.values())
    return sorted(values) if all(map(_is_number, values)) else values


def _scale(record: Record, path: str) -> Scale:
    values = _values(record, path)
    numeric = all(map(_is_number, values))
    return Scale(short(path), tuple(values if numeric else map(written, values)))


def _span(record: Record, day: int) -> str:
    """Say from where to where the probability runs, in the words of the cells' labels."""
    rows = sorted(done(record), key=lambda row: chance(row, day).p)
    low, high = rows[0], rows[-1]
    if chance(low, day).text == chance(high, day).text:
        return f"Within {day} days the probability is {chance(low, day).text} in all cells"
    return (
        f"Within {day} days the probability runs from {chance(low, day).text} ({low['label']}) "
        f"to {chance(high, day).text} ({high['label']})"
    )


def _map(record: Record, day: int) -> Drawn:
    x, y = record["axes"]
    across, up = _scale(record, x), _scale(record, y)
    rows = {(json.dumps(row["inputs"][x]), json.dumps(row["inputs"][y])): row for row in record["rows"]}
    grid = [[rows[json.dumps(left), json.dumps(low)] for left in _values(record, x)] for low in _values(record, y)]
    spec = heat_map(
        across, up,
        [[chance(row, day).p if _has(row) else None for row in line] for line in grid],
        [[_hover(row, day) if _has(row) else "failed" for row in line] for line in grid],
        [[row["cell"] for row in line] for line in grid],
        record["contours"],
    )  # fmt: skip
    table = Table(
        f"Probability of an offensive within {day} days; down {short(y)}, across {short(x)}",
        (short(y), *(written(value) for value in _values(record, x))),
        "r" * (1 + len(grid[0])),
        tuple(
            (written(value), *(chance(row, day).text if _has(row) else NONE for row in line))
            for value, line in zip(_values(record, y), grid, strict=True)
        ),
    )
    alt = f"Heat map of the probability of an offensive over {short(x)} and {short(y)}. {_span(record, day)}."
    unit = f"Probability of an offensive within {day} days; lines join equal probabilities"
    return Figure(f"map-{day}", _span(record, day), unit, alt, table), spec


def _has(row: Record) -> bool:
    return row["outcomes"] is not None


def _hover(row: Record, day: int) -> str:
    return f"{safe(row['label'])}<br><b>{with_interval(chance(row, day))}</b>"


def _lines(record: Record) -> Drawn:
    (path,) = record["axes"]
    rows = sorted(done(record), key=lambda row: row["inputs"][path])
    days = sorted(record["milestones"], reverse=True)
    curves = []
    for day in days:
        chances = [chance(row, day) for row in rows]
        texts = [
            f"{short(path)} {written(row['inputs'][path])}, within {day} days: {with_interval(one)}"
            for row, one in zip(rows, chances, strict=True)
        ]
        name = f"{day} days {chances[-1].label}"
        curves.append((name, [(one.p, one.low, one.high) for one in chances], texts))
    spec = lines(Scale(short(path), tuple(row["inputs"][path] for row in rows)), curves, [row["cell"] for row in rows])
    table = Table(
        f"Probability of an offensive by {short(path)}, with its 95% Monte Carlo interval",
        (short(path), *(f"Within {day} days" for day in days)),
        "r" * (1 + len(days)),
        tuple((written(row["inputs"][path]), *(with_interval(chance(row, day)) for day in days)) for row in rows),
    )
    alt = f"Line chart of the probability of an offensive over {short(path)}. {_span(record, days[0])}."
    unit = "Probability of an offensive, with 95% Monte Carlo bands"
    return Figure("lines", _span(record, days[0]), unit, alt, table), spec


def change_of(row: Record, day: int) -> Shift | None:
    """Return the change of a cell from the reference; None where it has none."""
    entry = ((row["changes"] or {}).get("offensive") or {}).get(str(day))
    return None if entry is None or row["index"] == 0 else Shift.of(entry)


def _tornado(record: Record, day: int) -> Drawn:
    reference = next((row for row in done(record) if row["cell"] == record["reference"]), None)
    groups: dict[str, list[tuple[Record, Shift]]] = {}
    for row in done(record):
        shift = change_of(row, day)
        if shift is not None and row["changed"]:
            groups.setdefault(row["changed"][0], []).append((row, shift))
    ordered = sorted(groups.items(), key=lambda item: -max(abs(shift.p) for _, shift in item[1]))
    drawn = [
        Strip(
            _strip_name(path, group),
            tuple((100 * shift.p, 100 * shift.low, 100 * shift.high) for _, shift in group),
            tuple(f"{safe(row['label'])}: {shift.line}" for row, shift in group),
        )
        for path, group in ordered[:MOST_ROWS]
    ]
    table = Table(
        f"Change of the probability of an offensive within {day} days from the base, in points, paired run by run",
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
            for path, group in ordered
            for row, shift in group
        ),
    )
    title = _tornado_title(ordered, day, None if reference is None else chance(reference, day))
    unit = "Change from the base in points, each input alone, with 95% intervals of the paired difference"
    values = [edge for strip in drawn for point in strip.points for edge in point]
    cells = [[row["cell"] for row, _ in group] for _, group in ordered[:MOST_ROWS]]
    spec = strips(drawn, points_scale(values or [0.0]), zero=True, cells=cells)
    return Figure(f"tornado-{day}", title, unit, f"Tornado chart of {len(drawn)} inputs. {title}.", table), spec


def _strip_name(path: str, group: Sequence[tuple[Record, Shift]]) -> str:
    """Name a row of a tornado, what may be cut on a narrow screen last."""
    if len(group) == 1:
        ((row, shift),) = group
        text = f"{shift.number} {short(path)} {written(row['inputs'][path])}"
    else:
        text = ", ".join(f"{written(row['inputs'][path])} → {shift.number}" for row, shift in group)
        text = f"{short(path)}: {text}"
    return text if len(text) <= NAME_WIDTH else f"{text[: NAME_WIDTH - 1]}…"


def _tornado_title(ordered: Sequence[tuple[str, list[tuple[Record, Shift]]]], day: int, base: Chance | None) -> str:
    stands = "" if base is None else f" from {base.text}"
    if not ordered:
        return f"Within {day} days nothing is there to compare"
    row, shift = max((one for _, group in ordered for one in group), key=lambda one: abs(one[1].p))
    if not shift.is_clear:
        return f"Within {day} days no single change moves the probability clearly{stands}"
    return f"Within {day} days the largest single change is {shift.text}{stands}: {row['label']}"


def _list(record: Record, day: int) -> Drawn:
    rows = sorted(done(record), key=lambda row: -chance(row, day).p)
    shown = rows[:MOST_ROWS]
    drawn = [
        Strip(f"{one.text} {row['label']}", ((one.p, one.low, one.high),), (_hover(row, day),))
        for row in shown
        for one in (chance(row, day),)
    ]
    changes = [change_of(row, day) for row in rows]
    table = Table(
        f"Probability of an offensive within {day} days",
        ("Cell", "Probability", "Monte Carlo interval, 95%", "Change from the first cell, points"),
        "lrrr",
        tuple(
            (row["label"], chance(row, day).text, chance(row, day).interval, NONE if shift is None else shift.line)
            for row, shift in zip(rows, changes, strict=True)
        ),
    )
    spec = strips(
        drawn,
        share_scale([edge for strip in drawn for point in strip.points for edge in point]),
        zero=False,
        cells=[[row["cell"]] for row in shown],
    )
    first = "" if len(shown) == len(rows) else f"; the {len(shown)} highest of {len(rows)}"
    unit = f"Probability of an offensive within {day} days, with 95% Monte Carlo intervals{first}"
    alt = f"Dot chart of {len(shown)} cells. {_span(record, day)}."
    return Figure(f"list-{day}", _span(record, day), unit, alt, table), spec


def rank_correlations(record: Record) -> list[Correlation]:
    """Return Spearman's correlation of each numeric axis with the probability, the strongest first.

    The interval is that of Bonett & Wright (2000): Fisher's z with variance (1 + r^2 / 2) / (n - 3).
    """
    from scipy.stats import spearmanr

    rows, day = done(record), record["horizon"]
    found = []
    p = [chance(row, day).p for row in rows]
    for path in record["axes"] if len(rows) >= 10 and len(set(p)) > 1 else ():
        values = [row["inputs"][path] for row in rows]
        if not all(map(_is_number, values)) or len(set(values)) < 2:
            continue
        r = min(0.9999, max(-0.9999, float(spearmanr(values, p).statistic)))
        half = 1.96 * math.sqrt((1 + r**2 / 2) / (len(rows) - 3))
        found.append(Correlation(path, r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)))
    return sorted(found, key=lambda one: -abs(one.value))


def _correlations(record: Record, found: Sequence[Correlation]) -> Drawn:
    day = record["horizon"]
    clear = [one for one in found if one.low > 0 or one.high < 0]
    title = (
        f"Within {day} days the probability goes most with {short(clear[0].path)}"
        if clear
        else f"No axis goes clearly with the probability within {day} days"
    )
    shown = found[:MOST_ROWS]
    rows = [
        Strip(
            f"{short(one.path)} {signed(one.value)}",
            ((one.value, one.low, one.high),),
            (f"{safe(one.path)}: {signed(one.value)} ({signed(one.low)} to {signed(one.high)})",),
        )
        for one in shown
    ]
    table = Table(
        "Rank correlation of each axis with the probability of an offensive (Spearman), strongest first",
        ("Axis", "Correlation", "Interval, 95%", "Remark"),
        "lrrl",
        tuple(
            (
                one.path,
                signed(one.value),
                f"{signed(one.low)} to {signed(one.high)}",
                "" if one in clear else "not clear",
            )
            for one in found
        ),
    )
    first = "" if len(shown) == len(found) else f"; the {len(shown)} strongest of {len(found)}"
    unit = f"Rank correlation over {len(done(record)):,} cells, from −1 to +1, with 95% intervals{first}"
    alt = f"Bars of rank correlations of {len(shown)} axes. {title}."
    return Figure("correlations", title, unit, alt, table), strips(rows, correlation_scale(), zero=True)


def _parallel(record: Record, found: Sequence[Correlation]) -> Drawn:
    day = record["horizon"]
    paths = [one.path for one in found[:MOST_UPRIGHTS]]
    paths += [
        path
        for path in record["axes"]
        if len(paths) < MOST_UPRIGHTS and path not in paths and len(_values(record, path)) > 1
    ][: MOST_UPRIGHTS - len(paths)]
    rows = done(record)
    step = -(-len(rows) // MOST_LINES)
    columns = [_column(record, path) for path in paths]
    p = [chance(row, day).p for row in rows]
    low, high = min(p), max(p)
    ends = [column[0] for column in columns] + [(f"{100 * low:.0f}%", f"{100 * high:.0f}%")]
    places = [[(one - low) / (high - low or 1.0)] for one in p]
    drawn = [([column[1][n] for column in columns] + places[n], p[n]) for n in range(0, len(rows), step)]
    table = Table(
        "The uprights of the figure",
        ("Upright", "What it is", "Foot", "Head"),
        "llrr",
        (
            *((str(n), path, *end) for n, (path, end) in enumerate(zip(paths, ends, strict=False), 1)),
            ("P", f"Probability of an offensive within {day} days", *ends[-1]),
        ),
    )
    some = (
        "" if len(paths) == len(record["axes"]) else f", the {len(paths)} that go most with it of {len(record['axes'])}"
    )
    unit = f"A line for each cell{'' if step == 1 else f' (one in {step})'}, coloured by its probability; axes{some}"
    key = "; ".join(f"{n} {short(path)}" for n, path in enumerate(paths, 1))
    alt = f"Parallel coordinates: {key}; P the probability. {_span(record, day)}."
    return Figure(CELL_FIGURE, _span(record, day), unit, alt, table), parallel(ends, drawn)


def _column(record: Record, path: str) -> tuple[tuple[str, str], list[float]]:
    """Return what stands at the ends of an upright, and the place of each cell on it."""
    values = [row["inputs"][path] for row in done(record)]
    if all(map(_is_number, values)):
        low, high = min(values), max(values)
        return (_brief(low), _brief(high)), [(value - low) / (high - low or 1.0) for value in values]
    different = _values(record, path)
    order = {json.dumps(value): n / max(1, len(different) - 1) for n, value in enumerate(different)}
    return (written(different[0])[:12], written(different[-1])[:12]), [order[json.dumps(value)] for value in values]


def _brief(value: float) -> str:
    """Write a number in two digits, as little room as there is between uprights."""
    return f"{value:.2g}".replace("-", "−")


def upright_key(figure: Figure) -> list[tuple[str, str]]:
    """Return number and name of each upright of the parallel coordinates."""
    return [(row[0], row[1]) for row in figure.table.rows]
