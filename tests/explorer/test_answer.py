"""What a page is shown is what the forecast says, in the report's own figures and words."""

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.explorer.answer import Scenes, answer, comparison, frames, moved, record_of, scene
from sim.explorer.catalogue import Catalogue
from sim.explorer.scheduler import Scheduler
from sim.explorer.simulation import PLAN, Look
from sim.forecast.plan import Plan
from sim.report.charts import Spec
from sim.report.sections.outcomes import incidence_chart, states_chart
from sim.runs.block.blocks import BLOCK_RUNS
from tests.explorer import world
from tests.web.loops import apart
from tests.worlds import load


def look(folder: Path, **changes: object) -> Look:
    scenario = load(
        folder, **{**{key: world.BASE[key] for key in ("pressures", "talks", "ties", "parameters")}, **changes}
    )
    forecast = sim.run(scenario, runs=BLOCK_RUNS)
    return Look(scenario, Plan(BLOCK_RUNS), forecast.tally, forecast.records)


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Look, Look]:
    folder = tmp_path_factory.mktemp("answer")
    return look(folder), look(folder, actors__backer__stance=0.7)


def laid(frame: Spec, over: Spec) -> Spec:
    """Lay what moved over a frame, as the page does."""
    data = [{**trace, **new} for trace, new in zip(frame["data"], over["data"], strict=True)]
    return {"data": data, "layout": {**frame["layout"], **over["layout"]}}


def test_a_moved_figure_is_the_one_that_the_report_would_draw(looks: tuple[Look, Look]) -> None:
    first, second = map(record_of, looks)
    built = frames(first)
    for name, draw in (("incidence", incidence_chart), ("states", states_chart)):
        whole = draw(second)
        assert laid(built[name], moved(second, built)[name]) == {key: whole[key] for key in ("data", "layout")}, name
        assert draw(first) != draw(second)


def test_the_numbers_are_those_of_the_forecast(looks: tuple[Look, Look]) -> None:
    one, _ = looks
    whole = sim.run(one.scenario, runs=BLOCK_RUNS).record()
    seen = record_of(one)
    assert seen["outcomes"] == whole["outcomes"]
    assert seen["ends"] == whole["ends"]
    assert seen["dots"] == whole["dots"]
    assert {name: actor["stance"] for name, actor in seen["actors"].items()} == {
        name: actor["stance"] for name, actor in whole["actors"].items()
    }
    for place, day in enumerate(seen["incidence"]["day"]):
        assert seen["incidence"]["offensive"]["p"][place] == whole["incidence"]["offensive"]["p"][day]


def test_an_answer_says_how_many_runs_it_rests_on_and_how_sure_it_is(looks: tuple[Look, Look]) -> None:
    one, _ = looks
    shown = answer(one, scene(one.scenario, record_of(one))["figures"])
    assert (shown["runs"], shown["hash"]) == (BLOCK_RUNS, one.scenario.hash)
    assert "95% interval" in shown["headline"]["said"]
    assert shown["headline"]["text"].endswith("%")
    assert len(shown["dots"]) == 100


def test_two_states_are_compared_run_by_run(looks: tuple[Look, Look]) -> None:
    first, second = looks
    found = comparison(first, second)
    paired = sim.run(first.scenario, runs=BLOCK_RUNS).difference(sim.run(second.scenario, runs=BLOCK_RUNS), "offensive")
    row = found["rows"][0]
    assert (row["p"], row["low"], row["high"]) == (paired.p, paired.low, paired.high)
    assert row["p"] > 0
    assert found["runs"] == BLOCK_RUNS
    assert comparison(first, first)["said"].startswith("B is A")


def test_an_answer_is_kept_for_the_scene_that_it_is_relative_to(looks: tuple[Look, Look]) -> None:
    async def shown() -> list[dict[str, Any]]:
        scenes = Scenes(Catalogue.__new__(Catalogue), Scheduler.__new__(Scheduler))
        try:
            built = [frames(record_of(one)) for one in looks]
            return [await scenes.answer(looks[0], name, one) for name, one in zip("ab", built, strict=True)]
        finally:
            scenes.close()

    own, other = apart(shown())
    assert own["figures"]["states"]["data"] == [{}, {}, {}, {}]
    assert all(one["y"] for one in other["figures"]["states"]["data"])


def test_the_plan_is_one_that_run_can_repeat() -> None:
    assert (PLAN.seed, PLAN.replicates, PLAN.most_runs) == (0, 2, 50_000)
