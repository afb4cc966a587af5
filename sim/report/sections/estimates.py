"""Comparisons for the headline: other estimates and baselines for the same question, and scores on past cases.

A reader who sees one probability should see how it compares with others: pool, samples of past cases, outside view,
what others said, baselines. The baselines learn from few, hand-picked cases, so their numbers are whole per cent and
always have an interval. Scores name no case and no outcome: a forecast page does not reveal what happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.report.chance import Chance, share_text
from sim.report.document import Block, Group, Part, Section, Table, Text
from sim.report.reading import Record, calendar_of, capital, outcome_at
from sim.report.sections.provenance import is_calibrated
from sim.report.values import NONE, dated, day_of, on_scale, plain, short_date, skill_text
from sim.wording import counted, long_date, noun

SAMPLES = {"crises": "If it is one of the library's crises", "threats": "If it is a threat between states"}


@dataclass(frozen=True)
class Line:
    """One probability among others: its label, the number as text, the ends of its interval, and their meaning.

    `kind` is `model`, `pool`, `sample`, `outside` or `other`.
    """

    label: str
    kind: str
    text: str
    p: float
    low: float | None = None
    high: float | None = None
    detail: str = ""


def others_of(record: Record) -> Group | None:
    """Read the comparisons for the headline; None if there are none."""
    days = window_of(record)
    if days is None:
        return None
    lines = tuple(lines_of(record, days))
    rows = tuple((one.label, one.text, one.detail or NONE) for one in lines)
    table = Table("", ("", "Probability", "Interval, counts"), "lrl", rows)
    note = Group("Where these come from", (Text(_note(record), "note"),), role="folded")
    title = f"Other estimates, within {counted(days, 'day')}"
    return Group(title, (Block("estimates", lines, (table,)), note), role="beside", id="beside")


def window_of(record: Record) -> str | None:
    """Return the window, in days, in which other estimates are compared.

    None if the record has no window to compare in or no outside view, or is conditional on something that the others do
    not know.
    """
    view = record["outside_view"]
    if view is None or record["baselines"] is None or record["given"] is not None:
        return None
    windows = [str(days) for days in record["milestones"] if str(days) in view["windows"]]
    return windows[-1] if windows else None


def lines_of(record: Record, days: str) -> Iterator[Line]:
    """Yield the estimates for a window, the model's own first."""
    yield _model(record, days)
    if record["pooled"] is not None and days in record["pooled"]:
        p = record["pooled"][days]
        yield Line("Pooled with the baselines", "pool", share_text(p), p)
    if record["samples"] is not None:
        for name, label in SAMPLES.items():
            one = Chance.of(record["samples"][name][days])
            yield Line(label, "sample", one.text, one.p, one.low, one.high, f"{one.interval} Monte Carlo")
    yield from _outside(record, days)
    for other in record["others"]:
        said, until = (short_date(day_of(other[key])) for key in ("date", "by"))
        yield Line(
            f"{other['name']}, by {until}", "other", share_text(other["p"]), other["p"], detail=f"said on {said}"
        )


def _model(record: Record, days: str) -> Line:
    one = outcome_at(record, "offensive", int(days))
    low, high = one.input_range or (None, None)
    spread = "" if one.spread_text is None else f"{one.spread_text} over inputs, central 80%"
    return Line("This model", "model", one.text, one.p, low, high, spread)


def _outside(record: Record, days: str) -> Iterator[Line]:
    rate = record["baselines"]["windows"].get(days, {}).get("base_rate")
    if rate is not None:
        yield _rate("Crises like these", rate, rate["cases"])
    view = record["outside_view"]
    force, major = (view["windows"][days][kind] for kind in ("force", "major"))
    yield _rate("Threats between states: force used", force, view["cases"])
    yield _rate("Threats between states: large-scale", major, view["cases"])


def _rate(label: str, rate: Record, cases: int) -> Line:
    detail = f"{rate['happened']} of {cases}; {_interval(rate)}"
    return Line(label, "outside", share_text(rate["p"]), rate["p"], rate["low"], rate["high"], detail)


def _note(record: Record) -> str:
    parts = []
    if record["pooled"] is not None:
        weights = record["track_record"]["pool"]["weights"]
        told = ", ".join(f"{name} {weight:.0%}" for name, weight in weights.items())
        parts.append(f"Pooled on the logit scale, with weights from past cases: {told}.")
    if record["samples"] is not None:
        parts.append(
            "The headline weights the two samples as the scenario says (`sample`), or equally if it does not say."
        )
    view = record["outside_view"]
    parts.append(
        "Crises like these: hand-picked past cases, resolved by the as-of date. Threats between "
        f"states: {view['source']}; {counted(view['pairs'], 'pair')}. Large-scale: an occupation, a battle or 25 "
        "deaths. Intervals of rates are at 95%, clustered by area or pair."
    )
    return " ".join(parts)


WATCHED = "30, 90 and 180 days"
RULES = {
    "mean": "Weighted mean",
    "median": "Weighted median",
    "challenge": "Challenge model",
    "condorcet": "Condorcet choice",
}


def baselines_of(record: Record) -> Group | None:
    """Read the baselines of a record; None if it has none."""
    if record["baselines"] is None:
        return None
    as_of = long_date(calendar_of(record).as_of)
    lead = (
        f"Simple rules fitted only to past cases resolved by {as_of}. The cases were hand-picked, so their rate is not "
        "the rate in the world."
    )
    table = _table(record)
    parts: tuple[Part, ...] = (Text(lead, "note"), table, *(Text(text, "note") for text in _notes(record)))
    return Group(table.caption, parts, role="folded", id="baselines", short="Baselines")


def _table(record: Record) -> Table:
    windows = record["baselines"]["windows"]
    columns = ("Probability of an offensive within", *(counted(days, "day") for days in windows))
    rules = (_rule_name(record, rule) for rule in RULES)
    names = ("This model", "Base rate of past cases", "Logistic regression", *rules, "Cases used")
    cells = [_of_window(record, days, one) for days, one in windows.items()]
    body = tuple(zip(names, *cells, strict=True)) if windows else ()
    return Table("The model and simple baselines", columns, "l" + "r" * len(windows), body, style="narrow")


def _of_window(record: Record, days: str, window: Record) -> tuple[str, ...]:
    """Return the column of a window: the model, the baselines, how many cases they use."""
    rate = window["base_rate"]
    base = str(window["reason"])
    if rate is not None:
        base = f"{share_text(rate['p'])} ({rate['happened']} of {rate['cases']}; {_interval(rate)})"
    return (
        outcome_at(record, "offensive", int(days)).text,
        base,
        _prediction(window, window["logistic"]),
        *(_prediction(window, window["positions"].get(rule)) for rule in RULES),
        str(window["cases"]),
    )


def _prediction(window: Record, prediction: Record | None) -> str:
    """Write a probability with its interval; a dash if the rule has too few cases or no position."""
    if prediction is None or window["reason"] is not None:
        return NONE
    return f"{share_text(prediction['p'])} ({_interval(prediction)})"


def _interval(one: Record) -> str:
    return f"{share_text(one['low'])} to {share_text(one['high'])}"


def _rule_name(record: Record, rule: str) -> str:
    positions = record["baselines"]["positions"]
    if positions is None:
        return f"{RULES[rule]} [no position]"
    still = ", nobody moves" if rule == "challenge" and positions["challenge_rounds"] == 0 else ""
    return f"{RULES[rule]} [{on_scale(positions[rule])}{still}]"


def _notes(record: Record) -> Iterator[str]:
    windows = record["baselines"]["windows"]
    if windows:
        yield (
            "Round brackets: 95% intervals, wide because there are few cases; the model's own uncertainty is given "
            "with its headline. Square brackets: the scenario's position under each rule, from −1 (against an "
            "offensive) to +1 (for it); a curve fitted to the cases turns it into a probability."
        )
    for days, one in windows.items():
        if one["reason"] is not None:
            yield (
                f"Within {counted(days, 'day')} there is no baseline: {counted(one['cases'], 'resolved case')} "
                f"{noun(one['cases'], 'is', 'are')} {one['reason']}."
            )
    missing = [str(days) for days in record["milestones"] if str(days) not in windows]
    if missing:
        yield (
            f"Past cases were followed for {WATCHED}, so there is no baseline within "
            f"{counted(' or '.join(missing), 'day')}."
        )


MODEL, AT_PRIORS = "model", "model at its priors"
REFERENCES = ("base rate", "logistic regression")
MAIN_WINDOW = "90"
SCORES = {"brier": "Brier", "log": "log"}


def track_record_section(record: Record) -> Section:
    """Read the track record in a record; if there is none, the section says so."""
    track = record["track_record"]
    if track is None:
        parts: tuple[Part, ...] = (Text("The model has no track record yet for these parameters."),)
    else:
        names = next(iter(track["windows"].values()))["brier"]
        rows = tuple(
            (counted(days, "day"), left_out, shown, *(plain(one[rule][name]) for name in names))
            for left_out, windows in (("case", track["windows"]), ("area", track["areas_left_out"]))
            for days, one in windows.items()
            for rule, shown in SCORES.items()
        )
        columns = ("Within", "Left out", "Score", *map(capital, names))
        more = Table("Mean scores by what was left out", columns, "lll" + "r" * len(names), rows)
        lead = Text(_score_lead(track, calibrated=is_calibrated(record)))
        note = (
            "A perfect Brier score is 0; always saying 50% scores 0.25. Skill is the percentage by which the "
            "calibrated model's score is lower than a reference's, with a 95% interval clustered by area. "
            f"Parameters: {track['posterior']}. Made on {dated(track['made'])}; docs/backtest.md explains the method "
            "and lists the cases."
        )
        parts = (lead, _brier(track), Text(note, "note"), more.fold("Both scores, and whole areas left out"))
    return Section("Track record", parts, id="track-record")


def _score_lead(track: Record, *, calibrated: bool) -> str:
    """Return the model's mean Brier score with parameters like those of the forecast, against its references."""
    days = MAIN_WINDOW if MAIN_WINDOW in track["windows"] else list(track["windows"])[-1]
    window = track["windows"][days]
    brier = window["brier"]
    beside = " and ".join(_against(name, window) for name in REFERENCES)
    score = f"mean Brier score {plain(brier[MODEL])} within {counted(days, 'day')}"
    if not calibrated:
        score = (
            f"mean Brier score {plain(brier[AT_PRIORS])} within {counted(days, 'day')} with its parameters at their "
            f"priors, as here, and {plain(brier[MODEL])} with calibrated ones"
        )
    few = " Too few cases to judge calibration." if track["too_few"] else ""
    on = f"Scored on {counted(track['cases'], 'past case')} in {counted(track['areas'], 'area')}, {track['scheme']}"
    return f"{on}: {score}, against {beside}.{few}"


def _against(name: str, window: Record) -> str:
    """Write a reference's score, and the gain over it: `0.26 for the base rate (skill 20%, ...)`."""
    compared = window["against"][name]
    article = "the" if name == REFERENCES[0] else "a"
    _, low, high = compared["difference"]
    clear = low is not None and high is not None and (low > 0 or high < 0)
    verdict = "" if clear else "; no clear difference"
    skill = skill_text(compared["skill"]).replace(" (", ", ").rstrip(")")
    return f"{plain(window['brier'][name])} for {article} {name} (skill {skill}{verdict})"


def _brier(track: Record) -> Table:
    """Return the mean Brier scores by window, and the skill of the calibrated model over each reference."""
    windows = track["windows"].values()
    rows = [
        ("Cases (with an offensive)", *(f"{one['cases']} ({one['happened']})" for one in windows)),
        *((capital(name), *(plain(one["brier"][name]) for one in windows)) for name in next(iter(windows))["brier"]),
        *((f"Skill over the {name}", *(skill_text(one["against"][name]["skill"]) for one in windows))
          for name in REFERENCES),
    ]  # fmt: skip
    columns = ("Mean Brier score within", *(counted(days, "day") for days in track["windows"]))
    caption = f"Mean Brier scores, {track['scheme']}"
    return Table(caption, columns, "l" + "r" * len(windows), tuple(rows), style="narrow")
