"""Advice as readers see it: which mix moves the probability most for its cost, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.report.captions import Figure
from sim.report.chance import Chance, share_text
from sim.report.charts import Spec, axis, safe
from sim.report.names import heading
from sim.report.reading import OUTCOMES, Record, reading
from sim.report.rows import Dot, Row, Words, reference, rows_chart
from sim.report.shift import Shift
from sim.report.study import Part, Section, StudyReport
from sim.report.tables import Table
from sim.report.values import quantity
from sim.wording import counted

FORMAT = "offramp/advice/1"
FIGURE = "advice-figure"


@dataclass(frozen=True)
class Advised:
    """What the advice says; strings are plain text and not yet escaped."""

    number: str
    lead: str
    notes: tuple[str, ...]
    table: Table
    options: Table


def advised_of(record: Record) -> Advised:
    """Read the advice of a record.

    Raises
    ------
    ReportError
        Where the record has another format or lacks a part.
    """
    with reading(record, FORMAT):
        return Advised(
            number=Shift.of(record["mixes"][0]["change"]).text,
            lead=_lead(record),
            notes=tuple(_notes(record)),
            table=_table(record),
            options=_options(record),
        )


def name_of_mix(record: Record, mix: Record) -> str:
    """Name a mix by its options."""
    names = (record["options"][name].get("name") or heading(name) for name in mix["options"])
    return " + ".join(names)


def _event(record: Record) -> str:
    return f"{OUTCOMES[record['goal']['outcome']].lower()} within {counted(record['goal']['within'], 'day')}"


def _helps(record: Record, mix: Record) -> bool:
    """Whether a mix clearly moves the probability the way that is wanted."""
    shift = Shift.of(mix["change"])
    return shift.is_clear and (shift.p < 0) == (record["goal"]["direction"] == "lower")


def _lead(record: Record) -> str:
    first, base = record["mixes"][0], Chance.of(record["base"])
    actor, verb = record["actor"]["name"], record["goal"]["direction"]
    asked = f"{actor}, to {verb} the probability of the {_event(record)}, which is {base.text} as it is"
    if not _helps(record, first):
        return f"{asked}: nothing on the menu does so clearly."
    return (
        f"{asked}: most for its cost by {name_of_mix(record, first)}, to {Chance.of(first['probability']).text}, "
        f"{Shift.of(first['change']).line} for a cost of {quantity(first['cost'])}."
    )


def _notes(record: Record) -> Iterator[str]:
    first = record["mixes"][0]
    sign = -1 if record["goal"]["direction"] == "lower" else 1
    worth = [mix for mix in record["mixes"] if mix["efficient"]]
    most = max(worth, key=lambda mix: sign * mix["change"]["p"], default=first)
    if most is not first and _helps(record, most):
        within = "" if record["budget"] is None else f" within the budget of {quantity(record['budget'])}"
        yield (
            f"The largest change that is worth its cost{within}: {name_of_mix(record, most)}, "
            f"{Shift.of(most['change']).line} for a cost of {quantity(most['cost'])}."
        )
    yield (
        f"How far the ranking holds: the first mix is the best for its cost in {share_text(first['best_in_draws'])} of "
        f"the draws of what we do not know in which anything helps (those are {share_text(record['helped'])} of "
        f"{record['draws']:,}; {counted(record['replicates'], 'run')} each), and it comes first in "
        f"{share_text(first['first_in_resamples'])} of resamples of the draws. The one is about what we do not know, "
        "the other about the number of runs."
    )
    yield (
        "All mixes meet the same draws and dice; intervals are of the change, paired run by run. Costs are the "
        "author's. A mix marked efficient gains clearly more than every cheaper one: the interval of its extra gain, "
        "paired draw by draw, lies above 0. Of mixes that cost the same none is clearly better."
    )


def _table(record: Record) -> Table:
    rows = tuple(
        (
            name_of_mix(record, mix), quantity(mix["cost"]), Chance.of(mix["probability"]).text,
            Shift.of(mix["change"]).number, Shift.of(mix["change"]).interval, Shift.of(mix["gain_per_cost"]).number,
            share_text(mix["best_in_draws"]), share_text(mix["first_in_resamples"]),
            "efficient" if mix["efficient"] else "",
        )
        for mix in record["mixes"]
    )  # fmt: skip
    columns = (
        "Mix", "Cost", "Probability", "Change, points", "95%", "Gain per cost", "Best in draws", "First in resamples",
        "Remark",
    )  # fmt: skip
    return Table("Every mix, by its gain for its cost", columns, "lrrrrrrrl", rows)


def _options(record: Record) -> Table:
    rows = tuple(
        (one.get("name") or heading(name), _what(one), quantity(one["cost"]), one.get("basis", ""))
        for name, one in record["options"].items()
    )
    return Table("The options", ("Option", "What it is", "Cost", "The author's basis"), "llrl", rows)


def _what(one: Record) -> str:
    if "pressure" in one:
        pressure = one["pressure"]
        return f"{pressure['channel']} pressure on {pressure['on']}, intensity {quantity(pressure['intensity'])}"
    if "talks" in one:
        return f"talks, boost {quantity(one['talks']['boost'])}"
    return "; ".join(f"{path} {quantity(number)}" for path, number in one["change"].items())


def study_of(record: Record) -> StudyReport:
    """Read a record into the content of its page."""
    said = advised_of(record)
    title = f"{len(record['mixes'])} mixes by their gain for their cost"
    unit = f"Change of the probability of the {_event(record)} in points, with its 95% interval; the cost in brackets"
    steps = "; ".join(f"{row[0]}, {row[3]} points for {row[1]}" for row in said.table.rows)
    drawn = Figure(FIGURE, title, unit, f"Dots with intervals, the best for its cost first: {steps}.", said.table)
    return StudyReport(
        kicker=f"offramp advice, as of {record['as_of']}",
        title=record["scenario"]["title"],
        number=said.number,
        says=f"what the mix that brings most for its cost changes of the probability of the {_event(record)}",
        lead=said.lead,
        sections=(
            Section("mixes", f"What {record['actor']['name']} could do", (
                Part(figure=drawn), *(Part(text=text) for text in said.notes), Part(table=said.options),
            )),
        ),
        rerun=(
            ("Scenario", record["scenario"]["id"]),
            ("Scenario hash", record["scenario"]["hash"]),
            ("Seed", str(record["seed"])),
            ("Runs of each mix", f"{record['runs']:,} of {counted(record['draws'], 'draw')}"),
            ("Command", record["command"] or ""),
        ),
    )  # fmt: skip


def advice_spec(record: Record) -> Spec:
    """Return the figure: a dot for each mix with its interval, its name above it."""
    mixes, rows = record["mixes"], []
    reach = 1.08 * max(0.1, *(100 * abs(mix["change"][key]) for mix in mixes for key in ("mc_low", "mc_high")))
    for mix in mixes:
        shift, colour = Shift.of(mix["change"]), "fan" if _helps(record, mix) else "muted"
        name = f"{name_of_mix(record, mix)} ({quantity(mix['cost'])})"
        dot = Dot(100 * shift.p, colour, f"{safe(name)}: {shift.line}", 100 * shift.low, 100 * shift.high, size=12)
        rows.append(Row(name, dots=[dot], words=[Words("", colour, shift.number)]))
    span = [-reach, reach / 10] if record["goal"]["direction"] == "lower" else [-reach / 10, reach]
    fig = rows_chart(rows, axis(range=span, nticks=6), top=26)
    reference(fig, 0, "", heading="points")
    return fig
