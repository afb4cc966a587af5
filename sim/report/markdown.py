"""report.md: the same content as the page, as Markdown with compact tables and no figures.

Text of a scenario is escaped, so that it reads as it was written and neither HTML nor Markdown in it takes effect. Time
tables keep every fourth week and the milestones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from sim.report.tables import Table, every
from sim.wording import counted, seen

if TYPE_CHECKING:
    from sim.report.baselines import Baselines
    from sim.report.captions import Figure
    from sim.report.content import Actor, Report
    from sim.report.counterfactuals import Counterfactuals
    from sim.report.drivers import Drivers
    from sim.report.evidence import Source
    from sim.report.provenance import Provenance
    from sim.report.since import Since
    from sim.report.storylines import Storylines
    from sim.report.track_record import TrackRecord
    from sim.report.watch import Watch

_SPECIAL = re.compile(r"[\\`*_\[\]#|~$<>&]")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_STEP = 4


def escape(text: str) -> str:
    """Escape text for use inside a line of Markdown: signs with a meaning lose it, hidden ones show."""
    return _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], f"\\{match[0]}"), seen(" ".join(text.split())))


def to_markdown(report: Report) -> str:
    """Return a report as Markdown.

    Parameters
    ----------
    report
        The content, as the page has it.
    """
    parts = (
        *_question(report),
        *_probability(report),
        *_when(report),
        *_futures(report),
        "## Actors",
        "Stance runs from −1 (resists an offensive by every means) to +1 (wants it now); posture from 0 to 1. Both are "
        "over the runs in which no offensive has begun yet.",
        *(part for actor in report.actors for part in _actor(actor)),
        *(_drivers(report.drivers) if report.drivers else ()),
        *(counterfactuals_markdown(report.counterfactuals) if report.counterfactuals else ()),
        *(_watch(report.watch) if report.watch else ()),
        *_storylines(report.storylines),
        *_provenance(report.provenance),
        *_rerun(report),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _question(report: Report) -> Iterator[str]:
    asked = report.question
    yield f"# {escape(report.title)}"
    yield (
        f"offramp forecast, as of {asked['as_of']}. Window: {asked['as_of']} to {asked['until']}, "
        f"{counted(asked['days'], 'day')}."
    )
    yield f"> **{escape(report.banner)}**" if report.banner else ""
    if report.given is not None:
        yield f"> **{escape(report.given.lead)}** {'; '.join(map(escape, report.given.conditions))}."
        yield escape(report.given.basis)
    yield f"**It resolves:** {escape(asked['resolves'])}"
    yield f"**It does not resolve:** {escape(asked['does_not_resolve'])}"


def _probability(report: Report) -> Iterator[str]:
    head, uncertainty = report.headline, report.uncertainty
    yield "## Probability of an offensive"
    yield (
        f"**{head.line}** that an offensive, limited or full, begins within {counted(head.days, 'day')}, by "
        f"{head.until}."
    )
    stands = "; ".join(f"{escape(name)} {words} ({number})" for name, words, number in report.standings)
    yield f"Where they stand on day 0, from −1 (resists an offensive) to +1 (wants it): {stands}."
    rows = tuple((counted(one.days, "day"), one.until, one.line) for one in report.milestones)
    yield markdown_table(Table("", ("Within", "Until", "Probability of an offensive"), "lll", rows))
    if report.beside:
        yield f"### {report.beside.title}"
        yield markdown_table(report.beside.table)
        yield escape(report.beside.note)
    if report.baselines:
        yield from _baselines(report.baselines)
    yield f"- **Monte Carlo error: {uncertainty['monte_carlo']}.** {uncertainty['monte_carlo_is']}\n" + (
        f"- **Input uncertainty: {uncertainty['input']}.** {uncertainty['input_is']}"
    )
    yield escape(uncertainty["conditional"])
    yield markdown_table(report.words) if report.words.rows else ""
    yield "## Analyst’s confidence"
    yield f"{escape(report.confidence[1])} {escape(report.confidence[2])}".strip()
    yield from _track_record(report.track_record)
    if report.since:
        yield from _since(report.since)
    if report.notes:
        yield "## What this scenario supposes"
        yield "\n".join(f"- **{escape(name)}**: {escape(text)}" for name, text in report.notes)


def _baselines(baselines: Baselines) -> Iterator[str]:
    yield f"### {baselines.table.caption}"
    yield baselines.lead
    yield markdown_table(baselines.table) if baselines.table.rows else ""
    yield escape(" ".join(baselines.notes))


def _track_record(track: TrackRecord) -> Iterator[str]:
    yield "## Track record"
    yield escape(track.lead)
    yield markdown_table(track.table) if track.table.rows else ""
    yield escape(track.note)
    yield from section(track.more)


def _since(since: Since) -> Iterator[str]:
    yield f"## {escape(since.title)}"
    yield f"**{escape(since.lead)}** {escape(since.basis)} {since.window}".strip()
    yield markdown_table(since.outcomes) if since.outcomes.rows else ""
    yield since.nothing
    yield "### Stances that are not what they were" if since.stances else ""
    for one in since.stances:
        news = "".join(f"\n  - {escape(line)}" for line in one.news)
        yield f"- **Stance of {escape(one.name)}**: {escape(one.change)}{news}"
    yield from section(since.inputs, since.settings)


def _when(report: Report) -> Iterator[str]:
    yield "## When"
    milestones = [counted(one.days, "day") for one in report.milestones]
    yield from _figure(report.incidence, milestones)
    yield "\n".join(f"{mark.number}. {mark.date}: {escape(mark.label)}" for mark in report.marks)
    yield (
        f"{escape(report.kinds)} A full offensive is launched at an imminence (readiness times support) of 0.3 or "
        f"more, a limited one below that. {report.in_force}"
    ).strip()
    yield markdown_table(report.schedule) if report.schedule.rows else ""
    yield from _figure(report.states, milestones)
    yield report.after_agreement
    if report.hazard:
        yield from _figure(report.hazard)
    yield f"### {report.outcomes.caption}"
    yield markdown_table(report.outcomes)


def _futures(report: Report) -> Iterator[str]:
    if report.dots:
        yield "## 100 futures"
        yield f"{report.dots.title}. {report.dots.unit}."
        yield markdown_table(report.dots.table)
        yield escape(report.replay)


def _figure(figure: Figure, keep: Sequence[str] = ()) -> Iterator[str]:
    yield f"### {escape(figure.title)}"
    yield f"{figure.unit}:"
    yield markdown_table(every(figure.table, _STEP, keep))


def _actor(actor: Actor) -> Iterator[str]:
    yield f"### {escape(actor.name)} ({escape(actor.role)})"
    yield f"{escape(actor.start)}" + (f" Basis: {escape(actor.basis)}" if actor.basis else "")
    yield markdown_table(every(_narrowed(actor.fan.table), _STEP))


def _narrowed(table: Table) -> Table:
    """Join the five quantiles of stance and posture to a median with the range of 90% of runs."""
    names = [table.columns[place].removesuffix(" median") for place in (3, 8)]
    rows = tuple(
        (row[0], *(f"{row[place + 2]} ({row[place]} to {row[place + 4]})" for place in (1, 6))) for row in table.rows
    )
    return Table(table.caption, (table.columns[0], *(f"{name}, median (90% of runs)" for name in names)), "lrr", rows)


def _drivers(drivers: Drivers) -> Iterator[str]:
    yield "## Drivers"
    yield f"**{escape(drivers.lead)}**"
    yield escape(drivers.split)
    yield escape(drivers.worth)
    yield escape(drivers.caution)
    yield from section(drivers.figure.table, drivers.groups)


def _watch(watch: Watch) -> Iterator[str]:
    yield "## What to watch for"
    yield f"**{escape(watch.lead)}**"
    yield escape(watch.basis)
    yield escape(watch.given)
    yield from section(watch.figure.table)


def counterfactuals_markdown(otherwise: Counterfactuals) -> Iterator[str]:
    """Yield the section on what would be otherwise."""
    yield "## If it were otherwise"
    yield f"**{escape(otherwise.lead)}**"
    yield escape(otherwise.basis)
    yield from section(otherwise.figure.table)
    yield escape(otherwise.interaction)
    yield escape(otherwise.coupling)
    yield escape(otherwise.saving)
    yield from section(otherwise.windows)


def _storylines(stories: Storylines | None) -> Iterator[str]:
    if stories is None:
        return
    yield "## Storylines"
    yield f"{escape(stories.lead)} {escape(stories.caution)}"
    for one in stories.items:
        yield f"### {one.number}. {escape(one.title)}"
        yield f"**{escape(one.standing)}**"
        yield "\n".join(f"- {escape(sentence)}" for sentence in one.sentences)
    yield escape(stories.replay)


def _provenance(provenance: Provenance) -> Iterator[str]:
    yield "## Provenance"
    yield from section(provenance.stances, provenance.occasions)
    for conflict in provenance.conflicts:
        yield f"### Conflict: {escape(conflict.name)}"
        yield markdown_table(conflict.table)
    yield escape(provenance.contested)
    yield escape(provenance.duplicates)
    yield from section(provenance.evidence)
    yield "\n".join(_source(source) for source in provenance.sources)
    if provenance.dyads.rows:
        yield from section(provenance.dyads)
        yield "Context for the ties only: no stance is read from a Goldstein score."
    yield from section(provenance.written_inputs)
    if provenance.defaults:
        yield (
            f"Defaults of the model: {counted(provenance.defaults, 'more input')}; forecast.json beside this file has "
            "them."
        )


def section(*tables: Table) -> Iterator[str]:
    """Yield each table that has rows under a heading of its own."""
    for table in tables:
        if table.rows:
            yield f"### {escape(table.caption)}"
            yield markdown_table(table)


def _source(source: Source) -> str:
    title = escape(source.title)
    if source.url:
        title = f"[{title}](<{quote(source.url, safe=':/?#@!$&*+,;=%~-._')}>)"
    return f"- {escape(source.id)}: {title}, {escape(source.details)}. {escape(source.note)}".rstrip()


def _rerun(report: Report) -> Iterator[str]:
    yield "## Rerun"
    yield f"Command: {escape(report.command)}" if report.command else ""
    yield markdown_table(Table("", ("What", "Value"), "ll", report.rerun))
    if report.convergence:
        yield from _figure(report.convergence)


def markdown_table(table: Table) -> str:
    """Return a table without its caption."""
    rule = "|".join("---:" if letter == "r" else "---" for letter in table.align)
    lines = [table.columns, *table.rows]
    header, *body = ("| " + " | ".join(escape(cell) for cell in line) + " |" for line in lines)
    return "\n".join((header, f"|{rule}|", *body))
