"""The table that comes with the package is that of the scenario files of past cases."""

from __future__ import annotations

import sim
from reports.recalibrate import row_of
from sim.baselines.cases import TABLE, read_cases, table_text
from sim.baselines.panel import baselines_for
from sim.evaluation.cases import load_cases
from tests.places import IDLIB, SCENARIOS


def test_the_table_is_in_step_with_the_scenarios() -> None:
    made = table_text([row_of(one) for one in load_cases(SCENARIOS / "cases")])
    assert made == TABLE.read_text(encoding="utf-8"), "renew it with reports/recalibrate.py"


def test_exactly_one_case_is_the_target() -> None:
    assert [case.id for case in read_cases() if case.target] == ["s12-idlib-2018-08"]


def test_the_idlib_baseline_learns_from_what_was_resolved_by_19_august_2018() -> None:
    """Nothing that began after that day may count: neither Idlib 2019 nor what Hodeidah came to in September."""
    scenario, cases = sim.load(IDLIB / "baseline.yaml"), read_cases()
    past = [case for case in cases if case.as_of < scenario.as_of]
    assert baselines_for(scenario, past).windows == baselines_for(scenario, cases).windows
    hodeidah = next(case for case in cases if case.id == "x04-hodeidah-2018-07")
    assert (hodeidah.known_label(30, scenario.as_of), hodeidah.known_label(90, scenario.as_of)) == (False, None)
    for one in baselines_for(scenario, cases).windows:
        assert one.reason is None
        assert one.base_rate is not None
        assert one.base_rate.low < one.base_rate.p < one.base_rate.high
