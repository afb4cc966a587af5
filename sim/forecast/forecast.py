"""A forecast: what the runs of a scenario say, and the questions it can answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.baselines.cases import Case, read_cases
from sim.baselines.panel import Baselines, baselines_for
from sim.baselines.pool import pooled
from sim.errors import UsageError
from sim.estimates import Estimate, difference
from sim.forecast.drivers import drivers_record
from sim.forecast.indicators import indicators_record
from sim.forecast.probability import event_estimate
from sim.forecast.record import Status, forecast_record
from sim.forecast.storylines import storylines
from sim.runs.block.blocks import FIRST_EVENTS, OUTCOMES
from sim.scenario.windows import By, day_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from sim.forecast.plan import Plan
    from sim.runs.block.watches import Paths
    from sim.scenario.scenario import Scenario
    from sim.tallies import Tally


@cache
def _cases() -> tuple[Case, ...]:
    """Return the table of past cases that ships with the package, read once."""
    return read_cases()


def pooled_record(record: Mapping[str, Any], baselines: Mapping[str, Any]) -> dict[str, float] | None:
    """Return, by window, the model's probability of an offensive pooled with the baselines'.

    None if the track record that ships with offramp has no weights, or there is no baseline.
    """
    track = record["track_record"]
    if track is None or "pool" not in track:
        return None
    found = {}
    for days, window in baselines["windows"].items():
        if window["reason"] is None:
            said = {
                "model": record["outcomes"]["offensive"][days]["p"],
                "logistic regression": window["logistic"]["p"],
                "base rate": window["base_rate"]["p"],
            }
            found[days] = round(float(pooled(said, track["pool"]["weights"])), 4)
    return found or None


@dataclass(frozen=True, eq=False, repr=False)
class Forecast:
    """The result of a scenario's runs. Forecasts are compared by identity.

    Attributes
    ----------
    tally
        Counts over all runs.
    records
        One record per run, dtype `RECORD`, of the first 1,000,000 runs.
    paths
        Paths of the first runs, from which storylines are made; None if they were not kept.
    kept_storylines
        Storylines from a store, used instead of paths.
    status
        `complete`; `interrupted`: fewer runs than planned; `imprecise`: the runs did not reach the precision.
    """

    scenario: Scenario
    plan: Plan
    tally: Tally = field(repr=False)
    records: npt.NDArray[np.void] = field(repr=False)
    status: Status = "complete"
    paths: Paths | None = field(default=None, repr=False)
    kept_storylines: list[dict[str, Any]] | None = field(default=None, repr=False)

    @property
    def runs(self) -> int:
        """Number of runs."""
        return int(self.tally["runs"])

    @property
    def draw_count(self) -> int:
        """Number of draws of the uncertain inputs."""
        return self.runs // self.plan.replicates

    def probability(self, outcome: str, by: By = None) -> Estimate:
        """Return the probability that an outcome comes within `by` days, by default the horizon.

        Parameters
        ----------
        outcome
            `offensive`, its kinds `limited` and `full`, `agreement` (the first one concluded), `strikes` (the first day
            of heavy bombing), `terms` (of surrender); the last three count only while the future has not ended.
        by
            A number of days, text such as "90 days", or the last date of the window.

        Raises
        ------
        UsageError
            If there is no such outcome, or the day is outside the horizon.
        """
        day = day_of(by, self.scenario.as_of, self.scenario.horizon)
        if outcome not in FIRST_EVENTS:
            raise UsageError(f"there is no outcome {outcome!r}; expected one of {', '.join(FIRST_EVENTS)}")
        return event_estimate(self.tally, outcome, day)

    def difference(self, other: Forecast, outcome: str, by: By = None) -> Estimate:
        """Return the change of a probability from this forecast to another, paired run by run.

        Parameters
        ----------
        by
            As for `probability`; by default, and at most, the shorter of the two horizons.

        Raises
        ------
        UsageError
            If the other is not a forecast, the two do not share seed and replicates, either has too few runs for an
            interval, the outcome is not one of `OUTCOMES`, or the window ends beyond either horizon.
        """
        if not isinstance(other, Forecast):
            raise UsageError(f"expected another forecast to compare with (got {other!r})")
        day = day_of(by, self.scenario.as_of, min(self.scenario.horizon, other.scenario.horizon))
        if (self.plan.seed, self.plan.replicates) != (other.plan.seed, other.plan.replicates):
            raise UsageError("paired differences need the same seed and replicates in both forecasts")
        if self.plan.given or other.plan.given:
            raise UsageError("forecasts that are given something count other runs each, so they cannot be paired")
        if outcome not in OUTCOMES:
            raise UsageError(f"there is no outcome {outcome!r}; expected one of {', '.join(OUTCOMES)}")
        runs = min(len(self.records), len(other.records))
        replace(self.plan, runs=runs).check_pairs()
        first, second = (one.records[outcome][:runs] < day for one in (self, other))
        return difference(first, second, self.plan.replicates)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each outcome and day: outcome, day, p, mc_low, mc_high, input_sd."""
        import pandas as pd

        rows = [
            (outcome, day, one.p, one.low, one.high, one.input_sd)
            for outcome in FIRST_EVENTS
            for day in range(1, self.scenario.horizon + 1)
            for one in (self.probability(outcome, day),)
        ]
        return pd.DataFrame(rows, columns=["outcome", "day", "p", "mc_low", "mc_high", "input_sd"])

    @cached_property
    def baselines(self) -> Baselines:
        """What simple rules say, learnt from the past cases resolved by the as-of date; computed on first use."""
        return baselines_for(self.scenario, _cases())

    @cached_property
    def storylines(self) -> list[dict[str, Any]]:
        """Real runs that represent clusters of futures (docs/forecast.md); computed on demand; none without paths."""
        if self.paths is None:
            return self.kept_storylines or []
        return storylines(self.scenario, self.paths, self.records, self.plan.replicates)

    def record(self, command: str | None = None) -> dict[str, Any]:
        """Return the content of `forecast.json`, format `offramp/forecast/1` (docs/forecast.md)."""
        record, baselines = self.outline(command), self.baselines.record()
        record |= {"baselines": baselines, "storylines": self.storylines}
        if not self.plan.given:
            record["pooled"] = pooled_record(record, baselines)
            record["drivers"] = drivers_record(self.scenario, self.tally)
            record["indicators"] = indicators_record(self.scenario, self.tally)
        return record

    def outline(self, command: str | None = None) -> dict[str, Any]:
        """Return the record without drivers, indicators, baselines and storylines, which take most of its time."""
        return forecast_record(self.scenario, self.plan, self.tally, self.records, self.status, command)

    def write_report(
        self, folder: str | Path, command: str | None = None, *, words: str = "icd203", figures: bool = False
    ) -> list[Path]:
        """Write report.html, report.md and forecast.json into a folder; return their paths.

        Parameters
        ----------
        command
            Command that reproduces the forecast.
        words
            Scale of words: `icd203`, `phia` or `none`.
        figures
            Whether to also write the main figures as SVG files.

        Raises
        ------
        ReportError
            If the folder cannot be written.
        """
        from sim.report import write_report  # late: it imports Jinja

        return write_report(self.record(command), Path(folder), words=words, figures=figures)
