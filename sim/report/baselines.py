"""What simple rules say beside the headline: a table with a column for each window, and what the rules are.

The rules learn from few, hand-picked cases, so their numbers are whole per cent and never stand without an interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.report.chance import share_text
from sim.report.dates import long_date
from sim.report.reading import Record, calendar_of, outcome_at
from sim.report.tables import Table
from sim.report.values import NONE, on_scale
from sim.wording import counted

WATCHED = "30, 90 and 180 days"
RULES = {
    "mean": "Weighted mean",
    "median": "Weighted median",
    "challenge": "Challenge model",
    "condorcet": "Condorcet choice",
}


@dataclass(frozen=True)
class Baselines:
    """The part of the page; `notes` say how to read the table, which is empty where no window has been watched."""

    lead: str
    table: Table
    notes: tuple[str, ...]


def baselines_of(record: Record) -> Baselines | None:
    """Read the baselines of a record; None where it has none, as those of earlier versions."""
    if record.get("baselines") is None:
        return None
    as_of = long_date(calendar_of(record).as_of)
    lead = (
        f"Simple rules that know only past cases resolved by {as_of}; the cases are picked by hand, so a rate among "
        "them is not a rate in the world."
    )
    return Baselines(lead, _table(record), tuple(_notes(record)))


def _table(record: Record) -> Table:
    windows = record["baselines"]["windows"]
    columns = ("Probability of an offensive within", *(counted(days, "day") for days in windows))
    rows = [("This model", *(outcome_at(record, "offensive", int(days)).text for days in windows))]
    rows.append(("Base rate of past cases", *map(_base_rate, windows.values())))
    rows.append(("Logistic regression", *(_prediction(one, one["logistic"]) for one in windows.values())))
    for rule in RULES:
        cells = (_prediction(one, one["positions"].get(rule)) for one in windows.values())
        rows.append((_rule_name(record, rule), *cells))
    rows.append(("Cases learnt from", *(f"{one['cases']} ({one['early']} early)" for one in windows.values())))
    return Table("The model beside simple baselines", columns, "l" + "r" * len(windows), tuple(rows) if windows else ())


def _base_rate(window: Record) -> str:
    rate = window["base_rate"]
    if rate is None:
        return str(window["reason"])
    return f"{share_text(rate['p'])} ({rate['happened']} of {rate['cases']}; {_interval(rate)})"


def _prediction(window: Record, prediction: Record | None) -> str:
    """Write a probability with its interval; a dash where the rule has too few cases or no position."""
    return NONE if prediction is None or window["reason"] is not None else _with_interval(prediction)


def _with_interval(one: Record) -> str:
    return f"{share_text(one['p'])} ({_interval(one)})"


def _interval(one: Record) -> str:
    return f"{share_text(one['low'])} to {share_text(one['high'])}"


def _rule_name(record: Record, rule: str) -> str:
    positions = record["baselines"]["positions"]
    if positions is None:
        return f"{RULES[rule]} [no position]"
    still = ", nobody moves" if rule == "challenge" and positions["challenge_rounds"] == 0 else ""
    return f"{RULES[rule]} [{on_scale(positions[rule])}{still}]"


def _notes(record: Record) -> Iterator[str]:
    windows = record["baselines"]["windows"]
    if windows:
        yield (
            "In round brackets: 95% intervals of what so few cases can tell; the model's own uncertainty stands with "
            "its headline. In square brackets: the position of the scenario by each rule, from −1 (against an "
            "offensive) to +1 (for it), which a curve through the cases turns into a probability."
        )
        yield (
            "Early: counted although the window was not over, because it had happened already. Cases like them in "
            "which nothing had happened yet are not counted, so rates with early cases are somewhat high."
        )
    for days, one in windows.items():
        if one["reason"] is not None:
            yield (
                f"Within {counted(days, 'day')} there is no baseline: {counted(one['cases'], 'resolved case')} "
                f"{'is' if one['cases'] == 1 else 'are'} {one['reason']}."
            )
    missing = [str(days) for days in record["milestones"] if str(days) not in windows]
    if missing:
        yield (
            f"Past cases were watched for {WATCHED}, so there is no baseline within "
            f"{counted(' or '.join(missing), 'day')}."
        )
