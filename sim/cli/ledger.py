"""`record`, `resolve` and `score`: record forecasts before the outcome, and score them after it."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.console import Format, epoch, note
from sim.cli.declare import command
from sim.cli.options import Output
from sim.cli.output import show
from sim.errors import UsageError
from sim.report.columns import aligned, paragraph
from sim.report.values import formatted
from sim.wording import counted

if TYPE_CHECKING:
    from sim.evaluation.ledger.entry import Entry

LedgerPath = Annotated[Path, typer.Option("--ledger", help="Ledger file (JSON lines).")]
At = Annotated[
    str | None, typer.Option("--at", help="Time of the entry, in UTC.", show_default="now, or SOURCE_DATE_EPOCH")
]
FORM = "+.4f"  # of a difference of scores
LEDGER = Path("offramp-ledger.jsonl")


@command
def record(
    forecast: Annotated[Path, typer.Argument(help="A forecast.json.", show_default=False)],
    ledger: LedgerPath = LEDGER,
    at: At = None,
    format_: Output = Format.TEXT,
) -> None:
    """Enter a forecast in the ledger before its outcome.

    offramp record reports/idlib-2018/forecast.json
    offramp record forecast.json --ledger forecasts/2026.jsonl
    """
    moment = _moment(at)
    from sim.evaluation.ledger.questions import others_by_window, question_id, record_forecast
    from sim.studies.records import read_with_bytes

    content, raw = read_with_bytes(forecast)
    entry = record_forecast(ledger, content, raw, moment)
    name = question_id(entry.content)
    _say_entry(entry, ledger, format_, f"recorded {name}")
    scored = {who for _, who, _ in others_by_window(content)}
    for other in content.get("others", ()):
        if other["name"] not in scored:
            note(f"{other['name']} forecast up to {other['by']}, which is not the end of a window: it cannot be scored")
    asked, place = shlex.quote(name), shlex.quote(str(ledger))
    note(f"next, when it is known: offramp resolve {asked} --outcome yes|no|DATE --ledger {place}")


@command
def resolve(  # noqa: PLR0913 - one parameter an option
    question: Annotated[str, typer.Argument(help="Question: ID@DATE, or ID.", show_default=False)],
    outcome: Annotated[str, typer.Option(help="Date on which it began, or yes, or no.", show_default=False)],
    event: Annotated[str, typer.Option(help="Event asked about: offensive or agreement.")] = "offensive",
    source: Annotated[str | None, typer.Option(help="Source of the outcome.")] = None,
    correct: Annotated[bool, typer.Option("--correct", help="Replace an earlier outcome by a new entry.")] = False,
    ledger: LedgerPath = LEDGER,
    at: At = None,
    format_: Output = Format.TEXT,
) -> None:
    """Enter the outcome of a question in the ledger.

    offramp resolve idlib-2018@2018-08-19 --outcome no
    offramp resolve idlib-2018 --outcome 2019-04-30 --source "The ministry's statement"
    offramp resolve idlib-2018 --outcome 2018-09-17 --event agreement
    offramp resolve idlib-2018 --outcome no --correct
    """
    from sim.evaluation.ledger.questions import resolve as enter_outcome

    entry = enter_outcome(ledger, question, outcome=outcome, at=_moment(at), event=event, note=source, correct=correct)
    content = entry.content
    windows = ", ".join(
        f"{counted(days, 'day')} {'yes' if label else 'no'}" for days, label in content["windows"].items()
    )
    verb = "corrected" if correct else "resolved"
    _say_entry(entry, ledger, format_, f"{verb} {content['question']}, {content['event']}: {windows}")
    note(f"next: {shlex.join(['offramp', 'score', '--ledger', str(ledger)])}")


@command
def score(
    ledger: LedgerPath = LEDGER,
    expect: Annotated[str | None, typer.Option(help="Head noted earlier, which the ledger must still contain.")] = None,
    late: Annotated[
        bool, typer.Option("--late", help="Also score forecasts entered when the outcome could be known.")
    ] = False,
    format_: Output = Format.TEXT,
) -> None:
    """Verify the ledger and score its resolved forecasts.

    offramp score
    offramp score --ledger forecasts/2026.jsonl --expect 3f9c01d2ab45
    offramp score --format json
    """
    from sim.evaluation.ledger.chain import read_chain
    from sim.evaluation.ledger.score import plain, score_ledger

    result = score_ledger(read_chain(ledger, expect=expect), late=late)
    show(plain(result), format_, _lines(result, ledger))
    again = shlex.join(["offramp", "score", "--ledger", str(ledger), "--expect", result["head"][:16]])
    note(f"next: keep the head elsewhere; to verify later: {again}")


def _say_entry(entry: Entry, ledger: Path, format_: Format, text: str) -> None:
    at = entry.at.isoformat()
    plain = {"number": entry.number, "kind": entry.kind, "at": at, "content": entry.content, "head": entry.head}
    show(plain, format_, [text, f"entry {entry.number} of {ledger}, head {entry.head}"])


def _moment(at: str | None) -> datetime.datetime | None:
    """Return the time of an entry in whole seconds: as given, or from SOURCE_DATE_EPOCH; None means now."""
    if at is None:
        return epoch()
    try:
        moment = datetime.datetime.fromisoformat(at)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=datetime.UTC)
        return moment.astimezone(datetime.UTC).replace(microsecond=0)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"expected a time such as 2018-08-19T12:00:00Z (got {at!r} after --at)") from None


def _lines(result: Mapping[str, Any], ledger: Path) -> Iterator[str]:
    counts = ", ".join(f"{what} {result[what]}" for what in ("entries", "forecasts", "questions"))
    yield from paragraph(f"{ledger}: intact; {counts}")
    yield f"head {result['head']}"
    for event, questions in result["open"].items():
        for name, windows in questions.items():
            yield from paragraph(f"unresolved: {event} of {name}: {counted(', '.join(map(str, windows)), 'day')}")
        yield from paragraph(f"enter an outcome with resolve --event {event}")
    if result["late"]:
        said = "scored with the others" if result["includes_late"] else "left out (--late scores them)"
        late = counted(result["late"], "forecast of a window was", "forecasts of windows were")
        yield from paragraph(f"{late} entered when the outcome could be known: {said}")
    yield from _score_lines(result["windows"]) if result["windows"] else ["nothing to score yet"]


def _score_lines(windows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield lines with the scores, event by event."""
    for event in dict.fromkeys(one["event"] for one in windows):
        yield ""
        yield from paragraph(f"{event}: Brier on 0 to 1, log clipped at 0.001 and 0.999; lower is better")
        yield from chain.from_iterable(_window_lines(one) for one in windows if one["event"] == event)


def _window_lines(one: Mapping[str, Any]) -> Iterator[str]:
    """Yield lines with the scores for a window, and those of its baselines on the same forecasts."""
    said = f"{counted(one['forecasts'], 'forecast')} of {counted(one['questions'], 'question')}"
    few = "; too few to judge" if one["too_few"] else ""
    yield from paragraph(f"within {counted(one['window'], 'day')}: {said}, {one['happened']} happened{few}")
    rows = [("model", str(one["forecasts"]), f"{one['brier']:.4f}", f"{one['log']:.4f}", "")]
    for baseline in one["baselines"]:
        less, low, high = (baseline["difference"][key] for key in ("mean", "low", "high"))
        interval = "" if low is None else f" ({formatted(low, FORM)} to {formatted(high, FORM)})"
        name, brier = baseline["name"].replace("_", " "), f"{baseline['brier']:.4f}"
        rows.append((name, str(baseline["forecasts"]), brier, "", f"{formatted(less, FORM)}{interval}"))
    yield from aligned(("", "forecasts", "Brier", "log", "model minus this (95%)"), rows, words="lrrr-", indent="  ")
    if (parts := one["decomposition"]) is not None:
        said = f"miscalibration {parts['miscalibration']:.4f}, discrimination {parts['discrimination']:.4f}"
        yield from paragraph(f"{said}, uncertainty {parts['uncertainty']:.4f}", indent="  ")
