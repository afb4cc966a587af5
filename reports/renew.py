"""Renew the reference reports beside this file, and docs/scenarios.md: `make reports`.

One small report a scenario, without its page, under reports/CRISIS/SCENARIO. Records that take hours to compute
(calibrations, the backtest) or that a command writes (histories) keep their numbers; only their Markdown is renewed.
tests/report/test_reference.py holds all of them to the scenarios, the model and the pages as they are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sim
from sim.forecast.forecast import Forecast
from sim.report import document_of, write_report
from sim.report.chance import Chance, Shift, with_interval
from sim.report.document import Table
from sim.report.markdown import escape, markdown_table, to_markdown
from sim.report.reading import calendar_of, outcome_at
from sim.wording import long_date

ROOT = Path(__file__).resolve().parents[1]
RUNS, SEED = 20_000, 0
CHANGE_DAY = 90
GUIDE = ROOT / "docs" / "scenarios.md"
INTRODUCTION = f"""\
# Scenarios

What does the model say about each scenario that comes with offramp?

    make reports

writes this page and the reports it links to, from {RUNS:,} runs of each scenario under seed {SEED}.

All numbers are conditional on the model. A scenario takes the model's parameters from [past cases](calibration.md) as
known on its date, or from priors if no calibration is old enough (East Ghouta): treat the level of a probability as a
structured guess. The 95% Monte Carlo interval is in brackets. The spread over the uncertain inputs is far wider; each
report gives it. The change is the difference in the probability of an offensive within {CHANGE_DAY} days from the
baseline of the same crisis, in points, paired run by run, with its 95% interval."""


@dataclass(frozen=True)
class Reference:
    """A scenario's forecast beside the baseline of its crisis.

    Attributes
    ----------
    file
        The scenario file, relative to the project.
    record
        The content of its forecast.json.
    change
        Against the baseline, within `CHANGE_DAY` days; None for the baseline itself.
    """

    file: Path
    record: dict[str, Any]
    change: Shift | None

    @property
    def folder(self) -> Path:
        """Where its report lies, relative to the project."""
        return Path("reports", self.file.parent.name, self.file.stem)


def scenario_files() -> list[Path]:
    """Return every scenario file relative to the project, baselines first in their crisis; past cases are left out."""
    files = (file for file in (ROOT / "scenarios").glob("*/*.yaml") if file.stem not in ("evidence", "sources"))
    relative = (file.relative_to(ROOT) for file in files if file.parent.name != "cases")
    return sorted(relative, key=lambda file: (file.parent.name, file.stem != "baseline", file.stem))


def forecast_of(file: Path) -> Forecast:
    """Run a scenario as its reference is run."""
    return sim.run(sim.load(ROOT / file), runs=RUNS, seed=SEED)


def record_of(file: Path, forecast: Forecast) -> dict[str, Any]:
    """Return the record of a reference, with the command that makes it again."""
    return forecast.record(f"offramp run {file.as_posix()} --runs {RUNS} --seed {SEED}")


def change_of(baseline: Forecast, variant: Forecast) -> Shift:
    """Return the paired change of a variant against its baseline."""
    one = baseline.difference(variant, "offensive", CHANGE_DAY)
    return Shift(one.p, one.low, one.high)


def references() -> Iterator[Reference]:
    """Run every scenario."""
    baselines: dict[str, Forecast] = {}
    for file in scenario_files():
        forecast = forecast_of(file)
        baseline = baselines.setdefault(file.parent.name, forecast)
        change = None if baseline is forecast else change_of(baseline, forecast)
        yield Reference(file, record_of(file, forecast), change)


def guide(all_of_them: list[Reference]) -> str:
    """Return docs/scenarios.md."""
    parts = [INTRODUCTION]
    crises: dict[str, list[Reference]] = {}
    for one in all_of_them:
        crises.setdefault(one.file.parent.name, []).append(one)
    for members in sorted(crises.values(), key=len, reverse=True):
        parts += _crisis(members)
    return "\n\n".join(parts) + "\n"


def _crisis(members: list[Reference]) -> Iterator[str]:
    baseline = members[0].record
    yield f"## {escape(baseline['scenario']['title'])}"
    calendar = calendar_of(baseline)
    yield f"As of {long_date(calendar.as_of)}, over {calendar.horizon} days."
    if len(members) > 1:
        yield markdown_table(_overview(members))
    for one in members:
        yield from _section(one)
    history = Path("reports", members[0].file.parent.name, "history", "history.md")
    if (ROOT / history).is_file():
        yield f"[Day by day](../{history.as_posix()}): the forecast recomputed using only what was public on each date."


def _overview(members: list[Reference]) -> Table:
    """Return one row a scenario, from the largest fall to the largest rise."""
    ordered = sorted(members, key=lambda one: 0.0 if one.change is None else one.change.p)
    rows = tuple(
        (
            one.file.stem,
            *(outcome_at(one.record, "offensive", days).text for days in one.record["milestones"]),
            _change(one),
        )
        for one in ordered
    )
    windows = [f"Within {days} days" for days in members[0].record["milestones"]]
    return Table("", ("Scenario", *windows, f"Change within {CHANGE_DAY} days"), "l" + "r" * (len(windows) + 1), rows)


def _change(one: Reference) -> str:
    return "baseline" if one.change is None else one.change.line


def _section(one: Reference) -> Iterator[str]:
    """Tell one scenario: what it supposes, its numbers, where its report lies."""
    record, notes = one.record, one.record["provenance"]["notes"]
    yield f"### {one.file.parent.name}/{one.file.stem}"
    told = notes.get("supposes", record["scenario"]["title"])
    yield escape(told) + (f" {escape(notes['hindsight'])}" if "hindsight" in notes else "")
    yield markdown_table(_results(one))
    yield f"[Scenario](../{one.file.as_posix()}), [report](../{(one.folder / 'report.md').as_posix()})"


def _results(one: Reference) -> Table:
    record = one.record
    columns = [f"Offensive within {days} days" for days in record["milestones"]]
    cells = [with_interval(outcome_at(record, "offensive", days)) for days in record["milestones"]]
    agreement = with_interval(Chance.of(record["outcomes"]["agreement"][str(record["horizon"])]))
    columns += [f"Agreement within {record['horizon']} days", f"Change within {CHANGE_DAY} days"]
    return Table("", tuple(columns), "r" * len(columns), ((*cells, agreement, _change(one)),))


def kept_records() -> list[Path]:
    """Return the records whose numbers stay as they are."""
    return sorted(file for file in (ROOT / "reports").rglob("*.json") if file.name != "forecast.json")


def main() -> None:
    """Run every scenario and write its report, the guide, and the Markdown of the records that are kept."""
    found = []
    for one in references():
        is_baseline = one.file.stem == "baseline"
        write_report(one.record, ROOT / one.folder, page=False, figures=is_baseline)
        sys.stdout.write(f"{one.folder.as_posix()}: {outcome_at(one.record, 'offensive', CHANGE_DAY).text}\n")
        found.append(one)
    GUIDE.write_text(guide(found), encoding="utf-8", newline="\n")
    for file in kept_records():
        document = document_of(json.loads(file.read_text(encoding="utf-8")))
        file.with_suffix(".md").write_text(to_markdown(document), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
