"""The content of the ledger: forecasts of questions, and the outcomes of the questions.

A question is a scenario as of a date, `ID@DATE`. Every forecast of it gives probabilities for windows of days; one
outcome resolves the windows of all of them. A window is "within n days": on one of the days 0 to n - 1 after the as-of
date, so it is over on day n.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import UsageError
from sim.evaluation.ledger.chain import append
from sim.evaluation.ledger.entry import EVENTS, Entry, sha256
from sim.wording import counted

OFFENSIVE = EVENTS[0]
POOLED = "pooled"
BASELINES = ("base_rate", "logistic", "mean", "median", "challenge", "condorcet")


@dataclass(frozen=True)
class State:
    """How far a question is resolved for one event.

    Attributes
    ----------
    as_of
        Day 0.
    windows
        All windows, in days, that forecasts of it have for the event, rising.
    labels
        For each window, whether the event came within it, if known.
    came
        The day on which it came; None if it has not, or if the day was not entered.
    known
        The first day on which it was known that it had come, at the latest: the day on which it came or, if that was
        not entered, the day of the entry that says so. None if it has not come.
    over
        For an agreement, the same of the offensive, because only an agreement before it counts; else None.
    """

    as_of: datetime.date
    windows: tuple[int, ...]
    labels: Mapping[int, bool]
    came: datetime.date | None = None
    known: datetime.date | None = None
    over: datetime.date | None = None

    @property
    def open(self) -> tuple[int, ...]:
        """Windows without an outcome."""
        return tuple(window for window in self.windows if window not in self.labels)

    def ends(self, window: int) -> datetime.date:
        """Return the first day after a window, or that of the offensive if that ended it sooner."""
        end = self.as_of + datetime.timedelta(window)
        return end if self.over is None else min(end, self.over)

    def settled(self, window: int) -> datetime.date:
        """Return the first day on which an observer may know whether the event came within a window."""
        return self.ends(window) if self.known is None else min(self.ends(window), self.known)


def question_id(content: Mapping[str, Any]) -> str:
    """Return `ID@DATE` of a forecast."""
    return f"{content['scenario']['id']}@{content['question']['as_of']}"


def record_forecast(path: Path, record: Mapping[str, Any], raw: bytes, at: datetime.datetime | None) -> Entry:
    """Enter a forecast.

    Parameters
    ----------
    path
        The ledger, created if there is none.
    record, raw
        A checked forecast.json, parsed and as bytes; its digest is recorded.
    at
        Time of entry.

    Raises
    ------
    UsageError
        If the same file is already in the ledger, its windows are already resolved, so that it would not be a forecast,
        or it does not have the form of a forecast.
    LedgerError, ReportError
        As for `append`.
    """
    try:
        content = forecast_content(record, raw)
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"the forecast cannot be entered: it is not in the form of a forecast ({error})") from None

    def make(entries: Sequence[Entry]) -> tuple[str, Mapping[str, Any]]:
        for entry in forecasts_of(entries):
            if entry.content["forecast_sha256"] == content["forecast_sha256"]:
                raise UsageError(f"this forecast is in {path} already, as entry {entry.number}")
        name = question_id(content)
        if name in questions(entries):
            state = state_of(entries, name, OFFENSIVE)
            windows = map(int, content["probabilities"]["offensive"])
            if state.known is not None or state.labels.keys() >= set(windows):
                raise UsageError(f"the question {name} is resolved in {path}: what is said of it now is no forecast")
        return "forecast", content

    return append(path, make, at, create=True)


def forecast_content(record: Mapping[str, Any], raw: bytes) -> dict[str, Any]:
    """Return the part of a forecast that the ledger records."""
    question, environment = record["question"], record.get("environment") or {}
    return {
        "scenario": {key: record["scenario"][key] for key in ("id", "title", "hash")},
        "question": {
            "as_of": record["as_of"],
            "horizon": record["horizon"],
            "resolves": question["resolves"],
            "does_not_resolve": question["does_not_resolve"],
        },
        "seed": record["seed"],
        "runs": record["runs"],
        "model": environment.get("model"),
        "probabilities": {
            event: {window: one["p"] for window, one in record["outcomes"][event].items()} for event in EVENTS
        },
        "baselines": _beside(record),
        "forecast_sha256": sha256(raw),
    }


def _beside(record: Mapping[str, Any]) -> dict[str, dict[str, float]] | None:
    """Return the other forecasts by window and name: the baselines, the pool, and the latest of each other source."""
    beside: dict[str, dict[str, float]] = {}
    for window, one in (record.get("baselines") or {}).get("windows", {}).items():
        beside[window] = _of_baselines(one)
    for window, p in (record.get("pooled") or {}).items():
        beside.setdefault(window, {})[POOLED] = p
    for window, name, p in others_by_window(record):
        own = name not in (*BASELINES, POOLED)  # a source may have the name of a baseline
        beside.setdefault(window, {})[name if own else f"{name} (said)"] = p
    return beside or None


def _of_baselines(window: Mapping[str, Any]) -> dict[str, float]:
    said = {name: window.get(name) for name in ("base_rate", "logistic")} | (window.get("positions") or {})
    return {name: one["p"] for name in BASELINES if (one := said.get(name)) is not None}


def others_by_window(record: Mapping[str, Any]) -> list[tuple[str, str, float]]:
    """Return others' forecasts of a window of the forecast, earliest first: the window, who, and the probability.

    Only statements that end on the last day of a window can be scored with it.
    """
    as_of = datetime.date.fromisoformat(record["as_of"])
    ends = {
        (as_of + datetime.timedelta(days=int(window) - 1)).isoformat(): window
        for window in record["outcomes"]["offensive"]
        if window.isdecimal()
    }
    others = sorted(record.get("others", ()), key=lambda one: one["date"])
    return [(ends[one["by"]], one["name"], one["p"]) for one in others if one["by"] in ends]


def resolve(  # noqa: PLR0913 - what a resolution says, all but the first two by name
    path: Path,
    name: str,
    *,
    outcome: str,
    at: datetime.datetime | None,
    event: str = "offensive",
    note: str | None = None,
    correct: bool = False,
) -> Entry:
    """Enter the outcome of a question, for all its open windows.

    Parameters
    ----------
    path
        The ledger.
    name
        Name of the question, `ID@DATE`, or `ID` if that is unambiguous.
    outcome
        The date on which the event came; `no` if it has not come, which resolves the windows that are over; `yes` if it
        came on an unknown day before any open window was over.
    at
        Time of entry.
    event
        One of `EVENTS`.
    note
        Source of the outcome.
    correct
        Whether this replaces everything entered for the event before; it does so by a further entry.

    Raises
    ------
    UsageError
        If there is no such question, nothing is left to resolve, or the outcome contradicts earlier entries.
    LedgerError, ReportError
        As for `append`.
    """
    if event not in EVENTS:
        raise UsageError(f"there is no event {event!r}; expected one of {', '.join(EVENTS)}")

    today = (datetime.datetime.now(datetime.UTC) if at is None else at.astimezone(datetime.UTC)).date()

    def make(entries: Sequence[Entry]) -> tuple[str, Mapping[str, Any]]:
        full = _full_name(entries, name, path)
        state = state_of(entries, full, event)
        if correct and not state.labels:
            raise UsageError(f"nothing to correct: nothing was entered for the {event} of {full}; leave out --correct")
        labels = _labels(replace(state, labels={}) if correct else state, outcome, today, event)
        _check_order(entries, full, event, outcome)
        new = labels if correct else _new_labels(state, labels, full, event)
        kind = "correction" if correct else "resolution"
        windows = {str(window): label for window, label in sorted(new.items())}
        return kind, {"question": full, "event": event, "outcome": outcome, "windows": windows, "note": note}

    return append(path, make, at)


def _check_order(entries: Sequence[Entry], name: str, event: str, outcome: str) -> None:
    """Check that no agreement follows the offensive, which ends a future, where both have a day."""
    entered = None if outcome in ("yes", "no") else datetime.date.fromisoformat(outcome)
    begun, agreed = (entered if one == event else state_of(entries, name, one).came for one in EVENTS)
    if begun is not None and agreed is not None and agreed > begun:
        raise UsageError(
            f"the offensive of {name} began on {begun} and the agreement came on {agreed}, but only an agreement "
            "before the offensive counts; enter `--event agreement --outcome no`, or correct a wrong day with --correct"
        )


def _labels(state: State, outcome: str, today: datetime.date, event: str) -> dict[int, bool]:
    """Return the label that an outcome implies for each window that it settles."""
    if outcome not in ("yes", "no"):
        return _labels_by_date(state, outcome, today)
    over = [window for window in state.windows if state.ends(window) <= today]
    if outcome == "yes":
        return _labels_of_yes(state, over, event)
    if not over:
        raise UsageError(f"no window is over yet; the first ends on {state.ends(state.windows[0])}")
    return dict.fromkeys(over, False)


def _labels_of_yes(state: State, over: Sequence[int], event: str) -> dict[int, bool]:
    if unknown := [str(window) for window in over if window not in state.labels]:
        said = counted(", ".join(unknown), "day")
        raise UsageError(f"a day is needed to tell whether the {event} came within {said}; give its date")
    return {window: window not in over or state.labels[window] for window in state.windows}


def _labels_by_date(state: State, outcome: str, today: datetime.date) -> dict[int, bool]:
    try:
        date = datetime.date.fromisoformat(outcome)
    except ValueError:
        raise UsageError(f"expected yes, no or a date such as 2018-09-30 after --outcome (got {outcome!r})") from None
    days = (date - state.as_of).days
    if days < 0:
        raise UsageError(f"{date} lies before the as-of date {state.as_of}")
    if date > today:
        raise UsageError(f"{date} lies in the future: an outcome is entered when it has come")
    return {window: days < window for window in state.windows}


def _new_labels(state: State, labels: Mapping[int, bool], name: str, event: str) -> dict[int, bool]:
    """Return the labels that are not known yet; refuse any that contradict those known, or add nothing."""
    wrong = {window: label for window, label in state.labels.items() if labels.get(window, label) is not label}
    if wrong:
        said = ", ".join(f"{counted(window, 'day')}: {('no', 'yes')[label]}" for window, label in wrong.items())
        raise UsageError(
            f"this contradicts what was entered for the {event} of {name} ({said}); if that was wrong, add --correct"
        )
    if new := labels.items() - state.labels.items():
        return dict(new)
    left = f"; open: {counted(', '.join(map(str, state.open)), 'day')}" if state.open else ""
    raise UsageError(f"the {event} of {name} is resolved already for these windows{left}")


def questions(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the questions with forecasts, in the order of their first forecast."""
    return tuple(dict.fromkeys(question_id(entry.content) for entry in forecasts_of(entries)))


def _full_name(entries: Sequence[Entry], name: str, path: Path) -> str:
    known = questions(entries)
    fitting = [one for one in known if name in (one, one.rpartition("@")[0])]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(f"{name} is more than one question; name one of {', '.join(fitting)}")
    listed = ", ".join(known[-5:]) or "none at all"
    raise UsageError(f"there is no question {name} in {path}; it holds {listed}")


def state_of(entries: Sequence[Entry], name: str, event: str) -> State:
    """Return how far a question is resolved for an event; a correction replaces everything entered before it."""
    windows: set[int] = set()
    labels: dict[int, bool] = {}
    came = known = None
    for entry in entries:
        content = entry.content
        if entry.kind == "forecast":
            if question_id(content) == name:
                windows.update(map(int, content["probabilities"][event]))
        elif (content["question"], content["event"]) == (name, event):
            said = {int(window): label for window, label in content["windows"].items()}
            labels = said if entry.kind == "correction" else labels | said
            outcome = content["outcome"]
            came = None if outcome in ("yes", "no") else datetime.date.fromisoformat(outcome)
            known = entry.at.astimezone(datetime.UTC).date() if outcome == "yes" else came
    over = None if event == OFFENSIVE else state_of(entries, name, OFFENSIVE).known
    as_of = datetime.date.fromisoformat(name.rpartition("@")[2])
    return State(as_of, tuple(sorted(windows)), labels, came, known, over)


def forecasts_of(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that are forecasts."""
    return [entry for entry in entries if entry.kind == "forecast"]
