"""The page of a forecast, each section one function; `Chance` writes its numbers: sentence, table and label agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sim.report.chance import Chance, points_text
from sim.report.document import Block, Document, Entry, Group, List, Section, Table, Text, rerun
from sim.report.pages import counterfactuals, diff, drivers
from sim.report.reading import Record, calendar_of, input_name, name_in_text, name_of, outcome_at
from sim.report.sections import actors, estimates, indicators, outcomes, provenance, story
from sim.report.sections.provenance import conditional_sentence, disagreement_sentence, parameters_line
from sim.report.values import on_scale
from sim.report.words import scale_of
from sim.wording import counted, long_date

HEADING = "Probability of an offensive"
UNDECIDED, LEANING = 0.2, 0.6  # largest sizes of a stance that bear this name
_STATUS = {
    "complete": "",
    "interrupted": "This forecast was interrupted: it has fewer runs than planned and wider Monte Carlo intervals.",
    "imprecise": "This forecast did not reach the requested precision: it reached its limit of runs first.",
}


@dataclass(frozen=True)
class Window:
    """The chance of an offensive within a number of days."""

    days: int
    until: str
    chance: Chance
    line: str


def document(record: Record, words: str) -> Document:
    """Read a record into its page."""
    calendar, windows = calendar_of(record), windows_of(record, words)
    last = windows[-1]
    as_of = long_date(calendar.as_of)
    status = _STATUS.get(record["status"], f"The status of this forecast is {record['status']}.")
    settled = outcomes.convergence_figure(record)
    window = f"Window: {as_of} to {last.until}, {counted(last.days, 'day')}"
    asked, scale = record["question"], scale_of(words)
    sides = (Entry(asked["resolves"], "It resolves"), Entry(asked["does_not_resolve"], "It does not resolve"))
    question = Group("What resolves the question, and what does not", (List(sides, "notes"),), role="folded")
    bands = tuple((band.word, scale.range(band.low, band.high)) for band in scale.bands)
    ranges = Table(f"Words for probabilities: {scale.name}", ("Word", "Range"), "lr", bands)
    return Document(
        kicker=f"offramp forecast, as of {as_of}",
        title=record["scenario"]["title"],
        about=(Text(window, "window"), Text(status, "banner"), provenance.conditions_of(record), question),
        heading=HEADING,
        short="Probability",
        number=last.chance.text,
        word=last.chance.word(words),
        frequency=last.chance.frequency,
        says=f"that an offensive, limited or full, begins within {counted(last.days, 'day')}, by {last.until}",
        head=(_strips(windows), _standings(record)),
        below=(
            estimates.others_of(record),
            estimates.baselines_of(record),
            ranges.fold("The words and their ranges"),
            _errors(record, last.chance),
        ),
        sections=(
            estimates.track_record_section(record),
            diff.section_of(record),
            _suppositions(record),
            outcomes.section_of(record, [one.days for one in windows]),
            outcomes.futures_section(record),
            actors.section_of(record),
            drivers.section_of(record),
            counterfactuals.section_of(record),
            indicators.section_of(record),
            story.section_of(record),
            provenance.section_of(record),
            rerun(rerun_rows(record), settled and settled.thin()),
        ),
    )


def brief(record: Record, words: str) -> Document:
    """Read a record into what the terminal shows: the headline, all outcomes, other estimates, what moved, what if."""
    return replace(
        document(record, words),
        head=(_strips(windows_of(record, words)), outcomes.outcomes_table(record).of_columns(0, 1, 3, 4, 5)),
        below=(estimates.others_of(record),),
        sections=(diff.section_of(record), counterfactuals.brief_of(record)),
    )


def windows_of(record: Record, words: str) -> tuple[Window, ...]:
    """Return the windows that are still open, the last of them the horizon, on which the question resolves."""
    calendar = calendar_of(record)
    settled = 0 if record["given"] is None else record["given"]["day"]  # by the conditions, no offensive began by then
    days = {days for days in record["milestones"] if days > settled} | {record["horizon"]}
    chances = {day: outcome_at(record, "offensive", day) for day in sorted(days)}
    return tuple(Window(day, long_date(calendar.until(day)), one, one.line(words)) for day, one in chances.items())


def _strips(windows: tuple[Window, ...]) -> Block:
    rows = tuple((counted(one.days, "day"), one.until, one.line) for one in windows)
    return Block("strips", windows, (Table("", ("Within", "Until", HEADING), "lll", rows),))


def _standings(record: Record) -> Block:
    stances = record["provenance"]["stances"].items()
    rows = [(record["actors"][key]["name"], leaning(one["mean"]), on_scale(one["mean"])) for key, one in stances]
    told = "; ".join(f"{name_in_text(name)} {words} ({number})" for name, words, number in rows)
    text = f"Stances on day 0, from −1 (resists an offensive) to +1 (wants it): {told}."
    return Block("stands", rows, (Text(text),))


def leaning(stance: float) -> str:
    """Return words for a stance, rounded to two digits; an edge belongs to the band nearer to 0."""
    size, wants = abs(round(stance, 2)), stance > 0
    if size <= UNDECIDED:
        return "undecided"
    if size <= LEANING:
        return "leaning for it" if wants else "leaning against it"
    return "for it" if wants else "against it"


def _errors(record: Record, chance: Chance) -> Group:
    """Return both uncertainties, and the analyst's own confidence in separate sentences."""
    monte_carlo = (
        f"The 95% interval of the simulation itself, from {counted(record['runs'], 'run')} of "
        f"{counted(record['draws'], 'draw')}. It shrinks with more runs."
    )
    spread = "Not known" if chance.input_sd is None else points_text(chance.input_sd)
    inputs = f"{_input_sentence(record, chance)} {disagreement_sentence(record)}".rstrip()
    stated = record["confidence"] or {"level": "not stated", "basis": ""}
    confidence = f"The analyst's own confidence in this forecast is {stated['level']}."
    if record["confidence"] is None:
        confidence = "The scenario does not state the analyst's own confidence."
    return Group("", (
        Group("Monte Carlo error", (Text(monte_carlo),), role="card", number=chance.interval),
        Group("Input uncertainty", (Text(inputs),), role="card", number=spread),
        Text(conditional_sentence(record), "conditional"),
        Section("Analyst’s confidence", (Text(confidence), Text(stated["basis"])), id="confidence",
                short="Confidence", role="card", number=stated["level"].capitalize()),
    ), role="trio")  # fmt: skip


def _input_sentence(record: Record, chance: Chance) -> str:
    if chance.input_sd is None:
        if record["given"] is None:
            return "It needs at least two draws with at least two runs each, and this forecast has fewer."
        return (
            "A conditional forecast has none: too few draws have two runs that meet the conditions, and those that do "
            "are not like the others."
        )
    sentence = (
        "The standard deviation of the probability over the uncertain inputs: stances, strengths, ties, parameters, "
        "and what nobody can observe, the actors' leanings and the initiator's disposition. It does not shrink with "
        "more runs."
    )
    if chance.spread_text is None:
        return f"{sentence} No beta distribution fits it, so no range is given."
    sentence += f" The central 80% of a beta fit is {chance.spread_text}"
    if chance.spread_shape == "split":
        return f"{sentence} and peaks at both ends: some inputs make the offensive improbable, others nearly certain."
    if chance.spread_shape == "lopsided":
        return f"{sentence}, which does not include the mean: a few inputs give a very different answer and pull it."
    return f"{sentence}."


def _suppositions(record: Record) -> Section | None:
    notes = [Entry(text, name_of(record, name)) for name, text in record["provenance"]["notes"].items()]
    for one in record.get("warnings", []):
        kind, _, named = one["key"].partition(".")
        has_name = named and kind in ("actors", "pressures", "talks", "events", "ties")
        subject = f"{input_name(record, one['key'])}: " if has_name else ""
        text = f"{subject}{one['message']} ({one['key']}, {one['place']})"
        notes.append(Entry(text, f"Warning: {one['warning'].replace('-', ' ')}"))
    if not notes:
        return None
    return Section("What this scenario assumes", (List(tuple(notes), "notes"),), id="notes", short="Assumptions")


def rerun_rows(record: Record) -> Iterator[tuple[str, str]]:
    """Yield what is needed to reproduce the forecast, by name."""
    yield "Scenario", record["scenario"]["id"]
    yield "Scenario hash", record["scenario"]["hash"]
    yield "Parameters", parameters_line(record)
    yield "Seed", str(record["seed"])
    yield from provenance.size_rows(record)
    precision: Any = record["precision"]
    yield "Precision asked for", "none" if precision is None else f"{100 * precision:g} points half-width"
    yield "Status", record["status"]
    yield "Versions", ", ".join(f"{name} {value}" for name, value in record["environment"].items() if name != "cpu")
    yield "CPU level", record["environment"]["cpu"]
    if record["command"]:
        yield "Command", record["command"]
