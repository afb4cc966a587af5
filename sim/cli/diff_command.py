"""`diff`: two scenarios or forecasts side by side: what differs, how far each probability moves, noise or real."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.cli.console import Format, note, print_json, say
from sim.cli.machines import Machines
from sim.progress import progress
from sim.report.chance import Shift, decimal_text
from sim.report.terminal import aligned
from sim.report.values import on_scale, quantity
from sim.runs.block.blocks import OUTCOMES
from sim.runs.store import store_at
from sim.studies.diff import Difference, Moved, blocks_of, diff, is_stored, plan_of, read_sides
from sim.wording import counted

WORDS = {"real": "real", "noise": "noise", "none": "no run differs"}
LONGEST = 60


@dataclass(frozen=True)
class Options:
    """The options of `diff` as given."""

    before: Path
    after: Path
    runs: int | None
    seed: int | None
    machines: Machines
    format_: Format
    quiet: bool
    store: str | None = None


def run(options: Options) -> None:
    """Compare and print."""
    sides = read_sides(options.before, options.after, options.seed)
    plan = plan_of(sides, options.runs, options.seed)
    with progress("diff", blocks_of(sides, plan), quiet=options.quiet) as finished:
        executor, store = options.machines.make(), store_at(options.store)
        found = diff(sides, plan, executor=executor, store=store, finished=finished)
    record = found.record()
    if options.format_ is Format.JSON:
        print_json(record)
        return
    for line in _lines(found, record):
        say(line)
    note(f"next: {_next(options)}")


def _next(options: Options) -> str:
    """Return what may be done with a difference."""
    before, after = (shlex.quote(str(path)) for path in (options.before, options.after))
    if is_stored(options.before) and not is_stored(options.after):
        return f"offramp run {after} --since {before} --out FOLDER tells it in a report"
    return f"hold on to it by a gate in {after}, as in `compared_with: ...` (docs/gates.md)"


def _lines(found: Difference, record: Mapping[str, Any]) -> Iterator[str]:
    for side, head in zip(found.sides, (record["before"], record["after"]), strict=True):
        yield f"{side.path}: {head['id']}, as of {head['as_of']}, {counted(head['horizon'], 'day')}"
    if found.runs is None:
        yield f"not paired, {found.unpaired}: every change holds the luck of two independent draws"
    else:
        yield f"paired over {counted(found.runs, 'run')}"
    yield ""
    yield from _inputs(record)
    rows = map(_row, sorted(found.rows, key=lambda one: -OUTCOMES.index(one.outcome)))
    yield from aligned(("", "within", "before", "after", "change, points (95%)", "verdict"), rows)
    yield ""
    yield "A change is real where its interval leaves 0 outside; of twenty that are noise, one may pass for real."


def _inputs(record: Mapping[str, Any]) -> Iterator[str]:
    """Write what differs in the inputs, the evidence and the settings."""
    rows = [(one["path"], one["old"], one["new"]) for one in record["inputs"]]
    rows += [(f"stance of {one['actor']}", _stance(one["old"]), _stance(one["new"])) for one in record["stances"]]
    rows += [(one["name"], one["old"], one["new"]) for one in record["settings"]]
    if not rows:
        yield "no input differs"
    for name, old, new in rows:
        yield f"{name}: {_value(old)} -> {_value(new)}"
    yield ""


def _stance(one: Mapping[str, Any] | None) -> str | None:
    return None if one is None else f"{on_scale(one['mean'])}, sd {one['sd']:.2f} ({one['from']})"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    text = " ".join(quantity(value).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _row(one: Moved) -> tuple[str, ...]:
    shift = Shift.of(one.change)
    moved = "0" if one.verdict == "none" else f"{shift.number} ({shift.interval})"
    before, after = (decimal_text(side["p"]) for side in (one.before, one.after))
    return one.outcome, counted(one.day, "day"), before, after, moved, WORDS[one.verdict]
