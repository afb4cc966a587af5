"""What each figure over time says: message, unit, description and table; scheduled changes with their marks.

Time tables keep one row a week and the milestones; the record has every day.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.report.chance import Chance, points_text, with_interval
from sim.report.document import Figure, Table
from sim.report.reading import (
    ENDS,
    OUTCOMES,
    STATES,
    WEEK,
    Record,
    Week,
    calendar_of,
    name_of,
    outcome_at,
    schedule_name,
    state_at,
    strikes_of,
    weeks,
    without_off,
)
from sim.report.values import NONE, Calendar, long_date, on_scale, plain, quantity, short_date
from sim.wording import counted

QUANTILES = {"q05": "5%", "q25": "25%", "q50": "median", "q75": "75%", "q95": "95%"}


def weekly_days(record: Record) -> list[int]:
    """Return the days that time tables show: whole weeks, milestones and the horizon."""
    horizon = record["horizon"]
    return sorted({*range(WEEK, horizon + 1, WEEK), *record["milestones"], horizon})


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


def narrowed(table: Table) -> Table:
    """Join the five quantiles of stance and posture to a median with the range of 90% of runs."""
    names = [table.columns[place].removesuffix(" median") for place in (3, 8)]
    rows = tuple(
        (row[0], *(f"{row[place + 2]} ({row[place]} to {row[place + 4]})" for place in (1, 6))) for row in table.rows
    )
    return Table(table.caption, (table.columns[0], *(f"{name}, median (90% of runs)" for name in names)), "lrr", rows)


@dataclass(frozen=True)
class Mark:
    """A scheduled change inside the window, to be marked on the time axis."""

    number: int
    day: float
    date: str
    label: str


def schedule_table(record: Record) -> Table:
    """All scheduled pressures and talks."""
    rows = [
        (
            one["id"], _what(record, one), one.get("channel", one["kind"] if one["kind"] == "event" else NONE),
            _first(record, one), _day(record, one["end"]), _size(one), one["basis"] or "no basis given",
        )
        for one in record["schedule"]
    ]  # fmt: skip
    columns = ("Id", "What", "Channel", "From", "First day without it", "Intensity", "The author's basis")
    return Table("Scheduled pressures and talks", columns, "lllllll", tuple(rows))


def _what(record: Record, one: Record) -> str:
    if one["kind"] == "event":
        on = one["on"]
        ends = [on] if isinstance(on, str) else [on["from"], on["to"]]
        return f"{one['field'].replace('_', ' ')} of {' over '.join(name_of(record, end) for end in ends)}"
    if one["kind"] != "pressure":
        return "talks"
    return f"{name_of(record, one['from'])} on {name_of(record, one['on'])}: {one['aim']}"


def _first(record: Record, one: Record) -> str:
    """Say when an entry begins: on a date, or so long after what it answers."""
    if one.get("after") is None:
        return _day(record, one["start"])
    what = {"strikes": "the first strike", "agreement": "an agreement", "breakdown": "a breakdown"}
    after = what.get(one["after"]) or schedule_name(record, one["after"])
    delay = f"{one['delay'] or 0:g}"
    return f"after {after}" if delay == "0" else f"{counted(delay, 'day')} after {after}"


def _size(one: Record) -> str:
    if one["kind"] == "event":
        chance = "" if one["probability"] == 1 else f", {100 * one['probability']:.3g}% likely"
        condition = "" if one["if"] is None else f", if {one['if']}"
        return f"{quantity(one['add'])}{chance}{condition}"
    return quantity(one["intensity"]) if "intensity" in one else NONE


def _day(record: Record, day: float | None) -> str:
    return NONE if day is None else short_date(calendar_of(record).date(day))


def marks(record: Record) -> list[Mark]:
    """List what begins or ends inside the window, in order of time."""
    calendar, changes = calendar_of(record), []
    for one in record["schedule"]:
        label = f"{schedule_name(record, one['id'])} ({_what(record, one)})"
        verbs = ("begins", "ends")
        if one["kind"] == "event":
            certain = one["probability"] == 1 and one["if"] is None
            verbs = ("comes" if certain else "may come", "can come no more")
        days = zip((one["start"], one["end"]), verbs, strict=True)
        changes += [
            (float(day), f"{label} {verb}") for day, verb in days if day is not None and 0 <= day < calendar.horizon
        ]
    ordered = sorted(changes, key=lambda change: change[0])
    return [Mark(n, day, short_date(calendar.date(day)), label) for n, (day, label) in enumerate(ordered, 1)]


def in_force(record: Record) -> int:
    """Count the pressures that were in force before the window began."""
    starts = [one["start"] for one in record["schedule"] if one["kind"] == "pressure"]
    return sum(start is not None and start < 0 for start in starts)


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
    return Figure("incidence", title, unit, alt, incidence_table(record))


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
    return Figure("states", title, "Share of futures in each state at the end of the day", alt, states_table(record))


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
    return Figure("hazard", title, unit, alt, hazard_table(record))


def dots(record: Record) -> Figure | None:
    """Grid of runs; None where there are too few."""
    dots = record["dots"]
    if not dots:
        return None
    counts = {end: sum(dot["end"] == end for dot in dots) for end in without_off(record, ENDS)}
    title = f"{len(dots)} of the {counted(record['runs'], 'future')}, by how they end"
    words = ", ".join(f"{count} {ENDS[end].lower()}" for end, count in counts.items())
    unit = "Each mark is one run; the number of marks of a kind follows its share of all runs"
    return Figure("dots", title, unit, f"Grid of {len(dots)} dots, each a run: {words}.", dots_table(record))


def fan(record: Record, actor: Record, number: int) -> Figure:
    """Stance and posture of the actor with this number."""
    stance, posture = ([value for value in actor[kind]["q50"] if value is not None] for kind in ("stance", "posture"))
    alt = (
        f"Two fan charts over {counted(record['horizon'], 'day')}. "
        f"Median stance from {on_scale(stance[0])} to {on_scale(stance[-1])}; "
        f"median {actor['posture_name']} from {plain(posture[0])} to {plain(posture[-1])}."
    )
    return Figure(f"actor-{number}", actor["name"], "", alt, fan_table(record, actor))


def convergence(record: Record) -> Figure | None:
    """Headline against the number of runs; None where there are too few."""
    rows = record["convergence"]
    if not rows:
        return None
    first, last = Chance.of(rows[0]), Chance.of(rows[-1])
    title = (
        f"The headline was {first.text} after {counted(rows[0]['runs'], 'run')} and {last.text} after "
        f"{rows[-1]['runs']:,}"
    )
    alt = (
        f"Line chart with its Monte Carlo band. {title}; the interval narrows from {first.interval} to {last.interval}."
    )
    unit = "Probability of an offensive within the window, after so many runs"
    return Figure("convergence", title, unit, alt, convergence_table(record))
