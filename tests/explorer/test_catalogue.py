"""States become scenarios and files, files become states, and nothing outside the folder is opened."""

from pathlib import Path

import pytest

import sim
from sim.errors import OfframpError, UsageError
from sim.explorer.catalogue import Catalogue, State
from sim.explorer.controls import groups_of, sliders_of
from sim.scenario.yamltree import MAX_BYTES
from sim.studies.counterfactuals import at_full_strength, withdrawn
from tests.explorer import world

STATES = [
    State("crisis.yaml"),
    State("crisis.yaml", {"actors.backer.stance": -0.25, "ties.envoy.backer": 0.9}),
    State("crisis.yaml", {"pressures.appeal.intensity": 0.35}),
    State("crisis.yaml", {"pressures.offer.intensity": 1.0}, frozenset({"pressures.appeal", "talks.summit"})),
    State("crisis.yaml", {}, frozenset({"pressures.offer", "pressures.urging"})),
    State("keen.yaml", {"actors.town.posture": 0.5, "pressures.urging.intensity": 0.0}),
]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return Catalogue(world.write(tmp_path_factory.mktemp("scenarios")))


def test_every_number_of_actors_ties_and_pressures_has_a_control(catalogue: Catalogue) -> None:
    scenario = catalogue["crisis.yaml"].scenario
    sliders = sliders_of(scenario)
    wanted = {f"actors.{name}.{key}" for name in scenario.actors for key in ("stance", "posture")}
    wanted |= {f"ties.{source}.{target}" for source, ties in scenario.document.ties.items() for target in ties}
    wanted |= {f"pressures.{name}.intensity" for name in scenario.pressures}
    assert set(sliders) == wanted
    assert {one.path for group in groups_of(scenario) for one in group.switches} == set(world.SWITCHES)
    for one in sliders.values():
        assert one.low <= one.q05 <= one.median <= one.q95 <= one.high
        assert one.hint.endswith(".")


@pytest.mark.parametrize("state", STATES, ids=lambda state: f"{state.scenario} {len(state.values)} {len(state.off)}")
def test_an_exported_state_is_the_scenario_that_was_shown(catalogue: Catalogue, state: State) -> None:
    path = catalogue.file.parent / "explored.yaml"
    path.write_text(catalogue.export(state), encoding="utf-8")
    try:
        assert sim.load(path).hash == catalogue.scenario(state).hash
        assert catalogue.imported(catalogue.export(state)) == state
    finally:
        path.unlink()


def test_an_export_writes_only_what_was_changed(catalogue: Catalogue) -> None:
    text = catalogue.export(STATES[1])
    assert text.splitlines()[1:] == [
        "schema: offramp/scenario/1", "extends: ./crisis.yaml", "actors:", "  backer:", "    stance: -0.25", "ties:",
        "  envoy:", "    backer: 0.9",
    ]  # fmt: skip


@pytest.mark.slow
def test_a_pressure_moved_or_off_is_what_counterfactuals_make_of_it(catalogue: Catalogue) -> None:
    scenario = catalogue["crisis.yaml"].scenario
    for name in ("appeal", "urging", "offer"):
        full = catalogue.scenario(State("crisis.yaml", {f"pressures.{name}.intensity": 1.0}))
        played = [sim.run(one, runs=512, seed=1).records for one in (full, at_full_strength(scenario, name))]
        assert (played[0] == played[1]).all(), name
        off = catalogue.scenario(State("crisis.yaml", {}, frozenset({f"pressures.{name}"})))
        played = [sim.run(one, runs=512, seed=1).records for one in (off, withdrawn(scenario, [name]))]
        assert (played[0] == played[1]).all(), name


def test_variants_are_the_scenarios_that_share_a_base(tmp_path: Path) -> None:
    catalogue = Catalogue(world.write(tmp_path))
    catalogue.load_beside()
    assert [one["file"] for one in catalogue.variants()] == ["crisis.yaml", "keen.yaml"]


@pytest.mark.parametrize(
    "name", ["../crisis.yaml", "/etc/passwd", "other.yaml", "broken.yaml", "no.yaml", "", "a\0.yaml"]
)
def test_a_name_from_a_page_opens_nothing_but_variants(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(UsageError, match="no such scenario"):
        catalogue.scenario(State(name))


@pytest.mark.parametrize(
    "values",
    [{"actors.backer.stance": 2.0}, {"actors.backer.resolve": 0.5}, {"question.horizon": 3000.0}, {"__proto__": 1.0}],
    ids=lambda values: next(iter(values)),
)
def test_a_state_moves_only_what_has_a_control_and_within_its_range(
    catalogue: Catalogue, values: dict[str, float]
) -> None:
    with pytest.raises(UsageError):
        catalogue.scenario(State("crisis.yaml", values))
    with pytest.raises(UsageError):
        catalogue.scenario(State("crisis.yaml", {}, frozenset(values)))


@pytest.mark.parametrize(
    "plain",
    [None, [], {}, {"scenario": 1}, {"scenario": "a", "values": []}, {"scenario": "a", "values": {"x": "1"}},
     {"scenario": "a", "values": {"x": True}}, {"scenario": "a", "values": {"x": float("nan")}},
     {"scenario": "a", "off": [1]}, {"scenario": "a", "values": dict.fromkeys(map(str, range(601)), 1)}],
    ids=str,
)  # fmt: skip
def test_what_is_no_state_is_refused(plain: object) -> None:
    with pytest.raises(UsageError):
        State.of(plain)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("schema: [", "dropped file:"),
        ("- 1", "expected a map"),
        ("a: &a [1]\nb: *a", "dropped file:"),
        ("schema: offramp/scenario/1\nid: new", "nor extends a scenario"),
        ("schema: offramp/scenario/1\nextends: ../../x.yaml", "no such scenario"),
        ("extends: ./crisis.yaml\npopulation: 5", "population, which has no control"),
        ("extends: ./crisis.yaml\nactors: {backer: {stance: {normal: [0, 1]}}}", "which has no control"),
        ("extends: ./crisis.yaml\nactors: {backer: {stance: 5}}", "expected actors.backer.stance from -1 to 1"),
        ("x" * (MAX_BYTES + 1), "too large"),
    ],
)
def test_a_dropped_file_that_cannot_be_shown_is_refused_with_the_reason(
    catalogue: Catalogue, text: str, said: str
) -> None:
    with pytest.raises(OfframpError, match=said):
        catalogue.imported(text)


def test_a_dropped_variant_is_opened(catalogue: Catalogue) -> None:
    catalogue.load_beside()
    assert catalogue.imported((catalogue.file.parent / "keen.yaml").read_text(encoding="utf-8")) == State("keen.yaml")
    assert catalogue.imported(catalogue.file.read_text(encoding="utf-8")) == State("crisis.yaml")


def test_a_dropped_file_of_the_same_id_and_other_content_is_not_taken_for_the_own(catalogue: Catalogue) -> None:
    text = catalogue.file.read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="neither is nor extends a scenario of this folder"):
        catalogue.imported(text.replace("population: ", "population: 1"))
    assert catalogue.imported("# a comment\n" + text) == State("crisis.yaml")


@pytest.mark.parametrize("value", [10**400, -(10**400), float("nan"), float("inf"), 1e301])
def test_a_value_that_no_control_can_have_is_refused(value: float) -> None:
    with pytest.raises(UsageError, match="expected a finite number"):
        State.of({"scenario": "crisis.yaml", "values": {"credibility": value}, "off": []})
