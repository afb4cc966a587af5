"""Charts over time: curves with their bands, stacked areas, weekly bars, fans, the course of one run.

`curves` draws every chart of probabilities with Monte Carlo bands, over dates or over any other axis.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sim.report.captions import marks
from sim.report.chance import Chance, with_interval
from sim.report.charts import (
    LIGHT,
    Spec,
    apart,
    axis,
    band,
    dots,
    end_labels,
    figure,
    line,
    moment,
    noon,
    note,
    number_days,
    rule,
    safe,
    share_axis,
    time_axis,
    tint,
    top_of,
)
from sim.report.reading import (
    OUTCOMES,
    STATES,
    Record,
    calendar_of,
    outcome_at,
    state_at,
    strikes_of,
    weeks,
    without_off,
)
from sim.report.values import Calendar, on_scale, plain, short_date
from sim.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

CURVES: dict[str, tuple[str, dict[str, Any]]] = {
    "offensive": ("Offensive", {"width": 3.5}),
    "strikes": ("Strike", {"dash": "dot"}),
    "agreement": ("Agreement", {}),
    "terms": ("Terms", {"dash": "longdash"}),
    "limited": ("limited", {"dash": "dash", "width": 1.8}),
    "full": ("full", {"dash": "dashdot", "width": 1.8}),
}
"""Label and style of the curve of each outcome, in the order of the labels."""
DRAWN = ("strikes", "agreement", "terms", "offensive", "limited", "full")
"""The outcomes from the back of their figure to its front."""
STACK = ("offensive", "terms", "agreement", "standoff")
"""The states from the bottom of their figure up."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
_ACTORS = ("offensive", "limited", "agreement", "strikes", "standoff")
"""Colours of the leading actors of one run."""


@dataclass(frozen=True)
class Curve:
    """A line with its band; `texts` are shown where it is pointed at, `label` stands at its end.

    Attributes
    ----------
    marker
        Size of its dots in pixels; 0: none.
    """

    label: str
    chances: Sequence[tuple[float, float, float]]
    """Value, low and high at each place."""
    texts: Sequence[str]
    colour: str = "offensive"
    width: float = 2
    dash: str = "solid"
    marker: int = 0

    @classmethod
    def of(cls, label: str, chances: Sequence[Chance], texts: Sequence[str], **style: Any) -> Curve:
        """Return the curve of probabilities."""
        return cls(label, [(one.p, one.low, one.high) for one in chances], texts, **style)


def ranked(rank: int) -> dict[str, Any]:
    """Return the style of one of several curves in one colour: the first is drawn boldest."""
    return {"dash": DASHES[rank % len(DASHES)], "width": 1.8 if rank else 3.5, "marker": 5 if rank else 8}


def curves(
    x: Sequence[Any],
    drawn: Sequence[Curve],
    xaxis: Spec,
    *,
    height: int,
    also: Sequence[float] = (),
    cells: Sequence[str] | None = None,
    **layout: Any,
) -> Spec:
    """Return a chart of curves, from the back to the front; `label_ends` labels them.

    Parameters
    ----------
    also
        Shares that the vertical axis must hold besides.
    cells
        The id of the cell at each place, of a sweep.
    layout
        What `figure` takes besides the height.
    """
    fig = figure(height=height, **layout)
    for one in drawn:
        p, low, high = zip(*one.chances, strict=True)
        fig["data"].append(band(x, low, high, one.colour))
        trace = line(x, p, one.colour, one.texts, width=one.width, dash=one.dash)
        if one.marker:
            marker = {"color": LIGHT[one.colour], "size": one.marker}
            trace |= {"mode": "lines+markers", "marker": marker, "cliponaxis": False}
        fig["data"].append(trace if cells is None else {**trace, "customdata": cells, "hoverinfo": "text"})
    top = top_of([*also, *(high for one in drawn for *_, high in one.chances)])
    fig["layout"].update(xaxis=xaxis, yaxis=share_axis(top))
    return fig


def label_ends(fig: Spec, drawn: Sequence[Curve]) -> None:
    """Label curves at the right edge, the first in bold."""
    labels = [(one.chances[-1][0], one.label, one.colour) for one in drawn]
    end_labels(fig, labels, fig["layout"]["yaxis"]["range"][1])


def incidence(record: Record) -> Spec:
    """Cumulative incidence of first events, with Monte Carlo bands, milestones and scheduled changes."""
    calendar, marked = calendar_of(record), marks(record)
    x = [moment(calendar, day) for day in record["incidence"]["day"]]
    known = {outcome: _first_events(record, outcome) for outcome in without_off(record, dict.fromkeys(CURVES, ""))}
    drawn = [known[outcome] for outcome in DRAWN if outcome in known]
    fig = curves(x, drawn, time_axis(calendar), height=410 if marked else 390, top=44 if marked else 26)
    _milestones(fig, record, calendar)
    number_days(fig, calendar, [(mark.day, mark.number) for mark in marked], calendar.horizon / 8, 19)
    label_ends(fig, list(known.values()))
    return fig


def _first_events(record: Record, outcome: str) -> Curve:
    """Return the curve of an outcome, with what it says where it is pointed at, by day."""
    of, (name, style) = record["incidence"][outcome], CURVES[outcome]
    days = record["incidence"]["day"][1:]
    return Curve(
        f"{name} {outcome_at(record, outcome, record['horizon']).label}",
        list(zip(of["p"], of["mc_low"], of["mc_high"], strict=True)),
        ["", *(f"{OUTCOMES[outcome]} {with_interval(outcome_at(record, outcome, day))}" for day in days)],
        outcome,
        **style,
    )


def _milestones(fig: Spec, record: Record, calendar: Calendar) -> None:
    """Mark the milestones before the horizon on the line of the offensive; name those that have room for it."""
    horizon = record["horizon"]
    days = [day for day in record["milestones"] if day < horizon]
    named = apart([day for day in days if day >= horizon / 10], horizon / 4)
    fig["data"].append(
        _marked(record, calendar, {day: day in named for day in days}, fig["layout"]["yaxis"]["range"][1])
    )
    for day in days:
        rule(fig, moment(calendar, day), "grid")
        if day in named:
            note(fig, counted(day, "day"), x=moment(calendar, day), xref="x", xanchor="center", yshift=2)


def _marked(record: Record, calendar: Calendar, days: Mapping[int, bool], top: float) -> Spec:
    """Return a dot for each day, with its probability for those that are named."""
    chances = [outcome_at(record, "offensive", day) for day in days]
    shares, colour = [one.p for one in chances], LIGHT["offensive"]
    texts = [f"<b>{safe(one.label)}</b>" if days[day] else "" for day, one in zip(days, chances, strict=True)]
    return dots([moment(calendar, day) for day in days], shares, texts, color=colour, size=9) | {
        "mode": "markers+text",
        "textposition": [_where(day / record["horizon"], p / top) for day, p in zip(days, shares, strict=True)],
        "textfont": {"color": colour, "size": 13},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }


def _where(across: float, up: float) -> str:
    """Where the label of a milestone has room: above a rising line, beneath it near the top."""
    if up > 0.8:
        return "bottom right"
    return "top center" if across < 0.2 else "top left"


def states(record: Record) -> Spec:
    """State occupation over time, stacked."""
    calendar, shares = calendar_of(record), record["states"]
    fig = figure(height=310, xaxis=time_axis(calendar), yaxis=share_axis(1.0))
    x = [moment(calendar, day) for day in shares["day"]]
    labels, base = [], 0.0
    for state in without_off(record, dict.fromkeys(STACK, "")):
        texts = [f"{STATES[state]} {state_at(record, state, day).text}" for day in shares["day"]]
        area = {"stackgroup": "all", "fillcolor": tint(state, 0.75), "line": {"width": 0.8, "color": LIGHT["page"]}}
        fig["data"].append(line(x, shares[state], state, texts) | area)
        last = shares[state][-1]
        labels.append((base + last / 2, f"{STATES[state]} {state_at(record, state, record['horizon']).label}", state))
        base += last
    end_labels(fig, labels, 1.0)
    return fig


def hazard(record: Record) -> Spec:
    """Weekly hazard of the offensive, with Monte Carlo error bars."""
    calendar, rows = calendar_of(record), list(weeks(record))
    chances, x = [row.hazard for row in rows], [noon(calendar, row.start + 3) for row in rows]
    peak = max(range(len(rows)), key=lambda index: chances[index].p)
    top = min(1.0, 1.12 * max(one.high for one in chances))
    fig = figure(height=250, xaxis=time_axis(calendar), yaxis=share_axis(top), hovermode="closest")
    fig["data"].append({
        "type": "bar", "x": x, "y": [one.p for one in chances], "width": [6 * 86_400_000] * len(rows),
        "marker": {"color": tint("offensive", 0.75), "line": {"width": 0}},
        "error_y": {
            "array": [one.high - one.p for one in chances], "arrayminus": [one.p - one.low for one in chances],
            "color": LIGHT["muted"], "thickness": 1, "width": 2,
        },
        "hovertext": [f"Week {row.number}: {with_interval(row.hazard)}" for row in rows], "hoverinfo": "text",
    })  # fmt: skip
    note(
        fig, f"<b>{chances[peak].text}</b>", x=x[peak], xref="x", xanchor="center" if peak else "left",
        y=chances[peak].high, yref="y", yshift=0, font={"color": LIGHT["offensive"], "size": 13},
    )  # fmt: skip
    return fig


def convergence(record: Record) -> Spec:
    """Headline and its Monte Carlo interval against the number of runs."""
    rows = record["convergence"]
    chances, x = [Chance.of(row) for row in rows], [row["runs"] for row in rows]
    texts = [f"{counted(runs, 'run')}: {with_interval(one)}" for runs, one in zip(x, chances, strict=True)]
    ends = [math.log10(x[0]), math.log10(x[-1])]
    ticks = [10**power for power in range(math.ceil(ends[0]), math.floor(ends[1]) + 1)]
    xaxis = axis(
        type="log", range=ends, showgrid=False, showline=True, linecolor=LIGHT["muted"], ticks="outside",
        tickcolor=LIGHT["muted"], tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks],
        title={"text": "runs, logarithmic", "font": {"size": 12, "color": LIGHT["muted"]}},
    )  # fmt: skip
    drawn = [Curve.of(chances[-1].label, chances, texts)]
    fig = curves(x, drawn, xaxis, height=250, hovermode="closest")
    label_ends(fig, drawn)
    return fig


def history_curve(record: Record, marked: Sequence[tuple[datetime.date, int]]) -> Spec:
    """Draw the probability of an offensive by as-of date, a line for each window, news marked above it.

    Parameters
    ----------
    record
        The content of history.json.
    marked
        Date and number of each piece of news, in order of time.
    """
    dates = [point["date"] for point in record["points"]]
    first, last = (datetime.date.fromisoformat(dates[end]) for end in (0, -1))
    calendar, drawn = Calendar(first, max(1, (last - first).days)), []
    for rank, days in enumerate(sorted(record["milestones"], reverse=True)):
        chances, window = [Chance.of(point["by"][str(days)]) for point in record["points"]], counted(days, "day")
        texts = [f"within {window}: {with_interval(one)}" for one in chances]
        drawn.append(Curve.of(f"{window} {chances[-1].label}", chances, texts, **ranked(rank)))
    # The axis begins early enough that the first dots keep clear of the other axis.
    early = datetime.datetime.combine(first, datetime.time()) - datetime.timedelta(hours=round(0.4 * calendar.horizon))
    xaxis = time_axis(calendar) | {"range": [early.isoformat(), calendar.at(calendar.horizon)]}
    fig = curves(dates, drawn, xaxis, height=410, top=30 if marked else 14)
    number_days(fig, calendar, [((date - first).days, number) for date, number in marked], calendar.horizon / 9, 4)
    label_ends(fig, drawn)
    return fig


def fans(calendar: Calendar, actor: Record) -> Spec:
    """Fan charts of one actor over the weeks, stance on the left and posture on the right, 50% and 90% bands."""
    fig = figure(
        height=206, top=46, right=8, left=30, bottom=26,
        xaxis=time_axis(calendar, small=True) | {"domain": [0, 0.43]},
        xaxis2=time_axis(calendar, small=True) | {"domain": [0.57, 1], "anchor": "y2"},
        yaxis=axis(range=[-1, 1], tickvals=[-1, 0, 1], ticktext=["−1", "0", "+1"]),
        yaxis2=axis(range=[0, 1], tickvals=[0, 0.5, 1], ticktext=["0", "0.5", "1"], anchor="x2"),
    )  # fmt: skip
    x = [calendar.at(day) for day in actor["day"]]
    posture = safe(str(actor["posture_name"]).capitalize())
    panels = (("Stance", "stance", 0.0, "", on_scale), (posture, "posture", 0.57, "2", plain))
    for title, kind, left, suffix, write in panels:
        axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
        fig["data"] += [{**trace, **axes} for trace in _fan(x, actor[kind], write)]
        medians = [value for value in actor[kind]["q50"] if value is not None]
        change = f"{write(medians[0])} → {write(medians[-1])}" if medians else "no runs"
        note(fig, f"<b>{title}</b><br>{change}", x=left, font={"color": LIGHT["ink"], "size": 13}, yshift=3)
    return fig


def _fan(x: Sequence[str], of: Record, write: Callable[[float], str]) -> list[Spec]:
    """Return the bands and the median of one panel over the weeks that still have runs."""
    known = [index for index, value in enumerate(of["q50"]) if value is not None]
    if not known:
        return []
    x = [x[index] for index in known]
    values = {q: [of[q][index] for index in known] for q in of}
    texts = [
        f"median {write(m)}<br>50%: {write(a)} to {write(b)}<br>90%: {write(c)} to {write(d)}"
        for m, a, b, c, d in zip(*(values[q] for q in ("q50", "q25", "q75", "q05", "q95")), strict=True)
    ]
    return [
        band(x, values["q05"], values["q95"], "fan"),
        band(x, values["q25"], values["q75"], "fan", opacity=0.36),
        line(x, values["q50"], "fan", texts),
    ]


def run_figures(record: Record) -> dict[str, Spec]:
    """Return the figures of one run by their places: postures and stances of the leading actors day by day."""
    return {
        "run-posture": _course(record, "posture", "posture_name", 0, plain),
        "run-stance": _course(record, "stance", None, -1, on_scale),
    }


def _course(record: Record, kind: str, name: str | None, low: int, write: Callable[[float], str]) -> Spec:
    calendar, course = calendar_of(record), record["course"]
    fig = figure(height=300, top=30, xaxis=time_axis(calendar), yaxis=axis(range=[low, 1], nticks=5))
    _ground(fig, record, calendar, course)
    x = [calendar.at(day) for day in range(course["days"] + 1)]
    labels = []
    for place, actor in enumerate(course["start"]["posture"]):
        known, colour = record["actors"][actor], _ACTORS[place % len(_ACTORS)]
        values, told = record["daily"]["actors"][actor][kind], kind if name is None else known[name]
        texts = [f"{safe(known['name'])}, {told} {write(value)}" for value in values]
        fig["data"].append(line(x, values, colour, texts))
        labels.append(((values[-1] - low) / (1 - low), str(known["name"]), colour))
    end_labels(fig, labels, 1.0)
    return fig


def _ground(fig: Spec, record: Record, calendar: Calendar, course: Mapping[str, Any]) -> None:
    """Shade agreements, mark days of heavy bombing along the foot and the offensive."""
    for (start, phase), (end, _) in pairwise([*course["phases"], [course["days"], ""]]):
        if phase == "agreement":
            fig["layout"]["shapes"].append({
                "type": "rect", "x0": calendar.at(start), "x1": calendar.at(end), "y0": 0, "y1": 1, "yref": "paper",
                "layer": "below", "line": {"width": 0}, "fillcolor": tint("agreement", 0.18),
            })  # fmt: skip
            note(fig, "agreement", x=calendar.at(start), xref="x", font={"color": LIGHT["agreement"], "size": 12})
    days = course["strikes"]
    texts = [f"{short_date(calendar.date(day))}: {safe(strikes_of(record))}" for day in days]
    bombing = dots([noon(calendar, day) for day in days], [0.02] * len(days), texts, color=LIGHT["strikes"], size=6)
    fig["data"].append(bombing | {"yaxis": "y2"})
    fig["layout"]["yaxis2"] = axis(range=[0, 1], overlaying="y", visible=False)
    if course["day"] is not None:
        yielded, at = course["end"] == "terms", noon(calendar, course["day"])
        colour, end = ("terms", "terms of surrender") if yielded else ("offensive", f"{course['end']} offensive")
        rule(fig, at, colour)
        side = "right" if course["day"] > 0.7 * record["horizon"] else "left"
        note(fig, end, x=at, xref="x", xanchor=side, font={"color": LIGHT[colour], "size": 12}, yshift=14)
