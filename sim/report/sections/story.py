"""Runs as stories: sentences that follow from the plain values of a course (`sim.forecast.course`), and the storylines.

Storylines are the few runs that represent clusters of futures, each with its title, its share and its story. Stories
say "after" and "while", never "because".
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from sim.report.chance import Chance, share_text, with_interval
from sim.report.charts import LIGHT, Spec, noon, safe, time_axis
from sim.report.document import Block, Figure, Group, List, Section, Table, Text
from sim.report.reading import OFF, Record, calendar_of, capital, joined, name_in_text, name_of, strikes_of, without_off
from sim.report.rows import Bar, Dot, Row, Words, rows_chart
from sim.report.values import Calendar, on_scale, plain, short_date, spelled
from sim.wording import MONTHS, counted, long_date, noun

Titled = Sequence[tuple[str, Record]]

_SOON = 7
_CROSSES = {"rise": "rises past", "fall": "falls below"}
_LEANS = {"for": "in favour of", "against": "against"}
_READY = {"full": "0.3 or more", "limited": "below 0.3"}
_SHIFTED = {"stance": "support for an offensive", "air_denial": "air denial", "self_reliance": "self-reliance"}


def possessive(name: str) -> str:
    """Return a name in the possessive, as used within a sentence."""
    return f"{name_in_text(name)}’" if name.endswith("s") else f"{name_in_text(name)}’s"


def posture_of(record: Record, actor: str) -> str:
    """Return the name of an actor's posture within a sentence: `Russia’s backing`."""
    return f"{possessive(name_of(record, actor))} {record['actors'].get(actor, {}).get('posture_name', 'posture')}"


def story_of(record: Record, course: Record) -> list[str]:
    """Return the course of a run, one of a forecast's `storylines` or that of an explanation, in 6 to 15 sentences.

    They are plain text: names in them come from the scenario and are not escaped.
    """
    teller = _Teller(record)
    return [*teller.start(course), *teller.turns(course), *teller.finish(course)]


def turn_text(record: Record, course: Record, turn: Record) -> str:
    """Return one turning point without its date, as for a table: `Russia’s backing rises past one half`."""
    text = _Teller(record).event(course, turn)
    return text[0].upper() + text[1:]


class _Teller:
    """Writes the story of one run; keeps the last date mentioned, so that the next need not repeat its year."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._calendar = calendar_of(record)
        self._strikes = strikes_of(record)
        self._strike = record["theatre"]["strikes"] != OFF
        self._year = ""
        self._day: int | None = None

    def _name(self, actor: str) -> str:
        return name_of(self._record, actor)

    def _levels(self, levels: Mapping[str, float], verb: str) -> str:
        """Return the values of postures: `Russia’s backing stands at 0.31 and Turkey’s deterrence at 0.52`."""
        told = [f"{posture_of(self._record, actor)} {verb if not place else ''} at {plain(value)}".replace("  ", " ")
                for place, (actor, value) in enumerate(levels.items())]  # fmt: skip
        return joined(told)

    def _date(self, day: int) -> str:
        date = long_date(self._calendar.date(day))
        told, year = date.rpartition(" ")[::2]
        before, self._year = self._year, year
        return told if year == before else date

    def _when(self, day: int) -> str:
        """Return when it happens, relative to the last date mentioned."""
        before, self._day = self._day, day
        date = self._date(day)
        if before is None or not 0 <= day - before <= _SOON:
            return f"On {date}"
        if day == before:
            return "The same day"
        if day == before + 1:
            return f"The next day, {date},"
        return f"{spelled(day - before, 'day').capitalize()} later, on {date},"

    def start(self, course: Record) -> Iterator[str]:
        """Yield two sentences on how it begins."""
        phase = course["phases"][0][1]
        how = "with an agreement in force" if phase == "agreement" else "in a standoff"
        stances = [f"{on_scale(value)} for {name_in_text(self._name(actor))}"
                   for actor, value in course["start"]["stance"].items()]  # fmt: skip
        yield (
            f"On {self._date(0)} this future begins {how}, with support for an offensive at {joined(stances)} on a "
            "scale from −1 to +1."
        )
        told = self._levels(course["start"]["posture"], "starts")
        each = "each on" if len(course["start"]["posture"]) > 1 else "on"
        yield f"{capital(told)}, {each} a scale from 0 to 1."
        self._day = 0

    def turns(self, course: Record) -> Iterator[str]:
        """Yield one sentence per turning point, two for the end."""
        for turn in course["turns"]:
            when, what = self._when(turn["day"]), self.event(course, turn)
            yield f"{when.rstrip(',')}, {what}." if turn["kind"] == "event" else f"{when} {what}."
            if turn["kind"] in ("limited", "full", "terms"):
                yield self._before_it(course, turn)

    def event(self, course: Record, turn: Record) -> str:
        """Return what happens at a turning point."""
        kind, levels = turn["kind"], turn["levels"]
        if kind == "event":
            return f"with {turn['event']['name']}, {self._shifted(turn['event'])} {turn['event']['way']}"
        beside = f", with {self._levels(levels, '')}" if levels else ""
        if kind in _CROSSES:
            return f"{posture_of(self._record, turn['actor'])} {_CROSSES[kind]} one half{beside}"
        if kind in _LEANS:
            return f"{possessive(self._name(turn['actor']))} stance turns {_LEANS[kind]} an offensive"
        another = "an" if turn.get("count") == 1 else "another"
        lasted = f" after {spelled(turn['lasted'], 'day')}" if turn.get("lasted") else ""
        return {
            "strike": f"there is {self._strikes} for the first time{beside}",
            "bombing": f"there is {self._strikes} on a third day within a week for the first time",
            "agreement": f"{self._parties(course)} conclude {another} agreement{beside}",
            "breakdown": f"the agreement breaks down{lasted}, and the standoff resumes",
            "terms": f"the defenders give up the ground on terms, without an assault{beside}",
            "limited": f"a limited offensive begins{beside}",
            "full": f"a full offensive begins{beside}",
            "still": f"there is still {_phase_at(course, turn['day'])} and no offensive{beside}",
        }[kind]

    def _shifted(self, event: Record) -> str:
        """Return what an event shifts: `Turkey’s support for an offensive`, `Turkey’s leverage over Russia`."""
        on, field = event["on"], event["field"]
        if not isinstance(on, str):
            return f"{possessive(self._name(on['from']))} leverage over {name_in_text(self._name(on['to']))}"
        if field == "posture":
            return posture_of(self._record, on)
        return f"{possessive(self._name(on))} {_SHIFTED.get(field, field)}"

    def _parties(self, course: Record) -> str:
        return joined([name_in_text(self._name(actor)) for actor in course["parties"]])

    def _before_it(self, course: Record, turn: Record) -> str:
        day = turn["day"]
        strikes = sum(one <= day for one in course["strikes"])
        often = f"after {spelled(strikes, 'day')}" if strikes else "without a day"
        bombed = f", {often} of {self._strikes}" if self._strike else ""
        under = " and while an agreement is in force" if _phase_at(course, day) == "an agreement" else ""
        return f"It comes on day {day + 1} of the window{bombed}{under}."

    def finish(self, course: Record) -> Iterator[str]:
        """Yield two or three sentences that sum up the run and say what its end means."""
        end, over = course["end"], course["day"] is not None
        if not over or course["agreements"]:
            first = course["strikes"] if self._strike else range(course["agreements"])
            yield f"In all, there {noun(len(first), 'is', 'are')} {self._in_all(course)}."
        last = long_date(self._calendar.until(self._calendar.horizon))
        if end == "terms":
            yield "This future ends with the surrender: no offensive has begun, and the question resolves as no."
        elif over:
            yield "This future ends with the offensive, and the question resolves as yes."
            yield f"It counts as {end}: imminence (readiness times support) is {_READY[end]} on its first day."
        else:
            how = "under an agreement" if end == "agreement" else "in a standoff"
            yield f"The window closes on {last} {how}: no offensive has begun, and the question resolves as no."

    def _in_all(self, course: Record) -> str:
        strikes = f"{spelled(len(course['strikes']), 'day')} of {self._strikes} and " if self._strike else ""
        new = "new " if course["phases"][0][1] == "agreement" else ""
        agreements = spelled(course["agreements"], f"{new}agreement")
        broken = course["breakdowns"]
        fate = "" if not broken else f", and {spelled(broken, 'agreement breaks', 'agreements break')} down"
        return f"{strikes}{agreements}{fate}"


def _phase_at(course: Record, day: int) -> str:
    """Return the phase at the start of a day."""
    phase = [name for start, name in course["phases"] if start <= day][-1]
    return "an agreement" if phase == "agreement" else "a standoff"


_HOW_IT_ENDS = {
    "standoff": "end in a standoff",
    "agreement": "end under an agreement",
    "terms": "end with terms of surrender",
    "limited": "see a limited offensive",
    "full": "see a full offensive",
}
FAR = 0.1
"""Distance of a posture from the middle half of its cluster worth mentioning, on its scale from 0 to 1."""
UNDER = " under an agreement"
NOTE = (
    "Grey line: standoff; blue line: an agreement in force; {strikes}triangles: a posture passes one half, upwards or "
    "downwards; square: the offensive{terms}, with which a future ends."
)
_CAUTION = (
    "A storyline is an example, not a prediction: no future will go exactly like it. One event following another in it "
    "does not show that the first brought about the second."
)


def section_of(record: Record) -> Section | None:
    """Read the storylines of a forecast; None if it has none."""
    courses = record["storylines"]
    if not courses:
        return None
    titled = list(zip(titles_of(record), courses, strict=True))
    lead = (
        f"{spelled(len(courses), 'run').capitalize()} represent all futures. Each is a real run, the medoid of a "
        f"cluster of runs with similar dates, events and postures among the first "
        f"{counted(courses[0]['of'], 'run')}. Brackets hold the 95% Monte Carlo interval of a share."
    )
    marks = {"strikes": f"dots: days of {strikes_of(record)}; ", "terms": ", hexagon: terms of surrender"}
    note = NOTE.format(**{"strikes": "", "terms": ""} | without_off(record, marks))
    cards = tuple(_card(record, number, title, one) for number, (title, one) in enumerate(titled, 1))
    replay = f"Any run can be replayed day by day: {explain_command(record, courses[0]['run'])}"
    return Section("Storylines", (
        Text(f"{lead} {_CAUTION}", "note"), _figure(record, titled).with_parts(Block("note", note)),
        Group("", cards, role="stories"), Text(replay, "note"),
    ), id="storylines")  # fmt: skip


def titles_of(record: Record) -> list[str]:
    """Return a title for each storyline; those with the same title add the posture in which they differ most."""
    told = record["storylines"]
    titles = [title_of(record, one) for one in told]
    alike = {title: [one for one, its in zip(told, titles, strict=True) if its == title] for title in titles}
    return [
        f"{title}, {_ending(record, one, alike[title])}" if len(alike[title]) > 1 else title
        for title, one in zip(titles, told, strict=True)
    ]


def title_of(record: Record, course: Record) -> str:
    """Return the title of a run, based on its end."""
    if course["day"] is not None:
        date = calendar_of(record).date(course["day"])
        under = UNDER if course["phases"][-1][1] == "agreement" else ""
        what = "Terms of surrender" if course["end"] == "terms" else f"A {course['end']} offensive"
        return f"{what} in {MONTHS[date.month - 1]} {date.year}{under}"
    if course["end"] == "agreement":
        return (
            "An agreement that holds"
            if not course["breakdowns"]
            else "An agreement at the end, after one that broke down"
        )
    return "A standoff to the end" if not course["breakdowns"] else "An agreement that breaks down, then a standoff"


def _ending(record: Record, course: Record, alike: Sequence[Record]) -> str:
    """Return the final value of the posture in which these storylines differ most."""

    def spread(actor: str) -> float:
        ends = [one["finish"]["posture"][actor] for one in alike]
        return float(max(ends) - min(ends))

    actor = max(course["finish"]["posture"], key=spread)
    return f"{posture_of(record, actor)} at {plain(course['finish']['posture'][actor])}"


def _card(record: Record, number: int, title: str, course: Record) -> Group:
    share = Chance.of(course["share"])
    standing = (
        f"About {share.text} of futures ({share.interval}) are closest to this one, run {course['run']:,}; "
        f"of these, {_alike(course)} {_HOW_IT_ENDS[course['end']]} too.{_apart(record, course)}"
    )
    parts = (Text(standing, "standing"), List.of(story_of(record, course)))
    return Group(f"{number}. {title}", parts, role="card story", id=f"storyline-{number}")


def _alike(course: Record) -> str:
    """Write the share of the runs nearest to a storyline that end as it does."""
    share = course["ends"][course["end"]]
    return "all" if share == 1 else share_text(share)


def _apart(record: Record, course: Record) -> str:
    """Return where a run, although in the middle of its cluster overall, ends outside its middle half."""
    ends, halves = course["finish"]["posture"], course.get("cluster", {}).get("posture", {})
    away = {actor: max(low - ends[actor], ends[actor] - high) for actor, (low, high) in halves.items() if actor in ends}
    actor = max(away, key=lambda one: away[one], default=None)
    if actor is None or away[actor] < FAR:
        return ""
    low, high = halves[actor]
    return (
        f" It is not typical in every respect: {posture_of(record, actor)} ends at {plain(ends[actor])}; in half of "
        f"these futures it ends between {plain(low)} and {plain(high)}."
    )


def explain_command(record: Record, run: int | str) -> str:
    """Return the command that replays a run; SCENARIO stands for the file if the record does not name it."""
    try:
        words = shlex.split(record["command"] or "")
    except ValueError:  # a record may come from anywhere
        words = []
    scenario = words[2] if words[:2] == ["offramp", "run"] and len(words) > 2 else "SCENARIO"
    rest = [] if record["replicates"] == 2 else ["--replicates", str(record["replicates"])]
    return shlex.join(["offramp", "explain", scenario, "--run", str(run), "--seed", str(record["seed"]), *rest])


# -- timelines --------------------------------------------------------------------------------------------------------

_TURNS = {
    "rise": ("triangle-up", "ink", 10, ""),
    "fall": ("triangle-down", "ink", 10, ""),
    "agreement": ("diamond", "agreement", 10, "agreement"),
    "breakdown": ("x", "agreement", 10, "breakdown"),
    "terms": ("hexagon", "terms", 14, "terms of surrender"),
    "limited": ("square", "limited", 14, "limited offensive"),
    "full": ("square", "full", 14, "full offensive"),
}
"""Symbol, colour, size and name of each kind of turning point; one without a name is only a mark."""


def _figure(record: Record, titled: Titled) -> Figure:
    shares = [Chance.of(course["share"]) for _, course in titled]
    small = [f"{title[0].lower()}{title[1:]}" for title, _ in titled]
    told = "; ".join(
        f"{number}, {share.text} of futures: {title}"
        for number, (share, title) in enumerate(zip(shares, small, strict=True), 1)
    )
    calendar, rows = calendar_of(record), []
    for (number, course), share in zip(enumerate(record["storylines"], 1), shares, strict=True):
        for turn in course["turns"]:
            date = short_date(calendar.date(turn["day"]))
            alike, what = _alike(course), turn_text(record, course, turn)
            rows.append((str(number), with_interval(share), alike, str(course["run"]), date, what))
    columns = ("Storyline", "Share of futures", "Same ending", "Run", "Date", "What happens")
    table = Table("Turning points of the storylines", columns, "lrrrll", tuple(rows))
    return Figure(
        "timelines",
        f"The largest share, {shares[0].text} of futures, is: {small[0]}",
        "One line per storyline, from the first day of the window to the last",
        f"Timelines of {counted(len(titled), 'run')} over {counted(record['horizon'], 'day')}. {told}.",
        table.page_only(),
        lambda: _timelines(record, titled),
    )


def _timelines(record: Record, titled: Titled) -> Spec:
    """Draw one line per storyline: phases as lines, bombing as dots, turning points as marks."""
    calendar = calendar_of(record)
    rows = [
        Row(
            title.removesuffix(UNDER), list(_phases(calendar, course)), list(_marks(record, calendar, course)),
            list(_names(calendar, course)), head=f"{place}  {Chance.of(course['share']).label}",
        )
        for place, (title, course) in enumerate(titled, 1)
    ]  # fmt: skip
    return rows_chart(
        rows, time_axis(calendar), row=86, room=56, span=(0.45, 0.6), name_shift=13, top=12, left=30, right=18
    )


def _phases(calendar: Calendar, course: Record) -> Iterator[Bar]:
    for (start, phase), (end, _) in pairwise([*course["phases"], [course["days"], ""]]):
        colour, width = ("agreement", 7) if phase == "agreement" else ("standoff", 3)
        yield Bar(calendar.at(start), calendar.at(max(end, start + 1)), LIGHT[colour], width)


def _marks(record: Record, calendar: Calendar, course: Record) -> Iterator[Dot]:
    for day in course["strikes"]:
        said = f"{short_date(calendar.date(day))}: {safe(strikes_of(record))}"
        yield Dot(noon(calendar, day), "strikes", said, size=5, at=-0.17)
    for turn in course["turns"]:
        if turn["kind"] in _TURNS:
            symbol, colour, size, _ = _TURNS[turn["kind"]]
            said = f"{short_date(calendar.date(turn['day']))}: {safe(turn_text(record, course, turn))}"
            yield Dot(noon(calendar, turn["day"]), colour, said, size=size, rim=1, symbol=symbol)


def _names(calendar: Calendar, course: Record) -> Iterator[Words]:
    """Yield the names of the changes of phase, last first, that have room next to each other."""
    taken: list[int] = []
    for turn in reversed(course["turns"]):
        day, (_, colour, _, name) = turn["day"], _TURNS.get(turn["kind"], ("", "", 0, ""))
        if name and all(abs(day - other) >= 0.34 * calendar.horizon for other in taken):
            taken.append(day)
            late, early = day > 0.75 * calendar.horizon, day < 0.15 * calendar.horizon
            anchor = "right" if late else "left" if early else "center"
            yield Words(name, colour, size=12, value=noon(calendar, day), anchor=anchor, shift=-33)
