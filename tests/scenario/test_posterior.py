"""Posteriors: small tables of joint draws that scenarios name in place of the priors."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.errors import CalibrationError, ScenarioError
from sim.model.chance import Dice
from sim.model.inputs import Draws, draw_inputs, inputs_of, uncertain_inputs
from sim.model.setting import Setting
from sim.runs.block.blocks import BLOCK_RUNS
from sim.scenario.edit import rewind
from sim.scenario.posterior import (
    FORMAT,
    MODEL,
    SAMPLED_COLUMNS,
    Posterior,
    _checked,
    _plain,
    latest,
    names,
    parse,
    posterior,
    read_posterior,
)
from sim.scenario.scenario import Scenario
from tests.worlds import crisis, load, write

NAMES = ("launch_rate", "rift_cost", "patron_bias")
TABLE = np.array([[0.1 + 0.01 * row, 1.0 + row, -0.1 * row] for row in range(8)])
MADE = Posterior("mine", NAMES, TABLE, {"name": "mine", "model": MODEL, "date": "2019-12-31", "cases": ["a", "b"]})


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
    write(folder, crisis(calibration="mine.csv"), "base.yaml")
    (folder / "over.yaml").write_text(
        "schema: offramp/scenario/1\nid: over\nextends: ./base.yaml\nparameters: {rift_cost: 0.5}\n", encoding="utf-8"
    )
    over = sim.load(folder / "over.yaml")
    assert over.posterior is not None
    assert over.written_parameters == {"rift_cost"}
    assert over.plain()["parameters"] == {"rift_cost": 0.5}


@pytest.mark.parametrize("calibration", ["prior", ["prior"], {"normal": [0, 1]}])
def test_a_word_for_the_parameters_next_to_a_calibration_is_refused(folder: Path, calibration: object) -> None:
    file = write(folder, crisis(calibration=calibration, parameters="prior"))
    with pytest.raises(ScenarioError, match=r'parameters: expected a map of keys \(got "prior"\)'):
        sim.load(file)


def test_the_hash_holds_the_draws(folder: Path) -> None:
    first = with_posterior(folder).hash
    (folder / "mine.csv").write_text(MADE.text().replace("\n0.1,", "\n0.11,"), encoding="utf-8")
    assert with_posterior(folder).hash != first
    assert load(folder).hash not in (first, with_posterior(folder).hash)


def test_the_past_is_forecast_with_the_same_posterior(folder: Path) -> None:
    scenario = with_posterior(folder)
    assert rewind(scenario, scenario.as_of).posterior is scenario.posterior


def test_outcomes_of_after_the_as_of_date_are_refused(folder: Path) -> None:
    late = replace(MADE, about={**MADE.about, "date": "2020-01-02"})
    (folder / "mine.csv").write_text(late.text(), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"calibration: mine has seen outcomes up to 2020-01-02"):
        with_posterior(folder)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "1: expected a comment"),
        ("# {}\n", "1: expected a comment"),
        (f'# {{"schema": "{FORMAT}", "name": "x"}}\na\n1\n', "1: expected a `date`"),
        (MADE.text().replace("rift_cost", "launch_rate"), r":2:\d: launch_rate: the column name is repeated"),
        (MADE.text().replace("\n0.1,", "\nzero,"), r":3:1: \w+: expected a number \(got zero\)"),
        (MADE.text().replace("\n0.1,", "\nnan,"), r":3:1: \w+: expected a number \(got nan\)"),
        (MADE.text() + "1,2\n", r":11:1: expected 3 cells in this row \(got 2\)"),
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
    with pytest.raises(ScenarioError, match=r"'rift_costs', which is not a parameter; did you mean rift_cost"):
        with_posterior(folder)
    with pytest.raises(ScenarioError, match=r"there is no file 'none.csv'"):
        load(folder, calibration="none.csv")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("launch_rate", -0.1, "expected a number from 0 to 1e\\+06 for launch_rate in every draw \\(got -0.1\\)"),
        ("rift_cost", 1e300, "for rift_cost in every draw \\(got 1e\\+300\\)"),
        ("patron_bias", -1e9, "expected a number from -1e\\+06 to 1e\\+06 for patron_bias"),
    ],
)
def test_draws_are_held_to_the_range_of_their_parameter(folder: Path, column: str, value: float, said: str) -> None:
    table = TABLE.copy()
    table[3, NAMES.index(column)] = value
    (folder / "mine.csv").write_text(replace(MADE, numbers=table).text(), encoding="utf-8")
    with pytest.raises(ScenarioError, match=said):
        with_posterior(folder)


@pytest.mark.parametrize("name", names())
def test_a_table_of_plain_numbers_is_read_as_any_table_is(name: str) -> None:
    _, _, rest = resources.files("sim").joinpath("posteriors", f"{name}.csv").read_text("utf-8").partition("\n")
    assert _plain(rest) == _checked(rest, "table.csv")


def test_a_number_with_an_underscore_is_none_and_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    text = MADE.text()
    (tmp_path / "mark.csv").write_text(text, encoding="utf-8-sig")
    assert read_posterior(tmp_path / "mark.csv").draws.shape == TABLE.shape
    with pytest.raises(CalibrationError, match=r"expected a number \(got 1_0\)"):
        parse(text.replace("0.1,", "1_0,", 1), "mine.csv")


def test_a_posterior_of_an_earlier_model_is_refused_by_name(folder: Path) -> None:
    old = replace(MADE, about={**MADE.about, "model": 4})
    (folder / "mine.csv").write_text(old.text(), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"mine\.csv was made for version 4 of the model"):
        with_posterior(folder)


def test_a_scenario_that_names_none_gets_the_latest_that_its_as_of_date_allows(tmp_path: Path) -> None:
    dates = {str(posterior(name).about["date"]): name for name in names()}
    assert len(dates) == len(names()) >= 3
    for date, name in dates.items():
        scenario = load(tmp_path, calibration=None, question__as_of=date)
        assert scenario.posterior is not None
        assert (scenario.posterior.name, scenario.plain()["calibration"]) == (name, name)
    before = load(tmp_path, calibration=None, question__as_of="2015-01-01")
    assert before.posterior is None
    assert latest(before.as_of) is None
    assert load(tmp_path, calibration="prior", question__as_of=max(dates)).posterior is None


# -- samples --------------------------------------------------------------------------------------------------------

BOTH = Posterior(
    "both",
    SAMPLED_COLUMNS,
    np.tile([0.1, 0.9, 0.2, 0.02], (8, 1)),
    {"name": "both", "model": MODEL, "date": "2019-12-31", "cases": ["a"]},
)


def of_sample(folder: Path, sample: Any) -> Scenario:
    (folder / "both.csv").write_text(BOTH.text(), encoding="utf-8")
    return load(folder, calibration="both.csv", sample=sample)


def test_inertia_and_launch_rate_are_those_of_the_sample_each_draw_belongs_to(folder: Path) -> None:
    scenario = of_sample(folder, {"crises": 3, "threats": 1})
    draws = drawn(scenario)
    setting = Setting(scenario, draws, Dice(3, 0))
    threats = np.asarray(draws.values["sample"]) > 0
    assert abs(threats.mean() - 0.25) < 4.8 * np.sqrt(0.25 * 0.75 / 2048)
    for name, crisis_value, threat_value in (("inertia", 0.1, 0.9), ("launch_rate", 0.2, 0.02)):
        expected = np.where(threats, np.float32(threat_value), np.float32(crisis_value))
        assert np.array_equal(setting.parameter(name), expected)


@pytest.mark.parametrize(("sample", "inertia"), [("crises", 0.1), ("threats", 0.9)])
def test_a_scenario_may_say_which_sample_it_belongs_to(folder: Path, sample: str, inertia: float) -> None:
    scenario = of_sample(folder, sample)
    setting = Setting(scenario, drawn(scenario), Dice(3, 0))
    assert np.unique(np.asarray(setting.parameter("inertia"))).tolist() == [np.float32(inertia)]
    assert "sample" not in {one.path for one in uncertain_inputs(scenario)}
    assert sim.run(scenario, runs=256).record()["samples"] is None


def test_without_a_word_it_is_half_and_half_and_both_are_told(folder: Path) -> None:
    forecast = sim.run(of_sample(folder, None), runs=4096, seed=3)
    samples = forecast.record()["samples"]
    assert samples is not None
    share = (np.asarray(drawn(forecast.scenario).values["sample"]) == 0).mean()
    for day, one in forecast.record()["outcomes"]["offensive"].items():
        mixed = share * samples["crises"][day]["p"] + (1 - share) * samples["threats"][day]["p"]
        assert mixed == pytest.approx(one["p"], abs=1e-5)
    assert samples["crises"]["60"]["p"] > samples["threats"]["60"]["p"]


@pytest.mark.parametrize("wrong", ["war", {}, {"crises": 0}, {"crises": -1, "threats": 2}, {"wars": 1}, 0.5, True])
def test_a_sample_that_is_none_is_refused(tmp_path: Path, wrong: Any) -> None:
    with pytest.raises(ScenarioError, match="expected crises, threats, or weights such as"):
        load(tmp_path, sample=wrong)


def test_at_the_priors_the_samples_do_not_differ(tmp_path: Path) -> None:
    first, second = (sim.run(load(tmp_path, sample=name), runs=512) for name in ("crises", "threats"))
    assert np.array_equal(first.records, second.records)
