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
from pathlib import Path

from sim.baselines.cases import case_of, rates_of, write_cases
from sim.evaluation.cases import load_cases
from sim.evaluation.threats import SOURCE, load_threats

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "scenarios" / "cases"
TARGET = "scenarios/idlib-2018/baseline.yaml"
POSTERIORS = {
    "calibrated-2018-08": ("--known", "2018-08-19", "--recovery", "96"),
    "calibrated-2022-02": ("--known", "2022-02-01"),
    "calibrated-all": (),
}
"""The posteriors that come with offramp, and the options that make each different."""


def offramp(*words: str) -> None:
    """Run a command as a user would."""
    subprocess.run([sys.executable, "-m", "sim", *words], check=True, cwd=ROOT)  # noqa: S603


def outside_view(threats: Path) -> None:
    """Renew the rates among threats between states, which may be passed on where the rows may not."""
    sample = load_threats(threats)
    rates = rates_of([(one.pair, one.force, one.major) for one in sample.cases], SOURCE)
    place = ROOT / "sim" / "baselines" / "outside_view.json"
    place.write_text(json.dumps(rates, indent=1) + "\n", encoding="utf-8")


def main(threats: Path | None = None) -> None:
    """Renew everything, in the order in which one rests on the other."""
    beside = () if threats is None else ("--threats", str(threats))
    if threats is not None:
        outside_view(threats)
    write_cases([case_of(one.scenario) for one in load_cases(CASES)])
    (ROOT / "sim" / "posteriors").mkdir(exist_ok=True)
    for name, options in POSTERIORS.items():
        folder = Path("reports") / "calibration" / name
        words = ("--name", name, *options, *beside, "--target", TARGET, "--out", str(folder))
        offramp("calibrate", "scenarios/cases", *words)
        shutil.move(ROOT / folder / f"{name}.csv", ROOT / "sim" / "posteriors" / f"{name}.csv")
    backtest = Path("reports") / "backtest"
    offramp("backtest", "scenarios/cases", *beside, "--variants", "scenarios/idlib-2018", "--out", str(backtest))
    shutil.move(ROOT / backtest / "track_record.json", ROOT / "sim" / "baselines" / "track_record.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else None)
