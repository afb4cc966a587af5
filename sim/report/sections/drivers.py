"""Drivers as readers see them: the sentences, figure and tables of the part `drivers` of a record.

The words are those of things that go together: an index is no cause.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.chance import Chance, points_text, share_text, with_interval
from sim.report.document import Figure, Section, Table, Text
from sim.report.reading import group_name, in_sentence, input_name
from sim.report.values import NONE
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record


SHOWN = 12
"""Inputs that the figure shows; the table has all."""
DIRECTIONS = {"rises": "rises with it", "falls": "falls with it", "bends": "not one way", "unclear": "unclear"}
UNKNOWABLE = "cannot be looked up"


@dataclass(frozen=True)
class Bar:
    """A row of the figure: the probability at both ends of an input, which way it goes, and its index as text."""

    label: str
    low: Chance
    high: Chance
    direction: str
    text: str
    said: str


def section_of(record: Record) -> Section | None:
    """Read the drivers of a record; None where it has none, or chance hides them."""
    part = record.get("drivers")
    if part is None or not bars(record):
        return None
    by = part["by"][str(record["horizon"])]
    drawn = _figure(record, by).with_parts(Text(_worth(record, by)), Text(_caution(record, part, by), "note"))
    return Section("drivers", "Drivers", (
        Text(_lead(record, by), "lead"), Text(_split(record, by)), drawn,
        _groups(record, by).fold("By actor"), _windows(record, part).fold("All windows").page_only(),
    ))  # fmt: skip


def bars(record: Record) -> list[Bar]:
    """Return the rows of the figure, the largest index first; none where nothing is clear."""
    part = record.get("drivers")
    if part is None:
        return []
    shown = part["by"][str(record["horizon"])]["inputs"][:SHOWN]
    known = [one for one in shown if _is_clear(one)]
    return [_bar(record, one) for one in known if one["at_low"] is not None and one["at_high"] is not None]


def _is_clear(one: Record) -> bool:
    """Whether an input clearly goes with the probability: chance alone can show an index of one without any effect."""
    return one["index"] is not None and one["index"]["low"] > 0 and not one.get("no_effect")


def if_known(one: Record, text: str) -> str:
    """Return what is said of knowing an input: nothing of one that nobody can look up."""
    return text if one.get("can_be_looked_up", True) else UNKNOWABLE


def inert_text(record: Record, inputs: list[Record]) -> str:
    """Say which inputs have no effect, and why."""
    told = [f"{input_name(record, one['path'])}: {one['no_effect']}." for one in inputs if one.get("no_effect")]
    return " ".join(["No effect within the window:", *told]) if told else ""


def together_text(inputs: list[Record]) -> str:
    """Say how to read the row of inputs that go together; nothing where there is none."""
    if not any("+" in one.get("path", "") for one in inputs):
        return ""
    return (
        "Inputs that go together have one row: shares of correlated inputs do not add up, so it has the share of all "
        "of them at once. Its ends are those of the first, with the others where they go with it."
    )


def _bar(record: Record, one: Record) -> Bar:
    name, low, high = input_name(record, one["path"]), Chance.of(one["at_low"]), Chance.of(one["at_high"])
    said = f"{name}: {with_interval(low)} at its low end, {with_interval(high)} at its high end"
    return Bar(name, low, high, one["direction"], index_text(one["index"]), said)


def index_text(index: Record | None) -> str:
    """Write an index; what lies below 0 is nothing."""
    return NONE if index is None else share_text(max(0.0, index["value"])).replace("less than ", "<")


def index_interval(index: Record | None) -> str:
    """Write the interval of an index, clipped at 0."""
    if index is None:
        return NONE
    low, high = (share_text(min(1.0, max(0.0, index[edge]))).replace("less than ", "<") for edge in ("low", "high"))
    return f"{low} to {high}"


def _lead(record: Record, by: Record) -> str:
    first = next(one for one in by["inputs"] if _is_clear(one))
    low, high = (Chance.of(first[end]).text for end in ("at_low", "at_high"))
    return (
        f"Of all uncertain inputs, the probability of an offensive within {counted(record['horizon'], 'day')} goes "
        f"most with {in_sentence(record, first['path'])}: {low} in the lowest sixteenth of "
        f"its draws, {high} in the highest."
    )


def _split(record: Record, by: Record) -> str:
    share = by["variance"]["not_chance"]
    if share is None:
        return ""
    groups = [one for one in by["groups"] if one["index"] is not None]
    names = ", ".join(
        f"{group_name(record, one['group'], within=True)} {index_text(one['index'])}" for one in groups[:4]
    )
    return (
        f"Of the variance of the outcome, yes or no, {share_text(share['value'])} ({index_interval(share)}) comes from "
        f"the uncertain inputs; the rest is chance, which no knowledge of the inputs would remove. Shares of the first "
        f"part: {names}. Interactions of inputs are in none of them."
    )


def _worth(record: Record, by: Record) -> str:
    """Say what it is worth to know the clearest of the inputs that somebody could find out."""
    first = next((one for one in by["inputs"] if _is_clear(one) and one.get("can_be_looked_up", True)), None)
    if first is None:
        return "No input that clearly matters can be looked up, so nothing here is worth finding out."
    now, left = points_text(math.sqrt(by["variance"]["probability"])), points_text(first["sd_left"])
    spread = f"leaves its standard deviation at {now}"
    if left != now:
        spread = f"takes its standard deviation from {now} to {left}"
    return (
        f"Of what can be looked up, {in_sentence(record, first['path'])} is worth most: knowing it lowers "
        f"the variance of the probability by {index_text(first['index'])} on average and {spread}. The table has the "
        "same for every input; nobody can look up an actor's unobserved leaning or disposition, nor the structural "
        "parameters."
    )


def _caution(record: Record, part: Record, by: Record) -> str:
    text = (
        "These are the runs of the forecast, sorted by each input: they show which probability goes with which value "
        "in this model, not what changing the value would do. The index of an input is its own share, averaged over "
        f"all others. Intervals are 95%, from {counted(part['draws'], 'draw')}."
    )
    rest = (together_text(by["inputs"]), inert_text(record, by["inputs"]))
    return " ".join(filter(None, (text, *rest)))


def _figure(record: Record, by: Record) -> Figure:
    rows, day = bars(record), record["horizon"]
    title = f"{rows[0].label} goes with the widest range: {rows[0].low.text} to {rows[0].high.text}"
    steps = "; ".join(f"{row.label}, {row.low.text} to {row.high.text}" for row in rows)
    alt = (
        f"Tornado chart of the probability of an offensive within {counted(day, 'day')} at both ends of each input: "
        f"{steps}."
    )
    unit = (
        f"Probability of an offensive within {counted(day, 'day')} at the low end (hollow) and the high end (full) of "
        "each input, with 95% intervals; at the right the share of the variance of the probability that goes with it"
    )
    unit += f"; the {len(rows)} clearest of {len(by['inputs'])}" if len(by["inputs"]) > len(rows) else ""
    return Figure("drivers-figure", title, unit, alt, _table(record, by))


def _table(record: Record, by: Record) -> Table:
    rows = tuple(
        (
            input_name(record, one["path"]), group_name(record, one["group"]), index_text(one["index"]),
            index_interval(one["index"]), DIRECTIONS.get(one["direction"], one["direction"]),
            *(NONE if one[end] is None else with_interval(Chance.of(one[end])) for end in ("at_low", "at_high")),
            if_known(one, points_text(one["sd_left"])),
        )
        for one in by["inputs"]
    )  # fmt: skip
    columns = ("Input", "Of", "Index", "95%", "Probability", "At the low end", "At the high end", "Sd left if known")
    return Table("Share of the variance of the probability that goes with each input", columns, "llrrlrrr", rows)


def _groups(record: Record, by: Record) -> Table:
    rows = tuple(
        (
            group_name(record, one["group"]), index_text(one["index"]), index_interval(one["index"]),
            str(one["inputs"]), "all together" if one["joint"] else "sum of each",
        )
        for one in by["groups"]
    )  # fmt: skip
    caption = "Share of the variance of the probability that goes with all inputs of an actor, or of the model"
    return Table(caption, ("Inputs of", "Index", "95%", "Inputs", "How"), "lrrrl", rows)


def _index(index: Record | None) -> str:
    return NONE if index is None else f"{index_text(index)} ({index_interval(index)})"


def _windows(record: Record, part: Record) -> Table:
    """All windows: the index of each input."""
    days = [str(day) for day in record["milestones"]]
    indices = {day: {one["path"]: one["index"] for one in part["by"][day]["inputs"]} for day in days}
    rows = tuple(
        (input_name(record, path), *(_index(indices[day][path]) for day in days)) for path in indices[days[-1]]
    )
    columns = ("Input", *(f"within {counted(day, 'day')}" for day in days))
    return Table("Index of each input by window, with its 95% interval", columns, "l" + "r" * len(days), rows)
