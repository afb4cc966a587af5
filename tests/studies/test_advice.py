"""Advice: mixes of a menu compared on the same draws and dice, told as they are, refused where there is none."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import UsageError
from sim.forecast.plan import Plan
from sim.report import document_of, write_report
from sim.scenario.scenario import Scenario
from sim.studies.advice import REPLICATES, advise, best_in_draws, efficient_mixes, first_in_resamples, goal_of, mixes_of
from sim.studies.bench import Bench
from tests import worlds
from tests.report.said import charts, markdown_of, tables, texts

MENU: dict[str, Any] = {
    "nothing": {
        "by": "envoy",
        "cost": 1,
        "pressure": {"from": "envoy", "on": "backer", "aim": "restrain", "intensity": 0},
    },
    "offer": {
        "by": "envoy",
        "cost": 2,
        "pressure": {"from": "envoy", "on": "backer", "aim": "restrain", "channel": "conditional", "intensity": 1},
        "basis": "<img src=x onerror=alert(1)>",
    },
    "arm": {"by": "shield", "cost": 3, "change": {"actors.shield.strength": 1.5}},
}
PLAN = Plan(runs=2048, replicates=REPLICATES)


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return worlds.load(tmp_path_factory.mktemp("menu"), menu=MENU)


@pytest.fixture(scope="module")
def record(scenario: Scenario) -> dict[str, Any]:
    return advise(scenario, "envoy", goal_of("lower offensive by 30", scenario), Bench(PLAN), command="offramp advise")


def test_an_offer_comes_first_and_an_option_that_does_nothing_changes_nothing(record: dict[str, Any]) -> None:
    mixes = {tuple(mix["options"]): mix for mix in record["mixes"]}
    assert set(mixes) == {("nothing",), ("offer",), ("nothing", "offer")}
    assert record["mixes"][0]["options"] == ["offer"]
    nothing = mixes["nothing",]
    assert (nothing["change"]["p"], nothing["change"]["mc_low"], nothing["change"]["mc_high"]) == (0, 0, 0)
    assert nothing["best_in_draws"] == 0
    assert mixes["offer",]["change"]["mc_high"] < 0
    assert mixes["nothing", "offer"]["change"] == mixes["offer",]["change"]
    assert [mix["efficient"] for mix in record["mixes"]] == [mix["options"] == ["offer"] for mix in record["mixes"]]


def test_the_menu_is_no_part_of_the_model(scenario: Scenario, tmp_path: Path) -> None:
    assert scenario.hash == worlds.load(tmp_path).hash


def test_an_actor_may_change_a_number_of_its_own(scenario: Scenario) -> None:
    goal = goal_of("lower offensive within 30 days", scenario)
    (mix,) = mixes_of(scenario, "shield", goal, None)
    assert mix.scenario.actors["shield"].strength.mean == 1.5
    assert mix.scenario.horizon == 30


def test_costs_above_the_budget_are_left_out(scenario: Scenario) -> None:
    goal = goal_of("lower offensive", scenario)
    assert [mix.options for mix in mixes_of(scenario, "envoy", goal, 2)] == [("nothing",), ("offer",)]
    with pytest.raises(UsageError, match="the cheapest costs 1"):
        mixes_of(scenario, "envoy", goal, 0.5)


def _nothing(cost: float) -> dict[str, Any]:
    return {**copy.deepcopy(MENU["nothing"]), "cost": cost}


def test_costs_add_up_as_on_paper(tmp_path: Path) -> None:
    """0.1 + 0.2 is not 0.3 in binary, but the mix is within a budget of 0.3 and costs the same as one of 0.3."""
    menu = {name: _nothing(cost) for name, cost in (("one", 0.1), ("two", 0.2), ("three", 0.3))}
    scenario = worlds.load(tmp_path, menu=menu)
    costs = {mix.options: mix.cost for mix in mixes_of(scenario, "envoy", goal_of("lower offensive", scenario), 0.3)}
    assert costs == {("one",): 0.1, ("two",): 0.2, ("three",): 0.3, ("one", "two"): 0.3}


@pytest.mark.parametrize("text", ["win", "lower victory by 90", "lower offensive by 61", "lower offensive by soon"])
def test_goals_that_are_none_are_refused(scenario: Scenario, text: str) -> None:
    with pytest.raises(UsageError, match=r"^expected a "):
        goal_of(text, scenario)


def test_who_has_nothing_to_offer_is_told_so(scenario: Scenario) -> None:
    goal = goal_of("lower offensive", scenario)
    with pytest.raises(UsageError, match="there is no actor 'nobody'"):
        mixes_of(scenario, "nobody", goal, None)
    with pytest.raises(UsageError, match="nothing that town could do"):
        mixes_of(scenario, "town", goal, None)


def test_draws_that_several_mixes_share_are_split_and_those_without_gain_count_for_none() -> None:
    gains = np.array([[0.5, 0.2, 0.0, -0.1], [0.5, 0.1, 0.0, 0.0]])
    shares, helped = best_in_draws(gains)
    assert shares == pytest.approx([0.75, 0.25])
    assert helped == 0.5


def test_mixes_that_do_the_same_come_first_equally_often() -> None:
    gains = np.random.default_rng(0).normal(0.1, 0.1, 400)
    assert first_in_resamples(np.zeros((3, 400)), 0) == pytest.approx([1 / 3] * 3)
    assert first_in_resamples(np.array([gains, 3 * gains / 3, gains - 0.1]), 0) == pytest.approx([0.5, 0.5, 0])


def mixes_with(*means: float) -> np.ndarray:
    """Gains of 400 draws that share their noise, so that differences are known to a hundredth."""
    noise = np.random.default_rng(0)
    shared = noise.normal(0, 0.3, 400)
    return np.array([mean + shared - shared.mean() + own - own.mean() for mean in means
                     for own in [noise.normal(0, 0.05, 400)]])  # fmt: skip


@pytest.mark.parametrize(
    ("means", "costs", "efficient"),
    [
        ((0.1, 0.3, 0.2, -0.1), (1, 2, 3, 0.5), {0, 1}),  # the third costs more for less, the fourth harms
        ((0.2, 0.2, 0.4), (1, 2, 3), {0, 2}),  # the second costs more for the same
        ((0.2, 0.2005, 0.4), (1, 2, 3), {0, 2}),  # ... and for a gain that the runs cannot tell from it
        ((0.2, 0.2, 0.1), (1, 1, 1), {0, 1}),  # at the same cost only the clearly worse one is not
        ((0.0, 0.001), (1, 2), set()),  # nothing helps clearly
    ],
)
def test_a_mix_is_efficient_only_where_it_clearly_gains_more_than_every_cheaper_one(
    means: tuple[float, ...], costs: tuple[float, ...], efficient: set[int]
) -> None:
    assert efficient_mixes(mixes_with(*means), np.array(costs), REPLICATES) == efficient


def test_the_largest_change_named_is_never_one_that_costs_more_for_the_same(record: dict[str, Any]) -> None:
    said = document_of(record)
    assert "nothing" not in " ".join(texts(said)[:-2]).lower()
    assert [row[-1] for row in tables(said)["Every mix, by its gain for its cost"].rows] == ["efficient", "", ""]


def test_no_mix_is_called_the_best_where_nothing_helps(tmp_path: Path) -> None:
    menu = {"one": _nothing(1), "two": _nothing(2)}
    scenario = worlds.load(tmp_path, menu=menu, question__horizon=3, question__milestones=None)
    found = advise(scenario, "envoy", goal_of("lower offensive", scenario), Bench(Plan(runs=512, replicates=8)))
    said = " ".join(texts(document_of(found)))
    assert "nothing on the menu clearly does so" in said
    assert "How far the ranking holds" not in said


def test_a_mix_that_moves_the_wrong_way_is_inside_the_figure(record: dict[str, Any]) -> None:
    last = record["mixes"][-1]
    wrong = {"p": -last["change"]["p"], "mc_low": -last["change"]["mc_high"], "mc_high": -last["change"]["mc_low"]}
    turned = {**record, "mixes": [*record["mixes"], {**last, "change": wrong}]}
    chart = charts(turned)["advice-figure"]
    low, high = chart["layout"]["xaxis"]["range"]
    assert all(low < x < high for trace in chart["data"] for x in trace["x"] if x is not None)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("A second appeal", "is a second appeal: to"),
        ("Separating the radicals", "is “Separating the radicals”: to"),
        ("More troops and air defences", "is “More troops and air defences”: to"),
    ],
)
def test_an_option_without_an_article_is_quoted_in_a_sentence(record: dict[str, Any], name: str, told: str) -> None:
    options = {key: {**one, "name": name} for key, one in record["options"].items()}
    assert told in markdown_of({**record, "options": options, "mixes": record["mixes"][:1]})


def test_an_option_says_which_way_it_presses(record: dict[str, Any]) -> None:
    pressures = [one["pressure"] for one in record["options"].values() if "pressure" in one]
    assert pressures
    aims = {"restrain": "hold back", "encourage": "go ahead"}
    assert all(f" to {aims[one['aim']]}, intensity" in markdown_of(record) for one in pressures)


def test_page_and_markdown_say_what_the_record_says_and_run_no_text(record: dict[str, Any], tmp_path: Path) -> None:
    page, markdown, _ = (path.read_text(encoding="utf-8") for path in write_report(record, tmp_path))
    for text in (page, markdown):
        assert "the best for its cost is" in text
        assert "Costs are the author" in text
    assert "<img" not in page.split("<script")[0]
