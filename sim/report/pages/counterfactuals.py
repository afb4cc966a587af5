"""Counterfactuals on a page: the sentences, figure and tables of the part `counterfactuals` of a record.

The wording is that of a comparison: each line says what the same runs do if one thing changed.
"""

from __future__ import annotations

from statistics import median

from sim.report.chance import Chance, Shift, chance_text
from sim.report.charts import LIGHT, Spec, safe
from sim.report.document import Document, Figure, Section, Table, Text, rerun_of
from sim.report.reading import OUTCOMES, Record, as_of, capital, name_in_text, name_of, schedule_name
from sim.report.rows import Bar, Dot, Row, Words, only, reference, rows_chart, shares_axis
from sim.wording import counted

SHOWN = 12
"""Number of changes in the figure; the table has all."""
MOST_IN_BRIEF = 5
"""Number of changes of a forecast that the terminal shows."""


def document(record: Record, words: str) -> Document:
    """Read the record of a study of counterfactuals alone into its page."""
    section, day = section_of(record), record["horizon"]
    return Document(
        kicker=f"offramp counterfactuals, as of {as_of(record)}",
        title=record["scenario"]["title"],
        number=_shift(ordered(record, day)[0], day).text if section is not None else "0",
        says=f"the largest change in the probability of an offensive within {counted(day, 'day')} if one thing changed",
        head=() if section is not None else (Text("Nothing in this scenario can be changed."),),
        sections=(section, rerun_of(record, Runs_of_each_world=f"{record['counterfactuals']['runs']:,}")),
    )


def section_of(record: Record) -> Section | None:
    """Read the counterfactuals of a record; None if it has none."""
    part = record["counterfactuals"]
    if part is None or not part["worlds"]:
        return None
    day = record["horizon"]
    rows = ordered(record, day)
    parts = (
        Text(_lead(record, rows, day), "lead"),
        Text(
            "Each is the same scenario with one thing changed, run on the same draws and random numbers and compared "
            f"run by run over {counted(part['runs'], 'run')}. A withdrawn pressure ends on the as-of date; one at full "
            "strength has intensity 1 from that date on, and one already in force is renewed on it; a posture that is "
            "held stays where it starts. Of changes that move nothing on average, about one in twenty looks clear.",
            "note",
        ),
        _figure(record, rows, day).with_parts(
            Text(_interaction(record, part, day)),
            Text(
                "The shares of runs in which a change averts an offensive, or brings one about, depend on how the two "
                "worlds are paired: here a run uses the same random numbers in both. The change in the probability "
                "does not. An offensive averted may still begin after the window.",
                "note",
            ),
            Text(_saving(rows, day), "note"),
        ),
        _windows(record, part).fold("All outcomes and windows"),
    )
    return Section("If one thing changed", parts, id="counterfactuals", short="If changed")


def brief_of(record: Record) -> Section | None:
    """Read the largest changes for the terminal, which has more of a forecast to show; None if it has none."""
    part = record["counterfactuals"]
    if part is None or not part["worlds"]:
        return None
    day = record["horizon"]
    rows = ordered(record, day)
    largest = _table(record, rows[:MOST_IN_BRIEF], day).of_columns(*range(5))
    return Section("If one thing changed", (Text(_lead(record, rows, day)), largest), id="counterfactuals")


def ordered(record: Record, day: int) -> list[Record]:
    """Return all changes, that which moves the offensive within a window most first."""
    return sorted(record["counterfactuals"]["worlds"], key=lambda one: -abs(_shift(one, day).p))


def _shift(one: Record, day: int) -> Shift:
    return Shift.of(one["changes"]["offensive"][str(day)])


def _after(one: Record, day: int) -> Chance:
    return Chance.of(one["outcomes"]["offensive"][str(day)])


def _before(record: Record, day: int) -> Chance:
    return Chance.of(record["counterfactuals"]["base"]["offensive"][str(day)])


_WORDS = {
    "held": ("{} held at its start", "with the {} held at its start"),
    "withdrawn": ("{} withdrawn", "with {} withdrawn"),
    "full": ("{} at full strength", "with {} at full strength"),
    "removed": ("{} does not take place", "without {}"),
    "certain": ("{} is certain to take place", "if it is certain that {} takes place"),
}
"""Wording of each kind of change in a row, and within a sentence: `without the summit`."""


def label_of(record: Record, one: Record) -> str:
    """Return the label of a change for a row, such as `The German appeal withdrawn`."""
    return capital(_WORDS[one["kind"]][0].format(_subject(record, one)))


def _subject(record: Record, one: Record) -> str:
    """Return the name of the thing changed, for the middle of a sentence: a pressure, talks, an event or a posture."""
    if one["kind"] != "held":
        return schedule_name(record, one["subject"])
    actor = record["actors"][one["subject"]]
    return f"{actor['posture_name']} of {name_in_text(name_of(record, one['subject']))}"


def _lead(record: Record, rows: list[Record], day: int) -> str:
    first, shift = rows[0], _shift(rows[0], day)
    if first["differing_runs"] == 0 or not shift.is_clear:
        return (
            f"None of {counted(len(rows), 'change')} clearly moves the probability of an offensive within "
            f"{counted(day, 'day')}."
        )
    clear = sum(_shift(row, day).is_clear for row in rows)
    inside = _WORDS[first["kind"]][1].format(_subject(record, first))
    return (
        f"The probability of an offensive within {counted(day, 'day')} is {_before(record, day).text} with nothing "
        f"changed. It moves most {inside}: to {_after(first, day).text}, {shift.line}. {clear} of "
        f"{counted(len(rows), 'change')} clearly move it."
    )


def _interaction(record: Record, part: Record, day: int) -> str:
    both = part["interaction"]
    if both is None:
        return ""
    first, second = (schedule_name(record, name) for name in both["subjects"])
    together, added, beyond = (Shift.of(both[name][str(day)]) for name in ("together", "sum", "interaction"))
    tail = (
        f"the two together lie {beyond.text} ({beyond.interval}) from that sum"
        if beyond.is_clear
        else f"no clear interaction ({beyond.interval} points)"
    )
    return (
        f"{capital(first)} and {second} withdrawn together: {together.line} within {counted(day, 'day')}, while their "
        f"separate changes sum to {added.text}; {tail}."
    )


def _saving(rows: list[Record], day: int) -> str:
    """Return a sentence on what the pairing is worth: the variance with independent runs over that of the paired ones.

    A change in which no run differs has no ratio.
    """
    ratios = sorted(ratio for row in rows if (ratio := row["variance_ratio"][str(day)]) is not None)
    if not ratios:
        return ""
    if len(ratios) == 1:
        return f"Pairing saves runs: the same interval would need {ratios[0]:.1f} times as many independent runs."
    return (
        f"Pairing saves runs: the same intervals would need {ratios[0]:.1f} to {ratios[-1]:.0f} times as many "
        f"independent runs, {median(ratios):.0f} times for the median change."
    )


def _figure(record: Record, rows: list[Record], day: int) -> Figure:
    shown, event = rows[:SHOWN], f"an offensive within {counted(day, 'day')}"
    clear = [shift.p for row in rows if (shift := _shift(row, day)).is_clear]
    up, down = sum(one > 0 for one in clear), sum(one < 0 for one in clear)
    steps = "; ".join(f"{label_of(record, row)}, {_after(row, day).text}" for row in shown)
    most = only("largest", shown, rows)
    return Figure(
        "counterfactuals-figure",
        f"If one thing changed: {_count(up)} the probability, {_count(down, 'lower')} it",
        f"Probability of {event}, as it is (hollow) and changed, with the 95% interval of the difference{most}",
        f"Dumbbell chart of the probability of {event}, {_before(record, day).text} as it is: {steps}.",
        _table(record, rows, day),
        lambda: _dumbbells(record, shown, day),
    )


def _dumbbells(record: Record, shown: list[Record], day: int) -> Spec:
    rows, base, highest = [], _before(record, day), [_before(record, day).p]
    for one in shown:
        before, after, shift, label = base.p, _after(one, day).p, _shift(one, day), label_of(record, one)
        colour = "muted" if not shift.is_clear else "offensive" if after > before else "agreement"
        said = f"{safe(label)}: {safe(shift.number)}"
        highest.append(before + shift.high)
        ends = (
            Dot(before, colour, said, size=9, rim=2, hollow=True),
            Dot(after, colour, said, before + shift.low, before + shift.high, size=12),
        )
        rows.append(Row(label, [Bar(before, after, LIGHT[colour], 3)], ends, [Words("", colour, shift.number)]))
    fig = rows_chart(rows, shares_axis(highest))
    reference(fig, base.p, f"as it is {base.label}", heading="points")
    return fig


def _count(number: int, verb: str = "raise") -> str:
    return f"{counted(number, 'change')} {verb}{'s' if number == 1 else ''}"


def _table(record: Record, rows: list[Record], day: int) -> Table:
    cells = tuple(
        (
            label_of(record, row), _before(record, day).text, _after(row, day).text,
            *(("0", "no run differs") if row["differing_runs"] == 0 else _shift(row, day).cells[:2]),
            _share(row["averts"][str(day)]), _share(row["brings_about"][str(day)]),
        )
        for row in rows
    )  # fmt: skip
    columns = ("Change", "As it is", "Changed", "Difference, points", "95%", "Averts one in", "Brings one about in")
    return Table("Probability of an offensive if one thing changed, largest change first", columns, "lrrrrrr", cells)


def _share(row: Record) -> str:
    """Write a share of runs; zero is shown as zero, because runs are counted and nothing is estimated."""
    return "no run" if row["p"] == 0 else chance_text(row)


def _windows(record: Record, part: Record) -> Table:
    days, rows = record["milestones"], []
    for one in part["worlds"]:
        for outcome, by_day in one["changes"].items():
            shifts = [Shift.of(by_day[str(day)]) for day in days]
            cells = ("0" if row.low == row.high == 0 else row.with_interval for row in shifts)
            rows.append((label_of(record, one), OUTCOMES[outcome], *cells))
    caption = "All outcomes and windows: the difference and its 95% interval in points"
    columns = ("Change", "Outcome", *(f"within {counted(day, 'day')}" for day in days))
    return Table(caption, columns, "ll" + "r" * len(days), tuple(rows))
