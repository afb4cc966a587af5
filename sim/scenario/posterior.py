"""A posterior over the structural parameters: joint draws in a small table, shipped by name or in a user's file.

The tables shipped with offramp are in `sim/posteriors/`; `offramp calibrate` makes them. A file is CSV: its first line
is a comment with JSON that says what the draws were made from; the second names the parameters; each later line is one
draw, all equally likely.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import math
import re
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import CalibrationError, TableError
from sim.scenario.quantities import SAMPLES as SAMPLES
from sim.scenario.quantities import calendar_date
from sim.tables import read_text, table_of

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

FORMAT = "offramp/posterior/1"
_PLAIN_HEADER = re.compile(r"\w+(?:,\w+)*", re.ASCII)
_PLAIN_ROW = re.compile(r"[-+.eE0-9,]+")
MOST_BYTES = 20 << 20
PRIOR = "prior"
MODEL = 5
"""Version of the equations; in a posterior of another version, the parameters mean something else."""
SAMPLE = "sample"
"""Path of the input that says which sample of past cases a question belongs to."""
SAMPLED = ("inertia", "launch_rate")
"""Parameters with one value per sample of past cases, because selected crises are further along than threats."""
SAMPLED_COLUMNS = tuple(f"{name}_{sample}" for name in SAMPLED for sample in SAMPLES)


@dataclass(frozen=True)
class Posterior:
    """Joint draws of structural parameters, all equally likely.

    Attributes
    ----------
    name
        Name used in scenarios.
    parameters
        Names of the columns.
    numbers
        The draws in row order, as `array("d")` or a contiguous NumPy array of float64.
    about
        What it was made from, as plain values: `date` (the last day whose news it knows), `cases` and more.
    """

    name: str
    parameters: tuple[str, ...]
    numbers: array[float] | npt.NDArray[np.float64] = field(repr=False, compare=False)
    about: Mapping[str, Any] = field(repr=False, compare=False)

    @property
    def draws(self) -> npt.NDArray[np.float64]:
        """Float64 of shape (draws, parameters)."""
        import numpy as np

        return np.frombuffer(self.numbers).reshape(-1, len(self.parameters))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of names and draws, hexadecimal."""
        content = ",".join(self.parameters).encode() + self.draws.astype("<f8", copy=False).tobytes()
        return hashlib.sha256(content).hexdigest()

    def column(self, parameter: str) -> npt.NDArray[np.float64]:
        """Return the draws of one parameter, shape (draws,)."""
        return self.draws[:, self.parameters.index(parameter)]

    def text(self) -> str:
        """Return the content of its file, with numbers to six significant digits."""
        about = {"schema": FORMAT, "name": self.name, **self.about}
        lines = ["# " + json.dumps(about, ensure_ascii=True), ",".join(self.parameters)]
        lines += [",".join(f"{value:.6g}" for value in row) for row in self.draws]
        return "\n".join(lines) + "\n"


def names() -> tuple[str, ...]:
    """Return the names of the posteriors shipped with offramp."""
    return tuple(sorted(entry.name.removesuffix(".csv") for entry in _home().iterdir() if entry.name.endswith(".csv")))


@cache
def posterior(name: str) -> Posterior:
    """Return a posterior shipped with offramp; CalibrationError if there is none of that name."""
    if name not in names():
        known = ", ".join((PRIOR, *names()))
        raise CalibrationError(f"expected {known} or a CSV file (got {name!r})")
    return parse(_home().joinpath(f"{name}.csv").read_text(encoding="utf-8"), f"{name}.csv")


def latest(as_of: datetime.date) -> Posterior | None:
    """Return the latest shipped posterior that only knows what was known on a date; None if all are later.

    If several have the same date, the first by name is returned.
    """
    allowed = [name for name in names() if _date_of(name) <= as_of.isoformat()]
    return posterior(max(allowed, key=_date_of)) if allowed else None


@cache
def _date_of(name: str) -> str:
    """Return the last day known to a shipped posterior, reading only the first line of its file."""
    with _home().joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        return str(_about(file.readline(), f"{name}.csv")["date"])


def read_posterior(path: Path) -> Posterior:
    """Read a posterior from a user's file, or raise CalibrationError with the place in the file."""
    try:
        text = read_text(path, MOST_BYTES)
    except TableError as error:
        raise CalibrationError(str(error)) from None
    return parse(text, str(path))


def parse(text: str, file: str) -> Posterior:
    """Parse the content of a posterior's file, or raise CalibrationError with the line."""
    first, _, rest = text.partition("\n")
    about = _about(first, file)
    if calendar_date(str(about.get("date"))) is None:  # compared as text, so in this form alone
        raise CalibrationError(f"{file}:1: expected a `date` such as 2018-08-19: the last day it knows of")
    if about.get("model") != MODEL:
        raise CalibrationError(
            f"{file} was made for version {about.get('model', 4)} of the model, and this is version {MODEL}: make it "
            "again with `offramp calibrate`, or name another calibration"
        )
    header, numbers = _plain(rest) or _checked(rest, file)
    return Posterior(str(about["name"]), header, numbers, about)


def _plain(rest: str) -> tuple[tuple[str, ...], array[float]] | None:
    """Read a table written by `Posterior.text` in a tenth of the time; None if it needs the full parser."""
    head, *rows = rest.splitlines()
    header = tuple(head.split(","))
    if not rows or not _PLAIN_HEADER.fullmatch(head) or len(set(header)) < len(header):
        return None
    if {row.count(",") for row in rows} != {len(header) - 1} or not all(map(_PLAIN_ROW.fullmatch, rows)):
        return None
    try:
        numbers = array("d", map(float, ",".join(rows).split(",")))
    except ValueError:
        return None
    return (header, numbers) if all(map(math.isfinite, numbers)) else None


def _checked(rest: str, file: str) -> tuple[tuple[str, ...], array[float]]:
    try:
        table = table_of(rest, file, first=2)
        numbers = array("d", (row.number(name) for row in table.rows for name in table.header))
    except TableError as error:
        raise CalibrationError(str(error)) from None
    if not numbers:
        raise CalibrationError(f"{file}:3: expected at least one draw")
    return table.header, numbers


def _about(line: str, file: str) -> dict[str, Any]:
    try:
        about = json.loads(line.removeprefix("#"))
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict) or about.get("schema") != FORMAT or not isinstance(about.get("name"), str):
        raise CalibrationError(f"{file}:1: expected a comment with JSON that names the schema {FORMAT}")
    return {key: value for key, value in about.items() if key != "schema"}


def _home() -> Any:
    return resources.files("sim").joinpath("posteriors")
