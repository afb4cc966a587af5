"""What a reply says, as plain values: the text of a chat completion, and the list of items in that text.

A reply that says nothing usable is no fault of the tool: its paragraphs count as unanswered, with the reason.
"""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel, Field, ValidationError

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
