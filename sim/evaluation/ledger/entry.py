"""One entry of the ledger: its required content by kind, and its line in the file with the digests that bind it.

The content of an entry is checked both when it is written and when it is read, so that other code may rely on it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

Event = Literal["offensive", "agreement"]
EVENTS: tuple[Event, ...] = get_args(Event)
"""Events that are recorded and can be resolved; an agreement counts up to the offensive, as in the model."""

Date = Annotated[str, AfterValidator(datetime.date.fromisoformat)]
Days = Annotated[str, StringConstraints(pattern="^[0-9]{1,4}$")]
Probability = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Entry:
    """One line.

    Attributes
    ----------
    number
        Number of the entry, from 1.
    kind
        `forecast`, `resolution` or `correction`.
    at
        Time of entry, UTC, by the clock of the machine that entered it.
    content
        Content of the entry, by kind.
    head
        SHA-256 of the line.
    """

    number: int
    kind: str
    at: datetime.datetime
    content: Mapping[str, Any]
    head: str


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _Scenario(_Part):
    id: str
    title: str
    hash: str


class _Question(_Part):
    as_of: Date


class _Forecast(_Part):
    scenario: _Scenario
    question: _Question
    forecast_sha256: str
    probabilities: dict[Event, Annotated[dict[Days, Probability], Field(min_length=1)]] = Field(min_length=len(EVENTS))
    baselines: dict[str, dict[str, Probability]] | None


class _Outcome(_Part):
    event: Event
    question: str
    windows: dict[Days, bool] = Field(min_length=1)


class _Line(_Part):
    model_config = ConfigDict(extra="forbid")
    format: Literal["offramp/ledger/1"] = Field(alias="schema")
    number: int
    at: AwareDatetime
    previous: str
    digest: str


class _ForecastLine(_Line):
    kind: Literal["forecast"]
    content: _Forecast


class _OutcomeLine(_Line):
    kind: Literal["resolution", "correction"]
    content: _Outcome


_LINE: TypeAdapter[_ForecastLine | _OutcomeLine] = TypeAdapter(
    Annotated[_ForecastLine | _OutcomeLine, Field(discriminator="kind")]
)


def line_of(number: int, kind: str, content: Mapping[str, Any], at: datetime.datetime, previous: str) -> bytes:
    """Return the line of an entry, without its line end; `previous` is the digest of the line before."""
    value = {
        "schema": "offramp/ledger/1",
        "number": number,
        "kind": kind,
        "at": at.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "content": content,
        "previous": previous,
    }
    return _sealed(value)


def read_line(line: bytes, number: int, previous: str) -> Entry:
    """Read a line that must have a given entry number and follow a line with a given digest.

    Raises ValueError if it does not; the message says what is wrong with it.
    """
    try:
        value = {**json.loads(line)}
        value.pop("digest")
        sealed = _sealed(value)
    except (KeyError, TypeError, ValueError, RecursionError):
        raise ValueError("it is no entry of a ledger, or no longer one") from None
    if sealed != line:
        raise ValueError("its content was changed: it does not match its own digest")
    try:
        read = _LINE.validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise ValueError(f"it is no entry of a ledger: {place}: {first['msg']}") from None
    if (read.number, read.previous) != (number, previous):
        raise ValueError("it does not follow the line before it: lines were changed, removed, added or moved here")
    return Entry(number, read.kind, read.at, value["content"], sha256(line))


def sha256(data: bytes) -> str:
    """Return the digest of a line or a file."""
    return hashlib.sha256(data).hexdigest()


def _sealed(value: Mapping[str, Any]) -> bytes:
    """Return the line for a value, with its digest last."""
    return _bytes({**value, "digest": sha256(_bytes(value))})


def _bytes(value: Mapping[str, Any]) -> bytes:
    """Return the canonical form: keys in the order given, no spaces, ASCII."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
