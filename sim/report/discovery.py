"""What a discovery says: the ranges of inputs in which an outcome is frequent, in words, as a figure and as tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.report.captions import Figure
from sim.report.chance import Chance, share_text
from sim.report.charts import LIGHT, Spec, axis, tint
from sim.report.inputs import in_sentence, input_name
from sim.report.reading import Record, reading
from sim.report.rows import Bar, Dot, Row, rows_chart
from sim.report.story import joined, spelled
from sim.report.study import Part, Section, StudyReport
from sim.report.tables import Table
from sim.report.values import NONE
from sim.wording import counted

FORMAT = "offramp/discovery/1"
CONFIRMED = 0.01
"""P-value up to which a limit is said to be confirmed by the draws that did not find it."""
ABOUT = (
    "The boxes were found among half of the draws; density, coverage and the p-values come from the other half, which "
    "had no part in finding them. A box counts only where the outcome is more frequent inside than outside there, by "
    "more than four standard errors. That it is frequent in a box does not show that the inputs bring it about."
)
STRUCTURAL = "Structural parameters and frailties, which nobody can look up, were left out; --structural takes them in."
_SEE = {
    "offensive": "see an offensive",
    "limited": "see a limited offensive",
    "full": "see a full offensive",
    "agreement": "see an agreement",
    "terms": "end with terms of surrender",
    "strikes": "see heavy bombing",
    "no offensive": "see no offensive",
    "no limited": "see no limited offensive",
    "no full": "see no full offensive",
    "no agreement": "see no agreement",
    "no terms": "do not end with terms of surrender",
    "no strikes": "see no heavy bombing",
}
_ALL = {
    "offensive": "all offensives",
    "limited": "all limited offensives",
    "full": "all full offensives",
    "agreement": "all futures with an agreement",
    "terms": "all futures that end with terms of surrender",
    "strikes": "all futures with heavy bombing",
    "no offensive": "all futures without an offensive",
    "no limited": "all futures without a limited offensive",
    "no full": "all futures without a full offensive",
    "no agreement": "all futures without an agreement",
    "no terms": "all futures that do not end with terms of surrender",
    "no strikes": "all futures without heavy bombing",
}


@dataclass(frozen=True)
class FoundBox:
    """A box as readers see it: its sentence, a remark on limits that are not confirmed, its limits as a table.

    One that does not stand out is no box: its heading says that there is none, its sentence what was tried.
    """

    stands_out: bool
    heading: str
    sentence: str
    remark: str
    table: Table


@dataclass(frozen=True)
class Boxes:
    """What a discovery says; strings are plain text and not yet escaped."""

    number: str
    lead: str
    boxes: tuple[FoundBox, ...]
    notes: tuple[str, ...]


def discovery_of(record: Record) -> Boxes:
    """Read the record of a discovery into what it says.

    Raises
    ------
    ReportError
        Where the record has another format or lacks a part.
    """
    with reading(record, FORMAT):
        found = [box for box in record["boxes"] if box["stands_out"]]
        return Boxes(
            number=Chance.of(found[0]["density"]).text if found else "none",
            lead=_lead(record, found),
            boxes=tuple(_box(record, place, box) for place, box in enumerate(record["boxes"], 1)),
            notes=(ABOUT, *([] if record["structural"] else [STRUCTURAL])),
        )


def discovery_report(record: Record) -> StudyReport:
    """Return the content of the page of a discovery."""
    said = discovery_of(record)
    parts = []
    for place, box in enumerate(said.boxes, 1):
        shown = (Part(figure=limits_figure(record, place)),) if box.stands_out else (Part(table=box.table),)
        parts.append(Section(f"box-{place}", box.heading, (Part(box.sentence), Part(box.remark), *shown)))
    return StudyReport(
        kicker=f"offramp discovery in {record['scenario']['id']}, seed {record['seed']}",
        title=_title(record, said),
        number=said.number,
        says=_says(record, said),
        lead=said.lead,
        sections=(*parts, Section("reading", "How to read this", tuple(Part(text) for text in said.notes))),
        rerun=tuple(_rerun(record)),
    )


def _title(record: Record, said: Boxes) -> str:
    asked = f"{_SEE[record['outcome']]} within {counted(record['by'], 'day')}"
    if said.number == "none":
        return f"No ranges of the inputs are found in which futures more often {asked}"
    return f"Where futures {asked}"


def _says(record: Record, said: Boxes) -> str:
    if said.number == "none":
        return "of the boxes tried stands out on draws that did not find it"
    return f"of the futures in the first box {_SEE[record['outcome']]}; of all futures {Chance.of(record['base']).text}"


def _rerun(record: Record) -> Iterator[tuple[str, str]]:
    yield "Scenario hash", record["scenario"]["hash"]
    yield "Seed", str(record["seed"])
    yield "Runs", f"{record['runs']:,} of {counted(record['draws'], 'draw')}"
    yield "Inputs", f"{record['inputs']} that are uncertain"
    yield "Command", record["command"] or NONE


def _lead(record: Record, found: list[Record]) -> str:
    base = Chance.of(record["base"])
    asked = f"{_SEE[record['outcome']]} within {counted(record['by'], 'day')}"
    if not found:
        return (
            f"No box stands out: {base.text} of futures ({base.interval}) {asked}, and no few limits on the "
            f"{counted(record['inputs'], 'input')} tried make out where."
        )
    inside = sum(box["coverage"]["p"] for box in found)
    return (
        f"Of all futures {base.text} ({base.interval}) {asked}. {spelled(len(found), 'box', 'boxes').capitalize()} "
        f"{'stands' if len(found) == 1 else 'stand'} out, with {share_text(inside)} of {_ALL[record['outcome']]} in "
        f"{share_text(sum(box['mass'] for box in found))} of all futures."
    )


def _box(record: Record, place: int, box: Record) -> FoundBox:
    density, coverage = Chance.of(box["density"]), Chance.of(box["coverage"])
    where = joined([f"{in_sentence(input_name(record, one['path']))} is {limit_text(one)}" for one in box["limits"]])
    sentence = (
        f"Where {where}, {density.text} of futures ({density.interval}) {_SEE[record['outcome']]} within "
        f"{counted(record['by'], 'day')}; {coverage.text} of {_ALL[record['outcome']]} ({coverage.interval}) lie "
        f"there, in {share_text(box['mass'])} of futures."
    )
    if not box["stands_out"]:
        return _no_box(record, place, box, where)
    if place > 1:
        sentence = f"Outside of what comes before: {sentence[0].lower()}{sentence[1:]}"
    return FoundBox(True, f"Box {place}", sentence, _remark(record, box), _table(record, place, box))


def _no_box(record: Record, place: int, box: Record, where: str) -> FoundBox:
    """Say that there is no box, or no further one, and what the last one tried came to."""
    heading, density = "No such box" if place == 1 else "No further box", Chance.of(box["density"])
    sentence = (
        f"{heading} stands out. The last one tried, where {where}, holds {density.text} of futures "
        f"({density.interval}) that {_SEE[record['outcome']]}, against {Chance.of(record['base']).text} of all."
    )
    remark = (
        f"Among the draws that found it, {share_text(box['found_density'])} of its futures do; on the others it does "
        f"not stand out ({box['score']:.1f} standard errors)."
    )
    return FoundBox(False, heading, sentence, remark, _table(record, place, box))


def _remark(record: Record, box: Record) -> str:
    weak = [in_sentence(input_name(record, one["path"])) for one in box["limits"] if one["p_value"] > CONFIRMED]
    if not weak:
        return "The draws that did not find the box confirm each of its limits."
    those = "the limit on" if len(weak) == 1 else "by themselves the limits on"
    return f"The draws that did not find the box do not confirm {those} {joined(weak)}."


def limit_text(limit: Record) -> str:
    """Write a limit: `below 0.35`, `above 0.42`, `between 0.1 and 0.3`."""
    low, high = limit["low"], limit["high"]
    if low is None:
        return f"below {_number(high)}"
    return f"above {_number(low)}" if high is None else f"between {_number(low)} and {_number(high)}"


def _number(value: float) -> str:
    text = f"{value:.2f}" if abs(value) < 10 else f"{value:,.0f}"
    return text.replace("-", "−")


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


def limits_figure(record: Record, place: int) -> Figure:
    """Say what the figure of a box shows."""
    box = record["boxes"][place - 1]
    density = Chance.of(box["density"]).text
    told = "; ".join(f"{input_name(record, one['path'])} {limit_text(one)}" for one in box["limits"])
    title = f"{density} of futures in box {place} {_SEE[record['outcome']]}, {Chance.of(record['base']).text} of all"
    unit = "Each bar holds all draws of an input, lowest on the left; the part in full colour is inside the box"
    alt = f"Bars of the inputs that box {place} limits: {told}."
    return Figure(f"box-{place}-figure", title, unit, alt, _table(record, place, box))


def discovery_figures(record: Record) -> dict[str, Spec]:
    """Return the figures of a discovery by their places."""
    boxes = enumerate(record["boxes"], 1)
    return {f"box-{place}-figure": _bars(record, box) for place, box in boxes if box["stands_out"]}


def _bars(record: Record, box: Record) -> Spec:
    """Draw a bar an input, from the lowest of its draws to the highest, with what is inside the box dark."""
    rows = []
    for one in box["limits"]:
        low, high = one["below"], 1 - one["above"]
        drawn = (Bar(0, 1, tint("offensive", 0.18), 12), Bar(low, high, LIGHT["offensive"], 12))
        dot = Dot((low + high) / 2, "offensive", f"{share_text(high - low)} of its draws", size=0)
        rows.append(Row(input_name(record, one["path"]), drawn, [dot], tail=limit_text(one)))
    xaxis = axis(range=[0, 1], tickformat=".0%", showgrid=False, tickvals=[0, 0.5, 1])
    return rows_chart(rows, xaxis, room=50, span=(0.69, 0.79), name_shift=9, top=8, left=24, right=24)
