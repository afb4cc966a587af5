"""The page of tipping points: the answer in a sentence, how sure it is, the curve or the map, its table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.report.chance import Chance, with_interval
from sim.report.charts import LIGHT, Curve, Spec, axis, curves, dots, line, note, rule, safe
from sim.report.document import Document, Figure, Section, Table, Text, rerun_of
from sim.report.maps import Cell, Scale, heat_map
from sim.report.reading import OUTCOMES, Record, as_of, capital, in_sentence, input_name
from sim.report.values import formatted, quantity
from sim.wording import counted


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    lead, number, event, target = lead_of(record), _number(record), _event(record), percent(record["target"])
    title = {
        "reached": f"{target} is crossed at {number}",
        "not reached": f"{target} is not reached",
        "no effect": f"No effect on the {event}",
    }.get(record["verdict"], f"{target} may or may not be reached")
    if is_plane(record):
        unit = f"Probability of the {event}; dots are points of the contour, with 95% intervals"
        kind, chart = "Map of the probability over two numbers.", _map
        table = _plane_table if record["crossings"] else _table
    else:
        band = "its 95% Monte Carlo band; the interval of a crossing lies on the target's line"
        unit = f"Probability of the {event} with {band}"
        kind, table, chart = "Line chart with its band.", _table, _curve
    drawn = Figure("tipping-figure", title, unit, f"{kind} {lead}", table(record), lambda: chart(record))
    says = f"where the probability of the {event} crosses {target}"
    if record["verdict"] == "no effect":
        says = f"of {_names(record)} on the {event}"
    return Document(
        kicker=f"offramp tipping point, as of {as_of(record)}",
        title=record["scenario"]["title"],
        number=number,
        says=says,
        head=(Text(lead),),
        sections=(
            Section("How much is enough", (drawn, *map(Text, _notes(record))), id="tipping"),
            rerun_of(record, Runs_at_each_value=f"{record['runs']:,}"),
        ),
    )


def is_plane(record: Record) -> bool:
    """Whether two numbers vary."""
    return len(record["inputs"]) == 2


def lead_of(record: Record) -> str:
    """Return the answer in a sentence."""
    if record["verdict"] == "no effect":
        return _no_effect(record)
    target = f"{percent(record['target'])} for the {_event(record)}"
    if record["verdict"] == "reached":
        return _reached(record, target)
    tried = record["nearest"]["value"]
    place = " and ".join(map(quantity, tried if is_plane(record) else [tried]))
    near = f"the nearest tried is {with_interval(Chance.of(record['nearest']))}, at {place}"
    ranges = " and ".join(f"{quantity(one['low'])} to {quantity(one['high'])}" for one in record["inputs"])
    subject = f"{'pair' if is_plane(record) else 'value'} of {_names(record)} in {ranges}"
    if record["verdict"] == "not reached":
        return f"No {subject} reaches {target}: {near}."
    return (
        f"These runs leave open whether any {subject} reaches {target}: {near}, and an interval contains the target. "
        "More runs narrow it."
    )


def _event(record: Record) -> str:
    return f"{OUTCOMES[record['outcome']].lower()} within {counted(record['within'], 'day')}"


def percent(share: float) -> str:
    """Write a target as it was requested."""
    return f"{100 * share:.6g}%"


def to_error(value: float, half_width: float) -> str:
    """Write a value with no more digits than its error supports."""
    places = 3 if half_width <= 0 else max(0, min(6, -math.floor(math.log10(half_width / 2))))
    return formatted(value, f".{places}f")


def _number(record: Record) -> str:
    if record["verdict"] != "reached":
        return {"not reached": "none", "no effect": "no effect"}.get(record["verdict"], "open")
    found = record["crossings"]
    if is_plane(record):
        return counted(len(found), "point")
    return _value(found[0]) if len(found) == 1 else counted(len(found), "value")


def _half(one: Record) -> float:
    return float(one["high"] - one["low"]) / 2


def _value(one: Record) -> str:
    return to_error(one["value"], _half(one))


def _reached(record: Record, target: str) -> str:
    if is_plane(record):
        pairs = counted(len(record["crossings"]), "pair")
        return f"{pairs} of {_names(record)} at which the probability crosses {target}."
    return " ".join(_crossing(record, found) for found in record["crossings"])


def _no_effect(record: Record) -> str:
    subject = capital(_names(record)) if is_plane(record) else input_name(record, record["inputs"][0]["path"])
    known = all(one.get("no_effect") for one in record["inputs"])
    doubt = "" if known else " An effect too small for these runs would show with more of them, or over a wider range."
    return (
        f"{subject}: no effect on the {_event(record)}, so none reaches {percent(record['target'])}. All "
        f"{counted(record['runs'], 'run')} go the same way at every value tried, and the probability is "
        f"{with_interval(Chance.of(record['nearest']))} at each.{doubt}"
    )


def _names(record: Record) -> str:
    """Return the name of the input, or of both, for the middle of a sentence."""
    return " and ".join(in_sentence(record, one["path"]) for one in record["inputs"])


def _crossing(record: Record, found: Record) -> str:
    verb = "rises" if found["direction"] == "rising" else "falls"
    low, high = (to_error(found[key], _half(found)) for key in ("low", "high"))
    ends = [name for name, key in (("lower", "low_open"), ("upper", "high_open")) if found[key]]
    open_ = f"; the {' and '.join(ends)} end is that of the range, and the crossing may lie beyond" if ends else ""
    return (
        f"The probability of the {_event(record)} {verb} through {percent(record['target'])} where {_names(record)} is "
        f"{_value(found)} ({low} to {high}, 95%{open_})."
    )


def _notes(record: Record) -> Iterator[str]:
    for one in record["inputs"]:
        if one.get("no_effect"):
            yield f"Why {in_sentence(record, one['path'])} has no effect: {one['no_effect']}."
    for one in record["inputs"]:
        if one["base"] is not None:
            yield f"In the scenario as written {in_sentence(record, one['path'])} is {quantity(one['base'])}."
    if record["crossings"]:
        yield from _about_crossings(record, record["crossings"])
    if record["verdict"] != "no effect":
        yield f"Tried first: {_tried(record)}; two crossings between neighbours would be missed."


def _about_crossings(record: Record, found: Sequence[Record]) -> Iterator[str]:
    """Yield how precise the crossings are, and whether there are several."""
    interval = (
        "the interval includes every value whose own 95% interval contains the target. It narrows with more runs."
    )
    if is_plane(record):
        yield f"Precision: {interval} Where it ends with the range, the crossing may lie beyond."
        return
    finest = max(one["searched"] for one in found)
    yield (f"Precision: the curve of these {counted(record['runs'], 'run')} was searched to ±{finest:.2g}; {interval}")
    if len(found) > 1:
        apart = "" if record["apart"] else " Their intervals overlap: these runs do not separate all of them."
        yield f"The probability is not monotone here: it crosses the target {counted(len(found), 'time')}.{apart}"


def _tried(record: Record) -> str:
    first, *more = (len(axis) for axis in record["grid"])
    return f"{first} by {counted(more[0], 'pair')}" if more else f"{counted(first, 'value')} across the range"


def _table(record: Record) -> Table:
    rows = [
        (*map(quantity, one["value"] if is_plane(record) else [one["value"]]), chance.text, chance.interval)
        for one in record["points"]
        for chance in (Chance.of(one),)
    ]
    names = [input_name(record, one["path"]) for one in record["inputs"]]
    columns = (*names, "Probability", "Monte Carlo interval, 95%")
    return Table(f"Probability of the {_event(record)} at each value tried", columns, "r" * len(columns), tuple(rows))


def _plane_table(record: Record) -> Table:
    first, second = (input_name(record, one["path"]) for one in record["inputs"])
    rows = tuple(
        (
            *(to_error(value, _half(one)) for value in one["value"]),
            f"{to_error(one['low'], _half(one))} to {to_error(one['high'], _half(one))}",
            input_name(record, one["along"]),
        )
        for one in record["crossings"]
    )  # fmt: skip
    caption = f"Where the probability of the {_event(record)} crosses {percent(record['target'])}"
    return Table(caption, (first, second, "Interval, 95%", "of"), "rrrl", rows)


def _curve(record: Record) -> Spec:
    points, target = record["points"], record["target"]
    chances, x = [Chance.of(one) for one in points], [one["value"] for one in points]
    texts = [f"{value:g}: {with_interval(one)}" for value, one in zip(x, chances, strict=True)]
    xaxis = axis(showgrid=False, showline=True, linecolor=LIGHT["muted"], nticks=8)
    drawn = [Curve("", chances, texts, colour="fan", width=2.5)]
    fig = curves(x, drawn, xaxis, also=[target], height=360, top=26, bottom=56)
    fig["layout"]["shapes"].append({
        "type": "line", "x0": 0, "x1": 1, "xref": "paper", "y0": target, "y1": target,
        "line": {"color": LIGHT["muted"], "width": 1, "dash": "dot"},
    })  # fmt: skip
    note(fig, percent(target), x=1, xanchor="right", y=target, yref="y")
    for one in record["crossings"]:
        interval = line([one["low"], one["high"]], [target, target], "offensive", [], width=5)
        at = dots([one["value"]], [target], [], color=LIGHT["offensive"], size=11)
        fig["data"] += [trace | {"hoverinfo": "skip", "cliponaxis": False} for trace in (interval, at)]
        rule(fig, one["value"], "grid")
    Scale(input_name(record, record["inputs"][0]["path"]), tuple(x)).name_below(fig)
    return fig


def _map(record: Record) -> Spec:
    xs, ys = record["grid"]
    cells = {tuple(one["value"]): Chance.of(one) for one in record["points"]}
    first, second = (input_name(record, one["path"]) for one in record["inputs"])
    grid = [[Cell(cells[x, y].p, f"{x:g}, {y:g}: {safe(with_interval(cells[x, y]))}") for x in xs] for y in ys]
    drawn = heat_map(Scale(first, tuple(xs)), Scale(second, tuple(ys)), grid, [record["target"]])
    for one in record["crossings"]:
        x, y = one["value"]
        side, value = ("x", x) if one["along"] == record["inputs"][0]["path"] else ("y", y)
        error = {
            "type": "data", "symmetric": False, "array": [one["high"] - value], "arrayminus": [value - one["low"]],
            "thickness": 1.4, "color": LIGHT["ink"], "width": 3,
        }  # fmt: skip
        point = dots([x], [y], [], color=LIGHT["ink"], size=7)
        drawn["data"].append(point | {"hoverinfo": "skip", "cliponaxis": False, f"error_{side}": error})
    return drawn
