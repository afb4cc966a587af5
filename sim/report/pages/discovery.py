"""The page of a discovery: the ranges of inputs where an outcome is frequent, in words, as a figure and as tables."""

from __future__ import annotations

from sim.report.chance import Chance, share_text
from sim.report.charts import LIGHT, Spec, axis, tint
from sim.report.document import Document, Figure, Section, Table, Text, rerun_of
from sim.report.reading import Record, in_sentence, input_name, joined
from sim.report.rows import Bar, Dot, Row, rows_chart
from sim.report.values import NONE, formatted, spelled
from sim.wording import counted

CONFIRMED = 0.01
"""Largest p-value at which a limit counts as confirmed by the draws that did not find it."""
ABOUT = (
    "The boxes were found among half of the draws; density, coverage and the p-values come from the other half, which "
    "was held out. A box counts only where the outcome is more frequent inside than outside on the held-out half, by "
    "more than four standard errors. A frequent outcome in a box does not show that the inputs bring it about."
)
STRUCTURAL = (
    "Structural parameters, frailties and dispositions, which nobody can look up, were left out; --structural includes "
    "them."
)
_EVENTS = {
    "offensive": "an offensive",
    "limited": "a limited offensive",
    "full": "a full offensive",
    "agreement": "an agreement",
    "strikes": "a strike",
}


def _see(record: Record) -> str:
    """Return what futures with the outcome do: `see an offensive`, `see no agreement`, `do not end with ...`."""
    denied, event = record["outcome"].startswith("no "), record["outcome"].removeprefix("no ")
    if event == "terms":
        return "do not end with terms of surrender" if denied else "end with terms of surrender"
    return f"see no {_EVENTS[event].removeprefix('an ').removeprefix('a ')}" if denied else f"see {_EVENTS[event]}"


def _all(record: Record) -> str:
    """Return the name of all futures with the outcome: `all futures with an agreement`."""
    denied, event = record["outcome"].startswith("no "), record["outcome"].removeprefix("no ")
    if event == "terms":
        return f"all futures that {_see(record)}"
    return f"all futures {'without' if denied else 'with'} {_EVENTS[event]}"


def document(record: Record, words: str) -> Document:
    """Read the record of a discovery into its page."""
    found = [box for box in record["boxes"] if box["stands_out"]]
    asked = f"{_see(record)} within {counted(record['by'], 'day')}"
    if found:
        number, title = Chance.of(found[0]["density"]).text, f"Where futures {asked}"
        says = f"of the futures in the first box {_see(record)}; of all futures {Chance.of(record['base']).text}"
    else:
        number, title = "none", f"No input ranges were found in which futures more often {asked}"
        says = "of the boxes tried stands out on held-out draws"
    notes = (Text(ABOUT), Text("" if record["structural"] else STRUCTURAL))
    return Document(
        kicker=f"offramp discovery in {record['scenario']['id']}, seed {record['seed']}",
        title=title,
        number=number,
        says=says,
        head=(Text(_lead(record, found, asked)),),
        sections=(
            *(_box(record, place, box) for place, box in enumerate(record["boxes"], 1)),
            Section("How to read this", notes, id="reading"),
            rerun_of(
                record,
                Runs=f"{record['runs']:,} of {counted(record['draws'], 'draw')}",
                Inputs=f"{record['inputs']} that are uncertain",
            ),
        ),
    )


def _lead(record: Record, found: list[Record], asked: str) -> str:
    base = Chance.of(record["base"])
    if not found:
        return (
            f"No box stands out: {base.text} of futures ({base.interval}) {asked}, and no small set of limits on "
            f"the {counted(record['inputs'], 'input')} tried separates them."
        )
    inside = sum(box["coverage"]["p"] for box in found)
    return (
        f"Of all futures {base.text} ({base.interval}) {asked}. {spelled(len(found), 'box', 'boxes').capitalize()} "
        f"{'stands' if len(found) == 1 else 'stand'} out, with {share_text(inside)} of {_all(record)} in "
        f"{share_text(sum(box['mass'] for box in found))} of all futures."
    )


def _box(record: Record, place: int, box: Record) -> Section:
    """Return the section of a box; if it does not stand out, the section says so, and what was tried."""
    density, coverage = Chance.of(box["density"]), Chance.of(box["coverage"])
    where = joined([f"{in_sentence(record, one['path'])} is {limit_text(one)}" for one in box["limits"]])
    sentence = (
        f"Where {where}, {density.text} of futures ({density.interval}) {_see(record)} within "
        f"{counted(record['by'], 'day')}; {coverage.text} of {_all(record)} ({coverage.interval}) lie "
        f"there, in {share_text(box['mass'])} of futures."
    )
    if not box["stands_out"]:
        return _no_box(record, place, box, where)
    if place > 1:
        sentence = f"Outside the earlier boxes: {sentence[0].lower()}{sentence[1:]}"
    parts = (Text(sentence), Text(_remark(record, box)), _figure(record, place, box))
    return Section(f"Box {place}", parts, id=f"box-{place}")


def _no_box(record: Record, place: int, box: Record, where: str) -> Section:
    heading, density = "No such box" if place == 1 else "No further box", Chance.of(box["density"])
    sentence = (
        f"{heading} stands out. In the last one tried, where {where}, {density.text} of futures "
        f"({density.interval}) {_see(record)}, against {Chance.of(record['base']).text} of all."
    )
    score = formatted(box["score"], ".1f")
    remark = (
        f"On the draws that found it, {share_text(box['found_density'])} of its futures do; on the held-out draws it "
        f"does not stand out ({score} standard errors)."
    )
    return Section(heading, (Text(sentence), Text(remark), _table(record, place, box)), id=f"box-{place}")


def _remark(record: Record, box: Record) -> str:
    weak = [in_sentence(record, one["path"]) for one in box["limits"] if one["p_value"] > CONFIRMED]
    if not weak:
        return "The held-out draws confirm each of its limits."
    those = "the limit on" if len(weak) == 1 else "by themselves the limits on"
    return f"The held-out draws do not confirm {those} {joined(weak)}."


def limit_text(limit: Record) -> str:
    """Write a limit: `below 0.35`, `above 0.42`, `between 0.1 and 0.3`."""
    low, high = limit["low"], limit["high"]
    if low is None:
        return f"below {_number(high)}"
    return f"above {_number(low)}" if high is None else f"between {_number(low)} and {_number(high)}"


def _number(value: float) -> str:
    return formatted(value, ".2f") if abs(value) < 10 else f"{value:,.0f}".replace("-", "−")


def _table(record: Record, place: int, box: Record) -> Table:
    inside = Chance.of(box["density"]).text
    rows = [
        (
            input_name(record, one["path"]), limit_text(one), share_text(1 - one["below"] - one["above"]), inside,
            NONE if one["cut"] is None else f"{share_text(one['cut'])} of {counted(one['cut_draws'], 'draw')}",
            f"{one['p_value']:.2g}",
        )
        for one in box["limits"]
    ]  # fmt: skip
    columns = ("Input", "Limit", "Its draws within", "Inside the box", "Only this limit fails", "p-value")
    return Table(f"Limits of box {place}", columns, "llrrrr", tuple(rows))


def _figure(record: Record, place: int, box: Record) -> Figure:
    density = Chance.of(box["density"]).text
    told = "; ".join(f"{input_name(record, one['path'])} {limit_text(one)}" for one in box["limits"])
    title = f"{density} of futures in box {place} {_see(record)}, {Chance.of(record['base']).text} of all"
    unit = "Each bar holds all draws of an input, lowest on the left; the part in full colour is inside the box"
    alt = f"Bars of the inputs that box {place} limits: {told}."

    def chart() -> Spec:
        rows = []
        for one in box["limits"]:
            low, high = one["below"], 1 - one["above"]
            drawn = (Bar(0, 1, tint("offensive", 0.18), 12), Bar(low, high, LIGHT["offensive"], 12))
            dot = Dot((low + high) / 2, "offensive", f"{share_text(high - low)} of its draws", size=0)
            rows.append(Row(input_name(record, one["path"]), drawn, [dot], tail=limit_text(one)))
        xaxis = axis(range=[0, 1], tickformat=".0%", showgrid=False, tickvals=[0, 0.5, 1])
        return rows_chart(rows, xaxis, room=50, span=(0.69, 0.79), name_shift=9, top=8, left=24, right=24)

    return Figure(f"box-{place}-figure", title, unit, alt, _table(record, place, box), chart)
