"""An endpoint takes addresses that are safe to send a key to, and shows neither its key nor its path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draft.language_model.endpoint import Endpoint
from sim.errors import UsageError
from tests.draft.language_model.crisis import KEY


@pytest.mark.parametrize(
    ("url", "address", "host"),
    [
        ("https://example.org/v1", "https://example.org/v1/chat/completions", "example.org"),
        ("https://example.org/v1/", "https://example.org/v1/chat/completions", "example.org"),
        ("https://example.org/v1/chat/completions", "https://example.org/v1/chat/completions", "example.org"),
        ("https://example.org", "https://example.org/chat/completions", "example.org"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1/chat/completions", "127.0.0.1"),
        ("http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions", "[::1]"),
        ("http://localhost:11434/v1", "http://localhost:11434/v1/chat/completions", "localhost"),
    ],
)
def test_an_address_leads_to_the_chat_completions(url: str, address: str, host: str) -> None:
    made = Endpoint.of(url, "small-1")
    assert (made.address, made.host) == (address, host)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/v1",
        "http://localhost.example.org/v1",
        "http://127.0.0.1.example.org/v1",
        "http://10.0.0.1/v1",
        "http://0.0.0.0/v1",
        "http://[2001:db8::1]/v1",
        "http://2130706433/v1",
    ],
)
def test_plain_http_leads_to_this_machine_alone(url: str) -> None:
    with pytest.raises(UsageError, match="in the clear; use https"):
        Endpoint.of(url, "small-1")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/v1",
        "ftp://example.org/v1",
        "file:///etc/passwd",
        f"https://user:{KEY}@example.org/v1",
        f"https://example.org/v1?key={KEY}",
        f"https://example.org/v1#{KEY}",
        "http://127.0.0.1\\@example.org/v1",
        "http://127.0.0.1:80@example.org/v1",
        "https://example.org:0/v1",
        "https://example.org:65536/v1",
        "https://example.org/v1\r\nX: y",
        "https://exämple.org/v1",
        "https://example.org/%2e%2e/v1",
    ],
)
def test_an_address_that_may_be_read_in_two_ways_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError, match="--llm: expected an address such as") as refused:
        Endpoint.of(url, "small-1")
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("key", [f"{KEY} b", f"{KEY}\r\nX: y", f"{KEY}é", f"{KEY}\x00"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(UsageError, match="OFFRAMP_LLM_KEY: expected a key") as refused:
        Endpoint.of("https://example.org/v1", "small-1", key)
    assert KEY not in str(refused.value)


@pytest.mark.parametrize("model", ["", "  ", "m" * 201])
def test_a_model_has_a_name(model: str) -> None:
    with pytest.raises(UsageError, match="--model: expected the name"):
        Endpoint.of("https://example.org/v1", model)


def test_an_endpoint_shows_its_host_and_model_alone() -> None:
    made = Endpoint.of("https://example.org/s3cret-path/v1", "small-1", KEY)
    for text in (repr(made), str(made), str(vars(made)["key"]), str(made.made_with)):
        assert KEY not in text
    assert "s3cret" not in repr(made)
    assert made.made_with == {"language model": "small-1 at example.org"}
    assert made.headers["Authorization"] == f"Bearer {KEY}"


def test_no_key_sends_no_authorization() -> None:
    assert "Authorization" not in Endpoint.of("http://127.0.0.1:1/v1", "small-1").headers


KEYS = st.text("abcdefXYZ0123456789-", min_size=8, max_size=40)


@given(KEYS, st.text(max_size=50), st.text(max_size=50), st.integers(0, 40))
def test_no_eight_characters_of_a_key_are_shown(key: str, before: str, after: str, cut: int) -> None:
    made = Endpoint.of("https://example.org/v1", "small-1", key)
    shown = made.shown(before + key.upper() + after + key[: max(8, cut)] + before)
    assert not [place for place in range(len(key) - 7) if key[place : place + 8].lower() in shown.lower()]


def test_what_a_server_says_is_one_short_line_of_what_can_be_seen() -> None:
    made = Endpoint.of("https://example.org/v1", "small-1", KEY)
    assert made.shown("no\x1b[31m credit\nleft") == "no\\x1b[31m credit left"
    assert len(made.shown("x" * 10_000)) == 300
    assert made.shown(f"key {KEY} is wrong, {KEY[3:]} too") == "key [key] is wrong, [key] too"


def test_short_keys_hide_whole() -> None:
    assert Endpoint.of("http://127.0.0.1:1/v1", "small-1", "none").shown("a none b non") == "a [key] b non"


def test_a_key_is_found_between_signs_that_nobody_sees() -> None:
    made = Endpoint.of("https://example.org/v1", "small-1", KEY)
    assert made.tells_key(f"It said {KEY[:5]}\u200b{KEY[5:].upper()}.")
    assert not made.tells_key(KEY[:-1])
    assert not Endpoint.of("https://example.org/v1", "small-1", "none").tells_key("none")
