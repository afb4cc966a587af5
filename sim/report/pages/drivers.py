"""The drivers of an outcome within some days: the section of a forecast, and the page of `offramp drivers`.

The section uses counts of the runs; the page uses either these or a Sobol design, which has totals.
"""

from __future__ import annotations

import math
from dataclasses import replace

from sim.report.chance import Chance, chance_text, points_text, share_text, with_interval
from sim.report.charts import Spec, safe, tint
from sim.report.document import Document, Figure, Section, Table, Text, rerun_of
from sim.report.reading import OUTCOMES, Record, as_of, group_name, in_sentence, input_name, outcome_at
from sim.report.rows import Bar, Dot, Row, Words, only, reference, rows_chart, shares_axis
from sim.report.values import or_dash
from sim.wording import counted

SHOWN = 12
"""Number of inputs in the figure; the table has all."""
DIRECTIONS = {"rises": "rises with it", "falls": "falls with it", "bends": "not one way", "unclear": "unclear"}
UNKNOWABLE = "cannot be looked up"
_ENDS = ("at_low", "at_high")
_COLOURS = {"rises": "offensive", "falls": "agreement"}


def section_of(record: Record) -> Section | None:
    """Read the drivers of a record; None if it has none, or chance hides them."""
    shown = clear_inputs(record)
    if not shown:
        return None
    part = record["drivers"]
    by = part["by"][str(record["horizon"])]
    caution = Text(_caution_text(record, by["inputs"], part["draws"]), "note")
    drawn = _figure(record, by, shown).with_parts(Text(_worth(record, by)), caution)
    return Section("Drivers", (
        Text(_lead(record, by), "lead"), Text(_split_text(record, by)), drawn,
        _groups_table(record, by).fold("By actor"), _windows(record, part).fold("All windows").page_only(),
    ), id="drivers")  # fmt: skip


def clear_inputs(record: Record) -> list[Record]:
    """Return the inputs that the figure shows, the largest index first; none if nothing is clear."""
    part = record["drivers"]
    if part is None:
        return []
    shown = part["by"][str(record["horizon"])]["inputs"][:SHOWN]
    return [one for one in shown if _is_clear(one) and None not in (one["at_low"], one["at_high"])]


def _is_clear(one: Record) -> bool:
    """Whether an input clearly goes with the probability: chance alone can show an index for one without any effect."""
    return one["index"] is not None and one["index"]["low"] > 0 and not one.get("no_effect")


def _if_known(one: Record, text: str) -> str:
    """Return the text on knowing an input; empty for one that nobody can look up."""
    return text if one.get("can_be_looked_up", True) else UNKNOWABLE


def _inert_text(record: Record, inputs: list[Record]) -> str:
    """Return which inputs have no effect, and why."""
    told = [f"{input_name(record, one['path'])}: {one['no_effect']}." for one in inputs if one.get("no_effect")]
    return " ".join(["No effect within the window:", *told]) if told else ""


def _index_text(index: Record | None) -> str:
    """Write an index; values below 0 count as 0."""
    return or_dash(index, lambda one: _clipped(one["value"]))


def _index_interval(index: Record | None) -> str:
    """Write the interval of an index, clipped at 0."""
    return or_dash(index, lambda one: f"{_clipped(one['low'])} to {_clipped(one['high'])}")


def _clipped(share: float) -> str:
    return share_text(min(1.0, max(0.0, share))).replace("less than ", "<")


def _lead(record: Record, by: Record) -> str:
    first = next(one for one in by["inputs"] if _is_clear(one))
    low, high = (Chance.of(first[end]).text for end in _ENDS)
    return (
        f"Of all uncertain inputs, the probability of an offensive within {counted(record['horizon'], 'day')} "
        f"varies most with {in_sentence(record, first['path'])}: {low} in the lowest sixteenth of "
        f"its draws, {high} in the highest."
    )


def _split_text(record: Record, by: Record) -> str:
    """Return how much of the variance of the outcome is not chance, and whose inputs contribute to it."""
    share = by["variance"]["not_chance"]
    if share is None:
        return ""
    groups = [one for one in by.get("groups", ()) if one["index"] is not None]
    names = ", ".join(
        f"{group_name(record, one['group'], within=True)} {_index_text(one['index'])}" for one in groups[:4]
    )
    parts = f" Shares of the first part: {names}. None of them includes interactions between inputs." if names else ""
    return (
        f"Of the variance of the outcome, yes or no, {share_text(share['value'])} ({_index_interval(share)}) comes "
        f"from the uncertain inputs; the rest is chance, which no knowledge of the inputs would remove.{parts}"
    )


def _worth(record: Record, by: Record) -> str:
    """Return the value of knowing the clearest of the inputs that can be looked up."""
    first = next((one for one in by["inputs"] if _is_clear(one) and one.get("can_be_looked_up", True)), None)
    if first is None:
        return "No input that clearly matters can be looked up, so nothing here is worth finding out."
    now, left = points_text(math.sqrt(by["variance"]["probability"])), points_text(first["sd_left"])
    spread = f"leaves its standard deviation at {now}"
    if left != now:
        spread = f"takes its standard deviation from {now} to {left}"
    return (
        f"Of what can be looked up, {in_sentence(record, first['path'])} is worth the most: knowing it lowers "
        f"the variance of the probability by {_index_text(first['index'])} on average and {spread}. The table shows "
        "this for every input; an actor's unobserved leaning and disposition and the structural parameters cannot be "
        "looked up."
    )


def _caution_text(record: Record, inputs: list[Record], draws: int) -> str:
    """Return how to read indices, including those of correlated inputs and of inputs without effect."""
    text = (
        "These are the runs of the forecast, sorted by each input: they show how the probability varies with the value "
        "in this model, not what changing the value would do. The index of an input is its own share, averaged over "
        f"all others. Intervals are 95%, from {counted(draws, 'draw')}."
    )
    if any("+" in one["path"] for one in inputs):
        text += (
            " Correlated inputs share one row: their shares do not add up, so it has the share of all of them at once. "
            "Its ends are those of the first, with the others varying along with it."
        )
    return f"{text} {_inert_text(record, inputs)}".rstrip()


def _figure(record: Record, by: Record, shown: list[Record]) -> Figure:
    event = f"an offensive within {counted(record['horizon'], 'day')}"
    told = [(input_name(record, one["path"]), *(Chance.of(one[end]).text for end in _ENDS)) for one in shown]
    steps = "; ".join(f"{name}, {low} to {high}" for name, low, high in told)
    name, low, high = told[0]
    most = only("clearest", shown, by["inputs"])
    return Figure(
        "drivers-figure",
        f"{name} has the largest index: {low} at its low end, {high} at its high end",
        f"Probability of {event} at the low end (hollow) and the high end (full) of each input, with 95% intervals; at "
        f"the right its share of the variance of the probability{most}",
        f"Tornado chart of the probability of {event} at both ends of each input: {steps}.",
        inputs_table(record, by),
        lambda: _tornado(record, shown),
    )


def _tornado(record: Record, shown: list[Record]) -> Spec:
    """Draw the probability at the low end (hollow) and the high end of each input."""
    rows, most = [], []
    for one in shown:
        name, (low, high) = input_name(record, one["path"]), (Chance.of(one[end]) for end in _ENDS)
        colour = _COLOURS.get(one["direction"], "muted")
        said = safe(f"{name}: {with_interval(low)} at its low end, {with_interval(high)} at its high end")
        ends = (
            Dot(low.p, colour, said, low.low, low.high, rim=2, hollow=True),
            Dot(high.p, colour, said, high.low, high.high, size=12),
        )
        words = [Words("", colour, _index_text(one["index"]))]
        rows.append(Row(name, [Bar(low.p, high.p, tint(colour, 0.36), 9)], ends, words))
        most += [low.high, high.high]
    fig = rows_chart(rows, shares_axis(most))
    middle = outcome_at(record, "offensive", record["horizon"])
    reference(fig, middle.p, f"forecast {middle.label}", heading="index")
    return fig


def inputs_table(record: Record, by: Record) -> Table:
    """Return the index of each input, and the probability at either end of it."""
    rows = tuple(
        (
            input_name(record, one["path"]), group_name(record, one["group"]), _index_text(one["index"]),
            _index_interval(one["index"]), DIRECTIONS.get(one["direction"], one["direction"]),
            *(or_dash(one[end], chance_text) for end in _ENDS),
            _if_known(one, points_text(one["sd_left"])),
        )
        for one in by["inputs"]
    )  # fmt: skip
    columns = ("Input", "Of", "Index", "95%", "Probability", "At the low end", "At the high end", "Sd left if known")
    return Table("Share of the variance of the probability explained by each input", columns, "llrrlrrr", rows)


def _groups_table(record: Record, by: Record) -> Table:
    rows = tuple(
        (
            group_name(record, one["group"]), _index_text(one["index"]), _index_interval(one["index"]),
            str(one["inputs"]), "all together" if one["joint"] else "sum of each",
        )
        for one in by["groups"]
    )  # fmt: skip
    caption = "Share of the variance of the probability explained by all inputs of an actor, or of the model"
    return Table(caption, ("Inputs of", "Index", "95%", "Inputs", "How"), "lrrrl", rows)


def _windows(record: Record, part: Record) -> Table:
    def cell(index: Record | None) -> str:
        return or_dash(index, lambda one: f"{_index_text(one)} ({_index_interval(one)})")

    days = [str(day) for day in record["milestones"]]
    indices = {day: {one["path"]: one["index"] for one in part["by"][day]["inputs"]} for day in days}
    rows = tuple((input_name(record, path), *(cell(indices[day][path]) for day in days)) for path in indices[days[-1]])
    columns = ("Input", *(f"within {counted(day, 'day')}" for day in days))
    return Table("Index of each input by window, with its 95% interval", columns, "l" + "r" * len(days), rows)


MOST_SHOWN = 20
ABOUT_TOTALS = (
    "The first index of an input is the share of the variance of the probability associated with it alone, the total "
    "index that associated with it alone or together with others."
)


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    inputs = record["inputs"]
    if record["study"] == "sobol":
        each = record["runs"] // (record["base"] * record["replicates"])
        rows = counted(each, "row")
        design = f"a design of {record['base']:,} × {rows} of {counted(record['replicates'], 'run')}"
        how = f"{ABOUT_TOTALS} From {design}; the first number is a power of two. {_inert_text(record, inputs)}"
        parts: tuple[Table | Text, ...] = (*_first(_totals(record)), Text(how.rstrip(), "note"))
    else:
        caution = _caution_text(record, inputs, record["runs"] // record["replicates"])
        parts = (_groups_table(record, record), *_first(inputs_table(record, record)), Text(caution, "note"))
    return Document(
        kicker=f"offramp drivers, as of {as_of(record)}",
        title=record["scenario"]["title"],
        number=share_text(record["p"]),
        says=f"is the probability of the {OUTCOMES[record['outcome']].lower()} within {counted(record['by'], 'day')}",
        head=(Text(_split_text(record, record)),),
        sections=(Section("Drivers", parts, id="drivers"), rerun_of(record)),
    )


def _first(table: Table) -> tuple[Table, Text]:
    """Return the first rows of a table, and how many more there are."""
    more = len(table.rows) - MOST_SHOWN
    return replace(table, rows=table.rows[:MOST_SHOWN]), Text(
        f"And {more} more, with --format json." if more > 0 else ""
    )


def _totals(record: Record) -> Table:
    """Return the first-order and the total index of each input, or of all inputs of an actor."""
    rows = tuple(
        (
            group_name(record, one["group"]) if record["by_actor"] else input_name(record, one["path"]),
            *(text(one[kind]) for kind in ("first", "total") for text in (_index_text, _index_interval)),
            "no effect" if one.get("no_effect") else _if_known(one, ""),
        )
        for one in record["inputs"]
    )
    first = "Inputs of" if record["by_actor"] else "Input"
    columns = (first, "First", "95%", "Total", "95%", "Note")
    return Table("Share of the variance of the probability associated with each", columns, "lrrrrl", rows)
