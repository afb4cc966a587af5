"""The figures of a sweep and their texts, chosen by its design and the number of its axes.

Two axes on a full grid make a map, one axis lines, a reference cell a tornado of paired changes, a list intervals, and
anything larger parallel coordinates with the rank correlations of its axes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from sim.report.chance import Chance, Shift, with_interval
from sim.report.charts import Curve, Spec, axis, curves, label_ends, ranked, safe
from sim.report.document import Block, Figure, Table
from sim.report.maps import Cell, Scale, heat_map, parallel
from sim.report.reading import Record, capital, in_sentence, input_name
from sim.report.rows import MOST_ROWS, Dot, Row, only, spanned_points, spanned_shares, strips
from sim.report.values import NONE, is_number, or_dash, quantity, signed
from sim.wording import counted


def has_result(row: Record) -> bool:
    """Whether a cell has results."""
    return row["outcomes"] is not None


def done(record: Record) -> list[Record]:
    """Return the rows that have results."""
    return list(filter(has_result, record["rows"]))


def chance(row: Record, day: int, outcome: str = "offensive") -> Chance:
    """Return the chance of an outcome within `day` days in a cell."""
    return Chance.of(row["outcomes"][outcome][str(day)])


def written(value: Any) -> str:
    """Write a value of an axis."""
    return "removed" if value is None else "true" if value is True else quantity(value)


def _values(rows: Iterable[Record], path: str) -> list[Any]:
    return [row["inputs"][path] for row in rows]


def values_of(record: Record, path: str) -> list[Any]:
    """Return the distinct values of an axis: numbers in order, words in the order of the cells."""
    values = list({json.dumps(value): value for value in _values(record["rows"], path)}.values())
    return sorted(values) if all(map(is_number, values)) else values


def by_chance(record: Record, day: int) -> list[Record]:
    """Return the cells with results, in rising order of probability."""
    return sorted(done(record), key=lambda row: chance(row, day).p)


def range_text(rows: Sequence[Record], day: int, cells: str, over: str = "") -> str:
    """Return the range of the probability over cells in rising order, in terms of their labels."""
    low, high = (chance(rows[end], day).text for end in (0, -1))
    if low == high:
        return f"is {low} in all {cells}"
    return f"runs from {low} ({rows[0]['label']}) to {high} ({rows[-1]['label']}){over}"


def _span(record: Record, day: int) -> str:
    return f"Within {counted(day, 'day')} the probability {range_text(by_chance(record, day), day, 'cells')}"


def change_of(row: Record, day: int) -> Shift | None:
    """Return the change of a cell from the reference; None if it has none."""
    entry = ((row["changes"] or {}).get("offensive") or {}).get(str(day))
    return None if entry is None or row["index"] == 0 else Shift.of(entry)


def result_cells(row: Record, day: int) -> tuple[str, str, str]:
    """Write the probability of a cell with results, its interval, and the change from the reference."""
    one = chance(row, day)
    return one.text, one.interval, or_dash(change_of(row, day), lambda shift: shift.line)


def hover(row: Record, day: int) -> str:
    """Return the hover text of a cell."""
    return f"{safe(row['label'])}<br><b>{with_interval(chance(row, day))}</b>"


MOST_UPRIGHTS = 7
MOST_LINES = 600


class Correlation(NamedTuple):
    """Spearman's rank correlation of an axis with the probability, and its 95% interval."""

    path: str
    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0

    @property
    def interval(self) -> str:
        """The interval in words."""
        return f"{signed(self.low)} to {signed(self.high)}"


LEAST_CELLS = 10
"""Fewest cells for rank correlations."""


def rank_correlations(record: Record) -> list[Correlation]:
    """Return Spearman's correlation of each numeric axis with the probability, the strongest first.

    The interval is that of Bonett & Wright (2000): Fisher's z with variance (1 + r^2 / 2) / (n - 3).
    """
    from scipy.stats import spearmanr

    rows, day = done(record), record["horizon"]
    p = [chance(row, day).p for row in rows]
    if len(rows) < LEAST_CELLS or len(set(p)) < 2:
        return []
    found = []
    for path in record["axes"]:
        values = _values(rows, path)
        if all(map(is_number, values)) and len(set(values)) > 1:
            r = min(0.9999, max(-0.9999, float(spearmanr(values, p).statistic)))
            half = 1.96 * math.sqrt((1 + r**2 / 2) / (len(rows) - 3))
            found.append(Correlation(path, r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)))
    return sorted(found, key=lambda one: -abs(one.value))


def _correlations(record: Record, found: Sequence[Correlation]) -> Figure:
    within = f"within {counted(record['horizon'], 'day')}"
    named = [(input_name(record, one.path), one) for one in found]
    clear = next((one.path for one in found if one.is_clear), None)
    title = (
        f"No axis is clearly correlated with the probability {within}"
        if clear is None
        else f"{capital(within)} the probability varies most with {in_sentence(record, clear)}"
    )
    rows = tuple((name, signed(one.value), one.interval, "" if one.is_clear else "not clear") for name, one in named)
    caption = "Rank correlation of each axis with the probability of an offensive (Spearman), strongest first"
    shown = named[:MOST_ROWS]

    def chart() -> Spec:
        drawn = []
        for name, one in shown:
            said = f"{safe(name)}: {signed(one.value)} ({one.interval})"
            dot = Dot(one.value, "offensive", said, one.low, one.high, size=9)
            drawn.append(Row(f"{name} {signed(one.value)}", dots=[dot]))
        ticks = {"tickvals": [-1, -0.5, 0, 0.5, 1], "ticktext": ["−1", "−0.5", "0", "+0.5", "+1"]}
        return strips(drawn, axis(range=[-1.03, 1.03], **ticks), zero=True)

    return Figure(
        "correlations",
        title,
        f"Rank correlation over {counted(len(done(record)), 'cell')}, from −1 to +1, with 95% intervals"
        f"{only('strongest', shown, found)}",
        f"Bars of rank correlations of {len(shown)} axes. {title}.",
        Table(caption, ("Axis", "Correlation", "Interval, 95%", "Note"), "lrrl", rows),
        chart,
    )


def _parallel(record: Record, found: Sequence[Correlation]) -> Figure:
    """Return parallel coordinates over the axes that go most with the probability, then others."""
    day, axes, step = record["horizon"], len(record["axes"]), -(-len(done(record)) // MOST_LINES)
    p = [chance(row, day).p for row in done(record)]
    strongest = [one.path for one in found]
    others = (path for path in record["axes"] if path not in strongest and len(values_of(record, path)) > 1)
    inputs = [_upright(record, path) for path in [*strongest, *others][:MOST_UPRIGHTS]]
    uprights = [*inputs, _scaled(f"Probability of an offensive within {counted(day, 'day')}", p, "{:.0%}".format)]
    keys = (*map(str, range(1, len(uprights))), "P")
    rows = tuple((key, one.name, *one.ends) for key, one in zip(keys, uprights, strict=True))
    every = "" if step == 1 else f" (one in {step})"
    some = "" if len(inputs) == axes else f", the {len(inputs)} of {axes} most correlated with it"
    told = "; ".join(f"{key} {name}" for key, name, *_ in rows[:-1])

    def chart() -> Spec:
        places = map(list, zip(*(one.places for one in uprights), strict=True))
        return parallel([one.ends for one in uprights], list(zip(places, p, strict=True))[::step])

    return Figure(
        "axes-parallel",
        _span(record, day),
        f"One line per cell{every}, coloured by its probability; axes{some}",
        f"Parallel coordinates: {told}; P the probability. {_span(record, day)}.",
        Table("The vertical lines of the figure", ("Line", "What it is", "Bottom", "Top"), "llrr", rows),
        chart,
        (Block("uprights", [row[:2] for row in rows]),),
    )


class _Upright(NamedTuple):
    """A vertical line: its name, the labels at its ends, and the position of each cell on it."""

    name: str
    ends: tuple[str, str]
    places: list[float]


def _upright(record: Record, path: str) -> _Upright:
    """Return the vertical line of an axis; numbers have two digits, because there is little room between lines."""
    name, values = input_name(record, path), _values(done(record), path)
    if all(map(is_number, values)):
        return _scaled(name, values, lambda value: f"{value:.2g}".replace("-", "−"))
    different = values_of(record, path)
    order = {json.dumps(value): n / max(1, len(different) - 1) for n, value in enumerate(different)}
    ends = written(different[0])[:12], written(different[-1])[:12]
    return _Upright(name, ends, [order[json.dumps(value)] for value in values])


def _scaled(name: str, values: Sequence[float], write: Callable[[float], str]) -> _Upright:
    low, high = min(values), max(values)
    return _Upright(name, (write(low), write(high)), [(value - low) / (high - low or 1.0) for value in values])


NAME_WIDTH = 50
Changes = tuple[str, list[tuple[Record, Shift]]]
"""An input, and the rows that change it alone, with how far each moves the probability."""


def figures_of(record: Record) -> Iterator[Figure]:
    """Yield the figures of a sweep in their order on the page."""
    if not done(record):
        return
    shape = shape_of(record)
    if shape == "lines":
        yield _lines(record)
    elif shape == "parallel":
        correlations = rank_correlations(record)
        if correlations:
            yield _correlations(record, correlations)
        yield _parallel(record, correlations)
    else:
        build = {"map": _map, "tornado": _tornado, "list": _list}[shape]
        yield from (build(record, day) for day in sorted(record["milestones"], reverse=True))


def shape_of(record: Record) -> str:
    """Return the kind of figure that fits: `lines`, `map`, `tornado`, `list` or `parallel`."""
    axes = list(record["axes"])
    if record["design"] == "one-at-a-time":
        return "tornado"
    if len(axes) == 2 and record["design"] == "grid" and all(len(values_of(record, path)) > 1 for path in axes):
        return "map"
    kind, fewest = ("lines", 2) if len(axes) == 1 else ("parallel", 3)
    some_numeric = any(all(map(is_number, values_of(record, path))) for path in axes)
    return kind if some_numeric and len(record["rows"]) >= fewest else "list"


def _scale(record: Record, path: str) -> Scale:
    values = values_of(record, path)
    numeric = all(map(is_number, values))
    return Scale(input_name(record, path), tuple(values if numeric else map(written, values)))


def _map(record: Record, day: int) -> Figure:
    x, y = record["axes"]
    across, down = in_sentence(record, x), in_sentence(record, y)
    rights, ups = values_of(record, x), values_of(record, y)
    cells = {(json.dumps(row["inputs"][x]), json.dumps(row["inputs"][y])): row for row in record["rows"]}
    grid = [[cells[json.dumps(right), json.dumps(up)] for right in rights] for up in ups]
    rows = tuple(
        (written(up), *(chance(row, day).text if has_result(row) else NONE for row in line))
        for up, line in zip(ups, grid, strict=True)
    )
    of = f"Probability of an offensive within {counted(day, 'day')}"

    def cell(row: Record) -> Cell:
        p, text = (chance(row, day).p, hover(row, day)) if has_result(row) else (None, "failed")
        return Cell(p, text, row["cell"])

    def chart() -> Spec:
        return heat_map(
            _scale(record, x), _scale(record, y), [list(map(cell, line)) for line in grid], record["contours"]
        )

    return Figure(
        f"map-{day}",
        _span(record, day),
        f"{of}; lines join equal probabilities",
        f"Heat map of the probability of an offensive over {across} and {down}. {_span(record, day)}.",
        Table(
            f"{of}; down {down}, across {across}",
            (input_name(record, y), *map(written, rights)),
            "r" * (1 + len(rights)),
            rows,
        ),
        chart,
    )


def _lines(record: Record) -> Figure:
    (path,) = record["axes"]
    named, days = in_sentence(record, path), sorted(record["milestones"], reverse=True)
    rows = sorted(done(record), key=lambda row: row["inputs"][path])
    cells = ((written(row["inputs"][path]), *(with_interval(chance(row, day)) for day in days)) for row in rows)
    head = (input_name(record, path), *(f"Within {counted(day, 'day')}" for day in days))
    caption = f"Probability of an offensive by {named}, with its 95% Monte Carlo interval"
    return Figure(
        "lines",
        _span(record, days[0]),
        "Probability of an offensive, with 95% Monte Carlo bands",
        f"Line chart of the probability of an offensive over {named}. {_span(record, days[0])}.",
        Table(caption, head, "r" * len(head), tuple(cells)),
        lambda: _lined(rows, Scale(head[0], tuple(row["inputs"][path] for row in rows)), days),
    )


def _lined(rows: Sequence[Record], across: Scale, days: Sequence[int]) -> Spec:
    drawn = []
    for rank, day in enumerate(days):
        chances, window = [chance(row, day) for row in rows], counted(day, "day")
        texts = [
            f"{across.name} {written(value)}, within {window}: {with_interval(one)}"
            for value, one in zip(across.values, chances, strict=True)
        ]
        drawn.append(Curve(f"{window} {chances[-1].label}", chances, texts, **ranked(rank)))
    first, last = across.places[0], across.places[-1]
    xaxis = across.axis() | {"range": [first - (0.03 * (last - first) or 1.0), last]}
    spec = curves(across.places, drawn, xaxis, height=410, cells=[row["cell"] for row in rows], top=14, bottom=56)
    across.name_below(spec)
    label_ends(spec, drawn)
    return spec


def _tornado(record: Record, day: int) -> Figure:
    base = next((chance(row, day) for row in done(record) if row["cell"] == record["reference"]), None)
    ordered = _changes_by_input(record, day)
    shown, title = ordered[:MOST_ROWS], _tornado_title(ordered, day, base)
    rows = tuple(
        (
            input_name(record, path), written(row["inputs"][path]), shift.number, shift.interval,
            "" if shift.is_clear else "not clear",
        )
        for path, group in ordered
        for row, shift in group
    )  # fmt: skip
    of = f"Change in the probability of an offensive within {counted(day, 'day')}"
    caption = f"{of} from the base, in points, paired run by run"

    def chart() -> Spec:
        drawn = [_tornado_row(record, path, group) for path, group in shown]
        return strips(drawn, spanned_points(drawn), zero=True)

    return Figure(
        f"tornado-{day}",
        title,
        "Change from the base in points, each input alone, with 95% intervals of the paired difference",
        f"Tornado chart of {counted(len(shown), 'input')}. {title}.",
        Table(caption, ("Input", "Value", "Change", "Interval, 95%", "Note"), "llrrl", rows),
        chart,
    )


def _changes_by_input(record: Record, day: int) -> list[Changes]:
    """Return the rows that change each input, with their shifts; the input that moves most comes first."""
    groups: dict[str, list[tuple[Record, Shift]]] = {}
    for row in done(record):
        shift = change_of(row, day)
        if shift is not None and row["changed"]:
            groups.setdefault(row["changed"][0], []).append((row, shift))
    return sorted(groups.items(), key=lambda item: -max(abs(shift.p) for _, shift in item[1]))


def _tornado_row(record: Record, path: str, group: Sequence[tuple[Record, Shift]]) -> Row:
    """Return the row of an input; the part of its name that may be cut off on a narrow screen is last."""
    dots = [
        Dot(
            100 * shift.p, "offensive", f"{safe(row['label'])}: {shift.line}", 100 * shift.low, 100 * shift.high,
            size=9, cell=row["cell"],
        )
        for row, shift in group
    ]  # fmt: skip
    if len(group) == 1:
        ((row, shift),) = group
        name = f"{shift.number} {input_name(record, path)} {written(row['inputs'][path])}"
    else:
        each = ", ".join(f"{written(row['inputs'][path])} → {shift.number}" for row, shift in group)
        name = f"{input_name(record, path)}: {each}"
    return Row(name if len(name) <= NAME_WIDTH else f"{name[: NAME_WIDTH - 1]}…", dots=dots)


def _tornado_title(ordered: Sequence[Changes], day: int, base: Chance | None) -> str:
    stands = "" if base is None else f" from {base.text}"
    if not ordered:
        return f"Within {counted(day, 'day')} there is nothing to compare"
    row, shift = max((one for _, group in ordered for one in group), key=lambda one: abs(one[1].p))
    if not shift.is_clear:
        return f"Within {counted(day, 'day')} no single change clearly moves the probability{stands}"
    return f"Within {counted(day, 'day')} the largest single change is {shift.text}{stands}: {row['label']}"


def _list(record: Record, day: int) -> Figure:
    rows = sorted(done(record), key=lambda row: -chance(row, day).p)
    shown, body = rows[:MOST_ROWS], tuple((row["label"], *result_cells(row, day)) for row in rows)
    columns = ("Cell", "Probability", "Monte Carlo interval, 95%", "Change from the first cell, points")
    of = f"Probability of an offensive within {counted(day, 'day')}"

    def chart() -> Spec:
        drawn = []
        for row in shown:
            one = chance(row, day)
            dot = Dot(one.p, "offensive", hover(row, day), one.low, one.high, size=9, cell=row["cell"])
            drawn.append(Row(f"{one.text} {row['label']}", dots=[dot]))
        return strips(drawn, spanned_shares(drawn), zero=False)

    return Figure(
        f"list-{day}",
        _span(record, day),
        f"{of}, with 95% Monte Carlo intervals{only('highest', shown, rows)}",
        f"Dot chart of {counted(len(shown), 'cell')}. {_span(record, day)}.",
        Table(of, columns, "lrrr", body),
        chart,
    )
