"""The tables behind the figures, as text cells that HTML and Markdown lay out.

Each reads the record and nothing else; time tables keep one row a week and the milestones, the record has every day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.report.chance import Chance, points_text
from sim.report.dates import Calendar, short_date
from sim.report.reading import (
    ENDS,
    OUTCOMES,
    STATES,
    WEEK,
    Record,
    Week,
    calendar_of,
    outcome_at,
    state_at,
    weeks,
    without_off,
)
from sim.report.values import NONE, on_scale, plain
from sim.wording import counted

QUANTILES = {"q05": "5%", "q25": "25%", "q50": "median", "q75": "75%", "q95": "95%"}


@dataclass(frozen=True)
class Table:
    """A table of text; `align` has one letter a column, `l` or `r`. The first column names the row."""

    caption: str
    columns: tuple[str, ...]
    align: str
    rows: tuple[tuple[str, ...], ...]


def weekly_days(record: Record) -> list[int]:
    """Return the days that time tables show: whole weeks, milestones and the horizon."""
    horizon = record["horizon"]
    return sorted({*range(WEEK, horizon + 1, WEEK), *record["milestones"], horizon})


def with_interval(chance: Chance) -> str:
    """Write a number with its Monte Carlo interval, where it is not the bound itself."""
    return chance.text if chance.p in (0, 1) else f"{chance.text} ({chance.interval})"


def outcomes_table(record: Record) -> Table:
    """All outcomes by milestone, with both uncertainties."""
    calendar = calendar_of(record)
    rows = [
        (
            name, f"within {counted(days, 'day')}", short_date(calendar.until(days)), chance.text, chance.interval,
            NONE if chance.input_sd is None else points_text(chance.input_sd), chance.spread_text or NONE,
        )
        for outcome, name in without_off(record, OUTCOMES).items()
        for days in record["milestones"]
        for chance in (outcome_at(record, outcome, days),)
    ]  # fmt: skip
    columns = (
        "Outcome",
        "Window",
        "Until",
        "Probability",
        "Monte Carlo interval, 95%",
        "Input sd",
        "Beta fit, central 80%",
    )
    return Table("All outcomes by milestone", columns, "lllrrrr", tuple(rows))


def incidence_table(record: Record) -> Table:
    """Cumulative incidence of first events by week."""
    calendar, names = calendar_of(record), without_off(record, OUTCOMES)
    rows = [
        (
            counted(days, 'day'), short_date(calendar.until(days)),
            *(with_interval(outcome_at(record, outcome, days)) for outcome in names),
        )
        for days in weekly_days(record)
    ]  # fmt: skip
    caption = "Share of futures with the event, with its 95% Monte Carlo interval"
    return Table(caption, ("Within", "Until", *names.values()), f"ll{'r' * len(names)}", tuple(rows))


def states_table(record: Record) -> Table:
    """State occupation by week."""
    calendar, names = calendar_of(record), without_off(record, STATES)
    rows = [
        (counted(day, "day"), short_date(calendar.until(day)), *(state_at(record, state, day).text for state in names))
        for day in weekly_days(record)
    ]
    columns = ("After", "End of", *names.values())
    return Table("Share of futures in each state", columns, f"ll{'r' * len(names)}", tuple(rows))


def hazard_table(record: Record) -> Table:
    """Weekly hazard of the offensive."""
    calendar = calendar_of(record)
    rows = [(str(week.number), _span(calendar, week), week.hazard.text, week.hazard.interval) for week in weeks(record)]
    columns = ("Week", "Days", "New offensives", "Monte Carlo interval, 95% at least")
    caption = "Share of the futures without an offensive at the start of the week in which one begins during it"
    return Table(caption, columns, "llrr", tuple(rows))


def _span(calendar: Calendar, week: Week) -> str:
    return f"{short_date(calendar.date(week.start))} to {short_date(calendar.date(week.start + WEEK - 1))}"


def dots_table(record: Record) -> Table:
    """End states of the 100 futures, with their run ids."""
    rows = []
    for end, name in without_off(record, ENDS).items():
        dots = [dot for dot in record["dots"] if dot["end"] == end]
        runs = ", ".join(str(dot["run"]) if dot["day"] is None else f"{dot['run']} (day {dot['day']})" for dot in dots)
        rows.append((name, str(len(dots)), Chance.of(record["ends"][end]).text, runs or NONE))
    return Table(
        "The futures shown, by end state", ("End state", "Dots", "Share of all runs", "Run ids"), "lrrl", tuple(rows)
    )


def fan_table(record: Record, actor: Record) -> Table:
    """Weekly quantiles of an actor's stance and posture."""
    calendar = calendar_of(record)
    posture = str(actor["posture_name"]).capitalize()
    columns = ("Date", *(f"{what} {name}" for what in ("Stance", posture) for name in QUANTILES.values()))
    rows = [
        (
            short_date(calendar.date(day)),
            *(on_scale(actor["stance"][q][index]) for q in QUANTILES),
            *(plain(actor["posture"][q][index]) for q in QUANTILES),
        )
        for index, day in enumerate(actor["day"])
    ]
    return Table(f"{actor['name']}: stance and {actor['posture_name']} by week", columns, "l" + "r" * 10, tuple(rows))


def convergence_table(record: Record) -> Table:
    """Headline after so many runs."""
    rows = [
        (f"{row['runs']:,}", chance.text, chance.interval)
        for row in record["convergence"]
        for chance in (Chance.of(row),)
    ]
    return Table(
        "The headline after so many runs", ("Runs", "Probability", "Monte Carlo interval, 95%"), "lrr", tuple(rows)
    )


def every(table: Table, step: int, keep: Sequence[str] = ()) -> Table:
    """Thin a table to every `step`-th row, the last, and those whose first cell is to be kept."""
    last = len(table.rows) - 1
    rows = tuple(row for place, row in enumerate(table.rows) if place % step == 0 or place == last or row[0] in keep)
    return Table(table.caption, table.columns, table.align, rows)
