"""What an explanation says: one run as a story, what each actor said, wanted and did at its turning points, every day.

`explanation_of` turns the record of `offramp explain` into the content of its page; the terminal prints parts of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sim.report.captions import Figure
from sim.report.dates import long_date, short_date
from sim.report.inputs import input_name
from sim.report.reading import ENDS, OFF, WEEK, Record, calendar_of, reading, strikes_of
from sim.report.story import story_of, turn_text
from sim.report.storylines import title_of
from sim.report.study import Part, Section, StudyReport
from sim.report.tables import Table
from sim.report.values import NONE, on_scale, plain, signed
from sim.wording import counted

FORMAT = "offramp/explanation/1"
EVENTS = {
    "incident": "incident",
    "strike": "strike",
    "launch": "offensive",
    "terms": "terms of surrender",
    "agreement": "agreement",
    "breakdown": "breakdown",
}
"""Events of the dice by their names to readers."""
ABOUT_MOMENTS = (
    "Wants: its stance at the end of the day. Says: what it said of it that day, with noise. Taken for: what the "
    "others take its stance to be after that. Would do: the posture that it would take at once if it could. Does: its "
    "posture at the end of the day."
)
ABOUT_DICE = "The chances are the model’s for that day, given all that came before in this run."
COLUMNS = ("Actor", "Wants", "Says", "Taken for", "Would do", "Does")


@dataclass(frozen=True)
class Moment:
    """A turning point: what happens on which date, what each actor says, wants and does, and the dice of the day."""

    date: str
    text: str
    actors: Table
    dice: str


@dataclass(frozen=True)
class Explanation:
    """What an explanation says; strings are plain text and not yet escaped."""

    head: str
    sentences: tuple[str, ...]
    moments: tuple[Moment, ...]
    daily: Table


def explanation_of(record: Record) -> Explanation:
    """Read a record into what it says.

    Raises
    ------
    ReportError
        Where the record has another format or lacks a part.
    """
    with reading(record, FORMAT):
        course = record["course"]
        days = [turn["day"] for turn in course["turns"]]
        return Explanation(
            head=_head(record),
            sentences=tuple(story_of(record, course)),
            moments=tuple(_moment(record, day) for day in sorted(set(days))),
            daily=daily_table(record, range(course["days"])),
        )


def explanation_report(record: Record) -> StudyReport:
    """Return the content of the page of an explanation."""
    said = explanation_of(record)
    course = record["course"]
    launched = course["day"] is not None
    moments = [Part(f"{one.date}. {one.text}. {one.dice}", table=one.actors) for one in said.moments]
    return StudyReport(
        kicker=f"offramp replay of run {record['run']:,} of {record['scenario']['id']}, seed {record['seed']}",
        title=title_of(record, course),
        number=f"Day {course['day'] + 1}" if launched else ENDS[course["end"]],
        says="on which the offensive begins in this run" if launched else "in which the window ends in this run",
        lead=f"{said.head} It is one of many futures, and no prediction.",
        sections=(
            Section("story", "What happens", tuple(Part(text) for text in said.sentences)),
            Section("course", "Postures and stances", (Part(figure=postures(record)), Part(figure=stances(record)))),
            Section("moments", "At the turning points", (Part(f"{ABOUT_MOMENTS} {ABOUT_DICE}"), *moments)),
            Section("days", "Day by day", (Part(ABOUT_DICE, table=said.daily, folded="Every day of it"),)),
            Section("inputs", "What this run supposes", (_inputs(record),)),
        ),
        rerun=tuple(_rerun(record)),
    )


def _head(record: Record) -> str:
    return (
        f"Run {record['run']:,}, seed {record['seed']}, has draw {record['draw']:,} of what is not known and runs for "
        f"{record['course']['days']} of {counted(record['horizon'], 'day')}."
    )


def _rerun(record: Record) -> Iterator[tuple[str, str]]:
    yield "Scenario hash", record["scenario"]["hash"]
    yield "Run", f"{record['run']}, in block {record['block']}"
    yield "Seed", str(record["seed"])
    yield "Runs of a draw", str(record["replicates"])
    yield "Command", record["command"] or NONE


def _moment(record: Record, day: int) -> Moment:
    course = record["course"]
    date = long_date(calendar_of(record).date(day))
    events = [turn_text(record, course, turn) for turn in course["turns"] if turn["day"] == day]
    return Moment(date, "; ".join(events), _actors(record, day, date), _dice(record, day))


def _actors(record: Record, day: int, date: str) -> Table:
    rows = []
    for name, actor in record["actors"].items():
        one = record["daily"]["actors"][name]
        stances = (on_scale(one["stance"][day + 1]), on_scale(one["said"][day]), on_scale(one["perceived"][day]))
        postures = (plain(one["target"][day]), f"{plain(one['posture'][day + 1])} {actor['posture_name']}")
        rows.append((actor["name"], *stances, *postures))
    return Table(f"What each actor wants, says and does on {date}", COLUMNS, "lrrrrr", tuple(rows))


def _dice(record: Record, day: int) -> str:
    """Say by which chances the dice decided on a day: `heavy bombing 12%, came; offensive 0.4%`."""
    daily = record["daily"]
    told = []
    for event, name in events_of(record).items():
        if _possible(event, daily["phase"][day]):
            came = ", came" if day in daily["happened"][event] else ""
            told.append(f"{name} {chance_text(daily['chances'][event][day])}{came}")
    return f"Chances of the day: {'; '.join(told)}."


def events_of(record: Record) -> dict[str, str]:
    """Return the events of the dice by their names, less those that the scenario does without."""
    off = {"strike": record["theatre"]["strikes"] == OFF, "terms": record["theatre"]["terms"] == OFF}
    names = EVENTS | {"strike": strikes_of(record)}
    return {event: name for event, name in names.items() if not off.get(event, False)}


def _possible(event: str, phase: str) -> bool:
    return {"agreement": phase == "standoff", "breakdown": phase == "agreement"}.get(event, True)


def chance_text(chance: float) -> str:
    """Write a chance that the model computed, which has no error of its own: `12%`, `0.4%`, `less than 0.1%`."""
    if chance == 0:
        return "0%"
    if chance < 0.0005:
        return "less than 0.1%"
    return f"{100 * chance:.1f}%" if chance < 0.0995 else f"{100 * chance:.0f}%"


def daily_table(record: Record, days: Sequence[int] | range) -> Table:
    """Return postures of the leading actors, two chances and the events of some days."""
    daily, leading = record["daily"], list(record["course"]["start"]["posture"])
    calendar = calendar_of(record)
    heads = [f"{record['actors'][name]['name']}: {record['actors'][name]['posture_name']}" for name in leading]
    columns = ("Date", "Phase", *heads, "Chance of an offensive", "Chance of an agreement", "Events")
    rows = []
    for day in days:
        phase = daily["phase"][day]
        agreed = NONE if phase == "agreement" else chance_text(daily["chances"]["agreement"][day])
        events = [name for event, name in events_of(record).items() if day in daily["happened"][event]]
        levels = [plain(daily["actors"][name]["posture"][day + 1]) for name in leading]
        launch = chance_text(daily["chances"]["launch"][day])
        rows.append((short_date(calendar.date(day)), phase, *levels, launch, agreed, ", ".join(events)))
    return Table("Every day of the run", columns, f"ll{'r' * len(leading)}rrl", tuple(rows))


def postures(record: Record) -> Figure:
    """Say what the figure of postures shows."""
    return _figure(record, "posture", "Posture at the end of each day, from 0 to 1")


def stances(record: Record) -> Figure:
    """Say what the figure of stances shows."""
    return _figure(record, "stance", "Stance at the end of each day, from −1 (resists an offensive) to +1 (wants it)")


def _figure(record: Record, kind: str, unit: str) -> Figure:
    leading = list(record["course"]["start"]["posture"])
    calendar = calendar_of(record)
    write = plain if kind == "posture" else on_scale
    series = {name: record["daily"]["actors"][name][kind] for name in leading}
    moves = [
        f"{record['actors'][name]['name']} from {write(one[0])} to {write(one[-1])}" for name, one in series.items()
    ]
    title = f"{kind.capitalize()}: {'; '.join(moves)}"
    days = sorted({*range(0, record["course"]["days"] + 1, WEEK), record["course"]["days"]})
    rows = tuple(
        (short_date(calendar.date(day)), *(write(one[day]) for one in series.values())) for day in days
    )  # fmt: skip
    columns = ("Start of", *(record["actors"][name]["name"] for name in leading))
    table = Table(f"{kind.capitalize()} by week", columns, f"l{'r' * len(leading)}", rows)
    return Figure(f"run-{kind}", title, unit, f"Lines over {counted(record['course']['days'], 'day')}. {title}.", table)


def _inputs(record: Record) -> Part:
    rows = tuple((input_name(record, path), signed(value)) for path, value in record["inputs"].items())
    text = "All that is uncertain has one value in a run, by its draw; frailties are in standard deviations."
    return Part(
        text, table=Table("Inputs of this run", ("Input", "Value"), "lr", rows), folded=counted(len(rows), "input")
    )
