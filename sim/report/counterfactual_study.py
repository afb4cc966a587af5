"""The page of counterfactuals alone, where no forecast was asked for."""

from __future__ import annotations

from collections.abc import Iterator

from sim.report.counterfactuals import Counterfactuals, counterfactuals_of, ordered
from sim.report.reading import Record, reading
from sim.report.study import Part, Section, StudyReport
from sim.wording import counted

FORMAT = "offramp/counterfactuals/1"


def study_of(record: Record) -> StudyReport:
    """Read a record into the content of its page.

    Raises
    ------
    ReportError
        Where the record has another format or lacks a part.
    """
    with reading(record, FORMAT):
        return _study_of(record)


def _study_of(record: Record) -> StudyReport:
    otherwise = counterfactuals_of(record)
    day, part = record["horizon"], record["counterfactuals"]
    largest = ordered(record, day)[0].shift.text if otherwise is not None else "0"
    return StudyReport(
        kicker=f"offramp counterfactuals, as of {record['as_of']}",
        title=record["scenario"]["title"],
        number=largest,
        says=(
            f"the largest change of the probability of an offensive within {counted(day, 'day')} with one thing "
            "otherwise"
        ),
        lead=otherwise.lead if otherwise is not None else "Nothing in this scenario could be otherwise.",
        sections=()
        if otherwise is None
        else (Section("counterfactuals", "If it were otherwise", tuple(_parts(otherwise))),),
        rerun=(
            ("Scenario", record["scenario"]["id"]),
            ("Scenario hash", record["scenario"]["hash"]),
            ("Seed", str(record["seed"])),
            ("Runs of each world", f"{part['runs']:,}"),
            ("Command", record["command"] or ""),
        ),
    )


def _parts(otherwise: Counterfactuals) -> Iterator[Part]:
    yield Part(text=otherwise.basis, figure=otherwise.figure)
    for text in (otherwise.interaction, otherwise.coupling, otherwise.saving):
        if text:
            yield Part(text=text)
    yield Part(table=otherwise.windows, folded="All outcomes and windows")
