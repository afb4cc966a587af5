"""The Plotly figures of the report, as plain specifications by the id of their place on the page.

`specifications` reads the record alone. Dots and the strips of the headline are drawn by the page itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go

from sim.report import watch
from sim.report.chance import Chance
from sim.report.charts import (
    Spec,
    apart,
    axis,
    band,
    end_labels,
    figure,
    line,
    moment,
    note,
    rule,
    safe,
    share_axis,
    spec,
    time_axis,
    top_of,
)
from sim.report.counterfactuals import SHOWN, counterfactuals_of, ordered
from sim.report.drivers import bars
from sim.report.dumbbell import Pair, dumbbell
from sim.report.fans import fans
from sim.report.lanes import lanes
from sim.report.paired_bars import paired_bars
from sim.report.palette import LIGHT, tint
from sim.report.reading import OUTCOMES, STATES, Record, calendar_of, outcome_at, state_at, weeks, without_off
from sim.report.schedule import Mark, marks
from sim.report.tables import with_interval
from sim.report.tornado import tornado
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.dates import Calendar

CURVES: dict[str, dict[str, Any]] = {
    "strikes": {"dash": "dot", "width": 2},
    "agreement": {"width": 2},
    "terms": {"dash": "longdash", "width": 2},
    "offensive": {"width": 3.5},
    "limited": {"dash": "dash", "width": 1.8},
    "full": {"dash": "dashdot", "width": 1.8},
}
_LABELS = {
    "offensive": "Offensive",
    "strikes": "Strike",
    "agreement": "Agreement",
    "terms": "Terms",
    "limited": "limited",
    "full": "full",
}
STACK = ("offensive", "terms", "agreement", "standoff")
"""The states from the bottom of their figure up."""


def curves_of(record: Record) -> dict[str, dict[str, Any]]:
    """Return the styles of the curves of first events, less those that the scenario does without."""
    return {outcome: CURVES[outcome] for outcome in without_off(record, dict.fromkeys(CURVES, ""))}


def stack_of(record: Record) -> list[str]:
    """Return the states from the bottom of their figure up, less those that the scenario does without."""
    return list(without_off(record, dict.fromkeys(STACK, "")))


def specifications(record: Record) -> dict[str, Spec]:
    """Build every figure the record has data for.

    Parameters
    ----------
    record
        The content of forecast.json.

    Returns
    -------
    dict
        Plotly data and layout by element id.
    """
    figures = {"incidence": incidence(record), "states": states(record)}
    if any(True for _ in weeks(record)):
        figures["hazard"] = hazard(record)
    for number, actor in enumerate(record["actors"].values(), 1):
        figures[f"actor-{number}"] = fans(calendar_of(record), actor)
    if known := bars(record):
        figures["drivers-figure"] = tornado(known, outcome_at(record, "offensive", record["horizon"]), "index")
    if signs := watch.paired_bars(record):
        figures["indicators-figure"] = paired_bars(signs)
    if (otherwise := changes(record)) is not None:
        figures["counterfactuals-figure"] = otherwise
    if record.get("storylines"):
        figures["timelines"] = lanes(record)
    if record["convergence"]:
        figures["convergence"] = convergence(record)
    return {name: spec(one) for name, one in figures.items()}


def incidence(record: Record) -> go.Figure:
    """Cumulative incidence of first events, with Monte Carlo bands, milestones and scheduled changes."""
    calendar, curves = calendar_of(record), record["incidence"]
    marked = marks(record)
    fig = figure(height=410 if marked else 390, top=44 if marked else 26)
    days = curves["day"]
    x = [moment(calendar, day) for day in days]
    for outcome, style in curves_of(record).items():
        fig.add_trace(band(x, curves[outcome]["mc_low"], curves[outcome]["mc_high"], outcome))
        fig.add_trace(line(x, curves[outcome]["p"], outcome, incidence_texts(record, outcome), **style))
    top = top_of([value for outcome in curves_of(record) for value in curves[outcome]["mc_high"]])
    fig.update_layout(xaxis=time_axis(calendar), yaxis=share_axis(top))
    _milestones(fig, record, calendar, top)
    _schedule(fig, marked, calendar)
    end_labels(fig, incidence_labels(record), top)
    return fig


def incidence_texts(record: Record, outcome: str) -> list[str]:
    """Return what a curve says where it is pointed at, by day."""
    days = record["incidence"]["day"][1:]
    return ["", *(f"{OUTCOMES[outcome]} {with_interval(outcome_at(record, outcome, day))}" for day in days)]


def incidence_labels(record: Record) -> list[tuple[float, str, str]]:
    """Return value, text and colour of the label at the end of each curve."""
    return [
        (
            record["incidence"][outcome]["p"][-1],
            f"{name} {outcome_at(record, outcome, record['horizon']).label}",
            outcome,
        )
        for outcome, name in without_off(record, _LABELS).items()
    ]


def _milestones(fig: go.Figure, record: Record, calendar: Calendar, top: float) -> None:
    """Mark the milestones before the horizon on the line of the offensive; name those that have room for it."""
    labelled = milestone_labels(record, top)
    x = [moment(calendar, day) for day in labelled.days]
    markers = go.Scatter(
        x=x,
        y=labelled.values,
        mode="markers+text",
        marker={"color": LIGHT["offensive"], "size": 9},
        text=labelled.texts,
        textposition=labelled.sides,
        textfont={"color": LIGHT["offensive"], "size": 13},
        hoverinfo="skip",
        cliponaxis=False,
    )
    fig.add_trace(markers)
    for day, text, place in zip(labelled.days, labelled.texts, x, strict=True):
        rule(fig, place, "grid")
        if text:
            note(fig, counted(day, "day"), x=place, xref="x", xanchor="center", yshift=2)


@dataclass(frozen=True)
class MilestoneLabels:
    """The milestones on the line of the offensive: days, values, texts (empty where there is no room) and sides."""

    days: list[int]
    values: list[float]
    texts: list[str]
    sides: list[str]


def milestone_labels(record: Record, top: float) -> MilestoneLabels:
    """Return what the line of the offensive says at the milestones before the horizon."""
    horizon = record["horizon"]
    days = [day for day in record["milestones"] if day < horizon]
    chances = [outcome_at(record, "offensive", day) for day in days]
    named = set(apart([day for day in days if day >= horizon / 10], horizon / 4))
    return MilestoneLabels(
        days,
        [one.p for one in chances],
        [f"<b>{safe(one.label)}</b>" if day in named else "" for day, one in zip(days, chances, strict=True)],
        [_beside(day / horizon, one.p / top) for day, one in zip(days, chances, strict=True)],
    )


def _beside(across: float, up: float) -> str:
    """Where the label of a milestone has room: above a rising line, beneath it near the top."""
    if up > 0.8:
        return "bottom right"
    return "top center" if across < 0.2 else "top left"


def _schedule(fig: go.Figure, marked: Sequence[Mark], calendar: Calendar) -> None:
    """Mark scheduled changes above the plot by their numbers; those too close to have one each share it."""
    for day in sorted({mark.day for mark in marked}):
        rule(fig, calendar.at(day), "muted", "dot")
    heads = list(apart(sorted({mark.day for mark in marked}), calendar.horizon / 8))
    for head, after in pairwise([*heads, math.inf]):
        numbers = [mark.number for mark in marked if head <= mark.day < after]
        text = f"▼ {numbers[0]}" if len(numbers) == 1 else f"▼ {numbers[0]}-{numbers[-1]}"
        note(fig, text, x=calendar.at(head), xref="x", xanchor="center", yshift=19)


def states(record: Record) -> go.Figure:
    """State occupation over time, stacked."""
    calendar, curves = calendar_of(record), record["states"]
    fig = figure(height=310)
    x = [moment(calendar, day) for day in curves["day"]]
    for state in stack_of(record):
        fig.add_trace(
            go.Scatter(
                x=x, y=curves[state], stackgroup="all", mode="lines", line={"width": 0.8, "color": LIGHT["page"]},
                fillcolor=tint(state, 0.75), text=states_texts(record, state), hoverinfo="x+text",
            )
        )  # fmt: skip
    fig.update_layout(xaxis=time_axis(calendar), yaxis=share_axis(1.0))
    end_labels(fig, states_labels(record), 1.0)
    return fig


def states_texts(record: Record, state: str) -> list[str]:
    """Return what an area says where it is pointed at, by day."""
    return [f"{STATES[state]} {state_at(record, state, day).text}" for day in record["states"]["day"]]


def states_labels(record: Record) -> list[tuple[float, str, str]]:
    """Return place, text and colour of the label at the end of each area."""
    labels, base = [], 0.0
    for state in stack_of(record):
        last = record["states"][state][-1]
        labels.append((base + last / 2, f"{STATES[state]} {state_at(record, state, record['horizon']).label}", state))
        base += last
    return labels


def hazard(record: Record) -> go.Figure:
    """Weekly hazard of the offensive, with Monte Carlo error bars."""
    calendar, rows = calendar_of(record), list(weeks(record))
    fig = figure(height=250)
    chances = [row.hazard for row in rows]
    peak = max(range(len(rows)), key=lambda index: chances[index].p)
    fig.add_trace(
        go.Bar(
            x=[f"{calendar.at(row.start + 3)}T12:00:00" for row in rows],
            y=[one.p for one in chances],
            width=[6 * 86_400_000] * len(rows),
            marker={"color": tint("offensive", 0.75), "line": {"width": 0}},
            error_y={
                "array": [one.high - one.p for one in chances],
                "arrayminus": [one.p - one.low for one in chances],
                "color": LIGHT["muted"], "thickness": 1, "width": 2,
            },
            hovertext=[f"Week {row.number}: {with_interval(row.hazard)}" for row in rows],
            hoverinfo="text",
        )
    )  # fmt: skip
    top = 1.12 * max(one.high for one in chances)
    fig.update_layout(xaxis=time_axis(calendar), yaxis=share_axis(min(1.0, top)), hovermode="closest")
    fig.add_annotation(
        x=f"{calendar.at(rows[peak].start + 3)}T12:00:00", y=chances[peak].high, yanchor="bottom", showarrow=False,
        xanchor="center" if peak else "left", text=f"<b>{chances[peak].text}</b>", font={"color": LIGHT["offensive"]},
    )  # fmt: skip
    return fig


def changes(record: Record) -> go.Figure | None:
    """Return the figure of the largest counterfactuals, before and after; None where the record has none."""
    if counterfactuals_of(record) is None:
        return None
    rows = ordered(record, record["horizon"])[:SHOWN]
    pairs = [
        Pair(row.label, row.before.p, row.after.p, row.before.p + row.shift.low, row.before.p + row.shift.high,
             row.shift.number, row.shift.is_clear)
        for row in rows
    ]  # fmt: skip
    return dumbbell(pairs, f"as it is {rows[0].before.label}")


def convergence(record: Record) -> go.Figure:
    """Headline and its Monte Carlo interval against the number of runs."""
    rows = record["convergence"]
    chances = [Chance.of(row) for row in rows]
    x = [row["runs"] for row in rows]
    fig = figure(height=250)
    fig.add_trace(band(x, [one.low for one in chances], [one.high for one in chances], "offensive"))
    texts = [f"{counted(runs, 'run')}: {with_interval(one)}" for runs, one in zip(x, chances, strict=True)]
    fig.add_trace(line(x, [one.p for one in chances], "offensive", texts))
    ends = [math.log10(x[0]), math.log10(x[-1])]
    ticks = [10**power for power in range(math.ceil(ends[0]), math.floor(ends[1]) + 1)]
    top = top_of([one.high for one in chances])
    fig.update_layout(
        xaxis=axis(
            type="log", range=ends, showgrid=False, showline=True, linecolor=LIGHT["muted"], ticks="outside",
            tickcolor=LIGHT["muted"], tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks],
            title={"text": "runs, logarithmic", "font": {"size": 12, "color": LIGHT["muted"]}},
        ),
        yaxis=share_axis(top),
        hovermode="closest",
    )  # fmt: skip
    end_labels(fig, [(chances[-1].p, chances[-1].label, "offensive")], top)
    return fig
