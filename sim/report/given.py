"""What a forecast was given, as readers see it: the conditions, how many runs meet them, what does not know of them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.chance import share_text
from sim.report.dates import long_date
from sim.wording import counted

if TYPE_CHECKING:
    from sim.report.reading import Record


@dataclass(frozen=True)
class Given:
    """The note at the head of a forecast that was given something; strings are plain text and not yet escaped."""

    lead: str
    conditions: tuple[str, ...]
    basis: str


def given_of(record: Record) -> Given | None:
    """Read what a record was given; None where it was nothing."""
    given = record.get("given")
    if given is None:
        return None
    share = share_text(record["runs"] / given["runs_made"])
    return Given(
        lead="Every number of this forecast is given what has been seen since:",
        conditions=(*given["conditions"], f"no offensive by {_date(given['waiting'])}"),
        basis=(
            f"Of {counted(given['runs_made'], 'run')} made, {record['runs']:,} ({share}) meet all of it and count. "
            "The baselines and the track record do not know of it. What is seen goes with another probability; it need "
            "not bring an offensive about, nor keep one away."
        ),
    )


def input_sentence(record: Record) -> str:
    """Say why there is no sd over inputs."""
    if record.get("given") is None:
        return "It needs two runs or more of each draw, and this forecast has one."
    return (
        "It cannot be told of a forecast that is given something: too few draws have two runs that meet it, and those "
        "that do are not like the others."
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
        return long_date(datetime.date.fromisoformat(text))
    except ValueError:  # a record from elsewhere
        return text
