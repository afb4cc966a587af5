"""The figures of a sweep over many axes: how each goes with the probability, and all cells as parallel coordinates."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.captions import Figure
from sim.report.charts import Spec, axis, safe
from sim.report.maps import parallel
from sim.report.rows import MOST_ROWS, Dot, Row, strips
from sim.report.sweep_reading import chance, done, is_number, short, span, values_of, written
from sim.report.tables import Table
from sim.report.values import signed
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record

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
        f"Within {counted(day, 'day')} the probability goes most with {short(clear[0].path)}"
        if clear
        else f"No axis goes clearly with the probability within {counted(day, 'day')}"
    )
    shown = found[:MOST_ROWS]
    rows = [Row(f"{short(one.path)} {signed(one.value)}", dots=[_dot(one)]) for one in shown]
    xaxis = axis(range=[-1.03, 1.03], tickvals=[-1, -0.5, 0, 0.5, 1], ticktext=["−1", "−0.5", "0", "+0.5", "+1"])
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
    unit = f"Rank correlation over {counted(len(done(record)), 'cell')}, from −1 to +1, with 95% intervals{first}"
    alt = f"Bars of rank correlations of {len(shown)} axes. {title}."
    return Figure("correlations", title, unit, alt, table), strips(rows, xaxis, zero=True)


def _dot(one: Correlation) -> Dot:
    said = f"{safe(one.path)}: {signed(one.value)} ({signed(one.low)} to {signed(one.high)})"
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
            *((str(n), path, *end) for n, (path, end) in enumerate(zip(paths, ends, strict=False), 1)),
            ("P", f"Probability of an offensive within {counted(day, 'day')}", *ends[-1]),
        ),
    )
    every = "" if step == 1 else f" (one in {step})"
    axes = len(record["axes"])
    some = "" if len(paths) == axes else f", the {len(paths)} that go most with it of {axes}"
    unit = f"A line for each cell{every}, coloured by its probability; axes{some}"
    key = "; ".join(f"{n} {short(path)}" for n, path in enumerate(paths, 1))
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
