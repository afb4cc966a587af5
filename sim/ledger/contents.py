"""What an entry must say, by kind: a sound chain may still hold what no ledger would have written.

Checked when a ledger is read, so that whatever works on entries may rely on it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any

EVENTS = ("offensive", "agreement")
"""Events that are kept and can be resolved; an agreement counts up to the offensive, as in the model."""


def complaint(kind: str, content: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the content of an entry, None where nothing is."""
    check = {"forecast": _forecast, "resolution": _outcome, "correction": _outcome}.get(kind)
    if check is None:
        return f"expected a forecast, resolution or correction (got {kind!r:.40})"
    try:
        return check(content)
    except (KeyError, TypeError, AttributeError):
        return f"is no {kind}: something that it must say is missing"


def _forecast(content: Mapping[str, Any]) -> str | None:
    texts = (*(content["scenario"][key] for key in ("id", "title", "hash")), content["forecast_sha256"])
    if not all(isinstance(text, str) for text in texts) or not _is_date(content["question"]["as_of"]):
        return "is no forecast: expected the scenario's id, title and hash, an as-of date, and a digest"
    by_event = [content["probabilities"][event] for event in EVENTS]
    beside = list((content["baselines"] or {}).values())
    if not all(map(_are_windows, by_event)) or not all(_are(_is_probability, one) for one in (*by_event, *beside)):
        return "is no forecast: expected probabilities from 0 to 1 by windows in days"
    return None


def _outcome(content: Mapping[str, Any]) -> str | None:
    if content["event"] not in EVENTS or not isinstance(content["question"], str):
        return "is no outcome: expected a question, and one of the events " + ", ".join(EVENTS)
    if not _are_windows(content["windows"]) or not _are(lambda label: isinstance(label, bool), content["windows"]):
        return "is no outcome: expected true or false by windows in days"
    return None


def _are_windows(values: Mapping[str, Any]) -> bool:
    """Whether the keys are windows, at least one of them."""
    return len(values) > 0 and all(key.isdecimal() and 0 < len(key) < 5 for key in values)


def _are(test: Callable[[Any], bool], values: Mapping[str, Any]) -> bool:
    return all(test(value) for value in values.values())


def _is_probability(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _is_date(text: Any) -> bool:
    try:
        return isinstance(text, str) and datetime.date.fromisoformat(text) is not None
    except ValueError:
        return False
