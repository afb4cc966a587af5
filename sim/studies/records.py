"""Records of studies: the forms of their rows, and reading back and checking a stored forecast.

A stored forecast is compared with a later one, and its scenario run again. A forecast.json may come from anywhere, so
it is first validated against the type of its record.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from sim import environment
from sim.errors import CalibrationError, ReportError, UsageError, reason_of
from sim.report.record import read_record
from sim.scenario.crosscheck import cross_complaints
from sim.scenario.posterior import PRIOR, Posterior, posterior
from sim.scenario.scenario import Scenario, resolve
from sim.scenario.schema import Document
from sim.wholefiles import read_whole

Record = Mapping[str, Any]
Row = dict[str, float]
KEYS = ("p", "mc_low", "mc_high")


def stored_row(old: Record, outcome: str, day: int) -> Row | None:
    """Return a stored record's entry for one of `OUTCOMES` "within `day` days"; None beyond its horizon."""
    known = old["outcomes"][outcome].get(str(day))
    if known is not None:
        return {key: known[key] for key in KEYS}
    curve = {key: old["incidence"][outcome][key] for key in KEYS}
    if any(day >= len(values) for values in curve.values()):
        return None
    return {key: values[day] for key, values in curve.items()}


def unpaired_row(old: Row, new: Row) -> Row:
    """Return the difference of two independent proportions, from their intervals (Newcombe 1998, method 10)."""
    moved = new["p"] - old["p"]
    below = math.hypot(new["p"] - new["mc_low"], old["mc_high"] - old["p"])
    above = math.hypot(new["mc_high"] - new["p"], old["p"] - old["mc_low"])
    return {"p": round(moved, 6), "mc_low": round(moved - below, 6), "mc_high": round(moved + above, 6)}


MOST_BYTES = 50 << 20


def read_forecast(path: Path) -> dict[str, Any]:
    """Read a forecast.json; UsageError if there is none, or it is not a forecast of this format."""
    return read_with_bytes(path)[0]


def read_with_bytes(path: Path) -> tuple[dict[str, Any], bytes]:
    """Read a forecast.json, and return also its bytes, read once; raises as `read_forecast`."""
    try:
        raw = read_whole(path, MOST_BYTES)
        record = dict(read_record(json.loads(raw.decode("utf-8-sig"), parse_constant=_no_number)))
    except OSError as error:
        raise UsageError(f"cannot read the forecast {path}: {reason_of(error)}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} is not a forecast: expected the forecast.json that `offramp run --out` writes ({error})"
        ) from None
    except ReportError as error:
        raise UsageError(f"{path} is not a forecast: {error}") from None
    if record["given"] is not None:
        raise UsageError(f"{path} answers another question: its runs are those that meet what was given (--given) only")
    return record, raw


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def rerunnable(old: Mapping[str, Any], known: Posterior | None = None) -> Scenario | str:
    """Return the scenario of an earlier forecast, or the reason it cannot be run as it was.

    `known` is the posterior of the scenario it is compared with. A record names a user's posterior but does not contain
    it; the hash of the scenario shows whether this is the one.
    """
    document, made_by = old["document"], old["environment"]
    if made_by["model"] != environment.model_version():
        return "the earlier forecast was made by another version of the model"
    if made_by.get("cpu") != environment.cpu_level():
        return "the earlier forecast was made on another kind of processor"
    try:
        if next(cross_complaints(document), None) is not None:
            return "the scenario in the earlier file is faulty"
        scenario = scenario_again(document, known)
    except CalibrationError:  # before ValueError, its base class
        return "the posterior that the earlier forecast rests on is not available"
    except (ValueError, LookupError):
        return "the scenario in the earlier file cannot be read"
    if scenario.hash != old["scenario"]["hash"]:
        return "the scenario in the earlier file is not the one it was made from"
    return scenario


def scenario_again(plain: Mapping[str, Any], known: Posterior | None = None) -> Scenario:
    """Resolve the document of a record; one that names no calibration was run on the priors.

    The document is plain as `Scenario.plain` gives it; if it names a user's file, its posterior is `known`.
    """
    if list(plain)[-1:] == ["calibration"]:  # no file wrote it: it was the latest, whatever that is today
        unnamed = {key: value for key, value in plain.items() if key != "calibration"}
        return resolve(Document.model_validate(unnamed), None, draws=posterior(plain["calibration"]))
    document = Document.model_validate({"calibration": PRIOR, **plain})
    in_file = document.calibration is not None and document.calibration.endswith(".csv")
    return resolve(document, None, draws=known if in_file else None)
