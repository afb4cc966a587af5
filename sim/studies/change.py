"""Change since an earlier forecast: how far each probability moved, and what in the inputs is not what it was.

Where the earlier scenario can be run again, on this model and this kind of processor, and both forecasts have one seed,
the change is paired run by run, so that it holds no luck of the draw. Elsewhere it is the difference of two independent
estimates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sim import environment
from sim.errors import CalibrationError
from sim.forecast.forecast import Forecast
from sim.rng import STRATA
from sim.runs.block.blocks import OUTCOMES
from sim.runs.play import RECORD_CAP
from sim.scenario.crosscheck import cross_complaints
from sim.scenario.posterior import PRIOR, Posterior, posterior
from sim.scenario.scenario import Scenario, resolve
from sim.scenario.schema import Document
from sim.studies.bench import Bench
from sim.studies.compare import articles_added, inputs_changed, names_in, settings_changed, stances_changed

if TYPE_CHECKING:
    from sim.estimates import Estimate
    from sim.forecast.plan import Plan
    from sim.studies.bench import Site

Record = Mapping[str, Any]
Row = dict[str, float]
KEYS = ("p", "mc_low", "mc_high")


@dataclass(frozen=True)
class Change:
    """What moved from an earlier forecast to a later one.

    Attributes
    ----------
    old, new
        The records of both.
    rows
        By outcome and number of days: `old`, `new` and `change`, each with `p`, `mc_low` and `mc_high`.
    paired_runs
        Runs of both scenarios that the changes rest on; None where they are not paired.
    unpaired
        Why they are not, or None.
    """

    old: Record
    new: Record
    rows: Mapping[str, Mapping[int, Mapping[str, Row]]]
    paired_runs: int | None
    unpaired: str | None

    def record(self) -> dict[str, Any]:
        """Return the part `since` of the later record."""
        return {
            "forecast": {
                **{key: self.old["scenario"][key] for key in ("id", "title", "hash")},
                **{key: self.old[key] for key in ("as_of", "horizon", "seed", "runs", "replicates")},
            },
            "paired_runs": self.paired_runs,
            "unpaired": self.unpaired,
            "outcomes": {
                outcome: {str(day): dict(row) for day, row in rows.items()} for outcome, rows in self.rows.items()
            },
            **names_in(self.old, self.new),
            "articles": articles_added(self.old, self.new),
            "inputs": inputs_changed(self.old, self.new),
            "stances": stances_changed(self.old, self.new),
            "settings": settings_changed(self.old, self.new),
        }


def rerunnable(old: Record, known: Posterior | None = None) -> Scenario | str:
    """Return the scenario of an earlier forecast, or why it cannot be run as it was.

    Parameters
    ----------
    known
        The posterior of the scenario it is compared with. A record names a user's posterior but does not hold it; if
        this is the one, the hash of the scenario tells.
    """
    document, made_by = old.get("document"), old["environment"]
    if made_by["model"] != environment.model_version():
        return "the earlier forecast was made by another version of the model"
    if made_by["cpu"] != environment.cpu_level():
        return "the earlier forecast was made on another kind of processor"
    if document is None:
        return "the earlier file does not hold its scenario"
    try:
        if any(True for _ in cross_complaints(document)):
            return "the scenario in the earlier file is faulty"
        scenario = scenario_again(document, known)
    except CalibrationError:  # before ValueError, which it is too
        return "the posterior that the earlier forecast rests on is not at hand"
    except (ValueError, LookupError):
        return "the scenario in the earlier file cannot be read"
    if scenario.hash != old["scenario"]["hash"]:
        return "the scenario in the earlier file is not the one it was made from"
    return scenario


def scenario_again(plain: Record, known: Posterior | None = None) -> Scenario:
    """Resolve the document of a record; one that names no calibration was run on the priors.

    Parameters
    ----------
    plain
        The document as `Scenario.plain` gives it.
    known
        The posterior to take where the document names a user's file.
    """
    if list(plain)[-1:] == ["calibration"]:  # no file wrote it: it was the latest, whatever that is today
        unnamed = {key: value for key, value in plain.items() if key != "calibration"}
        return resolve(Document.model_validate(unnamed), None, draws=posterior(plain["calibration"]))
    document = Document.model_validate({"calibration": PRIOR, **plain})
    in_file = document.calibration is not None and document.calibration.endswith(".csv")
    return resolve(document, None, draws=known if in_file else None)


def plan_of_rerun(old: Record, forecast: Forecast) -> Plan:
    """Return the plan under which an earlier scenario is run again: this forecast's draws, the fewer runs of both."""
    runs = min(old["runs"], forecast.runs, RECORD_CAP)
    return replace(forecast.plan, runs=runs, precision=None)


def change(old: Record, forecast: Forecast, site: Site | None = None) -> Change:
    """Compare a forecast with an earlier one.

    Parameters
    ----------
    old
        An earlier record, as `read_forecast` returns it.
    site
        Where the earlier scenario is run again, if it has to be.
    """
    earlier = _again(old, forecast, site)
    again = earlier if isinstance(earlier, Forecast) else None
    rows = {outcome: _rows(old, forecast, again, outcome) for outcome in OUTCOMES}
    if again is None:
        return Change(old, forecast.record(), rows, None, str(earlier))
    return Change(old, forecast.record(), rows, min(again.runs, forecast.runs), None)


def _again(old: Record, forecast: Forecast, site: Site | None) -> Forecast | str:
    """Run the scenario of an earlier forecast on this one's draws, or say why that cannot be done."""
    if old["seed"] != forecast.plan.seed:
        return "the two forecasts have different seeds"
    scenario = rerunnable(old, forecast.scenario.posterior)
    if isinstance(scenario, str):
        return scenario
    plan = plan_of_rerun(old, forecast)
    if plan.most_runs <= plan.replicates * STRATA:
        return "there are too few draws to pair"
    if scenario.hash == forecast.scenario.hash:
        return forecast
    try:
        return Bench(plan, site).forecast(scenario)
    except KeyboardInterrupt:
        return "running the earlier scenario again was interrupted"


def _rows(old: Record, forecast: Forecast, earlier: Forecast | None, outcome: str) -> dict[int, dict[str, Row]]:
    """Compare one outcome at every milestone that lies within both windows."""
    rows = {}
    for day in forecast.scenario.milestones:
        before = stored_row(old, outcome, day)
        if before is None:
            continue
        after = plain_row(forecast.probability(outcome, day))
        moved = (
            unpaired_row(before, after) if earlier is None else plain_row(earlier.difference(forecast, outcome, day))
        )
        rows[day] = {"old": before, "new": after, "change": moved}
    return rows


def stored_row(old: Record, outcome: str, day: int) -> Row | None:
    """Return what a stored record says of one of `OUTCOMES` "within `day` days"; None beyond its horizon."""
    known = old["outcomes"][outcome].get(str(day))
    if known is not None:
        return {key: known[key] for key in KEYS}
    curve = {key: old["incidence"][outcome][key] for key in KEYS}
    if any(day >= len(values) for values in curve.values()):
        return None
    return {key: values[day] for key, values in curve.items()}


def plain_row(one: Estimate) -> Row:
    """Return an estimate as an entry of a record."""
    values = {"p": one.p, "mc_low": one.low, "mc_high": one.high}
    return {key: round(value, 6) + 0.0 for key, value in values.items()}  # no minus zero


def unpaired_row(old: Row, new: Row) -> Row:
    """Difference of two independent proportions: their intervals, squared and added (Newcombe 1998, method 10)."""
    moved = new["p"] - old["p"]
    below = math.hypot(new["p"] - new["mc_low"], old["mc_high"] - old["p"])
    above = math.hypot(new["mc_high"] - new["p"], old["p"] - old["mc_low"])
    return {"p": round(moved, 6), "mc_low": round(moved - below, 6), "mc_high": round(moved + above, 6)}
