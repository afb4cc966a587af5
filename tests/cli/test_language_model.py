"""`draft --llm`: a language model beside the rules, what is told of it, and a key that is nowhere to be found."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sim.draft import rules
from sim.draft.files import NAME, read_draft
from sim.environment import version
from tests.cli.conftest import Answer, Offramp
from tests.draft.language_model.crisis import KEY
from tests.draft.language_model.loopback import Loopback, Reply, completion, loopback
from tests.draft.sheet import CAST_FILE, propose, texts

OUT = Path("scenarios/river-towns")
CLAIM: dict[str, Any] = {
    "paragraph": 1, "quote": "Veldania moved two brigades", "actor": ["veldania"], "target": ["orsk"],
    "date": "2031-05-05", "standing": False, "says": "Troops went to the frontier.", "kind": "deployment",
    "informs": "stance", "bearing": 0.75, "reliability": 0.9, "cameo": "15",
}  # fmt: skip
NEW = CLAIM | {"paragraph": 3, "quote": "called for calm", "actor": ["the-league"], "kind": "proposal", "cameo": "05"}
LIE = CLAIM | {"quote": "Veldania moved ten brigades"}
VALID = Reply(completion({"items": [CLAIM, NEW | {"bearing": -0.25, "target": None}, LIE]}))


@pytest.fixture(autouse=True)
def _stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules that need no parser, in a folder with a cast and an article, and a key in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rules, "propose", propose)
    monkeypatch.setattr(rules, "versions", dict)
    monkeypatch.setenv("OFFRAMP_LLM_KEY", KEY)
    monkeypatch.setenv("OFFRAMP_DEBUG", "1")
    texts(Path("texts"))
    Path("cast.yaml").write_text(CAST_FILE, encoding="utf-8")


def draft(offramp: Offramp, server: Loopback | str, *words: object) -> Answer:
    """Draft in a thread: the main one may have an event loop already."""
    address = server if isinstance(server, str) else server.address
    given = ("draft", "texts/ledger.txt", "--cast", "cast.yaml", "--as-of", "2031-05-10", "--out", OUT)
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(offramp, *given, "--llm", address, "--model", "small-1", *words).result()


def test_the_model_stands_beside_the_rules(offramp: Offramp) -> None:
    with loopback([VALID]) as server:
        answer = draft(offramp, server)
    assert answer.code == 0, answer.err
    assert answer.out.splitlines()[1].split() == ["ledger", "2031-05-06", "3", "4", "4"]
    assert "ledger: the language model proposed 2 items\n" in answer.err
    assert "ledger: 1 claim of the language model was refused: 1 for a quote that is not in its paragraph" in answer.err
    made = read_draft(OUT / NAME)
    found = [(item.paragraph, item.actor[0], item.found_by, item.confidence) for item in made.items.values()]
    assert found == [
        (1, "veldania", "both", 0.8),
        (2, "orsk", "rules", 0.6),
        (3, "the-league", "rules", 0.6),
        (3, "the-league", "model", 0.5),
    ]
    assert made.made_with == {"offramp": version(), "language model": "small-1 at 127.0.0.1"}


def test_a_draft_is_made_again_from_kept_replies_in_equal_bytes_and_adds_nothing(offramp: Offramp) -> None:
    with loopback([VALID]) as server:
        assert draft(offramp, server, "--replay", "replies").code == 0
    first = (OUT / NAME).read_bytes()
    again = draft(offramp, server, "--replay", "replies")
    assert (again.code, again.out.splitlines()[1].split()[-2:]) == (0, ["4", "0"])
    assert (OUT / NAME).read_bytes() == first
    (OUT / NAME).unlink()
    assert draft(offramp, server, "--replay", "replies").code == 0
    assert (OUT / NAME).read_bytes() == first


ERROR = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})
ECHOES = {
    "valid": Reply(completion({"items": [CLAIM | {"says": f"It is {KEY}.", KEY: KEY}]})),
    "refused": Reply(completion(None, message={"content": None, "refusal": KEY})),
    "broken": Reply(completion(f'{{"items": [{KEY}')),
    "key": Reply(ERROR, 401, {"X-Key": KEY}),
    "fault": Reply(ERROR, 400),
    "redirect": Reply(KEY, 302, {"Location": f"http://127.0.0.1:9/{KEY}"}),
    "header": Reply("", headers={"Transfer-Encoding": KEY}),
}


@pytest.mark.parametrize("name", ECHOES)
def test_the_key_is_in_no_output_and_no_file(offramp: Offramp, name: str) -> None:
    with loopback([ECHOES[name]]) as server:
        answer = draft(offramp, server, "--replay", "replies")
    assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}", "it was there to be shown"
    assert answer.code == (0 if name in ("valid", "refused", "broken") else 3)
    assert answer.err
    assert KEY not in answer.out + answer.err
    files = [path for path in Path().rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if KEY.encode() in path.read_bytes() or KEY in path.name]


def test_a_server_that_fails_leaves_the_draft_as_it_was(offramp: Offramp) -> None:
    with loopback([VALID]) as server:
        draft(offramp, server)
    before = (OUT / NAME).read_bytes()
    answer = draft(offramp, server)
    assert answer.code == 3
    assert "error: the language model's server 127.0.0.1 cannot be reached: " in answer.err
    assert (OUT / NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--llm", "http://127.0.0.1:9/v1"), "--llm needs the name of the model too"),
        (("--model", "small-1"), "name its server with --llm"),
        (("--replay", "replies"), "name its server with --llm"),
        (("--llm", "http://example.org/v1", "--model", "small-1"), "in the clear; use https"),
        (("--llm", f"https://example.org/v1?key={KEY}", "--model", "small-1"), "OFFRAMP_LLM_KEY"),
    ],
)
def test_options_that_cannot_be_used_are_refused_before_anything_is_sent(
    offramp: Offramp, words: tuple[str, ...], said: str
) -> None:
    answer = offramp("draft", "texts/ledger.txt", "--cast", "cast.yaml", "--as-of", "2031-05-10", "--out", OUT, *words)
    assert answer.code == 2
    assert said in answer.err
    assert KEY not in answer.err
    assert not OUT.exists()


def test_the_help_says_that_the_quality_is_unmeasured(offramp: Offramp) -> None:
    told = " ".join(offramp("draft", "--help").out.split())
    assert "How good its proposals are has not been measured" in told
