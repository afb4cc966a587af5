"""Which figures a sweep gets, with what each says: by its design and the number of its axes.

Two axes on a full grid make a map, one axis lines, a reference cell a tornado of paired changes, a list intervals, and
anything larger parallel coordinates with the rank correlations of its axes.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.report.chance import Chance, Shift, with_interval
from sim.report.charts import Spec, axis, safe
from sim.report.curves import Curve, curves, label_ends, ranked
from sim.report.document import Figure, Table
from sim.report.maps import Scale, heat_map, parallel
from sim.report.reading import Record, in_sentence, input_name
from sim.report.rows import MOST_ROWS, Dot, Row, spanned_points, spanned_shares, strips
from sim.report.values import NONE, quantity, signed
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def done(record: Record) -> list[Record]:
    """Return the rows that have results."""
    return [row for row in record["rows"] if row["outcomes"] is not None]


def chance(row: Record, day: int) -> Chance:
    """Return the chance of an offensive within so many days in a cell."""
    return Chance.of(row["outcomes"]["offensive"][str(day)])


def written(value: Any) -> str:
    """Write a value of an axis."""
    return "removed" if value is None else "true" if value is True else quantity(value)


def is_number(value: Any) -> bool:
    """Whether a value of an axis is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def values_of(record: Record, path: str) -> list[Any]:
    """Return the different values of an axis: numbers in their order, words in that of the cells."""
    found: dict[str, Any] = {}
    for row in record["rows"]:
        found.setdefault(json.dumps(row["inputs"][path]), row["inputs"][path])
    values = list(found.values())
    return sorted(values) if all(map(is_number, values)) else values


def span(record: Record, day: int) -> str:
    """Say from where to where the probability runs, in the words of the cells' labels."""
    rows = sorted(done(record), key=lambda row: chance(row, day).p)
    low, high = rows[0], rows[-1]
    if chance(low, day).text == chance(high, day).text:
        return f"Within {counted(day, 'day')} the probability is {chance(low, day).text} in all cells"
    return (
        f"Within {counted(day, 'day')} the probability runs from {chance(low, day).text} ({low['label']}) "
        f"to {chance(high, day).text} ({high['label']})"
    )


def change_of(row: Record, day: int) -> Shift | None:
    """Return the change of a cell from the reference; None where it has none."""
    entry = ((row["changes"] or {}).get("offensive") or {}).get(str(day))
    return None if entry is None or row["index"] == 0 else Shift.of(entry)


def has_result(row: Record) -> bool:
    """Whether a cell has results."""
    return row["outcomes"] is not None


def hover(row: Record, day: int) -> str:
    """Write what the pointer shows on a cell."""
    return f"{safe(row['label'])}<br><b>{with_interval(chance(row, day))}</b>"


MOST_UPRIGHTS = 7
MOST_LINES = 600
CELL_FIGURE = "axes-parallel"
"""Where the parallel coordinates stand on the page."""


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation of an axis with the probability, and its 95% interval."""

    path: str
    value: float
    low: float
    high: float


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
        if not all(map(is_number, values)) or len(set(values)) < 2:
            continue
        r = min(0.9999, max(-0.9999, float(spearmanr(values, p).statistic)))
        half = 1.96 * math.sqrt((1 + r**2 / 2) / (len(rows) - 3))
        found.append(Correlation(path, r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)))
    return sorted(found, key=lambda one: -abs(one.value))


def correlation_figure(record: Record, found: Sequence[Correlation]) -> tuple[Figure, Spec]:
    """Draw the rank correlations of the axes, as `rank_correlations` gives them."""
    day = record["horizon"]
    clear = [one for one in found if one.low > 0 or one.high < 0]
    title = (
        f"Within {counted(day, 'day')} the probability goes most with {in_sentence(record, clear[0].path)}"
        if clear
        else f"No axis goes clearly with the probability within {counted(day, 'day')}"
    )
    shown = found[:MOST_ROWS]
    rows = [Row(f"{input_name(record, one.path)} {signed(one.value)}", dots=[_dot(record, one)]) for one in shown]
    xaxis = axis(range=[-1.03, 1.03], tickvals=[-1, -0.5, 0, 0.5, 1], ticktext=["−1", "−0.5", "0", "+0.5", "+1"])
    table = Table(
        "Rank correlation of each axis with the probability of an offensive (Spearman), strongest first",
        ("Axis", "Correlation", "Interval, 95%", "Remark"),
        "lrrl",
        tuple(
            (
                input_name(record, one.path),
                signed(one.value),
                f"{signed(one.low)} to {signed(one.high)}",
                "" if one in clear else "not clear",
            )
            for one in found
        ),
    )
    first = "" if len(shown) == len(found) else f"; the {len(shown)} strongest of {len(found)}"
    unit = f"Rank correlation over {counted(len(done(record)), 'cell')}, from −1 to +1, with 95% intervals{first}"
    alt = f"Bars of rank correlations of {len(shown)} axes. {title}."
    return Figure("correlations", title, unit, alt, table), strips(rows, xaxis, zero=True)


def _dot(record: Record, one: Correlation) -> Dot:
    said = f"{safe(input_name(record, one.path))}: {signed(one.value)} ({signed(one.low)} to {signed(one.high)})"
    return Dot(one.value, "offensive", said, one.low, one.high, size=9)


def parallel_figure(record: Record, found: Sequence[Correlation]) -> tuple[Figure, Spec]:
    """Draw parallel coordinates over the axes that go most with the probability, then others."""
    day, rows, paths = record["horizon"], done(record), _uprights(record, found)
    columns = [_column(record, path) for path in paths]
    p = [chance(row, day).p for row in rows]
    low, high = min(p), max(p)
    ends = [column[0] for column in columns] + [(f"{100 * low:.0f}%", f"{100 * high:.0f}%")]
    places = [*(column[1] for column in columns), [(one - low) / (high - low or 1.0) for one in p]]
    step = -(-len(rows) // MOST_LINES)
    drawn = list(zip(map(list, zip(*places, strict=True)), p, strict=True))[::step]
    table = Table(
        "The uprights of the figure",
        ("Upright", "What it is", "Foot", "Head"),
        "llrr",
        (
            *(
                (str(n), input_name(record, path), *end)
                for n, (path, end) in enumerate(zip(paths, ends, strict=False), 1)
            ),
            ("P", f"Probability of an offensive within {counted(day, 'day')}", *ends[-1]),
        ),
    )
    every = "" if step == 1 else f" (one in {step})"
    axes = len(record["axes"])
    some = "" if len(paths) == axes else f", the {len(paths)} that go most with it of {axes}"
    unit = f"A line for each cell{every}, coloured by its probability; axes{some}"
    key = "; ".join(f"{n} {input_name(record, path)}" for n, path in enumerate(paths, 1))
    alt = f"Parallel coordinates: {key}; P the probability. {span(record, day)}."
    return Figure(CELL_FIGURE, span(record, day), unit, alt, table), parallel(ends, drawn)


def _uprights(record: Record, found: Sequence[Correlation]) -> list[str]:
    """Return the axes to draw: those that go most with the probability, then others that take several values."""
    strongest = [one.path for one in found]
    others = (path for path in record["axes"] if path not in strongest and len(values_of(record, path)) > 1)
    return [*strongest, *others][:MOST_UPRIGHTS]


def _column(record: Record, path: str) -> tuple[tuple[str, str], list[float]]:
    """Return what stands at the ends of an upright, and the place of each cell on it."""
    values = [row["inputs"][path] for row in done(record)]
    if all(map(is_number, values)):
        low, high = min(values), max(values)
        return (_brief(low), _brief(high)), [(value - low) / (high - low or 1.0) for value in values]
    different = values_of(record, path)
    order = {json.dumps(value): n / max(1, len(different) - 1) for n, value in enumerate(different)}
    return (written(different[0])[:12], written(different[-1])[:12]), [order[json.dumps(value)] for value in values]


def _brief(value: float) -> str:
    """Write a number in two digits, as little room as there is between uprights."""
    return f"{value:.2g}".replace("-", "−")


def upright_key(figure: Figure) -> list[tuple[str, str]]:
    """Return number and name of each upright of the parallel coordinates."""
    return [(row[0], row[1]) for row in figure.table.rows]


NAME_WIDTH = 50
Drawn = tuple[Figure, Spec]
Changes = tuple[str, list[tuple[Record, Shift]]]
"""An input, and the rows that change it alone, with how far each moves the probability."""


def drawn_of(record: Record) -> Iterator[Drawn]:
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


def _is_plane(record: Record) -> bool:
    axes = record["axes"]
    return len(axes) == 2 and record["design"] == "grid" and all(len(values_of(record, path)) > 1 for path in axes)


def shape_of(record: Record) -> str:
    """Name the kind of figure that fits: `lines`, `map`, `tornado`, `list` or `parallel`."""
    axes, rows = list(record["axes"]), record["rows"]
    if record["design"] == "one-at-a-time":
        return "tornado"
    if not axes:
        return "list"
    if _is_plane(record):
        return "map"
    kind, fewest = ("lines", 2) if len(axes) == 1 else ("parallel", 3)
    is_numeric = any(all(is_number(row["inputs"][path]) for row in rows) for path in axes)
    return kind if is_numeric and len(rows) >= fewest else "list"


def _scale(record: Record, path: str) -> Scale:
    values = values_of(record, path)
    numeric = all(map(is_number, values))
    return Scale(input_name(record, path), tuple(values if numeric else map(written, values)))


def _map(record: Record, day: int) -> Drawn:
    x, y = record["axes"]
    across, down = in_sentence(record, x), in_sentence(record, y)
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
        f"Probability of an offensive within {counted(day, 'day')}; down {down}, across {across}",
        (input_name(record, y), *map(written, values_of(record, x))),
        "r" * (1 + len(grid[0])),
        tuple((written(value), *line) for value, line in zip(values_of(record, y), texts, strict=True)),
    )
    alt = f"Heat map of the probability of an offensive over {across} and {down}. {span(record, day)}."
    unit = f"Probability of an offensive within {counted(day, 'day')}; lines join equal probabilities"
    return Figure(f"map-{day}", span(record, day), unit, alt, table), spec


def _each(grid: Sequence[Sequence[Record]], of: Callable[[Record], Any]) -> list[list[Any]]:
    return [[of(row) for row in line] for line in grid]


def _lines(record: Record) -> Drawn:
    (path,) = record["axes"]
    name, named = input_name(record, path), in_sentence(record, path)
    rows = sorted(done(record), key=lambda row: row["inputs"][path])
    days = sorted(record["milestones"], reverse=True)
    drawn = []
    for rank, day in enumerate(days):
        chances = [chance(row, day) for row in rows]
        texts = [
            f"{name} {written(row['inputs'][path])}, within {counted(day, 'day')}: {with_interval(one)}"
            for row, one in zip(rows, chances, strict=True)
        ]
        drawn.append(Curve.of(f"{counted(day, 'day')} {chances[-1].label}", chances, texts, **ranked(rank)))
    across, cells = (
        Scale(name, tuple(row["inputs"][path] for row in rows)),
        [row["cell"] for row in rows],
    )
    first, last = across.places[0], across.places[-1]
    xaxis = across.axis() | {"range": [first - (0.03 * (last - first) or 1.0), last]}
    spec = curves(across.places, drawn, xaxis, height=410, cells=cells, top=14, bottom=56)
    across.name_below(spec)
    label_ends(spec, drawn)
    table = Table(
        f"Probability of an offensive by {named}, with its 95% Monte Carlo interval",
        (name, *(f"Within {counted(day, 'day')}" for day in days)),
        "r" * (1 + len(days)),
        tuple((written(row["inputs"][path]), *(with_interval(chance(row, day)) for day in days)) for row in rows),
    )
    alt = f"Line chart of the probability of an offensive over {named}. {span(record, days[0])}."
    unit = "Probability of an offensive, with 95% Monte Carlo bands"
    return Figure("lines", span(record, days[0]), unit, alt, table), spec


def _tornado(record: Record, day: int) -> Drawn:
    reference = next((row for row in done(record) if row["cell"] == record["reference"]), None)
    ordered = _changes_by_input(record, day)
    shown = ordered[:MOST_ROWS]
    drawn = [_tornado_row(record, path, group) for path, group in shown]
    title = _tornado_title(ordered, day, None if reference is None else chance(reference, day))
    unit = "Change from the base in points, each input alone, with 95% intervals of the paired difference"
    spec = strips(drawn, spanned_points(drawn), zero=True)
    alt = f"Tornado chart of {counted(len(drawn), 'input')}. {title}."
    return Figure(f"tornado-{day}", title, unit, alt, _tornado_table(record, ordered, day)), spec


def _changes_by_input(record: Record, day: int) -> list[Changes]:
    """Return the rows that change each input, with their shifts; the input that moves most first."""
    groups: dict[str, list[tuple[Record, Shift]]] = {}
    for row in done(record):
        shift = change_of(row, day)
        if shift is not None and row["changed"]:
            groups.setdefault(row["changed"][0], []).append((row, shift))
    return sorted(groups.items(), key=lambda item: -max(abs(shift.p) for _, shift in item[1]))


def _tornado_row(record: Record, path: str, group: Sequence[tuple[Record, Shift]]) -> Row:
    dots = [
        Dot(
            100 * shift.p, "offensive", f"{safe(row['label'])}: {shift.line}", 100 * shift.low, 100 * shift.high,
            size=9, cell=row["cell"],
        )
        for row, shift in group
    ]  # fmt: skip
    return Row(_row_name(record, path, group), dots=dots)


def _tornado_table(record: Record, ordered: Sequence[Changes], day: int) -> Table:
    rows = [(path, row, shift) for path, group in ordered for row, shift in group]
    return Table(
        f"Change of the probability of an offensive within {counted(day, 'day')} from the base, in points, paired "
        "run by run",
        ("Input", "Value", "Change", "Interval, 95%", "Remark"),
        "llrrl",
        tuple(
            (
                input_name(record, path),
                written(row["inputs"][path]),
                shift.number,
                shift.interval,
                "" if shift.is_clear else "not clear",
            )
            for path, row, shift in rows
        ),
    )


def _row_name(record: Record, path: str, group: Sequence[tuple[Record, Shift]]) -> str:
    """Name a row of a tornado, what may be cut on a narrow screen last."""
    if len(group) == 1:
        ((row, shift),) = group
        text = f"{shift.number} {input_name(record, path)} {written(row['inputs'][path])}"
    else:
        text = ", ".join(f"{written(row['inputs'][path])} → {shift.number}" for row, shift in group)
        text = f"{input_name(record, path)}: {text}"
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
