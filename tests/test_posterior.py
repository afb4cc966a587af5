"""Posteriors: small tables of joint draws that scenarios name in place of the priors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.ensemble.blocks import BLOCK_RUNS
from sim.errors import CalibrationError, ScenarioError
from sim.model.inputs import Draws, draw_inputs, inputs_of, uncertain_inputs
from sim.posterior import FORMAT, Posterior, parse, read_posterior
from sim.scenario.rewind import rewind
from sim.scenario.scenario import Scenario
from tests.worlds import crisis, load, write

NAMES = ("launch_rate", "rift_cost", "patron_bias")
TABLE = np.array([[0.1 + 0.01 * row, 1.0 + row, -0.1 * row] for row in range(8)])
MADE = Posterior("mine", NAMES, TABLE, {"name": "mine", "date": "2019-12-31", "cases": ["a", "b"]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "mine.csv").write_text(MADE.text(), encoding="utf-8")
    return tmp_path


def with_posterior(folder: Path, **changes: Any) -> Scenario:
    return load(folder, calibration="mine.csv", **changes)


def drawn(scenario: Scenario, seed: int = 3) -> Draws:
    return draw_inputs(inputs_of(scenario), seed, 0, BLOCK_RUNS, 2)


def test_a_posterior_reads_back_as_it_was_written() -> None:
    again = parse(MADE.text(), "mine.csv")
    assert (again.name, again.parameters, again.about["cases"]) == ("mine", NAMES, ["a", "b"])
    np.testing.assert_allclose(again.draws, TABLE, rtol=1e-5)
    assert again.text() == MADE.text()


def test_parameters_are_drawn_row_by_row(folder: Path) -> None:
    values = drawn(with_posterior(folder)).values
    rows = np.column_stack([np.asarray(values[f"parameters.{name}"]) for name in NAMES])
    known = {tuple(row) for row in TABLE.astype(np.float32).tolist()}
    assert {tuple(row) for row in rows.tolist()} == known


def test_a_parameter_written_in_the_scenario_wins(folder: Path) -> None:
    values = drawn(with_posterior(folder, parameters={"rift_cost": 0.5})).values
    assert values["parameters.rift_cost"] == 0.5
    assert np.ptp(np.asarray(values["parameters.launch_rate"])) > 0


def test_a_posterior_changes_no_other_draw(folder: Path) -> None:
    with_, without = drawn(with_posterior(folder)), drawn(load(folder))
    for path, values in without.values.items():
        if path.removeprefix("parameters.") not in NAMES:
            assert np.array_equal(np.asarray(values), np.asarray(with_.values[path])), path


def test_what_is_drawn_together_counts_as_one_uncertain_input(folder: Path) -> None:
    streams = [one.stream for one in uncertain_inputs(with_posterior(folder))]
    assert streams.count("parameters.posterior") == 1
    assert len(set(streams)) == len(streams)


def test_the_word_prior_takes_back_calibration_and_parameters(folder: Path) -> None:
    base = sim.load(write(folder, crisis(calibration="mine.csv", parameters={"rift_cost": 0.5}), "base.yaml"))
    assert base.posterior is not None
    (folder / "over.yaml").write_text(
        "schema: offramp/scenario/1\nid: over\nextends: ./base.yaml\nparameters: prior\n", encoding="utf-8"
    )
    over = sim.load(folder / "over.yaml")
    assert over.posterior is None
    assert over.parameters == load(folder).parameters


def test_a_variant_that_writes_one_parameter_keeps_the_posterior(folder: Path) -> None:
    write(folder, crisis(parameters="mine.csv"), "base.yaml")
    (folder / "over.yaml").write_text(
        "schema: offramp/scenario/1\nid: over\nextends: ./base.yaml\nparameters: {rift_cost: 0.5}\n", encoding="utf-8"
    )
    over = sim.load(folder / "over.yaml")
    assert over.posterior is not None
    assert over.written_parameters == {"rift_cost"}
    assert over.plain()["parameters"] == {"rift_cost": 0.5}


def test_the_hash_holds_the_draws(folder: Path) -> None:
    first = with_posterior(folder).hash
    (folder / "mine.csv").write_text(MADE.text().replace("\n0.1,", "\n0.11,"), encoding="utf-8")
    assert with_posterior(folder).hash != first
    assert load(folder).hash not in (first, with_posterior(folder).hash)


def test_the_past_is_forecast_with_the_same_posterior(folder: Path) -> None:
    scenario = with_posterior(folder)
    assert rewind(scenario, scenario.as_of).posterior is scenario.posterior


def test_outcomes_of_after_the_as_of_date_are_refused(folder: Path) -> None:
    late = Posterior("mine", NAMES, TABLE, {"name": "mine", "date": "2020-01-02"})
    (folder / "mine.csv").write_text(late.text(), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"calibration: mine has seen outcomes up to 2020-01-02"):
        with_posterior(folder)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1: expected a comment"),
        ("# {}\n", "1: expected a comment"),
        (f'# {{"schema": "{FORMAT}", "name": "x"}}\na\n1\n', "1: expected a `date`"),
        (MADE.text().replace("rift_cost", "launch_rate"), "2: expected the names"),
        (MADE.text().replace("\n0.1,", "\nzero,"), "3: expected numbers"),
        (MADE.text().replace("\n0.1,", "\nnan,"), "3: expected 3 finite numbers"),
        (MADE.text() + "1,2\n", "11: expected 3 finite numbers"),
        ("\n".join(MADE.text().splitlines()[:2]), "3: expected at least one draw"),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(CalibrationError, match=complaint):
        read_posterior(file)


def test_an_unknown_name_and_column_are_faults_of_the_scenario(folder: Path) -> None:
    with pytest.raises(ScenarioError, match=r"calibration: expected prior.*got 'priors'.*did you mean prior"):
        load(folder, calibration="priors")
    (folder / "mine.csv").write_text(MADE.text().replace("rift_cost", "rift_costs"), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"'rift_costs', which is no parameter; did you mean rift_cost"):
        with_posterior(folder)
    with pytest.raises(ScenarioError, match=r"there is no file 'none.csv'"):
        load(folder, calibration="none.csv")
