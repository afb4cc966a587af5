"""What is scheduled: pressures, talks and events, as a table and as marks on the time axis."""

from __future__ import annotations

from dataclasses import dataclass

from sim.report.document import Table
from sim.report.reading import Record, calendar_of, capital, in_sentence, joined, name_in_text, name_of, schedule_name
from sim.report.values import NONE, or_dash, quantity, short_date
from sim.wording import counted

AIMS = {"restrain": "hold back", "encourage": "go ahead"}


@dataclass(frozen=True)
class Mark:
    """A scheduled change inside the window, to be marked on the time axis."""

    number: int
    day: float
    date: str
    label: str


def schedule_table(record: Record) -> Table:
    """Return all scheduled pressures, talks and events."""
    rows = [
        (
            capital(schedule_name(record, one["id"])), capital(_what(record, one)), one.get("channel", NONE),
            _first(record, one), _day(record, one["end"]), _size(record, one), one["basis"] or "no basis given",
        )
        for one in record["schedule"]
    ]  # fmt: skip
    columns = ("Name", "What", "Channel", "From", "First day without it", "Size", "The author's basis")
    names = {"pressure": "pressures", "talks": "talks", "event": "events"}
    kinds = {one["kind"] for one in record["schedule"]} or {"pressure"}
    named = joined([name for kind, name in names.items() if kind in kinds])
    return Table(f"Scheduled {named}", columns, "lllllll", tuple(rows))


def _what(record: Record, one: Record) -> str:
    """Return the effect of an entry: `Turkey to Russia: hold back`, `talks`, `shifts the stance of Russia`."""
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
    return f"{source} to {target}: {AIMS.get(one['aim'], one['aim'])}"


def _first(record: Record, one: Record) -> str:
    """Return when an entry begins: on a date, or a number of days after the event it answers."""
    if one.get("after") is None:
        return _day(record, one["start"])
    delay = f"{one['delay'] or 0:g}"
    after = _happening(record, one["after"])
    return f"after {after}" if delay == "0" else f"{counted(delay, 'day')} after {after}"


def _happening(record: Record, id_: str) -> str:
    """Return the name of what a pressure answers or an event waits for."""
    what = {"strikes": "the first strike", "agreement": "an agreement", "breakdown": "the breakdown of an agreement"}
    return what.get(id_) or schedule_name(record, id_)


def _size(record: Record, one: Record) -> str:
    if one["kind"] != "event":
        return quantity(one["intensity"]) if "intensity" in one else NONE
    size = f"{quantity(one['add'])}{_likely(one, ';')}"
    if one["if"] is None:
        return size
    wanted = "without" if one["if"].startswith("no ") else "after"
    return f"{size}; only {wanted} {_happening(record, one['if'].removeprefix('no '))}"


def _likely(one: Record, sign: str) -> str:
    """Return the probability of an event after a sign; empty if it is certain."""
    return "" if one["probability"] == 1 else f"{sign} {100 * one['probability']:.3g}% likely"


def _day(record: Record, day: float | None) -> str:
    return or_dash(day, lambda known: short_date(calendar_of(record).date(known)))


def marks(record: Record) -> list[Mark]:
    """List everything that begins or ends inside the window, in order of time."""
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
    """Return the verbs for an entry that begins and ends, or for an event that comes and can no longer come."""
    what = _what(record, one)
    if one["kind"] == "pressure":
        return f"begins ({what})", f"ends ({what})"
    if one["kind"] == "talks":
        return "begins (talks)", "is over (talks)"
    certain = one["probability"] == 1 and one["if"] is None
    since = "" if one["end"] is None else " from this day on"
    return (
        f"{'comes' if certain else 'may come'}{since}{_likely(one, ',')} ({what})",
        "has come" if certain else "can no longer come",
    )


def in_force_sentence(record: Record) -> str:
    """Return how many pressures were in force before the window began; empty if none was."""
    starts = [one["start"] for one in record["schedule"] if one["kind"] == "pressure"]
    count = sum(start is not None and start < 0 for start in starts)
    if count == 0:
        return ""
    subject = "One pressure was" if count == 1 else f"{count} pressures were"
    return (
        f"{subject} in force before the window began: stances on day 0 already reflect them, so only changes in them "
        "count."
    )
