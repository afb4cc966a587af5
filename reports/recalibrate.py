"""Renew what offramp has learnt from past cases: `make calibrations THREATS=threats.csv`.

The table of past cases, the outside view, the posteriors in sim/posteriors, the backtest and the track record that
forecasts show; their reports, without the pages, under reports/calibration and reports/backtest.
tests/studies/test_shipped.py holds them to the cases as they are. The table of threats between states may not be passed
on (docs/calibration.md); without it all rests on the crises alone, and says so.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.baselines.base_rate import base_rate
from sim.baselines.cases import OUTSIDE_VIEW, POSITION_KEYS, TABLE, TRACK_RECORD, WINDOWS, Case, table_text
from sim.baselines.positions import features_of, positions_of
from sim.evaluation.cases import HistoricalCase, load_cases
from sim.evaluation.threats import SOURCE, Threat, load_threats

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "scenarios" / "cases"
TARGET = "scenarios/idlib-2018/baseline.yaml"
POSTERIORS = {
    "calibrated-2018-08": ("--known", "2018-08-19", "--recovery", "96"),
    "calibrated-2022-02": ("--known", "2022-02-01"),
    "calibrated-all": (),
}
"""The posteriors that come with offramp, and the options that make each different."""
DIGITS = 6


def offramp(*words: str) -> None:
    """Run a command as a user would."""
    subprocess.run([sys.executable, "-m", "sim", *words], check=True, cwd=ROOT)  # noqa: S603


def row_of(case: HistoricalCase) -> Case:
    """Return the row of a past case in the table that baselines learn from."""
    scenario, positions = case.scenario, positions_of(case.scenario)
    features = features_of(scenario)
    on = {} if positions is None else {key: round(getattr(positions, key), DIGITS) for key in POSITION_KEYS}
    return Case(
        id=scenario.id,
        tier=case.filed.tier,
        area=case.area,
        as_of=scenario.as_of,
        horizon=scenario.horizon,
        target=case.filed.target,
        days_to_offensive=case.offensive,
        days_to_agreement=case.agreement,
        expected_support=round(features.expected_support, DIGITS),
        troops_inside=features.troops_inside,
        **{key: on.get(key) for key in POSITION_KEYS},
    )


def rates_of(threats: Sequence[Threat], source: str) -> dict[str, Any]:
    """Return how often force, and how often major force, came within each window, with intervals clustered by pair."""
    pairs = [one.pair for one in threats]
    windows: dict[str, Any] = {}
    for window in WINDOWS:
        windows[str(window)] = {}
        for kind in ("force", "major"):
            days = [getattr(one, kind) for one in threats]
            rate = base_rate([day is not None and day < window for day in days], pairs)
            bounds = {key: round(getattr(rate, key), 4) for key in ("p", "low", "high")}
            windows[str(window)][kind] = {**bounds, "happened": rate.happened}
    return {"source": source, "cases": len(threats), "pairs": len(set(pairs)), "windows": windows}


def main(threats: Path | None = None) -> None:
    """Renew everything, in the order in which one rests on the other."""
    beside = () if threats is None else ("--threats", str(threats))
    if threats is not None:  # the rates may be passed on where the rows may not
        rates = rates_of(load_threats(threats).cases, SOURCE)
        OUTSIDE_VIEW.write_text(json.dumps(rates, indent=1) + "\n", encoding="utf-8")
    TABLE.write_text(table_text([row_of(one) for one in load_cases(CASES)]), encoding="utf-8", newline="\n")
    (ROOT / "sim" / "posteriors").mkdir(exist_ok=True)
    for name, options in POSTERIORS.items():
        folder = Path("reports") / "calibration" / name
        words = ("--name", name, *options, *beside, "--target", TARGET, "--out", str(folder))
        offramp("calibrate", "scenarios/cases", *words)
        shutil.move(ROOT / folder / f"{name}.csv", ROOT / "sim" / "posteriors" / f"{name}.csv")
    backtest = Path("reports") / "backtest"
    offramp("backtest", "scenarios/cases", *beside, "--variants", "scenarios/idlib-2018", "--out", str(backtest))
    shutil.move(ROOT / backtest / "track_record.json", TRACK_RECORD)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None)
