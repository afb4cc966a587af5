"""Indicators on a page: the sentences, figure and table of the part `indicators` of a record."""

from __future__ import annotations

from dataclasses import dataclass

from sim.report.chance import Chance, Shift, chance_text
from sim.report.charts import LIGHT, Spec, safe, tint
from sim.report.document import Figure, Section, Table, Text
from sim.report.reading import OUTCOMES, Record, calendar_of, name_in_text, name_of
from sim.report.rows import Bar, Dot, Row, Words, rows_chart, shares_axis
from sim.report.values import or_dash, short_date
from sim.wording import counted

SHOWN = 10
"""Indicators in the figure: for each subject and day, the level that moves the forecast most; the table has all."""
OBSERVED = {
    ("readiness", 0.25): "more than forces withdrawn",
    ("readiness", 0.5): "reinforcements under way",
    ("readiness", 0.75): "an assault force in place",
    ("deterrence", 0.25): "more than posts cut off",
    ("deterrence", 0.5): "forces in place",
    ("deterrence", 0.75): "recently reinforced",
}
"""What an observer on the ground would see at a posture: the nearest level of the codebook (docs/cases.md)."""


@dataclass(frozen=True)
class Sign:
    """An informative indicator, within the window of the forecast; `short` names it in a figure.

    `given` is None for terms of surrender, which end a future.
    """

    label: str
    short: str
    seen: Chance
    unknown: Chance
    if_seen: Chance
    if_not: Chance
    given: str | None


def section_of(record: Record) -> Section | None:
    """Read the indicators of a record; None if none of them is informative."""
    shown = signs(record)
    if not shown:
        return None
    day = record["horizon"]
    takes = next(filter(None, (one.given for one in shown)), "strikes by DATE")
    terms = any(one.given is None for one in shown)
    about = (
        "Only futures that have not ended by the day of the indicator count"
        f"{'; for terms of surrender, all without an offensive by then' if terms else ''}. Indicators are ordered by "
        "how far checking moves the probability on average, seen or not. An indicator is associated with an offensive; "
        "it need not bring one about. Intervals are 95%."
    )
    again = f'To forecast again given what has been seen: offramp run SCENARIO --given "{takes}".'
    first = shown[0]
    counting = "without an offensive by then" if first.given is None else "that have not ended by then"
    lead = (
        f"What would move this forecast most: {first.label}. It is seen in {first.seen.text} of the futures "
        f"{counting}. If it is seen, an offensive within {counted(day, 'day')} has a probability of "
        f"{first.if_seen.text}; if not, {first.if_not.text}; without checking, {first.unknown.text}."
    )
    drawn = _figure(record, shown, day).with_parts(Text(about, "note"), Text(again, "note"))
    return Section("What to watch for", (Text(lead, "lead"), drawn), id="indicators", short="Watch for")


def signs(record: Record) -> list[Sign]:
    """Return the indicators for the figure: one for each subject and day."""
    best: dict[tuple[str, int], Sign] = {}
    for one in record["indicators"]:
        by = one["by"].get(str(record["horizon"]))
        if by is not None and by["moves"] is not None:
            sign = Sign(
                label_of(record, one), _short(record, one), Chance.of(one["seen"]), Chance.of(by["unknown"]),
                Chance.of(by["if_seen"]), Chance.of(by["if_not"]), one["given"],
            )  # fmt: skip
            best.setdefault((one.get("actor") or one["event"], one["day"]), sign)
    return list(best.values())[:SHOWN]


def label_of(record: Record, one: Record) -> str:
    """Return the label of an indicator, such as `Deterrence of Turkey above 0.5 on 1 Sep 2018`."""
    date = short_date(calendar_of(record).until(one["day"]))
    if "event" in one:
        return f"{OUTCOMES.get(one['event'], one['event'])} by {date}"
    actor = name_in_text(name_of(record, one["actor"]))
    said = f"{one['posture'].capitalize()} of {actor} above {one['above']:g} on {date}"
    seen = OBSERVED.get((one["posture"], one["above"]))
    return said if seen is None else f"{said} ({seen})"


def _short(record: Record, one: Record) -> str:
    """Return a short label of what would be seen, its date without the year."""
    seen = OBSERVED.get((one["posture"], one["above"])) if "event" not in one else None
    if seen is None:
        return label_of(record, one).rpartition(" ")[0]
    date = short_date(calendar_of(record).until(one["day"])).rpartition(" ")[0]
    return f"{name_of(record, one['actor'])}: {seen}, {date}"


def _figure(record: Record, shown: list[Sign], day: int) -> Figure:
    first, event = shown[0], f"an offensive within {counted(day, 'day')}"
    steps = "; ".join(f"{one.label}, {one.if_seen.text} if seen, {one.if_not.text} if not" for one in shown)

    def chart() -> Spec:
        xaxis = shares_axis(end.high for one in shown for end in (one.if_seen, one.if_not))
        rows = list(map(_sign, shown))
        return rows_chart(rows, xaxis, row=78, room=60, span=(0.3, 0.62), name_shift=15, top=16, right=104)

    return Figure(
        "indicators-figure",
        f"{first.label}: {first.if_seen.text} if seen, {first.if_not.text} if not",
        f"Probability of {event} if it is seen (full bar) and if it is not (pale bar), with 95% intervals; the line is "
        "the probability without checking",
        f"Bars of the probability of {event} if a sign is seen and if it is not: {steps}.",
        _table(record),
        chart,
    )


def _sign(sign: Sign) -> Row:
    """Draw a full bar if it is seen, a pale one if not, and a line for not having looked."""
    drawn, ends, words = [], [], []
    sides = ((sign.if_seen, 0.1, "if seen", LIGHT["offensive"]), (sign.if_not, -0.1, "if not", tint("offensive", 0.36)))
    for one, at, text, colour in sides:
        said = safe(f"{sign.short}: {one.text} ({one.interval}) {text}")
        drawn.append(Bar(0.0, one.p, colour, 13, at, said=said))
        ends.append(Dot(one.p, "ink", said, one.low, one.high, size=0, at=at))
        words.append(Words(text, strong=one.label, at=at) if at > 0 else Words(f"{one.label} {text}", at=at))
    said = safe(f"without checking: {sign.unknown.text}")
    drawn.append(Bar(sign.unknown.p, sign.unknown.p, LIGHT["ink"], 2, -0.215, 0.215, "dot", said))
    return Row(sign.short, drawn, ends, [*words, Words(f"seen in {sign.seen.text}", "muted", size=12, at=-0.31)])


def _table(record: Record) -> Table:
    day = record["horizon"]
    columns = ("Seen by then", "In", "If seen", "If not", "Difference, points", "Without checking", "Moves it by")
    rows = tuple(
        (
            label_of(record, one),
            Chance.of(one["seen"]).text,
            *(or_dash(by[side], chance_text) for side in ("if_seen", "if_not")),
            or_dash(by["difference"], lambda gap: Shift.of(gap).with_interval),
            Chance.of(by["unknown"]).text,
            or_dash(by["moves"], lambda moves: f"{100 * moves:.1f} points"),
        )
        for one in record["indicators"]
        if (by := one["by"].get(str(day)))
    )
    caption = f"Probability of an offensive within {counted(day, 'day')} if it is seen and if not"
    return Table(caption, columns, "lrrrrrr", rows)
