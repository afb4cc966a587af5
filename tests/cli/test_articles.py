"""`check --articles`: what holds, what moved, what differs, what copies; exit codes; what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.articles.article import read_article
from sim.articles.paragraphs import paragraph_hash
from tests.cli.conftest import Offramp
from tests.places import IDLIB

TEXTS = (
    "Veldania moved two brigades to the river on Monday.",
    "Orsk said it would never leave the towns to anybody at all.",
    "The envoy left.",
)
Coded = Callable[..., Path]


def article(folder: Path, texts: tuple[str, ...] = TEXTS, name: str = "ledger.txt") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n\n".join(texts), encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the article in `texts`, which commands run from."""
    monkeypatch.chdir(tmp_path)
    article(tmp_path / "texts")
    return tmp_path


@pytest.fixture
def coded(folder: Path) -> Coded:
    """Write evidence with an item anchored in each paragraph but the last, which has none."""

    def write(says: str = "Orsk means to stay.", source: str = "ledger", digest: str = "") -> Path:
        items = ""
        for number, words in enumerate(("Veldania brought up soldiers.", says, "The envoy is gone."), 1):
            text = TEXTS[number - 1]
            anchor = f"    anchor: {{paragraph: {number}, span: [0, 8], sha256: {paragraph_hash(text)}}}\n"
            items += (
                f"  E{number}:\n    actor: veldania\n    date: 2031-05-03\n    source: {source}\n"
                f"    paragraph: {number}\n{anchor if number < 3 else ''}    says: {words}\n    kind: statement\n"
                f"    informs: stance\n    bearing: 0.5\n    reliability: 0.8\n    occasion: one-{number}\n"
            )
        path = folder / "evidence.yaml"
        path.write_text(f"schema: offramp/evidence/1\nsources: ./sources.yaml\nitems:\n{items}", encoding="utf-8")
        hashed = f"    sha256: {digest}\n" if digest else ""
        (folder / "sources.yaml").write_text(
            f"schema: offramp/sources/1\nsources:\n  {source}:\n    title: A ledger\n    date: 2031-05-04\n{hashed}",
            encoding="utf-8",
        )
        return path

    return write


def row(out: str) -> list[int]:
    """Return the counts of the only file."""
    return [int(one) for one in out.splitlines()[1].split()[1:]]


def test_items_that_hold_leave_with_0(offramp: Offramp, coded: Coded) -> None:
    answer = offramp("check", "--articles", "texts", coded())
    assert (answer.code, row(answer.out)) == (0, [3, 2, 0, 0, 1, 0, 0])
    assert answer.err == "every item with its article here passes\n"


def test_a_paragraph_put_before_moves_items_and_they_still_hold(offramp: Offramp, coded: Coded, folder: Path) -> None:
    article(folder / "texts", ("Added later.", *TEXTS))
    answer = offramp("check", "--articles", "texts", coded())
    assert (answer.code, row(answer.out)) == (0, [3, 0, 2, 0, 1, 0, 0])
    assert "evidence.yaml:4:3: items.E1: moved to paragraph 2" in answer.err


def test_an_item_whose_paragraph_differs_leaves_with_1_and_its_place(
    offramp: Offramp, coded: Coded, folder: Path
) -> None:
    article(folder / "texts", (TEXTS[0], "Orsk said it would leave.", TEXTS[2]))
    answer = offramp("check", "--articles", "texts", coded())
    assert (answer.code, row(answer.out)) == (1, [3, 1, 0, 1, 1, 0, 0])
    assert "evidence.yaml:16:3: items.E2: paragraph 2 differs; code the item again" in answer.err
    assert "1 item fails" in answer.err
    assert "leave the towns" not in answer.out + answer.err


def test_six_words_in_a_row_from_the_paragraph_leave_with_1(offramp: Offramp, coded: Coded) -> None:
    five = offramp("check", "--articles", "texts", coded(says="Orsk said it would never go."))
    assert five.code == 0
    six = offramp("check", "--articles", "texts", coded(says="Orsk said it would never leave."))
    assert (six.code, row(six.out)) == (1, [3, 2, 0, 0, 1, 0, 1])
    assert "copies more than 5 words in a row (orsk said it would never leave)" in six.err


def test_an_article_is_found_by_its_hash_under_any_name_and_else_by_its_name(
    offramp: Offramp, coded: Coded, folder: Path
) -> None:
    digest = read_article(folder / "texts" / "ledger.txt").sha256
    by_hash = offramp("check", "--articles", "texts", coded(source="gazette", digest=digest))
    assert row(by_hash.out) == [3, 2, 0, 0, 1, 0, 0]
    nowhere = offramp("check", "--articles", "texts", coded(source="gazette", digest="0f" * 32))
    assert (nowhere.code, row(nowhere.out)) == (2, [3, 0, 0, 0, 1, 2, 0])
    assert "nothing was checked" in nowhere.err


def test_a_copy_with_the_hash_goes_before_a_file_of_the_name(offramp: Offramp, coded: Coded, folder: Path) -> None:
    digest = read_article(folder / "texts" / "ledger.txt").sha256
    article(folder / "texts", name="as-coded.txt")
    article(folder / "texts", ("Quite another text.",))
    answer = offramp("check", "--articles", "texts", coded(digest=digest))
    assert (answer.code, row(answer.out)) == (0, [3, 2, 0, 0, 1, 0, 0])


def test_json_has_the_counts_and_what_there_is_to_tell(offramp: Offramp, coded: Coded, folder: Path) -> None:
    article(folder / "texts", ("Added.", TEXTS[0]))
    answer = offramp("check", "--articles", "texts", ".", "--format", "json") if coded() else None
    assert answer is not None
    assert answer.code == 1
    (file,) = answer.json["files"]
    assert answer.json["holds"] is False
    assert (file["file"], file["items"], file["moved"], file["differs"]) == ("evidence.yaml", 3, 1, 1)
    assert [one["item"] for one in file["told"]] == ["E1", "E2"]


def test_a_scenario_and_its_folder_name_the_same_evidence_once(offramp: Offramp, folder: Path) -> None:
    answer = offramp("check", "--articles", "texts", IDLIB / "baseline.yaml", IDLIB / "german-offer.yaml", IDLIB)
    assert answer.code == 2
    assert len(answer.out.splitlines()) == 2
    assert row(answer.out) == [41, 0, 0, 0, 0, 41, 0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--articles", "nowhere", "evidence.yaml"), "nowhere is not a folder"),
        (("--articles", "empty", "evidence.yaml"), "there is no article in empty"),
        (("--articles", "texts", "texts"), "there is no file of evidence in texts"),
        (("--articles", "texts", "bad.yaml"), "bad.yaml"),
        (("--articles", "texts", "evidence.yaml", "--junit", "out.xml"), "--articles judges no gates"),
    ],
)
def test_bad_input_leaves_with_2(
    offramp: Offramp, coded: Coded, folder: Path, words: tuple[str, ...], said: str
) -> None:
    coded()
    (folder / "empty").mkdir()
    (folder / "bad.yaml").write_text("schema: offramp/evidence/1\nsources: ./none.yaml\nitems: {}\n", encoding="utf-8")
    answer = offramp("check", *words)
    assert answer.code == 2
    assert said in answer.err


def test_an_anchor_in_another_paragraph_than_the_item_cites_is_a_fault(offramp: Offramp, coded: Coded) -> None:
    path = coded()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    paragraph: 2\n", "    paragraph: 3\n"), encoding="utf-8")
    answer = offramp("validate", path)
    assert answer.code == 2
    assert "items.E2.anchor: expected an anchor in paragraph 3, which the item cites (got 2)" in answer.err


def test_every_item_of_the_idlib_evidence_has_an_anchor_with_a_span_of_its_own_paragraph() -> None:
    from sim.scenario.evidence_files import read_evidence

    evidence = read_evidence(IDLIB / "evidence.yaml")
    assert len(evidence.items) == 41
    hashes: dict[int, str] = {}
    for name, item in evidence.items.items():
        assert item.anchor is not None, name
        assert item.anchor.paragraph == item.paragraph, name
        assert hashes.setdefault(item.anchor.paragraph, item.anchor.sha256) == item.anchor.sha256, name
    assert list(hashes) == list(range(1, 14))
    assert evidence.sources["ea-2018-08-19"].sha256 is not None
