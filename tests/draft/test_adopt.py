"""A draft adopted: refused while anything is left, written whole, nothing of a person's changed, adopted once."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from sim.draft.adopt import adopt, counts_of
from sim.draft.files import NAME, read_draft, write_draft
from sim.draft.held import hold_evidence, read_articles
from sim.draft.schema import DraftFile
from sim.draft.stub import stub
from sim.errors import ScenarioError, UsageError
from sim.scenario.evidence import DraftCounts
from sim.scenario.evidence_files import read_evidence
from sim.scenario.load import load
from tests.draft.sheet import drafted, item, judged
from tests.places import ROOT

BY_HAND = """# Coded by hand.
schema: offramp/evidence/1
sources: ./sources.yaml
half_life: 30 days
items:
  # the first
  E07:
    actor: orsk
    date: 2031-05-01   # a Thursday
    source: note
    says: It mined the bridges.
    kind: deployment
    informs: stance
    bearing: -0.25
    reliability: 0.9
    occasion: mines
"""
NOTE = "schema: offramp/sources/1\nsources:\n  note: {title: A note, date: 2031-05-01}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a crisis."""
    return tmp_path / "scenarios" / "river-towns"


def changed(folder: Path, name: str, **changes: object) -> None:
    """Change an item of the draft."""
    draft = read_draft(folder / NAME)
    items = dict(draft.items) | {name: draft.items[name].model_copy(update=changes)}
    write_draft(folder / NAME, draft.model_copy(update={"items": items}))


def by_hand(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "evidence.yaml").write_text(BY_HAND, encoding="utf-8")
    (folder / "sources.yaml").write_text(NOTE, encoding="utf-8")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


# -- refused --------------------------------------------------------------------------------------------------------


def test_nothing_is_adopted_while_an_item_is_proposed_or_a_paragraph_unread(folder: Path) -> None:
    draft = drafted(folder)
    before = files(folder)
    with pytest.raises(
        UsageError, match=r"5 items without an answer: D01, D02, D03, D04, D05\. 3 paragraphs of ledger"
    ):
        adopt(folder)
    judged(folder)
    write_draft(
        folder / NAME, read_draft(folder / NAME).model_copy(update={"done": {"ledger": (1, 3), "gazette": (1, 2)}})
    )
    with pytest.raises(UsageError, match=r"1 paragraph of ledger not ticked as having nothing more: 2\."):
        adopt(folder)
    write_draft(folder / NAME, draft)
    assert files(folder) == before


def test_there_must_be_a_draft_and_something_kept(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no evidence\.draft\.yaml"):
        adopt(folder)
    drafted(folder)
    judged(folder, **dict.fromkeys(["D01", "D02", "D03", "D04", "D05"], "rejected"))
    with pytest.raises(UsageError, match=r"nothing in .* was accepted, edited or added"):
        adopt(folder)
    assert list(files(folder)) == [NAME]


def test_says_that_copies_its_paragraph_is_refused_by_the_item_of_the_draft(folder: Path) -> None:
    drafted(folder)
    judged(folder)
    changed(folder, "D02", says="Orsk said it would never leave the towns.")
    before = files(folder)
    with pytest.raises(ScenarioError, match=r"evidence\.draft\.yaml: items\.D02: `says` copies more than 5 words"):
        adopt(folder)
    assert files(folder) == before


def test_a_fault_that_the_loader_finds_names_the_item_of_the_draft_and_writes_nothing(folder: Path) -> None:
    drafted(folder)
    judged(folder)
    changed(folder, "D03", date=datetime.date(2031, 6, 1))
    before = files(folder)
    with pytest.raises(ScenarioError, match=r"draft\.yaml: items\.D03\.date: dated 2031-06-01, after the as-of date"):
        adopt(folder)
    assert files(folder) == before


def test_news_after_the_day_of_the_scenario_is_refused_until_that_day_is_later(folder: Path) -> None:
    by_hand(folder)
    drafted(folder, "gazette")
    judged(folder)
    changed(folder, "D01", date=datetime.date(2031, 5, 10))
    scenario = (ROOT / "sim/scenario/starter/scenario.yaml").read_text(encoding="utf-8")
    starter = scenario.replace("2024-03", "2031-05").replace("2024-04-", "2031-06-").replace("2031-05-01", "2031-05-08")
    starter = starter.replace("evidence: ./evidence.yaml", "").replace(": evidence", ": 0.5")
    (folder / "baseline.yaml").write_text(starter, encoding="utf-8")
    assert load(folder / "baseline.yaml").as_of == datetime.date(2031, 5, 8)
    before = files(folder)
    with pytest.raises(UsageError, match=r"baseline\.yaml is as of 8 May 2031, .* write `as_of: 2031-05-10` under"):
        adopt(folder)
    assert files(folder) == before
    starter = starter.replace("as_of: 2031-05-08", "as_of: 2031-05-10")
    (folder / "baseline.yaml").write_text(starter, encoding="utf-8")
    adopt(folder)


def test_the_day_of_a_scenario_that_is_not_finished_counts_too(folder: Path) -> None:
    drafted(folder, "ledger")
    judged(folder)
    adopt(folder)
    path = folder / "baseline.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("as_of: 2031-05-10", "as_of: 2031-05-07"), encoding="utf-8"
    )
    drafted(folder)
    judged(folder)
    with pytest.raises(UsageError, match="as of 7 May 2031, and the draft has news up to 8 May 2031"):
        adopt(folder)


# -- written --------------------------------------------------------------------------------------------------------


def test_items_are_numbered_by_article_and_place_and_say_all_that_the_draft_said(folder: Path) -> None:
    drafted(folder)
    after = judged(folder, D02="edited", D03="rejected")
    done = adopt(folder)
    assert done.items == {"D01": "E01", "D02": "E02", "D04": "E03", "D05": "E04"}
    evidence = read_evidence(folder / "evidence.yaml")
    assert list(evidence.items) == ["E01", "E02", "E03", "E04"]
    for name, id_ in done.items.items():
        ours, theirs = after.items[name], evidence.items[id_]
        assert [getattr(ours, key) for key in type(theirs).model_fields if key != "duplicate_of"] == [
            getattr(theirs, key) for key in type(theirs).model_fields if key != "duplicate_of"
        ]
    assert evidence.items["E03"].duplicate_of == "E01"
    assert evidence.sources["ledger"].title == "Brigades at the river"
    assert evidence.sources["gazette"].title == "gazette"
    assert evidence.drafted == DraftCounts(proposed=5, accepted=3, edited=1, rejected=1)
    held = hold_evidence(evidence, read_articles(folder.parent / "texts"))
    assert [one.state for one in held] == ["held"] * 4


def test_dates_are_bare_one_actor_is_a_word_and_an_anchor_takes_a_line(folder: Path) -> None:
    drafted(folder, "ledger")
    judged(folder)
    adopt(folder)
    text = (folder / "evidence.yaml").read_text(encoding="utf-8")
    assert "\n    actor: veldania\n    date: 2031-05-05\n" in text
    assert "\n    anchor: {paragraph: 1, span: [0, 12], sha256: " in text
    assert "\ndrafted: {proposed: 3, accepted: 3, edited: 0, rejected: 0, added: 0}\nitems:\n  E01:\n" in text
    assert "\n    date: 2031-05-06\n" in (folder / "sources.yaml").read_text(encoding="utf-8")


def test_evidence_of_a_persons_keeps_every_line_and_gains_the_next_numbers(folder: Path) -> None:
    by_hand(folder)
    drafted(folder, "ledger")
    judged(folder)
    done = adopt(folder)
    assert list(done.items.values()) == ["E08", "E09", "E10"]
    text = (folder / "evidence.yaml").read_text(encoding="utf-8")
    assert text.startswith(BY_HAND.replace("items:\n", f"{text.splitlines()[4]}\nitems:\n"))
    assert (folder / "sources.yaml").read_text(encoding="utf-8").startswith(NOTE)
    assert list(read_evidence(folder / "evidence.yaml").sources) == ["note", "ledger"]


def test_a_list_of_sources_without_evidence_is_kept(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "sources.yaml").write_text(NOTE, encoding="utf-8")
    drafted(folder)
    judged(folder)
    adopt(folder)
    assert (folder / "sources.yaml").read_text(encoding="utf-8").startswith(NOTE)
    assert list(read_evidence(folder / "evidence.yaml").sources) == ["note", "ledger", "gazette"]


def test_counts_add_up_over_adoptions_and_drafts(folder: Path) -> None:
    drafted(folder, "ledger")
    judged(folder, D02="rejected")
    assert adopt(folder).counts == DraftCounts(proposed=3, accepted=2, rejected=1)
    drafted(folder, "gazette")  # into the same draft
    judged(folder, D04="edited")
    assert adopt(folder).counts == DraftCounts(proposed=4, accepted=2, edited=1, rejected=1)
    (folder / NAME).unlink()  # and a draft of its own, to which an item was added
    draft = drafted(folder, "ledger")
    assert [one.actor for one in draft.items.values()] == [("orsk",)]  # what was rejected: the evidence has the rest
    added = item("orsk", 3, status="added", rule="analyst", found_by="analyst", says="Orsk kept silent.")
    write_draft(folder / NAME, draft.model_copy(update={"items": dict(draft.items) | {"D09": added}}))
    judged(folder, D01="rejected")
    done = adopt(folder)
    assert done.counts == DraftCounts(proposed=5, accepted=2, edited=1, rejected=2, added=1)
    assert list(done.items.values()) == ["E04"]
    assert read_evidence(folder / "evidence.yaml").drafted == done.counts


def test_adopting_again_changes_nothing(folder: Path) -> None:
    drafted(folder)
    judged(folder)
    adopt(folder)
    before = files(folder)
    again = adopt(folder)
    assert (dict(again.items), again.written) == ({}, ())
    assert files(folder) == before


def test_what_a_person_took_out_of_the_evidence_stays_out(folder: Path) -> None:
    drafted(folder, "ledger")
    judged(folder)
    adopt(folder)
    path = folder / "evidence.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("  E03:")], encoding="utf-8")
    assert not adopt(folder).items
    assert list(read_evidence(path).items) == ["E01", "E02"]
    drafted(folder, "gazette")
    judged(folder)
    assert dict(adopt(folder).items) == {"D04": "E04"}


def test_what_is_in_the_evidence_is_not_rejected_behind_its_back(folder: Path) -> None:
    drafted(folder, "ledger")
    judged(folder)
    adopt(folder)
    changed(folder, "D03", status="rejected")
    with pytest.raises(UsageError, match=r"already: D03 is E03; remove it there by hand"):
        adopt(folder)
    path = folder / "evidence.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("  E03:")], encoding="utf-8")
    assert adopt(folder).counts == DraftCounts(proposed=3, accepted=2, rejected=1)


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_adoption_cut_off_between_two_files_leaves_what_loads_and_is_finished_by_adopting_again(
    folder: Path, lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.draft import adopt as module

    whole = folder.parent / "whole"
    for path in (folder, whole):
        drafted(path)
        judged(path, D03="rejected")
    adopt(whole)
    written, real = 0, module.write_whole

    def cut(path: Path, content: bytes) -> None:
        nonlocal written
        written += 1
        if written > lost:
            raise KeyboardInterrupt
        real(path, content)

    monkeypatch.setattr(module, "write_whole", cut)
    with pytest.raises(KeyboardInterrupt):
        adopt(folder)
    if lost > 1:
        assert len(read_evidence(folder / "evidence.yaml").items) == 4
    monkeypatch.undo()
    adopt(folder)
    assert {name: text.replace(b"river-towns", b"whole") for name, text in files(folder).items()} == files(whole)


def test_the_scenario_begun_asks_for_no_number_that_counts_for_nothing(folder: Path) -> None:
    """The strength of a patron: its weight is the initiator's self-reliance."""
    drafted(folder)
    draft = read_draft(folder / NAME)
    cast = {name: one.model_copy(update={"role": "patron"}) if one.role == "guarantor" else one
            for name, one in draft.cast.items()}  # fmt: skip
    text = stub("river-towns", draft.model_copy(update={"cast": cast}), read=list(cast))
    assert text.count("strength: TODO") == 1
    assert "self_reliance: TODO" in text


def test_the_scenario_begun_names_all_that_is_missing_and_does_not_run(folder: Path) -> None:
    drafted(folder)
    judged(folder, D02="rejected")
    adopt(folder)
    with pytest.raises(ScenarioError) as refused:
        load(folder / "baseline.yaml")
    faults = {fault.key for fault in refused.value.faults}
    assert faults == {
        "title", "question.resolves", "question.does_not_resolve", "population", "credibility", "sample", "ties",
        "actors.veldania.posture", "actors.veldania.resolve",
        "actors.orsk.stance", "actors.orsk.posture", "actors.orsk.resolve", "actors.orsk.strength",
        "actors.the-league.posture", "actors.the-league.resolve", "actors.the-league.strength",
    }  # fmt: skip
    value = YAML(typ="safe").load((folder / "baseline.yaml").read_text(encoding="utf-8"))
    assert value["id"] == "river-towns"
    assert value["question"]["as_of"] == datetime.date(2031, 5, 10)
    assert {name: one["role"] for name, one in value["actors"].items()} == {
        "veldania": "initiator", "orsk": "defender", "the-league": "guarantor",
    }  # fmt: skip
    assert value["actors"]["veldania"]["stance"] == "evidence"


def test_a_scenario_begun_runs_once_every_todo_is_filled_in(folder: Path) -> None:
    drafted(folder)
    judged(folder)
    adopt(folder)
    path = folder / "baseline.yaml"
    text = path.read_text(encoding="utf-8")
    for key in ("title", "resolves", "does_not_resolve"):
        text = text.replace(f"{key}:  # TODO", f"{key}: Something is written.  # once")
    for key, value in {"population": "40000", "sample": "crises", "ties": "{orsk: {veldania: 0.1}}"}.items():
        text = text.replace(f"{key}: TODO", f"{key}: {value}")
    path.write_text(text.replace(": TODO", ": 0.5"), encoding="utf-8")
    scenario = load(path)
    assert set(scenario.readings) == {"veldania", "orsk", "the-league"}
    adopt(folder)
    assert path.read_text(encoding="utf-8").startswith(text[:300])


@pytest.mark.parametrize("name", ["2026", "007", "1e5", "null", "true"])
def test_an_id_that_yaml_would_read_as_something_else_is_quoted(folder: Path, name: str) -> None:
    assert f"\nid: '{name}'\n" in stub(name, drafted(folder), ())


def test_a_name_that_yaml_would_read_as_something_else_is_quoted(folder: Path) -> None:
    draft = drafted(folder)
    cast = {name: one.model_copy(update={"name": "No: # {x} \U0001f600 [true]"}) for name, one in draft.cast.items()}
    write_draft(folder / NAME, draft.model_copy(update={"cast": cast}))
    judged(folder)
    adopt(folder)
    value = YAML(typ="safe").load((folder / "baseline.yaml").read_text(encoding="utf-8"))
    assert {one["name"] for one in value["actors"].values()} == {"No: # {x} \U0001f600 [true]"}


def test_articles_that_are_gone_or_changed_are_told_and_adopted(folder: Path) -> None:
    drafted(folder)
    judged(folder)
    (folder.parent / "texts" / "ledger.txt").unlink()
    (folder.parent / "texts" / "gazette.txt").write_text("Another text.", encoding="utf-8")
    assert adopt(folder).unheld == ("ledger", "gazette")


def test_hostile_words_come_through_as_text(folder: Path) -> None:
    drafted(folder)
    judged(folder)
    says = "'} \"]: # <script>alert(1)</script>\t{{x}} \u202e\u2028 *a &b !!python/object - ? | >"
    changed(folder, "D01", says=says.replace("\t", " "))
    adopt(folder)
    assert read_evidence(folder / "evidence.yaml").items["E01"].says == says.replace("\t", " ")


def test_counts_of_a_draft_are_of_what_was_judged() -> None:
    items = {
        f"D{n}": item(status=status) for n, status in enumerate(["accepted", "edited", "added", "rejected", "added"])
    }
    draft = DraftFile.model_construct(items=items, before=DraftCounts(proposed=1, edited=1, added=3))
    assert counts_of(draft) == DraftCounts(proposed=4, accepted=1, edited=2, rejected=1, added=5)


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_files_that_load(tmp_path: Path) -> None:
    """Kill -9 after a time that grows: of each file there is the old one, the new one or none."""
    code = (
        "import sys, pathlib; from sim.draft.adopt import adopt; print(1, flush=True); adopt(pathlib.Path(sys.argv[1]))"
    )
    seen = set()
    for attempt in range(5):
        folder = tmp_path / f"scenarios-{attempt}" / "river-towns"
        by_hand(folder)
        drafted(folder)
        judged(folder)
        before = files(folder)
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder)],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert process.stdout is not None
        process.stdout.read(1)
        time.sleep(0.03 * attempt)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        left = {name: text for name, text in files(folder).items() if not name.startswith(".")}
        assert before.keys() <= left.keys()
        assert len(read_evidence(folder / "evidence.yaml").items) in (1, 6)
        read_draft(folder / NAME)
        seen.add(len(read_evidence(folder / "evidence.yaml").items))
        adopt(folder)
        assert len(read_evidence(folder / "evidence.yaml").items) == 6
    assert 1 in seen  # the first were killed at once


def test_as_many_items_as_evidence_may_have_are_read_with_all_their_keys(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "sources.yaml").write_text(NOTE, encoding="utf-8")
    actors = "[a, b, c, d, e, f, g, h]"
    keys = (
        f"    actor: {actors}\n    target: {actors}\n    start: 2031-05-01\n    date: 2031-05-02\n    standing: true\n"
        "    source: note\n    paragraph: 1\n    anchor: {paragraph: 1, span: [0, 9], sha256: 0123456789abcdef}\n"
        "    says: It did.\n    kind: strike\n    informs: stance\n    bearing: 0.5\n    reliability: 0.5\n"
        '    occasion: one\n    cameo: "190"\n    goldstein: -10\n    conflicts: two\n'
    )
    items = "".join(f"  E{number}:\n{keys}" for number in range(1, 301))
    text = f"schema: offramp/evidence/1\nsources: ./sources.yaml\nitems:\n{items}"
    (folder / "evidence.yaml").write_text(text, encoding="utf-8")
    assert len(read_evidence(folder / "evidence.yaml").items) == 300
    (folder / "evidence.yaml").write_text(f"{text}  E301:\n{keys}", encoding="utf-8")
    with pytest.raises(ScenarioError, match="items: expected at most 300"):
        read_evidence(folder / "evidence.yaml")
