"""Sweep files: what they may say, every fault with its place, and cells that really differ."""

# ruff: noqa: E501 - tables of messages, one a line

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import sim
from sim.errors import ScenarioError, UsageError
from sim.model.inputs import is_unseen
from sim.scenario.scenario import Scenario
from sim.scenario.yamltree import read_tree
from sim.studies.sweep import load as module
from sim.studies.sweep.load import load_sweep
from sim.studies.sweep.runner import head_of
from sim.studies.sweep.schema import sweep_schema
from sim.studies.sweep.sweep import cell_id
from tests.places import ROOT, SWEEPS
from tests.studies.sweep.worlds import GRID, sweep, write_base
from tests.worlds import write

FILE = ROOT / "docs" / "schema" / "sweep.schema.json"
SHIPPED_SWEEPS = sorted(SWEEPS.glob("*.yaml"))
SHAPES = {
    "offer-and-deterrence": ("grid", 441),
    "pressures": ("one-at-a-time", 21),
    "all-inputs": ("sobol", 256),
    "variants": ("scenarios", 14),
}
"""Design and number of cells of the sweeps that the project ships."""


def faults(folder: Path, body: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        sweep(folder, body)
    return [str(fault).replace(f"{folder}/", "") for fault in caught.value.faults]


# -- cells --------------------------------------------------------------------------------------------------------


def test_a_grid_has_a_cell_for_each_combination(tmp_path: Path) -> None:
    loaded = sweep(tmp_path)
    assert [cell.label for cell in loaded.cells] == [
        f"intensity of Appeal {a}, initial posture of Shield {b}" for a in ("0", "0.5", "1") for b in ("0.2", "0.8")
    ]
    assert loaded.paths == ("pressures.appeal.intensity", "actors.shield.posture")
    assert loaded.milestones == (5, 10)


def test_a_path_may_have_a_name_which_labels_and_record_say(tmp_path: Path) -> None:
    plain = sweep(tmp_path)
    named = sweep(tmp_path, GRID + "    names: {pressures.appeal.intensity: the appeal}\n")
    assert named.cells[1].label == "the appeal 0, initial posture of Shield 0.8"
    assert [cell.id for cell in named.cells] == [cell.id for cell in plain.cells]
    assert head_of(named, "")["names"] == {"pressures.appeal.intensity": "the appeal"}
    assert faults(tmp_path, GRID + "    names: {pressures.appeal.intensty: the appeal}\n") == [
        "sweep.yaml:9:9: names.pressures.appeal.intensty: expected a path that the sweep varies; did you mean "
        "pressures.appeal.intensity?"
    ]


def test_a_cell_is_what_a_file_that_extends_the_base_would_be(tmp_path: Path) -> None:
    cell = sweep(tmp_path).cells[1]
    over = {
        "schema": "offramp/scenario/1",
        "id": "crisis",
        "extends": "./crisis.yaml",
        "pressures": {"appeal": {"intensity": 0}},
        "actors": {"shield": {"posture": 0.8}},
    }
    assert sim.load(write(tmp_path, over, "over.yaml")).hash == cell.hash


def test_every_cell_differs_from_the_base_and_from_every_other(tmp_path: Path) -> None:
    loaded = sweep(tmp_path)
    hashes = {cell.hash for cell in loaded.cells}
    assert len(hashes) == len(loaded.cells) == 6
    assert loaded.bases[0].scenario.hash not in hashes
    assert all(loaded.scenario(cell).hash == cell.hash for cell in loaded.cells)


def test_cells_keep_their_ids_when_the_sweep_grows_or_is_written_otherwise(tmp_path: Path) -> None:
    few = {cell.id for cell in sweep(tmp_path).cells}
    more = sweep(
        tmp_path,
        """
        base: crisis.yaml
        axes:
          actors.shield.posture: [0.1, 0.80, 0.2]
          pressures.appeal.intensity: {from: 0.0, to: 1.0, steps: 5}
        """,
    )
    assert few < {cell.id for cell in more.cells}
    assert cell_id("crisis", {"a": 1, "b": 2.0}) == cell_id("crisis", {"b": 2, "a": 1.0})
    assert cell_id("crisis", {"a": 1}) != cell_id("other", {"a": 1})


def test_null_removes_and_base_leaves_alone(tmp_path: Path) -> None:
    loaded = sweep(tmp_path, "base: crisis.yaml\naxes:\n  pressures.appeal: [base, null]\n")
    assert [len(loaded.scenario(cell).pressures) for cell in loaded.cells] == [1, 0]
    assert [cell.label for cell in loaded.cells] == ["base", "Appeal removed"]


def test_words_dates_and_distributions_may_be_values(tmp_path: Path) -> None:
    loaded = sweep(
        tmp_path,
        """
        base: crisis.yaml
        axes:
          pressures.appeal.aim: [restrain, encourage]
          pressures.appeal.intensity: [0.5, {uniform: [0, 1]}]
          pressures.appeal.end: [2020-01-06]
        """,
    )
    assert [cell.label for cell in loaded.cells][-1] == (
        "aim of Appeal encourage, intensity of Appeal uniform 0, 1, end of Appeal 2020-01-06"
    )


def test_prior_draws_from_the_distribution_of_the_base(tmp_path: Path) -> None:
    body = "base: crisis.yaml\ndesign: {latin-hypercube: 20}\naxes: {pressures.appeal.intensity: prior}\n"
    values = [cell.changes["pressures.appeal.intensity"] for cell in sweep(tmp_path, body).cells]
    assert sorted(int((value - 0.2) / 0.6 * 20) for value in values) == list(range(20))


def test_uncertain_takes_every_input_that_is_a_distribution(tmp_path: Path) -> None:
    loaded = sweep(tmp_path, "base: crisis.yaml\ndesign: {sobol: 4}\naxes: uncertain\n")
    inputs = loaded.bases[0].inputs
    assert set(loaded.paths) == {path for path, one in inputs.items() if not one.distribution.is_fixed}
    assert "parameters.rift_cost" in loaded.paths
    assert not any(is_unseen(path) for path in loaded.paths)
    scenario = loaded.scenario(loaded.cells[0])
    from sim.model.inputs import uncertain_inputs

    assert all(is_unseen(one.path) for one in uncertain_inputs(scenario))


def test_a_list_of_scenarios_is_compared_with_its_first(tmp_path: Path) -> None:
    write_base(tmp_path)
    write_base(tmp_path, "other.yaml", id="other", actors__town__strength=0.5)
    loaded = sweep(tmp_path, "scenarios: [crisis.yaml, ./other.yaml]\n")
    assert [cell.label for cell in loaded.cells] == ["crisis", "other"]
    assert loaded.has_reference
    assert loaded.kind == "scenarios"


def test_a_table_gives_a_cell_for_each_row(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text(
        "label,pressures.appeal.intensity,ties.backer.shield,pressures.appeal.ramp\n"
        '"=first, so to speak",0.5,.25,\n'
        "\n"
        ',"{""uniform"": [0, 1]}",base,3\n',
        encoding="utf-8-sig",
    )
    loaded = sweep(tmp_path, "base: crisis.yaml\ntable: ./cells.csv\n")
    assert [cell.label for cell in loaded.cells] == [
        "=first, so to speak",
        "intensity of Appeal uniform 0, 1, ramp of Appeal 3",
    ]
    assert loaded.cells[0].changes == {"pressures.appeal.intensity": 0.5, "ties.backer.shield": 0.25}


def test_runs_and_precision_of_the_call_come_before_those_of_the_file(tmp_path: Path) -> None:
    body = GRID + "    runs: 512\n    seed: 7\n    replicates: 4\n"
    plan = sweep(tmp_path, body).plan
    assert (plan.runs, plan.seed, plan.replicates, plan.precision) == (512, 7, 4, None)
    assert sweep(tmp_path, body, runs=100).plan.runs == 100
    assert sweep(tmp_path, body, precision=0.02).plan.precision == 0.02
    assert sweep(tmp_path).plan.runs == 4096
    with pytest.raises(UsageError, match="expected 1 to"):
        sweep(tmp_path, runs=0)


# -- faults -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("base: crisis.yaml\n", "axes: expected `axes`, `table` or `scenarios`: what are the cells?"),
        ("axes: {actors.shield.posture: [1]}\n", "base: this key is required"),
        ("scenarios: [crisis.yaml]\nbase: crisis.yaml\n", "base: a list of scenarios needs no base"),
        ("scenarios: [crisis.yaml]\ndesign: grid\n", "design: a design belongs to `axes`; remove it"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: [1]}\ntable: x.csv\n", "table: `axes` says already"),
        ("base: crisis.yaml\naxis: {actors.shield.posture: [1]}\n", "axis: there is no such key; did you mean axes?"),
        ("base: crisis.yaml\naxes: 3\n", "axes: expected a map from dotted paths to values, or `uncertain`"),
        ("base: crisis.yaml\naxes: {}\n", "axes: expected 1 to 256 axes (got 0)"),
        ("base: none.yaml\naxes: {a: [1]}\n", "base: there is no file 'none.yaml'"),
        ("base: ../../x.yaml\naxes: {a: [1]}\n", "base: '../../x.yaml' lies outside the scenario folder"),
        ("base: sweep.yaml\naxes: {a: [1]}\n", "sweep.yaml:1:1: this is a sweep, not a scenario"),
        ("scenarios: [crisis.yaml, ./crisis.yaml]\n", "scenarios.1: './crisis.yaml' appears twice"),
        ("scenarios: []\n", "scenarios: expected at least 1 entry"),
        ("base: crisis.yaml\naxes: {a: [1]}\nruns: 0\n", "runs: expected"),
        ("base: crisis.yaml\naxes: {a: [1]}\nseed: -1\n", "seed: expected"),
        ("base: crisis.yaml\naxes: {a: [1]}\nreplicates: 3\n", "replicates: expected 1, 2, 4, 8, 16, 32 or 64"),
        ("base: crisis.yaml\naxes: {a: [1]}\ncontours: [1.5]\n", "contours.0: expected"),
        ("base: crisis.yaml\naxes: {a: [1]}\ndesign: gird\n", "did you mean grid?"),
        ("base: crisis.yaml\naxes: {a: [1]}\ndesign: sobol\n", "expected a number of cells, as in {sobol: 256}"),
        ("base: crisis.yaml\naxes: {a: [1]}\ndesign: {sobol: 100}\n", "balanced only at powers of two; take 64 or 128"),
        ("base: crisis.yaml\naxes: {a: [1]}\ndesign: {latin-hypercube: 1}\n", "expected 2 to 20,000 cells (got 1)"),
        ("base: crisis.yaml\naxes: {a: [1]}\ndesign: {latin: 9}\n", "expected one of latin-hypercube, sobol"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: [0, 1, 0.5]}\ndesign: {latin-hypercube: 10}\n", "design: the lists have 3 combinations"),
        ("base: crisis.yaml\naxes: {actor.shield.posture: [1]}\n", "did you mean actors?"),
        ("base: crisis.yaml\naxes: {question.horizon: [30]}\n", "no path can begin with 'question'"),
        ("base: crisis.yaml\naxes: {actors.sheild.posture: [1]}\n", "no actor 'sheild'; did you mean shield?"),
        ("base: crisis.yaml\naxes: {pressures.apeal.intensity: [1]}\n", "no pressure 'apeal'; did you mean appeal?"),
        ("base: crisis.yaml\naxes: {pressures.appeal.intensty: [1]}\n", "did you mean intensity?"),
        ("base: crisis.yaml\naxes: {parameters.rift: [1]}\n", "there is no such key; did you mean rift_cost?"),
        ("base: crisis.yaml\naxes: {ties.backer.shild: [1]}\n", "no actor 'shild'; did you mean shield?"),
        ("base: crisis.yaml\naxes: {ties.backer: [1]}\n", "expected a path of the form ties.source.target"),
        ("base: crisis.yaml\naxes: {actors.shield.posture.low: [1]}\n", "form actors.name.key"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: []}\n", "expected 1 to 1,000 values (got 0)"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: [[1]]}\n", "posture.0: expected a number, a word"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: [.inf]}\n", "expected a finite number"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: [0.5, 0.50]}\n", "the value 0.5 appears twice"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: 0.5}\n", "expected a list, {from: 0, to: 1, steps: 5}"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: {from: 0, to: 1}}\n", "a grid needs values"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: {from: 1, to: 0, steps: 3}}\n", "a number above `from`"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: {from: 0, to: x, steps: 3}}\n", "a number as `to` (got x)"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: {to: 1, steps: 3}}\n", "a number as `from` (got null)"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: {from: 0, to: 1, steps: 1}}\n", "from 2 to 1,000"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: {unifrom: [0, 1]}}\n", "one of the distributions"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: prior}\n", "there is no `prior`"),
        ("base: crisis.yaml\naxes: {actors.shield.posture: [&a 1]}\n", "anchors (&a) are not part of the language"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(tmp_path: Path, body: str, wanted: str) -> None:
    found = faults(tmp_path, body)
    assert any(wanted in one for one in found), found
    assert all(one.startswith(("sweep.yaml:", "crisis.yaml:")) for one in found)


def test_scenarios_of_a_list_need_ids_of_their_own_because_they_name_the_cells(tmp_path: Path) -> None:
    for credibility in (0.1, 0.9):
        write_base(tmp_path, f"{credibility}.yaml", credibility=credibility)
    assert faults(tmp_path, "scenarios: [0.1.yaml, 0.9.yaml]\n") == [
        "sweep.yaml:4:23: scenarios.1: '0.9.yaml' has the id of '0.1.yaml', crisis; give one of them another `id`"
    ]


def test_all_faults_of_the_axes_come_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        """
        base: crisis.yaml
        axes:
          actors.sheild.posture: [1]
          parameters.rift: [1]
          actors.shield.posture: [[true]]
        """,
    )
    assert [one.split(":")[1] for one in found] == ["7", "8", "9"]


def test_a_value_that_no_scenario_may_have_names_cell_axis_and_value(tmp_path: Path) -> None:
    found = faults(tmp_path, "base: crisis.yaml\naxes:\n  actors.shield.posture: [0.5, 1.5]\n")
    assert found == [
        "sweep.yaml:6:32: actors.shield.posture: expected a number from 0 to 1 (got 1.5), in cell 2 (initial posture of Shield 1.5)"
    ]


def test_a_combination_that_no_scenario_may_have_is_a_fault_of_its_cells(tmp_path: Path) -> None:
    found = faults(
        tmp_path, "base: crisis.yaml\naxes:\n  pressures.appeal.start: [1, 4]\n  pressures.appeal.end: [3, 6]\n"
    )
    assert len(found) == 1
    assert "expected a day after `start`, in cell 3 (start of Appeal 4, end of Appeal 3)" in found[0]


def test_a_mistyped_word_of_an_axis_is_told_once_with_the_number_of_its_cells(tmp_path: Path) -> None:
    body = """
        base: crisis.yaml
        axes:
          pressures.appeal.aim: [restrian, encourage]
          actors.shield.posture: {from: 0, to: 1, steps: 30}
        """
    found = faults(tmp_path, body)
    assert len(found) == 1
    assert found[0].startswith("sweep.yaml:7:26: pressures.appeal.aim: expected")
    assert found[0].endswith(
        "in 30 cells, the first of them cell 1 (aim of Appeal restrian, initial posture of Shield 0)"
    )


def test_a_mistyped_word_of_a_table_is_told_once_with_the_number_of_its_cells(tmp_path: Path) -> None:
    rows = [f"{word},{n}" for n in range(1, 41) for word in ("restrain", "restrian")]
    (tmp_path / "cells.csv").write_text("\n".join(["pressures.appeal.aim,population", *rows, "aid,3"]))
    found = faults(tmp_path, "base: crisis.yaml\ntable: cells.csv\n")
    assert len(found) == 2
    assert found[0].startswith("cells.csv:3:1: pressures.appeal.aim: expected")
    assert found[0].endswith("in 40 cells, the first of them cell 2 (aim of Appeal restrian, population 1)")
    assert found[1].endswith("in cell 81 (aim of Appeal aid, population 3)")


def test_a_number_that_is_none_is_told_once_with_the_number_of_its_rows(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text("credibility\n" + "nan\n0.5\n" * 60 + "1_0\n")
    assert faults(tmp_path, "base: crisis.yaml\ntable: cells.csv\n") == [
        "cells.csv:2:1: credibility: expected a finite number, written with digits and a point (got nan), in 60 rows",
        "cells.csv:122:1: credibility: expected a finite number, written with digits and a point (got 1_0)",
    ]


def test_the_faults_of_many_cells_are_cut_short(tmp_path: Path) -> None:
    body = "base: crisis.yaml\naxes:\n  actors.shield.posture: {from: 1.5, to: 2, steps: 500}\n"
    assert len(faults(tmp_path, body)) == module.MAX_FAULTS


def test_a_cell_that_repeats_another_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text("pressures.appeal.intensity\n0.5\n0.7\n0.50\n")
    found = faults(tmp_path, "base: crisis.yaml\ntable: cells.csv\n")
    assert len(found) == 1
    assert found[0].startswith("cells.csv:4:1: pressures.appeal.intensity: it has the same inputs as cell 1")


def test_a_cell_that_mirrors_the_base_in_spite_of_its_inputs_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were values ever lost on the way to the scenario, the hash would tell."""
    write_base(tmp_path)
    monkeypatch.setattr(Scenario, "hash", "0" * 64)
    found = faults(tmp_path, "base: crisis.yaml\naxes:\n  actors.shield.posture: [0.5, 0.7]\n")
    assert "other inputs than the base but is the same scenario" in found[0]
    assert "it has other inputs but is the same scenario as cell 1" in found[1]


def test_one_at_a_time_refuses_the_value_that_the_base_has(tmp_path: Path) -> None:
    body = "base: crisis.yaml\ndesign: one-at-a-time\naxes:\n  actors.shield.posture: [0.4, 0.7]\n"
    assert "it has the same inputs as cell 1 (base); leave it out" in faults(tmp_path, body)[0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "cells.csv:1:1: the table is empty; expected a header"),
        ("label\nx\n", "cells.csv:1:1: expected a header of dotted paths"),
        ("pressures.appeal.intensity\n", "cells.csv: expected a row for each cell below the header"),
        ("pressures.apeal.intensity\n1\n", "cells.csv:1:1: pressures.apeal.intensity: the scenario has no pressure 'apeal'"),
        ("label,label,credibility\n,,1\n", "cells.csv:1:2: label: the column name is repeated"),
        ("credibility,population\n1\n", "cells.csv:2:1: expected 2 cells in this row (got 1)"),
        ("population,credibility\n5,{\n", 'cells.csv:2:2: credibility: expected a distribution as JSON, as in {"uniform"'),
        ("population,credibility\n5,[1]\n", "cells.csv:2:2: credibility: expected a distribution as JSON"),
        ("population,credibility\n5,1e999\n", "cells.csv:2:2: credibility: expected a finite number"),
        ("population,credibility\n5,abc\n", "cells.csv:2:2: credibility: expected a number, a distribution or a level: "),
        ('population\n"5\n', "cells.csv:2:1: not valid CSV"),
        ("population\n\xff\n", "cells.csv:2:1: the file is not UTF-8 text"),
    ],
)  # fmt: skip
def test_a_fault_of_a_table_names_row_and_column(tmp_path: Path, text: str, wanted: str) -> None:
    (tmp_path / "cells.csv").write_bytes(text.encode("latin-1"))
    found = faults(tmp_path, "base: crisis.yaml\ntable: cells.csv\n")
    assert any(wanted in one for one in found), found


def test_a_huge_table_or_grid_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text("credibility\n" + "0.5\n" * 20_001)
    assert "more than 20,000 rows" in faults(tmp_path, "base: crisis.yaml\ntable: cells.csv\n")[0]
    (tmp_path / "cells.csv").write_text("credibility\n" + "0" * (9 << 20))
    assert "larger than 8,000,000 bytes" in faults(tmp_path, "base: crisis.yaml\ntable: cells.csv\n")[0]
    axes = "".join(f"  parameters.{name}: {{from: 0.1, to: 1, steps: 1000}}\n" for name in ("inertia", "contest"))
    assert "1,000,000 cells; expected 20,000 at most" in faults(tmp_path, "base: crisis.yaml\naxes:\n" + axes)[0]


def test_a_sweep_that_would_take_days_is_refused(tmp_path: Path) -> None:
    loaded = sweep(tmp_path, runs=10_000_000)
    with pytest.raises(UsageError, match="20,000 cells of 10,000,000 runs would take days"):
        module._check_work(loaded.plan, loaded.cells[:1] * 20_000, loaded.bases[0].scenario)


# -- the schema and the shipped sweeps ----------------------------------------------------------------------------


def test_the_schema_in_the_docs_is_the_one_the_models_give() -> None:
    """Renew it with `make schema`."""
    Draft202012Validator.check_schema(sweep_schema())
    assert json.loads(FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(sweep_schema()))


@pytest.mark.parametrize("path", SHIPPED_SWEEPS, ids=lambda path: path.stem)
def test_every_sweep_of_the_project_loads_fits_the_schema_and_names_it(path: Path) -> None:
    tree = read_tree(path, path.name, "offramp/sweep/1")
    assert list(Draft202012Validator(sweep_schema()).iter_errors(tree.value)) == []
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve() == FILE
    loaded = load_sweep(path)
    assert loaded.document.id == f"idlib-2018-{path.stem}"
    assert len({cell.hash for cell in loaded.cells}) == len(loaded.cells)
    assert (loaded.kind, len(loaded.cells)) == SHAPES[path.stem]


def test_a_day_as_a_date_and_the_same_day_as_a_number_are_one_value(tmp_path: Path) -> None:
    day = sweep(tmp_path).bases[0].scenario.as_of + datetime.timedelta(days=4)
    body = f"base: crisis.yaml\naxes:\n  pressures.appeal.start: [{day}, 4, 5]\n"
    assert f"4 is the day of {day}, which stands already; leave it out" in faults(tmp_path, body)[0]
    assert len(faults(tmp_path, body)) == 1
    assert len(sweep(tmp_path, body.replace("4, 5]", "5, 6]")).cells) == 3


def test_rows_of_a_table_that_write_one_day_in_two_ways_are_one_cell(tmp_path: Path) -> None:
    (tmp_path / "cells.csv").write_text("pressures.appeal.start\n2020-01-05\n4\n5\n")
    assert faults(tmp_path, "base: crisis.yaml\ntable: cells.csv\n") == [
        "cells.csv:3:1: pressures.appeal.start: it has the same days as cell 1 (start of Appeal 2020-01-05), "
        "as dates or counts; leave it out, in cell 2 (start of Appeal 4)"
    ]
