"""Storylines: what the report says of the few runs that stand for clusters of futures, and their timeline's table."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.report.captions import Figure
from sim.report.chance import Chance, share_text
from sim.report.dates import MONTHS, short_date
from sim.report.reading import Record, calendar_of, name_of, strikes_of
from sim.report.story import possessive, spelled, story_of, turn_text
from sim.report.tables import Table, with_interval
from sim.report.values import plain
from sim.wording import counted

_HOW_IT_ENDS = {
    "standoff": "end in a standoff",
    "agreement": "end under an agreement",
    "terms": "end with terms of surrender",
    "limited": "see a limited offensive",
    "full": "see a full offensive",
}
UNDER = " under an agreement"
NOTE = (
    "Grey line: standoff; blue line: an agreement in force; dots: days of {strikes}; triangles: a posture passes "
    "one half, upwards or downwards; square: the offensive, hexagon: terms of surrender, with which a future ends."
)


@dataclass(frozen=True)
class Storyline:
    """One of them: its title, how many futures it stands for, its sentences and the run that it is."""

    number: int
    title: str
    share: Chance
    standing: str
    sentences: tuple[str, ...]
    run: int


@dataclass(frozen=True)
class Storylines:
    """The section; strings are plain text, some of it from the scenario, and not yet escaped."""

    lead: str
    caution: str
    replay: str
    note: str
    figure: Figure
    items: tuple[Storyline, ...]


def storylines_of(record: Record) -> Storylines | None:
    """Read the storylines of a forecast; None where it has none."""
    told = record.get("storylines")
    if not told:
        return None
    titles, note = titles_of(record), NOTE.format(strikes=strikes_of(record))
    items = tuple(_item(record, place, titles[place - 1], one) for place, one in enumerate(told, 1))
    return Storylines(_lead(told), _CAUTION, _replay(record), note, _figure(record, items), items)


_CAUTION = (
    "A storyline is an example and no prediction: no future will go just so. That one thing comes after another in it "
    "does not show that it came of it."
)


def titles_of(record: Record) -> list[str]:
    """Return a title for each storyline; those that would share one say where the backing, or another posture, ends."""
    told = record["storylines"]
    titles = [title_of(record, one) for one in told]
    often = Counter(titles)
    return [
        f"{title}, {_ending(record, one)}" if often[title] > 1 else title
        for title, one in zip(titles, told, strict=True)
    ]


def title_of(record: Record, course: Mapping[str, Any]) -> str:
    """Return the title of a run by how it ends."""
    if course["day"] is not None:
        date = calendar_of(record).date(course["day"])
        under = UNDER if course["phases"][-1][1] == "agreement" else ""
        what = "Terms of surrender" if course["end"] == "terms" else f"A {course['end']} offensive"
        return f"{what} in {MONTHS[date.month - 1]} {date.year}{under}"
    if course["end"] == "agreement":
        return (
            "An agreement that holds" if not course["breakdowns"] else "An agreement at the end, after one that broke"
        )
    return "A standoff to the end" if not course["breakdowns"] else "An agreement that breaks, then a standoff"


def _ending(record: Record, course: Mapping[str, Any]) -> str:
    """Say where the posture of the first patron ends, or of the initiator where there is none."""
    levels = course["finish"]["posture"]
    known = {actor: record["actors"].get(actor, {"role": "", "posture_name": "posture"}) for actor in levels}
    actor = next((one for one in levels if known[one]["role"] == "patron"), next(iter(levels)))
    return f"{possessive(name_of(record, actor))} {known[actor]['posture_name']} at {plain(levels[actor])}"


def _item(record: Record, number: int, title: str, one: Mapping[str, Any]) -> Storyline:
    share = Chance.of(one["share"])
    alike = _alike(one)
    standing = (
        f"About {share.text} of futures ({share.interval}) are nearest to this one, run {one['run']:,}; of these "
        f"{_nearly_all(alike)} {_HOW_IT_ENDS[one['end']]} too."
    )
    return Storyline(number, title, share, standing, tuple(story_of(record, one)), one["run"])


def _alike(one: Mapping[str, Any]) -> Chance:
    """Return the share of the runs nearest to it that end as it does."""
    return Chance.of_share(one["ends"][one["end"]], one["runs"])


def _nearly_all(alike: Chance) -> str:
    return "all" if alike.p == 1 else share_text(alike.p)


def _lead(told: list[Mapping[str, Any]]) -> str:
    return (
        f"{spelled(len(told), 'run').capitalize()} stand for all futures. Each is a real run, the one in the middle of "
        f"a cluster of runs that are alike in their dates, events and postures; the clusters are those of the first "
        f"{counted(told[0]['of'], 'run')}. In brackets stands the 95% Monte Carlo interval of a share."
    )


def _replay(record: Record) -> str:
    return f"Any run can be replayed day by day: {explain_command(record, record['storylines'][0]['run'])}"


def explain_command(record: Record, run: int | str) -> str:
    """Return the command that replays a run; SCENARIO stands for the file where the record does not name it."""
    try:
        words = shlex.split(record["command"] or "")
    except ValueError:  # a record may come from anywhere
        words = []
    scenario = words[2] if words[:2] == ["offramp", "run"] and len(words) > 2 else "SCENARIO"
    rest = [] if record["replicates"] == 2 else ["--replicates", str(record["replicates"])]
    return shlex.join(["offramp", "explain", scenario, "--run", str(run), "--seed", str(record["seed"]), *rest])


def _figure(record: Record, items: tuple[Storyline, ...]) -> Figure:
    largest = items[0]
    title = f"The largest share, {largest.share.text} of futures, goes with: {_small(largest.title)}"
    told = "; ".join(f"{one.number}, {one.share.text} of futures: {_small(one.title)}" for one in items)
    alt = f"Timelines of {counted(len(items), 'run')} over {counted(record['horizon'], 'day')}. {told}."
    columns = ("Storyline", "Share of futures", "That end alike", "Run", "Date", "What happens")
    table = Table("Turning points of the storylines", columns, "lrrrll", tuple(_rows(record, items)))
    return Figure("timelines", title, "One line a storyline, from the first day of the window to its last", alt, table)


def _rows(record: Record, items: tuple[Storyline, ...]) -> Iterator[tuple[str, ...]]:
    calendar = calendar_of(record)
    for one, course in zip(items, record["storylines"], strict=True):
        for turn in course["turns"]:
            date = short_date(calendar.date(turn["day"]))
            shares = with_interval(one.share), _nearly_all(_alike(course))
            yield str(one.number), *shares, f"{one.run}", date, turn_text(record, course, turn)


def _small(title: str) -> str:
    return title[0].lower() + title[1:]
