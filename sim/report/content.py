"""What a report says, before any layout: the sentences, figures and tables that HTML and Markdown share.

`report_of` turns a record into a `Report`; every number in it is written by `Chance`, so sentence, table and label
agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.report import captions, provenance, tables
from sim.report.baselines import Baselines, baselines_of
from sim.report.beside import Beside, beside_of
from sim.report.chance import Chance, points_text
from sim.report.counterfactuals import Counterfactuals, counterfactuals_of
from sim.report.dates import long_date
from sim.report.drivers import Drivers, drivers_of
from sim.report.given import Given, draws_line, given_of, input_sentence, runs_line, settled
from sim.report.names import heading
from sim.report.parameters import conditional_sentence, disagreement_sentence, parameters_line
from sim.report.reading import ENDS, Record, calendar_of, outcome_at, reading, strikes_of, without_off
from sim.report.schedule import Mark, in_force, marks, schedule_table
from sim.report.since import Since, since_of
from sim.report.storylines import Storylines, explain_command, storylines_of
from sim.report.tables import Table
from sim.report.track_record import TrackRecord, track_record_of
from sim.report.values import on_scale
from sim.report.watch import Watch, watch_of
from sim.report.words import scale_of
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.captions import Figure

FORMAT = "offramp/forecast/1"
UNDECIDED, LEANING = 0.2, 0.6  # sizes of a stance up to which it is called so
_STATUS = {
    "interrupted": "This forecast was interrupted: it has fewer runs than planned and wider Monte Carlo intervals.",
    "imprecise": "This forecast did not reach the precision it was asked for: its runs came to their limit first.",
}


@dataclass(frozen=True)
class Milestone:
    """The chance of an offensive within one of the windows."""

    days: int
    until: str
    chance: Chance
    line: str
    word: str


@dataclass(frozen=True)
class Actor:
    """An actor's small charts and how its stance began."""

    name: str
    role: str
    start: str
    read_from: tuple[str, ...]
    basis: str
    assumed: bool
    fan: Figure


@dataclass(frozen=True)
class Report:
    """A report's content; strings are plain text, some of it from the scenario, and not yet escaped."""

    title: str
    scenario: str
    words: Table
    question: dict[str, str]
    banner: str
    given: Given | None
    milestones: tuple[Milestone, ...]
    uncertainty: dict[str, str]
    confidence: tuple[str, str, str]
    beside: Beside | None
    baselines: Baselines | None
    track_record: TrackRecord
    since: Since | None
    notes: tuple[tuple[str, str], ...]
    standings: tuple[tuple[str, str, str], ...]
    incidence: Figure
    marks: tuple[Mark, ...]
    schedule: Table
    kinds: str
    in_force: str
    after_agreement: str
    states: Figure
    hazard: Figure | None
    outcomes: Table
    dots: Figure | None
    ends: tuple[str, ...]
    actors: tuple[Actor, ...]
    drivers: Drivers | None
    counterfactuals: Counterfactuals | None
    watch: Watch | None
    replay: str
    storylines: Storylines | None
    provenance: provenance.Provenance
    convergence: Figure | None
    rerun: tuple[tuple[str, str], ...]
    command: str

    @property
    def headline(self) -> Milestone:
        """The chance within the horizon, on which the question resolves."""
        return self.milestones[-1]


def report_of(record: Record, words: str) -> Report:
    """Read a record into the content of its report.

    Parameters
    ----------
    record
        The content of forecast.json.
    words
        The scale of words.

    Raises
    ------
    ReportError
        Where the record has another format or lacks a part, or there is no such scale.
    """
    scale_of(words)
    with reading(record, FORMAT):
        return _report_of(record, words)


def _report_of(record: Record, words: str) -> Report:
    milestones = tuple(_milestones(record, words))
    return Report(
        title=record["scenario"]["title"],
        scenario=record["scenario"]["id"],
        words=_words(words),
        question=_question(record),
        banner=_banner(record["status"]),
        given=given_of(record),
        milestones=milestones,
        uncertainty=_uncertainty(record, milestones[-1]),
        confidence=_confidence(record),
        beside=beside_of(record),
        baselines=baselines_of(record),
        track_record=track_record_of(record),
        since=since_of(record),
        notes=(*((heading(name), text) for name, text in record["provenance"]["notes"].items()), *_warnings(record)),
        standings=tuple(_standings(record)),
        incidence=captions.incidence(record),
        marks=tuple(marks(record)),
        schedule=schedule_table(record),
        kinds=_kinds(record),
        in_force=_in_force(in_force(record)),
        after_agreement=_after_agreement(record),
        states=captions.states(record),
        hazard=captions.hazard(record),
        outcomes=tables.outcomes_table(record),
        dots=captions.dots(record),
        ends=tuple(without_off(record, ENDS)),
        actors=tuple(_actors(record)),
        drivers=drivers_of(record),
        counterfactuals=counterfactuals_of(record),
        watch=watch_of(record),
        replay=f"To see one of them day by day: {explain_command(record, 'RUN')}",
        storylines=storylines_of(record),
        provenance=provenance.provenance_of(record),
        convergence=captions.convergence(record),
        rerun=tuple(_rerun(record)),
        command=record["command"] or "",
    )


def _warnings(record: Record) -> Iterator[tuple[str, str]]:
    """Yield a note on each warning about the scenario."""
    for one in record.get("warnings", []):
        yield f"Warning: {one['warning'].replace('-', ' ')}", f"{one['key']} ({one['place']}): {one['message']}"


def _words(name: str) -> Table:
    scale = scale_of(name)
    rows = [(band.word, scale.range(band.low, band.high)) for band in scale.bands]
    return Table(f"Words for probabilities: {scale.name}", ("Word", "Range"), "lr", tuple(rows))


def _question(record: Record) -> dict[str, str]:
    calendar = calendar_of(record)
    return {
        "as_of": long_date(calendar.as_of),
        "until": long_date(calendar.until(calendar.horizon)),
        "days": str(calendar.horizon),
        "resolves": record["question"]["resolves"],
        "does_not_resolve": record["question"]["does_not_resolve"],
    }


def _banner(status: str) -> str:
    return "" if status == "complete" else _STATUS.get(status, f"The status of this forecast is {status}.")


def _milestones(record: Record, words: str) -> Iterator[Milestone]:
    calendar = calendar_of(record)
    windows = {days for days in record["milestones"] if days > settled(record)}
    for days in sorted({*windows, record["horizon"]}):
        chance = outcome_at(record, "offensive", days)
        yield Milestone(days, long_date(calendar.until(days)), chance, chance.line(words), chance.word(words))


def _uncertainty(record: Record, headline: Milestone) -> dict[str, str]:
    chance = headline.chance
    return {
        "monte_carlo": chance.interval,
        "monte_carlo_is": (
            f"The 95% interval of the simulation itself, from {record['draws']:,} independent draws "
            f"({counted(record['runs'], 'run')}). It shrinks with more runs."
        ),
        "input": "Not known" if chance.input_sd is None else points_text(chance.input_sd),
        "input_is": f"{_input_sentence(record, chance)} {disagreement_sentence(record)}".rstrip(),
        "conditional": conditional_sentence(record),
    }


def _input_sentence(record: Record, chance: Chance) -> str:
    if chance.input_sd is None:
        return input_sentence(record)
    sentence = (
        "The standard deviation of the probability over what we do not know: stances, strengths, ties, parameters. "
        "It does not shrink with more runs."
    )
    if chance.spread_text is None:
        return f"{sentence} No beta distribution fits it, so no range is given."
    sentence += f" A beta fit has its central 80% at {chance.spread_text}"
    if chance.spread_shape == "split":
        return f"{sentence} and is highest at both ends: many inputs make the offensive improbable, many nearly sure."
    if chance.spread_shape == "lopsided":
        return f"{sentence}, which leaves the mean outside: few inputs give a very different answer, and they pull it."
    return f"{sentence}."


def _confidence(record: Record) -> tuple[str, str, str]:
    """Return the level, its sentence and its basis."""
    confidence = record["confidence"]
    if confidence is None:
        return "not stated", "The scenario does not state the analyst's own confidence.", ""
    level = confidence["level"]
    return level, f"The analyst's own confidence in this forecast is {level}.", confidence["basis"]


def _kinds(record: Record) -> str:
    """Say what a strike is here, and what terms are."""
    strike = f"A strike is a day of {strikes_of(record)}."
    terms = "Terms of surrender end a future without an offensive: the defenders give the ground up."
    return " ".join(without_off(record, {"strikes": strike, "terms": terms}).values())


def _after_agreement(record: Record) -> str:
    share = Chance.of(record["after_agreement"]).text
    return (
        f"An agreement is not the end: in {share} of all futures the offensive is launched while an agreement is in "
        "force."
    )


def _actors(record: Record) -> Iterator[Actor]:
    for number, (key, actor) in enumerate(record["actors"].items(), 1):
        assumed = record["provenance"]["stances"][key]["from"] != provenance.EVIDENCE
        start, read_from = provenance.start_of(record, key)
        fan = captions.fan(record, actor, number)
        yield Actor(actor["name"], actor["role"], start, read_from, actor["basis"] or "", assumed, fan)


def _standings(record: Record) -> Iterator[tuple[str, str, str]]:
    """Yield where each actor stands on day 0: its name, words, the number."""
    for key, stance in record["provenance"]["stances"].items():
        yield record["actors"][key]["name"], leaning(stance["mean"]), on_scale(stance["mean"])


def leaning(stance: float) -> str:
    """Say in words where a stance, to two digits, lies on the axis; an edge belongs to the band nearer to 0."""
    size, wants = abs(round(stance, 2)), stance > 0
    if size <= UNDECIDED:
        return "undecided"
    if size <= LEANING:
        return "rather for it" if wants else "rather against it"
    return "for it" if wants else "against it"


def _in_force(count: int) -> str:
    if count == 0:
        return ""
    subject = "One pressure was" if count == 1 else f"{count} pressures were"
    return f"{subject} in force before the window began: the stances of day 0 contain them, only their changes count."


def _rerun(record: Record) -> Iterator[tuple[str, str]]:
    yield "Scenario", record["scenario"]["id"]
    yield "Scenario hash", record["scenario"]["hash"]
    if parameters := parameters_line(record):
        yield "Parameters", parameters
    yield "Seed", str(record["seed"])
    yield "Runs", runs_line(record)
    yield "Draws", draws_line(record)
    precision: Any = record["precision"]
    yield "Precision asked for", "none" if precision is None else f"{100 * precision:g} points half-width"
    yield "Status", record["status"]
    yield "Versions", ", ".join(f"{name} {value}" for name, value in record["environment"].items() if name != "cpu")
    yield "CPU level", record["environment"]["cpu"]
