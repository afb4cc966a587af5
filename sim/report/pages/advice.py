"""The page of an advice: which mix moves the probability most for its cost, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.chance import Chance, Shift, share_text
from sim.report.charts import Spec, safe
from sim.report.document import Document, Entry, Figure, List, Part, Section, Table, Text, rerun_of
from sim.report.reading import ARTICLES, OUTCOMES, Record, as_of, input_name, joined, name_in_text, name_of
from sim.report.rows import Dot, Row, Words, reference, rows_chart, spanned_points
from sim.report.sections.schedule import AIMS
from sim.report.values import quantity
from sim.wording import counted, heading


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    table = _table(record)
    steps = "; ".join(f"{row[0]}, {row[3]} points for {row[1]}" for row in table.rows)
    drawn = Figure(
        "advice-figure",
        f"{len(record['mixes'])} mixes by their gain for their cost",
        f"Change in the probability of the {_event(record)} in points, with its 95% interval; the cost in brackets",
        f"Dots with intervals, the best for its cost first: {steps}.",
        table,
        lambda: _chart(record),
    )
    options = tuple(
        Entry(
            f"{_what(record, one)}; cost {quantity(one['cost'])}. {one.get('basis', '')}".rstrip(),
            one.get("name") or heading(name),
        )
        for name, one in record["options"].items()
    )
    parts: tuple[Part, ...] = (drawn, *map(Text, _notes(record)), List(options, "notes"))
    return Document(
        kicker=f"offramp advice, as of {as_of(record)}",
        title=record["scenario"]["title"],
        number=Shift.of(record["mixes"][0]["change"]).text,
        says=f"the change in the probability of the {_event(record)} by the mix that gains most for its cost",
        head=(Text(_lead(record)),),
        sections=(
            Section(f"What {record['actor']['name']} could do", parts, id="mixes"),
            rerun_of(record, Runs_of_each_mix=f"{record['runs']:,} of {counted(record['draws'], 'draw')}"),
        ),
    )


def _names(record: Record, mix: Record) -> list[str]:
    return [record["options"][name].get("name") or heading(name) for name in mix["options"]]


def _in_text(record: Record, mix: Record) -> str:
    """Return the name of a mix for use within a sentence; options named without an article are put in quotes."""
    names = _names(record, mix)
    return joined([name_in_text(one) if one.startswith(ARTICLES) else f"“{one}”" for one in names])


def _event(record: Record) -> str:
    return f"{OUTCOMES[record['goal']['outcome']].lower()} within {counted(record['goal']['within'], 'day')}"


def _helps(record: Record, mix: Record) -> bool:
    """Whether a mix clearly moves the probability in the wanted direction."""
    shift = Shift.of(mix["change"])
    return shift.is_clear and (shift.p < 0) == (record["goal"]["direction"] == "lower")


def _lead(record: Record) -> str:
    first, base = record["mixes"][0], Chance.of(record["base"])
    actor, verb = record["actor"]["name"], record["goal"]["direction"]
    asked = f"For {actor} to {verb} the probability of the {_event(record)}, now {base.text}"
    if not _helps(record, first):
        return f"{asked}, nothing on the menu clearly does so."
    best, change = _in_text(record, first), Shift.of(first["change"]).line
    then = Chance.of(first["probability"]).text
    return f"{asked}, the best for its cost is {best}: to {then}, {change}, for a cost of {quantity(first['cost'])}."


def _notes(record: Record) -> Iterator[str]:
    first = record["mixes"][0]
    sign = -1 if record["goal"]["direction"] == "lower" else 1
    worth = filter(lambda mix: mix["efficient"], record["mixes"])
    most = max(worth, key=lambda mix: sign * mix["change"]["p"], default=first)
    if most is not first and _helps(record, most):
        within = "" if record["budget"] is None else f" within the budget of {quantity(record['budget'])}"
        yield (
            f"The largest change that is worth its cost{within}: {_in_text(record, most)}, "
            f"{Shift.of(most['change']).line} for a cost of {quantity(most['cost'])}."
        )
    if record["helped"] > 0:
        yield (
            f"How far the ranking holds: the first mix is the best for its cost in "
            f"{share_text(first['best_in_draws'])} of the draws of the uncertain inputs in which anything helps (these "
            f"are {share_text(record['helped'])} of {record['draws']:,}; {counted(record['replicates'], 'run')} each), "
            f"and it comes first in {share_text(first['first_in_resamples'])} of resamples of the draws. The first "
            "share reflects the uncertain inputs, the second the number of runs."
        )
    yield (
        "All mixes use the same draws and random numbers; intervals are of the paired difference. Costs are the "
        "author's. A mix marked efficient gains clearly more than every cheaper one: the interval of its extra gain, "
        "paired draw by draw, lies above 0. Among mixes of the same cost, none is clearly better."
    )


def _table(record: Record) -> Table:
    rows = tuple(
        (
            " + ".join(_names(record, mix)), quantity(mix["cost"]), Chance.of(mix["probability"]).text,
            Shift.of(mix["change"]).number, Shift.of(mix["change"]).interval, Shift.of(mix["gain_per_cost"]).number,
            share_text(mix["best_in_draws"]), share_text(mix["first_in_resamples"]),
            "efficient" if mix["efficient"] else "",
        )
        for mix in record["mixes"]
    )  # fmt: skip
    columns = (
        "Mix", "Cost", "Probability", "Change, points", "95%", "Gain per cost", "Best in draws", "First in resamples",
        "Note",
    )  # fmt: skip
    return Table("Every mix, by its gain for its cost", columns, "lrrrrrrrl", rows)


def _what(record: Record, one: Record) -> str:
    if "pressure" in one:
        pressure = one["pressure"]
        target = name_in_text(name_of(record, pressure["on"]))
        aim, size = AIMS.get(pressure["aim"], pressure["aim"]), quantity(pressure["intensity"])
        return f"{pressure['channel']} pressure on {target} to {aim}, intensity {size}"
    if "talks" in one:
        return f"talks, boost {quantity(one['talks']['boost'])}"
    return "; ".join(f"{input_name(record, path)} {quantity(number)}" for path, number in one["change"].items())


def _chart(record: Record) -> Spec:
    rows = []
    for mix in record["mixes"]:
        shift, colour = Shift.of(mix["change"]), "fan" if _helps(record, mix) else "muted"
        name = f"{' + '.join(_names(record, mix))} ({quantity(mix['cost'])})"
        dot = Dot(100 * shift.p, colour, f"{safe(name)}: {shift.line}", 100 * shift.low, 100 * shift.high, size=12)
        rows.append(Row(name, dots=[dot], words=[Words("", colour, shift.number)]))
    fig = rows_chart(rows, spanned_points(rows) | {"title": None}, top=26)
    reference(fig, 0, "", heading="points")
    return fig
