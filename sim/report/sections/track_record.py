"""How the model scored on past cases, said near the top of every report, in one sentence and a small table.

No case and no outcome is named: a forecast page does not tell what happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.document import Part, Section, Table, Text
from sim.report.sections.basis import is_calibrated
from sim.report.values import dated, skill_text
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record


MODEL, AT_PRIORS = "model", "model at its priors"
REFERENCES = ("base rate", "logistic regression")
MAIN_WINDOW = "90"
RULES = {"brier": "Brier", "log": "log"}


def section_of(record: Record) -> Section:
    """Read the track record that a record carries; without one the section says so."""
    track = record.get("track_record")
    if track is None:
        parts: tuple[Part, ...] = (Text("The model has no track record yet for these parameters."),)
    else:
        more = _more(track).fold("Both scores, and whole areas left out")
        lead = Text(_lead(track, calibrated=is_calibrated(record)))
        parts = (lead, _brier(track), Text(_note(track), "note"), more)
    return Section("Track record", parts, id="track-record")


def _lead(track: Record, *, calibrated: bool) -> str:
    """Tell the mean Brier score of the model with parameters like those of the forecast, against its references."""
    days = MAIN_WINDOW if MAIN_WINDOW in track["windows"] else list(track["windows"])[-1]
    window = track["windows"][days]
    brier = window["brier"]
    beside = " and ".join(_against(name, window) for name in REFERENCES)
    score = f"mean Brier score {_score(brier[MODEL])} within {counted(days, 'day')}"
    if not calibrated:
        score = (
            f"mean Brier score {_score(brier[AT_PRIORS])} within {counted(days, 'day')} with its parameters at their "
            f"priors, as here, and {_score(brier[MODEL])} with calibrated ones"
        )
    few = " Too few cases to judge calibration." if track["too_few"] else ""
    on = f"Scored on {counted(track['cases'], 'past case')} in {counted(track['areas'], 'area')}, {track['scheme']}"
    return f"{on}: {score}, against {beside}.{few}"


def _against(name: str, window: Record) -> str:
    """Write a reference's score, and what is gained over it: `0.26 of the base rate (skill 20%, ...)`."""
    compared = window["against"][name]
    article = "the" if name == REFERENCES[0] else "a"
    verdict = "" if _is_clear(compared["difference"]) else "; no clear difference"
    skill = skill_text(compared["skill"]).replace(" (", ", ").rstrip(")")
    return f"{_score(window['brier'][name])} of {article} {name} (skill {skill}{verdict})"


def _is_clear(difference: list[float | None]) -> bool:
    _, low, high = difference
    return low is not None and high is not None and (low > 0 or high < 0)


def _note(track: Record) -> str:
    return (
        "A Brier score is 0 at best; always saying 50% gives 0.25. Skill is the share of a reference's score that the "
        f"calibrated model saves, with a 95% interval clustered by area. Parameters: {track['posterior']}. Made on "
        f"{dated(track['made'])}; docs/backtest.md explains the method and lists the cases."
    )


def _brier(track: Record) -> Table:
    """Return the mean Brier scores by window, and the skill of the calibrated model over each reference."""
    windows = track["windows"].values()
    rows = [("Cases, and in how many it happened", *(f"{one['cases']} ({one['happened']})" for one in windows))]
    for name in _forecasters(track):
        rows.append((_named(name), *(_score(one["brier"][name]) for one in windows)))
    for name in REFERENCES:
        rows.append((f"Skill over the {name}", *(skill_text(one["against"][name]["skill"]) for one in windows)))
    columns = ("Mean Brier score within", *(counted(days, "day") for days in track["windows"]))
    caption = f"Mean Brier scores, {track['scheme']}"
    return Table(caption, columns, "l" + "r" * len(windows), tuple(rows), style="narrow")


def _more(track: Record) -> Table:
    """Return all mean scores: both rules, with cases and with whole areas left out."""
    names = _forecasters(track)
    rows = [
        (counted(days, "day"), left_out, shown, *(_score(one[rule][name]) for name in names))
        for left_out, windows in (("case", track["windows"]), ("area", track["areas_left_out"]))
        for days, one in windows.items()
        for rule, shown in RULES.items()
    ]
    columns = ("Within", "Left out", "Score", *map(_named, names))
    return Table("Mean scores by what was left out", columns, "lll" + "r" * len(names), tuple(rows))


def _forecasters(track: Record) -> tuple[str, ...]:
    return tuple(next(iter(track["windows"].values()))["brier"])


def _named(forecaster: str) -> str:
    return forecaster[:1].upper() + forecaster[1:]


def _score(value: float) -> str:
    return f"{value:.2f}"
