"""Renew what offramp has learnt from past cases: `make calibrations`.

The table of past cases, the two posteriors in sim/posteriors, the backtest and the track record that forecasts show;
their reports, without the pages, under reports/calibration and reports/backtest. tests/studies/test_shipped.py holds
them to the cases as they are.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from sim.baselines.cases import cases_in, write_cases

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "scenarios" / "cases"
TARGET = "scenarios/idlib-2018/baseline.yaml"
POSTERIORS = {"calibrated-2018-08": ("--known", "2018-08-19", "--recovery", "96"), "calibrated-all": ()}
"""The posteriors that come with offramp, and the options that make each different."""


def offramp(*words: str) -> None:
    """Run a command as a user would."""
    subprocess.run([sys.executable, "-m", "sim", *words], check=True, cwd=ROOT)  # noqa: S603


def main() -> None:
    """Renew everything, in the order in which one rests on the other."""
    write_cases(cases_in(CASES))
    (ROOT / "sim" / "posteriors").mkdir(exist_ok=True)
    for name, options in POSTERIORS.items():
        folder = Path("reports") / "calibration" / name
        words = ("--name", name, *options, "--target", TARGET, "--out", str(folder))
        offramp("calibrate", "scenarios/cases", *words)
        shutil.move(ROOT / folder / f"{name}.csv", ROOT / "sim" / "posteriors" / f"{name}.csv")
    backtest = Path("reports") / "backtest"
    offramp("backtest", "scenarios/cases", "--variants", "scenarios/idlib-2018", "--out", str(backtest))
    shutil.move(ROOT / backtest / "track_record.json", ROOT / "sim" / "baselines" / "track_record.json")


if __name__ == "__main__":
    main()
