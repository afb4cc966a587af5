"""Scores of a ledger: how good its forecasts were, compared with the baselines that were stored with them.

Only forecasts entered before their window was over count, unless late ones are requested. Several forecasts of a
question share its outcome, so intervals are clustered by question.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np

from sim.evaluation.ledger.chain import head_of
from sim.evaluation.ledger.entry import EVENTS, Entry
from sim.evaluation.ledger.questions import State, forecasts_of, question_id, questions, state_of
from sim.evaluation.scoring import FEWEST, rounded, too_few
from sim.evaluation.scoring.calibration import Decomposition, decompose
from sim.evaluation.scoring.comparison import Difference, paired_difference
from sim.evaluation.scoring.rules import FARTHEST, LOG_CLIP, brier_score, log_score

DIGITS = 6


@dataclass(frozen=True)
class Scored:
    """One forecast of one window that has an outcome."""

    entry: int
    question: str
    p: float
    happened: bool
    late: bool
    baselines: dict[str, float]


@dataclass(frozen=True)
class BaselineScore:
    """Scores of a baseline on the forecasts it was stored with.

    Attributes
    ----------
    name
        Name of the baseline.
    forecasts
        Number of forecasts that have it.
    brier
        Its mean Brier score on them.
    difference
        Difference of Brier scores, forecasts minus baseline: below 0 the forecasts are better.
    """

    name: str
    forecasts: int
    brier: float
    difference: Difference


@dataclass(frozen=True)
class WindowScore:
    """Scores of one event and window.

    Attributes
    ----------
    event, window
        The event, and the number of days within which it may come.
    forecasts, questions, happened
        Counts: forecasts with an outcome, their questions, and forecasts whose event came.
    brier, log
        Mean scores: Brier from 0 to 1, log with probabilities clipped to [0.001, 0.999].
    decomposition
        Calibration and discrimination; None if there are fewer than 50 questions.
    baselines
        The stored baselines, scored on the same forecasts.
    """

    event: str
    window: int
    forecasts: int
    questions: int
    happened: int
    brier: float
    log: float
    decomposition: Decomposition | None
    baselines: tuple[BaselineScore, ...]

    @property
    def too_few(self) -> bool:
        """Whether there are too few questions to judge by: forecasts of one question share its outcome."""
        return too_few(self.questions)


@dataclass(frozen=True)
class LedgerScore:
    """Scores of a ledger.

    Attributes
    ----------
    entries, forecasts, questions
        Counts.
    open
        By event and question, the windows in days without an outcome, rising.
    late
        Windows of forecasts entered after the window was over or the event had come; left out unless requested.
    includes_late
        Whether the late ones are included.
    windows
        By event and window.
    head
        Digest of the last line.
    """

    entries: int
    forecasts: int
    questions: int
    open: Mapping[str, Mapping[str, tuple[int, ...]]]
    late: int
    includes_late: bool
    windows: tuple[WindowScore, ...]
    head: str

    def record(self) -> dict[str, Any]:
        """Return the plain form."""
        windows = [{**rounded(asdict(one), DIGITS), "too_few": one.too_few} for one in self.windows]
        keys = ("head", "entries", "forecasts", "questions", "open", "late", "includes_late")
        counts = {key: getattr(self, key) for key in keys}
        return {**counts, "fewest": FEWEST, "log_clip": LOG_CLIP, "windows": windows}


def score_ledger(entries: Sequence[Entry], *, late: bool = False) -> LedgerScore:
    """Score a ledger as read by `read_chain`.

    Parameters
    ----------
    late
        Whether to score forecasts that were entered after their window was over or the event had come.
    """
    open_: dict[str, dict[str, tuple[int, ...]]] = {}
    windows: list[WindowScore] = []
    too_late = 0
    for event in EVENTS:
        states = {name: state_of(entries, name, event) for name in questions(entries)}
        scored = _scored(entries, states, event)
        without = {name: state.open for name, state in states.items() if state.open}
        open_ |= {event: without} if without else {}
        too_late += sum(one.late for one in chain.from_iterable(scored.values()))
        windows += _window_scores(event, scored, late=late)
    forecasts, count = len(forecasts_of(entries)), len(questions(entries))
    return LedgerScore(len(entries), forecasts, count, open_, too_late, late, tuple(windows), head_of(entries))


def _window_scores(event: str, scored: Mapping[int, Sequence[Scored]], *, late: bool) -> Iterator[WindowScore]:
    """Yield the scores of an event by window, if there is anything to score."""
    for window, rows in sorted(scored.items()):
        counted = [one for one in rows if late or not one.late]
        if counted:
            yield _window_score(event, window, counted)


def _scored(entries: Sequence[Entry], states: Mapping[str, State], event: str) -> dict[int, list[Scored]]:
    """Return forecasts with an outcome by window."""
    result: dict[int, list[Scored]] = {}
    for entry in forecasts_of(entries):
        name = question_id(entry.content)
        state, baselines = states[name], entry.content["baselines"] or {}
        for text, p in entry.content["probabilities"][event].items():
            window = int(text)
            if window not in state.labels:
                continue
            late = entry.at.astimezone(datetime.UTC).date() >= state.settled(window)
            beside = baselines.get(text, {}) if event == "offensive" else {}
            one = Scored(entry.number, name, p, state.labels[window], late, beside)
            result.setdefault(window, []).append(one)
    return result


def _window_score(event: str, window: int, rows: Sequence[Scored]) -> WindowScore:
    p, y = np.array([one.p for one in rows]), np.array([one.happened for one in rows])
    asked = {one.question for one in rows}
    names = dict.fromkeys(chain.from_iterable(one.baselines for one in rows))
    return WindowScore(
        event=event,
        window=window,
        forecasts=len(rows),
        questions=len(asked),
        happened=int(y.sum()),
        brier=float(np.mean(brier_score(p, y))),
        log=float(np.mean(log_score(p, y))),
        decomposition=None if too_few(len(asked)) else decompose(p, y),
        baselines=tuple(_baseline_score(name, rows) for name in names),
    )


def _baseline_score(name: str, rows: Sequence[Scored]) -> BaselineScore:
    having = [one for one in rows if name in one.baselines]
    y = [one.happened for one in having]
    theirs = brier_score([one.baselines[name] for one in having], y)
    ours = brier_score([one.p for one in having], y)
    difference = paired_difference(ours, theirs, [one.question for one in having], bound=FARTHEST["brier"])
    return BaselineScore(name, len(having), float(np.mean(theirs)), difference)
