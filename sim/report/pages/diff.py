"""Two forecasts compared: the page of `offramp diff`, and in a forecast made with `--since` the section on what moved.

Both show how far each probability moves, and which articles, stances, inputs and settings differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.report.chance import Chance, Shift
from sim.report.document import Document, Entry, Group, List, Part, Section, Table, Text, said
from sim.report.reading import OUTCOMES, Record, input_name, name_in_text, name_of, schedule_name
from sim.report.values import dated, day_of, on_scale, or_dash, plain, quantity, short_date
from sim.wording import counted

MOST_OPEN = 8
"""Number of changed inputs that the page shows unfolded."""
_REWORDED = ("resolves", "does not resolve")
_OF_NAMES = ("from", "on", "after", "principal", "counterpart")
_SCHEDULED = ("pressures.", "events.")


def section_of(record: Record) -> Section | None:
    """Read what moved since an earlier forecast; None if the record compares with none."""
    since = record["since"]
    if since is None:
        return None
    then = since["forecast"]
    whose = "" if then["id"] == record["scenario"]["id"] else f", {then['id']}"
    rows = [
        (*_two_sides(outcome, days, row["old"], row["new"]), *Shift.of(row["change"]).cells)
        for outcome, by_days in reversed(since["outcomes"].items())
        for days, row in by_days.items()
    ]
    columns = ("Outcome", "Within", "Then", "Now", "Change", "Interval", "Note")
    return Section(
        f"Since the forecast of {dated(then['as_of'])}{whose}",
        (
            Text(_lead(since), "lead"),
            Text(_basis(record, since), "note"),
            Table("Then and now; the change and its 95% interval in points", columns, "llrrrrl", tuple(rows)),
            Group("What is different", different({**record, **since})),
        ),
        id="since",
        short="Since last time",
    )


def different(compared: Record) -> tuple[Part, ...]:
    """List the differences between two forecasts: articles, stances, inputs and settings, named as in the record."""
    articles, stances = _articles(compared), List(tuple(_stance(compared, one) for one in compared["stances"]), "notes")
    rows = ((name, _value(old), _value(new)) for name, old, new in changed(compared, compared["inputs"], "path"))
    inputs = Table("Inputs that have changed", ("Input", "Then", "Now"), "lll", tuple(rows))
    if len(inputs.rows) > MOST_OPEN:
        inputs = inputs.fold(f"{counted(len(inputs.rows), 'input')} changed, added or removed")
    parts: tuple[Part, ...] = (articles, stances, inputs, _settings(compared))
    nothing = "" if said(parts) else "No input, evidence or setting has changed."
    return (Text(nothing), *parts)


def _lead(since: Record) -> str:
    """Return how far the headline moved, or the last window that both forecasts have."""
    rows = since["outcomes"]["offensive"]
    if not rows:
        return "The two forecasts share no window, so their probabilities cannot be compared."
    days = max(rows, key=int)
    row = rows[days]
    then, now = Chance.of(row["old"]).text, Chance.of(row["new"]).text
    return f"An offensive within {counted(days, 'day')}: {then} then, {now} now, {Shift.of(row['change']).line}."


def _basis(record: Record, since: Record) -> str:
    runs, forecast = since["paired_runs"], since["forecast"]
    if runs is None:
        basis = (
            f"The two are not paired: {since['unpaired']}. The interval combines the Monte Carlo errors of both, and "
            "the change may come from anything that differs below."
        )
    else:
        basis = (
            f"The change is paired: the earlier scenario, {forecast['id']}, was run again with the same draws and "
            f"random numbers and {counted(runs, 'run')} were compared one by one, so chance affects both alike."
        )
    if forecast["as_of"] == record["as_of"]:
        return basis
    then, now = dated(forecast["as_of"]), dated(record["as_of"])
    return f"{basis} Each counts days from its own as-of date: {then} then, {now} now. The windows are not the same."


def _two_sides(outcome: str, days: int | str, before: Record, after: Record) -> tuple[str, ...]:
    return OUTCOMES[outcome], counted(days, "day"), Chance.of(before).text, Chance.of(after).text


def _articles(since: Record) -> List:
    entries = []
    for one in since.get("articles", ()):  # a diff names none
        whose = "" if one["publisher"] is None else f"{one['publisher']}, "
        items = f"{counted(len(one['items']), 'item')} of evidence: {', '.join(one['items'])}"
        entries.append(Entry(f"{one['title']} ({whose}{dated(one['date'])}): {items}", "New article"))
    return List(tuple(entries), "notes")


def _stance(compared: Record, one: Record) -> Entry:
    """Return a changed initial stance, with the items that were added, removed or read differently."""
    then, now = one["old"], one["new"]
    name = f"Stance of {name_in_text(name_of(compared, one['actor']))}"
    if then is None or now is None:
        return Entry("new in this forecast" if then is None else "no longer in this forecast", name)
    news = tuple(_news(one))
    if not news and {then["from"], now["from"]} == {"evidence"}:
        news = ("no item was added or removed: the readings have aged, or their weights have changed",)
    sources = "" if then["from"] == now["from"] else f", from {then['from']} then and {now['from']} now"
    return Entry(f"{_start(then)} then, {_start(now)} now{sources}", name, lines=news)


def _start(stance: Record) -> str:
    return f"{on_scale(stance['mean'])} give or take {plain(stance['sd'])}"


def _news(one: Record) -> Iterator[str]:
    for key, verb in (("items_added", "New"), ("items_removed", "Gone"), ("items_recoded", "Recoded")):
        for item in one[key]:
            yield f"{verb}: {item['id']}. {item['says']}".rstrip()


def changed(compared: Record, rows: Sequence[Record], key: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield inputs or settings that differ: their names, and the value on either side, with ids replaced by names."""
    for one in rows:
        path = one[key]
        old, new = (_called(compared, path, one[side]) for side in ("old", "new"))
        yield input_name(compared, path) if "." in path or key == "path" else path, old, new


def _called(compared: Record, path: str, value: Any) -> Any:
    """Return the name of an actor or an event where a path holds ids; for anything else the value."""
    kind, _, field = path.rpartition(".")
    if field not in _OF_NAMES or not kind.startswith(("bargaining", *_SCHEDULED)):
        return value
    if value in list(compared["actors"]):
        return name_of(compared, value)
    return schedule_name(compared, value) if value in [one["id"] for one in compared["schedule"]] else value


def _value(value: Any) -> str:
    try:
        return short_date(day_of(value))
    except (TypeError, ValueError):
        return or_dash(value, quantity)


def _settings(compared: Record) -> Table:
    rows = [
        (name, "", "reworded") if name in _REWORDED else (name, _value(old), _value(new))
        for name, old, new in changed(compared, compared["settings"], "name")
    ]
    return Table("What else differs", ("Setting", "Then", "Now"), "lll", tuple(rows))


ABOUT = "A change counts as real if its interval excludes 0; about one in twenty that are noise will look real."
VERDICTS = {"real": "real", "noise": "noise", "none": "no run differs"}


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    before, after = record["before"], record["after"]
    last = [one for one in record["outcomes"] if one["outcome"] == "offensive"][-1]
    old, new = (Chance.of(last[side]).text for side in ("before", "after"))
    how = (
        f"Not paired, {record['unpaired']}: every change includes the Monte Carlo error of both sides."
        if record["paired_runs"] is None
        else f"Paired over {counted(record['paired_runs'], 'run')}."
    )
    rows = tuple(
        (
            *_two_sides(one["outcome"], one["day"], one["before"], one["after"]),
            *Shift.of(one["change"]).cells[:2],
            VERDICTS[one["verdict"]],
        )
        for one in record["outcomes"]
    )
    columns = ("Outcome", "Within", "Before", "After", "Change", "Interval", "Verdict")
    table = Table("Before and after; the change and its 95% interval in points", columns, "llrrrrl", rows)
    return Document(
        kicker="offramp diff",
        title=f"From {before['id']} to {after['id']}",
        number=Shift.of(last["change"]).text,
        says=f"The probability of an offensive within {counted(last['day'], 'day')} goes from {old} to {new}",
        head=(Text(how),),
        sections=(
            Section("What moves", (table, Text(ABOUT, "note")), id="changes"),
            Section("What is different", different(record), id="different"),
        ),
    )
