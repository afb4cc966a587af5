"""Scores of a ledger: how good its forecasts were, compared with the baselines that were stored with them.

Only forecasts entered before their window was over count, unless late ones are requested. Several forecasts of a
question share its outcome, so intervals are clustered by question.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any

import numpy as np

from sim.evaluation.ledger.chain import head_of
from sim.evaluation.ledger.entry import EVENTS, Entry
from sim.evaluation.ledger.questions import State, forecasts_of, question_id, questions, state_of
from sim.evaluation.scoring import FEWEST, rounded, too_few
from sim.evaluation.scoring.calibration import decompose
from sim.evaluation.scoring.comparison import paired_difference
from sim.evaluation.scoring.rules import FARTHEST, LOG_CLIP, brier_score, log_score

DIGITS = 6


@dataclass(frozen=True)
class Scored:
    """One forecast of one window that has an outcome."""

    question: str
    p: float
    happened: bool
    late: bool
    baselines: dict[str, float]


def score_ledger(entries: Sequence[Entry], *, late: bool = False) -> dict[str, Any]:
    """Score a ledger as read by `read_chain`; with `late`, also what was entered after its window or the event.

    Returns the head, the counts, by event and question the windows in days that are open, the number of windows of late
    forecasts, and by event and window the counts and mean scores. There, the questions are what may be too few, because
    forecasts of one question share its outcome; with too few, there is no decomposition. A baseline is scored on the
    forecasts it was stored with, and its difference is that of Brier scores, forecasts minus baseline: below 0 the
    forecasts are better.
    """
    open_: dict[str, dict[str, tuple[int, ...]]] = {}
    windows: list[dict[str, Any]] = []
    too_late = 0
    for event in EVENTS:
        states = {name: state_of(entries, name, event) for name in questions(entries)}
        scored = _scored(entries, states, event)
        without = {name: state.open for name, state in states.items() if state.open}
        open_ |= {event: without} if without else {}
        too_late += sum(one.late for one in chain.from_iterable(scored.values()))
        for window, rows in sorted(scored.items()):
            if counted := [one for one in rows if late or not one.late]:
                windows.append(_window_score(event, window, counted))
    return {
        "head": head_of(entries),
        "entries": len(entries),
        "forecasts": len(forecasts_of(entries)),
        "questions": len(questions(entries)),
        "open": open_,
        "late": too_late,
        "includes_late": late,
        "fewest": FEWEST,
        "log_clip": LOG_CLIP,
        "windows": windows,
    }


def plain(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scores of a ledger as JSON shows them, to `DIGITS` digits."""
    return dict(rounded(scores, DIGITS))


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
            one = Scored(name, p, state.labels[window], late, beside)
            result.setdefault(window, []).append(one)
    return result


def _window_score(event: str, window: int, rows: Sequence[Scored]) -> dict[str, Any]:
    p, y = np.array([one.p for one in rows]), np.array([one.happened for one in rows])
    asked = {one.question for one in rows}
    names = dict.fromkeys(chain.from_iterable(one.baselines for one in rows))
    return {
        "event": event,
        "window": window,
        "forecasts": len(rows),
        "questions": len(asked),
        "happened": int(y.sum()),
        "brier": float(np.mean(brier_score(p, y))),
        "log": float(np.mean(log_score(p, y))),
        "decomposition": None if too_few(len(asked)) else asdict(decompose(p, y)),
        "baselines": [_baseline_score(name, rows) for name in names],
        "too_few": too_few(len(asked)),
    }


def _baseline_score(name: str, rows: Sequence[Scored]) -> dict[str, Any]:
    having = [one for one in rows if name in one.baselines]
    y = [one.happened for one in having]
    theirs = brier_score([one.baselines[name] for one in having], y)
    ours = brier_score([one.p for one in having], y)
    difference = paired_difference(ours, theirs, [one.question for one in having], bound=FARTHEST["brier"])
    return {
        "name": name,
        "forecasts": len(having),
        "brier": float(np.mean(theirs)),
        "difference": asdict(difference),
    }
