"""What stands beside the headline: the pool, each sample of past cases, the outside view, and what others said.

A reader who sees one probability should see between which it stands. All of it is for one window, the longest of the
record's for which past cases were watched.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from sim.report.chance import Chance, share_text
from sim.report.dates import short_date
from sim.report.reading import Record, outcome_at
from sim.report.tables import Table
from sim.report.values import NONE
from sim.wording import counted

SAMPLES = {"crises": "If it is one of the library's crises", "threats": "If it is a threat between states"}


@dataclass(frozen=True)
class Line:
    """One probability beside others: what it is of, the number as text, ends of its interval, and what they are.

    `kind` is `model`, `pool`, `sample`, `outside` or `other`.
    """

    label: str
    kind: str
    text: str
    p: float
    low: float | None = None
    high: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class Beside:
    """The section; strings are plain text and not yet escaped."""

    title: str
    lines: tuple[Line, ...]
    note: str
    table: Table


def beside_of(record: Record) -> Beside | None:
    """Read what stands beside the headline.

    None where the record has no window to compare in, is given something that the others do not know of, or is of
    before there was an outside view.
    """
    view = record.get("outside_view")
    if view is None or record.get("baselines") is None or record.get("given") is not None:
        return None
    windows = [str(days) for days in record["milestones"] if str(days) in view["windows"]]
    if not windows:
        return None
    lines = tuple(_lines(record, windows[-1]))
    rows = tuple((one.label, one.text, one.detail or NONE) for one in lines)
    table = Table("", ("", "Probability", "Interval, counts"), "lrl", rows)
    return Beside(f"Other estimates, within {counted(windows[-1], 'day')}", lines, _note(record), table)


def _lines(record: Record, days: str) -> Iterator[Line]:
    yield _model(record, days)
    if record["pooled"] is not None and days in record["pooled"]:
        p = record["pooled"][days]
        yield Line("Pooled with the baselines", "pool", share_text(p), p)
    if record["samples"] is not None:
        for name, label in SAMPLES.items():
            one = Chance.of(record["samples"][name][days])
            yield Line(label, "sample", one.text, one.p, one.low, one.high, f"{one.interval} Monte Carlo")
    yield from _outside(record, days)
    for other in record["others"]:
        said, until = (short_date(datetime.date.fromisoformat(other[key])) for key in ("date", "by"))
        yield Line(
            f"{other['name']}, by {until}", "other", share_text(other["p"]), other["p"], detail=f"said on {said}"
        )


def _model(record: Record, days: str) -> Line:
    one = outcome_at(record, "offensive", int(days))
    low, high = one.input_range or (None, None)
    spread = "" if one.spread_text is None else f"{one.spread_text} over inputs, central 80%"
    return Line("This model", "model", one.text, one.p, low, high, spread)


def _outside(record: Record, days: str) -> Iterator[Line]:
    rate = record["baselines"]["windows"].get(days, {}).get("base_rate")
    if rate is not None:
        yield _rate("Crises like these", rate, rate["cases"])
    view = record["outside_view"]
    force, major = (view["windows"][days][kind] for kind in ("force", "major"))
    yield _rate("Threats between states: force used", force, view["cases"])
    yield _rate("Threats between states: large-scale", major, view["cases"])


def _rate(label: str, rate: Record, cases: int) -> Line:
    span = f"{share_text(rate['low'])} to {share_text(rate['high'])}"
    detail = f"{rate['happened']} of {cases}; {span}"
    return Line(label, "outside", share_text(rate["p"]), rate["p"], rate["low"], rate["high"], detail)


def _note(record: Record) -> str:
    parts = []
    if record["pooled"] is not None:
        weights = record["track_record"]["pool"]["weights"]
        told = ", ".join(f"{name} {weight:.0%}" for name, weight in weights.items())
        parts.append(f"Pooled on the logit scale, weights from past cases: {told}.")
    if record["samples"] is not None:
        parts.append(
            "The headline weighs the two samples as the scenario does (`sample`), by half each where it does not say."
        )
    view = record["outside_view"]
    parts.append(
        "Crises like these: past cases of the library resolved by the as-of date, picked by hand. Threats between "
        f"states: {view['source']}; {counted(view['pairs'], 'pair')}. Large-scale: an occupation, a battle or 25 "
        "deaths. Intervals of rates are at 95%, clustered by area or pair."
    )
    return " ".join(parts)
