"""What happens and when: the times of first events, how the futures end, how the headline settled as runs came in.

Cumulative incidence, states and weekly hazard are each a chart and a table; time tables keep one row per week and the
milestones, because the record has every day. The futures are a grid of runs that represent all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import sub
from typing import Any, NamedTuple

from sim.report import charts
from sim.report.chance import Chance, points_text, with_interval
from sim.report.charts import LIGHT, Curve, Spec
from sim.report.document import Block, Entry, Figure, List, Section, Table, Text
from sim.report.reading import ENDS, OUTCOMES, STATES, WEEK, Record, calendar_of, outcome_at, strikes_of, without_off
from sim.report.sections.schedule import in_force_sentence, marks, schedule_table
from sim.report.sections.story import explain_command
from sim.report.values import NONE, Calendar, or_dash, short_date
from sim.wording import counted, long_date

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


def section_of(record: Record, windows: list[int]) -> Section:
    """Read when first events come; short tables keep the rows of these windows."""
    keep = [counted(days, "day") for days in windows]
    changes = List(tuple(Entry(f"{one.date}: {one.label}", str(one.number)) for one in marks(record)), "marks")
    kinds = {
        "strikes": f"A strike is a day of {strikes_of(record)}.",
        "terms": "Terms of surrender end a future without an offensive: the defenders give up the ground.",
    }
    about = " ".join(
        (
            *without_off(record, kinds).values(),
            "A full offensive is launched at an imminence (readiness times support) of 0.3 or more, a limited one "
            "below that. First events count as long as the future has not ended.",
            in_force_sentence(record),
        )
    ).strip()
    marked = Block("note", "▼ marks what is scheduled, with its number above.") if changes.items else None
    share = Chance.of(record["after_agreement"]).text
    after = (
        f"An agreement is not the end: in {share} of all futures the offensive is launched while an agreement is in "
        "force."
    )
    weekly = (
        "Offensives that begin in a week, as a share of the futures without one at its start; the intervals are "
        "Monte Carlo. Days after the last whole week are left out."
    )
    hazards = hazard(record)
    return Section("When", (
        incidence(record).thin(keep).with_parts(changes, Text(about, "note"), marked, schedule_table(record).fold()),
        states(record).thin(keep).with_parts(Text(after, "note")),
        hazards and hazards.thin().with_parts(Text(weekly, "note")),
        outcomes_table(record).fold("All outcomes by milestone, with both uncertainties"),
    ), id="when")  # fmt: skip


def outcomes_table(record: Record) -> Table:
    """Return all outcomes by milestone, with both uncertainties."""
    calendar = calendar_of(record)
    rows = [
        (
            name, counted(days, "day"), short_date(calendar.until(days)), chance.text, chance.interval,
            or_dash(chance.input_sd, points_text), chance.spread_text or NONE,
        )
        for outcome, name in without_off(record, OUTCOMES).items()
        for days in record["milestones"]
        for chance in (outcome_at(record, outcome, days),)
    ]  # fmt: skip
    columns = (
        "Outcome", "Within", "Until", "Probability", "Monte Carlo, 95%", "Input sd", "Beta fit, central 80%",
    )  # fmt: skip
    return Table("All outcomes by milestone", columns, "lllrrrr", tuple(rows))


def _by_week(
    record: Record, caption: str, heads: tuple[str, str], names: Mapping[str, str], write: Callable[[str, int], str]
) -> Table:
    """Return a table with a row for each whole week, milestone and the horizon, and a column for each name."""
    calendar, horizon = calendar_of(record), record["horizon"]
    rows = tuple(
        (counted(days, "day"), short_date(calendar.until(days)), *(write(key, days) for key in names))
        for days in sorted({*range(WEEK, horizon + 1, WEEK), *record["milestones"], horizon})
    )
    return Table(caption, (*heads, *names.values()), "ll" + "r" * len(names), rows)


# -- first events -----------------------------------------------------------------------------------------------------


def incidence(record: Record) -> Figure:
    """Return the cumulative incidence of first events, with Monte Carlo bands, milestones and scheduled changes."""
    days, names = record["horizon"], without_off(record, OUTCOMES)
    ends = {outcome: outcome_at(record, outcome, days).text for outcome in names}
    told = {
        "agreement": "an agreement is concluded",
        "terms": "the defenders surrender on terms",
        "strikes": f"{strikes_of(record)} begins",
    }
    others = ", ".join(f"{words} in {ends[outcome]}" for outcome, words in without_off(record, told).items())
    steps = ", ".join(
        f"{outcome_at(record, 'offensive', day).text} within {counted(day, 'day')}" for day in record["milestones"]
    )
    at_end = ", ".join(f"{names[outcome].lower()} {end}" for outcome, end in ends.items() if outcome != "offensive")
    table = _by_week(
        record, "Share of futures with the event, with its 95% Monte Carlo interval", ("Within", "Until"), names,
        lambda outcome, days: with_interval(outcome_at(record, outcome, days)),
    )  # fmt: skip
    return Figure(
        "incidence",
        f"Within {counted(days, 'day')} an offensive begins in {ends['offensive']} of futures, {others}",
        "Share of futures in which it has begun, with 95% Monte Carlo bands",
        f"Line chart of cumulative incidence over {counted(days, 'day')}. Offensive: {steps}. By the end: {at_end}.",
        table,
        lambda: incidence_chart(record),
    )


def incidence_chart(record: Record) -> Spec:
    """Draw the cumulative incidence of first events."""
    calendar, marked = calendar_of(record), marks(record)
    x = [charts.moment(calendar, day) for day in record["incidence"]["day"]]
    known = {outcome: _curve(record, outcome) for outcome in without_off(record, dict.fromkeys(CURVES, ""))}
    drawn = [known[outcome] for outcome in DRAWN if outcome in known]
    height, top = (410, 44) if marked else (390, 26)
    fig = charts.curves(x, drawn, charts.time_axis(calendar), height=height, top=top)
    _milestones(fig, record)
    charts.number_days(fig, calendar, [(mark.day, mark.number) for mark in marked], calendar.horizon / 8, 19)
    charts.label_ends(fig, list(known.values()))
    return fig


def _curve(record: Record, outcome: str) -> Curve:
    of, (name, style) = record["incidence"][outcome], CURVES[outcome]
    days = record["incidence"]["day"][1:]
    return Curve(
        f"{name} {outcome_at(record, outcome, record['horizon']).label}",
        [Chance(*at) for at in zip(of["p"], of["mc_low"], of["mc_high"], strict=True)],
        ["", *(f"{OUTCOMES[outcome]} {with_interval(outcome_at(record, outcome, day))}" for day in days)],
        outcome,
        **style,
    )


def _milestones(fig: Spec, record: Record) -> None:
    """Mark the milestones before the horizon on the line of the offensive, and name those with room for it."""
    calendar, horizon, top = calendar_of(record), record["horizon"], fig["layout"]["yaxis"]["range"][1]
    days = [day for day in record["milestones"] if day < horizon]
    named = _with_room(days, horizon)
    places, values, texts, sides = [], [], [], []
    for day in days:
        chance, place = outcome_at(record, "offensive", day), charts.moment(calendar, day)
        places.append(place)
        values.append(chance.p)
        texts.append(f"<b>{charts.safe(chance.label)}</b>" if day in named else "")
        sides.append(_where(day / horizon, chance.p / top))
        charts.rule(fig, place, "grid")
        if day in named:
            charts.note(fig, counted(day, "day"), x=place, xref="x", xanchor="center", yshift=2)
    fig["data"].append(charts.dots(places, values, texts, color=LIGHT["offensive"], size=9) | {
        "mode": "markers+text", "textfont": {"color": LIGHT["offensive"], "size": 13}, "hoverinfo": "skip",
        "textposition": sides, "cliponaxis": False,
    })  # fmt: skip


def _with_room(days: list[int], horizon: int) -> set[float]:
    """Return the milestones whose names neither leave the figure nor overlap."""
    return set(charts.apart([day for day in days if day >= horizon / 10], horizon / 4))


def _where(across: float, up: float) -> str:
    """Return where the label of a milestone has room: above a rising line, or below it near the top."""
    if up > 0.8:
        return "bottom right"
    return "top center" if across < 0.2 else "top left"


# -- states -----------------------------------------------------------------------------------------------------------


def _state_at(record: Record, state: str, day: int) -> Chance:
    """Return the chance of a state at a day; for an absorbing state, the cumulative incidence."""
    if day and state in ("offensive", "terms"):
        return outcome_at(record, state, day)
    if day == record["horizon"]:
        return Chance.of(record["ends"][state])
    return Chance.of_share(record["states"][state][record["states"]["day"].index(day)], record["draws"])


def states(record: Record) -> Figure:
    """Return state occupation over time, stacked."""
    days = record["horizon"]
    where = {
        "standoff": "of futures are in a standoff",
        "agreement": "under an agreement",
        "terms": "have ended with terms of surrender",
        "offensive": "in an offensive",
    }
    told = (f"{_state_at(record, state, days).text} {words}" for state, words in without_off(record, where).items())
    title = f"When the window closes, {', '.join(told)}"
    table = _by_week(
        record, "Share of futures in each state", ("After", "End of"), without_off(record, STATES),
        lambda state, day: _state_at(record, state, day).text,
    )  # fmt: skip
    return Figure(
        "states",
        title,
        "Share of futures in each state at the end of the day",
        f"Stacked areas of the share of futures in each state over {counted(days, 'day')}. {title}.",
        table,
        lambda: states_chart(record),
    )


def states_chart(record: Record) -> Spec:
    """Draw the states as stacked areas."""
    calendar, shares = calendar_of(record), record["states"]
    fig = charts.figure(height=310, xaxis=charts.time_axis(calendar), yaxis=charts.share_axis(1.0))
    x = [charts.moment(calendar, day) for day in shares["day"]]
    labels, base = [], 0.0
    for state in without_off(record, dict.fromkeys(STACK, "")):
        texts = [f"{STATES[state]} {_state_at(record, state, day).text}" for day in shares["day"]]
        area = {
            "stackgroup": "all",
            "fillcolor": charts.tint(state, 0.75),
            "line": {"width": 0.8, "color": LIGHT["page"]},
        }
        fig["data"].append(charts.line(x, shares[state], state, texts) | area)
        last = shares[state][-1]
        labels.append((base + last / 2, f"{STATES[state]} {_state_at(record, state, record['horizon']).label}", state))
        base += last
    charts.end_labels(fig, labels, 1.0)
    return fig


# -- weekly hazard ----------------------------------------------------------------------------------------------------


class Week(NamedTuple):
    """New offensives of one whole week among the futures without one at its start."""

    number: int
    start: int
    hazard: Chance


def weeks(record: Record) -> Iterator[Week]:
    """Yield the hazard of the offensive in each whole week of the window; nothing if no run had one."""
    p = record["incidence"]["offensive"]["p"]
    starts = range(0, record["horizon"] + 1, WEEK) if p[-1] > 0 else ()
    for number, (start, end) in enumerate(pairwise(starts), 1):
        at_risk = 1 - p[start]
        if at_risk > 0:
            yield Week(number, start, Chance.of_share((p[end] - p[start]) / at_risk, record["draws"] * at_risk))


def hazard(record: Record) -> Figure | None:
    """Return the weekly hazard of the offensive, with Monte Carlo error bars; None if no whole week has one."""
    calendar, rows = calendar_of(record), list(weeks(record))
    if not rows:
        return None
    peak = max(rows, key=lambda row: row.hazard.p)
    cells = tuple(
        (
            str(week.number),
            f"{short_date(calendar.date(week.start))} to {short_date(calendar.date(week.start + WEEK - 1))}",
            week.hazard.text,
            week.hazard.interval,
        )
        for week in rows
    )
    caption = "Of the futures without an offensive at the start of the week, the share in which one begins during it"
    columns = ("Week", "Days", "New offensives", "Monte Carlo interval, at least 95%")
    return Figure(
        "hazard",
        f"The weekly risk is highest in week {peak.number}, from {long_date(calendar.date(peak.start))}: "
        f"{peak.hazard.text} of the futures still without an offensive",
        "Of the futures without an offensive, the share in which one begins that week",
        f"Bar chart of the weekly hazard of the offensive: {rows[0].hazard.text} in the first week, {peak.hazard.text} "
        f"at its highest in week {peak.number}, {rows[-1].hazard.text} in the last whole week.",
        Table(caption, columns, "llrr", cells),
        lambda: _weekly(calendar, rows),
    )


def _weekly(calendar: Calendar, rows: Sequence[Week]) -> Spec:
    x = [charts.noon(calendar, row.start + 3) for row in rows]
    p, low, high = ([getattr(row.hazard, part) for row in rows] for part in ("p", "low", "high"))
    peak = p.index(max(p))
    fig = charts.figure(
        height=250, xaxis=charts.time_axis(calendar), yaxis=charts.share_axis(1.12 * max(high)), hovermode="closest"
    )
    fig["data"].append({
        "type": "bar", "x": x, "y": p, "width": [6 * 86_400_000] * len(rows),
        "marker": {"color": charts.tint("offensive", 0.75), "line": {"width": 0}},
        "error_y": {
            "array": list(map(sub, high, p)), "arrayminus": list(map(sub, p, low)),
            "color": LIGHT["muted"], "thickness": 1, "width": 2,
        },
        "hovertext": [f"Week {row.number}: {with_interval(row.hazard)}" for row in rows], "hoverinfo": "text",
    })  # fmt: skip
    charts.note(
        fig, f"<b>{rows[peak].hazard.text}</b>", x=x[peak], xref="x", xanchor="center" if peak else "left",
        y=high[peak], yref="y", yshift=0, font={"color": LIGHT["offensive"], "size": 13},
    )  # fmt: skip
    return fig


def futures_section(record: Record) -> Section | None:
    """Read the futures of a record; None if there are too few."""
    shown = futures_figure(record)
    if shown is None:
        return None
    content = {"dots": record["dots"], "ends": without_off(record, ENDS), "alt": shown.alt, "rows": shown.table.rows}
    replay = f"To see one of them day by day: {explain_command(record, 'RUN')}"
    return Section("100 futures", (replace(shown, block=Block("dots", content)), Text(replay, "note")), id="futures")


def futures_figure(record: Record) -> Figure | None:
    """Return the grid of futures, with run ids in its table; None if there are too few runs."""
    dots, rows, told = record["dots"], [], []
    for end, name in without_off(record, ENDS).items():
        own = [dot for dot in dots if dot["end"] == end]
        runs = ", ".join(map(_run_id, own))
        rows.append((name, str(len(own)), Chance.of(record["ends"][end]).text, runs or NONE))
        told.append(f"{len(own)} {name.lower()}")
    if not dots:
        return None
    columns = ("End state", "Dots", "Share of all runs", "Run ids, with the day of the window on which it ends")
    return Figure(
        "dots",
        f"{len(dots)} of the {counted(record['runs'], 'future')}, by how they end",
        "Each mark is one run; the number of marks of each kind is proportional to its share of all runs",
        f"Grid of {len(dots)} dots, each a run: {', '.join(told)}.",
        Table("The futures shown, by end state", columns, "lrrl", tuple(rows)),
    )


def _run_id(dot: Record) -> str:
    return str(dot["run"]) if dot["day"] is None else f"{dot['run']} (day {dot['day'] + 1})"


def convergence_figure(record: Record) -> Figure | None:
    """Return the headline against the number of runs; None if there are too few."""
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
        "Probability of an offensive within the window, by number of runs",
        f"Line chart with its Monte Carlo band. {title}; {narrows}.",
        Table("The headline by number of runs", columns, "lrr", rows),
        lambda: _convergence_chart(counts, chances),
    )


def _convergence_chart(counts: list[int], chances: list[Chance]) -> Spec:
    texts = [f"{counted(runs, 'run')}: {with_interval(one)}" for runs, one in zip(counts, chances, strict=True)]
    ends = [math.log10(counts[0]), math.log10(counts[-1])]
    ticks = [10**power for power in range(math.ceil(ends[0]), math.floor(ends[1]) + 1)]
    xaxis = charts.axis(
        type="log", range=ends, showgrid=False, showline=True, linecolor=LIGHT["muted"], ticks="outside",
        tickcolor=LIGHT["muted"], tickvals=ticks, ticktext=[f"{tick:,}" for tick in ticks],
        title={"text": "runs, logarithmic", "font": {"size": 12, "color": LIGHT["muted"]}},
    )  # fmt: skip
    drawn = [Curve(chances[-1].label, chances, texts)]
    fig = charts.curves(counts, drawn, xaxis, height=250, hovermode="closest")
    charts.label_ends(fig, drawn)
    return fig
