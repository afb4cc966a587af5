"""The server of the review: its own pages alone are answered, and every answer says how the draft is then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sim.cli.app import app
from sim.draft.files import read_draft
from sim.review.server import MOST_BYTES
from tests.review.drafts import PARAGRAPHS, write
from tests.web.served import Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving("review", write(tmp_path_factory.mktemp("served"))) as one:
        assert one.address.startswith("http://127.0.0.1:"), "the server did not start"
        yield one


@pytest.fixture(autouse=True)
def _fresh(served: Served) -> None:
    write(served.file)


def sent(served: Served, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
    """Send a request as the page does, where headers do not say otherwise; return status, headers and what came."""
    own = {"Origin": served.address.rstrip("/"), "Content-Type": "application/json"} if body is not None else {}
    said = own | {name.replace("_", "-"): text for name, text in headers.items()}
    connection = HTTPConnection("127.0.0.1", served.port, timeout=30)
    try:
        text = body if isinstance(body, str | None) else json.dumps(body)
        connection.request(
            "GET" if body is None else "POST", f"/{path}", body=text, headers={k: v for k, v in said.items() if v}
        )
        with connection.getresponse() as answer:
            content = answer.read().decode("utf-8")
            is_json = answer.headers.get_content_type() == "application/json"
            return answer.status, dict(answer.headers), json.loads(content) if is_json else content
    finally:
        connection.close()


def test_the_page_gets_the_draft_and_the_texts_as_values(served: Served) -> None:
    status, headers, value = sent(served, "draft")
    assert status == 200
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert value["frame"]["articles"][0]["paragraphs"] == list(PARAGRAPHS)
    assert [item["id"] for item in value["state"]["items"]] == ["D01", "D02", "D03"]
    assert value["state"]["progress"]["said"] == "0 of 3 items, 0 of 4 paragraphs"
    assert "false sentence" in value["frame"]["caution"]


@pytest.mark.parametrize(
    "name", ["", "review.js", "text.js", "form.js", "make.js", "review.css", "page.css", "report.css"]
)
def test_the_files_of_the_page_are_sent(served: Served, name: str) -> None:
    assert sent(served, name)[0] == 200


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "ledger.txt", "evidence.draft.yaml", "static/review.js", "server.py"]
)
def test_no_other_file_is_sent(served: Served, path: str) -> None:
    assert sent(served, path)[0] == 404


def test_an_answer_is_on_disk_when_it_returns(served: Served) -> None:
    revision = sent(served, "state")[2]["state"]["revision"]
    status, _, value = sent(served, "answer", {"do": "accept", "item": "D02", "revision": revision})
    assert (status, value["said"], value["item"]) == (200, "Saved: D02 accepted.", "D02")
    assert value["state"]["revision"] != revision
    assert read_draft(served.file / "evidence.draft.yaml").items["D02"].status == "accepted"


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"do": "accept", "item": "D01", "revision": "old"}, 409, "changed meanwhile"),
        ({"do": "accept", "item": "D77"}, 400, "there is no item 'D77'"),
        ({"do": "edit", "item": "D01", "values": {"kind": "rumour"}}, 422, "Not saved."),
        ([1], 400, "expected an answer as a map"),
    ],
)
def test_a_refusal_says_why_and_how_the_draft_is(served: Served, asked: Any, status: int, said: str) -> None:
    before = sent(served, "state")[2]["state"]
    if isinstance(asked, dict):
        asked = {"revision": before["revision"], **asked}
    found, _, value = sent(served, "answer", asked)
    assert (found, value["state"]) == (status, before)
    assert said in value["said"]
    if status == 422:
        assert value["faults"][0]["field"] == "kind"


ELSEWHERE = [{"Origin": "http://evil.example"}, {"Origin": ""}, {"Origin": "null"}, {"Host": "evil.example"}]


@pytest.mark.parametrize("headers", [*ELSEWHERE, {"Sec_Fetch_Site": "cross-site"}], ids=str)
def test_answers_from_elsewhere_are_refused(served: Served, headers: dict[str, str]) -> None:
    revision = sent(served, "state")[2]["state"]["revision"]
    assert sent(served, "answer", {"do": "accept", "item": "D01", "revision": revision}, **headers)[0] == 403
    assert sent(served, "state")[2]["state"]["revision"] == revision


@pytest.mark.parametrize(
    "body", ["{", "[" * 20_000, "\ud800".encode("utf-16", "surrogatepass").decode("latin-1"), '{"do": NaN}']
)
def test_what_is_no_answer_is_refused(served: Served, body: str) -> None:
    assert sent(served, "answer", body)[0] == 400


def test_an_answer_of_another_type_or_too_long_is_refused(served: Served) -> None:
    assert sent(served, "answer", "a=1", Content_Type="application/x-www-form-urlencoded")[0] == 415
    assert sent(served, "answer", json.dumps({"do": "x" * MOST_BYTES}))[0] == 413


def test_a_draft_that_was_broken_by_hand_is_said_with_its_line(served: Served) -> None:
    path = served.file / "evidence.draft.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("status: proposed", "status: maybe", 1), encoding="utf-8")
    status, _, value = sent(served, "state")
    assert (status, value["said"]) == (422, "The draft cannot be read.")
    assert "evidence.draft.yaml:" in value["faults"][0]["said"]
    assert value["faults"][0]["field"] == ""


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    for more in ((), ("--cli",)):
        missing = CliRunner().invoke(app, ["review", str(tmp_path), "--no-browser", *more])
        assert missing.exit_code == 2
        assert "write it with offramp draft" in missing.stderr


def test_without_aiohttp_the_command_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith(("sim.web", "sim.review.server"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    done = CliRunner().invoke(app, ["review", str(write(tmp_path)), "--no-browser"])
    assert done.exit_code == 2
    assert "the page of the review needs aiohttp; install it with: pip install 'offramp[draft]'" in done.stderr
