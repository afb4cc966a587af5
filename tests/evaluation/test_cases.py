"""Past cases: which files of a folder are cases, and how a coding is dropped that hindsight could have influenced."""

from __future__ import annotations

from pathlib import Path

import sim
from sim.distributions import Empirical
from sim.evaluation.backtest.scores import by_role, dropped
from sim.evaluation.cases import as_case, load_cases
from tests import worlds
from tests.evaluation.backtest.made_up import case, write_cases


def test_evidence_and_hidden_files_are_no_cases_and_yml_is_yaml(tmp_path: Path) -> None:
    folder = write_cases(tmp_path, count=3)
    (folder / "case-01.yaml").rename(folder / "case-01.yml")
    for name, text in (
        ("case-00-evidence.yaml", "schema: offramp/evidence/1\nitems: {}\n"),
        ("case-00-sources.yaml", "schema: offramp/sources/1\n"),
        ("all.yaml", "schema: offramp/sweep/1\n"),
        ("case-00-read.yaml", "sources: case-00-sources.yaml\nitems: {}\n"),  # evidence by its keys
        (".case-02.yaml", "schema: offramp/scenario/1\n"),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    assert [one.name for one in load_cases(folder)] == ["case-00", "case-01", "case-02"]


def test_a_dropped_coding_is_drawn_from_all_actors_of_the_role_whatever_their_ids(tmp_path: Path) -> None:
    cases = []
    for number, attacker in enumerate(("attacker", "red")):
        made = case(number, hawkish=number == 0, area="one")
        text = worlds.write(tmp_path, made, f"{number}.yaml").read_text(encoding="utf-8").replace("attacker", attacker)
        file = tmp_path / f"{number}.yaml"
        file.write_text(text, encoding="utf-8")
        cases.append(as_case(sim.load(file), file))
    assert by_role(cases[1].scenario, "actors.red.stance") == "actors.initiator.stance"
    first, second = dropped(cases, cases).values()
    assert first.distribution("attacker", "stance") == second.distribution("red", "stance")
    assert isinstance(first.distribution("attacker", "stance"), Empirical)
