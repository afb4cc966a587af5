"""What each figure says: its message, its unit, what it shows to those who cannot see it, and its table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report import tables
from sim.report.chance import Chance
from sim.report.dates import long_date
from sim.report.reading import (
    ENDS,
    OUTCOMES,
    Record,
    calendar_of,
    outcome_at,
    state_at,
    strikes_of,
    weeks,
    without_off,
)
from sim.report.values import on_scale, plain
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.tables import Table


@dataclass(frozen=True)
class Figure:
    """A figure on the page; `id` is its place.

    Attributes
    ----------
    title
        Its message.
    unit
        What it measures.
    alt
        What a reader who cannot see it should know.
    table
        Its numbers.
    """

    id: str
    title: str
    unit: str
    alt: str
    table: Table


def _end(record: Record, outcome: str) -> str:
    return outcome_at(record, outcome, record["horizon"]).text


def incidence(record: Record) -> Figure:
    """Cumulative incidence of first events."""
    days = record["horizon"]
    told = {
        "agreement": f"an agreement is concluded in {_end(record, 'agreement')}",
        "terms": f"defenders surrender on terms in {_end(record, 'terms')}",
        "strikes": f"{strikes_of(record)} begins in {_end(record, 'strikes')}",
    }
    title = (
        f"Within {counted(days, 'day')} an offensive begins in {_end(record, 'offensive')} of futures, "
        f"{', '.join(without_off(record, told).values())}"
    )
    steps = ", ".join(
        f"{outcome_at(record, 'offensive', day).text} within {counted(day, 'day')}" for day in record["milestones"]
    )
    ends = (
        f"{name.lower()} {_end(record, outcome)}"
        for outcome, name in without_off(record, OUTCOMES).items()
        if outcome != "offensive"
    )
    alt = (
        f"Line chart of cumulative incidence over {counted(days, 'day')}. Offensive: {steps}. By the end: "
        f"{', '.join(ends)}."
    )
    unit = "Share of futures in which it has begun, with 95% Monte Carlo bands"
    return Figure("incidence", title, unit, alt, tables.incidence_table(record))


def states(record: Record) -> Figure:
    """State occupation."""
    where = {
        "standoff": "of futures are in a standoff",
        "agreement": "under an agreement",
        "terms": "have ended with terms of surrender",
        "offensive": "in an offensive",
    }
    at_end = (
        f"{state_at(record, state, record['horizon']).text} {words}"
        for state, words in without_off(record, where).items()
    )
    title = f"When the window closes, {', '.join(at_end)}"
    alt = f"Stacked areas of the share of futures in each state over {counted(record['horizon'], 'day')}. {title}."
    return Figure(
        "states", title, "Share of futures in each state at the end of the day", alt, tables.states_table(record)
    )


def hazard(record: Record) -> Figure | None:
    """Weekly hazard of the offensive; None where no run has one in a whole week."""
    rows = list(weeks(record))
    if not rows:
        return None
    peak = max(rows, key=lambda row: row.hazard.p)
    title = (
        f"The weekly risk is highest in week {peak.number}, from {long_date(calendar_of(record).date(peak.start))}: "
        f"{peak.hazard.text} of the futures still without an offensive"
    )
    alt = (
        f"Bar chart of the weekly hazard of the offensive: {rows[0].hazard.text} in the first week, {peak.hazard.text} "
        f"at its highest in week {peak.number}, {rows[-1].hazard.text} in the last whole week."
    )
    unit = "Share of the futures without an offensive in which one begins that week"
    return Figure("hazard", title, unit, alt, tables.hazard_table(record))


def dots(record: Record) -> Figure | None:
    """Grid of runs; None where there are too few."""
    dots = record["dots"]
    if not dots:
        return None
    counts = {end: sum(dot["end"] == end for dot in dots) for end in without_off(record, ENDS)}
    title = f"{len(dots)} of the {counted(record['runs'], 'future')}, by how they end"
    words = ", ".join(f"{count} {ENDS[end].lower()}" for end, count in counts.items())
    unit = "Each mark is a run of its own; their numbers follow the shares of all runs"
    return Figure("dots", title, unit, f"Grid of {len(dots)} dots, each a run: {words}.", tables.dots_table(record))


def fan(record: Record, actor: Record, number: int) -> Figure:
    """Stance and posture of the actor with this number."""
    stance, posture = ([value for value in actor[kind]["q50"] if value is not None] for kind in ("stance", "posture"))
    alt = (
        f"Two fan charts over {counted(record['horizon'], 'day')}. "
        f"Median stance from {on_scale(stance[0])} to {on_scale(stance[-1])}; "
        f"median {actor['posture_name']} from {plain(posture[0])} to {plain(posture[-1])}."
    )
    return Figure(f"actor-{number}", actor["name"], "", alt, tables.fan_table(record, actor))


def convergence(record: Record) -> Figure | None:
    """Headline against the number of runs; None where there are too few."""
    rows = record["convergence"]
    if not rows:
        return None
    first, last = Chance.of(rows[0]), Chance.of(rows[-1])
    title = (
        f"The headline stood at {first.text} after {counted(rows[0]['runs'], 'run')}, at {last.text} after "
        f"{rows[-1]['runs']:,}"
    )
    alt = (
        f"Line chart with its Monte Carlo band. {title}; the interval narrows from {first.interval} to {last.interval}."
    )
    unit = "Probability of an offensive within the window, as it stood after so many runs"
    return Figure("convergence", title, unit, alt, tables.convergence_table(record))
