"""The page of an explanation: one run as a story, its turning points with each actor's words and acts, every day."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, pairwise

from sim.report.charts import LIGHT, Spec, axis, dots, end_labels, figure, line, noon, note, rule, safe, time_axis, tint
from sim.report.document import Document, Figure, Section, Table, Text, rerun_of
from sim.report.reading import ENDS, OFF, WEEK, Record, calendar_of, input_name, strikes_of
from sim.report.sections.story import story_of, title_of, turn_text
from sim.report.values import NONE, on_scale, plain, short_date, signed
from sim.wording import counted, long_date

EVENTS = {
    "incident": "incident",
    "strike": "strike",
    "launch": "offensive",
    "terms": "terms of surrender",
    "agreement": "agreement",
    "breakdown": "breakdown",
}
"""Names of random events for readers."""
ABOUT_MOMENTS = (
    "Wants: its stance at the end of the day. Says: the stance it signalled that day, with noise. Taken for: the "
    "stance that the others then infer. Would do: the posture it would take at once if it could. Does: its posture at "
    "the end of the day."
)
ABOUT_DICE = "The chances are the model’s for that day, given everything before it in this run."
_STANCE = "from −1 (resists an offensive) to +1 (wants it)"
_COLOURS = ("offensive", "limited", "agreement", "strikes", "standoff")
"""Colours of the leading actors."""
COLUMNS = ("Actor", "Wants", "Says", "Taken for", "Would do", "Does")


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    course = record["course"]
    moments: list[Text | Table] = []
    for day in sorted({turn["day"] for turn in course["turns"]}):
        date = long_date(calendar_of(record).date(day))
        events = "; ".join(turn_text(record, course, turn) for turn in course["turns"] if turn["day"] == day)
        moments += [Text(f"{date}. {events}. {_chances(record, day)}", "note"), _actors(record, day, date)]
    run = (
        f"Run {record['run']:,}, seed {record['seed']}, uses draw {record['draw']:,} of the uncertain inputs and runs "
        f"for {course['days']} of {counted(record['horizon'], 'day')}. It is one of many futures, not a prediction."
    )
    daily = daily_table(record).fold("Every day of it")
    event = "terms of surrender come" if course["end"] == "terms" else "the offensive begins"
    number, says = ENDS[course["end"]], "in which the window ends in this run"
    if course["day"] is not None:
        number, says = f"Day {course['day'] + 1}", f"on which {event} in this run"
    return Document(
        kicker=f"offramp replay of run {record['run']:,} of {record['scenario']['id']}, seed {record['seed']}",
        title=title_of(record, course),
        number=number,
        says=says,
        head=(Text(run),),
        sections=(
            Section("What happens", tuple(map(Text, story_of(record, course))), id="story"),
            Section(
                "Postures and stances",
                (
                    _figure(record, "posture", "Posture at the end of each day, from 0 to 1", 0, plain),
                    _figure(record, "stance", f"Stance at the end of each day, {_STANCE}", -1, on_scale),
                ),
                id="course",
            ),
            Section("At the turning points", (Text(f"{ABOUT_MOMENTS} {ABOUT_DICE}"), *moments), id="moments"),
            Section("Day by day", (Text(ABOUT_DICE, "note"), daily), id="days"),
            Section("What this run assumes", _inputs(record), id="inputs"),
            rerun_of(
                record, Run=f"{record['run']}, in block {record['block']}", Runs_of_a_draw=str(record["replicates"])
            ),
        ),
    )


def _actors(record: Record, day: int, date: str) -> Table:
    rows = []
    for name, actor in record["actors"].items():
        one = record["daily"]["actors"][name]
        stances = (on_scale(one["stance"][day + 1]), on_scale(one["said"][day]), on_scale(one["perceived"][day]))
        postures = (plain(one["target"][day]), f"{plain(one['posture'][day + 1])} {actor['posture_name']}")
        rows.append((actor["name"], *stances, *postures))
    return Table(f"What each actor wants, says and does on {date}", COLUMNS, "lrrrrr", tuple(rows))


def _chances(record: Record, day: int) -> str:
    """Return which events were probable on a day and which came: `heavy bombing 12%, came; offensive 0.4%`."""
    daily, told = record["daily"], []
    possible_in = {"agreement": "standoff", "breakdown": "agreement"}
    for event, name in events_of(record).items():
        if possible_in.get(event, daily["phase"][day]) == daily["phase"][day]:
            came = ", came" if day in daily["happened"][event] else ""
            told.append(f"{name} {chance_text(daily['chances'][event][day])}{came}")
    return f"Chances of the day: {'; '.join(told)}."


def events_of(record: Record) -> dict[str, str]:
    """Return the names of random events, except those that the scenario does without."""
    off = {"strike": record["theatre"]["strikes"] == OFF, "terms": record["theatre"]["terms"] == OFF}
    names = EVENTS | {"strike": strikes_of(record)}
    return {event: name for event, name in names.items() if not off.get(event, False)}


def chance_text(chance: float) -> str:
    """Write a chance computed by the model, which has no error of its own: `12%`, `0.4%`, `less than 0.1%`."""
    if chance == 0:
        return "0%"
    if chance < 0.0005:
        return "less than 0.1%"
    return f"{100 * chance:.1f}%" if chance < 0.0995 else f"{100 * chance:.0f}%"


def daily_table(record: Record) -> Table:
    """Return postures of the leading actors, two chances and the events of every day."""
    daily, leading = record["daily"], list(record["course"]["start"]["posture"])
    calendar = calendar_of(record)
    heads = [f"{record['actors'][name]['name']}: {record['actors'][name]['posture_name']}" for name in leading]
    columns = ("Date", "Phase", *heads, "Chance of an offensive", "Chance of an agreement", "Events")
    rows = []
    for day in range(record["course"]["days"]):
        phase = daily["phase"][day]
        agreed = NONE if phase == "agreement" else chance_text(daily["chances"]["agreement"][day])
        events = [name for event, name in events_of(record).items() if day in daily["happened"][event]]
        levels = [plain(daily["actors"][name]["posture"][day + 1]) for name in leading]
        launch = chance_text(daily["chances"]["launch"][day])
        rows.append((short_date(calendar.date(day)), phase, *levels, launch, agreed, ", ".join(events)))
    return Table("Every day of the run", columns, f"ll{'r' * len(leading)}rrl", tuple(rows))


def _figure(record: Record, kind: str, unit: str, low: int, write: Callable[[float], str]) -> Figure:
    """Return postures or stances of the leading actors; `low` is the lower end of their scale."""
    course, calendar = record["course"], calendar_of(record)
    names = {actor: str(record["actors"][actor]["name"]) for actor in course["start"]["posture"]}
    series = {actor: record["daily"]["actors"][actor][kind] for actor in names}
    moves = (f"{names[actor]} from {write(one[0])} to {write(one[-1])}" for actor, one in series.items())
    title = f"{kind.capitalize()}: {'; '.join(moves)}"
    days = sorted({*range(0, course["days"] + 1, WEEK), course["days"]})
    rows = tuple((short_date(calendar.date(day)), *(write(one[day]) for one in series.values())) for day in days)
    table = Table(f"{kind.capitalize()} by week", ("Start of", *names.values()), "l" + "r" * len(names), rows)
    alt = f"Lines over {counted(course['days'], 'day')}. {title}."

    def chart() -> Spec:
        fig = figure(height=300, top=30, xaxis=time_axis(calendar), yaxis=axis(range=[low, 1], nticks=5))
        _ground(fig, record)
        labels, x = [], [calendar.at(day) for day in range(course["days"] + 1)]
        for (actor, values), colour in zip(series.items(), cycle(_COLOURS), strict=False):
            told = record["actors"][actor]["posture_name"] if kind == "posture" else kind
            texts = [f"{safe(names[actor])}, {told} {write(value)}" for value in values]
            fig["data"].append(line(x, values, colour, texts))
            labels.append(((values[-1] - low) / (1 - low), names[actor], colour))
        end_labels(fig, labels, 1.0)
        return fig

    return Figure(f"run-{kind}", title, unit, alt, table, chart)


def _ground(fig: Spec, record: Record) -> None:
    """Shade agreements, mark days of heavy bombing along the bottom, and mark the offensive."""
    calendar, course = calendar_of(record), record["course"]
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
        _mark_end(fig, record)


def _mark_end(fig: Spec, record: Record) -> None:
    """Mark the day on which the run ends with terms of surrender or an offensive."""
    day, how = record["course"]["day"], record["course"]["end"]
    colour, end = ("terms", "terms of surrender") if how == "terms" else ("offensive", f"{how} offensive")
    at = noon(calendar_of(record), day)
    rule(fig, at, colour)
    side = "right" if day > 0.7 * record["horizon"] else "left"
    note(fig, end, x=at, xref="x", xanchor=side, font={"color": LIGHT[colour], "size": 12}, yshift=14)


def _inputs(record: Record) -> tuple[Text, Table]:
    rows = tuple((input_name(record, path), signed(value)) for path, value in record["inputs"].items())
    text = "Each uncertain input has one value per run, set by its draw; frailties are in standard deviations."
    table = Table("Inputs of this run", ("Input", "Value"), "lr", rows)
    return Text(text, "note"), table.fold(counted(len(rows), "input"))
