"""Extract the items from a chat completion, and cache replies by the name of their question.

An unusable reply is not an error: its paragraphs count as unanswered, with the reason. Replies are cached by the hash
of their question, so that a draft can be remade without the server. A file contains the items of one reply, including
their quotes, but never the request, headers or the key.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, ValidationError

from sim.errors import ReportError, UsageError, reason_of
from sim.wholefiles import read_whole, write_whole

if TYPE_CHECKING:
    from sim.draft.language_model.endpoint import Endpoint

_FENCED = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)
_BEGINS = re.compile(r"[{\[]")


class UnusableReplyError(ValueError):
    """A reply without usable items; the message says why, in our own words only."""


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


def items_in(body: bytes) -> list[Any]:
    """Return the unchecked items of a chat completion. Raises UnusableReplyError if there is no list of items."""
    listed = _first_value(_content(body))
    if isinstance(listed, dict):
        listed = listed.get("items")
    if not isinstance(listed, list):
        raise UnusableReplyError("the reply has no list of items")
    return listed


def _content(body: bytes) -> str:
    try:
        choice = _Completion.model_validate_json(body).choices[0]
    except ValidationError:
        raise UnusableReplyError("the reply is not a chat completion") from None
    if choice.finish_reason == "content_filter":
        raise UnusableReplyError("the server's filter withheld the reply")
    if choice.message.refusal:
        raise UnusableReplyError("the model refused")
    if choice.finish_reason == "length":
        raise UnusableReplyError("the reply was cut off at the server's limit of length")
    if not (choice.message.content or "").strip():
        raise UnusableReplyError("the reply is empty")
    return str(choice.message.content)


def _first_value(text: str) -> Any:
    """Return the first JSON value of a text, which may be in a code fence or follow a model's thoughts."""
    text = text.rpartition("</think>")[2]
    if fenced := _FENCED.search(text):
        text = fenced[1]
    begins = _BEGINS.search(text)
    if begins is None:
        raise UnusableReplyError("the reply holds no JSON")
    try:
        return json.JSONDecoder().raw_decode(text, begins.start())[0]
    except (ValueError, RecursionError):
        raise UnusableReplyError("the reply holds broken JSON") from None


FORMAT = "offramp/reply/1"
MOST_BYTES = 16_000_000
"""Size limit of a file: more than a reply of two million bytes can become when written."""


def kept(endpoint: Endpoint, name: str) -> list[Any] | None:
    """Return the items of a cached reply; None if there is none. Raises UsageError if it is unreadable or not ours."""
    if endpoint.replies is None:
        return None
    path = endpoint.replies / f"{name}.json"
    try:
        told = json.loads(read_whole(path, MOST_BYTES))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path}: cannot read the reply: {reason_of(error)}") from None
    except (ValueError, RecursionError):
        told = None
    items = told.get("items") if isinstance(told, dict) and told.get("schema") == FORMAT else None
    if not isinstance(items, list):
        raise UsageError(f"{path}: expected a reply ({FORMAT}); delete the file to ask the model again")
    return items


def keep(endpoint: Endpoint, name: str, items: list[Any]) -> None:
    """Cache the items of a reply, unless they repeat the key. Raises ReportError if they cannot be written."""
    if endpoint.replies is None:
        return
    told = {"schema": FORMAT, "model": endpoint.model, "host": endpoint.host, "items": items}
    try:
        text = json.dumps(told, ensure_ascii=False)
    except RecursionError:  # nested deeper than any item
        return
    if endpoint.tells_key(text):
        return
    path = endpoint.replies / f"{name}.json"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise ReportError(f"cannot write {path}: {reason_of(error)}") from None
