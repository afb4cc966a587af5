"""`draft` and `adopt`: what they print and write, exit codes, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.draft import rules
from sim.draft.files import NAME, read_cast, read_draft
from sim.errors import ScenarioError
from tests.cli.conftest import Offramp
from tests.draft.sheet import CAST_FILE, judged, propose, texts

OUT = Path("scenarios/river-towns")


@pytest.fixture(autouse=True)
def _stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that need no parser, in a folder with a cast and two articles."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rules, "propose", propose)
    monkeypatch.setattr(rules, "versions", dict)
    texts(Path("texts"))
    Path("cast.yaml").write_text(CAST_FILE, encoding="utf-8")


def first(offramp: Offramp, *words: object) -> None:
    answer = offramp("draft", "texts/ledger.txt", "--cast", "cast.yaml", "--as-of", "2031-05-10", "--out", OUT, *words)
    assert answer.code == 0, answer.err


def test_a_draft_is_written_and_told_by_article(offramp: Offramp) -> None:
    answer = offramp(
        "draft", "texts/ledger.txt", "texts/gazette.txt", "--cast", "cast.yaml", "--as-of", "2031-05-10", "--out", OUT
    )
    assert answer.code == 0
    assert [line.split() for line in answer.out.splitlines()] == [
        ["article", "date", "paragraphs", "proposed", "new"],
        ["ledger", "2031-05-06", "3", "3", "3"],
        ["gazette", "2031-05-08", "2", "2", "2"],
    ]
    assert answer.err.splitlines()[0] == f"wrote {OUT / NAME}"
    assert answer.err.splitlines()[-1].startswith(f"next: offramp review {OUT}")
    draft = read_draft(OUT / NAME)
    assert len(draft.items) == 5
    assert draft.articles["ledger"].file == "../../texts/ledger.txt"
    assert draft.articles["ledger"].title == "Brigades at the river"


def test_a_later_article_is_added_under_the_cast_and_day_of_the_draft(offramp: Offramp) -> None:
    first(offramp)
    judged(OUT)
    before = read_draft(OUT / NAME)
    answer = offramp("draft", "texts/gazette.txt", "texts/ledger.txt", "--out", OUT)
    assert answer.code == 0
    assert [line.split()[-2:] for line in answer.out.splitlines()[1:]] == [["2", "2"], ["3", "0"]]
    after = read_draft(OUT / NAME)
    assert {name: after.items[name] for name in before.items} == before.items
    assert (after.cast, after.as_of, after.done) == (before.cast, before.as_of, before.done)


def test_equal_drafts_are_equal_bytes_whatever_the_order_of_articles(offramp: Offramp) -> None:
    made = []
    for out, names in (("a/x", ("ledger", "gazette")), ("b/x", ("gazette", "ledger"))):
        files = [f"texts/{name}.txt" for name in names]
        assert offramp("draft", *files, "--cast", "cast.yaml", "--as-of", "2031-05-10", "--out", out).code == 0
        made.append(read_draft(Path(out) / NAME))
    assert made[0].items == made[1].items


def test_the_cast_of_the_folder_serves_without_an_option(offramp: Offramp) -> None:
    OUT.mkdir(parents=True)
    Path("cast.yaml").rename(OUT / "cast.yaml")
    assert offramp("draft", "texts/ledger.txt", "--as-of", "2031-05-10", "--out", OUT).code == 0
    valid = offramp("validate", OUT)
    assert (valid.code, valid.out.splitlines()[-1]) == (0, "1 draft of evidence, 1 cast: all valid")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("texts/ledger.txt",), "name the folder of the crisis with --out"),
        (("texts/ledger.txt", "--out", "new"), "name the as-of date of the forecast"),
        (("texts/ledger.txt", "--out", "new", "--as-of", "tomorrow"), "--as-of: expected a date such as 2018-08-19"),
        (("texts/ledger.txt", "--out", "new", "--as-of", "2031-05-10"), "there is no cast new/cast.yaml"),
        (("texts/none.txt", "--out", "new"), "cannot read the article"),
        (("texts/ledger.pdf", "--out", "new"), "expected an article as text or as a page"),
        (("texts/ledger.txt", "--out", "new", "--as-of", "2031-05-05", "--cast", "cast.yaml"),
         "the article is of 6 May 2031, after the as-of date"),
        (("undated.txt", "--out", "new", "--as-of", "2031-05-10", "--cast", "cast.yaml"), "the article has no date"),
        (("undated.txt", "--out", "new", "--as-of", "2031-05-10", "--cast", "cast.yaml", "--date", "2031-06-01"),
         "the article is of 1 June 2031, after the as-of date"),
        (("twin/ledger.txt", "texts/ledger.txt", "--out", "new", "--as-of", "2031-05-10", "--cast", "cast.yaml"),
         "'ledger' is another text already"),
        (("—.txt", "--out", "new", "--as-of", "2031-05-10", "--cast", "cast.yaml"), "rename it to letters and digits"),
        (("texts/ledger.txt", "--out", "cast.yaml", "--as-of", "2031-05-10", "--cast", "cast.yaml"), "cast.yaml"),
    ],
)  # fmt: skip
def test_bad_input_leaves_with_2_and_writes_nothing(offramp: Offramp, words: tuple[str, ...], said: str) -> None:
    Path("twin").mkdir()
    Path("twin/ledger.txt").write_text("date: 2031-05-06\n\nQuite another.", encoding="utf-8")
    Path("undated.txt").write_text("No date at all.", encoding="utf-8")
    Path("—.txt").write_text("date: 2031-05-06\n\nNo name.", encoding="utf-8")
    answer = offramp("draft", *words)
    assert answer.code == 2
    assert said in answer.err
    assert not (Path("new") / NAME).exists()


def test_an_earlier_day_and_a_cast_without_somebody_of_the_draft_are_refused(offramp: Offramp) -> None:
    first(offramp)
    before = (OUT / NAME).read_bytes()
    earlier = offramp("draft", "texts/ledger.txt", "--as-of", "2031-05-07", "--out", OUT)
    assert (earlier.code, "the draft there is as of 10 May 2031" in earlier.err) == (2, True)
    Path("less.yaml").write_text(CAST_FILE.replace("  orsk: {role: defender, name: Orsk}\n", ""), encoding="utf-8")
    less = offramp("draft", "texts/ledger.txt", "--cast", "less.yaml", "--out", OUT)
    assert (less.code, "items of the draft name orsk, not in the cast" in less.err) == (2, True)
    assert (OUT / NAME).read_bytes() == before


def test_a_changed_article_is_not_taken_for_the_one_that_was_drafted(offramp: Offramp) -> None:
    first(offramp)
    Path("texts/ledger.txt").write_text("date: 2031-05-06\n\nRewritten since.", encoding="utf-8")
    answer = offramp("draft", "texts/ledger.txt", "--out", OUT)
    assert (answer.code, "'ledger' is another text already" in answer.err) == (2, True)


def test_a_copy_under_another_name_is_the_same_article(offramp: Offramp) -> None:
    first(offramp)
    Path("texts/ledger.txt").rename("texts/copy.txt")
    answer = offramp("draft", "texts/copy.txt", "--out", OUT)
    assert answer.out.splitlines()[1].split() == ["ledger", "2031-05-06", "3", "3", "0"]


def test_adopting_says_what_was_written_and_what_became_of_proposals(offramp: Offramp) -> None:
    first(offramp)
    refused = offramp("adopt", OUT)
    assert (refused.code, "3 items without an answer: D01, D02, D03." in refused.err) == (2, True)
    judged(OUT, D02="rejected")
    answer = offramp("adopt", OUT)
    assert answer.code == 0
    assert answer.out == "2 items adopted; of 3 proposals so far: 2 accepted, 0 edited, 1 rejected, 0 added\n"
    wrote = [line.rpartition("/")[2] for line in answer.err.splitlines() if line.startswith("wrote ")]
    assert wrote == ["sources.yaml", "evidence.yaml", "baseline.yaml", NAME]
    assert answer.err.splitlines()[-1] == f"next: offramp validate {OUT}/baseline.yaml"
    assert offramp("validate", OUT / "evidence.yaml").code == 0
    assert offramp("check", "--articles", "texts", OUT).code == 0
    Path("texts/ledger.txt").unlink()
    assert "the article of ledger is missing or has changed" in offramp("adopt", OUT).err


def test_a_paragraph_too_long_to_be_read_is_told(offramp: Offramp) -> None:
    Path("texts/ledger.txt").write_text("date: 2031-05-06\n\nShort.\n\n" + "The army waits. " * 300, encoding="utf-8")
    answer = offramp("draft", "texts/ledger.txt", "--cast", "cast.yaml", "--as-of", "2031-05-10", "--out", OUT)
    assert "texts/ledger.txt: paragraph 2 is too long to be read to its end" in answer.err


def test_the_draft_may_be_named_in_place_of_its_folder(offramp: Offramp) -> None:
    first(offramp)
    judged(OUT)
    assert f"offramp adopt {OUT}\n" in offramp("review", OUT / NAME, "--cli").err
    assert offramp("adopt", OUT / NAME).code == 0


def test_a_draft_is_no_scenario(offramp: Offramp) -> None:
    first(offramp)
    answer = offramp("run", OUT / NAME)
    assert (answer.code, "is a draft of evidence, not a scenario" in answer.err) == (2, True)


def test_the_help_lists_both_under_their_own_job(offramp: Offramp) -> None:
    text = offramp("--help").out
    panel = text[text.index("Code evidence") : text.index("Run it")]
    assert "draft" in panel
    assert "adopt" in panel


def test_a_suggested_cast_needs_only_roles(offramp: Offramp, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"Port Anselm": 3, "Port-Anselm": 1, 'The "Free" Towns': 2, "Карс": 1}
    monkeypatch.setattr("sim.draft.rules.suggest_cast", lambda article: names)
    answer = offramp("draft", "texts/ledger.txt", "texts/gazette.txt", "--suggest-cast")
    assert answer.code == 0
    assert answer.out.splitlines()[2:4] == [
        '  port-anselm: {role: , name: "Port Anselm"}  # 6 times',
        '  the-free-towns: {role: , name: "The \\"Free\\" Towns"}  # 4 times',
    ]
    cast = Path("suggested.yaml")
    cast.write_text(answer.out, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"cast\.port-anselm\.role: expected 'initiator'"):
        read_cast(cast)
    cast.write_text(answer.out.replace("role: ", "role: mediator"), encoding="utf-8")
    assert [one.name for one in read_cast(cast).values()] == sorted(names, key=lambda name: -names[name])
