"""The pages of calibrations and of the backtest: their sentences fit their tables, and those kept are those made."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from sim.report.pages.calibration import document
from tests.places import ROOT
from tests.report.said import markdown_of, texts

KEPT = [*sorted((ROOT / "reports").glob("calibration/*/calibration.json")), ROOT / "reports/backtest/backtest.json"]


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.parent.name)
def test_the_summary_kept_is_made_from_the_record_next_to_it(path: Any) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    assert path.with_suffix(".md").read_text(encoding="utf-8") == markdown_of(record)


@pytest.mark.parametrize(("actors", "names"), [(0.9, "mostly on what is coded"), (0.01, "more on what no news")])
def test_the_larger_share_comes_first(actors: float, names: str) -> None:
    record = copy.deepcopy(json.loads(KEPT[0].read_text(encoding="utf-8")))
    last = list(record["splits"].values())[-1]["groups"]
    last[next(iter(last))][0] = actors
    (said,) = re.findall(r"rests (.*): (\d+)% against (\d+)%", " ".join(texts(document(record, "icd203"))))
    assert said[0].startswith(names)
    assert int(said[1]) > int(said[2])
