"""What a forecast rests on, in words: its conditions, its runs and draws, where its parameters come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.chance import points_text, share_text
from sim.report.document import Group, List, Text
from sim.report.reading import name_of
from sim.report.values import dated
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record


def conditions_of(record: Record) -> Group | None:
    """Return the note at the head of a forecast that was given something; None where it was given nothing."""
    given = record.get("given")
    if given is None:
        return None
    share = share_text(record["runs"] / given["runs_made"])
    basis = (
        f"Of {counted(given['runs_made'], 'run')} made, {record['runs']:,} ({share}) meet all conditions and count. "
        "The baselines and the track record do not know of them. A condition goes with another probability; it need "
        "not bring an offensive about, nor keep one away."
    )
    told = (_condition(record, one) for one in given["conditions"])
    conditions = List.of((*told, f"no offensive by {_date(given['waiting'])}"))
    lead = Text("Every number of this forecast is conditional on what has been seen since:", "strong")
    return Group("", (lead, conditions, Text(basis)), role="banner", id="given")


def _condition(record: Record, text: str) -> str:
    """Write a condition with the name of the actor whose posture it is on: `Turkey: deterrence above 0.5 on ...`."""
    actor, _, rest = text.partition(" ")
    return f"{name_of(record, actor)}: {rest}" if actor in record["actors"] else text


def input_sentence(record: Record) -> str:
    """Say why there is no sd over inputs."""
    if record.get("given") is None:
        return "It needs two runs or more of each draw, and this forecast has one."
    return (
        "A conditional forecast has none: too few draws have two runs that meet the conditions, and those that do are "
        "not like the others."
    )


def runs_line(record: Record) -> str:
    """Write how many runs a forecast rests on."""
    given = record.get("given")
    count = f"{record['runs']:,}"
    return count if given is None else f"{given['runs_made']:,} made, of which {count} meet what is given"


def draws_line(record: Record) -> str:
    """Write how many draws a forecast rests on, and how many runs share each."""
    if record.get("given") is not None:
        return f"{record['draws']:,} with a run that meets what is given, of {record['given']['draws_made']:,}"
    return f"{record['draws']:,} with {counted(record['replicates'], 'run')} each"


def settled(record: Record) -> int:
    """Return within how many days it is given that no offensive began; 0 where nothing is."""
    given = record.get("given")
    return 0 if given is None else int(given["day"])


def _date(text: str) -> str:
    try:
        return dated(text)
    except ValueError:  # a record from elsewhere
        return text


def is_calibrated(record: Record) -> bool:
    """Whether a posterior gives the parameters: that has a date, which priors have not."""
    return (record.get("parameters") or {}).get("date") is not None


def conditional_sentence(record: Record) -> str:
    """Tell what the probability is conditional on: the model, and its parameters as priors or calibrated."""
    said = "Both are conditional on this model: neither covers what it leaves out or gets wrong."
    if record.get("parameters") is None:
        return said
    if is_calibrated(record):
        return f"{said} Its parameters are {_calibrated(record)}.{_written(record)}"
    return f"{said} Its parameters are priors, not calibrated to past cases.{_written(record)}"


def disagreement_sentence(record: Record) -> str:
    """Tell how far calibrations under other seeds lie apart; empty where that is not known."""
    points = (record.get("parameters") or {}).get("seed_disagreement")
    if points is None:
        return ""
    return (
        f"Calibrations of the parameters under other seeds differ in it by {points_text(points / 100)}, which comes on "
        "top."
    )


def parameters_line(record: Record) -> str:
    """Return the entry after seed and runs; empty where the record does not say."""
    parameters = record.get("parameters")
    if parameters is None:
        return ""
    line = f"{_calibrated(record)}, {counted(parameters['draws'], 'draw')}" if is_calibrated(record) else "priors"
    written = parameters["written"]
    return f"{line}; the scenario writes {', '.join(written)}" if written else line


def _calibrated(record: Record) -> str:
    parameters = record["parameters"]
    cases = "past cases" if parameters["cases"] is None else counted(parameters["cases"], "past case")
    threats = parameters.get("threats")  # forecasts of earlier versions do not say
    cases += "" if threats is None else f" and {counted(threats, 'threat')} between states"
    return f"calibrated on {cases} as known on {dated(parameters['date'])} ({parameters['calibration']})"


def _written(record: Record) -> str:
    count = len(record["parameters"]["written"])
    if count == 0:
        return ""
    return f" The scenario itself sets {'one' if count == 1 else count} of them."
