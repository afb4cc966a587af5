"""Historical cases: scenarios with known outcomes, read from a folder, for backtests and calibration."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import UsageError
from sim.evaluation.calibration.outcomes import WINDOWS, possible
from sim.scenario.edit import with_document, with_posterior
from sim.scenario.kinds import UNKNOWN, kind_of
from sim.scenario.load import load
from sim.wording import counted

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.schema import Case, Resolution

CRISES, THREATS = 0.0, 1.0
"""Weights of the sample of threats in cases of the two samples."""


@dataclass(frozen=True)
class HistoricalCase:
    """A scenario and its outcome."""

    scenario: Scenario
    filed: Case
    resolution: Resolution

    @property
    def name(self) -> str:
        """Id of the scenario."""
        return self.scenario.id

    @property
    def area(self) -> str:
        """The ground shared with other cases, which are not independent of it."""
        return self.filed.area

    @property
    def offensive(self) -> int | None:
        """Day of the offensive from the as-of date; None if none began."""
        return self._day(self.resolution.offensive)

    @property
    def agreement(self) -> int | None:
        """Day of the agreement; None if none was concluded before an offensive."""
        return self._day(self.resolution.agreement)

    @property
    def marked(self) -> tuple[str, ...]:
        """Paths of codings that knowledge of the outcome could have affected."""
        return tuple(self.scenario.document.hindsight)

    def _day(self, date: datetime.date | None) -> int | None:
        return None if date is None else (date - self.scenario.as_of).days

    def happened(self, by: int) -> bool:
        """Whether the offensive began within `by` days."""
        return self.offensive is not None and self.offensive < by

    def is_over(self, window: int, known: datetime.date) -> bool:
        """Whether a window was over by a date, and its outcome known whether or not the offensive came."""
        return (known - self.scenario.as_of).days >= window

    def seen(self, known: datetime.date) -> frozenset[int]:
        """Return the classes that the case may be in, given what was known on a date (`outcomes`)."""
        return possible(self.scenario.as_of, self.offensive, self.agreement, known=known)

    def news_until(self, known: datetime.date) -> list[datetime.date]:
        """Return the days up to a date on which part of what `seen` returns became known; at least the as-of date."""
        as_of = self.scenario.as_of
        told = [as_of, *(as_of + datetime.timedelta(days=window) for window in WINDOWS)]
        told += [day for day in (self.resolution.offensive, self.resolution.agreement) if day is not None]
        over = self.resolution.offensive or as_of + datetime.timedelta(days=WINDOWS[-1])
        return [day for day in told if day <= min(known, over)]


def scenario_files(folder: Path) -> list[Path]:
    """Return the files of a folder that may be scenarios, by name; evidence, sources and sweeps declare another kind.

    Subfolders, which hold what the files extend, are left out; so are hidden files.
    """
    files = (file for file in folder.iterdir() if file.suffix.lower() in (".yaml", ".yml") and file.name[0] != ".")
    return sorted(file for file in files if kind_of(file) in ("scenario", UNKNOWN))


def load_cases(folder: Path) -> tuple[HistoricalCase, ...]:
    """Load every case of a folder, by file name.

    Raises UsageError if the folder has no case, a file does not state its outcome, or a horizon is too short to be
    scored, ScenarioError if a file is faulty.
    """
    files = scenario_files(folder) if folder.is_dir() else []
    if not files:
        raise UsageError(f"expected a folder with cases, one YAML file each (got {folder})")
    cases = tuple(as_case(load(file), file) for file in files)
    seen: set[str] = set()
    for case in cases:
        if case.name in seen:
            raise UsageError(f"two cases have the id {case.name!r}; give each its own")
        seen.add(case.name)
    return cases


def as_case(scenario: Scenario, file: Path) -> HistoricalCase:
    """Return a scenario as a case, at the priors of its parameters, whatever calibration its file names.

    A case must not be scored with a posterior that has seen it. It belongs to one sample, the crises unless its file
    says otherwise. Raises UsageError if its file does not state its outcome, its horizon is too short to be scored, or
    it has a mixture of samples.
    """
    scenario = with_posterior(scenario, None)
    if scenario.document.sample is None:
        scenario = with_document(scenario, scenario.document.model_copy(update={"sample": CRISES}))
    filed, resolution = scenario.document.case, scenario.document.resolution
    if filed is None or resolution is None:
        missing = "case" if filed is None else "resolution"
        raise UsageError(f"{file}: a case needs the key `{missing}`; see docs/scenario.md")
    if scenario.threats_weight not in (CRISES, THREATS):
        raise UsageError(f"{file}: a case belongs to one sample; write `sample: crises` or `sample: threats`")
    if scenario.horizon < WINDOWS[-1]:
        raise UsageError(
            f"{file}: a case needs a horizon of {counted(WINDOWS[-1], 'day')} or more (got {scenario.horizon})"
        )
    return HistoricalCase(scenario, filed, resolution)
