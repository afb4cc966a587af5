"""How the headline settled as runs came in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.report.chance import Chance, with_interval
from sim.report.charts import LIGHT, Spec, axis
from sim.report.curves import Curve, curves, label_ends
from sim.report.document import Figure, Table
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record


def figure_of(record: Record) -> Figure | None:
    """Return the headline against the number of runs; None where there are too few."""
    counts, chances = [row["runs"] for row in record["convergence"]], [Chance.of(row) for row in record["convergence"]]
    if not counts:
        return None
    first, last = chances[0], chances[-1]
    title = f"The headline was {first.text} after {counted(counts[0], 'run')} and {last.text} after {counts[-1]:,}"
    narrows = f"the interval narrows from {first.interval} to {last.interval}"
    rows = tuple((f"{runs:,}", one.text, one.interval) for runs, one in zip(counts, chances, strict=True))
    columns = ("Runs", "Probability", "Monte Carlo interval, 95%")
    return Figure(
        "convergence",
        title,
        "Probability of an offensive within the window, after so many runs",
        f"Line chart with its Monte Carlo band. {title}; {narrows}.",
        Table("The headline after so many runs", columns, "lrr", rows),
        lambda: _chart(counts, chances),
    )


def _chart(counts: list[int], chances: list[Chance]) -> Spec:
    """Draw the headline with its Monte Carlo interval."""
    texts = [f"{counted(runs, 'run')}: {with_interval(one)}" for runs, one in zip(counts, chances, strict=True)]
    ends = [math.log10(counts[0]), math.log10(counts[-1])]
    ticks = [10**power for power in range(math.ceil(ends[0]), math.floor(ends[1]) + 1)]
    xaxis = axis(
        type="log", range=ends, showgrid=False, showline=True, linecolor=LIGHT["muted"], ticks="outside",
        tickcolor=LIGHT["muted"], tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks],
        title={"text": "runs, logarithmic", "font": {"size": 12, "color": LIGHT["muted"]}},
    )  # fmt: skip
    drawn = [Curve(chances[-1].label, chances, texts)]
    fig = curves(counts, drawn, xaxis, height=250, hovermode="closest")
    label_ends(fig, drawn)
    return fig
