"""What a reply says, as plain values: the items in the text of a chat completion, and replies kept by their questions.

A reply that says nothing usable is no fault of the tool: its paragraphs count as unanswered, with the reason. It is
kept by the hash of its question, so that a draft can be made again without the server. A file holds the items of one
reply, and so the quotes in it; never the request, headers or the key.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, ValidationError

from sim.errors import ReportError, UsageError, reason_of
from sim.wholefiles import read_whole, write_whole

if TYPE_CHECKING:
    from sim.draft.language_model.endpoint import Endpoint

_FENCED = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)
_BEGINS = re.compile(r"[{\[]")


class UnusableReplyError(ValueError):
    """A reply without items; the message says why, in our words alone."""


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice] = Field(min_length=1)


def items_in(body: bytes) -> list[Any]:
    """Return the items of a chat completion, unchecked.

    Raises
    ------
    UnusableReplyError
        Where there are none.
    """
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
        raise UnusableReplyError("the reply is no chat completion") from None
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
    """Return the first JSON value of a text, which may stand in a code fence or after a model's thoughts."""
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
"""Of a file: more than a reply of two million bytes becomes when written again."""


def kept(endpoint: Endpoint, name: str) -> list[Any] | None:
    """Return the items of a reply that was kept; None where none was.

    Raises
    ------
    UsageError
        Where the file cannot be read, or is none of ours.
    """
    if endpoint.replies is None:
        return None
    path = _path(endpoint.replies, name)
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
    """Keep the items of a reply, where they do not repeat the key.

    Raises
    ------
    ReportError
        Where they cannot be written.
    """
    if endpoint.replies is None:
        return
    told = {"schema": FORMAT, "model": endpoint.model, "host": endpoint.host, "items": items}
    try:
        text = json.dumps(told, ensure_ascii=False)
    except RecursionError:  # nested as deep as no item is
        return
    if endpoint.tells_key(text):
        return
    path = _path(endpoint.replies, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise ReportError(f"cannot write {path}: {reason_of(error)}") from None


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"
