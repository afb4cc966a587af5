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
    capital,
    in_sentence,
    name_in_text,
    name_of,
    outcome_at,
    schedule_name,
    state_at,
    strikes_of,
    weeks,
    without_off,
)
from sim.report.values import NONE, Calendar, on_scale, plain, quantity, short_date
from sim.wording import counted, long_date

_AIMS = {"restrain": "hold back", "encourage": "go ahead"}
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
    """All scheduled pressures, talks and events."""
    rows = [
        (
            capital(schedule_name(record, one["id"])), capital(_what(record, one)), one.get("channel", NONE),
            _first(record, one), _day(record, one["end"]), _size(record, one), one["basis"] or "no basis given",
        )
        for one in record["schedule"]
    ]  # fmt: skip
    columns = ("Name", "What", "Channel", "From", "First day without it", "Size", "The author's basis")
    return Table(f"Scheduled {scheduled(record)}", columns, "lllllll", tuple(rows))


def scheduled(record: Record) -> str:
    """Name the kinds that a schedule holds, such as `pressures and talks`."""
    names = {"pressure": "pressures", "talks": "talks", "event": "events"}
    kinds = {one["kind"] for one in record["schedule"]}
    *first, last = [name for kind, name in names.items() if kind in kinds] or ["pressures"]
    return f"{', '.join(first)} and {last}" if first else last


def _what(record: Record, one: Record) -> str:
    """Say what an entry does: `Turkey to Russia: hold back`, `talks`, `shifts the stance of Russia`."""
    if one["kind"] == "event":
        on, field = one["on"], one["field"]
        if not isinstance(on, str):
            return f"shifts {in_sentence(record, '.'.join(('ties', on['from'], on['to'])))}"
        if field == "posture":
            field = record["actors"].get(on, {}).get("posture_name", field)
        return f"shifts {in_sentence(record, f'actors.{on}.{field}')}"
    if one["kind"] != "pressure":
        return "talks"
    source, target = (name_in_text(name_of(record, one[end])) for end in ("from", "on"))
    return f"{source} to {target}: {_AIMS.get(one['aim'], one['aim'])}"


def _first(record: Record, one: Record) -> str:
    """Say when an entry begins: on a date, or so long after what it answers."""
    if one.get("after") is None:
        return _day(record, one["start"])
    delay = f"{one['delay'] or 0:g}"
    after = _happening(record, one["after"])
    return f"after {after}" if delay == "0" else f"{counted(delay, 'day')} after {after}"


def _happening(record: Record, id_: str) -> str:
    """Name what a pressure answers, or an event waits for."""
    what = {"strikes": "the first strike", "agreement": "an agreement", "breakdown": "the breakdown of an agreement"}
    return what.get(id_) or schedule_name(record, id_)


def _size(record: Record, one: Record) -> str:
    if one["kind"] != "event":
        return quantity(one["intensity"]) if "intensity" in one else NONE
    size = quantity(one["add"]) if one["probability"] == 1 else f"{quantity(one['add'])}; {_chance(one)} likely"
    if one["if"] is None:
        return size
    wanted = "without" if one["if"].startswith("no ") else "after"
    return f"{size}; only {wanted} {_happening(record, one['if'].removeprefix('no '))}"


def _chance(one: Record) -> str:
    return f"{100 * one['probability']:.3g}%"


def _day(record: Record, day: float | None) -> str:
    return NONE if day is None else short_date(calendar_of(record).date(day))


def marks(record: Record) -> list[Mark]:
    """List what begins or ends inside the window, in order of time."""
    calendar, changes = calendar_of(record), []
    for one in record["schedule"]:
        name = capital(schedule_name(record, one["id"]))
        days = zip((one["start"], one["end"]), _verbs(record, one), strict=True)
        changes += [
            (float(day), f"{name} {verb}") for day, verb in days if day is not None and 0 <= day < calendar.horizon
        ]
    ordered = sorted(changes, key=lambda change: change[0])
    return [Mark(n, day, short_date(calendar.date(day)), label) for n, (day, label) in enumerate(ordered, 1)]


def _verbs(record: Record, one: Record) -> tuple[str, str]:
    """Say of an entry that it begins and ends, or of an event that it comes and can come no more."""
    what = _what(record, one)
    if one["kind"] == "pressure":
        return f"begins ({what})", f"ends ({what})"
    if one["kind"] == "talks":
        return "begins (talks)", "is over (talks)"
    certain = one["probability"] == 1 and one["if"] is None
    chance = "" if one["probability"] == 1 else f", {_chance(one)} likely"
    since = "" if one["end"] is None else " from this day on"
    return (
        f"{'comes' if certain else 'may come'}{since}{chance} ({what})",
        "has come" if certain else "can no longer come",
    )


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
